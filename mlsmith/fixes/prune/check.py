"""The result looked at: it compiles, no name has lost its definition, generators stay generators."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from mlsmith.fixes.prune.bindings import scope_that_binds
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import scope_of
from mlsmith.rules.kit.module import Module


def check(before: Sight, after: Sight, changed: Iterable[str], gone: frozenset[tuple[str, str]]) -> None:
    """Raises Refusal where a changed file is worse than it was. `gone` are definitions taken out: (path, name)."""
    for path in sorted(changed):
        if not path.endswith(".py"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                compile(after.data(path), path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError) as error:
                raise Refusal(
                    f"the result would not compile: {error}", path, getattr(error, "lineno", 0) or 0, sort="would not compile"
                ) from None
        old, new = before.module(path), after.module(path)
        assert old is not None
        assert new is not None
        _refuse_lost_names(old, new)
        _refuse_other_generators(old, new)
        _refuse_lost_exports(before, old, new, gone)


def _refuse_lost_names(old: Module, new: Module) -> None:
    known = _resolved(old)
    for key, places in _resolved(new).items():
        other = set(places) - set(known.get(key, ()))
        if other:
            scope, name = key
            line = places[min(other)]
            where = f" in `{scope}`" if scope else ""
            raise Refusal(f"`{name}`{where} gets its value in the branch that would go", new.path, line, sort="name lost")


def _resolved(module: Module) -> dict[tuple[str, str], dict[str, int]]:
    """(scope, name that it reads) → the scopes which give it its value, with a line."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for name, nodes in module.syntax.names.items():
        for node in nodes:
            if isinstance(node.ctx, ast.Load):
                owner = scope_that_binds(node, name)
                giver = "" if owner is None else f"{owner.kind} {owner.qualified}"
                found.setdefault((scope_of(node).qualified, name), {}).setdefault(giver, node.lineno)
    return found


def _refuse_other_generators(old: Module, new: Module) -> None:
    before = _generators(old)
    for name, line in _generators(new, wanted=False).items():
        if name in before:
            raise Refusal(f"`{name}` would be a generator no more", new.path, line, sort="generator")


def _generators(module: Module, *, wanted: bool = True) -> dict[str, int]:
    """Functions that yield, or those that do not, with their lines."""
    yielding = {
        scope_of(node).enclosing("function", "lambda", "module")
        for function in module.functions
        for node in ast.walk(function.node)
        if isinstance(node, (ast.Yield, ast.YieldFrom))
    }
    return {f.scope.qualified: f.node.lineno for f in module.functions if (f.scope in yielding) is wanted}


def _refuse_lost_exports(before: Sight, old: Module, new: Module, gone: frozenset[tuple[str, str]]) -> None:
    """Names at the top of a file that others import from it."""
    for name in old.syntax.scope.bindings.keys() - new.syntax.scope.bindings.keys():
        users = before.project.importers(old.path, name)
        if users and (old.path, name) not in gone:
            raise Refusal(f"`{name}`, which would go, is imported", min(users), before.line_of(min(users), name), sort="name lost")
