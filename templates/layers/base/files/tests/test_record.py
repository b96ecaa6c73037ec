"""Records are exact and never half written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from {{ cookiecutter.package }} import record

PROJECT = Path(__file__).resolve().parents[1]


def test_a_digest_depends_on_values_and_not_on_the_order_of_keys() -> None:
    assert record.digest({"a": 1, "b": [2.5, "x"]}) == record.digest({"b": [2.5, "x"], "a": 1})
    assert record.digest({"a": 1}) != record.digest({"a": 2})
    assert record.digest({"a": 1}) != record.digest({"a": "1"})


def test_a_failing_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    record.write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        record.write_atomically(path, "new \ud800")
    assert path.read_text(encoding="utf-8") == "old"


def test_two_runs_never_share_a_folder(tmp_path: Path) -> None:
    folders = [record.start(tmp_path, configuration="c" * 64).folder for _ in range(3)]
    assert len(set(folders)) == 3
    assert sorted(folders) == folders


def test_without_a_run_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no run in"):
        record.latest(tmp_path)


def test_an_unfinished_run_is_not_the_latest(tmp_path: Path) -> None:
    first = record.start(tmp_path, configuration="c" * 64)
    record.finish(first, project=tmp_path, components={}, metrics={}, passed=True)
    record.start(tmp_path, configuration="d" * 64)
    assert record.latest(tmp_path) == first.folder


def test_the_script_explains_itself_without_installing_anything() -> None:
    done = subprocess.run(
        [sys.executable, str(PROJECT / "project.py"), "--help"], capture_output=True, text=True, check=True, timeout=30
    )
    assert re.search(r"^  test +the tests$", done.stdout, flags=re.MULTILINE)


def test_every_requirement_is_exact_and_hashed() -> None:
    for path in sorted((PROJECT / "requirements").glob("*.txt")):
        for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8"))[1:]:
            name = block.split(maxsplit=1)[0]
            assert "==" in name, f"{path.name}: {name}"
            assert "--hash=sha256:" in block, f"{path.name}: {name}"
