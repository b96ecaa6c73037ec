"""The gate in words: a reader can redo the sum, and it fits the terminal."""

from __future__ import annotations

import re

import pytest

from mlsmith.debt.gate import Movement, Verdict, conditions
from mlsmith.debt.hotspots import hotspots
from mlsmith.debt.pricing import score
from mlsmith.engine.result import FileCount
from mlsmith.finding import Confidence, Finding, Position, Severity, Span
from mlsmith.reports.gate_report import render
from mlsmith.reports.gate_text import percent
from mlsmith.reports.style import Style
from mlsmith.settings import GateSettings

COUNT = FileCount(2000, 1500, True, True)


def finding(line: int, path: str = "src/train.py", code: str = "TST101", minutes: int = 15) -> Finding:
    span = Span(Position(line, 1), Position(line, 9))
    message = "the scaler has seen the rows that are kept for the test before they were split off"
    return Finding(code, "fit-before-split", message, "a", path, span, Severity.WARNING, Confidence.HIGH, minutes)


def verdict(*findings: Finding, new: tuple[Finding, ...] | None = None, fixed: tuple[Finding, ...] = ()) -> Verdict:
    marks = score(findings, {"src/train.py": COUNT})
    since = Movement(new or (), 40), Movement(fixed, 0)
    limits = conditions(marks, GateSettings(), new_minutes=None if new is None else since[0].minutes)
    spots = hotspots(marks.terms, {"src/train.py": 4}, {"src/train.py": 0.41})
    return Verdict(marks, limits, spots, *since, suppressed=1, baseline=2, base=None if new is None else "0123456789abcdef")


HALF = finding(3, "src/model.py", "DEX101", 15)._replace(confidence=Confidence.MEDIUM)
MANY = [*(finding(n) for n in range(1, 15)), HALF, finding(9, "src/" + "deep/" * 30 + "x.py", "EXP104")]


def test_the_rows_add_up_to_the_debt() -> None:
    text = render(verdict(*MANY), format="text", width=80)
    rows = re.findall(r"^ +([\d.]+)  (\d+)(?: of \d+)? × ([\d.]+) ", text, re.MULTILINE)
    assert [float(total) for total, _, _ in rows] == [int(hits) * float(price) for _, hits, price in rows]
    assert sum(float(total) for total, _, _ in rows) == 172.5
    assert "10 of 14 × 15" in text
    assert "172.5  = debt" in text
    assert "45,000  = 1,500 lines of code × 30 min" in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_it_fits_the_terminal(width: int) -> None:
    new = tuple(finding(n) for n in range(1, 13))
    text = render(verdict(*MANY, new=new), format="text", width=width)
    assert max(map(len, text.splitlines())) <= min(width, 110)
    assert "fit-before-split" in text or width < 100


def test_what_is_new_is_named_up_to_ten_and_what_is_mended_counted() -> None:
    text = render(verdict(*MANY, new=tuple(finding(n) for n in range(1, 13)), fixed=(HALF,)), format="text", width=80)
    assert "+ 12 new findings, 3 h" in text
    assert "… and 2 more: mlsmith lint --since 0123456789" in text
    assert "− 1 mended finding, 15 min" in text
    assert text.endswith("gate failed: max-new-minutes\n")


def test_hotspots_show_commits_and_glue_and_one_file_is_no_list() -> None:
    assert re.search(r"  4   41 %  src/train.py", render(verdict(*MANY), format="text", width=80))
    alone = render(verdict(finding(1)), format="text", width=80)
    assert "hotspots" not in alone
    assert "by area" not in alone


def test_a_little_debt_is_not_shown_as_none() -> None:
    assert [percent(ratio) for ratio in (None, 0.0, 0.00001, 0.0021)] == ["–", "0 %", "< 0.01 %", "0.21 %"]
    assert render(verdict(), format="text").startswith("grade A   no debt in 1,500 lines of code\n")


def test_the_way_to_the_next_grade_and_what_is_set_apart_are_said() -> None:
    text = render(verdict(*MANY), format="text", width=80)
    assert "grade C" in text
    assert "B is 38 min of debt away" in text
    assert "2 in the baseline, which count; 1 suppressed, which do not" in text


def test_why_the_grade_is_no_better_is_wrapped_and_steers_no_terminal() -> None:
    critical = finding(1, "doc/" + "a long folder/" * 6 + "\x1b[31m.py", minutes=45)._replace(severity=Severity.ERROR)
    text = render(verdict(critical), format="text", width=80)
    assert "C at best: a critical finding, TST101 in" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_colour_changes_no_character() -> None:
    plain, painted = (render(verdict(*MANY), format="text", width=80, colour=colour) for colour in (False, True))
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain
    assert Style(True).bold("x") in painted.replace("grade C", "x")


def test_markdown_shows_what_is_new_and_lets_no_message_be_markup() -> None:
    nasty = finding(3, "src/a`b.py")._replace(message="@all ![x](http://x/y.png) <b>")
    text = render(verdict(nasty, new=(nasty, *(finding(n) for n in range(1, 25)))), format="markdown")
    assert "**New debt: 25 findings, 6 h 15 min** in 40 new lines of code" in text
    assert "- ``src/a`b.py:3``" in text
    assert "![x]" not in text
    assert "<b>" not in text
    assert "@all" not in text
    assert "- … and 5 more" in text


def test_github_gets_an_error_for_each_condition_that_failed() -> None:
    text = render(verdict(*MANY), format="github")
    assert text.splitlines()[0] == "::error title=mlsmith gate::max-ratio is 0.38 %25, the limit 0.30 %25"
    assert text.splitlines()[-1] == "::notice title=mlsmith gate::grade C, failed"
