"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Chance, Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated; `drift` lets other people come by other channels towards the end."""

    size: Literal["small", "medium", "large"]
    drift: bool


class WindowsConfig(Strict):
    """Days of behaviour before the prediction, days that decide the outcome, days to wait for late events."""

    feature_days: Count
    outcome_days: Count
    grace_days: Count


class SplitConfig(Strict):
    """Lengths of the periods, by the moment of prediction."""

    calibration_days: Count
    test_days: Count


class CleaningConfig(Strict):
    """A bot starts at least `bot_sessions` sessions in its first week, with hardly two different gaps between them."""

    bot_sessions: Count
    bot_variety: Share


class CoverageConfig(Strict):
    """An event is missing when its count is `max_z` deviations below what is planned, at `dispersion` times chance."""

    max_z: Positive
    dispersion: Positive


class ModelConfig(Strict):
    """Gradient boosting."""

    rounds: Count
    learning_rate: Positive
    leaves: Annotated[int, Field(gt=1)]
    min_rows_per_leaf: Count
    feature_share: Share
    threads: Count


class ExperimentConfig(Strict):
    """The arms: the rest is the holdout, which is never reminded and from which the next model learns."""

    reminder_share: Chance
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    power: Annotated[float, Field(gt=0.5, lt=1)]
    min_p_sample_ratio: Share


class ExplainConfig(Strict):
    """How many reasons, how many users of like score for the interval, and fewer than how many alike is thin."""

    reasons: Count
    neighbours: Count
    min_alike: Count


class QualityConfig(Strict):
    """The bar a model must reach before it may serve. Skill is the share of the baseline's Brier score saved."""

    min_auc: Share
    min_skill: Share
    max_calibration_error: Share
    min_interval_saving: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_return_z: Positive


class ExportConfig(Strict):
{%- if "dp" in cookiecutter.layers %}
    """One person changes the odds of an answer by e^epsilon at most, and of all about a week's users by e^budget."""
{%- else %}
    """No exported group is smaller; counts carry noise by which one person changes any answer's odds by e^epsilon."""
{%- endif %}

    smallest_group: Annotated[int, Field(gt=1)]
    epsilon: Positive
{%- if "dp" in cookiecutter.layers %}
    budget: Positive
{%- endif %}


class ServingConfig(Strict):
    """The service level."""

    p99_ms: Positive


class EngineConfig(Strict):
    """Where the tables live and the SQL runs."""

    engine: Literal["duckdb"{% if "spark" in cookiecutter.layers %}, "spark"{% endif %}]
    threads: Count
    memory_limit_mb: Count


class Config(Whole):
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


def load(folder: Path, *, engine: str = "duckdb", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
