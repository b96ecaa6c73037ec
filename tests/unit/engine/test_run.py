from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from mlsmith.engine.result import LintResult
from mlsmith.engine.run import Options, lint_tree, lint_working_tree
from mlsmith.engine.state import folder_of, load_state
from mlsmith.finding import Status
from mlsmith.settings import Settings
from mlsmith.sources.tree import MemoryTree, blob_id_of

DEAD = "def loss(x):\n    if False:\n        return x * 2\n    return x\n"
FILES = {f"m{number:02}.py": DEAD * (number % 3) for number in range(30)}
ONLY = Settings(select=("DEX101", "CUL"))


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def shown(result: LintResult) -> list[tuple[str, str, int, str]]:
    return [(f.path, f.code, f.span.start.line, f.fingerprint) for f in result.findings]


def test_a_tree_in_memory_gives_what_the_same_files_on_disk_give(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    on_disk = lint_working_tree(tmp_path, ONLY)
    in_memory = lint_tree(partial(MemoryTree, FILES), tmp_path, ONLY)
    assert shown(on_disk) == shown(in_memory)
    assert on_disk.counts == in_memory.counts
    assert len(on_disk.findings) == 30


def test_any_executor_gives_the_same_result(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    with ThreadPoolExecutor(3) as executor:
        shared = lint_working_tree(tmp_path, ONLY, options=Options(executor=executor))
    assert shared._replace(seconds={}) == lint_working_tree(tmp_path, ONLY)._replace(seconds={})


def test_processes_give_the_same_result(tmp_path: Path) -> None:
    write(tmp_path, {f"{copy}/{name}": text for copy in "abc" for name, text in FILES.items()})
    one = lint_working_tree(tmp_path, ONLY, options=Options(jobs=1))
    assert one == lint_working_tree(tmp_path, ONLY, options=Options(jobs=2))


def test_a_cached_analysis_is_used_only_for_the_same_rules_and_settings(tmp_path: Path) -> None:
    project, home = tmp_path / "project", str(tmp_path / "cache")
    write(project, {"a.py": DEAD})
    options = Options(cache_home=home)
    cheap = ONLY._replace(minutes={"DEX101": 1})
    assert [f.minutes for f in lint_working_tree(project, ONLY, options=options).findings] == [20]
    assert [f.minutes for f in lint_working_tree(project, cheap, options=options).findings] == [1]
    assert [f.minutes for f in lint_working_tree(project, ONLY, options=options).findings] == [20]


def test_a_change_within_the_grain_of_the_clock_is_seen(tmp_path: Path) -> None:
    project, options = tmp_path / "project", Options(cache_home=str(tmp_path / "cache"))
    for number in range(20):
        write(project, {"a.py": f"x{number} = 1\n" if number % 2 else DEAD})
        assert len(lint_working_tree(project, ONLY, options=options).findings) == (number + 1) % 2


def test_the_index_remembers_the_blobs_of_what_was_read(tmp_path: Path) -> None:
    project, home = (tmp_path / "project").resolve(), str(tmp_path / "cache")
    write(project, {"a.py": "x = 1\n", "b.txt": ""})
    lint_working_tree(project, ONLY, options=Options(cache_home=home))
    state = load_state(str(project), folder_of(str(project), home))
    assert state is not None
    assert state.blobs == {"a.py": blob_id_of(b"x = 1\n")}
    assert list(state.files) == ["a.py"]


def test_a_named_file_is_linted_although_git_ignores_it_but_not_if_it_is_excluded(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "made/\n", "made/a.py": DEAD, "a.py": DEAD})
    assert [f.path for f in lint_working_tree(tmp_path, ONLY).findings] == ["a.py"]
    assert [f.path for f in lint_working_tree(tmp_path, ONLY, paths=("made/a.py",)).findings] == ["made/a.py"]
    excluded = ONLY._replace(exclude=("/made",))
    assert lint_working_tree(tmp_path, excluded, paths=("made/a.py",)).findings == ()


def test_an_overlay_stands_for_what_is_on_disk_and_is_not_remembered(tmp_path: Path) -> None:
    project, options = tmp_path / "project", Options(cache_home=str(tmp_path / "cache"))
    write(project, {"a.py": "x = 1\n"})
    overlay = {"a.py": DEAD.encode(), "new.py": DEAD.encode()}
    result = lint_working_tree(project, ONLY, overlay=overlay, options=options)
    assert [f.path for f in result.findings] == ["a.py", "new.py"]
    assert lint_working_tree(project, ONLY, options=options).findings == ()


def test_a_file_too_large_is_an_error_and_the_rest_is_linted(tmp_path: Path) -> None:
    write(tmp_path, {"big.py": "x = 1\n" * 2_000_000, "a.py": DEAD})
    result = lint_working_tree(tmp_path, ONLY)
    assert [(error.path, "10 MiB" in error.message) for error in result.errors] == [("big.py", True)]
    assert [f.path for f in result.findings] == ["a.py"]


def test_suppressed_findings_are_sorted_not_dropped(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": DEAD.replace("if False:", "if False:  # mlsmith: ignore[DEX101] kept")})
    result = lint_working_tree(tmp_path, Settings(select=("DEX101",)))
    assert [f.status for f in result.findings] == [Status.SUPPRESSED]
    assert result.new == ()


@pytest.mark.parametrize("timings", [True, False])
def test_time_is_taken_only_on_request(tmp_path: Path, timings: bool) -> None:
    write(tmp_path, {"a.py": DEAD})
    result = lint_working_tree(tmp_path, ONLY, options=Options(timings=timings))
    assert ("rule:DEX101" in result.seconds) == timings
