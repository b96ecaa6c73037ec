"""A library that may be installed: what one of the kit's names means in it. `X()` is an instance of X, `X().m` its method."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from typing import Any

import pytest

_MADE_BY = {
    "optuna.create_study": "optuna.Study", "optuna.study.create_study": "optuna.Study", "optuna.load_study": "optuna.Study",
    "keras.preprocessing.image.ImageDataGenerator": "tensorflow.keras.preprocessing.image.ImageDataGenerator",
}  # fmt: skip
"""Where the kit's name is a function whose result is meant, or another spelling"""


def found(name: str) -> Any:
    """What a dotted name means; skips where the library is not installed, fails where it has no such thing."""
    for ours, theirs in _MADE_BY.items():
        if name == ours or name.startswith(f"{ours}("):
            name = theirs + name[len(ours) :]
    root, *rest = name.removesuffix("()").split(".")
    if importlib.util.find_spec(root) is None:
        pytest.skip(f"{root} is not installed")
    value, walked = importlib.import_module(root), root
    for word in rest:
        bare = word.removesuffix("()")
        walked = f"{walked}.{bare}"
        if not hasattr(value, bare):
            importlib.import_module(walked)
        value = getattr(value, bare)
    if name.endswith("()"):
        value = value.forward if hasattr(value, "forward") else value.__call__
    return value


def parameters(name: str) -> list[inspect.Parameter]:
    """What a callable takes; skips where it is built in and does not say."""
    try:
        taken = list(inspect.signature(found(name)).parameters.values())
    except ValueError:
        pytest.skip("built in, without a signature")
    if [p.kind for p in taken] == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD] and taken[0].name == "args":
        pytest.skip("dispatches, without a signature of its own")
    return taken[1:] if taken and taken[0].name == "self" else taken
