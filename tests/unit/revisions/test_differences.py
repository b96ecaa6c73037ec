"""A refactoring is no change of behaviour; a behavioural edit inside one is always seen, and little else."""

from __future__ import annotations

import ast

import pytest

from mlsmith.change import Change
from mlsmith.revisions.differences import behaviour_changes
from mlsmith.revisions.program import Program
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.python import parse_python
from tests.unit.revisions.planted import EDITS, PROGRAM
from tests.unit.revisions.refactorings import REFACTORINGS


def program(files: dict[str, str]) -> Program:
    return Program([Module(parse_python(text, path), Settings()) for path, text in files.items()])


def changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    return behaviour_changes(program(old), program(new))


def edited(old: str, new: str) -> str:
    assert PROGRAM.count(old) >= 1, old
    return PROGRAM.replace(old, new, 1)


@pytest.mark.parametrize("name", REFACTORINGS)
def test_a_refactoring_changes_nothing(name: str) -> None:
    assert changes({"train.py": PROGRAM}, REFACTORINGS[name]({"train.py": PROGRAM})) == ()


@pytest.mark.parametrize(("old", "new", "words"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_an_edit_is_reported(old: str, new: str, words: tuple[str, ...]) -> None:
    found = changes({"train.py": PROGRAM}, {"train.py": edited(old, new)})
    assert found
    said = "\n".join(f"{c.kind} {c.subject} {c.old} {c.new}" for c in found)
    assert all(word in said for word in words), said
    assert len(found) <= 8, said


@pytest.mark.parametrize("refactoring", REFACTORINGS)
@pytest.mark.parametrize(("old", "new"), [edit[1:3] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_an_edit_inside_a_refactoring_is_reported(old: str, new: str, refactoring: str) -> None:
    after = REFACTORINGS[refactoring]({"train.py": edited(old, new)})
    assert changes({"train.py": PROGRAM}, after)


def test_a_flipped_flag_in_a_refactoring_of_a_thousand_lines_is_one_line() -> None:
    padding = "\n\n".join(
        f"def helper_{i}(value, other=None):\n    result = value * {i} + 1\n    for _ in range({i}):\n        result = result - other\n    return result"
        for i in range(250)
    )
    old = {"train.py": f"{PROGRAM}\n\n{padding}\n"}
    new = old
    for name in ("format", "rename locals", "rename functions", "reorder definitions", "move to another file"):
        new = REFACTORINGS[name](new)
    assert changes(old, new) == ()
    path = next(path for path, text in new.items() if "shuffle=True" in text.replace(" ", ""))
    flipped = {**new, path: new[path].replace("shuffle=True", "shuffle=False", 1)}
    (change,) = changes(old, flipped)
    assert "shuffle" in change.subject
    assert (change.old, change.new) == ("True", "False")


def test_every_planted_edit_is_python() -> None:
    assert len(EDITS) >= 60
    for _, old, new, _ in EDITS:
        ast.parse(edited(old, new))
