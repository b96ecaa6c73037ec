"""What is kept of a project between runs that are asked about few files never changes what they say."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.engine.run import Options, lint_working_tree
from mlsmith.engine.state import folder_of
from mlsmith.finding import Finding
from mlsmith.settings import Settings
from tests.unit.engine.test_asked import MODULES, USES, project_of

EVERYTHING = Settings(select=("ALL",), project="application")
FILLING = {f"filling{number}.py": f"x = {number}\n" for number in range(24)}
"""Files that stay as they are: few of many have changed"""

uses = st.lists(st.tuples(st.integers(0, len(USES) - 1), st.integers(0, MODULES - 1)), max_size=4)
projects = st.lists(uses, min_size=MODULES, max_size=MODULES).map(project_of)


def lint(root: Path, cache: Path | None, *paths: str) -> list[Finding]:
    options = Options(jobs=1, cache_home=str(cache) if cache is not None else None)
    return list(lint_working_tree(root, EVERYTHING, paths=paths, options=options).findings)


def write(root: Path, files: dict[str, str]) -> None:
    """Make a folder hold just these files; what is the same already is not touched."""
    for place in [place for place in root.rglob("*") if place.is_file()]:
        if place.relative_to(root).as_posix() not in files:
            place.unlink()
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.read_text() != text:
            place.write_text(text)


def settle() -> None:
    """Until the stamps of what was written are beyond doubt."""
    time.sleep(0.1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(projects, st.sets(st.integers(0, MODULES)), st.sampled_from(["", "part1.py\n", "conf/\n"])), min_size=2, max_size=4)
)
def test_one_file_gets_the_findings_that_it_has_without_a_cache(states: list[tuple[dict[str, str], set[int], str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "project"), Path(folder, "cache")
        root.mkdir()
        for files, left_out, ignored in states:
            there = {path: text for number, (path, text) in enumerate(files.items()) if number not in left_out}
            write(root, {**FILLING, **there, ".gitignore": ignored})
            settle()
            for path in there:
                assert lint(root, cache, path) == lint(root, None, path), path


def test_what_is_kept_is_used_and_what_is_damaged_is_not(tmp_path: Path) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    files = {**FILLING, **project_of([[(0, 1)], [(8, 2), (0, 3)], [(9, 0)], [(1, 0)]])}
    write(root, files)
    settle()
    said = lint(root, None, "part1.py")
    assert said
    assert lint(root, cache, "part1.py") == said
    folder = Path(folder_of(str(root), str(cache)))
    (kept,) = folder.glob("facts-*")
    whole, stamp = kept.read_bytes(), kept.stat().st_mtime_ns
    next(folder.glob("analyses-*")).unlink()
    assert lint(root, cache, "part1.py") == said
    assert kept.stat().st_mtime_ns == stamp, "it was taken as it was"
    for damaged in (whole[: len(whole) // 2], whole.replace(b"work2", b"work1"), b""):
        kept.write_bytes(damaged)
        assert lint(root, cache, "part1.py") == said
        assert kept.read_bytes()[:40] == whole[:40], "it was made anew"


def test_after_many_changes_it_is_kept_anew(tmp_path: Path) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    files = {**FILLING, **project_of([[(0, 1)], [], [], []])}
    write(root, files)
    settle()
    lint(root, cache, "part1.py")
    (kept,) = Path(folder_of(str(root), str(cache))).glob("facts-*")
    before = kept.read_bytes()
    files["filling0.py"] = "y = 1\n"
    write(root, files)
    settle()
    lint(root, cache, "part1.py")
    assert kept.read_bytes() == before, "one file is looked up"
    files |= {path: f"{text}z = 2\n" for path, text in FILLING.items()}
    write(root, files)
    assert lint(root, cache, "part1.py") == lint(root, None, "part1.py")
    assert kept.read_bytes() != before
