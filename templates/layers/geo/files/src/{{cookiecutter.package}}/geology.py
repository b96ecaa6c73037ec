"""The made basin: true geology, the law by which it yields oil, and what surveys make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.fields import blend, field

MAPS = ("thickness_m", "porosity", "pressure_mpa", "toc_percent", "quality")
REACH_KM = 1.2
"""How far an earlier well drains the rock around it."""


@dataclass(frozen=True, slots=True)
class Basin:
    """Truth and maps on the same cells. `unseen` is what no map shows, `scatter` the spread of wells in log units."""

    true: Mapping[str, Array]
    maps: Mapping[str, Array]
    unseen: Array
    scatter: Array

    def log_eur(self, row: Array, column: Array, earlier_well_km: Array) -> Array:
        """Expected log of the estimated ultimate recovery (thousand barrels) of wells in these cells."""
        rock = {name: values[row, column] for name, values in self.true.items()}
        return law(rock, earlier_well_km) + self.unseen[row, column]


def law(rock: Mapping[str, Array], earlier_well_km: Array) -> Array:
    """Log of recovery from rock alone: volume, a pressure step, saturating organic content, drained neighbours."""
    volume = np.log(rock["thickness_m"] / 55) + 1.1 * np.log(rock["porosity"] / 0.09)
    drive = 0.45 * np.tanh((rock["pressure_mpa"] - 38) / 6)
    source = np.log(1.75 * rock["toc_percent"] / (rock["toc_percent"] + 3))
    drained = np.log1p(-0.3 * np.exp(-((earlier_well_km / REACH_KM) ** 2)))
    return np.asarray(np.log(190) + volume + drive + source + drained)


def make(rng: np.random.Generator, shape: tuple[int, int]) -> Basin:
    """One basin. Maps are truth plus an error that grows as quality falls; some cells were never surveyed."""
    relief = field(rng, shape, range_km=12)
    shapes = {name: blend(field(rng, shape, range_km=9), relief, share=0.3) for name in MAPS[:4]}
    quality = _quality(rng, shape)
    blur = 0.08 + 0.85 * (1 - quality)
    noise = {name: field(rng, shape, range_km=3) for name in shapes}
    seen = {name: shapes[name] + blur * noise[name] for name in shapes}
    maps = {**_rock(seen), "quality": quality}
    unsurveyed = field(rng, shape, range_km=5) > 2.0
    for name in MAPS[:4]:
        maps[name][unsurveyed] = np.nan
    maps["quality"][unsurveyed] = 0.0
    return Basin(
        true=_rock(shapes),
        maps=maps,
        unseen=0.2 * field(rng, shape, range_km=5),
        scatter=0.1 + 0.3 * (1 - maps["quality"]),
    )


def _quality(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """1 where surveys are dense, towards 0 where they are old or sparse: a third of the basin is below one half."""
    dense = field(rng, shape, range_km=14)
    return np.asarray(np.round(1 / (1 + np.exp(-2.6 * (dense - np.quantile(dense, 1 / 3)))), 3))


def _rock(standard: Mapping[str, Array]) -> dict[str, Array]:
    """Physical values of standard fields, each within its possible range."""
    return {
        "thickness_m": np.clip(55 * np.exp(0.35 * standard["thickness_m"]), 5, 250),
        "porosity": np.clip(0.09 * np.exp(0.25 * standard["porosity"]), 0.01, 0.3),
        "pressure_mpa": np.clip(38 + 6 * standard["pressure_mpa"], 10, 80),
        "toc_percent": np.clip(4 * np.exp(0.35 * standard["toc_percent"]), 0.3, 20),
    }
