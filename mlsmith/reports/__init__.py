"""Reports: a result becomes a text. No report reads or writes anything; each format is one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.errors import UserError, nearest
from mlsmith.reports.safe import encodable

if TYPE_CHECKING:
    from mlsmith.engine.result import LintResult
    from mlsmith.finding import Finding
    from mlsmith.rules.kit.rule import RuleInfo

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")

Lines = Callable[[str, "int | None"], "list[str]"]
"""(path, cell) → the lines of the file or cell."""


class Report(NamedTuple):
    """What every format is given."""

    result: LintResult
    lines: Lines
    shown: tuple[Finding, ...]
    """Findings to show: the new ones, with `show_suppressed` all"""
    statistics: bool = False
    width: int = 100
    colour: bool = False
    links: bool = False
    rules: Sequence[RuleInfo] = ()


def render(
    result: LintResult,
    *,
    format: str,
    lines: Lines,
    show_suppressed: bool = False,
    statistics: bool = False,
    width: int = 100,
    colour: bool = False,
    links: bool = False,
    rules: Sequence[RuleInfo] = (),
) -> str:
    """The text of a report, ending with a line end unless it is empty; UTF-8 can hold it.

    `width` counts columns; `links` asks for hyperlinks, which only terminals want. Raises UserError on a format that does not exist.
    """
    if format not in FORMATS:
        raise UserError(f'unknown format "{format}"', advice=nearest(format, list(FORMATS)) or f"one of {', '.join(FORMATS)}")
    shown = result.findings if show_suppressed else result.new
    report = Report(result, lines, shown, statistics, width, colour, links, rules)
    module = import_module(f"mlsmith.reports.{'text' if format == 'text' else format + '_report'}")
    text: str = module.render(report)
    return encodable(text)
