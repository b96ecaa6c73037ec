"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Chance, Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated."""

    size: Literal["small", "medium", "large"]


class NeighbourhoodConfig(Strict):
    """What counts as near: the same cell of the map, sold within these days. Few sales are drawn towards the index."""

    cell_m: Positive
    evidence_days: Count
    shrink_sales: Count


class SplitConfig(Strict):
    """Days of deployment that the model is tried on, one test period apart, and the periods around each."""

    origins: Count
    min_training_days: Count
    calibration_days: Count
    test_days: Count


class ModelConfig(Strict):
    """The ensemble and its training, in order of time."""

    members: Annotated[int, Field(gt=1)]
    hidden: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: Annotated[float, Field(ge=0)]
    max_gradient: Positive
    threads: Count


class TreesConfig(Strict):
    """Gradient boosting, which the ensemble is compared with."""

    rounds: Count
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Count
    threads: Count


class IntervalConfig(Strict):
    """The interval's promise, and from how many near sales on a home is well known."""

    coverage: Chance
    few_sales: Count
    min_rows: Count


class QualityConfig(Strict):
    """The bar a model must reach before it may serve, on the newest test period."""

    max_mdape: Positive
    min_within_10: Share
    min_gain_over_legacy: Share
    min_coverage: Share
    min_coverage_few_sales: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    min_rows: Count
    max_psi: Positive
    max_bias_z: Positive
    max_implausible_share: Share


class ServingConfig(Strict):
    """The service level, how many comparable sales a value carries, and when an index is too old."""

    p99_ms: Positive
    comparables: Count
    max_index_age_days: Count
    doubt_quantile: Chance


class EngineConfig(Strict):
    """Where the tables live and the SQL runs."""

    engine: Literal["duckdb"{% if "spark" in cookiecutter.layers %}, "spark"{% endif %}]
    threads: Count
    memory_limit_mb: Count


class Config(Whole):
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


def load(folder: Path, *, engine: str = "duckdb", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
