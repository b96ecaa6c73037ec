"""The calls of a function, and what each gives to a parameter."""

from __future__ import annotations

import ast

from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.index.project import Definition
from mlsmith.rules.kit.closed import is_bound
from mlsmith.rules.kit.definitions import Parameter
from mlsmith.rules.kit.module import Module


def calls_at(module: Module, where: tuple[int, int, int, int, str, int]) -> list[ast.Call]:
    found = [node for node in module.syntax.calls if module.source.numbers(node) == (*where[:4], where[5])]
    if not found:
        raise Refusal("a call of it cannot be found again", module.path, where[0], sort="call not found")
    return found


def given_to(definition: Definition, parameter: Parameter, module: Module, call: ast.Call) -> ast.expr | None:
    """What a call gives to a parameter; None where it leaves the default. Raises ValueError where that cannot be seen."""
    for keyword in call.keywords:
        if keyword.arg == parameter.name:
            return keyword.value
    position = parameter.position - (is_bound(definition) and not _is_unbound(definition, module, call))
    before = call.args[: position + 1] if parameter.kind == "positional" else []
    if any(isinstance(argument, ast.Starred) for argument in before) or any(keyword.arg is None for keyword in call.keywords):
        raise ValueError
    if parameter.kind == "positional" and position < len(call.args):
        return call.args[position]
    if parameter.kind == "positional" and any(isinstance(argument, ast.Starred) for argument in call.args):
        raise ValueError
    return None


def _is_unbound(definition: Definition, module: Module, call: ast.Call) -> bool:
    """Whether a call gives `self` itself: `Base.__init__(self, …)`. Raises ValueError where both may be meant."""
    name = definition.function.name.rpartition(".")[2]
    if not isinstance(call.func, ast.Attribute) or call.func.attr != name or "classmethod" in definition.function.decorators:
        return False
    on_class = {not called.rpartition(".")[0].endswith("()") for called in module.names(call.func)}
    if len(on_class) > 1:
        raise ValueError
    return on_class == {True}
