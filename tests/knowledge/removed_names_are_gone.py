"""The tables of removed names against the installed libraries; a library that is not installed is skipped.

`just check-knowledge` runs this where scikit-learn, pandas, NumPy, PyTorch, Keras, TensorFlow, Lightning or Transformers are installed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import inspect
from typing import Any

import pytest

from mlsmith.rules.kit.removals import Removal, parts, removals

ENTRIES = [removal for table in removals().values() for removal in table.values()]


def _installed(removal: Removal) -> tuple[int, ...]:
    for distribution in removal.distributions:
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        numbers = parts(".".join(part for part in version.partition("+")[0].split(".") if part.isdigit()))
        return removal.numbered(distribution, numbers)
    pytest.skip(f"{removal.distribution} is not installed")


def _found(name: str) -> Any:
    """What a dotted name means; `X()` is an instance, of which the class is looked at, and readers and the like give a frame."""
    import_name, _, rest = _spelled(name).partition(".")
    value: Any = importlib.import_module(import_name)
    walked = import_name
    for word in rest.split("."):
        bare = word.removesuffix("()")
        walked = f"{walked}.{bare}"
        try:
            value = getattr(value, bare)
        except AttributeError:
            value = importlib.import_module(walked)
        if word.endswith("()") and not inspect.isclass(value):
            value = importlib.import_module("pandas").DataFrame
    return value


def _spelled(name: str) -> str:
    """The kit has one name for Lightning, which may be installed under the other."""
    if name.startswith("lightning.") and importlib.util.find_spec("lightning") is None:
        return name.replace("lightning.pytorch", "pytorch_lightning", 1)
    return name


def _is_there(removal: Removal) -> bool:
    try:
        value = _found(removal.name)
    except (ImportError, AttributeError):
        return False
    if removal.argument:
        return removal.argument in inspect.signature(value).parameters
    return not (inspect.isfunction(value) and "is now removed" in inspect.getsource(value))  # what is left of it only raises


@pytest.mark.parametrize("removal", ENTRIES, ids=lambda r: f"{r.name}-{r.argument}")
def test_a_removed_name_is_gone_and_what_takes_a_removed_argument_exists(removal: Removal) -> None:
    if _installed(removal) < parts(removal.removed):
        pytest.skip("the installed version still has it")
    assert not _is_there(removal)
    if removal.argument:
        _found(removal.name)


@pytest.mark.parametrize("removal", [r for r in ENTRIES if r.renamed], ids=lambda r: f"{r.name}-{r.argument}")
def test_the_name_to_rename_to_exists(removal: Removal) -> None:
    _installed(removal)
    if removal.argument:
        assert removal.instead in inspect.signature(_found(removal.name)).parameters
    elif removal.instead not in ("int", "float", "complex", "object", "str"):
        owner = removal.name.rpartition(".")[0]
        assert hasattr(_found(owner) if "." in owner else importlib.import_module(owner), removal.instead.rpartition(".")[2])


def test_versions_are_in_order() -> None:
    assert all(parts(removal.deprecated) <= parts(removal.removed) for removal in ENTRIES)
