"""The predecessor: hand-written rules, kept as the baseline to beat and as the fallback when no model is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import FeatureTable

VERSION = "rules-3"


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits as the payment department left them; amounts in euro."""

    large_eur: float = 400.0
    abroad_eur: float = 60.0
    payments_an_hour: int = 3
    new_account_days: float = 1.0
    new_account_eur: float = 80.0
    night_eur: float = 150.0
    cards_on_device: int = 3
    shared_eur: float = 70.0

    def hits(self, features: FeatureTable) -> dict[str, Array]:
        """Which payments each rule would block, by the rule's code."""
        amount, hour = features.column("amount_eur"), features.column("hour")
        return {
            "R1 large amount": amount > self.large_eur,
            "R2 from abroad": (features.column("foreign_network") == 1) & (amount > self.abroad_eur),
            "R3 many within an hour": features.column("card_payments_1h") >= self.payments_an_hour,
            "R4 new account": (features.column("account_age_days") < self.new_account_days)
            & (amount > self.new_account_eur),
            "R5 at night": (hour >= 1) & (hour < 6) & (amount > self.night_eur),
            "R6 shared device": (features.column("device_cards_30d") >= self.cards_on_device)
            & (amount > self.shared_eur),
        }

    def blocks(self, features: FeatureTable) -> Array:
        """Whether any rule blocks the payment."""
        return np.asarray(np.logical_or.reduce(list(self.hits(features).values())))
