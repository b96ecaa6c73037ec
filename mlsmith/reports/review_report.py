"""Configuration changes and what they wait for: for people, as JSON, Markdown, and GitHub annotations."""

from __future__ import annotations

from typing import Any

from mlsmith.change import Change
from mlsmith.reports.notation import json_text
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count
from mlsmith.review.case import Case
from mlsmith.review.judge import Judgement, State
from mlsmith.review.policy import Policy

_REMARKS = {
    "type-changed": "another type", "scale-changed": "another scale", "unit-changed": "another unit", "reordered": "another order",
    "renamed": "renamed", "moved": "moved", "unreadable": "cannot be read, compared byte by byte",
}  # fmt: skip
_MOST = 40


def render(case: Case, *, format: str = "text", colour: bool = False, diff: bool = True) -> str:
    if format == "json":
        return json_text(document(case))
    if format in ("markdown", "github"):
        return _markdown(case) if format == "markdown" else _github(case)
    return _text(case, Style(colour), diff)


def document(case: Case) -> dict[str, Any]:
    return {
        "version": 1,
        "passed": case.passes,
        "base": case.base,
        "against": case.against,
        "head": case.head,
        "policy": case.policy.digest if case.policy.settings.configs else None,
        "configurations": [_entry(judgement) for judgement in case.judgements],
        "broken": list(case.broken),
    }


def _entry(judgement: Judgement) -> dict[str, Any]:
    item = judgement.item
    return {
        "path": item.path, "moved_from": item.moved_from, "state": judgement.state.value, "risk": item.demands.risk,
        "approvals": {"needed": item.demands.approvals, "by": list(judgement.approvers), "unsigned": judgement.unsigned},
        "authors": sorted(judgement.authors), "objections": list(judgement.objections), "due": judgement.due, "diff_sha": item.diff,
        "changes": [change_entry(change) for change in item.changes],
    }  # fmt: skip


def change_entry(change: Change) -> dict[str, Any]:
    """A change as every JSON of mlsmith has it."""
    return {
        "component": change.component.value, "kind": change.kind, "path": change.path, "line": change.line, "symbol": change.symbol,
        "subject": change.subject, "old": change.old, "new": change.new, "significance": change.significance.value,
        "moved_from": change.moved_from,
    }  # fmt: skip


def lines_of(changes: tuple[Change, ...], policy: Policy | None, style: Style) -> list[str]:
    """The semantic diff, a line a change: key, old → new, and what is remarkable about it."""
    wide = min(36, max((len(visible(change.subject)) for change in changes), default=0))
    lines = []
    for change in changes[:_MOST]:
        old = style.bad(visible(change.old)) if change.old is not None else style.dim("nothing")
        new = style.good(visible(change.new)) if change.new is not None else style.dim("nothing")
        remark = _REMARKS.get(change.kind, "")
        if policy is not None and policy.risk_of(change) == "high":
            remark = f"{remark}, high risk" if remark else "high risk"
        tail = f"  {style.severity('warning')(remark)}" if remark else ""
        lines.append(f"{visible(change.subject).ljust(wide)}  {old} → {new}{tail}")
    if len(changes) > _MOST:
        lines.append(style.dim(f"and {len(changes) - _MOST} more: --format json"))
    return lines


def _text(case: Case, style: Style, diff: bool) -> str:
    lines: list[str] = []
    if not case.policy.settings.configs:
        if case.begins:
            lines.append("this change brings the first policy: from its merge on, configurations need an approval")
        else:
            lines.append("no configuration is under review here")
            lines.append("→ mlsmith review init")
        return "\n".join(lines) + "\n"
    for judgement in case.judgements:
        lines += [*_block(case, judgement, style, diff), ""]
    lines += [style.bad(f"✗ {visible(what)}") for what in case.broken]
    lines.append(_verdict(case, style))
    return "\n".join(lines) + "\n"


def _block(case: Case, judgement: Judgement, style: Style, diff: bool) -> list[str]:
    item = judgement.item
    moved = f" (was {visible(item.moved_from)})" if item.moved_from else ""
    lines = [f"{style.bold(visible(item.path))}{moved}  {_standing(judgement, style)}"]
    if diff:
        lines += [f"    {line}" for line in lines_of(item.changes, case.policy, style)]
    if judgement.authors:
        lines.append(style.dim(f"  changed by {visible(', '.join(sorted(judgement.authors)))}"))
    lines += [style.dim(f"  {visible(objection)}") for objection in judgement.objections]
    if judgement.state is State.WAITING and case.head is None:
        lines.append(f'  → mlsmith review approve {visible(item.path)} --reason "…"')
    return lines


def _standing(judgement: Judgement, style: Style) -> str:
    state, risk = judgement.state, judgement.item.demands.risk
    by = visible(", ".join(judgement.approvers))
    if state is State.APPROVED:
        return style.good("approved") + (f" by {by}" if by else "") + (style.severity("warning")(" unsigned") if judgement.unsigned else "")
    if state is State.WAITING:
        missing = f"waits for {count(judgement.lacking, 'approval')}" + (f" beside {by}'s" if by else "")
        return style.severity("warning")(missing) + (style.bad("  high risk") if risk == "high" else "")
    if state is State.EMERGENCY:
        return style.severity("warning")(f"emergency, due {judgement.due}")
    return style.bad(state.value)


def _verdict(case: Case, style: Style) -> str:
    if not case.judgements and not case.broken:
        return f"no configuration differs from {visible(_name(case.against))}"
    open_ones = len(case.waiting)
    if case.passes:
        return style.good(f"{count(len(case.judgements), 'configuration change')}, all approved")
    said = f"{open_ones} of {count(len(case.judgements), 'configuration change')} not approved" if open_ones else "the record is damaged"
    return style.bad(said)


def _name(against: str) -> str:
    return against[:12] if len(against) == 40 else against


def _markdown(case: Case) -> str:
    lines = [f"### Configuration review: {'passed' if case.passes else 'not approved'}", ""]
    for judgement in case.judgements:
        by = f" by {', '.join(judgement.approvers)}" if judgement.approvers else ""
        lines += [f"**`{judgement.item.path}`** {judgement.state.value}{by}", "", "| key | before | after | |", "|---|---|---|---|"]
        for change in judgement.item.changes[:_MOST]:
            cells = [change.subject, change.old or "", change.new or ""]
            shown = [f"`{_cell(cell)}`" if cell else "" for cell in cells]
            lines.append(f"| {' | '.join(shown)} | {_REMARKS.get(change.kind, '')} |")
        lines += ["", *(f"- {_cell(objection)}" for objection in judgement.objections), ""]
    lines += [f"- {_cell(what)}" for what in case.broken]
    if not case.judgements and not case.broken:
        lines.append("No reviewed configuration changed.")
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("`", "'")


def _github(case: Case) -> str:
    lines = []
    for judgement in case.waiting:
        line = judgement.item.changes[0].line if judgement.item.changes else 1
        why = "; ".join(judgement.objections) or f"needs {count(judgement.lacking, 'approval')}"
        lines.append(f"::error file={judgement.item.path},line={line},title=CFG108 unreviewed-config-change::{_escaped(why)}")
    lines += [f"::error title=CFG109 invalid-approval::{_escaped(what)}" for what in case.broken]
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")
