"""What diff says of a library's default is what the installed library says; without the library there is nothing to compare."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from mlsmith.revisions.meaning_of_calls import DEFAULTS, default_of


@pytest.mark.parametrize("callee", DEFAULTS)
def test_a_default_is_the_librarys(callee: str) -> None:
    module, _, name = callee.rpartition(".")
    try:
        found: Any = getattr(importlib.import_module(module), name)
    except ImportError:
        pytest.skip(f"{module} is not installed")
    signature = inspect.signature(found.__init__ if inspect.isclass(found) and name == "LSTM" else found)
    told = {argument: signature.parameters[argument].default for argument in DEFAULTS[callee] if argument in signature.parameters}
    assert told == {argument: value for argument, value in DEFAULTS[callee].items() if argument in told}
    assert told or name == "LSTM"  # which hands its arguments on


def test_a_default_is_told_as_source() -> None:
    assert default_of("torch.optim.AdamW", "weight_decay") == "0.01"
    assert default_of("sklearn.metrics.f1_score", "average") == "'binary'"
    assert default_of("torch.utils.data.DataLoader", "shuffle") == "False"
    assert default_of("torch.optim.AdamW", "nothing") is None
