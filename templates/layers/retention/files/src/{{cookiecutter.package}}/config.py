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
Days = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated; `drift` lets other people come by other channels towards the end."""

    size: Literal["small", "medium", "large"]
    drift: bool


class WindowsConfig(_Strict):
    """Days of behaviour before the prediction, days that decide the outcome, days to wait for late events."""

    feature_days: Days
    outcome_days: Days
    grace_days: Days


class SplitConfig(_Strict):
    """Lengths of the periods, by the moment of prediction."""

    calibration_days: Days
    test_days: Days


class CleaningConfig(_Strict):
    """A bot starts at least `bot_sessions` sessions in its first week, with hardly two different gaps between them."""

    bot_sessions: Count
    bot_variety: Share


class CoverageConfig(_Strict):
    """An event is missing when its count is `max_z` deviations below what is planned, at `dispersion` times chance."""

    max_z: Positive
    dispersion: Positive


class ModelConfig(_Strict):
    """Gradient boosting."""

    rounds: Count
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Count
    feature_share: Share
    threads: Count


class ExperimentConfig(_Strict):
    """The arms: the rest is the holdout, which is never reminded and from which the next model learns."""

    reminder_share: Annotated[float, Field(gt=0, lt=1)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    power: Annotated[float, Field(gt=0.5, lt=1)]
    min_p_sample_ratio: Share


class ExplainConfig(_Strict):
    """How many reasons, how many users of like score for the interval, and fewer than how many alike is thin."""

    reasons: Count
    neighbours: Count
    min_alike: Count


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve. Skill is the share of the baseline's Brier score saved."""

    min_auc: Share
    min_skill: Share
    max_calibration_error: Share
    min_interval_saving: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Days
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_return_z: Positive


class ExportConfig(_Strict):
    """No exported group is smaller; counts carry noise by which one person changes any answer's odds by e^epsilon."""

    smallest_group: Annotated[int, Field(gt=1)]
    epsilon: Positive


class ServingConfig(_Strict):
    """The service level."""

    p99_ms: Positive


class EngineConfig(_Strict):
    """Where the tables live and the SQL runs."""

    engine: Literal["duckdb"{% if "spark" in cookiecutter.layers %}, "spark"{% endif %}]
    threads: Count
    memory_limit_mb: Count


class Config(_Strict):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    windows: WindowsConfig
    split: SplitConfig
    cleaning: CleaningConfig
    coverage: CoverageConfig
    model: ModelConfig
    experiment: ExperimentConfig
    explain: ExplainConfig
    quality: QualityConfig
    monitor: MonitorConfig
    export: ExportConfig
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
