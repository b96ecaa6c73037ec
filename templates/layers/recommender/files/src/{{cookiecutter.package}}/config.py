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
Whole = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated; `drift` lets the public's taste turn."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(_Strict):
    """Lengths of the last two periods, and from how many plays an item is warm. Fewer: it is cold."""

    blend_days: Whole
    test_days: Whole
    warm_plays: Whole


class AlsConfig(_Strict):
    """Implicit alternating least squares; `block_rows` bounds the memory that a step takes."""

    factors: Annotated[int, Field(gt=1)]
    rounds: Whole
    regularization: Positive
    confidence: Positive
    block_rows: Whole


class TowerConfig(_Strict):
    """The network from raw media to factors; `members` of them differ by seed and tell how sure they are."""

    channels: Whole
    epochs: Whole
    batch: Annotated[int, Field(gt=1)]
    learning_rate: Positive
    weight_decay: Positive
    members: Annotated[int, Field(gt=1)]


class BlendConfig(_Strict):
    """From scores to an order. An item with `prior_plays` plays is judged half by its plays, half by its content."""

    prior_plays: Positive
    recent_days: Whole
    fresh_days: Positive
    penalty: Positive


class ExplorationConfig(_Strict):
    """In how many slots the item is drawn by chance, so that the next model learns of more than this one shows."""

    share_of_slots: Annotated[float, Field(gt=0, lt=1)]


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve."""

    min_ndcg: Share
    min_ndcg_over_popularity: Share
    min_cold_ndcg_over_blind: Share
    min_coverage: Share
    max_top_decile_exposure: Share


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py.

    `min_dispersion` is how much more the number of plays varies than independent ones would, at least.
    """

    window_days: Whole
    max_z: Positive
    min_dispersion: Positive


class ServingConfig(_Strict):
    """The service level, how many items an answer has, and how many reasons each carries."""

    p99_ms: Positive
    slots: Whole
    reasons: Whole


class BudgetConfig(_Strict):
    """What each stage of a run may take on the machine that trains, and the memory of the whole."""

    als_seconds: Positive
    tower_seconds: Positive
    blend_seconds: Positive
    assess_seconds: Positive
    memory_mb: Positive


class EngineConfig(_Strict):
    """Where interactions are counted, and how many processes train the tower."""

    engine: Literal["duckdb"]
    threads: Whole
    memory_limit_mb: Whole
    workers: Whole


class Config(_Strict):
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
