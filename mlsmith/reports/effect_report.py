"""What a change of configurations comes to in those that are composed of them, told beside a review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlsmith.reports.discreet import discreet
from mlsmith.reports.safe import visible
from mlsmith.reports.style import Paint, Style
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.review.case import Case
    from mlsmith.revisions.effective import Effect

_MOST = 40
_WIDEST = 36
_FILES = 3


def alike(case: Case) -> Iterator[tuple[str, str, Effect]]:
    """(the first path, what is said of the others, effect): a base of a hundred experiments changes them all in the same way."""
    groups: dict[object, list[Effect]] = {}
    for effect in case.effects_elsewhere:
        same = tuple((change.kind, change.subject, change.old, change.new) for change in effect.changes)
        groups.setdefault((effect.by, same), []).append(effect)
    for group in groups.values():
        others = f" and {count(len(group) - 1, 'other')}" if len(group) > 1 else ""
        yield group[0].path, others, group[0]


def causes_of(case: Case, effect: Effect, style: Style) -> str:
    """The changed files behind an effect, with a mark on those that nobody has to approve."""
    mark = style.severity("warning")(" (not under review)")
    shown = [f"{visible(path)}{mark if path in case.unreviewed_causes else ''}" for path in effect.by[:_FILES]]
    return ", ".join(shown) + (f" and {len(effect.by) - _FILES} more" if len(effect.by) > _FILES else "")


def lines_of_effect(changes: tuple[Change, ...], style: Style) -> list[str]:
    """A line a key: what it was and is in effect, and the files that say so."""
    changes = tuple(map(discreet, changes))
    values = [change for change in changes if change.kind != "same-from-elsewhere"]
    wide = min(_WIDEST, max((len(visible(change.subject)) for change in values), default=0))
    lines = []
    for change in values[:_MOST]:
        old, new = _side(change.old, style.bad, style), _side(change.new, style.good, style)
        lines.append(f"{visible(change.subject).ljust(wide)}  {old} → {new}")
    if len(values) > _MOST:
        lines.append(style.dim(f"and {len(values) - _MOST} more: --format json"))
    same = [change for change in changes if change.kind == "same-from-elsewhere"]
    return lines + [style.dim(visible(f"{change.subject}: the same, from {change.new} instead of {change.old}")) for change in same]


def _side(text: str | None, paint: Paint, style: Style) -> str:
    """A value in its colour; the file that gives it, in brackets behind it, steps back."""
    if text is None:
        return style.dim("nothing")
    value, between, file = visible(text).rpartition(" (") if text.endswith(")") else (visible(text), "", "")
    return paint(value) + style.dim(between + file) if value else paint(visible(text))


def blocks(case: Case, style: Style) -> list[str]:
    """Configurations that change in effect only."""
    lines = []
    for path, others, effect in alike(case):
        lines.append(f"{style.bold(visible(path))}{others}  {style.dim('in effect only, by')} {causes_of(case, effect, style)}")
        lines += [*(f"    {line}" for line in lines_of_effect(effect.changes, style)), ""]
    if case.effects_left:
        left = count(case.effects_left, "other configuration")
        lines += [style.dim(f"and {left} that may be composed of what changed, not looked at"), ""]
    return lines
