"""The accesses of a whole project: places that functions take from their callers or from configuration filled in, and joined where two are one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.context import Context
from mlsmith.rules.kit.knowledge import storage
from mlsmith.rules.kit.places import HOLE, TEMPORARY, UNKNOWN_PART, normal
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.index.facts import FunctionFact
    from mlsmith.index.project import Project

_REACH = 3
_MOST = 8
_CHOICES = 3
"""A key that stands for more places than that is too common a word to go by."""
_MODEL_WORDS = frozenset({"model", "models", "classifier", "clf", "regressor", "booster", "weights", "checkpoint", "ckpt"})
_PREDICTED_WORDS = frozenset({"prediction", "predictions", "preds", "predicted"})

_FIGURE_WORDS = frozenset(
    {"metric", "metrics", "report", "summary", "history", "losses", "loss", "importance", "importances", "curve", "plot", "log", "logs"}
)


class Seen(NamedTuple):
    """One place that code touches."""

    path: str
    """The file of code"""
    scope: str
    """The function, without the module; empty at the top"""
    way: str
    """`r` or `w`"""
    kind: str
    """`table`, `model` or `data`; `file` where neither call nor ending tell, `relation` for a table that is perhaps only in memory"""
    place: str
    predicted: bool
    """What is written there was predicted"""
    trains: bool
    """What is read there reaches training"""
    remedied: bool
    """The file speaks of exploration, propensity or a group held back"""
    where: Sequence[Any]
    by: By
    """Who names the place: the caller, where a function is handed all of it"""

    @property
    def line(self) -> int:
        return int(self.where[0])


class By(NamedTuple):
    path: str
    scope: str
    line: int
    cell: int
    """-1 outside of notebooks"""


class _Given(NamedTuple):
    by: By
    slot: int | str
    place: str


def accesses_of(project: Project, collected: Sequence[tuple[str, Any]], *, in_loops: bool = False) -> list[Seen]:
    """Every access, by file and line. `collected` is what `data_facts` and `values_in` gave by path. `in_loops`: only those that predictions
    come back through, reads that reach training and writes that may be of predictions."""
    key = f"accesses of data {in_loops}"
    if key not in project.answers:
        project.answers[key] = sorted(_Joining(project, collected).seen(in_loops), key=lambda s: (s.path, s.line, s.way, s.place))
    found: list[Seen] = project.answers[key]
    return found


class _Joining:
    def __init__(self, project: Project, collected: Sequence[tuple[str, Any]]) -> None:
        self.project = project
        self.facts = [(path, data) for path, data in collected if path in project.files]
        self.values: dict[str, set[str]] = {}
        for path, data in collected:
            for name, place in data if path not in project.files else ():
                self.values.setdefault(name, set()).add(place)
        self.given: dict[str, list[_Given]] = {}
        self.feeding: set[str] = set()
        for path, (_, given, fed, _) in self.facts:
            for callee, slot, place, stands in given:
                reached = project.called(path, callee)
                if reached:
                    self.given.setdefault(reached, []).append(_Given(By(path, *stands), slot, place))
            self.feeding.update(filter(None, (project.called(path, name) for name in fed)))
        self._functions: dict[str, dict[str, FunctionFact]] = {}

    def seen(self, in_loops: bool) -> Iterator[Seen]:
        for path, (kept, _, _, remedied) in self.facts:
            for way, kind, place, marks, where in kept:
                scope = where[4]
                trains = "t" in marks or ("r" in marks and self._dotted(path, scope) in self.feeding)
                if in_loops and not (trains if way == "r" else "p" in marks or _may_speak_of_predictions(place)):
                    continue
                for whole, by in list(dict.fromkeys(self._filled(place, By(path, scope, where[0], where[6]), 0)))[:_MOST]:
                    known = kind if kind in ("table", "relation") else kind_of(whole, kind)
                    if is_known(whole):
                        yield Seen(path, scope, way, known, whole, "p" in marks, trains, remedied, where, by)

    def _dotted(self, path: str, scope: str) -> str:
        return f"{self.project.files[path].module}.{scope}"

    def _filled(self, place: str, by: By, depth: int) -> list[tuple[str, By]]:
        """A place with what callers and configuration give for its open parts, `*` where they do not tell; and who names it."""
        hole = HOLE.search(place)
        if hole is None or depth > _REACH:
            return [(_tidy(HOLE.sub(UNKNOWN_PART, place)), by)]
        whole, (dot, name) = hole[0], hole.groups()
        values = sorted(self.values.get(name, ())) if dot else []
        options = [(value, by) for value in values] if dot else list(dict.fromkeys(self._passed(by, name, depth)))
        if not options or (dot and len(options) > _CHOICES):
            options = [(UNKNOWN_PART, by)]
        found: list[tuple[str, By]] = []
        for option, caller in options[:_MOST]:
            found += [(each, caller if whole == place else by) for each, _ in self._filled(place.replace(whole, option), by, depth)]
        return found[:_MOST]

    def _passed(self, by: By, name: str, depth: int) -> Iterator[tuple[str, By]]:
        """What the callers of a function pass for a parameter, and what it is where they pass nothing."""
        scope, functions = by.scope, self._functions_of(by.path)
        while scope not in functions and "." in scope:  # A parameter may be that of the function around.
            scope = scope.rpartition(".")[0]
        function = functions.get(scope)
        names = [parameter.name for parameter in function.parameters] if function is not None else []
        if function is None or name not in names:
            return
        position = names.index(name) - (1 if function.owner and "staticmethod" not in function.decorators else 0)
        dotted = self._dotted(by.path, scope)
        default = _text(function.parameters[names.index(name)].default)
        if default:
            yield default, by
        for given in (*self.given.get(dotted, ()), *self.given.get(dotted.removesuffix(".__init__"), ())):
            if given.slot in (name, position):
                yield from self._filled(given.place, given.by, depth + 1)
        definition = self.project.definitions.get(dotted)
        for path, fact in self.project.calls_of(definition) if definition is not None else ():
            value = dict(fact.keywords).get(name) or (fact.positional[position] if 0 <= position < len(fact.positional) else None)
            if _text(value) and self.project.files[path].context != Context.TEST.value:
                yield _text(value), By(path, fact.where[4], fact.where[0], fact.where[5])

    def _functions_of(self, path: str) -> dict[str, FunctionFact]:
        if path not in self._functions:
            self._functions[path] = {function.name: function for function in self.project.files[path].functions()}
        return self._functions[path]


def _text(literal: tuple[Any, ...] | None) -> str:
    """The string that a literal of the facts is; empty where it is none."""
    return literal[1] if literal is not None and literal[0] == "=" and isinstance(literal[1], str) else ""


def _tidy(place: str) -> str:
    while "**" in place:
        place = place.replace("**", UNKNOWN_PART)
    return normal(place)


def is_known(place: str) -> bool:
    """Whether anything of a place is known beside its ending's dot."""
    return place.strip("*/. ") != "" and not place.startswith(TEMPORARY)


