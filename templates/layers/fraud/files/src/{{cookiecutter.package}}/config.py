"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated; `drift` lets the fraudsters change their tactics."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(Strict):
    """Lengths of the periods. A payment younger than the label delay has no trustworthy label."""

    label_delay_days: Count
    calibration_days: Count
    test_days: Count


class ModelConfig(Strict):
    """Gradient boosting."""

    rounds: Count
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Count
    feature_share: Share
    threads: Count


class CostConfig(Strict):
    """What each mistake costs; agreed with the payment department, see docs/HANDOVER.md."""

    chargeback_fee_eur: Positive
    goodwill_per_blocked_eur: Positive
    margin_share: Share
    review_eur: Positive
    analyst_catches_share: Share


class CapacityConfig(Strict):
    """What the analysts can look at, and how many honest customers the company is ready to refuse."""

    reviews_per_1000_payments: Positive
    blocked_good_per_1000: Positive


class ExplorationConfig(Strict):
    """How many of the payments that would be blocked go through by chance, so that they get a label."""

    share_of_blocked: Annotated[float, Field(gt=0, le=1)]


class QualityConfig(Strict):
    """The bar a model must reach before it may serve."""

    min_pr_auc: Share
    min_pr_auc_over_rules: Share
    max_blocked_good_per_1000: Positive
    min_cost_saving_share: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more the number of blocked payments varies than independent ones would, at least:
    fraud comes in campaigns of several payments.
    """

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_block_rate_z: Positive
    min_dispersion: Positive


class ServingConfig(Strict):
    """The service level, and how many reasons a decision carries."""

    p99_ms: Positive
    reasons: Count


class EngineConfig(Strict):
    """Where the tables live and the features are computed."""

    engine: Literal["duckdb"{% if "spark" in cookiecutter.layers %}, "spark"{% endif %}]
    threads: Count
    memory_limit_mb: Count


class Config(Whole):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    model: ModelConfig
    cost: CostConfig
    capacity: CapacityConfig
    exploration: ExplorationConfig
    quality: QualityConfig
    monitor: MonitorConfig
    serving: ServingConfig
    engine: EngineConfig


def load(folder: Path, *, engine: str = "duckdb", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
