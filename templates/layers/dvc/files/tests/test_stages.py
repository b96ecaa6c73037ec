"""The stages are ones that DVC accepts, run commands that exist, in the right order, and write what they promise."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from {{ cookiecutter.package }} import figures

PROJECT = Path(__file__).resolve().parents[1]
STAGES: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The project's stages in a repository of their own, without data."""
    for name in ("dvc.yaml", ".dvc/config", ".dvcignore", "conf/base.yaml", "data/contract.yaml", "docs/MODEL_CARD.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def dvc(*arguments: str, cwd: Path) -> str:
    """What DVC prints."""
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_dvc_reads_the_stages_in_the_order_of_the_work(alone: Path) -> None:
    assert [line.split()[0] for line in dvc("stage", "list", cwd=alone).splitlines()] == ["world", "train", "evaluate"]
    graph = dvc("dag", "--dot", "evaluate", cwd=alone)
    for before, after in (("world", "train"), ("train", "evaluate"), ("world", "evaluate")):
        assert f'"{before}" -> "{after}"' in graph or f"{before} -> {after}" in graph, graph


def test_every_command_is_one_of_the_project() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "{{ cookiecutter.package }}", "--help"], capture_output=True, text=True, check=True,
        timeout=60, env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
    ).stdout  # fmt: skip
    for name, stage in STAGES.items():
        commands = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
        python, script, command, *rest = shlex.split(commands[0])
        assert (python, script, command, rest) == ("python3", "project.py", name, [])
        assert name in listed


def test_what_a_stage_needs_is_committed_or_made_by_an_earlier_one() -> None:
    made: set[str] = set()
    for name, stage in STAGES.items():
        needed = [*stage["deps"], *(path for entry in stage.get("params", []) for path in entry)]
        missing = [path for path in needed if path not in made and not (PROJECT / path).exists()]
        assert missing == [], name
        made.update(path if isinstance(path, str) else next(iter(path)) for path in stage.get("outs", []))
    assert made == {"data/world", "docs/MODEL_CARD.md"}


def numbers(value: Any, path: str = "") -> dict[str, float]:
    """Every number in nested tables, by its path."""
    if isinstance(value, dict):
        return {name: one for key, inner in value.items() for name, one in numbers(inner, f"{path}/{key}").items()}
    return {path: value} if isinstance(value, (int, float)) and not isinstance(value, bool) else {}


def test_the_figures_are_the_runs_numbers_and_the_same_each_time(finished: Any) -> None:
    text = figures.figures(finished.run.folder)
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    found = json.loads(text)
    assert found.pop("passed") is document["passed"]
    assert numbers(found) == numbers(document["metrics"])
    assert len(numbers(found)) > 3
    assert figures.figures(finished.run.folder) == text
    assert finished.run.id not in text


def test_nothing_is_reported_to_anybody() -> None:
    assert "analytics = false" in (PROJECT / ".dvc" / "config").read_text(encoding="utf-8")
