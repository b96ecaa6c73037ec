"""The made media: items that appear day by day, whose picture and sound show part of what they are like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns

DAY = 86_400
SIDE, BEATS = 16, 64
"""Pictures are SIDE × SIDE × 3 bytes, sounds the envelope of one second in BEATS bytes."""

TASTES = 5
"""How many directions taste has in this world."""

_STYLES = 4
_VISIBLE = 0.65
"""Share of what makes an item liked that can be seen and heard; the rest only shows in who plays it."""

CHANNELS = np.array(["north", "south", "east", "west"])


@dataclass(frozen=True, slots=True)
class Media:
    """Raw media by item: `image` (n, 16, 16, 3) and `audio` (n, 64), bytes."""

    item: Array
    image: Array
    audio: Array


def make(rng: np.random.Generator, *, items: int, days: int, offset: int) -> tuple[Columns, Columns, Media]:
    """Items, the truth about them, and their media. Two in five items are there on the first day."""
    number = np.arange(items, dtype=np.int64) + offset
    old = int(items * 0.4)
    published = np.r_[-rng.integers(1, 40 * DAY, size=old), np.sort(rng.integers(1, days * DAY, size=items - old))]
    style = rng.uniform(-1, 1, size=(items, _STYLES))
    mixing = np.linalg.qr(rng.normal(size=(TASTES, TASTES)))[0][:, :_STYLES]
    seen = np.sqrt(3) * style @ mixing.T
    character = np.sqrt(_VISIBLE) * seen + np.sqrt(1 - _VISIBLE) * rng.normal(size=(items, TASTES))
    table = {"item": number, "published_at": published.astype(np.int64), "channel": rng.choice(CHANNELS, size=items)}
    truth = {"item": number, "quality": rng.normal(0, 0.5, size=items), **_factors(character)}
    return table, truth, Media(number, _images(rng, style), _sounds(rng, style))


def _factors(values: Array) -> Columns:
    return {f"taste_{number}": values[:, number] for number in range(values.shape[1])}


def _images(rng: np.random.Generator, style: Array) -> Array:
    """Warm or cold colours, wide or narrow stripes, a small or a large disc: the first three styles."""
    warm, stripes, disc = style[:, 0, None, None], style[:, 1, None, None], style[:, 2, None, None]
    across, down = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    phase = rng.uniform(0, 2 * np.pi, size=(len(style), 1, 1))
    waves = 0.22 * np.sin(2 * np.pi * (3 + 2 * stripes) * across / SIDE + phase)
    centre = rng.uniform(5, 11, size=(2, len(style), 1, 1))
    distance = np.hypot(across - centre[0], down - centre[1])
    bright = 0.3 * (distance < 3.5 + 2 * disc)
    image = np.stack([0.45 + 0.25 * warm + waves, 0.4 + waves + bright, 0.45 - 0.25 * warm + waves], axis=-1)
    image = image + rng.normal(0, 0.05, size=image.shape)
    return np.asarray(255 * np.clip(image, 0, 1)).astype(np.uint8)


def _sounds(rng: np.random.Generator, style: Array) -> Array:
    """A slow or a quick beat: the last style."""
    time = np.arange(BEATS) / BEATS
    phase = rng.uniform(0, 2 * np.pi, size=(len(style), 1))
    beat = 0.5 + 0.35 * np.sin(2 * np.pi * (6 + 4 * style[:, 3, None]) * time + phase)
    return (255 * np.clip(beat + rng.normal(0, 0.06, size=beat.shape), 0, 1)).astype(np.uint8)
