"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated."""

    size: Literal["small", "medium", "large"]


class SplitConfig(Strict):
    """Lengths of the periods at the end of the archive; all before them is for training."""

    calibration_hours: Count
    test_hours: Count
    gap_hours: Count


class FeatureConfig(Strict):
    """How far a station speaks for its neighbourhood."""

    station_radius_cells: Positive


class ForecastConfig(Strict):
    """Which hours ahead are forecast, and how often the interval must hold the truth."""

    leads_h: Annotated[list[Count], Field(min_length=1)]
    coverage: Share


class ModelConfig(Strict):
    """Training; the network's shape stands in network.py, where its information budget is checked."""

    steps: Count
    batch: Count
    learning_rate: Positive
    image_weight: Positive


class InformationConfig(Strict):
    """What the code must be able to hold before a step of training is spent on it."""

    min_values_share: Share
    min_short_energy: Share


class PowerConfig(Strict):
    """The power curve of the farms at the stations, and what counts as a ramp: this share of capacity in `ramp_h`."""

    cut_in: Positive
    rated: Positive
    ramp_share: Share
    ramp_h: Count


class QualityConfig(Strict):
    """The bar a model must reach before it may serve."""

    min_skill_over_advection: Share
    min_skill_over_persistence: Share
    min_retention_middle: Share
    min_retention_short: Share
    min_coverage: Share
    min_coverage_unseen: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_hours: Count
    max_z: Positive


class ServingConfig(Strict):
    """The service level."""

    p99_ms: Positive


class EngineConfig(Strict):
    """Where the work is done, on how many cores, and how many hours are read at a time."""

    engine: Literal["process"{% if "dask" in cookiecutter.layers %}, "dask"{% endif %}{% if "torchrun" in cookiecutter.layers %}, "torchrun"{% endif %}]
    threads: Count
    block_hours: Count


class Config(Whole):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    features: FeatureConfig
    forecast: ForecastConfig
    model: ModelConfig
    information: InformationConfig
    power: PowerConfig
    quality: QualityConfig
    monitor: MonitorConfig
    serving: ServingConfig
    engine: EngineConfig


def load(folder: Path, *, engine: str = "process", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
