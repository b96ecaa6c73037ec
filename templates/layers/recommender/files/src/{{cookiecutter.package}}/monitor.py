"""Alarms: new media, the share of plays or the share of chance are not what they were when the model was released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.config import MonitorConfig
from {{ cookiecutter.package }}.drift import Kept

PLAY_RATE, EXPLORED = "share of shown items played", "share of slots left to chance"
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Reference(Kept):
    """What is normal: mean and deviation of each figure of an item's media, the share of shown items that are played,
    how much more that varies by day than chance alone, and the share of slots whose item is drawn by chance."""

    media: Mapping[str, list[float]]
    play_rate: float
    dispersion: float
    explored: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """One figure of one window beyond its limit; `begins` in seconds."""

    begins: int
    figure: str
    value: float
    limit: float

    def __str__(self) -> str:
        off = f"{self.value:+.1f} deviations off, {self.limit:.1f} are allowed"
        return f"day {self.begins // DAY}: {self.figure} is {off}"


@dataclass(frozen=True, slots=True)
class Window:
    """How far each figure of a window is from normal, in standard deviations."""

    begins: int
    impressions: int
    z: Mapping[str, float]

    def alarms(self, config: MonitorConfig) -> Iterator[Alarm]:
        """Every figure beyond its limit."""
        for name, value in self.z.items():
            if abs(value) > config.max_z:
                yield Alarm(self.begins, name, value, config.max_z)


def describe(tables: Mapping[str, Columns], media: Media, config: MonitorConfig, *, until: int) -> Reference:
    """The normal state, from what was shown and published before `until`."""
    shown = take(tables["impressions"], tables["impressions"]["shown_at"] < until)
    old = np.isin(media.item, tables["items"]["item"][tables["items"]["published_at"] < until])
    counts, played = _by(shown, tables["plays"], span=DAY, begin=0)
    rate = float(played.sum() / counts.sum())
    expected = np.maximum(rate * counts, _FLOOR)
    return Reference(
        media={name: [float(one[old].mean()), float(one[old].std())] for name, one in media_figures(media).items()},
        play_rate=rate,
        dispersion=max(config.min_dispersion, float(np.mean((played - expected) ** 2 / expected))),
        explored=float(shown["explored"].mean()),
    )


def measure(
    normal: Reference, tables: Mapping[str, Columns], media: Media, config: MonitorConfig, *, begin: int, end: int
) -> Iterator[Window]:
    """One `Window` for each full stretch of `window_days` from `begin` to `end`, in order of time."""
    span = config.window_days * DAY
    figures = media_figures(media)
    published = tables["items"]["published_at"][np.searchsorted(tables["items"]["item"], media.item)]
    for start in range(begin, end - span + 1, span):
        at = tables["impressions"]["shown_at"]
        shown = take(tables["impressions"], (at >= start) & (at < start + span))
        new = (published >= start) & (published < start + span)
        z = {name: _mean_z(values[new], *normal.media[name]) for name, values in figures.items()}
        counts, played = _by(shown, tables["plays"], span=span, begin=start)
        z[PLAY_RATE] = _count_z(played.sum(), counts.sum(), normal.play_rate, normal.dispersion)
        explored = shown["explored"]
        z[EXPLORED] = _count_z(explored.sum(), len(explored), normal.explored, 1.0)
        yield Window(start, len(explored), z)


def media_figures(media: Media) -> dict[str, Array]:
    """Plain figures of every item's media: what changes when a decoder, a camera or a microphone does."""
    image, audio = media.image.astype(np.float64) / 255, media.audio.astype(np.float64) / 255
    return {
        "brightness": image.mean(axis=(1, 2, 3)),
        "contrast": image.std(axis=(1, 2, 3)),
        "red over blue": image[..., 0].mean(axis=(1, 2)) - image[..., 2].mean(axis=(1, 2)),
        "loudness": audio.mean(axis=1),
        "beat": audio.std(axis=1),
    }


def _by(shown: Columns, plays: Columns, *, span: int, begin: int) -> tuple[Array, Array]:
    """Impressions that were chosen, not drawn, and how many of them were played, by stretches of `span` seconds."""
    chosen = take(shown, shown["explored"] == 0)
    stretch = (chosen["shown_at"] - begin) // span
    hit = np.isin(chosen["impression"], plays["impression"])
    counts = np.bincount(stretch, minlength=1)
    return counts, np.bincount(stretch[hit], minlength=len(counts))


def _mean_z(values: Array, mean: float, deviation: float) -> float:
    """How far the mean of a sample is from normal; 0 for an empty one."""
    return float((values.mean() - mean) / (max(deviation, _FLOOR) / np.sqrt(len(values)))) if len(values) else 0.0


def _count_z(hits: float, of: float, share: float, dispersion: float) -> float:
    """How far a count is from normal."""
    return float((hits - share * of) / np.sqrt(max(share * (1 - share) * of * dispersion, 1.0)))
