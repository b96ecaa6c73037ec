"""Card, hand-over, page and record are complete and speak of this very run; what the card says is in test_card.py."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from {{ cookiecutter.package }} import record
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.page import Page
from {{ cookiecutter.package }}.pipeline import Finished

CARD = ("What it is for", "How good it is", "Limits", "Privacy")
COMPONENTS = {"source", "configuration", "platform", "data", "model", "hardware"}
HANDOVER = (
    "Inputs", "Outputs", "Service level", "Fallback", "Owner", "On call", "Shadow and rollback", "Retirement",
)  # fmt: skip


def test_the_card_is_whole_and_from_this_run(finished: Finished) -> None:
    text = (finished.run.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"Run `{finished.run.id}`" in text
    assert [title for title in CARD if f"\n## {title}" not in text] == []
    assert not re.search(r"\b(None|nan|inf)\b", text)


def test_the_page_needs_no_network_and_shows_every_picture(finished: Finished) -> None:
    text = (finished.run.folder / "report.html").read_text(encoding="utf-8")
    drawn = sorted(path.name for path in finished.run.folder.glob("*.svg"))
    assert "result.svg" in drawn
    assert text.count("data:image/svg+xml;base64,") == len(drawn) > 3
    assert 'src="http' not in text
    assert "href=" not in text


def test_the_record_names_all_six_components_and_every_file(finished: Finished, settings: Config) -> None:
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert set(document["components"]) == COMPONENTS
    assert document["components"]["configuration"]["digest"] == settings.digest()
    assert document["passed"] is True
    for name, digest in document["artefacts"].items():
        assert record.file_digest(finished.run.folder / name) == digest
    assert {"model.json", "report.html", "MODEL_CARD.md", "result.svg"} <= set(document["artefacts"])


def test_the_page_shows_text_as_text() -> None:
    page = Page("<b>", "a & b")
    page.table(("<i>",), [("<script>",)])
    assert "<script>" not in page.html()
    assert "&lt;script&gt;" in page.html()


@pytest.mark.parametrize("title", HANDOVER)
def test_the_hand_over_has_all_that_a_user_asks(handover: dict[str, str], title: str) -> None:
    assert title in handover


def test_no_section_of_the_hand_over_is_empty(handover: dict[str, str]) -> None:
    assert [title for title, words in handover.items() if len(words.split()) < 8] == []


def test_the_hand_over_names_the_consumers_of_the_contract(handover: dict[str, str], agreed: Contract) -> None:
    text = " ".join(handover.values()).lower()
    assert [consumer for consumer in agreed.consumers if consumer not in text] == []


@pytest.fixture
def handover(project: Path) -> dict[str, str]:
    """The sections of the hand-over by title."""
    _, *sections = (project / "docs" / "HANDOVER.md").read_text(encoding="utf-8").split("\n## ")
    return dict(section.split("\n", 1) for section in sections)
