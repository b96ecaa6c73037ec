"""The bounds that tests hold figures to: how much each varies over seeds, as tests/calibrate.py measured it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_KEPT = Path(__file__).with_name("tolerances.json")


def keep(rows: Sequence[Mapping[str, float]], *, width: float) -> str:
    """Write tests/tolerances.json from the figures of each seed; bounds are `width` deviations around the mean."""
    figures = {name: _spread([row[name] for row in rows], width) for name in rows[0]}
    text = json.dumps({"seeds": len(rows), "width": width, "figures": figures}, indent=1) + "\n"
    _KEPT.write_text(text, encoding="utf-8")
    return text


def _spread(values: Sequence[float], width: float) -> dict[str, float]:
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    return {
        "mean": round(mean, 5),
        "deviation": round(deviation, 5),
        "least": round(min(values), 5),
        "most": round(max(values), 5),
        "low": round(mean - width * deviation, 5),
        "high": round(mean + width * deviation, 5),
    }
