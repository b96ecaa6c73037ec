"""A flag taken out of a project, as far as the files that would change: found, proven, rewritten, swept, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlsmith.engine.discover import within
from mlsmith.errors import UserError
from mlsmith.fixes.prune.check import check
from mlsmith.fixes.prune.edits import marks_of, rewritten_files, without_keys
from mlsmith.fixes.prune.found import Asked, Found
from mlsmith.fixes.prune.leftovers import leftovers
from mlsmith.fixes.prune.marks import Marks
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.fixes.prune.targets import find

_MOST_ROUNDS = 12


@dataclass(slots=True)
class Pruned:
    """The files as they were and as they would be, and what went out of them."""

    before: dict[str, bytes] = field(default_factory=dict)
    changed: dict[str, bytes] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)
    arguments: int = 0
    options: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    names: int = 0

    @property
    def lines(self) -> int:
        """Lines fewer than before, over all files."""
        return sum(data.count(b"\n") - self.changed[path].count(b"\n") for path, data in self.before.items())


def prune(sight: Sight, asked: Asked, paths: Sequence[str] = ()) -> Pruned:
    """What the project would be without the flag.

    `paths` narrow where things may be changed, not what is looked at for the proof. Raises UserError where there is no such
    flag, Refusal where behaviour cannot be shown to stay.
    """
    found = find(sight, asked)
    marks = marks_of(sight, found)
    result = Pruned(parameters=[str(slot) for slot in found.slots], keys=[f"{path}: {'.'.join(keys)}" for path, keys in found.keys])
    result.options = list(dict.fromkeys((*_spelt(sight, found), *found.spelt)))
    result.arguments = sum(len(wanted.arguments) for wanted in marks.values())
    result.changed = {**rewritten_files(sight, marks, asked.value), **without_keys(sight, found)}
    _refuse_outside(result.changed, paths)
    after = _swept(sight, result, asked.value, paths)
    result.changed = {path: data for path, data in result.changed.items() if data != sight.data(path)}
    result.before = {path: sight.data(path) for path in result.changed}
    gone = frozenset((path, name) for path, _, name in (entry.rpartition(": ") for entry in result.definitions))
    check(sight, after, result.changed, gone)
    _refuse_remains(after, asked, found)
    return result


def _swept(sight: Sight, result: Pruned, value: Any, paths: Sequence[str]) -> Sight:
    """The project after what has become unused is gone, too."""
    before, after = sight, sight.overlaid(result.changed)
    touched = set(result.changed)
    for _ in range(_MOST_ROUNDS):
        marks = {path: wanted for path, wanted in leftovers(before, after, touched).items() if within(path, paths or ("",))}
        if not marks:
            break
        _count(result, after, marks)
        result.changed.update(rewritten_files(after, marks, value))
        touched = set(marks)
        before, after = after, sight.overlaid(result.changed)
    return after


def _count(result: Pruned, after: Sight, marks: dict[str, Marks]) -> None:
    for path, wanted in marks.items():
        lines = after.text(path).split("\n")
        result.names += len(wanted.statements)
        result.imports += [f"{path}: {lines[first - 1][start:end]}" for first, start, _, end in sorted(wanted.aliases)]
        result.definitions += [f"{path}: {_word_at(lines[line - 1], column)}" for line, column in sorted(wanted.definitions)]


def _word_at(line: str, column: int) -> str:
    end = column
    while end < len(line) and (line[end].isalnum() or line[end] == "_"):
        end += 1
    return line[column:end]


def _spelt(sight: Sight, found: Found) -> list[str]:
    names = []
    for path, node in found.options:
        module = sight.module(path)
        names += [str(module.constant(argument)) for argument in node.args] if module is not None else []
    return names


def _refuse_outside(changed: dict[str, bytes], paths: Sequence[str]) -> None:
    outside = sorted(path for path in changed if not within(path, paths or ("",)))
    if outside:
        raise Refusal("the flag reaches beyond the paths that were named", outside[0], sort="beyond the paths")


def _refuse_remains(after: Sight, asked: Asked, found: Found) -> None:
    """A second run has to find nothing of what went."""
    try:
        again = find(after, asked)
    except UserError:
        return
    except Refusal:
        return
    if (
        set(again.slots) & set(found.slots)
        or (found.options and again.options)
        or (found.absl and again.absl)
        or (found.commands and again.commands)
        or (found.keys and again.keys)
    ):
        raise Refusal("the result still has the flag", sort="flag remains")
