"""Which changes show by themselves that something is different, and which may do the same: written in another way, or of use to nobody.

A function, branch or argument that is new, a number that is another one, a value with something around it: the two sides of such a change
cannot come to the same. Where one expression takes the place of another, where a step comes, goes or moves, they can: it may stand in a
helper now, or be made by hand. All of it is told, and which is which.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlsmith.change import Change
from mlsmith.regex import regex
from mlsmith.revisions.alignment import LIKE
from mlsmith.revisions.meaning_of_calls import PARTS_OF_A_MODEL
from mlsmith.revisions.program import THE_TOP, Program, Unit, is_own
from mlsmith.revisions.same_values import may_be_equal, parsed
from mlsmith.revisions.shapes import named_shape, shapes_in
from mlsmith.rules.kit.context import Context, context_of_path

_GONE = frozenset({"base", "class", "decorator", "file", "module"})
"""What is there or not, and is nothing else. Who called a function that is gone is told, and nobody may have"""
_NEW = _GONE | {"function", "assert", "default", "dependency", "field", "if", "raise", "return", "store", "try"}
"""What is done as soon as it stands there. What no longer does may be done elsewhere"""
_REWRITTEN = frozenset({"attribute renamed", "code", "moved", "order"})
_PLAIN = frozenset({"query", "unreadable"})
_HOW_IT_IS_DEFINED = ("abstractmethod", "abc.abstractmethod", "staticmethod")
"""Decorators that say how a method is defined: it is called as before, with the parameter for the object or by who has one of its own"""
_FEW = 2
"""One statement that is like another one may be so by accident"""
_KEPT_AND_READ = 2
_KINDS = 5
"""A statement of fewer kinds of parts is like others by accident"""
_SAYS_SOMETHING = 6
"""A shorter piece of code stands in many places by accident"""
_BETWEEN = regex(r"[\s\"']")
_KEY = regex(r"['\"]([\w.-]+)['\"]\Z")
_LOOKED_UP = regex(r"\.(?:get|pop|setdefault)(?:\(argument 1\)|\[)|\b(?:getattr|hasattr)\(argument 2\)\Z")
_DOTTED = regex(r"\w+(?:\.\w+)+\Z")
_CALLED = regex(r"(?:\w+\.)*(\w+)(?=\(|\Z)")
"""What is called, or handed in by its name"""
_LOGS = regex(r"logg(?:er|ing)", re.IGNORECASE)
_LAST_WORD = regex(r"\w+(?=\W*\Z)")


def marked(changes: Iterable[Change], old: Program, new: Program) -> Iterator[Change]:
    """The changes of Python code, with a mark on those that may come to the same."""
    sides = _Side(old), _Side(new)
    changes = tuple(changes)
    moves = _Moves(changes)
    for change in changes:
        may = moves.have(change, sides) or _is_rewritten(change, sides) or _stood_here(change, *sides)
        yield change._replace(rewritten=may)


class _Moves:
    """What came and what went with all changes: the one may have become the other."""

    def __init__(self, changes: Iterable[Change]) -> None:
        steps = [one for change in changes for one in (change, *change.steps)]
        self._went = {_gist(one) for one in steps if one.kind.endswith(" removed")}
        self._arguments = {_call(one) for one in steps if one.kind.endswith(" argument") and one.new is None}
        self._old, self._new = {one.old for one in steps}, {one.new for one in steps}

    def have(self, change: Change, sides: tuple[_Side, _Side]) -> bool:
        if change.kind.endswith(" added") and change.old != change.new and _gist(change) in self._went:
            return True
        if change.kind.endswith(" argument") and _call(change) in self._arguments and not _is_of_a_library(_call(change)[-1], sides):
            return True  # By another name.
        if change.old is None or change.new is None:
            return False
        return (_is_a_call(change.old) and change.old in self._new) or (_is_a_call(change.new) and change.new in self._old)


def _call(change: Change) -> tuple[str, int, str]:
    """What an argument is handed to, and where."""
    return change.path, change.line, change.subject.rpartition("(")[0]


def _is_a_call(text: str) -> bool:
    return isinstance(parsed(text), ast.Call)


def _gist(change: Change) -> tuple[str, str | None]:
    """What a step that came or went says, or where it stores something: the same elsewhere may have been moved."""
    what = change.kind.rpartition(" ")[0]
    return what, change.subject if what == "store" else change.old or change.new


class _Side:
    """What the files that are compared call and name in one revision."""

    def __init__(self, program: Program) -> None:
        self._modules, self.units, self._elsewhere = program.modules, program.units, program.elsewhere
        self.mentions = program.mentions
        self.renamed = program.attributes.get("", {})
        self._shapes: dict[str, Counter[str]] = {}

    def shapes(self, path: str) -> Counter[str]:
        """Those of all statements of a file."""
        if path not in self._shapes:
            trees = (one.syntax.tree for one in self._modules.values() if one.path == path)
            self._shapes[path] = sum(map(shapes_in, trees), Counter[str]())
        return self._shapes[path]

    @cached_property
    def all_shapes(self) -> Counter[str]:
        found = Counter[str]()
        for path in {one.path for one in self._modules.values()}:
            found.update(self.shapes(path))
        return found

    def function(self, path: str, symbol: str) -> Unit | None:
        found = [one for one in self.units.values() if (one.path, one.symbol) == (path, symbol)]
        return found[0] if len(found) == 1 else None

    def calls(self, callee: str) -> bool:
        """Whether a function of a library is called, or a method or function of that name."""
        word = _LAST_WORD.search(callee)
        modules = [module for module in self._modules.values() if word is not None and word[0] in module.words_called]
        of_a_library = _DOTTED.match(callee) and callee.partition(".")[0] not in self._packages
        return bool(modules) and (not of_a_library or any(True for module in modules for _ in module.calls_to(callee)))

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Those that the files stand in."""
        return frozenset(name.partition(".")[0] for name in self._modules)

    @cached_property
    def _written(self) -> list[str]:
        return [_BETWEEN.sub("", module.source.text) for module in self._modules.values()]

    def has(self, package: str) -> bool:
        """Whether a package is the project's."""
        return package in self._packages or (self._elsewhere is not None and self._elsewhere.package(package) is not None)

    def stands(self, code: str) -> int:
        """How often a piece of code stands in these files, whatever its blanks and quotes."""
        return sum(text.count(code) for text in self._written)

    def times(self, text: str) -> int:
        """How often a text stands in quotes."""
        return sum(module.source.text.count(f"{quote}{text}{quote}") for module in self._modules.values() for quote in "'\"")


