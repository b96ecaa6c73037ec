"""TRB101."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlsmith.rules.kit import Class, Finding, Module, Rule, Severity
from mlsmith.rules.kit.layers import Layer, sequential_attribute

_LEAST_RETAINED = 1 / 64
_PARTS = (("encoder", "decoder"), ("encode", "decode"), ("enc", "dec"), ("downsample", "upsample"), ("encoder_net", "decoder_net"))


class LossyPoolingBeforeBottleneck(Rule):
    """An autoencoder pools the signal away before it is encoded.

    ## What it finds
    PyTorch modules with an encoder and a decoder, both written out as `nn.Sequential`, and no connection that skips the bottleneck, where the
    encoder pools the raw input, pools twice without a convolution between, keeps less than 1/64 of the numbers that go in (channels out ÷
    (channels in × down-sampling^dimensions)), or shrinks by another factor than the decoder grows by. The message states the arithmetic.

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
        if not module.imports("torch"):
            return
        for cls in module.classes:
            if cls.extends("torch.nn.Module", "lightning.pytorch.LightningModule") and not _has_skips(cls):
                yield from self._judge(module, cls)

    def _judge(self, module: Module, cls: Class) -> Iterator[Finding]:
        for first, second in _PARTS:
            encoder, decoder = sequential_attribute(module, cls, first), sequential_attribute(module, cls, second)
            if not encoder or not decoder:
                continue
            problem = _order(encoder) or _retained(encoder) or _mismatch(encoder, decoder)
            if problem:
                binding = module.resolver.attribute_bindings(cls.node, first)[0]
                yield self.finding(
                    module.at(binding.node), f"`{cls.node.name}.{first}` {problem}",
                    advice="convolve with a stride instead of pooling, or shrink in smaller steps with more channels",
                )  # fmt: skip
                return


def _has_skips(cls: Class) -> bool:
    """Whether earlier activations are joined in again."""
    return any(
        call.method in ("cat", "concat", "concatenate", "add")
        for name, method in cls.methods.items()
        if name != "__init__"
        for call in method.calls
    )


def _order(encoder: list[Layer]) -> str:
    """Pooling on the raw input, or twice in a row."""
    since_convolution = False
    for layer in encoder:
        if layer.kind in ("unknown", "end"):
            return ""
        if layer.kind == "convolution":
            since_convolution = True
        elif layer.kind == "pool" and layer.factor is not None and layer.factor > 1:
            if not since_convolution:
                seen = any(other.kind == "convolution" for other in encoder[: encoder.index(layer)])
                what = "pools twice without a convolution between" if seen else "pools the raw input before anything is learned from it"
                return f"{what}: 1 of {_whole(layer.factor**layer.dimensions)} values is kept at that step"
            since_convolution = False
    return ""


def _retained(encoder: list[Layer]) -> str:
    """Too little left at the end, in the arithmetic of channels and sizes."""
    body: list[Layer] = []
    for layer in encoder:
        if layer.kind == "end":
            break
        body.append(layer)
    convolutions = [layer for layer in body if layer.kind == "convolution"]
    if not convolutions or any(layer.kind == "unknown" or layer.factor is None for layer in body):
        return ""
    first, last = convolutions[0], convolutions[-1]
    if not first.inputs or not last.outputs:
        return ""
    down = math.prod(layer.factor or 1 for layer in body)
    retained = last.outputs / (first.inputs * down**first.dimensions)
    if retained >= _LEAST_RETAINED:
        return ""
    return f"keeps 1 of {_whole(1 / retained)} numbers: {last.outputs} channels out ÷ ({first.inputs} in × {_whole(down)}^{first.dimensions} positions)"


def _mismatch(encoder: list[Layer], decoder: list[Layer]) -> str:
    """The decoder cannot give back the size that went in."""
    if any(layer.kind in ("unknown", "end") or layer.factor is None for layer in (*encoder, *decoder)):
        return ""
    down = math.prod(layer.factor or 1 for layer in encoder)
    up = math.prod(layer.factor or 1 for layer in decoder if layer.kind in ("transposed", "upsample"))
    up /= math.prod(layer.factor or 1 for layer in decoder if layer.kind in ("convolution", "pool"))
    return f"shrinks by {_whole(down)} and the decoder grows by {_whole(up)}" if down != up else ""


def _whole(number: float) -> str:
    return f"{number:.0f}" if abs(number - round(number)) < 1e-9 else f"{number:.1f}"
