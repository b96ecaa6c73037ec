"""Requirements files that include others: what one hands to another is asked for as before, what one of them alone asks for is told."""

from __future__ import annotations

import pytest

from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree

Files = dict[str, str]


def told(old: Files, new: Files) -> list[tuple[str, str, str]]:
    changed = {
        path: Changed("D" if path not in new else "A" if path not in old else "M", None)
        for path in {*old, *new}
        if old.get(path) != new.get(path)
    }
    found = compare(MemoryTree(old), MemoryTree(new), changed, Settings()).changes
    return [(change.path, change.kind, change.subject) for change in found]


WHOLE = {"requirements.txt": "torch>=1\nnumpy==2\n"}
PARTS = {
    "requirements.txt": "-r requirements/run.txt\n",
    "requirements/run.txt": "-r ./small.txt\ntorch >= 1\n",
    "requirements/small.txt": "numpy==2\n",
}
COMMON = {"a.requirements.txt": "torch>=1\n-r common.requirements.txt\n", "common.requirements.txt": "numpy==2\n"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHOLE, PARTS),
        (PARTS, WHOLE),
        (COMMON, {**COMMON, "a.requirements.txt": "torch>=1\nnumpy==2\n"}),
        ({"requirements.txt": "a\n-r requirements.txt\n"}, {"requirements.txt": "# why\na\n-r requirements.txt\n"}),
        ({**WHOLE, "docs.requirements.txt": "numpy"}, {**WHOLE, "docs.requirements.txt": "numpy<=3"}),
        ({**WHOLE, "dev-requirements.txt": "lxml\n"}, {**WHOLE, "dev-requirements.txt": "-r requirements.txt\njoblib\n"}),
    ],
)
def test_what_an_included_file_asks_for_is_asked_for_as_before(old: Files, new: Files) -> None:
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (WHOLE, {**PARTS, "requirements/small.txt": "numpy==3\n"}, [
            ("requirements.txt", "dependency removed", "numpy"), ("requirements/small.txt", "dependency added", "numpy"),
        ]),
        (WHOLE, {**PARTS, "requirements/small.txt": "numpy==2\njoblib\n"}, [("requirements/small.txt", "dependency added", "joblib")]),
        (WHOLE, {**PARTS, "requirements/run.txt": "-c ./small.txt\ntorch>=1\n"}, [
            ("requirements.txt", "dependency removed", "numpy"),
            ("requirements/run.txt", "dependency added", "-c ./small.txt"),
            ("requirements/small.txt", "dependency added", "numpy"),
        ]),
        ({**COMMON, "a.requirements.txt": "torch>=1\n"}, COMMON, [("a.requirements.txt", "dependency added", "-r common.requirements.txt")]),
        ({**COMMON, "a.requirements.txt": "torch>=1\nnumpy==2\n", "common.requirements.txt": "a\n"}, COMMON, [
            ("common.requirements.txt", "dependency added", "numpy"), ("common.requirements.txt", "dependency removed", "a"),
        ]),
        (WHOLE, {"requirements.txt": "-r ../other/requirements.txt\ntorch>=1\n"}, [
            ("requirements.txt", "dependency added", "-r ../other/requirements.txt"), ("requirements.txt", "dependency removed", "numpy"),
        ]),
        ({**WHOLE, "requirements-dev.txt": "numpy\nlxml==1\n"}, {**WHOLE, "requirements-dev.txt": "numpy<=3\nlxml==2\n"},
         [("requirements-dev.txt", "dependency", "numpy")]),
        ({"requirements.txt": "-r dev-requirements.txt\n", "dev-requirements.txt": "lxml==1\n"},
         {"requirements.txt": "-r dev-requirements.txt\n", "dev-requirements.txt": "lxml==2\n"},
         [("dev-requirements.txt", "dependency", "lxml")]),
    ],
)  # fmt: skip
def test_what_is_asked_for_no_more_or_anew_is_told(old: Files, new: Files, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(told(old, new)) == sorted(expected)


DESCRIBED = "[project]\nname = 'a'\ndependencies = [{}]\n"
SETUP = "from setuptools import setup\n\nsetup(name='a', install_requires=['torch>=1', 'numpy==2'], extras_require={'plot': ['lxml']})\n"
CONFIG = "[options]\ninstall_requires =\n    torch >= 1\n    numpy==2\n"
BOTH = DESCRIBED.format("'numpy==2', 'torch>=1'")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"setup.cfg": CONFIG}, {"pyproject.toml": BOTH}, [("added", "project", True)]),
        ({"pyproject.toml": BOTH}, {"setup.cfg": CONFIG}, [("removed", "project", False)]),
        ({"setup.cfg": CONFIG}, {"pyproject.toml": DESCRIBED.format("'numpy==3'")}, [
            ("added", "project", True), ("dependency", "numpy", False), ("dependency removed", "torch", False),
        ]),
        ({"setup.py": SETUP}, {"pyproject.toml": BOTH + "[project.optional-dependencies]\nplot = ['lxml']\n"}, [
            ("added", "project", True), ("module removed", "setup", True),
        ]),
        ({"setup.py": SETUP}, {"pyproject.toml": DESCRIBED.format("'numpy==2', 'torch>=1', 'scipy'")}, [
            ("added", "project", True), ("dependency added", "scipy", False), ("module removed", "setup", True),
        ]),
        ({"requirements.txt": "numpy==2\ntorch>=1\n", "pyproject.toml": DESCRIBED.format("")},
         {"requirements.txt": "numpy==2\ntorch>=1\n", "pyproject.toml": BOTH}, [
            ("dependency added", "numpy", True), ("dependency added", "torch", True),
        ]),
        ({"setup.py": SETUP, "pyproject.toml": BOTH}, {"setup.py": SETUP, "pyproject.toml": DESCRIBED.format("'numpy==2'")}, [
            ("dependency removed", "torch", True),
        ]),
        ({"setup.cfg": CONFIG}, {"other/pyproject.toml": DESCRIBED.format("'numpy==2'")}, [
            ("added", "project", False), ("dependency added", "numpy", False), ("dependency removed", "numpy", False),
            ("dependency removed", "torch", False),
        ]),
    ],
)  # fmt: skip
def test_what_a_package_asks_for_may_move_from_one_of_its_files_to_another(
    old: Files, new: Files, expected: list[tuple[str, str, bool]]
) -> None:
    changed = {path: Changed("D" if path not in new else "A" if path not in old else "M", None) for path in {*old, *new}}
    changed = {path: how for path, how in changed.items() if old.get(path) != new.get(path)}
    found = compare(MemoryTree(old), MemoryTree(new), changed, Settings()).changes
    assert sorted((change.kind, change.subject, change.rewritten) for change in found) == sorted(expected)
