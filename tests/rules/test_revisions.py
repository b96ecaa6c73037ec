"""Rules that speak of what changed: on literate pairs of revisions, and on a real repository with a large refactoring."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mlsmith.engine.analyse import analyse
from mlsmith.finding import Finding, Severity
from mlsmith.revisions.order import order_changes
from mlsmith.rules.catalogue import all_rules, load_rules
from mlsmith.rules.kit.order import OrderFact, may_decide
from mlsmith.rules.kit.rule import document_of
from mlsmith.settings import Settings
from mlsmith.sources.git import Repository
from tests.rules.literate import Case, parse_cases, read_cases
from tests.rules.test_history import git

HERE = Path(__file__).parent
CASES = read_cases(HERE / "experiment" / "shuffle_flag_flipped.md")
SETTINGS = Settings(select=("EXP106",))
RULES = load_rules(SETTINGS)


def facts(files: dict[str, str]) -> dict[str, list[OrderFact]]:
    found = {}
    for path, text in files.items():
        analysis = analyse(text.encode(), path, "python", RULES, SETTINGS)
        assert analysis.error is None
        found[path] = [OrderFact(*fact) for fact in analysis.facts[1].get("EXP106", ())]
    return found


def flipped(case: Case) -> list[Finding]:
    (rule,) = RULES.rules
    return list(rule.changes(order_changes(facts(case.base), facts(case.files))))


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_a_case_gives_just_the_flips_it_marks(case: Case) -> None:
    assert {(f.path, f.span.start.line, f.code) for f in flipped(case)} == set(case.expected)


def test_the_examples_of_the_documentation_hold() -> None:
    (rule,) = [rule for rule in all_rules() if rule.code == "EXP106"]
    _, sections = document_of(rule)
    (bad,) = parse_cases("## bad\n" + sections["Bad"], "EXP106")
    (good,) = parse_cases("## good\n" + sections["Good"], "EXP106")
    assert {(f.path, f.span.start.line, f.code) for f in flipped(bad)} == set(bad.expected) != set()
    assert flipped(Case("good", "", 0, good.files, bad.base)) == []


def _decides(text: str) -> bool:
    taken = analyse(text.encode(), "code.py", "python", RULES, SETTINGS).facts
    return taken is not None and bool(taken[1].get("EXP106"))


def test_a_text_that_may_decide_nothing_has_no_decisions() -> None:
    cases = [case for file in HERE.rglob("*.md") for case in read_cases(file)]
    texts = {text for case in cases for files in (case.files, case.base) for path, text in files.items() if path.endswith(".py")}
    deciding = {text for text in texts if _decides(text)}
    assert len(deciding) > 100
    assert all(may_decide(text) for text in deciding)
    assert sum(not may_decide(text) for text in texts) > len(texts) // 2, "or it would spare nothing"


def test_one_flipped_flag_is_found_in_a_refactoring_of_a_thousand_lines(tmp_path: Path) -> None:
    from mlsmith.cli.flips import changed_behaviour
    from mlsmith.cli.lint import Scene

    rng = random.Random(7)
    names = [f"part_{number}" for number in range(120)]
    body = "    scale = {n}\n    offset = scale * 2\n    rows = [scale, offset, {n}]\n    total = sum(rows)\n    return total + len(rows)\n\n\n"
    parts = [f"def {name}(scale):\n" + body.format(n=number) for number, name in enumerate(names)]
    loader = "def {name}(train_set, size):\n    return DataLoader(train_set, batch_size=size, shuffle={flag})\n\n\n"
    header = "from torch.utils.data import DataLoader\n\n\n"
    git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text(header + "".join(parts) + loader.format(name="make_loader", flag=True))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "before")

    moved = [part.replace("part_", "step_").replace("total", "result") for part in parts]
    rng.shuffle(moved)
    (tmp_path / "train.py").write_text("".join(moved[:60]))
    (tmp_path / "loading.py").write_text(header + loader.format(name="training_batches", flag=False) + "".join(moved[60:]))
    (found,) = changed_behaviour(Scene(tmp_path, SETTINGS, ("",), {}, tmp_path), None)
    assert found.path == "loading.py"
    assert "was True and is now False" in found.message


LOADER = "from torch.utils.data import DataLoader\n\nloader = DataLoader(rows, batch_size=8, shuffle={flag})\n"


def since_the_first(folder: Path) -> list[Finding]:
    from mlsmith.cli.flips import changed_behaviour
    from mlsmith.cli.lint import Scene

    return changed_behaviour(Scene(folder, SETTINGS, ("",), {}, folder), "first")


def committed(folder: Path, message: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    committed(tmp_path, "before", {"train.py": LOADER.format(flag=True)})
    git(tmp_path, "tag", "first")
    return tmp_path


def test_a_flip_in_a_commit_of_its_own_that_says_so_is_an_information_that_names_it(history: Path) -> None:
    committed(history, "Stop shuffling: rows are in order of time", {"train.py": LOADER.format(flag=False)})
    (found,) = since_the_first(history)
    assert found.severity is Severity.INFO
    head = Repository.require(history).rev_parse("HEAD")
    named = found.message.rpartition("as commit ")[2].removesuffix(" says")
    assert len(named) > 5
    assert head.startswith(named)


@pytest.mark.parametrize(
    ("message", "others"), [("Tidy up", 0), ("Shuffle files around", 9)], ids=["says nothing of it", "among many other files"]
)
def test_a_flip_that_a_commit_hides_is_an_error(history: Path, message: str, others: int) -> None:
    committed(history, message, {"train.py": LOADER.format(flag=False), **{f"part_{n}.py": "" for n in range(others)}})
    (found,) = since_the_first(history)
    assert found.severity is Severity.ERROR


def test_a_flip_that_is_not_committed_is_an_error_whatever_was_said_before(history: Path) -> None:
    committed(history, "Write down why we shuffle", {"train.py": "# shuffle: rows come in order\n" + LOADER.format(flag=True)})
    (history / "train.py").write_text(LOADER.format(flag=False))
    (found,) = since_the_first(history)
    assert found.severity is Severity.ERROR


def test_a_flag_that_goes_because_the_data_streams_now_is_no_flip(history: Path) -> None:
    stream = "from torch.utils.data import {base}\n\n\nclass Rows({base}):\n    pass\n"
    loader = "from torch.utils.data import DataLoader\n\nfrom rows import Rows\n\nloader = DataLoader(Rows(), batch_size=8)\n"
    committed(history, "Stream", {"rows.py": stream.format(base="IterableDataset"), "train.py": loader})
    assert since_the_first(history) == []
    committed(history, "Keep", {"rows.py": stream.format(base="Dataset"), "train.py": loader})
    assert [found.severity for found in since_the_first(history)] == [Severity.ERROR]


@pytest.mark.parametrize("here", ["train.py", "loading.py", "other.py"])
def test_one_file_that_is_asked_for_says_what_it_says_among_all(history: Path, here: str) -> None:
    """As a commit hook asks, whether the flag stayed in its file, moved to a new one, or moved to one that was there before."""
    from mlsmith.cli.flips import changed_behaviour
    from mlsmith.cli.lint import Scene

    committed(history, "more", {"other.py": "x = 1\n", "free.py": "y = 2\n"})
    if here != "train.py":
        (history / "train.py").write_text("z = 3\n")
    (history / here).write_text(LOADER.format(flag=False))
    (history / "free.py").write_text("y = 3\n")
    asked = {path: changed_behaviour(Scene(history, SETTINGS, (path,), {}, history), None) for path in (here, "free.py")}
    assert asked == {here: changed_behaviour(Scene(history, SETTINGS, ("",), {}, history), None), "free.py": []}
    assert [found.path for found in asked[here]] == [here]
