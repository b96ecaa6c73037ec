"""What two programs do differently: definitions are matched, then their effects, then the values inside them."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.change import Change, Component, Significance
from mlsmith.revisions.account import Around, Told
from mlsmith.revisions.attributes import attribute_changes
from mlsmith.revisions.extracted import Extracted
from mlsmith.revisions.folding import folded
from mlsmith.revisions.imports import imported_elsewhere
from mlsmith.revisions.matching import matched
from mlsmith.revisions.moved import without_moved
from mlsmith.revisions.program import Program, Unit
from mlsmith.revisions.steps import Comparison


def behaviour_changes(old: Program, new: Program) -> tuple[Change, ...]:
    """Changes of behaviour from one program to the other, each once, by path and line of the new one."""
    old.peer, new.peer = new, old
    old.renamed |= imported_elsewhere(old, new)
    pairs, gone, come = matched(old, new)
    differing = [p for p in pairs if old.form(p.old).digest != new.form(p.new).digest]
    tables = {
        (value.digest, new.form(p.new).names[name].digest)
        for p in pairs
        for name, value in old.form(p.old).names.items()
        if name in new.form(p.new).names
    }
    around = Around(
        told=({p.old.place for p in differing}, {p.new.place for p in differing}), tables=tables,
        extracted=(Extracted(old, gone), Extracted(new, come)),
        differing=frozenset(name for pair in differing for name in (pair.old.name, pair.new.name)),
        became={pair.old.place: pair.new.place for pair in pairs},
    )  # fmt: skip
    told = [one for pair in pairs for one in Comparison(pair, around).run(old.form(pair.old), new.form(pair.new))]
    changes = [
        *attribute_changes(new.modules.values(), old.attributes),
        *folded(without_moved(_said_once(told), new, come, around), old, new, around.became),
    ]
    changes += _wholes(old, gone, {pair.old for pair in pairs}, "removed")
    changes += _wholes(new, come, {pair.new for pair in pairs}, "added")
    return tuple(sorted(dict.fromkeys(changes), key=lambda change: (change.path, change.line, change.subject, change.kind)))


def _said_once(told: list[Told]) -> list[Told]:
    """A constant or default that reaches a call is said there, where it matters."""
    once = {one.change: one for one in reversed(told)}
    reaching = {_values(change) for change in once if change.kind not in ("constant", "default")}
    return [
        once[change]
        for change in dict.fromkeys(one.change for one in told)
        if change.kind not in ("constant", "default") or _values(change) not in reaching
    ]


def _values(change: Change) -> tuple[str, int, str | None, str | None]:
    return change.path, change.line, change.old, change.new


def _wholes(program: Program, alone: list[Unit], paired: set[Unit], what: str) -> Iterator[Change]:
    """Definitions that only one side has and that do something there, if no caller has been told with them; of a file or class itself alone."""
    taken_in = {name for unit in paired for name in program.form(unit).taken_in}
    shared = {outer for unit in paired for outer in _outers(unit.name)} | {unit.path for unit in paired}
    classes = {unit.name: unit for unit in alone if unit.kind == "class" and unit.name not in shared}
    told: set[str] = set()
    for unit in alone:
        if unit.name in taken_in or not program.form(unit).effects:
            continue
        around = [classes[name] for name in _outers(unit.name) if name in classes and classes[name].path == unit.path]
        whole = around[-1] if around else unit
        if unit.path not in shared:
            whole = program.units[f"{unit.module.name}."]
        if whole.name not in told:
            told.add(whole.name)
            yield _whole(whole, what, is_file=unit.path not in shared)


def _outers(name: str) -> list[str]:
    """A dotted name and those of what it stands in, from the inside."""
    parts = name.split(".")
    return [".".join(parts[:keep]) for keep in range(len(parts), 0, -1)]


def _whole(unit: Unit, what: str, *, is_file: bool) -> Change:
    return Change(
        component=Component.SOURCE, kind=f"{unit.kind} {what}", path=unit.path, line=getattr(unit.node, "lineno", 1), symbol="",
        subject=unit.module.name if is_file else unit.symbol or "the top of the file", old=None, new=None, significance=Significance.LOW,
    )  # fmt: skip
