"""The changed files of one revision as definitions that know each other, each with its form: what it does, whatever it is called."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlsmith.index.project import outwards
from mlsmith.index.scopes import last_word
from mlsmith.revisions.effects import Effect, digest_of, each
from mlsmith.revisions.imports import imported_names
from mlsmith.revisions.spellings import as_lambda
from mlsmith.revisions.values import Origin, Value, value_of
from mlsmith.rules.kit.module import Module

if TYPE_CHECKING:
    from mlsmith.revisions.constants import Elsewhere

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

MOST_HANDS = 8
"""Modules that hand a name on to each other, before nobody follows it any more"""

_CHANGING = frozenset({"append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse", "update", "setdefault"})
"""Methods that change the list or table that they are called on"""


@dataclass(frozen=True, slots=True)
class Form:
    """What a definition does. `taken_in` are the dotted names of the functions whose bodies it has been told with."""

    effects: tuple[Effect, ...]
    digest: bytes
    taken_in: frozenset[str]
    names: dict[str, Value] = field(default_factory=dict)
    """Of the top of a module: what its names stand for at the end"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A function, a class body, or the top of a module. `name` is dotted with the module."""

    name: str
    path: str
    kind: str
    node: ast.AST
    module: Module = field(repr=False)

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def symbol(self) -> str:
        """The name without the module."""
        return self.name.removeprefix(self.module.name).lstrip(".")

    @property
    def place(self) -> tuple[str, str]:
        return self.path, self.symbol

    @property
    def origin(self) -> Origin:
        return Origin(self.path, self.symbol, self.node)


