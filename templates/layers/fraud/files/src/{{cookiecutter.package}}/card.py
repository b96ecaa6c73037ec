"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table

_ROWS = (
    ("PR-AUC", "pr_auc", "{:.3f}"),
    ("cost, € per 1,000 payments", "cost_eur_per_1000", "{:,.0f}"),
    ("good payments blocked per 1,000", "blocked_good_per_1000", "{:.1f}"),
    ("fraud caught, share of cases", "caught_fraud_share", "{:.0%}"),
    ("fraud caught, share of euro", "caught_euro_share", "{:.0%}"),
    ("reviews per 1,000 payments", "reviews_per_1000", "{:.1f}"),
    ("calibration error", "calibration_error", "{:.4f}"),
)


def metric_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: figure, model, 90 % interval, rules, then both by the truth where it is known."""
    rows = []
    for title, name, form in _ROWS:
        low_high = assessment.intervals.get(name)
        between = f"{form.format(low_high[0])} – {form.format(low_high[1])}" if low_high else ""
        found = (assessment.model, assessment.rules, assessment.model_truth, assessment.rules_truth)
        model, rules, *truth = (form.format(getattr(one, name)) if one else "–" for one in found)
        rows.append((title, model, between, rules, *truth))
    return rows


GROUP_HEADER = ("group", "payments", "good blocked per 1,000", "fraud caught")
INPUT_HEADER = ("feature", "unit", "reason shown to analysts")
HEADER = ("on the test period", "model", "90 % interval", "rules", "model, by the truth", "rules, by the truth")


def group_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: group, payments, good ones blocked per 1,000, share of fraud caught."""
    return [
        (
            f"{group} {value}",
            f"{found['payments']:.0f}",
            f"{found['blocked_good_per_1000']:.1f}",
            f"{found['caught_fraud_share']:.0%}",
        )
        for group, values in assessment.slices.items()
        for value, found in values.items()
    ]


def write(assessment: Assessment, model: Model, config: Config, *, data: str) -> str:
    """The card as Markdown."""
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    split, cost, explored = config.split, config.cost, config.exploration.share_of_blocked
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It decides `approve`, `review` or `block` when a deposit is made, and replaces the hand-written rules, which stay as
the fallback. It is not made for judging persons, for credit decisions or for other companies' payments.

## How good it is
{markdown_table(HEADER, metric_rows(assessment))}

Rates weigh each payment by the inverse of its chance to have a label, since a blocked payment never gets one.
Truth columns exist only because this world is generated; a company has the others.

## By group
{_groups(assessment)}

## Data and labels
Trained on payments up to {split.calibration_days + split.label_delay_days} days before deployment, calibrated on the
next {split.calibration_days} days, tested on the {split.test_days} days after deployment. A chargeback may arrive
{split.label_delay_days} days late, so younger payments carry no label. Of the payments that would be blocked,
{explored:.0%} go through by chance, logged with that propensity: without them the next model would only learn from
what this one let pass.

## Decisions
Blocks from a probability of {model.thresholds.block:.4f}, asks an analyst from {model.thresholds.review:.4f}.
The first is where the cost on the calibration period is least, with at most
{config.capacity.blocked_good_per_1000:g} of 1,000 good payments refused (chargeback fee {cost.chargeback_fee_eur:g} €,
{cost.goodwill_per_blocked_eur:g} € and {cost.margin_share:.0%} of the amount for an honest customer refused), the
second fills the analysts' capacity of {config.capacity.reviews_per_1000_payments:g} in 1,000 payments.

## Inputs
{markdown_table(INPUT_HEADER, [(one.name, one.unit, one.reason) for one in FEATURES])}

## Limits
- Customers who dispute their own payments look like anyone until their first chargeback has arrived.
- Fraudsters change their tactics; the monitor rings when inputs, scores or the share of blocked payments move.
- A payment outside all that was seen in training is marked `unusual`; there the score is a guess.

## Privacy and fairness
E-mail and birth year are in the sources and never in features, logs or the model. Figures by country and
method stand above; groups with few payments have wide error.
"""


def _groups(assessment: Assessment) -> str:
    return markdown_table(GROUP_HEADER, group_rows(assessment))


def summary(assessment: Assessment) -> str:
    """The result in four lines, for the terminal."""

    def line(name: str, metrics: Metrics) -> str:
        return (
            f"  {name:6s} PR-AUC {metrics.pr_auc:.3f} · {metrics.cost_eur_per_1000:,.0f} € per 1,000 payments · "
            f"{metrics.blocked_good_per_1000:.1f} good ones blocked per 1,000 · "
            f"{metrics.caught_euro_share:.0%} of fraud euro caught"
        )

    verdict = "quality bar reached" if not assessment.shortfalls else "; ".join(assessment.shortfalls)
    return "\n".join([line("model", assessment.model), line("rules", assessment.rules), f"  {verdict}"])
