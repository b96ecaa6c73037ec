"""What each layer can hold, and what it does hold: the check that the paper's weather team did not have.

Two measures, both before training. *Values*: channels x places that leave a layer, over cells of one image that
went in; below 1 something must be lost. *Energy*: a linear probe reads the image back from the layer's output
alone; what the best probe cannot bring back in a band of wavelengths, no decoder will.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from {{ cookiecutter.package }}.config import InformationConfig
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.network import OUTPUTS, ConvAutoencoder
from {{ cookiecutter.package }}.spectra import retention

_LEARNING_RATE, _BATCH = 0.01, 8
"""Of the brief training: a measuring instrument, the same for every network."""


class TooNarrow(ValueError):
    """A network whose code cannot hold what it is asked to reconstruct."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the encoder: `cells` along each side of a place, values that leave over values of one image, and
    the share of the image's energy by band that a linear probe reads from it."""

    name: str
    channels: int
    cells: int
    values_share: float
    energy: dict[str, float]


def layers(fields: ConvAutoencoder, scenes: Sequence[Array]) -> list[Layer]:
    """The report on an encoder, layer by layer, from some scenes. The image is the scenes' first channel."""
    signal = torch.from_numpy(np.stack(scenes))
    image = signal[:, :1]
    found = []
    with torch.no_grad():
        for number, layer in enumerate(fields.encoder):
            signal = layer(signal)
            cells = image.shape[-1] // signal.shape[-1]
            found.append(
                Layer(
                    name=f"{number} {type(layer).__name__}",
                    channels=signal.shape[1],
                    cells=cells,
                    values_share=signal[0].numel() / image[0].numel(),
                    energy=retention(image[:, 0].numpy(), _probed(signal, image, cells)),
                )
            )
    return found


def kept_soon(fields: ConvAutoencoder, scenes: Sequence[Array], *, steps: int = 120) -> dict[str, float]:
    """Energy by band that the reconstruction of the image keeps after some seconds of training, which alters
    `fields`."""
    inputs = torch.from_numpy(np.stack(scenes))
    optimiser = torch.optim.AdamW(fields.parameters(), lr=_LEARNING_RATE)
    for step in range(steps):
        batch = inputs[(step * _BATCH) % len(inputs) :][:_BATCH]
        loss = (fields(batch)[:, OUTPUTS.index("satellite")] - batch[:, 0]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        return retention(inputs[:, 0].numpy(), fields(inputs)[:, OUTPUTS.index("satellite")].numpy())


def require(found: Sequence[Layer], config: InformationConfig) -> None:
    """Raises `TooNarrow`, naming the layer where it is lost, unless every layer holds what is asked for."""
    for layer in found:
        if layer.values_share < config.min_values_share:
            raise TooNarrow(
                f"layer {layer.name} lets {layer.values_share:.3f} values through for each cell of the image "
                f"({layer.channels} channels for {layer.cells}x{layer.cells} cells), "
                f"at least {config.min_values_share} are needed"
            )
        if layer.energy["short"] < config.min_short_energy:
            raise TooNarrow(
                f"after layer {layer.name} {layer.energy['short']:.0%} of the energy of short waves can be read back, "
                f"at least {config.min_short_energy:.0%} are needed: fronts are lost there"
            )


def _probed(signal: Tensor, image: Tensor, cells: int) -> Array:
    """The image as the best linear map from each place and its eight neighbours gives it back."""
    around = nn.functional.pad(signal, (1, 1, 1, 1), mode="circular")
    inputs = unfold(around, kernel_size=3).transpose(1, 2).flatten(0, 1).double()
    targets = unfold(image, kernel_size=cells, stride=cells).transpose(1, 2).flatten(0, 1).double()
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
    # Ridge: channels may repeat each other, and more weights than places would only memorise.
    size = inputs.shape[1]
    left = inputs.T @ inputs + 1e-6 * inputs.square().mean() * len(inputs) * torch.eye(size)
    back = inputs @ torch.linalg.solve(left, inputs.T @ targets)
    count, places = image.shape[0], signal.shape[-2] * signal.shape[-1]
    blocks = back.view(count, places, cells * cells).transpose(1, 2).float()
    whole = nn.functional.fold(blocks, image.shape[-2:], kernel_size=cells, stride=cells)
    return whole[:, 0].numpy()
