"""The content tower: from a picture and a second of sound to the factors that plays would show if there were any."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array


class Tower(nn.Module):
    """Two small convolutional networks, for picture and sound, whose averages over space and time meet in one head."""

    def __init__(self, *, channels: int, factors: int) -> None:
        super().__init__()
        self.picture = nn.Sequential(
            nn.Conv2d(3, channels, 5, padding=2, stride=2),
            nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.ReLU(),
        )
        self.sound = nn.Sequential(
            nn.Conv1d(1, channels, 9, padding=4, stride=2),
            nn.ReLU(),
            nn.Conv1d(channels, 2 * channels, 5, padding=2),
            nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Linear(4 * channels, 4 * channels), nn.ReLU(), nn.Linear(4 * channels, factors))

    def forward(self, image: Tensor, audio: Tensor) -> Tensor:
        """Factors, one row an item, from `tensors` of its media."""
        seen = self.picture(image).mean(dim=(2, 3))
        heard = self.sound(audio).mean(dim=2)
        out: Tensor = self.head(torch.cat([seen, heard], dim=1))
        return out


def tensors(media: Media) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, 16, 16) and sounds (n, 1, 64) around zero; the one way from bytes to the network."""
    image = torch.from_numpy(media.image).permute(0, 3, 1, 2).float() / 127.5 - 1
    audio = torch.from_numpy(media.audio).unsqueeze(1).float() / 127.5 - 1
    return image, audio


def encode(towers: Sequence[Tower], media: Media) -> tuple[Array, Array]:
    """Mean factors by content, and how far the members disagree (a standard deviation), one row an item.

    One item at a time: what an item gets must not depend on which others are encoded with it.
    """
    image, audio = tensors(media)
    with torch.inference_mode():
        rows = [
            [tower.eval()(image[one : one + 1], audio[one : one + 1])[0].double().numpy() for tower in towers]
            for one in range(len(media.item))
        ]
    members = np.array(rows)
    return members.mean(axis=1), members.std(axis=1)
