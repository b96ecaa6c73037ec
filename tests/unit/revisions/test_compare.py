"""Which files are read, and what becomes of those that cannot be."""

from __future__ import annotations

import sys

import pytest

from mlsmith.errors import SourceError
from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree
from tests.unit.revisions.test_files import notebook


class Counting(MemoryTree):
    """Remembers what was read."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.seen: list[str] = []

    def read(self, path: str) -> bytes:
        self.seen.append(path)
        return super().read(path)


class Closed(MemoryTree):
    """Holds files that nobody can read."""

    def read(self, path: str) -> bytes:
        raise SourceError("is larger than 10 MiB; exclude it")

    def blob_id(self, path: str) -> str:
        return str(self.files[path])


def test_only_what_has_changed_is_read_and_each_once() -> None:
    files = {f"module_{number}.py": f"import torch\nx = torch.zeros({number})\n" for number in range(50)}
    old, new = Counting(files), Counting({**files, "module_7.py": "import torch\nx = torch.zeros(70)\n"})
    found = compare(old, new, {"module_7.py": Changed("M", None)}, Settings())
    assert old.seen == new.seen == ["module_7.py"]
    assert [(change.old, change.new) for change in found.changes] == [("7", "70")]


def test_what_is_too_large_to_be_read_is_a_change_unless_it_is_the_same() -> None:
    old, new = Closed({"data/a.csv": "1"}), Closed({"data/a.csv": "2", "data/b.csv": "1"})
    (change,) = compare(old, new, {"data/a.csv": Changed("M", None)}, Settings()).changes
    assert change.kind == "unreadable"
    assert compare(old, new, {"data/b.csv": Changed("R", "data/a.csv")}, Settings()).changes == ()


def test_a_test_that_becomes_code_and_code_that_becomes_a_test_are_looked_at() -> None:
    old, new = MemoryTree({"train.py": "x = f(1)\n"}), MemoryTree({"tests/train.py": "x = f(2)\n"})
    assert compare(old, new, {"tests/train.py": Changed("R", "train.py")}, Settings()).changes


def test_a_key_that_its_readers_know_by_its_new_name_is_told_once() -> None:
    reader = "def run(cfg, net):\n    net.use(cfg.plan)\n    return cfg.size\n"
    old = MemoryTree({"conf/a.yaml": "plan: 3\nsize: 1\n", "run.py": reader})
    new = MemoryTree({"conf/a.yaml": "scheme: 3\nsize: 1\n", "run.py": reader.replace("plan", "scheme")})
    changed = {"conf/a.yaml": Changed("M", None), "run.py": Changed("M", None)}
    (change,) = compare(old, new, changed, Settings()).changes
    assert (change.path, change.kind, change.subject, change.rewritten) == ("conf/a.yaml", "renamed", "scheme", True)
    # one of two readers
    half = reader.replace("plan", "scheme").replace("cfg.size", "cfg.plan")
    new = MemoryTree({"conf/a.yaml": "scheme: 3\nsize: 1\n", "run.py": half})
    assert {change.path for change in compare(old, new, changed, Settings()).changes} == {"conf/a.yaml", "run.py"}


def test_many_files_of_data_in_one_folder_are_one_line() -> None:
    old = MemoryTree({f"data/set/{number}.csv": f"{number}\n" for number in range(5)})
    new = MemoryTree({"data/set/4.csv": "5\n", "data/new.csv": "1\n"})
    changed = {f"data/set/{number}.csv": Changed("D", None) for number in range(4)}
    changed |= {"data/set/4.csv": Changed("M", None), "data/new.csv": Changed("A", None)}
    found = [(change.kind, change.path, change.subject) for change in compare(old, new, changed, Settings()).changes]
    assert found == [
        ("file added", "data/new.csv", "(the whole file)"),
        ("files removed", "data/set", "4 files *.csv"),
        ("file changed", "data/set/4.csv", "(the whole file)"),
    ]


def test_two_files_of_data_are_two_lines() -> None:
    old, new = MemoryTree({"data/a.csv": "1\n", "data/b.csv": "1\n", "data/c.npz": "1\n"}), MemoryTree({})
    changed = {path: Changed("D", None) for path in ("data/a.csv", "data/b.csv", "data/c.npz")}
    assert [change.path for change in compare(old, new, changed, Settings()).changes] == ["data/a.csv", "data/b.csv", "data/c.npz"]


def test_a_notebook_is_told_by_the_module_that_was_made_of_it() -> None:
    cell = '{{"cells": [{{"cell_type": "code", "source": "#| default_exp core.net\\n#| export\\nx = f({0})"}}], "nbformat": 4, "metadata": {{}}}}'
    old = MemoryTree({"nbs/net.ipynb": cell.format(1), "lib/core/net.py": "x = f(1)\n"})
    new = MemoryTree({"nbs/net.ipynb": cell.format(2), "lib/core/net.py": "x = f(2)\n"})
    changed = {"nbs/net.ipynb": Changed("M", None), "lib/core/net.py": Changed("M", None)}
    assert [change.path for change in compare(old, new, changed, Settings()).changes] == ["lib/core/net.py"]
    alone = {"nbs/net.ipynb": Changed("M", None)}
    assert [change.path for change in compare(old, new, alone, Settings()).changes] == ["nbs/net.ipynb"]


def test_an_example_that_became_a_part_of_the_documentation_is_still_shown() -> None:
    code = "import torch\nx = torch.zeros(3)\n"
    old, new = (
        MemoryTree({"examples/a.py": code, "net/b.py": code}),
        MemoryTree({"docs/a.py": code + "x.sum()\n", "docs/b.py": code + "x.sum()\n"}),
    )
    assert compare(old, new, {"docs/a.py": Changed("R", "examples/a.py")}, Settings()).changes == ()
    assert compare(old, new, {"docs/b.py": Changed("R", "net/b.py")}, Settings()).changes


def test_a_release_is_no_change_wherever_it_is_named_and_another_version_is() -> None:
    names = {"pyproject.toml": '[project]\nversion = "{0}"\n', "Makefile": "version := {0}\n", "conf/a.yaml": "image: net:{0}\nof: {1}\n"}
    names |= {"requirements.txt": "net=={0}\n", "net/__init__.py": '__version__ = "{0}"\nADDRESS = f("v{0}/w.pt", "{1}")\n'}
    old, new = (MemoryTree({path: text.format(*values) for path, text in names.items()}) for values in (("1.3.2", "3.1"), ("1.4.0", "3.2")))
    changed = {path: Changed("M", None) for path in names}
    found = [(change.path, change.old, change.new) for change in compare(old, new, changed, Settings()).changes]
    assert found == [("conf/a.yaml", "3.1", "3.2"), ("net/__init__.py", "'3.1'", "'3.2'"), ("requirements.txt", "==1.3.2", "==1.4.0")]
    short = (MemoryTree({"a.py": f"__version__ = '{one}'\nf(x, {one})\n", "VERSION": one}) for one in ("1.0", "1.1"))
    (change,) = compare(*short, {"a.py": Changed("M", None), "VERSION": Changed("M", None)}, Settings()).changes
    assert (change.old, change.new) == ("1.0", "1.1")
    del changed["pyproject.toml"], changed["net/__init__.py"]
    assert "Makefile" in {change.path for change in compare(old, new, changed, Settings()).changes}, "nobody knows that it is its own"


LONG = {
    "steps": ("def f(x):\n    x = g.a(x, {0})\n", "    x = g.a(x)\n", "    return x\n"),
    "sums": ("def f(x):\n    x = x + {0}\n", "    x = x + 1\n", "    return x\n"),
    "choices": ("def f(x):\n    if x == 0:\n        return {0}\n", "    elif x == 1:\n        return g(x)\n", ""),
    "methods": ("def f(x):\n    return x.a({0})", ".a()", "\n"),
}


@pytest.mark.parametrize(("head", "line", "end"), LONG.values(), ids=LONG)
def test_a_chain_may_be_longer_than_calls_can_be_nested(head: str, line: str, end: str) -> None:
    old, new = (MemoryTree({"a.py": head.format(number) + line * 500 + end}) for number in (1, 2))
    (change,) = compare(old, new, {"a.py": Changed("M", None)}, Settings()).changes
    assert (change.old, change.new) == ("1", "2")


def test_what_no_stack_is_deep_enough_for_is_a_change_of_each_file_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    def endlessly(*programs: object) -> object:
        return endlessly(*programs)

    monkeypatch.setattr("mlsmith.revisions.compare.behaviour_changes", endlessly)
    old, new = (MemoryTree({"a.py": f"x = {number}\n", "b.py": "y = 1\n"}) for number in (1, 2))
    found = compare(old, new, {"a.py": Changed("M", None), "b.py": Changed("M", None)}, Settings()).changes
    assert [(change.path, change.kind, change.new) for change in found] == [("a.py", "unreadable", "is nested too deeply to be compared")]
    assert sys.getrecursionlimit() < 50_000


def test_a_notebook_that_came_is_told_once() -> None:
    for cells, told in ((("!python train.py", "x = f(1)"), "module added"), (("!python train.py",), "command added")):
        found = compare(MemoryTree({}), MemoryTree({"a.ipynb": notebook(*cells)}), {"a.ipynb": Changed("A", None)}, Settings()).changes
        assert [change.kind for change in found] == [told]
