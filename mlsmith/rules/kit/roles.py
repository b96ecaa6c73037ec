"""Roles of data and code: is this about training, validation or the test? Told from the names people give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from mlsmith.regex import regex


class Role(StrEnum):
    TRAIN = "training"
    VALIDATION = "validation"
    TEST = "test"

    @property
    def evaluates(self) -> bool:
        return self is not Role.TRAIN


_TOKENS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "fit", "learn", "finetune", "finetuning"), Role.TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "vald", "valset", "valloader"), Role.VALIDATION),
    **dict.fromkeys(
        ("test", "testing", "eval", "evaluate", "evaluation", "evaluating", "holdout", "infer", "inference", "predict", "prediction",
         "predictions", "serve", "serving", "generate", "demo", "score", "benchmark"), Role.TEST,
    ),
}  # fmt: skip
_GLUED = regex(r"^(train|valid|val|test|eval)(?=loader|set|data|ds|dl|gen|iter|dataset|dataloader|generator|x|y)")
_SPLIT = regex(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])")
_NO_ROLES: frozenset[Role] = frozenset()
_MODES = frozenset({"fit", "learn", "tr", "dev", "score", "demo", "generate", "benchmark"})
"""Tokens too common to count unless they stand first or alone, and `tr` last: `score_tr`."""


@lru_cache(maxsize=16_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: `valLoader_2` → `val`, `loader`, `2`."""
    if name.islower() and name.isascii() and name.replace("_", "").isalpha():
        return tuple([part for part in name.split("_") if part])  # as nearly all names are
    return tuple(part.lower() for part in _SPLIT.split(name) if part)


@lru_cache(maxsize=16_000)
def role_of_name(name: str) -> Role | None:
    """The role a name speaks of; None where it speaks of none or of two (`train_test_split`)."""
    found = roles_of_name(name)
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=16_000)
def roles_of_name(name: str) -> frozenset[Role]:
    """All roles a name speaks of. `pretrain`, `trained`, `latest`, `contest` are none; `train_val` are two."""
    found: set[Role] = set()
    words = tokens(name)
    for position, word in enumerate(words):
        role = _TOKENS.get(word)
        if role is None:
            glued = _GLUED.match(word)
            role = _TOKENS[glued.group(1)] if glued else None
        if role is not None and (word not in _MODES or position == 0 or (word == "tr" and position == len(words) - 1)):
            found.add(role)
    return frozenset(found) if found else _NO_ROLES


def roles_in_settings(said: Mapping[str, Sequence[str]]) -> dict[str, frozenset[Role]]:
    """Name → roles, from `[tool.mlsmith.roles]`."""
    found: dict[str, frozenset[Role]] = {}
    if not said:
        return found  # as nearly always
    for role, names in zip(Role, (said.get(key, ()) for key in ("train", "validation", "test")), strict=True):
        for name in names:
            found[name] = found.get(name, _NO_ROLES) | {role}
    return found
