"""What a value has gone through last: softmax, log-softmax, sigmoid, or nothing but a linear layer."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_FUNCTIONS = {
    "torch.nn.functional.softmax()": "softmax", "torch.softmax()": "softmax", "torch.nn.Softmax()()": "softmax",
    "torch.nn.functional.log_softmax()": "log_softmax", "torch.log_softmax()": "log_softmax", "torch.nn.LogSoftmax()()": "log_softmax",
    "torch.nn.functional.sigmoid()": "sigmoid", "torch.sigmoid()": "sigmoid", "torch.nn.Sigmoid()()": "sigmoid",
    "torch.nn.functional.logsigmoid()": "log_sigmoid", "torch.nn.Linear()()": "linear", "torch.nn.functional.linear()": "linear",
}  # fmt: skip
_LAYERS = {
    "torch.nn.Softmax()": "softmax", "torch.nn.LogSoftmax()": "log_softmax", "torch.nn.Sigmoid()": "sigmoid", "torch.nn.Linear()": "linear",
}  # fmt: skip
_METHODS = {"softmax": "softmax", "log_softmax": "log_softmax", "sigmoid": "sigmoid"}


def activation_of(module: Module, node: ast.expr, depth: int = 0) -> str:
    """softmax, log_softmax, sigmoid or linear, where the expression surely comes out of that last; empty where it is not known."""
    if depth > 5:
        return ""
    found = {_of_value(module, value, depth) for value in module.resolver.values(node)}
    return found.pop() if len(found) == 1 else ""


def _of_value(module: Module, value: ast.expr, depth: int) -> str:
    names = module.names(value)
    known = {_FUNCTIONS.get(name, "") for name in names}
    if len(known) == 1 and known != {""}:
        return known.pop()
    if not isinstance(value, ast.Call):
        return ""
    if isinstance(value.func, ast.Attribute):
        if value.func.attr in _METHODS and not module.names(value.func):
            return _METHODS[value.func.attr]
        if value.func.attr in ("squeeze", "view", "reshape", "float", "flatten", "to") and value.func.attr not in ("clamp",):
            return activation_of(module, value.func.value, depth + 1)
    found = {_of_network(module, name, value, depth) for name in names}
    return found.pop() if len(found) == 1 else ""


def _of_network(module: Module, name: str, call: ast.Call, depth: int) -> str:
    """What a network gives: the last layer of a Sequential, or what `forward` returns."""
    if name == "torch.nn.Sequential()()":
        found = {last_layer(module, value) for value in module.resolver.values(call.func)}
        return found.pop() if len(found) == 1 else ""
    if not name.endswith("()()"):
        return ""
    cls = module.resolver.class_named(name[:-2])
    forward = module.class_(cls).methods.get("forward") if cls is not None else None
    if forward is None:
        return ""
    results = {activation_of(module, r.value, depth + 1) if r.value is not None else "" for r in forward.returns}
    return results.pop() if len(results) == 1 else ""


def last_layer(module: Module, node: ast.expr) -> str:
    """The kind of the last layer of `nn.Sequential(…)`."""
    if not isinstance(node, ast.Call) or not node.args or node.keywords:
        return ""
    last = node.args[-1]
    if isinstance(last, ast.Starred):
        return ""
    if any(name == "torch.nn.Sequential()" for name in module.names(last)):
        return last_layer(module, last)
    kinds = {_LAYERS.get(name, "") for name in module.names(last)}
    return kinds.pop() if len(kinds) == 1 else ""
