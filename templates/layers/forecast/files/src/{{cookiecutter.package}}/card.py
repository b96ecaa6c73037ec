"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from collections.abc import Sequence

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.information import Layer
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table
from {{ cookiecutter.package }}.spectra import BANDS
from {{ cookiecutter.package }}.train import Trained

LEADS = (
    "lead",
    "error, m/s",
    "advection",
    "persistence",
    "skill over advection",
    "90 % interval",
    "coverage",
    "unseen",
)
ENERGY = ("energy kept by the reconstruction", "waves of cells", "image", "wind")
SOURCES = ("field", "meaning", "unit", "source", "owner", "since")
LAYERS = ("layer", "channels", "cells a place", "values kept", "long", "middle", "short")


def lead_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: errors of the model and the baselines, skill with its interval, coverage of the intervals."""
    rows: list[tuple[str, ...]] = []
    for one in assessment.metrics.leads:
        low, high = assessment.intervals[str(one.lead)]
        rows.append(
            (
                f"+{one.lead} h",
                f"{one.rmse:.2f}",
                f"{one.advection:.2f}",
                f"{one.persistence:.2f}",
                f"{one.skill_over_advection:.1%}",
                f"{low:.1%} – {high:.1%}",
                f"{one.coverage:.1%}",
                f"{one.coverage_unseen:.1%}",
            )
        )
    return rows


def energy_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: band, its wavelengths, share of energy in the right place of image and wind."""
    image, wind = assessment.metrics.retention_image, assessment.metrics.retention_wind
    return [
        (name, f"{low:g} or more" if high > 1e6 else f"{low:g} – {high:g}", f"{image[name]:.1%}", f"{wind[name]:.1%}")
        for name, (low, high) in BANDS.items()
    ]


def source_rows(agreed: Contract) -> list[tuple[str, ...]]:
    """Rows of a table: each field of the contract, what it means, where it comes from and who answers for it."""
    return [
        (name, field.meaning, field.unit, field.source, field.owner, field.since.isoformat())
        for name, field in agreed.fields.items()
    ]


def layer_rows(found: Sequence[Layer]) -> list[tuple[str, ...]]:
    """Rows of a table: what each layer of the encoder can hold and does hold of the image."""
    return [
        (
            layer.name,
            str(layer.channels),
            f"{layer.cells} x {layer.cells}",
            f"{layer.values_share:.2f}",
            *(f"{layer.energy[band]:.1%}" for band in BANDS),
        )
        for layer in found
    ]


def ramp_text(assessment: Assessment, config: Config) -> str:
    """The ramp score in a sentence."""
    found = assessment.metrics
    return (
        f"Of {found.ramps:,} ramps (power of a farm changes by {config.power.ramp_share:.0%} of capacity within "
        f"{config.power.ramp_h} hours) the threat score is {found.ramp_score:.2f}, by advection "
        f"{found.ramp_score_advection:.2f}; persistence forecasts none."
    )


def write(assessment: Assessment, trained: Trained, config: Config, agreed: Contract, *, data: str) -> str:
    """The card as Markdown."""
    model: Model = trained.model
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    split = config.split
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It gives wind at every cell for {", ".join(f"+{lead}" for lead in config.forecast.leads_h)} hours, with an interval,
for the traders and dispatchers of wind farms. It is not made for warnings to the public, nor for other regions.

## How good it is
{markdown_table(LEADS, lead_rows(assessment))}

Intervals should hold the truth in {config.forecast.coverage:.0%} of cells; *unseen* counts those whose air the
satellite had missed. {ramp_text(assessment, config)}

## What the code holds
{markdown_table(LAYERS, layer_rows(trained.layers))}

Before training, by a linear probe: the share of the image's energy, by wavelength, that can be read back after each
layer. After training:

{markdown_table(ENERGY, energy_rows(assessment))}

## Data
Trained on all hours before the last {split.calibration_hours + split.test_hours + 2 * split.gap_hours}, intervals from
{split.calibration_hours} hours, tested on the last {split.test_hours}, with {split.gap_hours} hours left out between
periods. Means and deviations come from the hours of training alone.

{markdown_table(SOURCES, source_rows(agreed))}

## Limits
- A front that the satellite did not see is missed; its cells are marked, and their intervals are wider.
- The flow is one for the whole region: weather that turns around a centre is carried wrongly.
- Growth of new fronts after the last image cannot be known: errors grow with lead, and short waves fade first.

## Privacy
Stations belong to observers. Their addresses stay in `stations.csv`: never in features, logs or the model; logs name
stations by keyed pseudonyms. `erase` forgets an observer and all that was reported.
"""


def summary(assessment: Assessment) -> str:
    """The result in a few lines, for the terminal."""
    lines = [
        f"  +{one.lead} h  {one.rmse:.2f} m/s · advection {one.advection:.2f} · persistence {one.persistence:.2f} · "
        f"interval holds {one.coverage:.0%}"
        for one in assessment.metrics.leads
    ]
    kept = " · ".join(f"{name} {share:.0%}" for name, share in assessment.metrics.retention_image.items())
    verdict = "quality bar reached" if not assessment.shortfalls else "; ".join(assessment.shortfalls)
    return "\n".join([*lines, f"  energy kept of the image: {kept}", f"  {verdict}"])
