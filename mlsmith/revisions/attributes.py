"""Attributes that have another name in the other version, and are the same: of the same words, or used as often for the same values.

What was called so is called so nowhere any more, and what is called so now was not before: nothing else is hidden by taking the one for
the other.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from mlsmith.change import Change, Component, Significance
from mlsmith.index.project import outwards
from mlsmith.revisions.spellings import is_text
from mlsmith.rules.kit.context import Context, context_of_path
from mlsmith.rules.kit.module import Module

_PLAIN_CALLS = frozenset(
    {
        "list",
        "dict",
        "set",
        "tuple",
        "int",
        "float",
        "str",
        "bool",
        "len",
        "max",
        "min",
        "deque",
        "defaultdict",
        "Counter",
        "Path",
        "sorted",
    }
)
_PLAIN_MODULES = frozenset({"np", "numpy", "os", "math", "time", "json", "pathlib", "datetime", "random", "re", "collections"})

_BY_TEXT = frozenset({"getattr", "hasattr", "setattr", "delattr"})

_LIKE = 0.5
"""Share of equal statements from which on two methods of one class are taken for one"""

Renamed = dict[str, str]


def renamed_attributes(
    old: Iterable[Module], new: Iterable[Module], modules: Mapping[str, str] | None = None, keys: Mapping[str, str] | None = None
) -> dict[str, Renamed]:
    """Old name → new name, by the class that stores them and those that inherit from it; under an empty name those that are renamed
    wherever they are used. `modules`: what modules that were moved are called now; `keys`: what keys of configurations are, with the same
    value, which are told there.
    """
    olds, news = list(old), list(new)
    before, after = _Uses(m.syntax.tree for m in olds), _Uses(m.syntax.tree for m in news)
    everywhere = {**_renamed_methods(_without_stand_ins(olds), _without_stand_ins(news), after), **_renamed(before, after)}
    for one, other in (keys or {}).items():
        if before.all[one] and after.all[other] and not before.all[other] and not after.all[one]:
            everywhere[one] = other
    ours, theirs = _Family(olds), _Family(news)
    became = {name: _now(name, module.name, modules or {}) for name, (module, _) in ours.classes.items()}
    became = {name: now for name, now in became.items() if now in theirs.classes}
    own = {name: _renamed(ours.uses(name), theirs.uses(now)) for name, now in became.items()}
    found = {"": everywhere}
    for name, now in became.items():
        kept = {one: other for one, other in own[name].items() if _is_whole(name, one, other, became, ours, theirs)}
        own[name] = kept
        found[name] = {**kept, **{one: other for one, other in everywhere.items() if one in kept}}
        if now not in ours.classes:
            found[now] = found[name]
    for name, now in became.items():
        for ancestor in (one for one in ours.lineage(name) if became.get(one) in theirs.lineage(now)):
            taken = {one: other for one, other in own[ancestor].items() if not (ours.has(name, one) or theirs.knows(name, one))}
            found[name] = {**taken, **found[name]}
    return found


def _without_stand_ins(modules: list[Module]) -> list[Module]:
    """Without what tests put in the place of something else: it follows what that is called."""
    return [module for module in modules if context_of_path(module.path) is not Context.TEST]


def _now(name: str, module: str, modules: Mapping[str, str]) -> str:
    """The dotted name of a class with that of its module as it is called now."""
    return f"{modules[module]}{name.removeprefix(module)}" if module in modules else name


def _is_whole(name: str, one: str, other: str, became: Mapping[str, str], ours: _Family, theirs: _Family) -> bool:
    """Whether no class that inherits an attribute knows it by its old name still, or has had something else by the new one. One that stores
    both has two now.
    """
    heirs = theirs.heirs(became[name])
    left = (heir for heir in heirs if theirs.knows(heir, one) and not (theirs.has(heir, one) and theirs.has(heir, other)))
    return not any(left) and not any(ours.knows(heir, other) for heir in ours.heirs(name))


class _Family:
    """The classes of one side, and what they inherit from each other."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.classes = {name: (module, node) for module in modules for name, node in _classes(module)}
        self._uses: dict[str, _Uses] = {}
        self._lineages: dict[str, list[str]] = {}

    def uses(self, name: str) -> _Uses:
        if name not in self._uses:
            self._uses[name] = _Uses([self.classes[name][1]], own=True)
        return self._uses[name]

    def knows(self, name: str, attribute: str) -> bool:
        return attribute in self.uses(name).all or self.has(name, attribute)

    def has(self, name: str, attribute: str) -> bool:
        """Whether a class stores an attribute itself, or defines it."""
        return attribute in self.uses(name).stored or attribute in _defined(self.classes[name][1])

    def lineage(self, name: str) -> list[str]:
        """The classes that one inherits from, as far as they are among these."""
        if name not in self._lineages:
            found = self._lineages[name] = []
            for base in self._bases(name):
                found += [one for one in (base, *self.lineage(base)) if one not in found]
        return self._lineages[name]

    def heirs(self, name: str) -> list[str]:
        return [one for one in self.classes if name in self.lineage(one)]

    def _bases(self, name: str) -> Iterator[str]:
        module, node = self.classes[name]
        for base in node.bases:
            for word in module.resolver.names(base):
                known = next((one for folder in outwards(module.name) if (one := f"{folder}{word}") in self.classes), None)
                if known is not None and known != name:
                    yield known


