"""How good forecasts are: error by lead, energy kept by wavelength, intervals, ramps of wind power, and the bar."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from {{ cookiecutter.package }}.config import PowerConfig, QualityConfig
from {{ cookiecutter.package }}.fields import Array


@dataclass(frozen=True, slots=True)
class LeadMetrics:
    """One lead: root mean squared errors in m/s, and how often the interval held the truth."""

    lead: int
    rmse: float
    advection: float
    persistence: float
    coverage: float
    coverage_unseen: float

    @property
    def skill_over_advection(self) -> float:
        """The share of the baseline's error that is gone."""
        return 1 - self.rmse / self.advection

    @property
    def skill_over_persistence(self) -> float:
        """The share of the baseline's error that is gone."""
        return 1 - self.rmse / self.persistence


@dataclass(frozen=True, slots=True)
class Metrics:
    """A whole evaluation. Retention by band is of the reconstruction, that is of lead 0."""

    leads: tuple[LeadMetrics, ...]
    retention_image: dict[str, float]
    retention_wind: dict[str, float]
    ramps: int
    ramp_score: float
    ramp_score_advection: float

    def plain(self) -> dict[str, object]:
        """As names and numbers, for run.json."""
        return asdict(self)


def rmse(found: Array, truth: Array) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean(np.square(found - truth))))


def power(speed: Array, config: PowerConfig) -> Array:
    """Share of capacity: the cube of the wind between cut-in and rated speed."""
    low, high = config.cut_in**3, config.rated**3
    return np.asarray(np.clip((speed**3 - low) / (high - low), 0, 1))


def ramps(now: Array, later: Array, config: PowerConfig) -> Array:
    """-1, 0 or 1: power falls, stays or rises by more than the ramp's share."""
    change = power(later, config) - power(now, config)
    return np.where(np.abs(change) >= config.ramp_share, np.sign(change), 0).astype(int)


def threat_score(forecast: Array, happened: Array) -> float:
    """Hits over all ramps that were forecast or happened; 0 where none was either."""
    either = (forecast != 0) | (happened != 0)
    hits = (forecast == happened) & (happened != 0)
    return float(hits.sum() / either.sum()) if either.any() else 0.0


def shortfalls(found: Metrics, bar: QualityConfig) -> list[str]:
    """Why the model may not serve, in words; empty when it reaches the bar."""
    later = [lead for lead in found.leads if lead.lead]
    reasons = []
    for lead in later:
        reasons += _below(
            lead.skill_over_advection, bar.min_skill_over_advection, f"+{lead.lead} h: skill over advection"
        )
        reasons += _below(lead.coverage, bar.min_coverage, f"+{lead.lead} h: coverage")
        reasons += _below(
            lead.coverage_unseen, bar.min_coverage_unseen, f"+{lead.lead} h: coverage where nothing was seen"
        )
    last = later[-1]
    reasons += _below(
        last.skill_over_persistence, bar.min_skill_over_persistence, f"+{last.lead} h: skill over persistence"
    )
    reasons += _below(found.retention_image["middle"], bar.min_retention_middle, "energy kept of middle waves")
    reasons += _below(found.retention_image["short"], bar.min_retention_short, "energy kept of short waves")
    return reasons


def _below(value: float, least: float, name: str) -> list[str]:
    return [] if value >= least else [f"{name} is {value:.3f}, at least {least} is asked"]
