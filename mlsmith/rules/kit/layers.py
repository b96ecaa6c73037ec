"""The layers of a PyTorch `nn.Sequential`, in order, with what they do to the size of an image or signal."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.constants import UNKNOWN

if TYPE_CHECKING:
    from mlsmith.rules.kit.definitions import Class
    from mlsmith.rules.kit.module import Module

_CONVOLUTION = re.compile(r"^torch\.nn\.Conv([123])d$")
_TRANSPOSED = re.compile(r"^torch\.nn\.ConvTranspose([123])d$")
_POOL = re.compile(r"^torch\.nn\.(?:Max|Avg|LP)Pool([123])d$")
_SAME_SIZE = re.compile(
    r"^torch\.nn\.(?:\w*ReLU6?|\w*ELU|Sigmoid|Tanh|GELU|SiLU|Mish|Softplus|Hardswish|BatchNorm\dd|InstanceNorm\dd|GroupNorm|Dropout\d?d?|Identity)$"
)
_ENDS = ("torch.nn.Flatten", "torch.nn.Linear", "torch.nn.LazyLinear")


@dataclass(frozen=True, slots=True)
class Layer:
    """`kind`: convolution, transposed, pool, upsample, same, end or unknown. `factor` is the change of length along each of
    `dimensions` axes (stride or scale), `channels` what goes in and comes out; None where it is not literal.
    """

    kind: str
    call: Call | None
    factor: float | None = 1
    dimensions: int = 2
    inputs: int | None = None
    outputs: int | None = None


def layers_of(module: Module, node: ast.expr) -> list[Layer] | None:
    """The layers of a Sequential written out; None where the expression is none."""
    values = module.resolver.values(node)
    call = module.call(values[0]) if len(values) == 1 else None
    if call is None or "torch.nn.Sequential" not in call.names or call.node.keywords:
        return None
    found: list[Layer] = []
    for argument in call.node.args:
        inner = layers_of(module, argument) if not isinstance(argument, ast.Starred) else None
        found.extend(inner if inner is not None else [_layer(module, argument)])
    return found


def sequential_attribute(module: Module, cls: Class, name: str) -> list[Layer] | None:
    """The layers of `self.<name>` of a class, where its methods assign it one Sequential."""
    bindings = module.resolver.attribute_bindings(cls.node, name)
    value = bindings[0].value if len(bindings) == 1 else None
    return layers_of(module, value) if value is not None else None


def _layer(module: Module, node: ast.expr) -> Layer:
    call = module.call(node)
    name = call.name if call is not None else ""
    if call is None or not name:
        return Layer("unknown", call)
    convolution, transposed, pool = _CONVOLUTION.match(name), _TRANSPOSED.match(name), _POOL.match(name)
    if convolution or transposed:
        dimensions = int((convolution or transposed).group(1))  # type: ignore[union-attr]
        stride = _length(call, "stride", 3, 1)
        return Layer(
            "convolution" if convolution else "transposed",
            call,
            stride,
            dimensions,
            _number(call, "in_channels", 0),
            _number(call, "out_channels", 1),
        )
    if pool:
        kernel = _length(call, "kernel_size", 0, None)
        return Layer("pool", call, _length(call, "stride", 1, kernel), int(pool.group(1)))
    if name == "torch.nn.Upsample":
        return Layer("upsample", call, _length(call, "scale_factor", 1, None))
    if name in _ENDS:
        return Layer("end", call)
    return Layer("same" if _SAME_SIZE.match(name) else "unknown", call)


def _number(call: Call, name: str, position: int) -> int | None:
    value = call.argument(name, position).value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _length(call: Call, name: str, position: int, default: float | None) -> float | None:
    """A size that is equal along all axes, as a number."""
    argument = call.argument(name, position)
    if argument.absent or argument.value is None:
        return default
    value: Any = argument.value
    if isinstance(value, (tuple, list)):
        value = value[0] if value and len(set(value)) == 1 else UNKNOWN
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
