"""Card, hand-over and record are complete and speak of this very run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from {{ cookiecutter.package }} import record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished

CARD = ("What it is for", "How good it is", "What the code holds", "Data", "Limits", "Privacy")
HANDOVER = (
    "Inputs", "Outputs", "Service level", "Fallback", "Owner", "On call", "Shadow and rollback", "Changing the network",
    "Retirement",
)  # fmt: skip


def test_the_card_is_complete_and_from_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [title for title in CARD if f"## {title}" not in text] == []
    assert f"Run `{finished.run.id}`" in text
    assert f"{finished.assessment.metrics.leads[-1].rmse:.2f}" in text
    assert f"{finished.assessment.metrics.retention_image['short']:.1%}" in text
    assert "None" not in text
    assert "nan" not in text


def test_the_page_needs_no_network_and_shows_every_picture(finished: Finished) -> None:
    text = (finished.run.folder / "report.html").read_text(encoding="utf-8")
    assert text.count("data:image/svg+xml;base64,") == 5
    assert 'src="http' not in text
    assert "href=" not in text


def test_the_record_names_all_six_components_and_every_file(finished: Finished, settings: Config) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    components = {"source", "configuration", "platform", "data", "model", "hardware"}
    assert set(document["components"]) == components
    assert document["components"]["configuration"]["digest"] == settings.digest()
    assert {"satellite", "reanalysis", "stations.csv"} <= set(document["components"]["data"]["files"])
    assert document["passed"] is True
    for name, digest in document["artefacts"].items():
        assert record.file_digest(finished.run.folder / name) == digest
    assert {"model.json", "weights.npz", "report.html", "MODEL_CARD.md"} <= set(document["artefacts"])


@pytest.mark.parametrize("title", HANDOVER)
def test_the_hand_over_is_complete(project: Path, title: str) -> None:
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert len(section.split()) > 8


def test_the_hand_over_names_the_consumers_of_the_contract(project: Path) -> None:
    agreed = yaml.safe_load((project / "data" / "contract.yaml").read_text(encoding="utf-8"))
    text = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8").lower()
    assert [consumer for consumer in agreed["consumers"] if consumer not in text] == []
