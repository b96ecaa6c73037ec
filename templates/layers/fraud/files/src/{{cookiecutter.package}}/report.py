"""The run as one page and its pictures."""

from __future__ import annotations

from {{ cookiecutter.package }} import card, plots
from {{ cookiecutter.package }}.assess import Assessment, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.train import Prepared


def pictures(assessment: Assessment, model: Model, prepared: Prepared, config: Config) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    judged = judge(model, prepared)
    return [
        Picture("result.svg", "Precision and recall on the test period: the model, and the rules it replaces.",
                plots.precision_recall(judged)),
        Picture("cost.svg", "Cost on the test period by threshold; the dashed threshold was chosen before it.",
                plots.cost(judged, model.thresholds, assessment.rules, config)),
        Picture("calibration.svg", "Of payments scored 10 %, are 10 % fraud? Groups of equal size.",
                plots.calibration(judged)),
        Picture("drift.svg", "The monitor after deployment; at 1 an alarm rings.",
                plots.drift(assessment.windows, config.monitor)),
    ]  # fmt: skip


def page(assessment: Assessment, model: Model, shown: list[Picture], config: Config) -> str:
    """The self-contained HTML page."""
    made = Page("{{ cookiecutter.project_name }}", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(assessment.shortfalls)
    made.heading(
        "Model against rules",
        "By labels a company can observe, weighted by inverse propensity; truth columns exist only in a made world.",
    )
    made.table(card.HEADER, card.metric_rows(assessment))
    made.picture(*shown)
    alarms = [alarm for window in assessment.windows for alarm in window.alarms(config.monitor)]
    made.heading("Alarms after deployment", "\n".join(map(str, alarms)) or "None.")
    made.heading("By group")
    made.table(card.GROUP_HEADER, card.group_rows(assessment))
    made.heading("Decisions")
    made.facts({
        "blocked from a probability of": f"{model.thresholds.block:.4f}",
        "reviewed from": f"{model.thresholds.review:.4f}",
        "let through although blocked": f"{config.exploration.share_of_blocked:.0%}, to learn from",
    })  # fmt: skip
    return made.html()
