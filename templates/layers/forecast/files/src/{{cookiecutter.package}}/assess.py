"""The test period: every origin, every lead, against the reanalysis; and the baselines on the same hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import LeadMetrics, Metrics, ramps, rmse, shortfalls, threat_score
from {{ cookiecutter.package }}.fields import Array
from {{ cookiecutter.package }}.intervals import unseen
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.scaling import Scaling
from {{ cookiecutter.package }}.spectra import retention
from {{ cookiecutter.package }}.train import Prepared


@dataclass(frozen=True, slots=True)
class Judged:
    """One lead in all hours of origin: fields [hour, row, column], wind in m/s."""

    lead: int
    hours: Array
    speed: Array
    halfwidth: Array
    brightness: Array
    unseen: Array
    advection: Array
    persistence: Array
    truth: Array


@dataclass(frozen=True, slots=True)
class Assessment:
    """The metrics, their 90 % intervals, the forecasts they are of, and what misses the bar."""

    metrics: Metrics
    intervals: dict[str, tuple[float, float]]
    judged: dict[int, Judged]
    shortfalls: list[str]


def judge(model: Model, prepared: Prepared, config: Config) -> dict[int, Judged]:
    """Forecasts of the test period by lead, beginning with 0, the reconstruction."""
    hours = prepared.split.test.origins(longest=max(config.forecast.leads_h)).tolist()
    scenes = [prepared.scene(hour) for hour in hours]
    found = {}
    for lead in (0, *config.forecast.leads_h):
        made = [model.forecast(scene, lead) for scene in scenes]
        found[lead] = Judged(
            lead=lead,
            hours=np.array(hours),
            speed=np.stack([one.speed for one in made]),
            halfwidth=np.stack([one.halfwidth for one in made]),
            brightness=np.stack([one.brightness for one in made]),
            unseen=np.stack([unseen(scene, lead) for scene in scenes]),
            advection=_wind([prepared.baseline.advection(scene, lead) for scene in scenes], prepared.scaling),
            persistence=_wind([prepared.baseline.persistence(scene) for scene in scenes], prepared.scaling),
            truth=np.stack([np.asarray(prepared.archive.reanalysis[hour + lead]) for hour in hours]),
        )
    return found


def assess(model: Model, prepared: Prepared, config: Config) -> Assessment:
    """The whole judgement on a model."""
    judged = judge(model, prepared, config)
    metrics = measure(judged, prepared, config)
    return Assessment(
        metrics=metrics,
        intervals=skill_intervals(judged, seed=config.seed),
        judged=judged,
        shortfalls=shortfalls(metrics, config.quality),
    )


def measure(judged: dict[int, Judged], prepared: Prepared, config: Config) -> Metrics:
    """Metrics of the forecasts of the test period."""
    start, ramp = judged[0], judged[config.power.ramp_h]
    images = np.asarray(prepared.archive.satellite[int(start.hours[0]) : int(start.hours[-1]) + 1])
    whole = np.isfinite(images).all(axis=(1, 2))
    rows, columns = prepared.archive.stations.row, prepared.archive.stations.column

    def at_farms(field: Array) -> Array:
        return np.asarray(field[:, rows, columns])

    happened = ramps(at_farms(start.truth), at_farms(ramp.truth), config.power)
    forecast = ramps(at_farms(start.speed), at_farms(ramp.speed), config.power)
    carried = ramps(at_farms(start.advection), at_farms(ramp.advection), config.power)
    return Metrics(
        leads=tuple(_lead(one) for one in judged.values()),
        retention_image=retention(images[whole], start.brightness[whole]),
        retention_wind=retention(start.truth, start.speed),
        ramps=int((happened != 0).sum()),
        ramp_score=threat_score(forecast, happened),
        ramp_score_advection=threat_score(carried, happened),
    )


def skill_intervals(judged: dict[int, Judged], *, seed: int, draws: int = 200) -> dict[str, tuple[float, float]]:
    """90 % bootstrap intervals of the skill over advection, over blocks of 12 hours: hours near each other are
    alike."""
    rng = np.random.default_rng(seed)
    found = {}
    for lead, one in judged.items():
        blocks = (one.hours - one.hours[0]) // 12
        errors = [
            np.array([np.square(field - one.truth)[blocks == block].mean() for block in np.unique(blocks)])
            for field in (one.speed, one.advection)
        ]
        chosen = rng.integers(len(errors[0]), size=(draws, len(errors[0])))
        skill = 1 - np.sqrt(errors[0][chosen].mean(axis=1) / errors[1][chosen].mean(axis=1))
        found[str(lead)] = (float(np.percentile(skill, 5)), float(np.percentile(skill, 95)))
    return found


def _lead(one: Judged) -> LeadMetrics:
    held = np.abs(one.speed - one.truth) <= one.halfwidth
    return LeadMetrics(
        lead=one.lead,
        rmse=rmse(one.speed, one.truth),
        advection=rmse(one.advection, one.truth),
        persistence=rmse(one.persistence, one.truth),
        coverage=float(held.mean()),
        coverage_unseen=float(held[one.unseen].mean()) if one.unseen.any() else 1.0,
    )


def _wind(fields: list[Array], scaling: Scaling) -> Array:
    return np.maximum(np.stack(fields) * scaling.speed_deviation + scaling.speed_mean, 0.0)
