"""Was everything logged that was planned? Source × event × version × day, before anybody trains on what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import CoverageConfig
from {{ cookiecutter.package }}.engine import Engine
from {{ cookiecutter.package }}.plan import Event, Plan


class LoggingGap(ValueError):
    """Events that were planned and did not come; the message names each gap and who answers for it."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__("not logged as planned: " + "; ".join(gaps))
        self.gaps = gaps


@dataclass(frozen=True, slots=True)
class Gap:
    """One planned event that one version logged too rarely; `days` are those on which it shows, none for the whole."""

    event: Event
    version: str
    days: tuple[int, ...]
    logged: int
    users: int
    owner: str

    def __str__(self) -> str:
        when = f"days {self.days[0]} to {self.days[-1]}" if self.days else "all days together"
        return (
            f"{self.event.source}.{self.event.event} of version {self.version} on {when}: {self.logged} in "
            f"{self.users} days of active users, {self.event.per_100_active:g} in 100 are planned; ask {self.owner}"
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of planned events (events × versions × days) and active users (versions × days)."""

    plan: Plan
    versions: tuple[str, ...]
    days: Array
    logged: Array
    users: Array
    strangers: tuple[str, ...]

    def since(self, event: Event) -> Array:
        """Which versions have to log an event."""
        return np.array([version >= event.since for version in self.versions])


def measure(engine: Engine, plan: Plan) -> Coverage:
    """What was logged and by how many users who were heard of at all, the last and unfinished day left out."""
    active, logged = engine.ask("active"), engine.ask("logged")
    versions = tuple(sorted({str(one) for one in active["version"]}))
    days = np.arange(int(active["day"].max()))
    users = np.zeros((len(versions), len(days) + 1), dtype=np.int64)
    users[_places(active["version"], versions), active["day"].astype(np.int64)] = active["users"]
    names = [f"{event.source}.{event.event}" for event in plan.events]
    found = np.array([f"{source}.{name}" for source, name in zip(logged["source"], logged["name"], strict=True)])
    planned = np.isin(found, names)
    counts = np.zeros((len(names), len(versions), len(days) + 1), dtype=np.int64)
    day = logged["day"][planned].astype(np.int64)
    counts[_places(found[planned], names), _places(logged["version"][planned], versions), day] = logged["events"][
        planned
    ]
    strangers = tuple(sorted(set(found[~planned].tolist())))
    return Coverage(plan, versions, days, counts[:, :, :-1], _expected(users[:, :-1]), strangers)


def gaps(coverage: Coverage, config: CoverageConfig, *, first_day: int = 0) -> Iterator[Gap]:
    """Every planned event that stayed away, by day where a day has users enough to tell, else over all days."""
    for number, event in enumerate(coverage.plan.events):
        for place in np.flatnonzero(coverage.since(event)):
            logged, users = coverage.logged[number, place, first_day:], coverage.users[place, first_day:]
            silent = _too_few(logged, users, event, config)
            if silent.any() or _too_few(logged.sum(), users.sum(), event, config):
                shown = silent if silent.any() else np.ones(len(users), dtype=bool)
                yield Gap(
                    event=event,
                    version=coverage.versions[place],
                    days=tuple((first_day + np.flatnonzero(silent)).tolist()),
                    logged=int(logged[shown].sum()),
                    users=int(users[shown].sum()),
                    owner=coverage.plan.owners[event.source],
                )


def require(coverage: Coverage, config: CoverageConfig) -> None:
    """Raise `LoggingGap` unless every planned event is signed and came, and nothing came that was not planned."""
    unplanned = [f"{name} is logged and in no plan" for name in coverage.strangers]
    problems = [*coverage.plan.unsigned(), *unplanned, *map(str, gaps(coverage, config))]
    if problems:
        raise LoggingGap(problems)


def _too_few(logged: Array, users: Array, event: Event, config: CoverageConfig) -> Array:
    planned = users * event.per_100_active / 100
    return np.asarray(logged < planned - config.max_z * np.sqrt(config.dispersion * planned))


def _expected(users: Array) -> Array:
    """Active users a day, on a day of silence at least as many as on the day before and the day after it."""
    beside = np.minimum(np.pad(users, ((0, 0), (1, 0)))[:, :-1], np.pad(users, ((0, 0), (0, 1)))[:, 1:])
    return np.asarray(np.maximum(users, beside))


def _places(values: Array, known: list[str] | tuple[str, ...]) -> Array:
    position = {name: number for number, name in enumerate(known)}
    return np.array([position[str(value)] for value in values], dtype=np.int64)
