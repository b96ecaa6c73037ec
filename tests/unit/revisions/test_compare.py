"""Which files are read, and what becomes of those that cannot be."""

from __future__ import annotations

from mlsmith.errors import SourceError
from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree


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
