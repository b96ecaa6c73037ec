"""What card, hand-over and record of this kind of model say besides what every project's do (test_documents.py)."""

from __future__ import annotations

import json
from pathlib import Path

from {{ cookiecutter.package }}.config import BudgetConfig, Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.stages import Ledger

CARD = ("Cold start", "By group", "Data", "Inputs", "Stages")
HANDOVER = ("Complaints",)


def test_the_card_has_all_sections_and_the_figures_of_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}\n" not in text] == []
    assert f"{finished.assessment.model.cold_ndcg:.3f}" in text
    assert f"{finished.model.weights[0]:+.3f}" in text


def test_the_hand_over_has_them_too(project: Path) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    assert [title for title in HANDOVER if f"## {title}\n" not in text] == []


def test_the_record_holds_what_the_model_is_made_of(finished: Finished) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert "model.npz" in document["artefacts"]
    assert any(name.startswith("media/") for name in document["components"]["data"]["files"])


def test_the_record_says_what_each_stage_took(finished: Finished, settings: Config) -> None:
    stages = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))["metrics"]["stages"]
    assert set(stages) == {"als", "tower", "blend", "assess"}
    assert all(0 < found["seconds"] < 300 for found in stages.values())
    assert all(50 < found["memory_mb"] < settings.budget.memory_mb for found in stages.values())


def test_a_stage_beyond_its_budget_is_named() -> None:
    budget = BudgetConfig(als_seconds=1.0, tower_seconds=1.0, blend_seconds=1.0, assess_seconds=1.0, memory_mb=100.0)
    ledger = Ledger({"als": 0.5, "tower": 3.25}, {"als": 60.0, "tower": 130.0})
    assert ledger.excesses(budget) == [
        "tower took 3.2 s, 1 s are allowed",
        "memory grew to 130 MB, 100 MB are allowed",
    ]
    assert Ledger({"als": 0.5}, {"als": 60.0}).excesses(budget) == []
