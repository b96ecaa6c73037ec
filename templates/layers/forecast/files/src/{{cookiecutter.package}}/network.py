"""The network: a convolutional autoencoder whose code ages with the lead time.

The encoder halves the grid twice, by strides that are learned, and gives each place more channels than it takes
away in cells of one image: a code that is narrower than that cannot hold a front, and no loss says so.
`information.py` checks it.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from {{ cookiecutter.package }}.features import CHANNELS

OUTPUTS = ("speed", "satellite")
"""Wind beyond what advection says, and brightness; both in standard deviations."""
CODE = 48
"""Channels of the code; each place of it stands for 4 x 4 cells."""
AROUND: Final = "circular"
"""The made world is a torus; for a region with borders say "replicate"."""


class ConvAutoencoder(nn.Module):
    """A scene to its code, and a code to image and wind."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(len(CHANNELS), 32, kernel_size=4, stride=2, padding=1, padding_mode=AROUND),
            nn.GELU(),
            nn.Conv2d(32, CODE, kernel_size=4, stride=2, padding=1, padding_mode=AROUND),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(CODE, 32, kernel_size=2, stride=2),
            nn.GELU(),
            nn.ConvTranspose2d(32, 8, kernel_size=2, stride=2),
            nn.Conv2d(8, len(OUTPUTS), kernel_size=3, padding=1, padding_mode=AROUND),
        )

    def forward(self, scenes: Tensor) -> Tensor:
        """The reconstruction, both outputs in standard deviations."""
        return torch.as_tensor(self.decoder(self.encoder(scenes)))


class Forecaster(nn.Module):
    """The autoencoder, and what becomes of a code with time."""

    def __init__(self) -> None:
        super().__init__()
        self.fields = ConvAutoencoder()
        self.ageing = nn.Sequential(
            nn.Conv2d(CODE, 32, kernel_size=3, padding=1, padding_mode=AROUND),
            nn.GELU(),
            nn.Conv2d(32, CODE, kernel_size=1),
        )

    def forward(self, scenes: Tensor, age: Tensor) -> Tensor:
        """The outputs for scenes that were carried along to their hour; `age` is the lead over the longest lead."""
        code = self.fields.encoder(scenes)
        aged = code + age.view(-1, 1, 1, 1) * self.ageing(code)
        return torch.as_tensor(self.fields.decoder(aged))


def initialised(*, seed: int) -> Forecaster:
    """A new network. Orthogonal weights lose nothing at the start; the last layer begins near zero, so that the first
    loss is the variance of the target; codes do not age yet."""
    network = Forecaster()
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.orthogonal_(module.weight, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for last in (network.fields.decoder[-1], network.ageing[-1]):
        for weight in last.parameters():
            weight.data.mul_(0.1)
    return network
