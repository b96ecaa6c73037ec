"""The run as one page and its pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from {{ cookiecutter.package }} import card, plots
from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.train import Prepared


def pictures(assessment: Assessment, model: Model, prepared: Prepared, config: Config) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    rows = prepared.origins[-1].test
    features = prepared.features.rows(rows)
    found, few = model.predict(features.values), features.near_sales < config.interval.few_sales
    reach = {"many": model.widths.many, "few": model.widths.few}
    return [
        Picture("result.svg", "Median error on the year after each deployment: formula, trees and ensemble.",
                plots.origins(assessment.trials)),
        Picture("map.svg", "Homes sold in the test year, the darker the wider the interval.",
                plots.uncertainty(features, model.value(features), _lakes(prepared.tables))),
        Picture("promises.svg", "How many prices intervals of growing width hold.",
                plots.promises(found.expected, found.spread, prepared.target[rows], few, reach)),
        Picture("sensitivity.svg", "What the error would be more if homes had another home's size, place, age …",
                plots.sensitivity(assessment.sensitivity)),
        Picture("drift.svg", "The monitor after deployment; at 1 an alarm rings.",
                plots.drift(assessment.windows, config.monitor)),
    ]  # fmt: skip


def page(assessment: Assessment, model: Model, shown: list[Picture], config: Config) -> str:
    """The self-contained HTML page."""
    made = Page("{{ cookiecutter.project_name }}", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(assessment.shortfalls)
    made.heading(
        "Ensemble, trees and legacy formula", "On sales of the newest test year, none of them seen in training."
    )
    made.table(card.HEADER, card.metric_rows(assessment))
    made.picture(*shown)
    made.heading("Over time", "Median errors of models trained to each day of deployment, on the year that followed.")
    made.table(card.ORIGIN_HEADER, card.origin_rows(assessment))
    made.heading("By town")
    made.table(card.TOWN_HEADER, card.town_rows(assessment))
    alarms = [alarm for window in assessment.windows for alarm in window.alarms(config.monitor)]
    made.heading("Alarms after deployment", "\n".join(map(str, alarms)) or "None.")
    return made.html()


def _lakes(tables: Mapping[str, Columns]) -> Columns:
    """Lakes on their town's own map, in kilometres from its centre."""
    lakes, towns = tables["lakes"], tables["towns"]
    home = np.array([np.flatnonzero(towns["town"] == town)[0] for town in lakes["town"]])
    return {
        "town": lakes["town"],
        "east_km": (lakes["x_m"] - towns["x_m"][home]) / 1_000,
        "north_km": (lakes["y_m"] - towns["y_m"][home]) / 1_000,
        "radius_km": lakes["radius_m"] / 1_000,
    }
