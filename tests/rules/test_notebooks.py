"""What a notebook's cells change: each is run by hand, in whatever order."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rules.test_history import findings


def notebook(folder: Path, *cells: str) -> None:
    written = [{"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": cell} for cell in cells]
    document = {"cells": written, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "study.ipynb").write_text(json.dumps(document), encoding="utf-8")


def test_a_cell_that_ends_early_does_not_make_the_next_cell_dead(tmp_path: Path) -> None:
    notebook(tmp_path, "answer = 1\nraise SystemExit", "print(answer)")
    assert findings(tmp_path, "DEX101") == []


def test_what_stands_behind_the_exit_in_its_own_cell_is_dead(tmp_path: Path) -> None:
    notebook(tmp_path, "answer = 1\nraise SystemExit\nprint(answer)", "print(answer)")
    (found,) = findings(tmp_path, "DEX101")
    assert found.message.startswith("1 line behind an unconditional exit")
