"""What only the kind `recommender` promises: every half of the paper's incident, and both engines in one project."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scaffold.environments import of_kind
from tests.scaffold.projects import generate, incidents_of

COLD_START = {"warm-items-only", "cold-items-in-training"}
GROWN = {"prototype-grown", "set-epoch-forgotten"}


def test_cold_start_and_a_prototype_that_grew_are_both_there() -> None:
    assert set(incidents_of("recommender")) >= COLD_START | GROWN


def test_spark_and_torchrun_stand_side_by_side_as_values_of_one_switch(tmp_path: Path) -> None:
    folder = generate("recommender", tmp_path, "spark", "torchrun").folder
    shape = json.loads((folder / "conf/schema.json").read_text(encoding="utf-8"))["$defs"]["EngineConfig"]
    assert shape["properties"]["engine"]["enum"] == ["duckdb", "spark", "torchrun"]
    assert sorted(path.stem for path in (folder / "conf/engine").iterdir()) == ["duckdb", "spark", "torchrun"]


@pytest.mark.projects
def test_two_gloo_processes_take_the_steps_of_one(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In CI here, where the kind's own packages are installed already; with all that its owner does in test_engines.py."""
    project = replace(generate("recommender", tmp_path, "torchrun"), interpreter=of_kind("recommender", tmp_path_factory).python)
    done = project.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/scale")
    assert done.returncode == 0, done.stdout
