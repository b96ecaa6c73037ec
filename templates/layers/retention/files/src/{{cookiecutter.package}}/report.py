"""The run as one page and its pictures."""

from __future__ import annotations

from {{ cookiecutter.package }} import card, plots
from {{ cookiecutter.package }}.assess import Assessment, judge
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.train import Prepared


def pictures(assessment: Assessment, model: Model, prepared: Prepared, config: Config) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    judged, trial = judge(model, prepared), assessment.trial
    return [
        Picture("result.svg", "Users of the test period by tenth of score: how many should come back, and did.",
                plots.tenths(judged)),
        Picture("effect.svg", "The reminder's effect as users come in, plain and adjusted by the score.",
                plots.effect(trial, config)),
        Picture("coverage.svg", "Planned events by day, against the plan. Red is a gap; plenty in the app alone: bots.",
                plots.coverage(prepared.coverage)),
        Picture("scores.svg", "Scores of those who came back and of those who did not, in the test period.",
                plots.scores(judged)),
        Picture("drift.svg", "The monitor after deployment; at 1 an alarm rings.",
                plots.drift(assessment.windows, config.monitor)),
    ]  # fmt: skip


def page(assessment: Assessment, model: Model, shown: list[Picture], config: Config) -> str:
    """The self-contained HTML page."""
    made = Page("Shop", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(assessment.shortfalls)
    made.heading("Model against the cohort rate", "By users who were not reminded: what happens without us.")
    made.table(card.HEADER, card.metric_rows(assessment))
    made.picture(shown[0])
    made.heading("Does the reminder work?", "The score is older than the arm: adjusting by it cannot hide the effect.")
    made.table(card.EFFECT_HEADER, card.effect_rows(assessment.trial, config))
    made.picture(shown[1])
    made.heading("Was everything logged?", "Source × event × day; a run stops where a planned event stays away.")
    made.picture(*shown[2:])
    alarms = [alarm for window in assessment.windows for alarm in window.alarms(config.monitor)]
    made.heading("Alarms after deployment", "" if alarms else "None.")
    if alarms:
        shown_alarms = [(f"{one.begins // DAY}", one.figure, f"{one.value:.2f}", f"{one.limit:.2f}") for one in alarms]
        made.table(("week from day", "figure", "is", "may be"), shown_alarms)
    made.heading("By group")
    made.table(card.GROUP_HEADER, card.group_rows(assessment))
    return made.html()
