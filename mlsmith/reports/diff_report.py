"""Changes of behaviour between two revisions: for people, as JSON, as Markdown for a pull request, as GitHub annotations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlsmith.change import Change, Significance
from mlsmith.reports.discreet import discreet
from mlsmith.reports.notation import json_text
from mlsmith.reports.review_report import change_entry
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from mlsmith.revisions.between import Difference

_MOST = 200
_REWRITTEN = "What may do the same as before"
_LINES = 4


def render(difference: Difference, *, format: str = "text", colour: bool = False, width: int = 100) -> str:
    if format == "json":
        return json_text(document(difference))
    difference = replace(difference, changes=tuple(map(discreet, difference.changes)))
    if format == "markdown":
        return _markdown(difference)
    if format == "github":
        return _github(difference)
    return _text(difference, Style(colour), width)


def document(difference: Difference) -> dict[str, Any]:
    return {
        "version": 1,
        "changes": [{**change_entry(change), "rewritten": change.rewritten} for change in difference.changes],
        "cosmetic": {"files": difference.cosmetic_files, "hunks": difference.cosmetic_hunks},
    }


def _text(difference: Difference, style: Style, width: int) -> str:
    changes, rewritten = _sides(difference)
    lines = _files(changes, style, width)
    if rewritten:
        lines += [style.dim(f"{_REWRITTEN}:"), "", *_files(rewritten, style, width)]
    lines.append(_verdict(difference, style))
    return "\n".join(lines) + "\n"


def _sides(difference: Difference) -> tuple[list[Change], list[Change]]:
    """What is different for certain, and what may do the same as before."""
    return [one for one in difference.changes if not one.rewritten], [one for one in difference.changes if one.rewritten]


def _files(changes: list[Change], style: Style, width: int) -> list[str]:
    """A paragraph a file."""
    lines: list[str] = []
    path = ""
    for change in changes[:_MOST]:
        if change.path != path:
            path = change.path
            moved = f" (was {visible(change.moved_from)})" if change.moved_from and change.kind != "moved" else ""
            lines += [*([""] if lines else []), f"{style.bold(visible(path))}{moved}"]
        lines += _change(change, style, width)
    if len(changes) > _MOST:
        lines.append(style.dim(f"and {len(changes) - _MOST} more: --format json"))
    return [*lines, ""] if lines else []


def _change(change: Change, style: Style, width: int) -> list[str]:
    paint = style.bad if change.significance is Significance.HIGH else style.dim
    place = f"  {change.line}".ljust(7)
    where = f"  {style.dim('in ' + visible(change.symbol))}" if change.symbol not in ("", change.subject) else ""
    where += f"  {style.dim(_lines(change))}" if change.kind == "steps" else ""
    subject = "" if change.subject == change.kind.split()[0] else f"  {visible(change.subject)}"  # `if added` says what `if` is.
    head = f"{place} {paint(change.kind)}{subject}{where}"
    if change.old is None and change.new is None:
        return [head]
    if change.kind == "steps":
        sides = (("-", style.bad, change.old), ("+", style.good, change.new))
        return [head, *(f"        {sign} {paint(visible(text))}" for sign, paint, text in sides if text is not None)]
    old = style.bad(visible(change.old)) if change.old is not None else style.dim("nothing")
    new = style.good(visible(change.new)) if change.new is not None else style.dim("nothing")
    short = len(change.old or "") + len(change.new or "") + 16 < width
    body = [f"          {old} → {new}"] if short else [f"        - {old}", f"        + {new}"]
    return [head, *body]


def _lines(change: Change) -> str:
    """Where the steps stand; of those that are gone the line before where nothing else is left."""
    there = {step.line for step in change.steps if not step.kind.endswith("removed")} or {step.line for step in change.steps}
    listed = [str(line) for line in sorted(there)]
    more = f" and {len(listed) - _LINES} more" if len(listed) > _LINES else ""
    return f"({'line' if len(listed) == 1 else 'lines'} {', '.join(listed[:_LINES])}{more})"


def _verdict(difference: Difference, style: Style) -> str:
    rest = difference.cosmetic_hunks
    elsewhere = f"no behavioural change seen in {count(rest, 'hunk')} of {count(difference.cosmetic_files, 'file')}"
    if not difference.changes:
        return style.good(elsewhere) if rest else "nothing differs"
    changes, rewritten = _sides(difference)
    high = sum(change.significance is Significance.HIGH for change in changes)
    said = [f"{count(len(changes), 'change')} of behaviour" + (f", {high} of high significance" if high else "")] if changes else []
    said += [f"{count(len(rewritten), 'place')} that may do the same"] if rewritten else []
    return "; ".join([*said, *([elsewhere] if rest else [])])


def _markdown(difference: Difference) -> str:
    changes, rewritten = _sides(difference)
    lines = ["### What this changes in behaviour", "", *_table(changes)]
    if rewritten:
        lines += [
            "<details>",
            f"<summary>{_REWRITTEN} ({count(len(rewritten), 'place')})</summary>",
            "",
            *_table(rewritten),
            "</details>",
            "",
        ]
    return "\n".join([*lines, _verdict(difference, Style(False)).capitalize() + "."]) + "\n"


def _table(changes: list[Change]) -> list[str]:
    lines = ["| where | what | before | after |", "|---|---|---|---|"] if changes else []
    for change in changes[:_MOST]:
        where = f"`{_cell(change.path)}:{change.line}`" + (f" `{_cell(change.symbol)}`" if change.symbol else "")
        mark = "**" if change.significance is Significance.HIGH else ""
        cells = [f"`{_cell(text)}`" if text is not None else "" for text in (change.old, change.new)]
        lines.append(f"| {where} | {mark}{change.kind}{mark} `{_cell(change.subject)}` | {' | '.join(cells)} |")
    return [*lines, ""] if lines else []


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("`", "'")


def _github(difference: Difference) -> str:
    lines = []
    for change in difference.changes:
        level = "warning" if change.significance is Significance.HIGH and not change.rewritten else "notice"
        title = "may do the same" if change.rewritten else "behaviour changes"
        what = f"{change.kind}: {change.subject}: {change.old or 'nothing'} → {change.new or 'nothing'}"
        text = visible(what).replace("%", "%25").replace("\n", "%0A")
        path = visible(change.path).replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
        lines.append(f"::{level} file={path},line={change.line},title={title}::{text}")
    return "".join(f"{line}\n" for line in lines)
