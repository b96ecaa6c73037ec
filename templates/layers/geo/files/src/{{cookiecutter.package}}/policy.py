"""From a prediction to an advice: leave a site, drill it, or corroborate first, whichever is worth most."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import EconomyConfig
from {{ cookiecutter.package }}.model import Prediction

LEAVE, DRILL, CORROBORATE = range(3)
ACTIONS = ("leave", "drill", "corroborate")


def value_meur(eur_kbbl: Array, economy: EconomyConfig) -> Array:
    """What a well is worth once its hole is paid for, in million euro."""
    return np.asarray(eur_kbbl * economy.margin_eur_per_bbl / 1_000 - economy.hole_cost_meur)


def decide(predicted: Prediction, flagged: Array, economy: EconomyConfig, *, level: float) -> Array:
    """The advice for each site. A flagged one is never drilled without corroboration, whatever its promise.

    Corroborating buys a survey that shows what a well would give; it pays where the answer may change the decision.
    """
    drilled, informed = _worth(predicted, economy, level=level)
    choices = np.stack(
        [np.zeros_like(drilled), np.where(flagged, -np.inf, drilled), informed - economy.survey_cost_meur]
    )
    return np.asarray(choices.argmax(axis=0))


def gain_meur(actions: Array, eur_kbbl: Array, economy: EconomyConfig) -> Array:
    """What each advice brought, now that recovery is known, in million euro."""
    value = value_meur(eur_kbbl, economy)
    surveyed = np.maximum(value, 0) - economy.survey_cost_meur
    return np.select([actions == DRILL, actions == CORROBORATE], [value, surveyed], 0.0)


def regret_meur(actions: Array, eur_kbbl: Array, economy: EconomyConfig) -> Array:
    """How much less that is than somebody who had known would have made: the cost of the decision."""
    return np.maximum(value_meur(eur_kbbl, economy), 0) - gain_meur(actions, eur_kbbl, economy)


def _worth(predicted: Prediction, economy: EconomyConfig, *, level: float) -> tuple[Array, Array]:
    """Expected value of drilling now, and of drilling only if a survey says it pays, in million euro.

    Recovery is taken as log-normal with the spread that the interval at `level` implies.
    """
    deviation = (predicted.high - predicted.low) / (2 * ndtri(0.5 + level / 2))
    price, cost = economy.margin_eur_per_bbl / 1_000, economy.hole_cost_meur
    expected = price * np.exp(predicted.mean + deviation**2 / 2)
    pays = (predicted.mean - np.log(cost / price)) / deviation
    return expected - cost, expected * ndtr(pays + deviation) - cost * ndtr(pays)
