"""The configuration's shape: every key typed and bounded, unknown keys refused, one digest for the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from {{ cookiecutter.package }}.record import digest

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorldConfig(_Strict):
    """How many orders over how many days are made."""

    orders: Count
    days: Count


class SplitConfig(_Strict):
    """An order younger than the label delay may still be under way."""

    label_delay_days: Count
    test_days: Count


class ModelConfig(_Strict):
    """Logistic regression."""

    inverse_regularisation: Positive
    iterations: Count


class DecisionConfig(_Strict):
    """When the customer is warned."""

    warn_from_probability: Share


class QualityConfig(_Strict):
    """The bar a model must reach before it may serve."""

    min_pr_auc: Share
    min_pr_auc_over_baseline: Share
    max_calibration_error: Share


class Config(_Strict):
    """The whole configuration."""

    seed: int
    world: WorldConfig
    split: SplitConfig
    model: ModelConfig
    decision: DecisionConfig
    quality: QualityConfig

    def digest(self) -> str:
        """SHA-256 of the values, whatever the file's layout and comments."""
        return digest(self.model_dump())


def load(folder: Path, **changes: object) -> Config:
    """The configuration in `folder`; `changes` replace values: `world={"orders": 5000}`."""
    values = yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8"))
    for key, change in changes.items():
        values[key] = {**values[key], **change} if isinstance(change, dict) else change
    return Config.model_validate(values)
