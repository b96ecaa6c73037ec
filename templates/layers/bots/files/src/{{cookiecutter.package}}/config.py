"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from {{ cookiecutter.package }}.strict import Chance, Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """Which world is generated; `drift` lets a new family of bots appear in the last month."""

    size: Literal["small", "medium", "large"]
    drift: bool


class SplitConfig(Strict):
    """Lengths of the periods; between calibration and test the verdicts are waited for."""

    calibration_days: Count
    verdict_days: Count
    test_days: Count


class ModelConfig(Strict):
    """An ensemble of networks, each trained in rounds of steps on batches that are half bots, half people."""

    members: Annotated[int, Field(gt=1)]
    hidden: Count
    rounds: Count
    steps: Count
    batch: Annotated[int, Field(gt=1)]
    dropout: Share
    learning_rate: Positive
    weight_decay: Positive


class LimitConfig(Strict):
    """How many people may be accused, and from how much of the tail that is extrapolated."""

    false_accusations_per_10000: Positive
    tail_share: Chance
    watch_per_10000: Positive
    min_actions: Count


class QualityConfig(Strict):
    """The bar a model must reach before it may serve. The target of the whole project is another thing."""

    min_recall: Share
    min_recall_over_baseline: Share
    max_false_accusations_per_10000: Positive


class Milestone(Strict):
    """A recall from which the project is worth something, and how much."""

    name: str
    recall: Chance
    worth_eur_per_month: Positive


class TargetConfig(Strict):
    """When it is good enough, what may be spent to get there, and when to stop; agreed in docs/HANDOVER.md."""

    recall: Chance
    max_more_labels: Count
    label_eur: Positive
    min_chance: Chance
    milestones: tuple[Milestone, ...]


class CurveConfig(Strict):
    """The learning curve: shares of the labels to train on, and how often each is drawn."""

    shares: tuple[Chance, ...]
    draws: Count


class MonitorConfig(Strict):
    """When an alarm rings; calibrated by tests/calibrate.py."""

    window_days: Count
    bins: Annotated[int, Field(gt=1)]
    max_psi: Positive
    max_watch_z: Positive
    min_dispersion: Positive


class ServingConfig(Strict):
    """The service level, and how many reasons an answer carries."""

    p99_ms: Positive
    reasons: Count


class EngineConfig(Strict):
    """Where the networks are trained, and on how many cores."""

    engine: Literal["process"{% if "torchrun" in cookiecutter.layers %}, "torchrun"{% endif %}]
    threads: Count


class Config(Whole):
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
    engine: EngineConfig


def load(folder: Path, *, engine: str = "process", **changes: object) -> Config:
    """The configuration in `folder` with one of its engines; `changes` replace values: `world={"size": "small"}`."""
    return Config.read(folder, changes, engine=engine)
