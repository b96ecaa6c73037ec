"""Results full of what an attacker, or an accident, puts into file names and source."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from mlsmith.engine.result import ErrorEntry, LintResult
from mlsmith.finding import Finding, Position, Severity, Span, Status
from mlsmith.reports import render
from tests.reports.sample import RULES, SHUFFLE, result

unhurried = settings(deadline=None)
"""For a machine that does other things besides."""

_NASTY = [
    "\x1b[2J", "\x1b]8;;http://evil\x07", "\x9b31m", "\r\n::set-output name=x::y", "\x00", "\u202e", "\u2028", "\udcff", "\ud800",
    "]]>", "<script>alert(1)</script>", "|", "\\|", "`", "``", "![x](http://evil/x.png)", "@everyone", "%0A", "{title}", "$title",
    "\t", "売上", "e\u0301", "👩‍🔬", '"', "'",
]  # fmt: skip
_LETTERS = st.characters(exclude_categories=())
texts = st.lists(st.one_of(st.sampled_from(_NASTY), st.text(_LETTERS, min_size=1, max_size=8)), min_size=1, max_size=6).map("".join)
_numbers = st.integers(min_value=1, max_value=60)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    start, end = sorted((draw(st.tuples(_numbers, _numbers)), draw(st.tuples(_numbers, _numbers))))
    return SHUFFLE._replace(
        message=draw(texts), advice=draw(texts), path=draw(texts), symbol=draw(texts), minutes=draw(_numbers),
        severity=draw(st.sampled_from(Severity)), status=draw(st.sampled_from(Status)),
        span=Span(Position(*start), Position(*end), draw(st.sampled_from([None, None, 0, 7]))),
    )  # fmt: skip


@st.composite
def results(draw: st.DrawFn) -> LintResult:
    errors = draw(st.lists(st.builds(ErrorEntry, texts, st.one_of(st.none(), _numbers), texts), max_size=2))
    return result(*draw(st.lists(findings(), max_size=3)), errors=tuple(errors))


sources = st.lists(st.lists(texts, max_size=12).map("".join), max_size=4)


def report(of: LintResult, format: str, source: list[str], *, width: int = 80, colour: bool = False) -> str:
    """A report in which every file reads the same."""
    return render(of, format=format, lines=lambda path, cell: source, show_suppressed=True, width=width, colour=colour, rules=RULES)
