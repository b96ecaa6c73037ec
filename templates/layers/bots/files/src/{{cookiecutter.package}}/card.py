"""The model card: what the model is for, how good it is, when it will be good enough, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.findings import Findings
from {{ cookiecutter.package }}.forecast import Forecast
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table

HEADER = ("on the test period", "model", "90 % interval", "baseline", "model, by the truth", "baseline, by the truth")
FAMILY_HEADER = ("family", "accounts", "found by the model", "found by the baseline")
INPUT_HEADER = ("column", "meaning", "unit", "sensitivity", "since", "owner")
MILESTONE_HEADER = ("milestone", "recall", "reached", "chance within the budget", "labels it likely takes", "€ a month")


def metric_rows(found: Findings) -> list[tuple[str, ...]]:
    """Rows of a table: figure, model, interval, baseline, then both by the truth where it is known."""
    one = found.assessment
    columns = (one.model, one.baseline, one.model_truth, one.baseline_truth)

    def row(title: str, name: str, form: str, interval: str = "") -> tuple[str, ...]:
        model, *others = (form.format(getattr(metrics, name)) if metrics else "–" for metrics in columns)
        return (title, model, interval, *others)

    model = one.model
    return [
        row("bots found (recall)", "recall", "{:.1%}", f"{model.recall_low:.0%} – {model.recall_high:.0%}"),
        row("people wrongly referred, in 10,000", "false_per_10000", "{:.1f}",
            f"{model.false_per_10000_low:.1f} – {model.false_per_10000_high:.1f}"),
        row("… how many that were", "false_accusations", "{:d}"),
        row("area under the ROC curve", "auc", "{:.3f}"),
        row("average precision", "average_precision", "{:.3f}"),
        row("bots among the accounts", "bots", "{:d}"),
        row("people among the accounts", "people", "{:d}"),
    ]  # fmt: skip


def family_rows(found: Findings) -> list[tuple[str, ...]]:
    """Rows of a table: family, accounts, share found by model and baseline."""
    return [
        (name, f"{of['accounts']:.0f}", f"{of['model']:.0%}", f"{of['baseline']:.0%}")
        for name, of in found.assessment.families.items()
    ]


def milestone_rows(forecast: Forecast) -> list[tuple[str, ...]]:
    """Rows of a table: what a recall is worth, whether it is reached, and what it takes otherwise."""
    return [
        (
            one.name,
            f"{one.recall:.0%}",
            "yes" if one.reached else "no",
            f"{one.chance:.0%}",
            "–" if one.more_labels == 0 else "out of reach" if one.more_labels is None else f"{one.more_labels:,} more",
            f"{one.worth_eur_per_month:,.0f}",
        )
        for one in forecast.milestones
    ]


def input_rows(agreed: Contract) -> list[tuple[str, ...]]:
    """Rows of a table: every column under contract, what it means, since when, who answers for it."""
    return [
        (f"{name}.{column}", rule.meaning, rule.unit, rule.sensitivity, f"{rule.since:%Y-%m-%d}", table.owner)
        for name, table in agreed.tables.items()
        for column, rule in table.columns.items()
    ]


def outlook(forecast: Forecast) -> str:
    """The forecast in one sentence."""
    low, middle, high = forecast.expected
    return (
        f"With {forecast.labels:,} labels {forecast.recall:.0%} of the bots are found, the target is "
        f"{forecast.target:.0%}. Within the budget of {forecast.cost_eur:,.0f} € for more labels the chance to "
        f"reach it is {forecast.chance:.0%}; {middle:.0%} are expected, in 8 of 10 cases {low:.0%} to {high:.0%}. "
        f"By the agreed rule: {forecast.advice}."
    )


def write(found: Findings, model: Model, config: Config, agreed: Contract, *, data: str) -> str:
    """The card as Markdown."""
    one, split, limit = found.assessment, config.split, config.limit
    wait = split.calibration_days + split.verdict_days
    verdict = "reached" if not one.shortfalls else "NOT reached: " + "; ".join(one.shortfalls)
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It says `pass`, `watch` or `refer` when a session ends. A referral is a request that people look at an account, never
a punishment by itself. It is not made for judging how well somebody plays, nor for other sites' accounts.

## How good it is
{markdown_table(HEADER, metric_rows(found))}

Model and baseline were given their limits before the test period, by the same rule. Calibration error of the
probability on audited accounts: {one.calibration_error:.3f}. Truth columns exist only because this world is generated.

## By family of bots
{markdown_table(FAMILY_HEADER, family_rows(found)) if one.families else "Families are known only in a made world."}

No example of the family `mimic` was there to learn from: it is what the next, unknown program may look like.

## When it will be good enough
{outlook(found.forecast)}

{markdown_table(MILESTONE_HEADER, milestone_rows(found.forecast))}

The forecast rests on {len(found.curve)} trainings with fewer labels, measured as the target is.

## Data and labels
Trained on verdicts about accounts first seen until {wait} days before deployment,
calibrated on the next {split.calibration_days} days, tested on the {split.test_days} days after deployment.
Accounts that ever shared a device are on one side of the split. Verdicts are few, late and sometimes wrong;
players met at live events are people for certain, are never learned from, and set the limits.

## Decisions
Watched from log-odds of {model.limits.watch:.4f}, referred from {model.limits.refer:.4f}: beyond it lie
{limit.false_accusations_per_10000:g} in 10,000 honest players, extrapolated from {model.limits.people:,} of them
(shape of the tail {model.limits.tail_shape:+.2f}). Nobody is referred for fewer than {limit.min_actions} actions.

## Inputs
{markdown_table(INPUT_HEADER, input_rows(agreed))}

## Limits
- Whether the players met in person play like all others decides whether the limit is right; nobody can know it fully.
- A bot that copies the drift of a person's tempo looks like one. The monitor rings when inputs or scores move.
- Explanations carry a caution where actions are few, networks disagree or an account is unlike all seen before.

## Privacy and fairness
E-mail and birth year are in the sources and never in features, logs or the model. Accounts and devices stand in logs
as keyed pseudonyms only. Slow, impaired or assisted players must be able to appeal: see docs/HANDOVER.md.
"""


def summary(found: Findings) -> str:
    """The result in a few lines, for the terminal."""

    def line(name: str, metrics: Metrics) -> str:
        return (
            f"  {name:8s} finds {metrics.recall:.0%} of the bots · refers {metrics.false_accusations} of "
            f"{metrics.people:,} people · AUC {metrics.auc:.3f}"
        )

    one = found.assessment
    verdict = "quality bar reached" if not one.shortfalls else "; ".join(one.shortfalls)
    lines = [line("model", one.model), line("baseline", one.baseline), f"  {verdict}", f"  {outlook(found.forecast)}"]
    return "\n".join(lines)