def _stood_here(change: Change, old: _Side, new: _Side) -> bool:
    """Whether all of what came had stood elsewhere in these files, as often as it stands in them now."""
    if change.old is not None or change.new is None or isinstance(parsed(change.new), (ast.Name, ast.Attribute)):
        return False
    if change.path.endswith("setup.py"):
        return False  # What it is a part of says who is given it.
    code = _BETWEEN.sub("", change.new)
    if len(code) >= _SAYS_SOMETHING and "…" not in code and old.stands(code) >= new.stands(code) > 0:
        return True
    shape = _shape(change)
    return bool(shape) and old.all_shapes[shape] >= new.all_shapes[shape] > 0


def _shape(change: Change) -> str:
    """That of a branch or store that came, if it says more than names; nothing for anything else."""
    text = f"{change.new}:\n    pass" if change.kind == "if added" else change.new if change.kind in ("store added", "assert added") else ""
    try:
        (statement,) = ast.parse(text or "").body
    except (SyntaxError, ValueError):
        return ""
    said = {type(node) for node in ast.walk(statement)}
    return named_shape(statement) if said & {ast.Attribute, ast.Call} and len(said) >= _KINDS else ""


def _is_rewritten(change: Change, sides: tuple[_Side, _Side]) -> bool:
    if change.kind == "steps":
        return any(_is_rewritten(step, sides) for step in change.steps)
    if change.kind == "parameters":
        return _is_called_by_nobody_else(change)
    if change.kind in _PLAIN or change.kind in _REWRITTEN:
        return change.kind in _REWRITTEN
    what, _, how = change.kind.rpartition(" ")
    if what == "decorator" and (change.old in _HOW_IT_IS_DEFINED or change.new in _HOW_IT_IS_DEFINED):
        return True
    if change.kind == "module removed" and change.subject == THE_TOP:
        return True  # What was defined in it is elsewhere.
    if change.kind in ("class added", "function added") and _LOGS.search(change.subject.rpartition(".")[2]):
        return True
    if change.kind == "function added" and (_stood_elsewhere(change, sides[1], sides[0]) or _is_used_by_nobody(change, sides[1])):
        return True
    if how == "argument" and change.old is None and change.subject.endswith("(**)"):
        return True  # Nothing, perhaps.
    if how in ("added", "removed", "replaced"):
        other = sides[how == "removed"]
        is_elsewhere = other.calls(change.subject) or _is_of_one_name(change) or (what == "loss" and (change.old or "").startswith("self."))
        return what not in (_NEW if how == "added" else _GONE) and (what not in PARTS_OF_A_MODEL or is_elsewhere)
    if how == "keyword":
        return not _is_of_a_library(change.subject, sides) or (change.old or "").startswith("argument ")
    if change.old is None or change.new is None:
        return change.new is None and change.old is not None  # An argument or entry that is gone may have been without effect.
    if change.moved_from is not None and _is_a_way_to(change.old, change.new):
        return True
    if change.kind == "default" and _is_made_inside(change.old, change.new):
        return True
    return how != "argument" and (
        is_an_owner(change) or _is_a_key(change.subject, change.old, change.new, sides) or may_be_equal(change.old, change.new)
    )


