"""A model on disk: one document sealed by a digest, with that of the file beside it, trusted only as it was saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from {{ cookiecutter.package }}.record import digest, file_digest, write_atomically

NAME = "model.json"
_Model = TypeVar("_Model")


class UnusableModel(ValueError):
    """A stored model that is incomplete, altered or made for other inputs."""


def seal(folder: Path, document: Mapping[str, Any], *, beside: str) -> str:
    """Write the document and what binds it to the file `beside` it; returns the digest that identifies both."""
    whole = {**document, "file": file_digest(folder / beside)}
    identity = digest(whole)
    write_atomically(folder / NAME, json.dumps({**whole, "digest": identity}, indent=1) + "\n")
    return identity


def unseal(folder: Path, *, beside: str, inputs: object) -> dict[str, Any]:
    """The document. Raises `UnusableModel` unless it and the file are just what was saved, and made for `inputs`."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
        claimed = document.pop("digest")
        found = file_digest(folder / beside)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnusableModel(f"no complete model in {folder}: {error}") from error
    if digest(document) != claimed or found != document["file"]:
        raise UnusableModel(f"the model in {folder} is not the one that was saved")
    if document["inputs"] != inputs:
        raise UnusableModel(f"the model in {folder} was trained on other inputs than this code computes")
    return dict(document)


def trusted(
    run: Path, load: Callable[[Path], tuple[_Model, dict[str, Any]]]
) -> tuple[_Model | None, dict[str, Any], str]:
    """Model and reference of a run that is intact and reached the quality bar; else nothing, and why not."""
    try:
        model, reference = load(run)
        found = json.loads((run / "run.json").read_text(encoding="utf-8"))
        passed, name = found["passed"], found["id"]
    except (OSError, ValueError, KeyError) as error:
        return None, {}, str(error)
    return (model, reference, "") if passed else (None, {}, f"run {name} did not reach the quality bar")
