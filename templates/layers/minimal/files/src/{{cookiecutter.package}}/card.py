"""The model card and a picture of the result, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.model import Model


def write(model: Model, metrics: Metrics, baseline: Metrics, missed: list[str], config: Config, *, data: str) -> str:
    """The card as Markdown."""
    verdict = "reached" if not missed else "NOT reached: " + "; ".join(missed)
    weights = "\n".join(f"| {name} | {weight:+.2f} |" for name, weight in zip(NAMES, model.weights, strict=True))
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{config.digest()[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
The customer is warned from a probability of {config.decision.warn_from_probability:g}.

## How good it is
| on the test period | model | each carrier's rate |
|---|---|---|
| PR-AUC | {metrics.pr_auc:.3f} | {baseline.pr_auc:.3f} |
| calibration error | {metrics.calibration_error:.3f} | {baseline.calibration_error:.3f} |
| orders, late ones | {metrics.orders}, {metrics.late} | |

## Data and labels
Tested on the {config.split.test_days} days after deployment; trained on orders at least
{config.split.label_delay_days} days older than it, since a younger order may still be under way.

## Inputs
| feature | weight, log-odds a standard deviation |
|---|---|
{weights}

## Limits
A linear model: it cannot see that two things together are worse than each. The address is in the source and
never in a feature.
"""


def picture(metrics: Metrics, baseline: Metrics) -> str:
    """Two bars as SVG, drawn by hand: a library would be heavier than the model."""
    bars = ""
    for row, (name, value, colour) in enumerate(
        (("model", metrics.pr_auc, "#1f5fa8"), ("each carrier's rate", baseline.pr_auc, "#c4562b"))
    ):
        top = 34 + 52 * row
        bars += (
            f'<text x="8" y="{top + 22}" fill="#777">{name}</text>'
            f'<rect x="160" y="{top}" width="{480 * value:.1f}" height="32" rx="4" fill="{colour}"/>'
            f'<text x="{168 + 480 * value:.1f}" y="{top + 22}" fill="#777">{value:.3f}</text>'
        )
    share = metrics.late / metrics.orders
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 160" font-family="sans-serif" font-size="15">'
        f'<text x="8" y="20" fill="#777">PR-AUC on the test period; guessing would reach {share:.3f}</text>'
        f"{bars}</svg>\n"
    )
