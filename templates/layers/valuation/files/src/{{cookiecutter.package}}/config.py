"""The configuration's shape: every key typed and bounded, unknown keys refused, one digest for the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from {{ cookiecutter.package }}.record import digest, write_atomically

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated."""

    size: Literal["small", "medium", "large"]


class NeighbourhoodConfig(_Strict):
    """What counts as near: the same cell of the map, sold within these days. Few sales are drawn towards the index."""

    cell_m: Positive
    evidence_days: Count
    shrink_sales: Count


class SplitConfig(_Strict):
    """Days of deployment that the model is tried on, one test period apart, and the periods around each."""

    origins: Count
    min_training_days: Count
    calibration_days: Count
    test_days: Count


class ModelConfig(_Strict):
    """The ensemble and its training, in order of time."""

    members: Annotated[int, Field(gt=1)]
    hidden: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: Annotated[float, Field(ge=0)]
    max_gradient: Positive
    threads: Count


class TreesConfig(_Strict):
    """Gradient boosting, which the ensemble is compared with."""

    rounds: Count
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Count
    threads: Count


class IntervalConfig(_Strict):
    """The interval's promise, and from how many near sales on a home is well known."""

    coverage: Annotated[float, Field(gt=0, lt=1)]
    few_sales: Count
    min_rows: Count


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve, on the newest test period."""

    max_mdape: Positive
    min_within_10: Share
    min_gain_over_legacy: Share
    min_coverage: Share
    min_coverage_few_sales: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    min_rows: Count
    max_psi: Positive
    max_bias_z: Positive
    max_implausible_share: Share


class ServingConfig(_Strict):
    """The service level, how many comparable sales a value carries, and when an index is too old."""

    p99_ms: Positive
    comparables: Count
    max_index_age_days: Count
    doubt_quantile: Annotated[float, Field(gt=0, lt=1)]


class EngineConfig(_Strict):
    """Where the tables live and the SQL runs."""

    engine: Literal["duckdb"]
    threads: Count
    memory_limit_mb: Count


class Config(_Strict):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    neighbourhood: NeighbourhoodConfig
    split: SplitConfig
    model: ModelConfig
    trees: TreesConfig
    interval: IntervalConfig
    quality: QualityConfig
    monitor: MonitorConfig
    serving: ServingConfig
    engine: EngineConfig

    def digest(self) -> str:
        """SHA-256 of the values, whatever the file's layout and comments."""
        return digest(self.model_dump())


def write_schema(folder: Path) -> Path:
    """Write the configuration's JSON Schema, for editors and reviewers, beside it."""
    path = folder / "schema.json"
    write_atomically(path, json.dumps(Config.model_json_schema(), indent=2) + "\n")
    return path


def load(folder: Path, *, engine: str = "duckdb", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    values = yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8"))
    values["engine"] = yaml.safe_load((folder / "engine" / f"{engine}.yaml").read_text(encoding="utf-8"))
    for key, change in changes.items():
        values[key] = {**values[key], **change} if isinstance(change, dict) else change
    return Config.model_validate(values)
