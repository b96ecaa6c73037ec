"""The configuration's shape: every key typed and bounded (strict.py has what all parts share)."""

from __future__ import annotations

from pathlib import Path

from {{ cookiecutter.package }}.strict import Count, Positive, Share, Strict, Whole


class WorldConfig(Strict):
    """How many orders over how many days are made."""

    orders: Count
    days: Count


class SplitConfig(Strict):
    """An order younger than the label delay may still be under way."""

    label_delay_days: Count
    test_days: Count


class ModelConfig(Strict):
    """Logistic regression."""

    inverse_regularisation: Positive
    iterations: Count


class DecisionConfig(Strict):
    """When the customer is warned."""

    warn_from_probability: Share


class QualityConfig(Strict):
    """The bar a model must reach before it may serve."""

    min_pr_auc: Share
    min_pr_auc_over_baseline: Share
    max_calibration_error: Share


class Config(Whole):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    model: ModelConfig
    decision: DecisionConfig
    quality: QualityConfig


def load(folder: Path, **changes: object) -> Config:
    """The configuration in `folder`; `changes` replace values: `world={"orders": 5000}`."""
    return Config.read(folder, changes)
