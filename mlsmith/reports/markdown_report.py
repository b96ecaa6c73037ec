"""Markdown, for a comment on a pull request.

Messages quote source, so whatever would be markup in them is shown as text: no picture is loaded, nobody is mentioned, no table breaks.
"""

from __future__ import annotations

import re

from mlsmith.finding import Finding
from mlsmith.regex import regex
from mlsmith.reports import Report
from mlsmith.reports.safe import visible
from mlsmith.reports.wording import code_spans, count, duration, sentence, spoken_place

_MOST = 100
_MARKUP = regex(r"([\\`*_\[\]<>#~&!])")


def render(report: Report) -> str:
    new, shown = report.result.new, report.shown
    lines = ["### mlsmith: nothing to complain about"]
    if new:
        lines = [f"### mlsmith: {count(len(new), 'finding')}, {duration(sum(finding.minutes for finding in new))} of debt"]
    if shown:
        lines += ["", "| where | rule | what | min |", "|---|---|---|---:|", *map(_row, shown[:_MOST])]
    if len(shown) > _MOST:
        lines += ["", f"and {len(shown) - _MOST:,} more."]
    if report.result.errors:
        lines += ["", f"**{count(len(report.result.errors), 'file')} could not be read**", ""]
        lines += [f"- {code(error.path)}: {prose(error.message)}" for error in report.result.errors[:_MOST]]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    where = code(spoken_place(finding.path, finding.span.cell, finding.span.start.line))
    rule = f"[{prose(finding.code)}]({finding.url}) {prose(finding.name)}"
    status = "" if finding.status == "new" else f" *({finding.status})*"
    what = f"{prose(sentence(finding.message))} {prose(sentence(finding.advice))}{status}"
    cells = [where, rule, what, str(finding.minutes)]
    return "| " + " | ".join(map(_in_table, cells)) + " |"


def prose(text: str) -> str:
    """The text with its code spans kept and all other markup shown as it is."""
    return "".join(code(piece) if is_code else _escaped(piece) for piece, is_code in code_spans(visible(text)))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text).replace("@", "@\u200b")


def code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks in the text."""
    text = visible(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    blank = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _in_table(text: str) -> str:
    """A bar would end the cell even inside a code span, and so would one behind a backslash that is itself escaped."""
    return re.sub(r"(\\*)\|", lambda match: match[1] + "\\" * (len(match[1]) % 2) + "\\|", text)
