"""How people and programs play: actions, bet sizes and, above all, the time they take, a whole population at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array

STREETS = ("preflop", "flop", "turn", "river")
ACTIONS = ("fold", "check", "call", "bet", "raise")
FOLD, CHECK, CALL, BET, RAISE = range(len(ACTIONS))

HUMAN = "human"
KNOWN_FAMILIES = ("metronome", "sampler", "script")
UNSEEN_FAMILY = "mimic"
"""Appears in the last month only: no label of it can be in training."""

_FIRST = np.array([[0.55, 0.08, 0.17, 0.06, 0.14], [0.22, 0.34, 0.16, 0.22, 0.06]])
"""Chance of each action before the flop and after it, for a player neither loose nor aggressive."""

_STREET_TIME = np.array([0.0, 0.28, 0.42, 0.62])
_ACTION_TIME = np.array([-0.35, -0.15, 0.2, 0.3, 0.55])
_BUTTONS = np.array([0.33, 0.5, 0.75, 1.0])
_SCRIPTED = np.array([0.75, 0.5, 0.75, 0.33])
"""The bet of the family `script`, by street."""

_TEMPO, _KEEPS, _NOISE = 0.6, 0.88, 0.25
FASTEST_MS, SLOWEST_MS = 180, 90_000


@dataclass(frozen=True, slots=True)
class Temper:
    """What stays the same for a player, one entry each: family, pace (log ms), looseness, aggression, tiring."""

    family: Array
    pace: Array
    loose: Array
    aggressive: Array
    tiring: Array

    def rows(self, chosen: Array) -> Temper:
        """The players at these positions; a position may come twice."""
        return Temper(
            self.family[chosen], self.pace[chosen], self.loose[chosen], self.aggressive[chosen], self.tiring[chosen]
        )


def temper(rng: np.random.Generator, family: Array) -> Temper:
    """Players of the given families. Humans come in four kinds: patient or brisk, tight or loose."""
    count = len(family)
    brisk, loose = rng.random(count) < 0.45, rng.random(count) < 0.5
    return Temper(
        family=family,
        pace=np.where(brisk, 7.4, 8.1) + rng.normal(0, 0.25, size=count),
        loose=np.where(loose, 0.6, -0.3) + rng.normal(0, 0.25, size=count),
        aggressive=rng.normal(0, 0.4, size=count),
        tiring=rng.normal(0.15, 0.25, size=count),
    )


def play(rng: np.random.Generator, players: Temper, steps: int) -> dict[str, Array]:
    """One sitting of each player: street, action, fraction of the pot and milliseconds, as arrays players × steps."""
    street, action = _hands(rng, players, steps)
    fraction = _fractions(rng, players, street, action)
    return {
        "street": street,
        "action": action,
        "fraction": fraction,
        "milliseconds": _times(rng, players, street, action, fraction),
    }


def _hands(rng: np.random.Generator, players: Temper, steps: int) -> tuple[Array, Array]:
    count = len(players.pace)
    street = np.zeros((count, steps), dtype=np.int64)
    action = np.zeros((count, steps), dtype=np.int64)
    now = np.zeros(count, dtype=np.int64)
    lean = np.stack([-players.loose, np.zeros(count), players.loose, players.aggressive, players.aggressive], axis=1)
    for step in range(steps):
        chance = _FIRST[np.minimum(now, 1)] * np.exp(lean)
        edges = np.cumsum(chance, axis=1) / chance.sum(axis=1, keepdims=True)
        chosen = (rng.random((count, 1)) > edges).sum(axis=1).clip(0, RAISE)
        street[:, step], action[:, step] = now, chosen
        over = (chosen == FOLD) | (now == len(STREETS) - 1)
        now = np.where(over, 0, np.where(rng.random(count) < 0.8, now + 1, now))
    return street, action


def _fractions(rng: np.random.Generator, players: Temper, street: Array, action: Array) -> Array:
    button = rng.choice(_BUTTONS, size=street.shape, p=[0.2, 0.35, 0.3, 0.15])
    typed = np.round(button * np.exp(rng.normal(0, 0.12, size=street.shape)), 2)
    own = np.where(rng.random(street.shape) < 0.65, button, typed)
    scripted = (players.family == "script")[:, None]
    bet = np.where(scripted, _SCRIPTED[street], own)
    call = np.round(rng.uniform(0.15, 0.6, size=street.shape), 2)
    return np.where(action >= BET, bet, np.where(action == CALL, call, 0.0))


def _times(rng: np.random.Generator, players: Temper, street: Array, action: Array, fraction: Array) -> Array:
    """Milliseconds. People drift in tempo and think longer where more is at stake; each family misses some of that."""
    shape = street.shape
    thinking = _STREET_TIME[street] + _ACTION_TIME[action] + 0.25 * fraction
    tiring = players.tiring[:, None] * np.linspace(0, 1, shape[1])
    pause = np.where(rng.random(shape) < 0.04, rng.exponential(0.9, size=shape), 0.0)
    human = thinking + tiring + pause + _tempo(rng, shape) + rng.normal(0, _NOISE, size=shape)
    spread = float(np.hypot(_TEMPO, _NOISE))
    typical = float(thinking.mean())
    by_family = {
        "metronome": 0.3 * typical + rng.normal(0, 0.14, size=shape),
        "sampler": typical + rng.normal(0, np.hypot(spread, 0.38), size=shape) + pause,
        UNSEEN_FAMILY: thinking + pause + rng.normal(0, spread, size=shape),
    }
    found = human
    for family, times in by_family.items():
        found = np.where((players.family == family)[:, None], times, found)
    return np.asarray(np.exp(players.pace[:, None] + found).clip(FASTEST_MS, SLOWEST_MS).astype(np.int64))


def _tempo(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A mood that lasts some actions: autoregressive, so that neighbours are alike."""
    tempo = np.empty(shape)
    tempo[:, 0] = rng.normal(0, _TEMPO, size=shape[0])
    fresh = rng.normal(0, _TEMPO * np.sqrt(1 - _KEEPS**2), size=shape)
    for step in range(1, shape[1]):
        tempo[:, step] = _KEEPS * tempo[:, step - 1] + fresh[:, step]
    return tempo
