"""No edit that changes what code does is called cosmetic, wherever in real code it is made."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import mlsmith
from tests.unit.revisions.mutants import EDITS, mutants
from tests.unit.revisions.test_differences import changes

ROOT = Path(mlsmith.__file__).parent
FILES = [path for path in sorted(ROOT.rglob("*.py"))[::5] if path != ROOT / "__init__.py"]  # Its version concerns nobody.
EACH = 4


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_an_edit_somewhere_is_told(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    silent = [said for said, edited in mutants(source, path.name, EACH) if not changes({"a.py": source}, {"a.py": edited})]
    assert not silent


def test_each_sort_of_edit_is_made() -> None:
    made = {said.partition(" in line")[0] for path in FILES for said, _ in mutants(path.read_text(encoding="utf-8"), path.name, EACH)}
    assert made == set(EDITS)


@pytest.mark.parametrize(
    ("old", "new"), itertools.permutations(["y.net(x)", "y.net(abs(x))", "y.net(h(y))", "h(y.net(x))", "y.net(x.abs())"], 2)
)
def test_what_is_handed_to_a_method_is_told_and_not_taken_for_its_owner(old: str, new: str) -> None:
    sides = (f"import h\n\n\nclass A:\n    def run(self, x, y):\n        return {line}\n" for line in (old, new))
    assert changes(*({"a.py": side} for side in sides))
