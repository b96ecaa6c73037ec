"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.caution import FLAGS
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.effort import Forecast
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.model import Model

_ROWS = (
    ("mean absolute error, thousand barrels", "mae_kbbl", "{:,.0f}"),
    ("median error", "median_error", "{:.1%}"),
    ("in their {level:.0%} interval", "coverage", "{:.1%}"),
    ("… where data is good", "coverage_good", "{:.1%}"),
    ("… where data is poor", "coverage_poor", "{:.1%}"),
    ("interval, high / low, where data is good", "width_good", "{:.1f}"),
    ("… where data is poor", "width_poor", "{:.1f}"),
    ("cost of decisions, M€ a site", "regret_meur", "{:.3f}"),
    ("… where data is poor", "regret_poor_meur", "{:.3f}"),
    ("sites advised to drill", "drilled_share", "{:.0%}"),
    ("… that lose money", "losing_holes_share", "{:.0%}"),
)
CONTENDERS = {"model": "model", "kriging": "kriging", "blind": "model, blind to data quality"}
HEADER = ("", *CONTENDERS.values())


def metric_rows(found: Mapping[str, Metrics], config: Config) -> list[tuple[str, ...]]:
    """Rows of a table: figure, then one column a contender."""
    return [
        (title.format(level=config.interval.level), *(form.format(getattr(found[one], name)) for one in CONTENDERS))
        for title, name, form in _ROWS
    ]


def write(assessment: Assessment, model: Model, config: Config, *, data: str, wells: int) -> str:
    """The card as Markdown."""
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    split, economy, care = config.split, config.economy, config.caution
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It advises `drill`, `leave` or `corroborate` for a site on the maps, with an interval, its drivers, the quality of the
data there and the nearest wells. It does not replace the geologist who signs a site.

## How good it is
{wells} wells, each judged by a model that had seen no well of its block
({split.block_km:g} km wide) nor within {split.buffer_km:g} km of it:

{table(HEADER, metric_rows(assessment.held_out, config))}

Folds that ignore the ground would have understated the median error by a factor of {assessment.optimism:.2f}:
wells stand in clusters, and the neighbour of a test well gives its answer away.
{_truth(assessment, config)}
## Where data is poor
Below a data quality of {config.interval.poor_quality:g} a place counts as poor. Noise grows there as the wells
showed, and the interval has a calibration of its own: {model.factors.poor:.2f} scales wide instead of
{model.factors.good:.2f}.

## Data and labels
A well's recovery is known after {split.min_months} months of production; younger ones are not trained on, since
early estimates are too high. Features come from maps and from wells drilled before the site's moment; what a borehole
logs is no feature.

## Decisions
A hole costs {economy.hole_cost_meur:g} M€, a survey {economy.survey_cost_meur:g} M€, a barrel brings
{economy.margin_eur_per_bbl:g} €. The advice is what is worth most under the interval; the cost of a decision is what
somebody who had known would have made more. A site with any of these flags is never drilled without corroboration
(intervals wider than {care.max_high_to_low:g}-fold, wells farther than {care.max_nearest_well_km:g} km):

{table(("flag", "shown as"), list(FLAGS.items()))}

## Inputs
{table(("feature", "unit", "shown as"), [(one.name, one.unit, one.reason) for one in FEATURES])}

## Limits
- Outcomes exist only for sites that somebody chose to drill; where nobody drills, nothing contradicts the model.
- An interval promises its share of wells over a region, not for a single one.
- Surveys are assumed to show what a well would give; where they do not, corroboration is worth less than shown here.

## Privacy
Landowners' names and addresses are in the leases and never in features, logs or the model; who asked is logged by a
keyed pseudonym.
"""


def effort(found: Forecast) -> str:
    """The card's last section: whether more wells are worth drilling for the data they give."""
    return f"""
## More wells?
{verdict(found)}
"""


def verdict(found: Forecast) -> str:
    """The forecast in two sentences, with the stop rule's answer."""
    advice = (
        "Drilling for data is worth a try" if found.go_on else "Do not drill for data: better maps would bring more"
    )
    return (
        f"With {found.more_wells} more wells the median error is expected at {found.expected:.1%}; "
        f"the chance to reach {found.target:.0%} is {found.chance:.0%}. {advice}."
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def summary(assessment: Assessment) -> str:
    """The result in a few lines, for the terminal."""
    lines = [
        f"  {name:8s} median error {found.median_error:.1%} · {found.coverage:.0%} in their interval, "
        f"{found.coverage_poor:.0%} where data is poor · decisions cost {found.regret_meur:.3f} M€ a site"
        for name, found in assessment.held_out.items()
    ]
    verdict = "quality bar reached" if not assessment.shortfalls else "; ".join(assessment.shortfalls)
    lines.append(f"  random folds would flatter by a factor of {assessment.optimism:.2f}")
    return "\n".join([*lines, f"  {verdict}"])


def _truth(assessment: Assessment, config: Config) -> str:
    if not assessment.truth:
        return ""
    rows = table(HEADER, metric_rows(assessment.truth, config))
    return f"\nThis world is made, so every cell of the map can be judged by its truth:\n\n{rows}\n"
