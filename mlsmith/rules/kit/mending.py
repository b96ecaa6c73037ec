"""Losses and activations made to fit each other: what to edit so that a loss gets what it expects."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlsmith.finding import Edit, Fix, Position, Safety
from mlsmith.rules.kit.activations import activation_call
from mlsmith.rules.kit.concrete import replace_expression

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_OTHER = {
    ("BCELoss", "linear"): "BCEWithLogitsLoss", ("binary_cross_entropy", "linear"): "binary_cross_entropy_with_logits",
    ("BCEWithLogitsLoss", "sigmoid"): "BCELoss", ("binary_cross_entropy_with_logits", "sigmoid"): "binary_cross_entropy",
    ("NLLLoss", "linear"): "CrossEntropyLoss", ("nll_loss", "linear"): "cross_entropy",
}  # fmt: skip
"""(loss, what it gets) → the loss that expects it, with the same arguments"""


def without_activation(module: Module, value: ast.expr) -> Fix | None:
    """A fix that takes away the activation through which a value goes last."""
    call = activation_call(module, value)
    if call is None:
        return None
    edit = _without_layer(module, call) if isinstance(call.up, ast.Call) and _makes_layer(module, call) else _without_call(module, call)  # type: ignore[attr-defined]
    return Fix("remove the activation that the loss applies itself", Safety.UNSAFE, (edit,)) if edit is not None else None


def log_instead(module: Module, value: ast.expr) -> Fix | None:
    """A fix that puts log-softmax in the place of softmax."""
    call = activation_call(module, value)
    edit = _renamed(module, call, {"softmax": "log_softmax", "Softmax": "LogSoftmax"}) if call is not None else None
    return Fix("use the logarithm of softmax", Safety.UNSAFE, (edit,)) if edit is not None else None


def another_loss(module: Module, call: Call, kind_of: Callable[[Module, ast.expr], str]) -> Fix | None:
    """A fix that switches the loss to the one that expects what it gets, where it gets nothing else anywhere in the file."""
    given = call.argument("input", 0).node
    kind = kind_of(module, given) if given is not None else ""
    made = call
    if call.name.endswith("()"):
        values = module.resolver.values(call.node.func)
        found = module.call(values[0]) if len(values) == 1 else None
        uses = [other for other in module.calls_to(*call.names) if module.resolver.values(other.node.func) == values]
        if found is None or any(kind_of(module, first) != kind for other in uses if (first := other.argument("input", 0).node) is not None):
            return None
        made = found
    loss = made.method
    other = _OTHER.get((loss, kind))
    if other is None or any(keyword.arg in ("pos_weight", None) for keyword in made.node.keywords):
        return None
    edit = _renamed(module, made.node, {loss: other})
    return Fix(f"use `{other}`", Safety.UNSAFE, (edit,)) if edit is not None else None


def _makes_layer(module: Module, call: ast.Call) -> bool:
    return any(name.startswith("torch.nn.") and ".functional." not in name for name in module.names(call.func))


def _without_call(module: Module, call: ast.Call) -> Edit | None:
    """`F.softmax(x, dim=1)` → `x`."""
    if not call.args or isinstance(call.args[0], ast.Starred) or _has_comment(module, call):
        return None
    inner = call.args[0]
    text = module.source.segment(inner)
    plain = isinstance(inner, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    return replace_expression(module, call, text if plain else f"({text})")


def _without_layer(module: Module, layer: ast.Call) -> Edit | None:
    """The last layer taken out of a Sequential, or, where a comment stands before it, put out of action."""
    arguments = layer.up.args  # type: ignore[attr-defined]
    if len(arguments) < 2 or arguments[-1] is not layer:
        return None
    before, source = arguments[-2], module.source
    start = Position(before.end_lineno, source.column(before.end_lineno, before.end_col_offset))
    end = Position(layer.end_lineno or 1, source.column(layer.end_lineno or 1, layer.end_col_offset or 0))
    between = source.lines[before.end_lineno - 1 : layer.lineno]
    if any("#" in line for line in between):
        return _renamed_call(module, layer)
    return Edit(source.localise(start, end), "")


def _renamed_call(module: Module, layer: ast.Call) -> Edit | None:
    """`nn.Softmax(dim=1)` → `nn.Identity()`."""
    owner = layer.func.value if isinstance(layer.func, ast.Attribute) else None
    return replace_expression(module, layer, f"{module.source.segment(owner)}.Identity()") if owner is not None else None


def _renamed(module: Module, call: ast.Call, names: dict[str, str]) -> Edit | None:
    """The last word of what is called by another one of the same module: only where it is reached by a dot, and so needs no import."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in names or func.lineno != func.end_lineno:
        return None
    return replace_expression(module, func, f"{module.source.segment(func.value)}.{names[func.attr]}")


def _has_comment(module: Module, node: ast.expr) -> bool:
    return node.lineno != node.end_lineno and "#" in module.source.segment(node)