def _is_definite(place: str) -> bool:
    """Whether the last part of a place is written out, so that it can be told from others: `out/*/scores.csv`, not `data/*.csv`."""
    last = posixpath.basename(place.rstrip("/"))
    return UNKNOWN_PART not in last and len(last.partition(".")[0]) >= 3


def kind_of(place: str, kind: str) -> str:
    """`model` or `data` by the ending, else as the call has it; `file` where neither tells."""
    last = posixpath.basename(place).lower()
    ending = last.removesuffix(".gz").rpartition(".")[2]
    if ending in storage.MODEL_ENDINGS:
        return "model"
    if kind in ("file", "model", "data") and ending in ("pkl", "pickle", "json", "txt", "bin", "h5", "hdf5", "npz", "npy", "model"):
        folder = posixpath.basename(posixpath.dirname(place))
        if set(tokens(last.partition(".")[0])) & _MODEL_WORDS or ending == "model":
            return "model"
        if ending in ("pkl", "pickle", "bin", "h5", "hdf5") and (kind == "model" or set(tokens(folder)) & _MODEL_WORDS):
            return "model"
    if ending in storage.DATA_ENDINGS:
        return "data"
    return kind


def _holds_figures(place: str) -> bool:
    """Whether a place is named for what was measured, or drawn, rather than for rows of data."""
    return bool(set(tokens(posixpath.basename(place))) & _FIGURE_WORDS)


