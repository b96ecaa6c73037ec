"""What a value has gone through last: softmax, log-softmax, sigmoid, or nothing but a linear or convolutional layer."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mlsmith.regex import regex
from mlsmith.rules.kit.layers import ACTIVATIONS, Layer
from mlsmith.rules.kit.networks import Part, Signal, reader

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_FUNCTIONS = {
    f"{name}(){'()' if name.startswith('torch.nn.') and '.functional.' not in name else ''}": kind for name, kind in ACTIVATIONS.items()
}
_LAYERS = {f"{name}()": kind for name, kind in ACTIVATIONS.items() if name.startswith("torch.nn.") and ".functional." not in name}
_LINEAR = regex(r"^torch\.nn\.(?:Linear|LazyLinear|Conv[123]d|ConvTranspose[123]d)\(\)(\(\))?$|^torch\.nn\.functional\.linear\(\)$")
_METHODS = {"softmax": "softmax", "log_softmax": "log_softmax", "sigmoid": "sigmoid"}
_UNCHANGED = ("squeeze", "unsqueeze", "view", "reshape", "float", "flatten", "to", "contiguous", "cuda", "cpu", "permute", "transpose")
_OF_NETWORK = regex(r"^(.+)\(\)\(\)(?:\[(\d+)\])?$")


def activation_of(module: Module, node: ast.expr, depth: int = 0) -> str:
    """softmax, log_softmax, sigmoid or linear, where the expression surely comes out of that last; empty where it is not known."""
    if depth > 5:
        return ""
    found = {_of_value(module, value, depth) for value in module.resolver.values(node)}
    return found.pop() if len(found) == 1 else ""


def activation_call(module: Module, node: ast.expr) -> ast.Call | None:
    """The call that applies the activation, or makes the layer that does, where the value comes out of exactly one in this file."""
    values = module.resolver.values(node)
    value = values[0] if len(values) == 1 else None
    if not isinstance(value, ast.Call):
        return None
    if any(name in _FUNCTIONS for name in module.names(value)):
        return value if not any(name.endswith("()()") for name in module.names(value)) else None
    if isinstance(value.func, ast.Attribute) and value.func.attr in _UNCHANGED:
        return activation_call(module, value.func.value)
    made = module.resolver.values(value.func)
    if any(name == "torch.nn.Sequential()()" for name in module.names(value)) and len(made) == 1:
        return _last_element(module, made[0])
    return _in_forward(module, value)


def last_of(value: Any) -> str:
    """The same of what a network gives, read by `networks`: of a signal, or of the layers of a part."""
    layers: tuple[Layer, ...] = value.layers if isinstance(value, (Signal, Part)) else ()
    for layer in reversed(layers):
        if layer.kind == "reshape":
            continue
        if layer.activation:
            return "" if layer.activation == "?" else layer.activation
        return "linear" if layer.kind in ("linear", "convolution", "transposed") else ""
    return ""


def last_layer(value: Any) -> Layer | None:
    layers: tuple[Layer, ...] = value.layers if isinstance(value, (Signal, Part)) else ()
    return layers[-1] if layers else None


def compiled(module: Module, call: Call) -> Any:
    """The keras network on which `compile` is called: its layers in order, or what its `call` gives."""
    receiver = call.receiver
    if receiver is None:
        return None
    read = reader(module)
    for name in module.names(receiver):
        cls = module.resolver.class_named(name) if name.endswith("()") else None
        if cls is not None and module.class_(cls).methods.get("call") is not None:
            return read.output(module.class_(cls))
    if isinstance(receiver, ast.Name):
        return _until(module, call).get(receiver.id)
    owner = module.class_around(call.node)
    if isinstance(receiver, ast.Attribute) and owner is not None and module.resolver.class_of_self(receiver.value) is not None:
        return read.network(owner).attributes.get(receiver.attr)
    return None


def _until(module: Module, call: Call) -> dict[str, Any]:
    """What the names of the scope hold where the call stands."""
    function = call.function
    body = function.node.body if function is not None else module.syntax.tree.body
    last = call.statement.lineno
    read = reader(module)
    return read.scope([statement for statement in body if statement.lineno <= last], given=function)


def _of_value(module: Module, value: ast.expr, depth: int) -> str:
    names = module.names(value)
    known = {_FUNCTIONS.get(name) or ("linear" if _LINEAR.match(name) else "") for name in names}
    if len(known) == 1 and known != {""}:
        return known.pop()
    if not isinstance(value, ast.Call):
        found = {_element(module, name) for name in names}
        return found.pop() if len(found) == 1 else ""
    if isinstance(value.func, ast.Attribute):
        if value.func.attr in _METHODS and not module.names(value.func):
            return _METHODS[value.func.attr]
        if value.func.attr in _UNCHANGED:
            return activation_of(module, value.func.value, depth + 1)
    found = {_of_network(module, name, value, depth) for name in names}
    return found.pop() if len(found) == 1 else ""


def _element(module: Module, name: str) -> str:
    """One of several things that a network's `forward` returns."""
    known = _OF_NETWORK.match(name)
    cls = module.resolver.class_named(known.group(1)) if known and known.group(2) else None
    if known is None or cls is None:
        return ""
    output = reader(module).output(module.class_(cls))
    position = int(known.group(2))
    return last_of(output[position]) if isinstance(output, (tuple, list)) and position < len(output) else ""


def _of_network(module: Module, name: str, call: ast.Call, depth: int) -> str:
    """What a network gives: the last layer of a Sequential, or what `forward` returns."""
    if name == "torch.nn.Sequential()()":
        found = {last_of_sequential(module, value) for value in module.resolver.values(call.func)}
        return found.pop() if len(found) == 1 else ""
    if not name.endswith("()()"):
        return ""
    cls = module.resolver.class_named(name[:-2])
    forward = module.class_(cls).methods.get("forward") if cls is not None else None
    if cls is None or forward is None:
        return ""
    results = {activation_of(module, r.value, depth + 1) if r.value is not None else "" for r in forward.returns}
    if len(results) == 1 and results != {""}:
        return results.pop()
    return last_of(reader(module).output(module.class_(cls))) if len(forward.returns) == 1 else ""


def last_of_sequential(module: Module, node: ast.expr) -> str:
    """The kind of the last layer of `nn.Sequential(…)`."""
    last = _last_argument(node)
    if last is None:
        return last_of(reader(module).of(node)) if isinstance(node, ast.Call) else ""
    if any(name == "torch.nn.Sequential()" for name in module.names(last)):
        return last_of_sequential(module, last)
    kinds = {_LAYERS.get(name) or ("linear" if _LINEAR.match(name) else "") for name in module.names(last)}
    return kinds.pop() if len(kinds) == 1 else ""


def _last_argument(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call) or not node.args or node.keywords or isinstance(node.args[-1], ast.Starred):
        return None
    return node.args[-1]


def _last_element(module: Module, node: ast.expr) -> ast.Call | None:
    last = _last_argument(node)
    return last if isinstance(last, ast.Call) and any(name in _LAYERS for name in module.names(last)) else None


def _in_forward(module: Module, call: ast.Call) -> ast.Call | None:
    """The activation at the one return of the `forward` of a class of this file."""
    name = module.resolver.name(call)
    cls = module.resolver.class_named(name[:-2]) if name.endswith("()()") else None
    forward = module.class_(cls).methods.get("forward") if cls is not None else None
    if forward is None or len(forward.returns) != 1 or forward.returns[0].value is None:
        return None
    return activation_call(module, forward.returns[0].value)
