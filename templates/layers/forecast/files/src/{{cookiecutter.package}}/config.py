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
Hours = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated."""

    size: Literal["small", "medium", "large"]


class SplitConfig(_Strict):
    """Lengths of the periods at the end of the archive; all before them is for training."""

    calibration_hours: Hours
    test_hours: Hours
    gap_hours: Hours


class FeatureConfig(_Strict):
    """How far a station speaks for its neighbourhood."""

    station_radius_cells: Positive


class ForecastConfig(_Strict):
    """Which hours ahead are forecast, and how often the interval must hold the truth."""

    leads_h: Annotated[list[Hours], Field(min_length=1)]
    coverage: Share


class ModelConfig(_Strict):
    """Training; the network's shape stands in network.py, where its information budget is checked."""

    steps: Count
    batch: Count
    learning_rate: Positive
    image_weight: Positive


class InformationConfig(_Strict):
    """What the code must be able to hold before a step of training is spent on it."""

    min_values_share: Share
    min_short_energy: Share


class PowerConfig(_Strict):
    """The power curve of the farms at the stations, and what counts as a ramp: this share of capacity in `ramp_h`."""

    cut_in: Positive
    rated: Positive
    ramp_share: Share
    ramp_h: Hours


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve."""

    min_skill_over_advection: Share
    min_skill_over_persistence: Share
    min_retention_middle: Share
    min_retention_short: Share
    min_coverage: Share
    min_coverage_unseen: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_hours: Hours
    max_z: Positive


class ServingConfig(_Strict):
    """The service level."""

    p99_ms: Positive


class EngineConfig(_Strict):
    """Where the work is done: in this process, with so many threads, reading so many hours at a time."""

    engine: Literal["process"]
    threads: Count
    block_hours: Hours


class Config(_Strict):
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

    def digest(self) -> str:
        """SHA-256 of the values, whatever the file's layout and comments."""
        return digest(self.model_dump())


def write_schema(folder: Path) -> Path:
    """Write the configuration's JSON Schema, for editors and reviewers, beside it."""
    path = folder / "schema.json"
    write_atomically(path, json.dumps(Config.model_json_schema(), indent=2) + "\n")
    return path


def load(folder: Path, *, engine: str = "process", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    values = yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8"))
    values["engine"] = yaml.safe_load((folder / "engine" / f"{engine}.yaml").read_text(encoding="utf-8"))
    for key, change in changes.items():
        values[key] = {**values[key], **change} if isinstance(change, dict) else change
    return Config.model_validate(values)
