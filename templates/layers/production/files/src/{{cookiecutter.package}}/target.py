"""How far is the model from good enough, and will more experiments reach it? The target stands in pyproject.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

FEWEST = 3
_DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class Target:
    """When the model is good enough: a figure of the record (`model.recall`), its value, what may be spent."""

    metric: str
    value: float
    direction: Literal["higher", "lower"]
    experiments: int
    deadline: date

    def figure(self, metrics: Any) -> float:
        """The figure in the metrics of a record. Raises `ValueError` where there is none."""
        found = metrics
        try:
            for part in self.metric.split("."):
                found = found[int(part)] if isinstance(found, list) else found[part]
            return float(found)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(f"no figure `{self.metric}` in the record; mend tool.mlsmith.target") from error

    def reached(self, figure: float) -> bool:
        """Whether the figure is good enough."""
        return figure >= self.value if self.direction == "higher" else figure <= self.value


def read(project: Path) -> Target:
    """The target that `[tool.mlsmith.target]` of the project's pyproject.toml declares."""
    with (project / "pyproject.toml").open("rb") as file:
        said = tomllib.load(file)["tool"]["mlsmith"]["target"]
    deadline = date.fromisoformat(said["deadline"])
    return Target(said["metric"], float(said["value"]), said["direction"], said["experiments"], deadline)


def past(target: Target, runs: Path) -> list[float]:
    """The figure of every finished run, oldest first, whether it passed its bar or not."""
    records = sorted(runs.glob("*/run.json"))
    return [target.figure(json.loads(path.read_text(encoding="utf-8"))["metrics"]) for path in records]


def chance(target: Target, results: Sequence[float]) -> float:
    """The chance that one of the experiments still to be spent reaches the target, if they turn out as the past ones.

    Every past result counts, failures most of all. Raises `ValueError` where they are fewer than three.
    """
    if len(results) < FEWEST:
        raise ValueError(f"{len(results)} experiments are on record; a forecast needs {FEWEST}")
    if any(map(target.reached, results)):
        return 1.0
    sign = 1 if target.direction == "higher" else -1
    known, wanted = sign * np.array(results, dtype=np.float64), sign * target.value
    rng = np.random.default_rng(len(known))
    free = len(known) - 1
    spread = max(float(known.std(ddof=1)), 0.01 * abs(target.value))
    deviation = spread * np.sqrt(free / rng.chisquare(free, size=_DRAWS))
    centre = rng.normal(known.mean(), deviation / np.sqrt(len(known)))
    best = rng.normal(centre[:, None], deviation[:, None], size=(_DRAWS, max(target.experiments, 1))).max(axis=1)
    return float((best >= wanted).mean()) if target.experiments else 0.0


def outlook(target: Target, results: Sequence[float]) -> str:
    """Where the project stands, in words."""
    wanted = f"{'at least' if target.direction == 'higher' else 'at most'} {target.value:g}"
    if not results:
        return f"target: {target.metric} {wanted} by {target.deadline}; no run yet"
    line = f"target: {target.metric} {wanted} by {target.deadline}; the newest run has {results[-1]:.4g}"
    if target.reached(results[-1]):
        return f"{line}: reached"
    if len(results) < FEWEST:
        return f"{line}: not reached; from {FEWEST} runs on there is a forecast"
    hope = chance(target, results)
    return f"{line}; within {target.experiments} more experiments it is reached with a chance of {hope:.0%}"
