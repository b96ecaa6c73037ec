"""One layer of a PyTorch or keras network: what it does to the size of an image or signal, and with which activation it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.knowledge import keras, tensorflow, torch

_TORCH = regex(r"^torch\.nn\.(Conv|ConvTranspose|(?:Max|Avg|LP)Pool)([123])d$")
_KERAS = regex(
    r"^keras\.layers\.(SeparableConv|Conv|MaxPooling|AveragePooling|MaxPool|AvgPool|UpSampling|Cropping|ZeroPadding)([123])D(Transpose)?$"
)
_FUNCTIONAL = regex(r"^torch\.(?:nn\.functional\.)?(?:max|avg|lp)_pool([123])d$")
_SAME_SIZE = regex(
    r"^(?:torch\.nn\.(?:\w*ReLU6?|\w*ELU|Tanh|GELU|SiLU|Mish|Softplus|Hardswish|BatchNorm\dd|InstanceNorm\dd|GroupNorm|LayerNorm"
    r"|Dropout\d?d?|Identity)"
    r"|keras\.layers\.(?:\w*ReLU|ELU|BatchNormalization|LayerNormalization|GroupNormalization|\w*Dropout\d?D?|GaussianNoise))$"
)
_SAME_FUNCTIONS = regex(
    r"^torch\.(?:nn\.functional\.)?(?:\w*relu6?_?|\w*elu|tanh|silu|mish|softplus|dropout\d?d?|batch_norm|clamp|exp|sqrt|mul)$"
)
_KEEPS = regex(r"^torch\.nn\.functional\.(?:pad|interpolate|upsample)$|^torch\.nn\.(?:ZeroPad|ReflectionPad|ReplicationPad)\dd$")
_RESHAPES = frozenset({"torch.nn.Flatten", "torch.nn.Unflatten", "keras.layers.Flatten", "keras.layers.Reshape", "torch.flatten",
                       "keras.layers.GlobalAveragePooling2D", "keras.layers.GlobalMaxPooling2D", "torch.reshape", "torch.squeeze"})  # fmt: skip
_LINEAR = frozenset({"torch.nn.Linear", "torch.nn.LazyLinear", "keras.layers.Dense"})
ACTIVATIONS = {**torch.ACTIVATIONS, **keras.ACTIVATIONS, **tensorflow.ACTIVATIONS}

Value = Callable[[Call, str], Any]
"""(call, name) → the literal given for an argument, None where it is absent, UNKNOWN where it is not known"""


class Layer(NamedTuple):
    """`kind`: input, convolution, transposed, pool, upsample, same, linear, reshape, activation, skip or unknown.

    `factor` is the change of length along each of `dimensions` axes (stride or scale), `inputs` and `outputs` are channels or units;
    None where they are not literal. `activation` is what a layer ends with: empty for none, "?" where it is not one that losses ask for.
    """

    kind: str
    call: Call | None
    factor: float | None = 1
    dimensions: int = 2
    inputs: int | None = None
    outputs: int | None = None
    activation: str = ""

    @property
    def shrinks(self) -> bool:
        return self.kind in ("convolution", "pool") and self.factor is not None and self.factor > 1

    @property
    def grows(self) -> bool:
        return self.kind in ("transposed", "upsample") and self.factor != 1


def layer_named(name: str, call: Call, value: Value) -> Layer | None:
    """The layer that a call of the library function or class `name` makes or applies; None where it is no layer that is known."""
    if name in ACTIVATIONS:
        return Layer("activation", call, activation=ACTIVATIONS[name])
    if name in _RESHAPES:
        return Layer("reshape", call)
    if name in _LINEAR:
        of_torch = name.startswith("torch")
        units = _whole(value(call, "out_features") if of_torch else value(call, "units"))
        return Layer("linear", call, outputs=units, activation="" if of_torch else _keras_activation(value(call, "activation")))
    if _SAME_SIZE.match(name) or _SAME_FUNCTIONS.match(name):
        return Layer("same", call, activation="?")
    if _KEEPS.match(name):
        return Layer("same", call, None, activation="?")
    if name == "keras.layers.Activation":
        activation = _keras_activation(value(call, "activation"))
        return Layer("activation" if activation not in ("", "?") else "same", call, activation=activation or "?")
    return _torch_layer(name, call, value) or _keras_layer(name, call, value)


def _torch_layer(name: str, call: Call, value: Value) -> Layer | None:
    functional = _FUNCTIONAL.match(name)
    if functional:
        kernel = _length(value(call, "kernel_size"))
        stride = value(call, "stride")
        return Layer("pool", call, kernel if stride is None else _length(stride), int(functional.group(1)), activation="?")
    if name == "torch.nn.Upsample":
        return Layer("upsample", call, _length(value(call, "scale_factor")), activation="?")
    known = _TORCH.match(name)
    if known is None:
        return None
    kind, dimensions = known.group(1), int(known.group(2))
    if kind.endswith("Pool"):
        stride = value(call, "stride")
        return Layer("pool", call, _length(value(call, "kernel_size") if stride is None else stride), dimensions, activation="?")
    stride = value(call, "stride")
    return Layer(
        "convolution" if kind == "Conv" else "transposed", call, 1 if stride is None else _length(stride), dimensions,
        _whole(value(call, "in_channels")), _whole(value(call, "out_channels")),
    )  # fmt: skip


def _keras_layer(name: str, call: Call, value: Value) -> Layer | None:
    known = _KERAS.match(name)
    if known is None:
        return None
    kind, dimensions = known.group(1), int(known.group(2))
    if kind in ("Cropping", "ZeroPadding"):
        return Layer("same", call, None, dimensions, activation="?")
    if kind == "UpSampling":
        size = value(call, "size")
        return Layer("upsample", call, 2 if size is None else _length(size), dimensions, activation="?")
    if "Conv" not in kind:
        size, stride = value(call, "pool_size"), value(call, "strides")
        size = 2 if size is None else size
        return Layer("pool", call, _length(size if stride is None else stride), dimensions, activation="?")
    stride = value(call, "strides")
    return Layer(
        "transposed" if known.group(3) else "convolution", call, 1 if stride is None else _length(stride), dimensions,
        None, _whole(value(call, "filters")), _keras_activation(value(call, "activation")),
    )  # fmt: skip


def _keras_activation(value: Any) -> str:
    if value is None or value == "linear":
        return ""
    return value if value in ("softmax", "sigmoid", "log_softmax") else "?"


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _length(value: Any) -> float | None:
    """A size that is equal along all axes, as a number."""
    if isinstance(value, (tuple, list)):
        value = value[0] if value and all(item == value[0] for item in value) else UNKNOWN
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
