"""The configuration's shape: every key typed and bounded, unknown keys refused, one digest for the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from {{ cookiecutter.package }}.record import digest, write_atomically

Share = Annotated[float, Field(ge=0, le=1)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """Which world is generated; `drift` lets a new family of bots appear in the last month."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(_Strict):
    """Lengths of the periods; between calibration and test the verdicts are waited for."""

    calibration_days: Count
    verdict_days: Count
    test_days: Count


class ModelConfig(_Strict):
    """An ensemble of networks, each trained in rounds of steps on batches that are half bots, half people."""

    members: Annotated[int, Field(gt=1)]
    hidden: Count
    rounds: Count
    steps: Count
    batch: Annotated[int, Field(gt=1)]
    dropout: Share
    learning_rate: Positive
    weight_decay: Positive
    threads: Count


class LimitConfig(_Strict):
    """How many people may be accused, and from how much of the tail that is extrapolated."""

    false_accusations_per_10000: Positive
    tail_share: Chance
    watch_per_10000: Positive
    min_actions: Count


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve. The target of the whole project is another thing."""

    min_recall: Share
    min_recall_over_baseline: Share
    max_false_accusations_per_10000: Positive


class Milestone(_Strict):
    """A recall from which the project is worth something, and how much."""

    name: str
    recall: Chance
    worth_eur_per_month: Positive


class TargetConfig(_Strict):
    """When it is good enough, what may be spent to get there, and when to stop; agreed in docs/HANDOVER.md."""

    recall: Chance
    max_more_labels: Count
    label_eur: Positive
    min_chance: Chance
    milestones: tuple[Milestone, ...]


class CurveConfig(_Strict):
    """The learning curve: shares of the labels to train on, and how often each is drawn."""

    shares: tuple[Chance, ...]
    draws: Count


class MonitorConfig(_Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_watch_z: Positive
    min_dispersion: Positive


class ServingConfig(_Strict):
    """The service level, and how many reasons an answer carries."""

    p99_ms: Positive
    reasons: Count


class Config(_Strict):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    model: ModelConfig
    limit: LimitConfig
    quality: QualityConfig
    target: TargetConfig
    curve: CurveConfig
    monitor: MonitorConfig
    serving: ServingConfig

    def digest(self) -> str:
        """SHA-256 of the values, whatever the file's layout and comments."""
        return digest(self.model_dump(mode="json"))


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
    return Config.model_validate_json(json.dumps(values))
