"""Every format, whole: what a change to a report changes is seen in review. `python -m tests.reports.test_snapshots` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlsmith import __version__
from mlsmith.reports import FORMATS
from tests.reports.sample import EVERYTHING, report, result

EXPECTED = Path(__file__).parent / "expected"
VARIANTS: dict[str, dict[str, object]] = {
    **{f"{name}.txt": {"format": name} for name in FORMATS if name != "text"},
    "text-80.txt": {"format": "text", "width": 80},
    "text-200.txt": {"format": "text", "width": 200, "statistics": True, "show_suppressed": True},
    "text-colour.txt": {"format": "text", "width": 80, "colour": True, "links": True},
}


def rendered(name: str) -> str:
    """The report with escape characters and the version shown as words."""
    text = report(EVERYTHING, **VARIANTS[name])  # type: ignore[arg-type]
    return text.replace("\x1b", "<ESC>").replace(f'"{__version__}"', '"VERSION"')


@pytest.mark.parametrize("name", VARIANTS)
def test_a_report_is_as_it_was(name: str) -> None:
    assert rendered(name) == (EXPECTED / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_a_clean_result_makes_a_whole_report(format: str) -> None:
    text = report(result(), format)
    assert text == "" if format in ("concise", "github") else text.endswith("\n")
    assert "None" not in text


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for name in VARIANTS:
        (EXPECTED / name).write_text(rendered(name), encoding="utf-8")
