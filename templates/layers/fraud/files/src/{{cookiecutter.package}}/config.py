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
Days = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated; `drift` lets the fraudsters change their tactics."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(_Strict):
    """Lengths of the periods. A payment younger than the label delay has no trustworthy label."""

    label_delay_days: Days
    calibration_days: Days
    test_days: Days


class ModelConfig(_Strict):
    """Gradient boosting."""

    rounds: Annotated[int, Field(gt=0)]
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Annotated[int, Field(gt=0)]
    feature_share: Share
    threads: Annotated[int, Field(gt=0)]


class CostConfig(_Strict):
    """What each mistake costs; agreed with the payment department, see docs/HANDOVER.md."""

    chargeback_fee_eur: Positive
    goodwill_per_blocked_eur: Positive
    margin_share: Share
    review_eur: Positive
    analyst_catches_share: Share


class CapacityConfig(_Strict):
    """What the analysts can look at, and how many honest customers the company is ready to refuse."""

    reviews_per_1000_payments: Positive
    blocked_good_per_1000: Positive


class ExplorationConfig(_Strict):
    """How many of the payments that would be blocked go through by chance, so that they get a label."""

    share_of_blocked: Annotated[float, Field(gt=0, le=1)]


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve."""

    min_pr_auc: Share
    min_pr_auc_over_rules: Share
    max_blocked_good_per_1000: Positive
    min_cost_saving_share: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more the number of blocked payments varies than independent ones would, at least:
    fraud comes in campaigns of several payments.
    """

    window_days: Days
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_block_rate_z: Positive
    min_dispersion: Positive


class ServingConfig(_Strict):
    """The service level, and how many reasons a decision carries."""

    p99_ms: Positive
    reasons: Annotated[int, Field(gt=0)]


class EngineConfig(_Strict):
    """Where the tables live and the features are computed."""

    engine: Literal["duckdb"]
    threads: Annotated[int, Field(gt=0)]
    memory_limit_mb: Annotated[int, Field(gt=0)]


class Config(_Strict):
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
