"""The run as one page and its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from {{ cookiecutter.package }} import assess, card, explain, maps, plots
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.policy import ACTIONS, CORROBORATE, DRILL
from {{ cookiecutter.package }}.train import Prepared

if TYPE_CHECKING:
    from {{ cookiecutter.package }}.pipeline import Finished

_LEVELS = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95])


def pictures(finished: Finished, prepared: Prepared, config: Config) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    found, surface = finished.assessment, finished.surface
    judged = found.truth or found.held_out
    by = "over every cell, by the truth" if found.truth else "on held-out wells"
    good, poor = assess.reliability(finished.held_out, prepared, config, _LEVELS)
    return [
        Picture("result.svg", "Expected recovery with the wells (dots), how wide the interval is, and the advice. "
                "Inside the dashed line data is poor: wide intervals, and no drilling without corroboration.",
                maps.result(surface, prepared, config)),
        Picture("coverage.svg", f"Wells in their interval {by}. The average alone would not show who fails where data "
                "is poor.", plots.coverage(judged, config)),
        Picture("cost.svg", f"What decisions cost {by}, against somebody who had known.", plots.cost(judged)),
        Picture("reliability.svg", "Promised and kept: intervals of other levels, on held-out wells.",
                plots.reliability(_LEVELS, good, poor)),
        Picture("honesty.svg", "Who judges honestly: folds that ignore the ground flatter, blocked folds do not.",
                plots.honesty(found)),
        Picture("folds.svg", "Wells by fold: whole blocks are held out together.", maps.folds(prepared, config)),
        Picture("learning.svg", "More wells? " + card.verdict(finished.forecast),
                plots.learning(finished.curve, finished.forecast)),
        Picture("drift.svg", "The monitor since training; at 1 an alarm rings.", plots.drift(found, config)),
    ]  # fmt: skip


def page(finished: Finished, shown: list[Picture], agreed: Contract, config: Config) -> str:
    """The self-contained HTML page."""
    found, model = finished.assessment, finished.model
    made = Page("{{ cookiecutter.project_name }}", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(found.shortfalls)
    first, *others = shown
    made.picture(first)
    made.heading(
        "Judged on held-out wells",
        "Each well by a model that had seen no well of its block nor near it; the bar is on these figures.",
    )
    made.table(card.HEADER, card.metric_rows(found.held_out, config))
    if found.truth:
        made.heading("Judged by the truth", "Every cell of the map; known only because this world is made.")
        made.table(card.HEADER, card.metric_rows(found.truth, config))
    made.picture(*others)
    made.heading(
        "Sites worth a look",
        "The most promising cells to drill now, and those to corroborate first: with drivers and data quality.",
    )
    made.table(("site", "advice", "thousand barrels", "interval", "data quality", "drivers"), _sites(finished))
    alarms = [alarm for window in found.windows for alarm in window.alarms(config.monitor)]
    made.heading("Alarms since training", "\n".join(map(str, alarms)) or "None.")
    made.heading("Data", "What came through the door, what it means and who answers for it.")
    made.table(("column", "meaning", "unit", "since", "owner", "source"), _dictionary(agreed))
    return made.html()


def _dictionary(agreed: Contract) -> list[tuple[str, ...]]:
    """Every column of the contract, also those that never come further than the door."""
    return [
        (f"{name}.{column}", given.meaning, given.unit, f"{given.since:%Y-%m}", table.owner, table.source)
        for name, table in agreed.tables.items()
        for column, given in table.columns.items()
    ]


def _sites(finished: Finished, *, each: int = 4) -> list[tuple[str, ...]]:
    """The best cells by advice, each with what moves it away from a typical well."""
    surface = finished.surface
    rows: list[tuple[str, ...]] = []
    for action in (DRILL, CORROBORATE):
        of_action = np.flatnonzero(surface.actions == action)
        best = of_action[np.argsort(-surface.predicted.mean[of_action], kind="stable")[:each]]
        for cell in best:
            site = surface.sites.rows(np.array([cell]))
            drivers = explain.drivers(finished.model.regressor, site, count=3)
            low, high = np.exp(surface.predicted.low[cell]), np.exp(surface.predicted.high[cell])
            rows.append((
                f"{site.east_km[0]:.1f} km east, {site.north_km[0]:.1f} km north",
                ACTIONS[action],
                f"{np.exp(surface.predicted.mean[cell]):,.0f}",
                f"{low:,.0f} – {high:,.0f}",
                f"{site.quality[0]:.2f}",
                " · ".join(f"{driver.name} × {driver.times:.2f}" for driver in drivers),
            ))  # fmt: skip
    return rows
