from __future__ import annotations

import json

import pytest

from mlsmith.engine.extents import extents_of
from mlsmith.engine.packing import Extent
from mlsmith.engine.suppress import DirectiveUse, suppress
from mlsmith.finding import Confidence, Finding, Position, Severity, Span, Status
from mlsmith.sources.directives import Directive, read_directives
from mlsmith.sources.python import Cell

ACTIVE = ("EXP104", "EXP107", "TRB102")
KNOWN = (*ACTIVE, "DEX101")


def at(line: int, code: str = "EXP104", cell: int | None = None) -> Finding:
    span = Span(Position(line, 1), Position(line, 9), cell)
    return Finding(code, "n", "m", "a", "a.py", span, Severity.WARNING, Confidence.HIGH, 5)


def read(source: str) -> dict[str, list[tuple[Directive, Extent]]]:
    directives = read_directives(source)
    return {"a.py": list(zip(directives, extents_of(directives, source.encode(), "a.py", "python"), strict=True))}


def decide(source: str, *findings: Finding) -> tuple[list[Status], list[DirectiveUse]]:
    decided, uses = suppress(findings, read(source), active=ACTIVE, known=KNOWN)
    return [finding.status for finding in decided], uses


NEW, SUPPRESSED = Status.NEW, Status.SUPPRESSED


def test_a_comment_on_the_line_suppresses_and_the_finding_stays() -> None:
    statuses, uses = decide("x = 1  # mlsmith: ignore[EXP104] known\ny = 2\n", at(1), at(2))
    assert statuses == [SUPPRESSED, NEW]
    assert (uses[0].used, uses[0].unused, uses[0].unknown) == (("EXP104",), (), ())


def test_any_line_of_the_statement_will_do() -> None:
    source = "load(\n    a,\n    shuffle=True,  # mlsmith: ignore[EXP104] why\n    b=1,\n)\nload()\n"
    assert decide(source, at(1), at(3), at(4), at(6))[0] == [SUPPRESSED, SUPPRESSED, SUPPRESSED, NEW]


def test_a_comment_alone_inside_a_statement_speaks_of_that_statement() -> None:
    source = "load(\n    a,\n    # mlsmith: ignore[EXP104] why\n    shuffle=True,\n)\n"
    assert decide(source, at(1), at(4))[0] == [SUPPRESSED, SUPPRESSED]


def test_a_comment_alone_speaks_of_the_statement_below_and_no_further() -> None:
    source = "a = 1\n# mlsmith: ignore[EXP104] why\n\n# more\nload(\n    1,\n)\nload()\n"
    assert decide(source, at(1), at(5), at(6), at(8))[0] == [NEW, SUPPRESSED, SUPPRESSED, NEW]


def test_a_comment_above_a_function_speaks_of_its_head_not_of_its_body() -> None:
    source = "# mlsmith: ignore[TRB102] why\n@wrapped\ndef f(\n    a,\n    b=1,\n) -> None:\n    load()\n"
    codes = [at(2, "TRB102"), at(3, "TRB102"), at(5, "TRB102"), at(7, "TRB102")]
    assert decide(source, *codes)[0] == [SUPPRESSED, SUPPRESSED, SUPPRESSED, NEW]


def test_the_first_comment_of_a_body_speaks_of_the_first_statement() -> None:
    source = "for x in y:\n    # mlsmith: ignore[EXP104] why\n    load()\n    load()\n"
    assert decide(source, at(1), at(3), at(4))[0] == [NEW, SUPPRESSED, NEW]


def test_a_file_comment_speaks_of_the_whole_file() -> None:
    source = "# mlsmith: ignore-file[EXP] why\na = 1\n\n\nb = 1\n"
    assert decide(source, at(2), at(5, "EXP107"), at(5, "TRB102"))[0] == [SUPPRESSED, SUPPRESSED, NEW]


def test_noqa_with_our_code_counts() -> None:
    assert decide("x = 1  # noqa: EXP104\n", at(1), at(1, "EXP107"))[0] == [SUPPRESSED, NEW]


def test_a_comment_inside_a_string_is_none() -> None:
    assert decide('x = "# mlsmith: ignore[EXP104] why"\n', at(1))[0] == [NEW]


def test_what_a_comment_did_not_suppress_is_told_apart() -> None:
    _, uses = decide("x = 1  # mlsmith: ignore[EXP104, EXP107, DEX101, ZZZ999] why\n", at(1))
    assert (uses[0].used, uses[0].unused, uses[0].unknown) == (("EXP104",), ("EXP107",), ("ZZZ999",))


@pytest.mark.parametrize(("codes", "unused"), [("EXP", ()), ("TRB", ("TRB",)), ("EXP104", ("EXP104",)), ("EXP109", ())])
def test_a_prefix_is_unused_only_when_all_its_rules_have_spoken(codes: str, unused: tuple[str, ...]) -> None:
    read_ = read(f"x = 1  # mlsmith: ignore[{codes}] why\n")
    _, uses = suppress([], read_, active=ACTIVE, known=(*KNOWN, "EXP109"))
    assert (uses[0].unused, uses[0].unknown) == (unused, ())


def test_a_code_that_the_settings_switch_off_for_the_file_is_not_called_unused() -> None:
    _, uses = suppress(
        [],
        read("x = 1  # mlsmith: ignore[EXP104, TRB102] why\n"),
        active=ACTIVE,
        known=KNOWN,
        silenced=lambda path, code: path == "a.py" and code == "EXP104",
    )
    assert uses[0].unused == ("TRB102",)


def test_a_comment_in_another_cell_suppresses_nothing() -> None:
    notebook = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
            for source in ("a = 1\nload()  # mlsmith: ignore[EXP104] why\n", "b = 1\nload()\n")
        ],
    }  # fmt: skip
    from mlsmith.sources.notebook import read_notebook

    data = json.dumps(notebook).encode()
    read_back = read_notebook(data)
    cells = tuple(Cell(cell.index, cell.first_line) for cell in read_back.cells)
    directives = read_directives(read_back.text, cells=cells)
    extents = extents_of(directives, data, "a.py", "notebook")
    told = {"a.py": list(zip(directives, extents, strict=True))}
    decided, _ = suppress([at(2, cell=0), at(2, cell=1)], told, active=ACTIVE, known=KNOWN)
    assert [finding.status for finding in decided] == [SUPPRESSED, NEW]


@pytest.mark.parametrize("text", ["lr: 1  # mlsmith: ignore[EXP104] why\n", "# mlsmith: ignore[EXP104] why\nlr: 1\n"])
def test_in_configuration_the_line_or_the_one_below_is_meant(text: str) -> None:
    directives = read_directives(text, language="yaml")
    extents = extents_of(directives, text.encode(), "a.yaml", "config")
    (line,) = [number for number, row in enumerate(text.split("\n"), 1) if row.startswith("lr")]
    assert extents == ((line, line),)