def speaks_of_predictions(place: str) -> bool:
    return bool(set(tokens(posixpath.basename(place).partition(".")[0])) & _PREDICTED_WORDS)


def holds_predictions(one: Seen) -> bool:
    """Whether an access writes predictions, of data and to a place that can be told from others: what `predict` gave, or what its name says."""
    if one.way != "w" or one.kind == "model" or not _is_definite(one.place) or _holds_figures(one.place):
        return False
    return one.predicted or speaks_of_predictions(one.place)


def _may_speak_of_predictions(place: str) -> bool:
    """Whether a place that may have open parts is named for predictions, or can be once they are filled in."""
    return HOLE.search(posixpath.basename(place)) is not None or speaks_of_predictions(place)


def is_covered(place: str, patterns: Sequence[str]) -> bool:
    """Whether a place may be one that a declaration names by its globs."""
    return any(may_be_named(place, pattern) for pattern in patterns)


def reads_what(written: Seen, read: Seen) -> bool:
    """Whether one access reads what another one writes: the same table, or a file whose name both write out."""
    if written.way != "w" or read.way != "r" or "model" in (written.kind, read.kind):
        return False
    if "table" in (written.kind, read.kind):
        return written.kind == read.kind and written.place.rpartition(".")[2] == read.place.rpartition(".")[2]
    if not _is_definite(read.place) or posixpath.basename(written.place) != posixpath.basename(read.place):
        return False
    if "/" not in written.place and "/" not in read.place:  # Where that is depends on where the code is run.
        return posixpath.dirname(written.path) == posixpath.dirname(read.path)
    return may_be_same(written.place, read.place)


def may_be_named(place: str, pattern: str) -> bool:
    """Whether some path is both at the place and named by the glob, whose `*` stays in its folder unless it comes last; `**` does not."""
    return _fit(*_comparable(place, _parts(place), pattern, _parts(pattern, is_glob=True)))


def may_be_same(one: str, other: str) -> bool:
    """Whether two places may be one."""
    return _fit(*_comparable(one, _parts(one), other, _parts(other)))


def _comparable(one: str, parts: tuple[str, ...], other: str, others: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of both, where one is absolute and the other is not with the other under any folder."""
    if one.startswith("/") and not other.startswith("/"):
        return parts, ("**", *others)
    if other.startswith("/") and not one.startswith("/"):
        return ("**", *parts), others
    return parts, others


@lru_cache(maxsize=20_000)
def _parts(place: str, *, is_glob: bool = False) -> tuple[str, ...]:
    """Folders and name; `**` stands for any number of folders: an unknown part can hold some. Where one begins further up, only that is left out."""
    place = normal(place)
    while place.startswith("../"):
        place = place[3:]
    parts = place.split("/")
    found: list[str] = []
    for position, part in enumerate(parts):
        if part == "" and position == 0:
            continue  # the root
        if part == UNKNOWN_PART and (not is_glob or position == len(parts) - 1):
            found += ["**", UNKNOWN_PART]
        else:
            found += ["**", part] if position == 0 and part.startswith(UNKNOWN_PART) and part != "**" and not is_glob else [part]
    return tuple(found)


@lru_cache(maxsize=20_000)
def _fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return all(part == "**" for part in one + other)
    if one[0] == "**":
        return _fit(one[1:], other) or _fit(one, other[1:])
    if other[0] == "**":
        return _fit(one, other[1:]) or _fit(one[1:], other)
    return _meet(one[0], other[0]) and _fit(one[1:], other[1:])


def _meet(one: str, other: str) -> bool:
    """Whether two patterns with `*` and `?` have a text in common."""
    reached = {0}
    for position in range(len(one) + 1):
        seen = set()
        stack = list(reached)
        while stack:  # `*` of the other may be nothing
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                if at < len(other) and other[at] == "*":
                    stack.append(at + 1)
        reached = seen
        if position == len(one):
            break
        reached = _stepped(one[position], other, reached)
        if not reached:
            return False
    return len(other) in reached


def _stepped(letter: str, other: str, reached: set[int]) -> set[int]:
    """Where in the other pattern one can be after one more letter of the first."""
    if letter == "*":
        return set(range(min(reached), len(other) + 1))
    return {at if other[at] == "*" else at + 1 for at in reached if at < len(other) and (other[at] in ("*", "?", letter) or letter == "?")}
