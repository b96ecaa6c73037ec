"""TRB101."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity
from mlsmith.rules.kit.autoencoders import Autoencoder, autoencoders
from mlsmith.rules.kit.layers import Layer

_LEAST_RETAINED = 1 / 64


class LossyPoolingBeforeBottleneck(Rule):
    """An autoencoder pools the signal away before it is encoded.

    ## What it finds
    Autoencoders in PyTorch and keras (by their name, or with an encoder and a decoder) without a connection that skips the bottleneck, where the
    encoder pools the raw input, pools twice without a convolution between, keeps less than 1/64 of the numbers that go in (channels out ÷
    (channels in × down-sampling^dimensions)), or shrinks by another factor than the decoder grows by. The message states the arithmetic.
    Layers are followed through `nn.Sequential`, lists and loops over literal sizes, blocks that are classes or functions of the file, `forward`,
    and keras's functional calls.

    ## Why it is debt
    In the weather project of Arpteg et al. (2018) an autoencoder pooled too aggressively. The model trained, its losses looked
    plausible, and it took two weeks and hundreds of experiments to find that the fronts had never reached the encoder.

    ## Bad
    ```python
    from torch import nn

    class AutoEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(  # finding: TRB101
                nn.MaxPool2d(4), nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1),
            )
            self.decoder = nn.Sequential(nn.ConvTranspose2d(16, 1, 8, stride=8))

        def forward(self, x):
            return self.decoder(self.encoder(x))
    ```

    ## Good
    ```python
    from torch import nn

    class AutoEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(
                nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1),
            )
            self.decoder = nn.Sequential(nn.ConvTranspose2d(16, 8, 2, stride=2), nn.ReLU(), nn.ConvTranspose2d(8, 1, 2, stride=2))

        def forward(self, x):
            return self.decoder(self.encoder(x))
    ```

    ## Fix
    None: how much may be lost is a decision about the data.

    ## When it stays silent
    For classifiers and anything without a decoder; where `cat` or addition joins earlier activations (U-Net); whenever a size, stride or
    layer is not literal or not known.

    ## References
    Arpteg et al. 2018, project WEA.
    """

    code = "TRB101"
    severity = Severity.WARNING
    minutes = 60

    def python(self, module: Module) -> Iterator[Finding]:
        for network in autoencoders(module):
            problem = _order(network.encoder) or _retained(network.encoder) or _mismatch(network)
            if problem:
                layer, text = problem
                at = network.at or (layer.call.node if layer.call is not None else None)
                if at is not None:
                    yield self.finding(
                        module.at(at), f"`{network.name}` {text}",
                        advice="convolve with a stride instead of pooling, or shrink in smaller steps with more channels",
                    )  # fmt: skip


def _order(encoder: tuple[Layer, ...]) -> tuple[Layer, str] | None:
    """Pooling on the raw input, or twice in a row."""
    learned = since = False
    for layer in encoder:
        if layer.kind == "convolution":
            learned = since = True
        elif layer.kind == "pool" and layer.shrinks:
            if not since:
                what = "pools twice without a convolution between" if learned else "pools the raw input before anything is learned from it"
                return layer, f"{what}: 1 of {_whole((layer.factor or 1) ** layer.dimensions)} values is kept at that step"
            since = False
        elif layer.kind in ("unknown", "pool"):
            return None
    return None


def _retained(encoder: tuple[Layer, ...]) -> tuple[Layer, str] | None:
    """Too little left where it is narrowest, in the arithmetic of channels and sizes."""
    narrowest = max((number for number, layer in enumerate(encoder) if layer.shrinks), default=-1)
    body = encoder[: narrowest + 1]
    if not body or any(layer.kind == "unknown" or layer.factor is None for layer in body):
        return None
    convolutions = [layer for layer in body if layer.kind == "convolution"]
    if not convolutions:
        return None
    entry = next((layer.outputs for layer in body if layer.kind == "input"), None)
    going_in, coming_out, dimensions = convolutions[0].inputs or entry, convolutions[-1].outputs, convolutions[0].dimensions
    if not going_in or not coming_out:
        return None
    down = math.prod(layer.factor or 1 for layer in body)
    retained = coming_out / (going_in * down**dimensions)
    if retained >= _LEAST_RETAINED:
        return None
    text = f"keeps 1 of {_whole(1 / retained)} numbers: {coming_out} channels out ÷ ({going_in} in × {_whole(down)}^{dimensions} positions)"
    return body[-1], text


def _mismatch(network: Autoencoder) -> tuple[Layer, str] | None:
    """The decoder cannot give back the size that went in."""
    if not network.is_convolutional or any(layer.kind == "unknown" or layer.factor is None for layer in network.layers):
        return None
    down = math.prod(layer.factor or 1 for layer in network.layers if layer.kind in ("convolution", "pool"))
    up = math.prod(layer.factor or 1 for layer in network.layers if layer.kind in ("transposed", "upsample"))
    if down == up or up == 1 or down == 1:
        return None
    first = next(layer for layer in network.layers if layer.shrinks)
    return first, f"shrinks by {_whole(down)} and the decoder grows by {_whole(up)}"


def _whole(number: float) -> str:
    return f"{number:.0f}" if abs(number - round(number)) < 1e-9 else f"{number:.1f}"
