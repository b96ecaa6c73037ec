"""Configuration changes and what they wait for: for people, as JSON, Markdown, and GitHub annotations."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable
from typing import Any

from mlsmith.change import Change
from mlsmith.reports.discreet import discreet
from mlsmith.reports.effect_report import alike, blocks, causes_of, lines_of_effect
from mlsmith.reports.notation import json_text
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Style
from mlsmith.reports.wording import count
from mlsmith.review.case import Case
from mlsmith.review.judge import Item, Judgement, State
from mlsmith.review.ledger import FOLDER
from mlsmith.review.policy import Policy

_REMARKS = {
    "type-changed": "another type", "scale-changed": "another scale", "unit-changed": "another unit", "reordered": "another order",
    "renamed": "renamed", "moved": "moved", "unreadable": "cannot be read, compared byte by byte",
    "same-from-elsewhere": "same value, from another file",
}  # fmt: skip
_MOST = 40
_PEOPLE = 3
_PATHS = 5


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
        "configurations": [_entry(case, judgement) | _effect_on(case, judgement) for judgement in case.judgements],
        "emergencies": [_entry(case, judgement) for judgement in case.debts],
        "broken": list(case.broken),
        "uncommitted": list(case.drafts),
        **_effects_elsewhere(case),
    }


def _entry(case: Case, judgement: Judgement) -> dict[str, Any]:
    item = judgement.item
    return {
        "path": item.path, "moved_from": item.moved_from, "state": judgement.state.value, "risk": item.demands.risk,
        "approvals": {"needed": item.demands.approvals, "by": list(judgement.approvers), "unsigned": judgement.unsigned},
        "authors": sorted(judgement.authors), "may_approve": list(case.may_approve(judgement)),
        "objections": [objection.text for objection in judgement.objections], "due": judgement.due, "diff_sha": item.diff,
        "changes": [change_entry(change) for change in item.changes],
    }  # fmt: skip


def _effect_on(case: Case, judgement: Judgement) -> dict[str, Any]:
    if case.effects is None:
        return {}
    return {"effective": [change_entry(change) for change in case.effect_on(judgement.item.path)]}


def _effects_elsewhere(case: Case) -> dict[str, Any]:
    if case.effects is None:
        return {}
    told = [
        {"path": effect.path, "by": list(effect.by), "changes": [change_entry(change) for change in effect.changes]}
        for effect in case.effects_elsewhere
    ]
    return {"effective": told, "effective_not_looked_at": case.effects_left}


def change_entry(change: Change) -> dict[str, Any]:
    """A change as every JSON of mlsmith has it."""
    change = discreet(change)
    return {
        "component": change.component.value, "kind": change.kind, "path": change.path, "line": change.line, "symbol": change.symbol,
        "subject": change.subject, "old": change.old, "new": change.new, "significance": change.significance.value,
        "moved_from": change.moved_from,
    }  # fmt: skip


def lines_of(item: Item, policy: Policy, style: Style) -> list[str]:
    """The semantic diff, a line a change: key, old → new, and what is remarkable about it."""
    changes = tuple(map(discreet, item.changes))
    wide = min(36, max((len(visible(change.subject)) for change in changes), default=0))
    risky = policy.risky(item.touched)
    lines = []
    for change in changes[:_MOST]:
        old = style.bad(visible(change.old)) if change.old is not None else style.dim("nothing")
        new = style.good(visible(change.new)) if change.new is not None else style.dim("nothing")
        remarks = [style.severity("warning")(_remark(change))] if _remark(change) else []
        if any(key == change.subject or key.startswith(f"{change.subject}.") for key in risky):
            remarks.append(style.severity("error")("high risk"))
        lines.append(f"{visible(change.subject).ljust(wide)}  {old} → {new}{'  ' if remarks else ''}{', '.join(remarks)}")
    if len(changes) > _MOST:
        lines.append(style.dim(f"and {len(changes) - _MOST} more: --format json"))
    return lines


def _remark(change: Change) -> str:
    said = _REMARKS.get(change.kind, "")
    if change.kind != "scale-changed":
        return said
    old, new = float(change.old or 0), float(change.new or 0)
    power = round(math.log10(abs(new)) - math.log10(abs(old)))
    return f"{said}: {'×' if power > 0 else '÷'}{f'10^{abs(power)}' if abs(power) > 6 else format(10 ** abs(power), ',')}"


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
        in_effect = lines_of_effect(case.effect_on(judgement.item.path), style) if diff else []
        lines += [*_block(case, judgement, style, diff, in_effect), ""]
    for debt in case.debts:
        lines += [*_block(case, debt, style, diff, []), ""]
    lines += blocks(case, style) if diff else []
    lines += [style.bad(f"✗ {visible(what)}") for what in case.broken]
    lines.append(_verdict(case, style))
    if case.begins:
        lines.append("this change brings the first signers: from its merge on, they can approve")
    elif case.policy.is_without_signers:
        lines.append(f"nobody can approve yet: {visible(case.policy.settings.allowed_signers)} of the base lists no key")
        lines.append("→ mlsmith review init")
    lines += _not_judged(case, style)
    lines += [f"→ {step}" for step in _next_steps(case)]
    return "\n".join(lines) + "\n"


def _block(case: Case, judgement: Judgement, style: Style, diff: bool, in_effect: list[str]) -> list[str]:
    item = judgement.item
    moved = f" (was {visible(item.moved_from)})" if item.moved_from else ""
    lines = [f"{style.bold(visible(item.path))}{moved}  {_standing(case, judgement, style)}"]
    if diff:
        lines += [f"    {line}" for line in lines_of(item, case.policy, style)]
        lines += [style.dim("  in effect"), *(f"    {line}" for line in in_effect)] if in_effect else []
    if judgement.authors:
        draft = " (not committed yet)" if case.head is None and item.path in case.drafts else ""
        lines.append(style.dim(f"  changed by {visible(', '.join(sorted(judgement.authors)))}{draft}"))
    lines += [style.dim(f"  {visible(objection.text)}") for objection in judgement.objections]
    return lines


def _standing(case: Case, judgement: Judgement, style: Style) -> str:
    state, risk = judgement.state, judgement.item.demands.risk
    by = visible(", ".join(judgement.approvers))
    if state is State.APPROVED:
        return style.good("approved") + (f" by {by}" if by else "") + (style.severity("warning")(" unsigned") if judgement.unsigned else "")
    if state is State.WAITING:
        missing = f"waits for {count(judgement.lacking, 'approval')}" + (f" beside {by}'s" if by else "")
        return style.severity("warning")(missing) + _by_whom(case, judgement) + (style.bad("  high risk") if risk == "high" else "")
    if state is State.EMERGENCY:
        return style.severity("warning")(f"emergency, due {judgement.due}") + _by_whom(case, judgement)
    return style.bad(state.value)


def _by_whom(case: Case, judgement: Judgement) -> str:
    names = case.may_approve(judgement)
    if not names:
        silent = case.policy.is_without_signers or not case.policy.settings.require_signature
        return "" if silent else f": nobody else in {visible(case.policy.settings.allowed_signers)} may give it"
    shown = ", ".join(names[:_PEOPLE]) + (f" or {count(len(names) - _PEOPLE, 'other')}" if len(names) > _PEOPLE else "")
    return f" by {visible(shown)}"


def _verdict(case: Case, style: Style) -> str:
    if not case.judgements and not case.broken and not case.debts:
        return f"no configuration differs from {visible(_name(case.against))}"
    changes = count(len(case.judgements) + len(case.debts), "configuration change")
    if case.passes:
        return style.good(f"{changes}, all approved" if not _emergencies(case) else f"{changes}, {_emergencies(case)} let through for now")
    said = f"{len(case.waiting)} of {changes} not approved" if case.waiting else "the record is damaged"
    return style.bad(said)


def _emergencies(case: Case) -> int:
    return sum(judgement.state is State.EMERGENCY for judgement in (*case.judgements, *case.debts))


def _not_judged(case: Case, style: Style) -> list[str]:
    """What a judgement of commits has not looked at."""
    if case.head is None or not case.drafts:
        return []
    records = [path for path in case.drafts if path.startswith(f"{FOLDER}/")]
    names = [path for path in case.drafts if path not in records] + ([FOLDER] if records else [])
    shown = ", ".join(names[:_PATHS]) + (f" and {len(names) - _PATHS} more" if len(names) > _PATHS else "")
    return [style.severity("warning")(f"only what is committed was judged, not what the working tree has in {visible(shown)}")]


def _next_steps(case: Case) -> list[str]:
    """The exact commands that come next, for whoever asks."""
    if case.head is not None:
        return []
    steps = []
    waiting = [one for one in (*case.judgements, *case.debts) if one.state in (State.WAITING, State.EMERGENCY)]
    signers = not case.policy.is_without_signers
    mine = [one.item.path for one in waiting if signers and case.user and case.user not in one.authors]
    others = [one for one in waiting if one.item.path not in mine]
    records = [path for path in case.drafts if path.startswith(f"{FOLDER}/")]
    if records:
        steps.append(f'git add {FOLDER} && git commit -m "Approve configuration changes"')
    drafts = [one.item.path for one in others if one.item.path in case.drafts]
    if drafts:
        steps.append(f"git add {_quoted(drafts)} && git commit")
    if mine:
        steps.append(f'mlsmith review approve {_quoted(mine)} --reason "…"')
    if others and signers:
        names = sorted({name for one in others for name in case.may_approve(one)})
        whom = visible(" or ".join(names[:_PEOPLE])) or "somebody else"
        steps.append(f'push the branch, and ask {whom} for: mlsmith review approve {_quoted(one.item.path for one in others)} --reason "…"')
    return steps


def _quoted(paths: Iterable[str]) -> str:
    return " ".join(shlex.quote(visible(path)) for path in paths)


def _name(against: str) -> str:
    return against[:12] if len(against) >= 40 else against


def _markdown(case: Case) -> str:
    lines = [f"### Configuration review: {'passed' if case.passes else 'not approved'}", ""]
    for judgement in (*case.judgements, *case.debts):
        by = f" by {', '.join(judgement.approvers)}" if judgement.approvers else ""
        lines += [f"**`{judgement.item.path}`** {judgement.state.value}{by}", "", "| key | before | after | |", "|---|---|---|---|"]
        for change in map(discreet, judgement.item.changes[:_MOST]):
            cells = [change.subject, change.old or "", change.new or ""]
            shown = [f"`{_cell(cell)}`" if cell else "" for cell in cells]
            lines.append(f"| {' | '.join(shown)} | {_REMARKS.get(change.kind, '')} |")
        lines += _markdown_effect(case.effect_on(judgement.item.path) if judgement in case.judgements else ())
        lines += ["", *(f"- {_cell(objection.text)}" for objection in judgement.objections), ""]
    for path, others, effect in alike(case):
        lines += [
            f"**`{_cell(path)}`**{others} in effect only, by {_cell(causes_of(case, effect, Style(False)))}",
            *_markdown_effect(effect.changes),
            "",
        ]
    lines += [f"- {_cell(what)}" for what in case.broken]
    if not case.judgements and not case.broken:
        lines.append("No reviewed configuration changed.")
    return "\n".join(lines).rstrip() + "\n"


def _markdown_effect(changes: tuple[Change, ...]) -> list[str]:
    lines = ["", "| in effect | before | after | |", "|---|---|---|---|"] if changes else []
    for change in map(discreet, changes[:_MOST]):
        cells = [f"`{_cell(text)}`" if text else "" for text in (change.subject, change.old, change.new)]
        lines.append(f"| {' | '.join(cells)} | {_REMARKS.get(change.kind, '')} |")
    return lines


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("`", "'")


def _github(case: Case) -> str:
    lines = []
    for judgement in case.waiting:
        line = judgement.item.changes[0].line if judgement.item.changes else 1
        why = "; ".join(objection.text for objection in judgement.objections) or f"needs {count(judgement.lacking, 'approval')}"
        code = "CFG109 invalid-approval" if judgement.invalid else "CFG108 unreviewed-config-change"
        lines.append(f"::error file={_escaped(case.prefix + judgement.item.path)},line={line},title={code}::{_escaped(why)}")
    lines += [f"::error title=CFG109 invalid-approval::{_escaped(what)}" for what in case.broken]
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")
