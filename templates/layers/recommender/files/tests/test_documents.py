"""Card, hand-over and record are complete and speak of this very run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from {{ cookiecutter.package }} import record
from {{ cookiecutter.package }}.config import BudgetConfig, Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.stages import Ledger

CARD = (
    "What it is for", "How good it is", "Cold start", "By group", "Data", "Inputs", "Stages", "Limits", "Privacy",
)  # fmt: skip
HANDOVER = (
    "Inputs", "Outputs", "Service level", "Fallback", "Owner", "On call", "Shadow and rollback", "Complaints",
    "Retirement",
)  # fmt: skip


def test_the_card_is_complete_and_from_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}" not in text] == []
    assert f"Run `{finished.run.id}`" in text
    assert f"{finished.assessment.model.cold_ndcg:.3f}" in text
    assert f"{finished.model.weights[0]:+.3f}" in text
    assert "None" not in text
    assert "nan" not in text


def test_the_page_needs_no_network_and_shows_every_picture(finished: Finished) -> None:
    text = (finished.run.folder / "report.html").read_text(encoding="utf-8")
    assert text.count("data:image/svg+xml;base64,") == 4
    assert 'src="http' not in text
    assert "href=" not in text


def test_the_record_names_all_six_components_and_every_file(finished: Finished, settings: Config) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    components = {"source", "configuration", "platform", "data", "model", "hardware"}
    assert set(document["components"]) == components
    assert document["components"]["configuration"]["digest"] == settings.digest()
    assert document["passed"] is True
    for name, digest in document["artefacts"].items():
        assert record.file_digest(finished.run.folder / name) == digest
    assert {"model.json", "model.npz", "report.html", "MODEL_CARD.md"} <= set(document["artefacts"])
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


@pytest.mark.parametrize("title", HANDOVER)
def test_the_hand_over_is_complete(project: Path, title: str) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert len(section.split()) > 8


def test_the_hand_over_names_the_consumers_of_the_contract(project: Path) -> None:
    agreed = yaml.safe_load((project / "data" / "contract.yaml").read_text(encoding="utf-8"))
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8").lower()
    assert [consumer for consumer in agreed["consumers"] if consumer not in text] == []
