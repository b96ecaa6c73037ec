"""The service: one order in, its chance to be late out. Without a usable model nobody is warned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import NAMES, compute
from {{ cookiecutter.package }}.model import Model, UnusableModel
from {{ cookiecutter.package }}.read import one


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shop is told; `probability` is None when there is no usable model."""

    order: int
    probability: float | None
    warn: bool
    because: str
    model: str
    configuration: str


class Service:
    """Answers for orders, by the model in a run's folder."""

    def __init__(self, run: Path, config: Config, contract: Contract) -> None:
        self.config, self.contract, self.problem = config, contract, ""
        self.model: Model | None = None
        try:
            self.model = models.load(run / "model.json")
        except UnusableModel as error:
            self.problem = str(error)

    def answer(self, message: Mapping[str, Any]) -> Answer:
        """The answer for one order. Raises `ContractViolation` for one that breaks the contract."""
        order = one(message, self.contract)
        number, configuration = int(order["order"][0]), self.config.digest()
        if self.model is None:
            return Answer(number, None, False, "no model", "none", configuration)
        values = compute(order)
        probability = float(self.model.probability(values)[0])
        strongest = NAMES[int(self.model.contributions(values)[0].argmax())]
        warn = probability >= self.config.decision.warn_from_probability
        return Answer(number, probability, warn, strongest, self.model.version, configuration)
