"""Where a prediction must not be drilled on without corroboration, and why, in codes that the hand-over explains."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import CautionConfig
from {{ cookiecutter.package }}.features import NAMES, Sites
from {{ cookiecutter.package }}.interval import is_poor
from {{ cookiecutter.package }}.model import Model, Prediction

FLAGS = {
    "POOR_DATA": "the maps know this place poorly",
    "NO_MAP": "no survey here: map values are borrowed from the nearest surveyed cell",
    "FAR_FROM_WELLS": "no well near enough to check against",
    "UNLIKE_WELLS": "rock unlike that of any well the model has learned from",
    "WIDE_INTERVAL": "the interval is too wide to act on",
}


def flags(
    model: Model,
    sites: Sites,
    predicted: Prediction,
    nearest_km: Array,
    ranges: Mapping[str, list[float]],
    config: CautionConfig,
) -> dict[str, Array]:
    """Which sites raise which flag. `ranges` are those of the features the model has learned from."""
    ratio = np.exp(predicted.high - predicted.low)
    return {
        "POOR_DATA": is_poor(sites.quality, model.factors.poor_quality),
        "NO_MAP": sites.borrowed,
        "FAR_FROM_WELLS": nearest_km > config.max_nearest_well_km,
        "UNLIKE_WELLS": _unlike(sites, ranges, config.outside_by),
        "WIDE_INTERVAL": ratio > config.max_high_to_low,
    }


def ranges(sites: Sites) -> dict[str, list[float]]:
    """Least and largest value of every feature."""
    return {name: [float(sites.column(name).min()), float(sites.column(name).max())] for name in NAMES}


def _unlike(sites: Sites, ranges: Mapping[str, list[float]], outside_by: float) -> Array:
    """Any feature outside its range by more than `outside_by` of the range's width."""
    outside = np.zeros(len(sites.id), dtype=bool)
    for name, (low, high) in ranges.items():
        margin = outside_by * (high - low)
        outside |= (sites.column(name) < low - margin) | (sites.column(name) > high + margin)
    return outside
