"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Chance, Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated; `drift` lets the public's taste turn."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(Strict):
    """Lengths of the last two periods, and from how many plays an item is warm. Fewer: it is cold."""

    blend_days: Count
    test_days: Count
    warm_plays: Count


class AlsConfig(Strict):
    """Implicit alternating least squares; `block_rows` bounds the memory that a step takes."""

    factors: Annotated[int, Field(gt=1)]
    rounds: Count
    regularization: Positive
    confidence: Positive
    block_rows: Count


class TowerConfig(Strict):
    """The network from raw media to factors; `members` of them differ by seed and tell how sure they are."""

    channels: Count
    epochs: Count
    batch: Annotated[int, Field(gt=1)]
    learning_rate: Positive
    weight_decay: Positive
    members: Annotated[int, Field(gt=1)]


class BlendConfig(Strict):
    """From scores to an order. An item with `prior_plays` plays is judged half by its plays, half by its content."""

    prior_plays: Positive
    recent_days: Count
    fresh_days: Positive
    penalty: Positive


class ExplorationConfig(Strict):
    """In how many slots the item is drawn by chance, so that the next model learns of more than this one shows."""

    share_of_slots: Chance


class QualityConfig(Strict):
    """The bar a model must reach before it may serve."""

    min_ndcg: Share
    min_ndcg_over_popularity: Share
    min_cold_ndcg_over_blind: Share
    min_coverage: Share
    max_top_decile_exposure: Share


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more the number of plays varies than independent ones would, at least.
    """

    window_days: Count
    max_z: Positive
    min_dispersion: Positive


class ServingConfig(Strict):
    """The service level, how many items an answer has, and how many reasons each carries."""

    p99_ms: Positive
    slots: Count
    reasons: Count


class BudgetConfig(Strict):
    """What each stage of a run may take on the machine that trains, and the memory of the whole."""

    als_seconds: Positive
    tower_seconds: Positive
    blend_seconds: Positive
    assess_seconds: Positive
    memory_mb: Positive


class EngineConfig(Strict):
    """Where plays are counted and the towers are trained, and on how many cores."""

    engine: Literal["duckdb"{% if "spark" in cookiecutter.layers %}, "spark"{% endif %}{% if "torchrun" in cookiecutter.layers %}, "torchrun"{% endif %}]
    threads: Count
    memory_limit_mb: Count


class Config(Whole):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    als: AlsConfig
    tower: TowerConfig
    blend: BlendConfig
    exploration: ExplorationConfig
    quality: QualityConfig
    monitor: MonitorConfig
    serving: ServingConfig
    budget: BudgetConfig
    engine: EngineConfig


def load(folder: Path, *, engine: str = "duckdb", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
