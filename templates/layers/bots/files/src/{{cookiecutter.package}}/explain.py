"""Why an account is suspicious, since which action, how much is known about its like, and whether to trust that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import LimitConfig
from {{ cookiecutter.package }}.features import CONTEXT, NUMBERS, Windows, together
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.monitor import figures

REASONS = {
    "timing": "when it acts: tempo, pauses and what it takes time for",
    "order of time": "the order of its times: moods that last, or no mood at all",
    "bets": "how much it bets, and on which street",
    "actions": "what it does on which street",
    "devices": "other accounts on its devices",
}
_CHANCE_SEED = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """One side of an account's play; `adds` is what it adds to the log-odds, against play in which it says nothing."""

    code: str
    text: str
    adds: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons, the strongest first; the action from which it was watched; how far the networks agree; data quality."""

    reasons: tuple[Reason, ...]
    watched_from_action: int | None
    disagreement: float
    actions: int
    unusual: tuple[str, ...]
    caution: str


def explain(model: Model, windows: Windows, ranges: Mapping[str, list[float]], config: LimitConfig) -> Explanation:
    """The explanation of the one account in `windows`."""
    silenced = together([windows, *(_silenced(model, windows, code) for code in REASONS)])
    scores = model.ensemble.scores(silenced)
    members, without = scores[:, 0], scores.mean(axis=0)[1:]
    score = float(members.mean())
    running = model.ensemble.running(windows)[0]
    actions = int(windows.mask.sum())
    early = np.flatnonzero(running[:actions] >= model.limits.watch)
    strange = unusual(ranges, windows, np.array([score]))
    spread = float(members.std())
    return Explanation(
        reasons=tuple(sorted(_reasons(score, without), key=lambda reason: -reason.adds)),
        watched_from_action=int(early[0]) + 1 if len(early) and score >= model.limits.watch else None,
        disagreement=spread,
        actions=actions,
        unusual=strange,
        caution=_caution(actions, spread, strange, config),
    )


def unusual(ranges: Mapping[str, list[float]], windows: Windows, score: Array) -> tuple[str, ...]:
    """What lies outside all that was seen before release: there the score is a guess, and a person should look."""
    found = {name: float(values[0]) for name, values in figures(windows, score).items()}
    return tuple(name for name, value in found.items() if not ranges[name][0] <= value <= ranges[name][1])


def _reasons(score: float, without: Array) -> list[Reason]:
    found = zip(REASONS.items(), without.tolist(), strict=True)
    return [Reason(code, text, score - silent) for (code, text), silent in found]


def _silenced(model: Model, windows: Windows, code: str) -> Windows:
    """The same account with one side of its play made to say nothing."""
    centre = model.ensemble.members[0].centre.numpy()
    numbers, context = windows.numbers.copy(), windows.context.copy()
    street, action = windows.street, windows.action
    real = windows.mask[0] > 0
    if code == "timing":
        numbers[0, real, 0], numbers[0, real, 1] = centre[0], 0.0
    elif code == "order of time":
        log_ms = numbers[0, real, 0]
        mixed = np.random.default_rng(_CHANCE_SEED).permutation(log_ms)
        numbers[0, real, 0] = mixed
        numbers[0, real, 1] = np.diff(mixed, prepend=mixed[:1])
    elif code == "bets":
        numbers[0, real, NUMBERS.index("fraction")] = centre[NUMBERS.index("fraction")]
    elif code == "actions":
        street, action = np.zeros_like(street), np.ones_like(action)
    else:
        context[0] = centre[len(NUMBERS) : len(NUMBERS) + len(CONTEXT)]
    return replace(windows, numbers=numbers, context=context, street=street, action=action)


def _caution(actions: int, disagreement: float, strange: tuple[str, ...], config: LimitConfig) -> str:
    """What the reader must know before acting on it; empty where nothing speaks against the score."""
    told = [f"only {actions} actions, {config.min_actions} are needed"] if actions < config.min_actions else []
    told += [f"the networks disagree by {disagreement:.1f}"] if disagreement > 1.0 else []
    told += [f"never seen before: {', '.join(strange)}"] if strange else []
    return "; ".join(told)