def attribute_changes(new: Iterable[Module], renamed: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    """Of attributes that hold a layer or another object the new name: checkpoints are written by it, and read."""
    modules = list(new)
    everywhere = renamed.get("", {})
    places = [(name, module, node) for module in modules for name, node in _classes(module)]
    for name, module, node in places:
        uses = _Uses([node], own=True)
        pairs = {**everywhere, **renamed.get(name, {})}
        for one, other in pairs.items():
            if other in uses.stored and not uses.is_plain(other):
                yield Change(
                    component=Component.MODEL, kind="attribute renamed", path=module.path, line=uses.stored[other][0].lineno,
                    symbol=module.resolver.definition_name(node).removeprefix(module.name).lstrip("."), subject=f"self.{other}",
                    old=f"self.{one}", new=f"self.{other}", significance=Significance.MEDIUM,
                )  # fmt: skip


def _renamed(before: _Uses, after: _Uses) -> Renamed:
    gone = [name for name in before.stored if name not in after.all and name not in after.stored]
    come = [name for name in after.stored if name not in before.all and name not in before.stored]
    found: Renamed = {}
    for ours, theirs in ((_words, _words), (_sorted_words, _sorted_words), (before.shape, after.shape), (before.made, after.made)):
        for name in list(gone):
            same = [other for other in come if ours(name) == theirs(other) is not None]
            if len(same) == 1 and sum(ours(other) == ours(name) for other in gone) == 1:
                found[name] = same[0]
                gone.remove(name)
                come.remove(same[0])
    # Of several that are alike, the first is the first.
    for shape in {before.shape(name) for name in gone}:
        some, others = [name for name in gone if before.shape(name) == shape], [name for name in come if after.shape(name) == shape]
        if len(some) == len(others) and before.makes_something(some[0]):
            found |= dict(zip(some, others, strict=True))
    return found


def _renamed_methods(olds: list[Module], news: list[Module], after: _Uses) -> Renamed:
    """Methods that nobody calls by their old name, and that every class which had them has under the one new name; two names for one are none."""
    theirs = {name: _methods(node) for module in news for name, node in _classes(module)}
    pairs: Counter[tuple[str, str]] = Counter()
    had: Counter[str] = Counter()
    for name, ours in ((name, _methods(node)) for module in olds for name, node in _classes(module)):
        had.update(ours.keys())
        gone = {one: body for one, body in ours.items() if one not in theirs.get(name, ours) and one not in after.all}
        come = {one: body for one, body in theirs.get(name, {}).items() if one not in ours}
        for one, body in gone.items():
            same = [other for other in come if _words(other) == _words(one)] or [
                other for other in come if SequenceMatcher(None, body, come[other], autojunk=False).ratio() >= _LIKE
            ]
            if len(same) == 1:
                pairs[one, same[0]] += 1
    defined = {method for methods in theirs.values() for method in methods}
    news_of = Counter(other for _, other in pairs)
    return {one: other for (one, other), classes in pairs.items() if classes == had[one] and news_of[other] == 1 and one not in defined}


def _methods(node: ast.ClassDef) -> dict[str, list[str]]:
    """Name → the statements of the body, whatever the names in them."""
    functions = [inner for inner in node.body if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {
        one.name: [ast.dump(_Nameless().visit(ast.parse(ast.unparse(line)))) for line in one.body if not is_text(line)] for one in functions
    }


def _defined(node: ast.ClassDef) -> set[str]:
    """Methods and properties, under every condition."""
    return {inner.name for inner in ast.walk(node) if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _words(name: str) -> str:
    return name.replace("_", "").lower()


def _sorted_words(name: str) -> object:
    return sorted(word for word in name.lower().split("_") if word)


class _Uses:
    """How attributes are stored and read in some trees; `own`: only those of `self`."""

    def __init__(self, trees: Iterable[ast.AST], *, own: bool = False) -> None:
        self.all: Counter[str] = Counter()
        self.stored: dict[str, list[ast.expr]] = {}
        held = list(trees)
        for node in (node for tree in held for node in ast.walk(tree)):
            if isinstance(node, ast.Attribute) and (not own or _is_own(node)):
                self.all[node.attr] += 1
            named = _named_in_text(node, own=own)
            if named is not None:
                self.all[named] += 1
            for target, value in _stores(node):
                if own and isinstance(target, ast.Name) and any(node in getattr(tree, "body", ()) for tree in held):
                    self.stored.setdefault(target.id, []).append(value)
                if isinstance(target, ast.Attribute) and _is_own(target):
                    self.stored.setdefault(target.attr, []).append(value)

    def shape(self, name: str) -> tuple[int, tuple[str, ...]]:
        """Number of uses, and the stored values, whatever the names in them."""
        values = (ast.dump(_Nameless().visit(ast.parse(ast.unparse(value), mode="eval"))) for value in self.stored[name])
        return self.all[name], tuple(sorted(values))

    def made(self, name: str) -> tuple[str, ...] | None:
        """What is stored, word for word, where something is made: it is known by that, however often it is read."""
        return tuple(sorted(map(ast.dump, self.stored[name]))) if self.makes_something(name) else None

    def is_plain(self, name: str) -> bool:
        return all(_is_of_plain_values(call.func) for call in self._calls(name))

    def makes_something(self, name: str) -> bool:
        return any(True for _ in self._calls(name))

    def _calls(self, name: str) -> Iterator[ast.Call]:
        return (node for value in self.stored[name] for node in ast.walk(value) if isinstance(node, ast.Call))


def _is_of_plain_values(func: ast.expr) -> bool:
    """Whether a call makes numbers, texts, arrays or lists of them."""
    if isinstance(func, ast.Name):
        return func.id in _PLAIN_CALLS
    while isinstance(func, ast.Attribute):
        func = func.value
    return isinstance(func, ast.Constant) or (isinstance(func, ast.Name) and func.id in _PLAIN_MODULES)


class _Nameless(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("_", node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Attribute(node.value, "_", node.ctx)


def _classes(module: Module) -> list[tuple[str, ast.ClassDef]]:
    return [(module.resolver.definition_name(node), node) for node in module.syntax.classes]


def _named_in_text(node: ast.AST, *, own: bool) -> str | None:
    """The attribute that `getattr` and its like ask for by a text."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _BY_TEXT or len(node.args) < 2:
        return None
    owner, name = node.args[:2]
    if own and not (isinstance(owner, ast.Name) and owner.id == "self"):
        return None
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _stores(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets with what is put into them; of a value that is unpacked its place in that."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    for target in node.targets if isinstance(node, ast.Assign) else ():
        yield target, node.value  # type: ignore[attr-defined]
        for number, element in enumerate(target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()):
            part = ast.Subscript(node.value, ast.Constant(number), ast.Load())  # type: ignore[attr-defined]
            yield element, ast.copy_location(part, element)
