"""What card, hand-over and record of this kind of model say besides what every project's do (test_documents.py)."""

from __future__ import annotations

import json
from pathlib import Path

from {{ cookiecutter.package }} import target
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished

CARD = ("Where data is poor", "Data and labels", "Decisions", "Inputs", "More wells?")


def test_the_card_has_all_sections_and_the_figures_of_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}\n" not in text] == []
    assert f"{finished.assessment.held_out['model'].coverage_poor:.1%}" in text
    assert f"a factor of {finished.assessment.optimism:.2f}" in text


def test_the_record_holds_what_the_model_is_made_of(finished: Finished) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert "process.npz" in document["artefacts"]
    assert {"maps/quality.asc", "wells.csv"} <= set(document["components"]["data"]["files"])


def test_the_forecast_asks_for_the_target_that_pyproject_declares(project: Path, settings: Config) -> None:
    declared = target.read(project)
    assert declared.metric == "held_out.model.median_error"
    assert (declared.direction, declared.value) == ("lower", settings.effort.target_median_error)
