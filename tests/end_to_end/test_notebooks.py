"""Notebooks as people leave them: with cells that are no Python, and cells that are indented as a whole."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

from tests.end_to_end.conftest import DEAD, Project


def notebook(*cells: str) -> str:
    listed: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.splitlines(keepends=True)}
        for text in cells
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_a_cell_that_is_no_python_is_named_and_the_others_are_read(project: Project) -> None:
    project.write({"a.ipynb": notebook(DEAD, "print 'two'\n", "z = 1\n" + DEAD, "def (\n")})
    done = project.lint("--select", "DEX101")
    found = done.json
    assert [(f["cell"], f["start"]["line"]) for f in found["findings"]] == [(0, 2), (2, 3)]
    (error,) = found["errors"]
    assert error["message"].startswith("cell 1, line 1: cannot be parsed")
    assert "neither can cell 3 (" in error["message"]


def test_a_cell_that_is_indented_as_a_whole_is_read_with_its_columns(project: Project) -> None:
    project.write({"a.ipynb": notebook("x = 1\n", indent(DEAD, "    "))})
    found = project.lint("--select", "DEX101").json
    assert not found["errors"]
    assert [(f["cell"], f["start"]) for f in found["findings"]] == [(1, {"line": 2, "column": 9})]


def test_an_indented_cell_is_left_as_it_is_rather_than_mended_wrongly(project: Project) -> None:
    before = notebook("x = 1\n", indent(DEAD, "    "))
    project.write({"a.ipynb": before})
    done = project.run("lint", "--fix", "--select", "DEX101")
    assert done.code == 1
    assert (project.root / "a.ipynb").read_text() == before
