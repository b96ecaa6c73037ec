"""The run as one page and its pictures."""

from __future__ import annotations

from {{ cookiecutter.package }} import card, gallery, plots
from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.stages import Ledger
from {{ cookiecutter.package }}.train import Prepared

_RESULT = (
    "Left: how well lists meet what users chose. Right: the same by how often the chosen item had been played before; "
    "collaborative filtering cannot see the new ones."
)
_SHELF = (
    "Three users: what they played most, and the cold items the model puts first for them, judged by picture and sound."
)


def pictures(
    assessment: Assessment, model: Model, prepared: Prepared, windows: list[Window], config: Config
) -> list[Picture]:  # fmt: skip
    """All pictures of a run, the one for the README first."""
    shown = (
        ("result.svg", _RESULT, plots.result(assessment)),
        ("shelf.svg", _SHELF, gallery.shelf(model, prepared, config)),
        ("exposure.svg", "Who gets the slots: items from the most to the least shown.", plots.exposure(assessment)),
        ("monitor.svg", "The monitor in the test period; at 1 an alarm rings.", plots.alarms(windows, config.monitor)),
    )
    return [Picture(*one) for one in shown]


def page(assessment: Assessment, model: Model, shown: list[Picture], ledger: Ledger, config: Config) -> str:
    """The self-contained HTML page."""
    made = Page("{{ cookiecutter.project_name }}", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(assessment.shortfalls)
    made.heading(
        "Model against baselines",
        f"{assessment.requests} requests, {assessment.cold_requests} of which chose a cold item; by free choices, and "
        "by the truth, which exists only in a made world.",
    )
    made.table(card.HEADER, card.metric_rows(assessment))
    made.picture(*shown)
    made.heading("By plays of the item", "What a choice gained: 1 where the chosen item stood on top.")
    made.table(card.ITEM_HEADER, card.group_rows(assessment.by_item))
    made.heading("By plays of the user", "NDCG@10.")
    made.table(card.USER_HEADER, card.group_rows(assessment.by_user))
    made.heading("What the order depends on")
    rows = [(one.name, one.reason, f"{weight:+.3f}") for one, weight in zip(FEATURES, model.weights, strict=True)]
    made.table(("feature", "as a user may read it", "weight"), rows)
    made.heading("Stages", "; ".join(ledger.excesses(config.budget)) or "Within the budget.")
    made.table(card.STAGE_HEADER, card.stage_rows(ledger))
    return made.html()
