"""Copies of statements: how many are told of, and what is kept of a file."""

from __future__ import annotations

from mlsmith.engine.in_memory import lint_files
from mlsmith.rules.kit.copies import MOST, runs
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.python import read_python

STEPS = "".join(f"    {{name}} = np.add({{name}}, {number})\n" for number in range(12))


def prepared(name: str, steps: int = 1) -> str:
    functions = (f"def work_{step}({name}):\n{STEPS.format(name=name).replace('add', f'add_{step}')}" for step in range(steps))
    return "import numpy as np\n\n\n" + "\n\n".join(functions)


def test_of_a_project_full_of_copies_ten_files_are_told_of() -> None:
    files = {f"job_{letter}.py": prepared(letter) for letter in "abcdefgh"} | {
        f"task_{letter}.py": prepared(letter, 2) for letter in "abcdefgh"
    }
    found = lint_files(files, only="GLU104")
    assert len(found) == 10
    assert len({finding.path for finding in found} & {f"task_{letter}.py" for letter in "bcdefgh"}) == 7, "what shares most comes first"


def test_what_is_kept_of_a_large_file_is_small() -> None:
    module = Module(read_python(prepared("table", 60).encode(), "large.py"), Settings())
    assert len(runs(module)) == MOST


def test_the_names_of_variables_do_not_matter_and_everything_else_does() -> None:
    def kept(text: str) -> list[int]:
        return [run.digest for run in runs(Module(read_python(text.encode(), "one.py"), Settings()))]

    assert kept(prepared("table")) == kept(prepared("orders"))
    assert not set(kept(prepared("table"))) & set(kept(prepared("table").replace("np.add", "np.subtract")))
    assert not set(kept(prepared("table"))) & set(kept(prepared("table").replace("add_0(table, ", "add_0(table, 1")))
