"""Training: factors from plays, towers from warm items' media, a blend from later choices, then all anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from {{ cookiecutter.package }} import als, blend, engine, features, tower_fit
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.counts import TABLES, Counts, State
from {{ cookiecutter.package }}.features import Vectors
from {{ cookiecutter.package }}.model import Learned, Model
from {{ cookiecutter.package }}.split import Periods, Request, periods, requests, warm
from {{ cookiecutter.package }}.stages import Ledger
from {{ cookiecutter.package }}.tower_fit import Lessons

OTHERS = 10
"""How many other items each chosen one is compared with."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Tables, media in order of item ids, the history of plays, the periods, and what users chose in the last two."""

    tables: Mapping[str, Columns]
    media: Media
    history: Counts
    periods: Periods
    blend: tuple[Request, ...]
    test: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A request with all that was known when it came: the user's plays so far and taste, features of all items in order
    of ids, and positions of those that could be shown."""

    request: Request
    plays: float
    state: State
    taste: Array
    values: Array
    candidates: Array

    @property
    def chosen(self) -> Array:
        """Which candidates were chosen."""
        return np.isin(self.state.item[self.candidates], self.request.chosen)


def prepare(tables: Mapping[str, Columns], media: Media, config: Config) -> Prepared:
    """The history, the periods and the requests in them."""
    history = engine.counts(config.engine, **{name: tables[name] for name in TABLES})
    spans = periods(tables["plays"], config.split)
    asked = [
        tuple(requests(tables["plays"], tables["impressions"], begin=begin, end=end))
        for begin, end in ((spans.blend, spans.test), (spans.test, spans.end))
    ]
    return Prepared(tables, media, history, spans, *asked)


def train(prepared: Prepared, config: Config, *, version: str, ledger: Ledger | None = None) -> Model:
    """A model of all plays before the test period, its blend learned where the test period cannot be seen."""
    ledger = ledger or Ledger()
    earlier = learn(prepared, config, moment=prepared.periods.blend, members=1, ledger=ledger)
    with ledger.stage("blend"):
        known = cases(prepared, earlier.vectors(prepared.media), prepared.blend, config)
        weights = blend.fit(gaps(known, seed=config.seed), config.blend)
    learned = learn(prepared, config, moment=prepared.periods.test, members=config.tower.members, ledger=ledger)
    return Model(learned, weights, version, config.digest())


def learn(prepared: Prepared, config: Config, *, moment: int, members: int, ledger: Ledger) -> Learned:
    """Factors and `members` towers from what was known at a moment."""
    with ledger.stage("als"):
        state = prepared.history.state(moment, recent_days=config.blend.recent_days)
        factors = prepared.history.factors(moment, state.item, config.als, seed=config.seed)
    with ledger.stage("tower"):
        taught, scale = lessons(prepared.media, factors, state, config)
        towers = engine.towers(taught, config, members=members)
    return Learned(state.item, factors, towers, scale)


def lessons(media: Media, factors: Array, state: State, config: Config) -> tuple[Lessons, float]:
    """What the tower learns from: warm items only. A cold item's factors tell that it is new, not what it is like."""
    rows = np.flatnonzero(warm(state, config.split))
    scale = float(factors[rows].std())
    weight = state.plays[rows] / (state.plays[rows] + config.blend.prior_plays)
    kept = Media(media.item[rows], media.image[rows], media.audio[rows])
    return Lessons(kept, factors[rows] / scale, weight / weight.mean()), scale


def order_digest(prepared: Prepared, config: Config) -> list[str]:
    """SHA-256 of the items in the order in which the last towers see them, one an epoch."""
    state = prepared.history.state(prepared.periods.test, recent_days=config.blend.recent_days)
    return tower_fit.order_digest(state.item[warm(state, config.split)], config.tower, seed=100 * config.seed)


def cases(prepared: Prepared, vectors: Vectors, asked: Iterable[Request], config: Config) -> Iterator[Case]:
    """Each request with what was known at the begin of its day."""
    for moment, group in groupby(asked, key=lambda request: request.moment):
        todays = list(group)
        seen = prepared.history.interactions(moment)
        state = prepared.history.state(moment, recent_days=config.blend.recent_days)
        users = np.array([request.user for request in todays])
        tastes = als.fold_in(seen, users, vectors.item, vectors.als, config.als)
        low, high = np.searchsorted(seen.user, users), np.searchsorted(seen.user, users, side="right")
        for number, request in enumerate(todays):
            own = slice(low[number], high[number])
            values = features.rows(tastes[number], vectors, state, config.blend)
            shown = features.candidates(state, seen.item[own])
            yield Case(request, float(seen.plays[own].sum()), state, tastes[number], values, shown)


def gaps(known: Iterable[Case], *, seed: int) -> Array:
    """Features of each chosen item minus those of others that could have been chosen at the same moment."""
    rng = np.random.default_rng(seed)
    found = []
    for case in known:
        values = case.values[case.candidates]
        for position in np.flatnonzero(case.chosen):
            others = rng.integers(len(values), size=OTHERS)
            found.append(values[position] - values[others[~case.chosen[others]]])
    return np.concatenate(found)
