from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsmith.engine.result import ErrorEntry
from mlsmith.finding import Finding, Safety
from mlsmith.reports.frame import rows
from mlsmith.reports.style import Style
from mlsmith.reports.wording import cells, wrapped
from tests.reports import hostile
from tests.reports.sample import EVERYTHING, GRADIENTS, IN_NOTEBOOK, KNOWN, LONG, SHUFFLE, SUPPRESSED, UNREADABLE, report, result, span

ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def many(finding: Finding, number: int) -> list[Finding]:
    return [finding._replace(span=span(line, 1, line, 2)) for line in range(1, number + 1)]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = report(EVERYTHING, "text", width=width, show_suppressed=True)
    assert [line for line in text.splitlines() if cells(line) > width] == []


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = report(EVERYTHING, "text"), report(EVERYTHING, "text", colour=True, links=True)
    assert coloured != plain
    assert ESCAPE.sub("", coloured) == plain


def test_neither_white_nor_black_is_used_since_either_is_lost_on_some_background() -> None:
    codes = {int(code) for match in re.findall(r"\x1b\[([0-9;]*)m", report(EVERYTHING, "text", colour=True)) for code in match.split(";")}
    assert codes <= {0, 1, 2, 31, 32, 35, 36}
    assert {31, 35, 36} <= codes


def test_hyperlinks_are_written_only_when_asked_for() -> None:
    assert "\x1b]8" not in report(EVERYTHING, "text", colour=True)
    assert "\x1b]8;;https://mlsmith.dev/rules/EXP104\x1b\\" in report(EVERYTHING, "text", colour=True, links=True)


def test_findings_stand_below_their_file_with_the_place_first() -> None:
    lines = report(result(SHUFFLE, GRADIENTS), "text").splitlines()
    assert [line for line in lines if line == "src/shop/train.py"] == ["src/shop/train.py"]
    assert lines[1].startswith("  4:9  warning EXP104 hardcoded-shuffle-flag")


def test_a_place_in_a_notebook_names_cell_and_line() -> None:
    assert "\n  cell 3 · line 2  info EXP102" in report(result(IN_NOTEBOOK), "text")


def test_the_marked_columns_are_those_of_the_span() -> None:
    marked = rows(["\tデータ = load(path)"], span(1, 8, 1, 12), 80)[-1]
    assert marked.text[marked.start : marked.end] == "load"
    mark = report(EVERYTHING, "text").split("データ = pd")[1].splitlines()[1]
    assert (mark.index("━"), mark.count("━")) == (len("      │ ") + len("ddttaa = "), len("pd.read_csv('uuss.csv')") - 1)


def test_a_span_of_several_lines_says_where_it_ends() -> None:
    assert "━ … to line 8\n" in report(result(GRADIENTS), "text")


def test_a_long_line_is_shown_around_its_mark() -> None:
    line = "x" * 5_000_000 + "load(path)" + "y" * 5_000_000
    marked = rows([line], span(1, 5_000_001, 1, 5_000_011), 70)[-1]
    assert marked.text[marked.start : marked.end] == "load(path)"
    assert marked.text[0] == marked.text[-1] == "…"
    assert len(marked.text) == 70


def test_the_line_before_a_cut_one_is_cut_alike() -> None:
    before, marked = rows(["a" * 100 + "B" + "a" * 100, "c" * 100 + "D" + "c" * 100], span(2, 101, 2, 102), 40)
    assert before.text.index("B") == marked.text.index("D")


@hostile.unhurried
@given(
    line=st.text(alphabet="ab \tデe\u0301\x1b", max_size=200),
    start=st.integers(1, 220),
    length=st.integers(0, 220),
    room=st.integers(20, 100),
)
def test_a_window_fits_its_room_and_shows_the_start_of_the_mark(line: str, start: int, length: int, room: int) -> None:
    row = rows([line], span(1, start, 1, start + length), room)[-1]
    assert cells(row.text) <= room
    assert 0 <= row.start < row.end <= len(row.text)
    wanted = line.rstrip()[start - 1 : start]
    if wanted in ("a", "b", "デ"):
        assert row.text[row.start] == wanted


def test_a_file_that_has_changed_meanwhile_has_no_frame() -> None:
    assert rows([], span(3, 1, 3, 2), 80) == []
    assert "│" not in report(result(SHUFFLE._replace(path="gone.py")), "text")


def test_the_summary_counts_what_is_new_and_names_what_is_not() -> None:
    text = report(result(SHUFFLE, GRADIENTS, KNOWN, SUPPRESSED, *many(KNOWN, 2)), "text", width=120)
    assert "2 findings (1 error, 1 warning) · 25 min of debt · 5 files, 17 lines · 1 suppressed, 3 in the baseline\n" in text


