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


class SplitConfig(_Strict):
    """Blocked cross-validation. Blocks are wider than geology's range; a well under `min_months` has no label."""

    min_months: Count
    block_km: Positive
    buffer_km: Positive
    folds: Annotated[int, Field(gt=1)]


class ModelConfig(_Strict):
    """Steps of the search for the process's parameters: from the start, and in a fold from the whole's parameters."""

    steps: Count
    fold_steps: Count


class IntervalConfig(_Strict):
    """`level` of the intervals wells shall lie in; below `poor_quality` a place has a calibration of its own."""

    level: Annotated[float, Field(gt=0.5, lt=1)]
    poor_quality: Share
    min_wells_per_class: Count


class CautionConfig(_Strict):
    """From where on a site must not be drilled without corroboration."""

    max_nearest_well_km: Positive
    max_high_to_low: Positive
    outside_by: Share


class EconomyConfig(_Strict):
    """What a hole, a survey and a thousand barrels are worth; agreed with the planning desk, see docs/HANDOVER.md."""

    hole_cost_meur: Positive
    survey_cost_meur: Positive
    margin_eur_per_bbl: Positive


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve."""

    max_median_error: Share
    min_error_saving_over_kriging: Share
    min_coverage: Share
    min_coverage_poor: Share
    max_coverage: Share
    min_regret_saving_over_kriging: Share


class EffortConfig(_Strict):
    """The error worth having, how many more wells might be drilled for it, and the least chance that is worth them."""

    target_median_error: Share
    more_wells: Count
    min_chance: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more a window's mean varies than independent sites would let it, at least: sites come
    in clusters.
    """

    window_days: Count
    max_input_z: Positive
    max_bias_z: Positive
    max_miss_z: Positive
    min_dispersion: Positive


class ServingConfig(_Strict):
    """The service level, and how much of an explanation an answer carries."""

    p99_ms: Positive
    drivers: Count
    nearest_wells: Count


class Config(_Strict):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    model: ModelConfig
    interval: IntervalConfig
    caution: CautionConfig
    economy: EconomyConfig
    quality: QualityConfig
    effort: EffortConfig
    monitor: MonitorConfig
    serving: ServingConfig

    def digest(self) -> str:
        """SHA-256 of the values, whatever the file's layout and comments."""
        return digest(self.model_dump())


def write_schema(folder: Path) -> Path:
    """Write the configuration's JSON Schema, for editors and reviewers, beside it."""
    path = folder / "schema.json"
    write_atomically(path, json.dumps(Config.model_json_schema(), indent=2) + "\n")
    return path


def load(folder: Path, **changes: object) -> Config:
    """The configuration in `folder`; `changes` replace values: `world={"size": "small"}`."""
    values = yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8"))
    for key, change in changes.items():
        values[key] = {**values[key], **change} if isinstance(change, dict) else change
    return Config.model_validate(values)