class Program:
    """The modules of one side of a comparison."""

    def __init__(
        self, modules: Iterable[Module], renamed: Mapping[str, str] | None = None, attributes: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`renamed`: dotted name of a module or package → what it is called on the other side; `attributes` likewise, by class."""
        self.renamed = dict(renamed or {})
        self.attributes = dict(attributes or {})
        self.peer: Program | None = None
        """The other side, where there is one"""
        self.elsewhere: Elsewhere | None = None
        """Its modules that have not changed, where they can be read"""
        self.modules = {module.name: module for module in modules}
        self.units: dict[str, Unit] = {}
        self._inside: dict[str, list[str]] = {}
        self._steps: dict[str, int] = {}
        self._forms: dict[str, Form] = {}
        self._tops: dict[str, dict[str, Value]] = {}
        self._busy: set[str] = set()
        self._closed: Mapping[str, tuple[str, Unit]] = {}
        for module in self.modules.values():
            self._add(module)

    def _add(self, module: Module) -> None:
        self.units[f"{module.name}."] = Unit(f"{module.name}.", module.path, "module", module.syntax.tree, module)
        for node in (*module.syntax.functions, *module.syntax.classes):
            if _is_reachable(node) and not _is_of_a_test(node, module):
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                name = module.resolver.definition_name(node)
                while name in self.units and not _hides(node, self.units[name].node):
                    name += "'"  # Defined again: in another branch, or over one that is used before.
                hidden = self.units.get(name)
                self.units[name] = Unit(name, module.path, kind, node, module)
                outer = name if hidden is None else ""
                while "." in outer:
                    outer = outer.rpartition(".")[0]
                    self._inside.setdefault(outer, []).append(name)

    @cached_property
    def imported(self) -> frozenset[str]:
        """Dotted names of what its modules import."""
        return frozenset(imported_names(self.modules.values()))

    @cached_property
    def written(self) -> frozenset[str]:
        """Last words of what any of its modules writes, or changes, of whatever object: `conf.EPOCHS = 3`, `NAMES.append(x)`."""
        found: set[str] = set()
        for node in (node for module in self.modules.values() for node in ast.walk(module.syntax.tree)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                found.add(last_word(node.value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
                found.add(last_word(node.func.value))
        return frozenset(found)

    @cached_property
    def calls(self) -> dict[str, set[tuple[int, frozenset[str | None]]]]:
        """Last word of a dotted name → the numbers of places, and the keywords, that it is called with."""
        found: dict[str, set[tuple[int, frozenset[str | None]]]] = {}
        for module in self.modules.values():
            for node in (one for one in ast.walk(module.syntax.tree) if isinstance(one, ast.Call)):
                for name in module.resolver.names(node.func):
                    given = len(node.args), frozenset(keyword.arg for keyword in node.keywords)
                    found.setdefault(name.rpartition(".")[2], set()).add(given)
        return found

    def mentions(self, word: str) -> int:
        """How often its modules read a name, or an attribute, or have it in quotes."""
        return sum(mentions_in(module.syntax.tree, word) for module in self.modules.values())

    @cached_property
    def lambdas(self) -> frozenset[str]:
        """What its functions without a name do."""
        nodes = (node for module in self.modules.values() for node in ast.walk(module.syntax.tree))
        return frozenset(as_lambda(node) for node in nodes if isinstance(node, ast.Lambda))

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(module.path for module in self.modules.values())

    def form(self, unit: Unit) -> Form:
        known = self._forms.get(unit.name)
        if known is None:
            known = self._forms[unit.name] = self.told_anew(unit)
        return known

    @contextmanager
    def closed(self, names: Mapping[str, tuple[str, Unit]]) -> Iterator[None]:
        """Meanwhile these definitions are not told with those that use them. By name: what stands for each, whatever it does, and what the
        other side has of it.
        """
        kept = self._forms, self._steps, self._tops
        self._closed = names
        self._forms, self._steps, self._tops = (dict(cache) for cache in kept)  # type: ignore[assignment]
        try:
            yield
        finally:
            self._closed = {}
            self._forms, self._steps, self._tops = kept

    def told_anew(self, unit: Unit) -> Form:
        """The form of a definition, whether it is known or not."""
        from mlsmith.revisions.evaluation import evaluate

        self._busy.add(unit.name)
        try:
            return evaluate(self, unit)
        finally:
            self._busy.discard(unit.name)

    def is_closed(self, unit: Unit) -> bool:
        """Whether a definition is only named where it is used, and not told with its users."""
        return unit.name in self._closed

    def attribute(self, node: ast.Attribute, unit: Unit) -> str:
        """The name of an attribute as the other side has it."""
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        renamed = self.attributes.get(unit.name.rpartition(".")[0], {}) if own else {}
        return renamed.get(node.attr) or self.attributes.get("", {}).get(node.attr, node.attr)

    def roles_of(self, unit: Unit) -> dict[str, str]:
        """Parameter → the name that both versions of a function know it by: its own, or a number where it was renamed."""
        ours = parameters_of(unit)
        other = self._shared(unit)
        if unit.name in self._closed:
            other = self._closed[unit.name][1]
        theirs = parameters_of(other) if other is not None else []
        roles = {name: name for name in ours}
        renamed = [name for name in ours if name not in theirs]
        if theirs and len(renamed) == sum(name not in ours for name in theirs):
            roles |= {name: f"renamed {number}" for number, name in enumerate(renamed)}
        return roles

    def shared_roles(self, unit: Unit) -> dict[str, str]:
        """Of a function that both versions have under one name the names of its parameters that they share, of others nothing."""
        return self.roles_of(unit) if self._shared(unit) is not None else {}

    def _shared(self, unit: Unit) -> Unit | None:
        """What the other side has under the name of a definition, or under that of its double, which both have."""
        if self.peer is None:
            return None
        double = self.common_name(unit.name, unit.module)
        return self.peer.units.get(unit.name) or (self.peer.units.get(double) if double in self.units else None)

    def steps(self, unit: Unit) -> int:
        """Number of effects, those of the functions that are told with it included."""
        if unit.name not in self._steps:
            self._steps[unit.name] = sum(1 for _ in each(self.form(unit).effects))
        return self._steps[unit.name]

    def tops(self, module: Module) -> dict[str, Value]:
        """What the names stand for that the top of a module assigns once, as far as it has been told."""
        known = self._tops.get(module.name)
        if known is None:
            from mlsmith.revisions.evaluation import tell_tops

            known = self._tops[module.name] = {}
            tell_tops(self, self.units[f"{module.name}."], known)
        return known

    def rename(self, names: Mapping[str, str]) -> None:
        """More that the other side has under another name; all is told anew."""
        self.renamed |= names
        for known in (self._forms, self._steps, self._tops):
            known.clear()

    def common_name(self, name: str, module: Module) -> str:
        """A dotted name, used in a module, as the other side has it, where a module or package in it was renamed."""
        parts = name.split(".")
        for folder in outwards(module.name) if self.renamed else ():
            for keep in range(len(parts), 0, -1):
                head = ".".join(parts[:keep])
                other = self.renamed.get(folder + head)
                if other is not None and other.startswith(folder) and not (folder and self._is_kept(head)):
                    return ".".join([other.removeprefix(folder), *parts[keep:]])
        return name

    def _is_kept(self, name: str) -> bool:
        """Whether the other side imports a module by the name that it had: then it is one of elsewhere, as `logging` beside `ours/logging.py`."""
        return self.peer is not None and any(one == name or one.startswith(f"{name}.") for one in self.peer.imported)

    def function_named(self, module: Module, names: tuple[str, ...]) -> Unit | None:
        """The one function of the program that a dotted name, used in a module, stands for."""
        unit = self._named(module, names)
        return unit if unit is not None and unit.kind == "function" else None

    def definition_named(self, module: Module, names: tuple[str, ...]) -> Unit | None:
        return self._named(module, names)

    def _named(self, module: Module, names: tuple[str, ...]) -> Unit | None:
        if len(names) != 1:
            return None
        name = names[0]
        candidates = [name]
        if "()." in name:  # a method of an instance: its class, or what that inherits from here
            owner, _, method = name.rpartition("().")
            candidates = [f"{ancestor}.{method}" for ancestor in module.resolver.lineage(owner)]
        candidates += [candidate.removeprefix("src.") for candidate in candidates if candidate.startswith("src.")]
        for candidate in candidates:
            unit = self._absolute(module, candidate)
            if unit is not None:
                return None if self._is_known_by_name_only(unit, name) else unit
        return None

    def _is_known_by_name_only(self, unit: Unit, name: str) -> bool:
        """Whether the other side imports it too, and does not have the file that it stands in: it came or went with that."""
        return self.peer is not None and name in self.peer.imported and unit.path not in self.peer.paths

    def _absolute(self, module: Module, name: str) -> Unit | None:
        """Looked up from the file's own folder outwards, as a script's imports are."""
        for folder in outwards(module.name):
            unit = self.units.get(f"{folder}{name}") or self._handed_on(f"{folder}{name}", module)
            if unit is not None:
                return unit
        return None

    def _handed_on(self, name: str, module: Module) -> Unit | None:
        """What another module has under that name because it imports it, from wherever that has it."""
        for _ in range(MOST_HANDS):
            owner, _, last = name.rpartition(".")
            package = self._handing_on(owner, last)
            bindings = package.syntax.scope.bindings.get(last, ()) if package is not None and package is not module else ()
            if package is None or len(bindings) != 1 or bindings[0].kind != "import":
                return None
            names = package.resolver.names_of_binding(bindings[0])
            if len(names) != 1:
                return None
            found = [f"{folder}{names[0]}" for folder in outwards(package.name)]
            unit = next((self.units[one] for one in found if one in self.units), None)
            if unit is not None:
                return unit
            name = next((one for one in found if self._handing_on(*one.rpartition(".")[::2]) is not None), "")
        return None

    def _handing_on(self, name: str, last: str) -> Module | None:
        """The module of a name; one that has not changed only where it is a package, and something that did is called as what it may have."""
        known = self.modules.get(name)
        return known if known is not None or self.elsewhere is None or last not in self._symbols else self.elsewhere.package(name)

    @cached_property
    def _symbols(self) -> frozenset[str]:
        return frozenset(unit.symbol for unit in self.units.values())

    def is_busy(self, unit: Unit) -> bool:
        """Whether its form is just being told: it calls itself."""
        return unit.name in self._busy

    def stand_in(self, unit: Unit) -> Value:
        """A definition as a value: by what it does, not by its name."""
        if self.is_busy(unit):
            return value_of("definition", "itself")
        if unit.name in self._closed:
            return value_of("definition", self._closed[unit.name][0], (), unit.origin)
        digests = [self.form(unit).digest]
        if unit.kind == "class":
            self._busy.add(unit.name)
            inside = (self.units[name] for name in self._inside.get(unit.name, ()))
            methods = [other for other in inside if other.path == unit.path]
            digests += [other.last.encode() + self.stand_in(other).digest for other in methods]
            self._busy.discard(unit.name)
        digest = hashlib.blake2b(b"".join(sorted(digests[1:])) + digests[0], digest_size=16).hexdigest()
        return value_of("definition", digest, (), unit.origin)


THE_TOP = "the top of the file"
"""What the statements of a module are called that stand in no definition"""


def is_own(name: str) -> bool:
    """Whether a name says that nobody else is to use it."""
    return name.startswith("_") and not name.startswith("__")


def mentions_in(tree: ast.AST, word: str) -> int:
    return sum(
        word in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "value", "")) for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Constant))
    )  # fmt: skip


def parameters_of(unit: Unit) -> list[str]:
    if not isinstance(unit.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    args = unit.node.args
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def form_of(
    effects: Iterable[Effect], head: Iterable[Value], taken_in: Iterable[str], label: str = "", names: dict[str, Value] | None = None
) -> Form:
    found = tuple(effects)
    digest = hashlib.blake2b(label.encode(), digest_size=16)
    for value in head:
        digest.update(value.digest)
    digest.update(digest_of(found))
    return Form(found, digest.digest(), frozenset(taken_in), names or {})


def _is_reachable(node: Any) -> bool:
    """Definitions of modules and classes are units; those inside functions belong to what they stand in."""
    scope = node.scope
    while scope is not None and scope.kind == "class":
        scope = scope.parent
    return scope is not None and scope.kind == "module"


_OF_TESTS = frozenset({"get_test_params"})
"""Methods that only tests call: scikit-base makes the objects from them that it tests a class with"""


def _is_of_a_test(node: Any, module: Module) -> bool:
    """Whether a definition is a class of tests, stands in one, or serves them: only who tests runs it."""
    if node.name in _OF_TESTS:
        return True
    classes = [node] if isinstance(node, ast.ClassDef) else []
    scope = node.scope
    while scope is not None and scope.kind == "class":
        classes.append(scope.node)
        scope = scope.parent
    return any("unittest.TestCase" in module.resolver.names(base) for one in classes for base in one.bases)


def _hides(node: Any, earlier: Any) -> bool:
    """Whether a definition takes the place of one that nobody has used before: behind it in the same body, and decorated alike."""
    if type(node) is not type(earlier) or node.block is not earlier.block or isinstance(node, ast.ClassDef):
        return False
    if [ast.dump(one) for one in node.decorator_list] != [ast.dump(one) for one in earlier.decorator_list]:
        return False
    between = (one for one in getattr(node.block.owner, node.block.field, ()) if earlier.lineno < one.lineno < node.lineno)
    return not any(isinstance(one, ast.Name) and one.id == node.name for statement in between for one in ast.walk(statement))
