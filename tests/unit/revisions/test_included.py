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
