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
    """Blocked cross-validation. Blocks are wider than geology's range; a well under `min_months` has no label."""

    min_months: Count
    block_km: Positive
    buffer_km: Positive
    folds: Annotated[int, Field(gt=1)]


class ModelConfig(Strict):
    """Steps of the search for the process's parameters: from the start, and in a fold from the whole's parameters."""

    steps: Count
    fold_steps: Count


class IntervalConfig(Strict):
    """`level` of the intervals wells shall lie in; below `poor_quality` a place has a calibration of its own."""

    level: Annotated[float, Field(gt=0.5, lt=1)]
    poor_quality: Share
    min_wells_per_class: Count


class CautionConfig(Strict):
    """From where on a site must not be drilled without corroboration."""

    max_nearest_well_km: Positive
    max_high_to_low: Positive
    outside_by: Share


class EconomyConfig(Strict):
    """What a hole, a survey and a thousand barrels are worth; agreed with the planning desk, see docs/HANDOVER.md."""

    hole_cost_meur: Positive
    survey_cost_meur: Positive
    margin_eur_per_bbl: Positive


class QualityConfig(Strict):
    """The bar a model must reach before it may serve."""

    max_median_error: Share
    min_error_saving_over_kriging: Share
    min_coverage: Share
    min_coverage_poor: Share
    max_coverage: Share
    min_regret_saving_over_kriging: Share


class EffortConfig(Strict):
    """The error worth having, how many more wells might be drilled for it, and the least chance that is worth them."""

    target_median_error: Share
    more_wells: Count
    min_chance: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more a window's mean varies than independent sites would let it, at least: sites come
    in clusters.
    """

    window_days: Count
    max_input_z: Positive
    max_bias_z: Positive
    max_miss_z: Positive
    min_dispersion: Positive


class ServingConfig(Strict):
    """The service level, and how much of an explanation an answer carries."""

    p99_ms: Positive
    drivers: Count
    nearest_wells: Count


class Config(Whole):
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


def load(folder: Path, **changes: object) -> Config:
    """The configuration in `folder`; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes)
