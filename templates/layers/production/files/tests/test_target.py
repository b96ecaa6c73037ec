"""The target of pyproject.toml is a figure of the record, and the forecast counts what went wrong."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from {{ cookiecutter.package }} import target as targets
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.target import Target, chance, outlook

HIGH = Target("model.recall", 0.6, "higher", 5, date(2030, 1, 1))
LOW = replace(HIGH, metric="model.error", direction="lower")


@pytest.fixture
def target(project: Path) -> Target:
    """The target that the project has."""
    return targets.read(project)


def test_the_figure_stands_in_every_record(finished: Finished, target: Target) -> None:
    metrics = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))["metrics"]
    assert target.figure(metrics) > 0
    assert targets.past(target, finished.run.folder.parent) == [target.figure(metrics)]


def test_a_figure_that_is_not_there_is_named(target: Target) -> None:
    with pytest.raises(ValueError, match="no figure"):
        replace(target, metric="model.nothing").figure({"model": {"recall": 0.5}})


@pytest.mark.parametrize("low", [False, True])
def test_the_chance_counts_distance_failures_and_budget(low: bool) -> None:
    def of(*results: float, experiments: int = 5) -> float:
        target = replace(LOW if low else HIGH, experiments=experiments)
        return chance(target, [1.2 - one if low else one for one in results])

    assert of(0.5, 0.55, 0.61) == 1.0
    assert of(0.3, 0.31, 0.3) < of(0.5, 0.55, 0.52) < 1
    assert of(0.5, 0.55, 0.52, experiments=1) < of(0.5, 0.55, 0.52, experiments=20)
    assert of(0.5, 0.55, 0.52, experiments=0) == 0


def test_too_few_experiments_give_no_forecast() -> None:
    with pytest.raises(ValueError, match="needs 3"):
        chance(HIGH, [0.5, 0.5])
    assert "from 3 runs on" in outlook(HIGH, [0.5])
    assert outlook(HIGH, [0.7]).endswith("reached")
    assert "chance of" in outlook(HIGH, [0.5, 0.55, 0.52])


def test_what_is_declared_about_data_is_what_the_contract_says(project: Path) -> None:
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mlsmith"]["data"]
    agreed = yaml.safe_load((project / "data" / "contract.yaml").read_text(encoding="utf-8"))
    owners = {name: entry["owner"] for name, entry in (agreed.get("tables") or agreed["fields"]).items()}
    assert {entry["name"]: entry["owner"] for entry in declared["source"]} == owners
    assert {entry["name"] for entry in declared["consumer"]} == set(agreed["consumers"])
