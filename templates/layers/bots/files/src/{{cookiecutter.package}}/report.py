"""The run as one page and its pictures."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }} import card, plots
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import WINDOW
from {{ cookiecutter.package }}.findings import Findings
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.players import UNSEEN_FAMILY
from {{ cookiecutter.package }}.train import Prepared

_SHOWN = 3


def pictures(found: Findings, model: Model, prepared: Prepared, config: Config) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    part = prepared.test
    bot = prepared.bots(part.windows.account)
    known = part.labels.known | part.labels.certain if bot is None else np.ones(len(part.windows), dtype=bool)
    nature = part.labels.bot if bot is None else bot
    score = model.ensemble.score(part.windows)
    shown = [
        Picture("result.svg", "The share of bots found with fewer labels, with those there are, and with more to come.",
                plots.learning_curve(found.curve, found.forecast, config.target)),
        Picture("scores.svg", "Scores of the test period's accounts; both limits were set before it.",
                plots.scores(score[known], nature[known], model.limits)),
        Picture("suspicion.svg", "Suspicion grows action by action: some accounts of each kind, chosen by number.",
                plots.suspicion(_examples(model, prepared), model.limits)),
    ]  # fmt: skip
    if found.assessment.families:
        shown.append(Picture("families.svg", "Which families are found. The last has never been seen in training.",
                             plots.families(found.assessment.families, UNSEEN_FAMILY)))  # fmt: skip
    drift = plots.drift(found.assessment.windows, config.monitor)
    return [*shown, Picture("drift.svg", "The monitor after deployment; at 1 an alarm rings.", drift)]


def page(found: Findings, model: Model, shown: list[Picture], config: Config) -> str:
    """The self-contained HTML page: the answer first, then when it will be good enough, then all else."""
    one = found.assessment
    made = Page("{{ cookiecutter.project_name }}", f"run {model.version} · configuration {config.digest()[:12]}")
    made.verdict(one.shortfalls)
    made.heading("When will it be good enough?", card.outlook(found.forecast))
    made.picture(shown[0])
    made.table(card.MILESTONE_HEADER, card.milestone_rows(found.forecast))
    made.heading(
        "Model against baseline",
        "By verdicts a company has: confirmed bots, players met in person. Truth columns exist only in a made world.",
    )
    made.table(card.HEADER, card.metric_rows(found))
    made.picture(*shown[1:])
    if one.families:
        made.table(card.FAMILY_HEADER, card.family_rows(found))
    alarms = [str(alarm) for window in one.windows for alarm in window.alarms(config.monitor)]
    made.heading("Alarms after deployment", "; ".join(alarms) or "None.")
    made.heading("Decisions")
    made.facts({
        "watched from log-odds of": f"{model.limits.watch:.3f}",
        "referred from": f"{model.limits.refer:.3f}",
        "allowed": f"{config.limit.false_accusations_per_10000:g} in 10,000 honest players",
        "extrapolated from": f"{model.limits.people:,} players met in person",
        "shape of their tail": f"{model.limits.tail_shape:+.2f}",
    })  # fmt: skip
    return made.html()


def _examples(model: Model, prepared: Prepared) -> dict[str, Array]:
    """Running log-odds of the first accounts with a full window, of each family, or of each verdict."""
    windows, labels = prepared.test.windows, prepared.test.labels
    full = windows.mask.sum(axis=1) == WINDOW
    if (truth := prepared.tables.get("truth")) is not None:
        kind = truth["family"][np.searchsorted(truth["account"], windows.account)]
    else:
        verdict = np.where(labels.certain, "person", np.where(labels.bot == 1, "confirmed bot", "cleared"))
        kind = np.where(labels.certain | labels.known, verdict, "")
    names = [str(name) for name in np.unique(kind[full]) if name]
    chosen = {name: np.flatnonzero(full & (kind == name))[:_SHOWN] for name in names}
    return {name: model.ensemble.running(windows.rows(rows)) for name, rows in chosen.items()}
