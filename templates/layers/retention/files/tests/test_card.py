"""What card, hand-over and record of this kind of model say besides what every project's do (test_documents.py)."""

from __future__ import annotations

import json
from pathlib import Path

from {{ cookiecutter.package }}.pipeline import Finished

CARD = ("By group", "The experiment", "Data and labels", "Inputs", "Sources")
HANDOVER = ("Logging plan", "Exports and erasure")


def test_the_card_has_all_sections_and_the_figures_of_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}\n" not in text] == []
    assert f"{finished.assessment.model.auc:.3f}" in text
    assert f"{100 * finished.assessment.trial.adjusted.estimate:+.2f} points" in text


def test_the_hand_over_has_them_too(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [title for title in HANDOVER if f"## {title}\n" not in text] == []


def test_the_record_holds_what_the_model_is_made_of(finished: Finished) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert "trees.txt" in document["artefacts"]
    assert len(document["components"]["data"]["logging_plan"]) == 64