def _is_used_by_nobody(change: Change, side: _Side) -> bool:
    """Whether a function that is for its module alone is called by no file that has changed."""
    name = change.subject.rpartition(".")[2]
    return is_own(name) and side.mentions(name) == 0


def _stood_elsewhere(change: Change, new: _Side, old: _Side) -> bool:
    """Whether most of what a function does left another part of its file."""
    unit = new.function(change.path, change.subject)
    shapes = shapes_in(unit.node) if unit is not None else Counter[str]()
    lost = old.shapes(change.path) - (new.shapes(change.path) - shapes)
    return shapes.total() >= _FEW and (shapes & lost).total() >= LIKE * shapes.total()


def is_an_owner(change: Change) -> bool:
    """Whether a method is called on something else, and not with something else."""
    return change.subject.startswith(".") and not change.subject.endswith((")", "]"))


def _is_of_one_name(change: Change) -> bool:
    """Whether what took the place of another is called like it: a package may hand it on."""
    one, other = (_CALLED.match(text or "") for text in (change.old, change.new))
    return one is not None and other is not None and one[1] == other[1]


def _is_of_a_library(callee: str, sides: Iterable[_Side]) -> bool:
    """Whether a function is called of which two keywords are two arguments, and not one that the project may have renamed."""
    return _DOTTED.match(callee) is not None and not any(side.has(callee.partition(".")[0]) for side in sides)


def _is_called_by_nobody_else(change: Change) -> bool:
    """Whether what its parameters are called concerns the callers alone that are told with it: of a function of its module or of an example."""
    return is_own(change.subject.rpartition(".")[2]) or context_of_path(change.path) is Context.EXAMPLE


def _is_a_way_to(old: str, new: str) -> bool:
    """Whether two relative paths end alike: a file that was moved reaches the same from where it is."""
    ways = [text.strip("\"'").split("/") for text in (old, new)]
    ends = [[part for part in way if part not in ("", ".", "..")] for way in ways]
    return bool(ends[0]) and ends[0] == ends[1] and ".." in (*ways[0], *ways[1])


def _is_made_inside(old: str, new: str) -> bool:
    """Whether a default that is more than a number or word took the place of None, or gave it: where nothing is given the body may make it."""
    some = new if old == "None" else old
    return "None" in (old, new) and not isinstance(parsed(some), (ast.Constant, ast.UnaryOp))


def _is_a_key(subject: str, old: str, new: str, sides: tuple[_Side, _Side]) -> bool:
    """Whether a text took the place of another in all places that had it, where something is kept and where it is read; or something is looked
    up by it, and whoever keeps it may call it so.
    """
    one, other = _KEY.match(old), _KEY.match(new)
    if one is None or other is None:
        return False
    if sides[0].renamed.get(one[1]) == other[1]:
        return True
    if _LOOKED_UP.search(subject):
        return True
    counts = [(side.times(one[1]), side.times(other[1])) for side in sides]
    return counts[0][1] == counts[1][0] == 0 and min(counts[0][0], counts[1][1]) >= _KEPT_AND_READ
