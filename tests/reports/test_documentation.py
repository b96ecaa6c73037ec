from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mlsmith.reports import FORMATS
from tests.reports.sample import IN_NOTEBOOK, KNOWN, SHUFFLE, SUPPRESSED, report, result

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "output-formats.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
SEVERAL = result(SHUFFLE, IN_NOTEBOOK, SUPPRESSED, KNOWN)


def first_block(section: str) -> str:
    match = re.search(r"^```\w+\n(.*?)^```$", SECTIONS[section], flags=re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


def test_every_format_has_its_section_and_its_row() -> None:
    assert tuple(SECTIONS) == FORMATS
    assert re.findall(r"^\| \[`(\w+)`\]\(#\w+\)", PAGE, flags=re.MULTILINE) == list(FORMATS)


@pytest.mark.parametrize("name", ["text", "concise", "markdown"])
def test_the_examples_for_people_are_what_is_printed(name: str) -> None:
    assert first_block(name) == report(SEVERAL, name)


@pytest.mark.parametrize("name", ["github", "gitlab", "junit"])
def test_the_examples_for_services_are_what_is_printed(name: str) -> None:
    assert first_block(name) == report(result(SHUFFLE), name)


def test_the_json_example_is_what_is_printed() -> None:
    assert json.loads(first_block("json")) == json.loads(report(result(SHUFFLE), "json"))["findings"][0]
