"""Autoencoders of a file: networks with an encoder and a decoder and nothing that skips the bottleneck between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.layers import Layer
from mlsmith.rules.kit.networks import Part, Reader, reader, signals
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.definitions import Class
    from mlsmith.rules.kit.module import Module

_PARTS = (("encoder", "decoder"), ("encode", "decode"), ("enc", "dec"), ("downsample", "upsample"), ("encoder_net", "decoder_net"))
_WORDS = frozenset({"autoencoder", "autoencoders", "vae", "cae", "dae", "cvae", "convae", "betavae", "vqvae"})
_CLASSES = ("torch.nn.Module", "lightning.pytorch.LightningModule", "keras.Model", "keras.models.Model")
_GROWING = frozenset({"UpSampling1D", "UpSampling2D", "UpSampling3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"})


class Autoencoder(NamedTuple):
    """`at` is where its encoder is given to the network, None where only its layers tell."""

    name: str
    layers: tuple[Layer, ...]
    at: Any

    @property
    def encoder(self) -> tuple[Layer, ...]:
        """Layers before the signal is flattened, or grows."""
        return self.layers[: self._narrows]

    @property
    def _narrows(self) -> int:
        ends = (number for number, layer in enumerate(self.layers) if layer.grows or layer.kind in ("linear", "reshape"))
        return next(ends, len(self.layers))

    @property
    def is_convolutional(self) -> bool:
        """Whether sizes are kept track of from end to end: nothing flattens the signal on its way."""
        return not any(layer.kind in ("linear", "reshape") for layer in self.layers)


def autoencoders(module: Module) -> Iterator[Autoencoder]:
    if module.imports("torch", "keras", "tensorflow", "tf_keras"):
        for cls in module.classes:
            if _is_candidate(cls) and cls.extends(*_CLASSES):
                yield from _of_class(module, cls)
    if module.imports("keras", "tensorflow", "tf_keras"):
        yield from _functional(module)


def is_autoencoder_name(name: str) -> bool:
    """`ConvAutoEncoder`, `vae_mnist`, `AE`."""
    words = tokens(name)
    glued = "".join(words)
    return bool(_WORDS & set(words)) or "autoencoder" in glued or words in (("ae",), ("conv", "ae")) or ("ae" in words and len(words) <= 3)


def _is_candidate(cls: Class) -> bool:
    return _parts(cls) is not None or is_autoencoder_name(cls.node.name)


def _parts(cls: Class) -> tuple[str, str] | None:
    """The names under which the class keeps its encoder and its decoder, as attributes or methods."""
    held = set(cls.methods)
    for method in cls.methods.values():
        held.update(key.partition(".")[2] for key in method.scope.attributes)
    return next((pair for pair in _PARTS if held.issuperset(pair)), None)


def _of_class(module: Module, cls: Class) -> Iterator[Autoencoder]:
    read = reader(module)
    pair = _parts(cls)
    ways = [way.layers for way in signals(read.output(cls))]
    if any(layer.kind == "skip" for way in ways for layer in way):
        return
    name, at = cls.node.name, None
    if pair is not None:
        bindings = module.resolver.attribute_bindings(cls.node, pair[0])
        name, at = (f"{name}.{pair[0]}", bindings[0].node) if bindings else (name, None)
    whole = max((way for way in ways if _is_known(way) and _narrows_and_widens(way)), key=len, default=None)
    if whole is None and pair is not None and not _may_skip(cls):
        held = [_layers_of(read, read.network(cls).attributes.get(part)) for part in pair]
        whole = (*held[0], *held[1]) if held[0] and held[1] else None
    if whole:
        yield Autoencoder(name, whole, at)


def _layers_of(read: Reader, value: Any) -> tuple[Layer, ...]:
    return value.layers if isinstance(value, Part) else ()


def _is_known(layers: tuple[Layer, ...]) -> bool:
    """Whether nothing unknown lies outside of the bottleneck, between flattening and giving shape again."""
    flat = [number for number, layer in enumerate(layers) if layer.kind in ("linear", "reshape")]
    outside = (*layers[: flat[0]], *layers[flat[-1] :]) if flat else layers
    return not any(layer.kind in ("unknown", "skip") for layer in outside)


def _narrows_and_widens(layers: tuple[Layer, ...]) -> bool:
    shrinking = next((number for number, layer in enumerate(layers) if layer.shrinks), None)
    return shrinking is not None and any(layer.grows or layer.kind == "linear" for layer in layers[shrinking:])


def _may_skip(cls: Class) -> bool:
    """Whether earlier activations may be joined in again, where `forward` cannot be followed."""
    return any(
        call.method in ("cat", "concat", "concatenate", "add", "Concatenate", "Add")
        for name, method in cls.methods.items() if name != "__init__" for call in method.calls
    )  # fmt: skip


def _functional(module: Module) -> Iterator[Autoencoder]:
    """Networks of keras's functional and Sequential form, built at the top level or in functions."""
    if not any(word in _GROWING for word in module.words_called):
        return
    bodies: list[tuple[str, list[ast.stmt]]] = [("", module.syntax.tree.body)]
    bodies += [(f.node.name, f.node.body) for f in module.functions if f.owner is None or f.node.name != "__init__"]
    seen: set[int] = set()
    for function, body in bodies:
        held = {name: value.layers for name, value in reader(module).scope(body).items() if isinstance(value, Part)}
        named = [name for name in held if is_autoencoder_name(name) or (name == "model" and is_autoencoder_name(function))]
        networks = [(name, held[name]) for name in named]
        if not named and "encoder" in held and "decoder" in held:
            networks = [("encoder", (*held["encoder"], *held["decoder"]))]
        for name, layers in networks:
            if _is_known(layers) and _narrows_and_widens(layers) and any(layer.grows for layer in layers):
                first = next((id(layer.call) for layer in layers if layer.shrinks), 0)
                if first not in seen:
                    seen.add(first)
                    yield Autoencoder(name, layers, None)
