"""How good values are: typical error, share of near hits, whether intervals keep their promise, and the bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import QualityConfig
from {{ cookiecutter.package }}.model import Values


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one method: the median of the absolute share, how many values lie within ten per cent, the bias."""

    sales: int
    mdape: float
    within_10: float
    bias: float

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of prices inside their intervals, and their median width over the value, by what is known nearby."""

    overall: float
    many_sales: float
    few_sales: float
    width_many: float
    width_few: float
    few: int

    def plain(self) -> dict[str, float]:
        """As names and numbers, for run.json."""
        return asdict(self)


def errors(value: Array, price: Array) -> Errors:
    """Errors of values against prices."""
    share = np.abs(value / price - 1)
    return Errors(
        sales=len(price),
        mdape=float(np.median(share)),
        within_10=float((share <= 0.1).mean()),
        bias=float(np.median(value / price) - 1),
    )


def coverage(values: Values, price: Array, few: Array) -> Coverage:
    """Whether intervals hold what they promise, above all where `few` sales are known."""
    inside = (values.low <= price) & (price <= values.high)
    width = (values.high - values.low) / values.value
    return Coverage(
        overall=float(inside.mean()),
        many_sales=_mean(inside[~few]),
        few_sales=_mean(inside[few]),
        width_many=_middle(width[~few]),
        width_few=_middle(width[few]),
        few=int(few.sum()),
    )


def interval(figure: Callable[[Array], float], count: int, *, seed: int, draws: int = 200) -> tuple[float, float]:
    """The 90 % bootstrap interval of a figure that is computed from chosen rows."""
    rng = np.random.default_rng(seed)
    found = [figure(rng.integers(count, size=count)) for _ in range(draws)]
    return float(np.percentile(found, 5)), float(np.percentile(found, 95))


def shortfalls(model: Errors, legacy: Errors, held: Coverage, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    gain = 1 - model.mdape / legacy.mdape
    conditions = (
        (model.mdape <= bar.max_mdape, f"median error {model.mdape:.1%} is above {bar.max_mdape:.1%}"),
        (
            model.within_10 >= bar.min_within_10,
            f"{model.within_10:.0%} of values within 10 % of the price, {bar.min_within_10:.0%} are asked",
        ),
        (
            gain >= bar.min_gain_over_legacy,
            f"takes {gain:.0%} off the legacy formula's error, {bar.min_gain_over_legacy:.0%} are asked",
        ),
        (
            held.overall >= bar.min_coverage,
            f"intervals hold {held.overall:.0%} of prices, {bar.min_coverage:.0%} are asked",
        ),
        (
            held.few_sales >= bar.min_coverage_few_sales,
            f"where few sales are known they hold {held.few_sales:.0%}, {bar.min_coverage_few_sales:.0%} are asked",
        ),
    )
    return [reason for reached, reason in conditions if not reached]


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else 1.0


def _middle(values: Array) -> float:
    return float(np.median(values)) if len(values) else 0.0
