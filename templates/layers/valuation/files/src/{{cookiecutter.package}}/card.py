"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.explain import DOUBTS
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.market import FIRST_YEAR
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table

HEADER = ("newest test year", "ensemble", "90 % interval", "gradient boosting", "legacy formula")
ORIGIN_HEADER = ("deployed", "ensemble", "gradient boosting", "legacy formula", "prices inside", "inside, few sales")
TOWN_HEADER = ("town", "sales", "median error", "within 10 %", "bias")


def metric_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: figure, ensemble with interval, trees, formula."""
    newest = assessment.newest
    rows: list[tuple[str, ...]] = []
    for title, name in (("median error", "mdape"), ("within 10 % of the price", "within_10"), ("bias", "bias")):
        low_high = assessment.intervals.get(name)
        between = f"{low_high[0]:.1%} – {low_high[1]:.1%}" if low_high else ""
        model, trees, legacy = (f"{getattr(one, name):.1%}" for one in (newest.model, newest.trees, newest.legacy))
        rows.append((title, model, between, trees, legacy))
    return rows


def origin_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: each day of deployment, the three median errors, the intervals' coverage."""
    return [
        (
            f"{FIRST_YEAR + one.deployed_on / 365.25:.1f}",
            *(f"{errors.mdape:.1%}" for errors in (one.model, one.trees, one.legacy)),
            f"{one.coverage.overall:.0%}",
            f"{one.coverage.few_sales:.0%} of {one.coverage.few}",
        )
        for one in assessment.trials
    ]


def town_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: town, sales, median error, share within ten per cent, bias."""
    return [
        (town, f"{one.sales}", f"{one.mdape:.1%}", f"{one.within_10:.0%}", f"{one.bias:+.1%}")
        for town, one in assessment.by_town.items()
    ]


def write(assessment: Assessment, model: Model, config: Config, *, data: str) -> str:
    """The card as Markdown."""
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    held, near = assessment.newest.coverage, config.neighbourhood
    truth = (
        f" Against the true value, which only a made world knows, it is {assessment.truth.mdape:.1%}."
        if assessment.truth
        else ""
    )
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It values single homes in three towns for lending, with an interval, comparable sales and its doubts; where it doubts, a
valuer visits. It is not made for taxes, for whole portfolios in a crisis, or for towns it has not seen.

## How good it is
{markdown_table(HEADER, metric_rows(assessment))}

Prices themselves scatter around values, so no model's median error comes down to nothing.{truth}
A price more than three times or less than a third of area times index says something about its row, not about the
model, and is left out of both training and these figures.

## Over time
{markdown_table(ORIGIN_HEADER, origin_rows(assessment))}

Each row is a model trained on what had been registered by then, and judged on the {config.split.test_days} days after.

## By town
{markdown_table(TOWN_HEADER, town_rows(assessment))}

## Uncertainty
Intervals promise {config.interval.coverage:.0%} and held {held.overall:.0%} of prices: {
        held.many_sales:.0%} where sales are
known nearby, {held.few_sales:.0%} where fewer than {config.interval.few_sales} are known in the same
{near.cell_m:.0f} m cell within {near.evidence_days} days. There they are {
        held.width_few:.0%} of the value wide in the median,
elsewhere {held.width_many:.0%}. Width comes from the noise each network sees and from how far the {
        config.model.members
    }
networks disagree; the sales of the {
        config.split.calibration_days
    } days before deployment set how many spreads are needed.

A value carries these doubts, and any of them sends a valuer:
{markdown_table(("code", "meaning"), [(f"`{code}`", text) for code, text in DOUBTS.items()])}

## What matters
{
        markdown_table(
            ("mixed up between homes", "points of median error more"),
            [(group, f"{100 * cost:.1f}") for group, cost in assessment.sensitivity.items()],
        )
    }

## Data and order
Trained on sales by the day they were registered, oldest first, the same order in every epoch: `run.json` holds the
digest of the deeds as the networks saw them. Another order is another model.

## Inputs
{markdown_table(("input", "unit", "meaning"), [(one.name, one.unit, one.meaning) for one in FEATURES])}

## Limits
- A market that turns is in the index only weeks later; the monitor rings when prices leave the values.
- Condition is as the register has it; a renovation nobody surveyed is not seen.
- Where few sales are known the value leans on the town's index and on homes elsewhere.

## Privacy
Names and addresses are in the sources and never in inputs, logs or the model. Homes appear in the prediction log by a
keyed pseudonym; a buyer can be erased from the files (`read.forget`).
"""


def summary(assessment: Assessment) -> str:
    """The result in a few lines, for the terminal."""
    newest = assessment.newest
    lines = [
        f"  {name:14s} median error {errors.mdape:.1%} · {errors.within_10:.0%} within 10 % · bias {errors.bias:+.1%}"
        for name, errors in (("ensemble", newest.model), ("trees", newest.trees), ("legacy formula", newest.legacy))
    ]
    held = newest.coverage
    lines.append(f"  intervals hold {held.overall:.0%} of prices, {held.few_sales:.0%} where few sales are known")
    lines.append(f"  {'quality bar reached' if not assessment.shortfalls else '; '.join(assessment.shortfalls)}")
    return "\n".join(lines)