def test_a_clean_project_is_told_so_and_an_empty_folder_is_not() -> None:
    assert report(result(KNOWN), "text") == "nothing to complain about in 5 files, 17 lines · 1 in the baseline\n"
    assert report(result(counts={}), "text") == "no files to lint here\n"
    assert "nothing to complain about" not in report(result(errors=UNREADABLE), "text")


def test_what_can_be_fixed_is_counted_with_the_command_that_does_it() -> None:
    text = report(result(SHUFFLE, *many(LONG, 2)), "text")
    assert "1 can be fixed safely: mlsmith lint --fix\n" in text
    assert "2 more can be fixed if you check the result: mlsmith lint --unsafe-fixes --diff\n" in text
    assert SHUFFLE.fix is not None
    assert SHUFFLE.fix.safety is Safety.SAFE
    assert "--fix" not in report(result(GRADIENTS), "text")


def test_fixes_of_known_and_suppressed_findings_are_not_offered() -> None:
    assert "--fix" not in report(result(SHUFFLE._replace(status=KNOWN.status)), "text", show_suppressed=True)


def test_files_that_could_not_be_read_are_listed_but_not_by_the_hundred() -> None:
    assert "2 files could not be read\n  conf/broken.yaml:7\n    mapping values" in report(result(errors=UNREADABLE), "text")
    text = report(result(errors=tuple(ErrorEntry(f"{n:03}.yaml", None, "odd") for n in range(300))), "text")
    assert "019.yaml" in text
    assert "020.yaml" not in text
    assert "and 280 more" in text


def test_statistics_put_the_dearest_rule_first() -> None:
    table = report(result(SHUFFLE, LONG, *many(IN_NOTEBOOK, 2)), "text", statistics=True).split("By rule\n")[1]
    assert re.findall(r"(\d) × (\w+)", table) == [("1", "PRV103"), ("1", "EXP104"), ("2", "EXP102")]


@hostile.unhurried
@given(of=hostile.results(), source=hostile.sources, width=st.integers(1, 200))
def test_hostile_source_never_reaches_the_terminal(of: object, source: list[str], width: int) -> None:
    text = hostile.report(of, "text", source, width=width)  # type: ignore[arg-type]
    text.encode("utf-8")
    assert text.replace("\n", "").isprintable()
    coloured = hostile.report(of, "text", source, width=width, colour=True)  # type: ignore[arg-type]
    assert ESCAPE.sub("", coloured) == text


@hostile.unhurried
@given(of=hostile.results())
def test_a_concise_report_has_one_harmless_line_a_finding(of: object) -> None:
    text = hostile.report(of, "concise", [])  # type: ignore[arg-type]
    assert len(text.splitlines()) == len(of.findings) + len(of.errors)  # type: ignore[attr-defined]
    assert all(line.isprintable() for line in text.splitlines())


@hostile.unhurried
@given(words=st.lists(st.text(alphabet="aデ", min_size=1, max_size=12), max_size=20), width=st.integers(30, 60))
def test_wrapping_keeps_every_word_within_the_width(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, first="→ ", rest="  ")
    assert all(cells(line) <= width for line in lines)
    assert " ".join(lines).replace("→", "").split() == words


def test_a_style_without_colour_leaves_text_alone() -> None:
    style = Style(False)
    assert (style.bold("a"), style.severity("error")("b"), style.link("https://x", "c")) == ("a", "b", "c")


def test_text_needs_no_terminal_library() -> None:
    code = (
        "import sys; from tests.reports.sample import EVERYTHING, report\n"
        "report(EVERYTHING, 'text', colour=True); report(EVERYTHING, 'concise')\n"
        "print(sorted({'rich', 'typer', 'libcst', 'json', 'textwrap'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_many_findings_end_with_an_overview_and_a_way_to_begin() -> None:
    few, lots = (report(result(SHUFFLE, *many(LONG, number)), "text") for number in (20, 30))
    assert "--statistics" not in few
    assert "--write-baseline" not in few
    assert f"most often {LONG.code} (30), {SHUFFLE.code} (1): mlsmith lint --statistics\n" in lots
    assert "too many to begin with? mlsmith lint --write-baseline leaves only what is new\n" in lots
    assert [line for line in lots.splitlines() if cells(line) > 80] == []
    known = report(result(*many(LONG, 30), KNOWN), "text", statistics=True)
    assert "mlsmith lint --" not in known.replace("--fix", "").replace("mlsmith lint --unsafe-fixes", "")
