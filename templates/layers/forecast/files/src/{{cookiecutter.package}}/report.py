"""The run as one page and its pictures."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }} import card, plots
from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.monitor import Reference, Window
from {{ cookiecutter.package }}.page import Page, Picture
from {{ cookiecutter.package }}.train import Prepared, Trained


def pictures(
    assessment: Assessment,
    trained: Trained,
    prepared: Prepared,
    windows: list[Window],
    normal: Reference,
    config: Config,
) -> list[Picture]:
    """All pictures of a run, the one for the README first."""
    longest = max(config.forecast.leads_h)
    start = assessment.judged[0]
    images = np.asarray(prepared.archive.satellite[int(start.hours[0]) : int(start.hours[-1]) + 1])
    return [
        Picture("result.svg", "An hour of middling difficulty: what happened, the forecast, and advection.",
                plots.fields(assessment, lead=longest)),
        Picture("leads.svg", "Error by lead on the test period.", plots.leads(assessment)),
        Picture("layers.svg", "What each layer of the encoder holds of the image, before training, by a linear probe.",
                plots.layers(trained.layers)),
        Picture("spectrum.svg", "Energy kept by wavelength; right of the dashed line there is mostly noise.",
                plots.spectrum(assessment, images, leads=config.forecast.leads_h)),
        Picture("drift.svg", "The monitor on the test period; at 1 an alarm rings.",
                plots.drift(windows, normal, config.monitor)),
    ]  # fmt: skip


def page(
    assessment: Assessment,
    trained: Trained,
    shown: list[Picture],
    windows: list[Window],
    normal: Reference,
    config: Config,
) -> str:
    """The self-contained HTML page."""
    made = Page("{{ cookiecutter.project_name }}", f"run {trained.model.version} · configuration {config.digest()[:12]}")
    made.verdict(assessment.shortfalls)
    made.heading("Forecast against baselines", card.ramp_text(assessment, config))
    made.table(card.LEADS, card.lead_rows(assessment))
    made.picture(*shown[:2])
    made.heading("What the code holds", "Energy by wavelength, before training by a linear probe and after it.")
    made.table(card.LAYERS, card.layer_rows(trained.layers))
    made.table(card.ENERGY, card.energy_rows(assessment))
    made.picture(*shown[2:4])
    alarms = [alarm for window in windows for alarm in window.alarms(normal, config.monitor)]
    made.heading("Alarms on the test period", "\n".join(map(str, alarms)) or "None.")
    made.picture(shown[4])
    made.heading("Training")
    made.facts({
        "steps": f"{len(trained.losses):,}",
        "first loss": f"{trained.losses[0]:.2f}",
        "last loss, mean of 20 steps": f"{np.mean(trained.losses[-20:]):.3f}",
    })  # fmt: skip
    return made.html()
