"""What card, hand-over and record of this kind of model say besides what every project's do (test_documents.py)."""

from __future__ import annotations

import json
from pathlib import Path

from {{ cookiecutter.package }} import target
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished

CARD = ("By family of bots", "When it will be good enough", "Data and labels", "Decisions", "Inputs")
HANDOVER = ("Target", "Appeals")


def test_the_card_has_all_sections_and_the_figures_of_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}\n" not in text] == []
    assert f"{finished.assessment.model.auc:.3f}" in text
    assert f"{finished.model.limits.refer:.4f}" in text
    assert f"the chance to reach it is {finished.forecast.chance:.0%}" in text


def test_the_forecast_asks_for_the_target_that_pyproject_declares(project: Path, settings: Config) -> None:
    declared = target.read(project)
    assert (declared.metric, declared.direction, declared.value) == ("model.recall", "higher", settings.target.recall)


def test_the_hand_over_has_them_too(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [title for title in HANDOVER if f"## {title}\n" not in text] == []


def test_the_record_holds_what_the_model_is_made_of(finished: Finished, settings: Config) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert "weights.npz" in document["artefacts"]
    assert document["metrics"]["forecast"]["target"] == settings.target.recall
