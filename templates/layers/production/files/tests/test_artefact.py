"""A stored model is used as it was saved or not at all, and serves only if its run reached the bar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from {{ cookiecutter.package }}.artefact import NAME, UnusableModel, seal, trusted, unseal

DOCUMENT = {"inputs": ["age", "amount"], "offset": 0.25, "reference": {"share": 0.5}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stored model."""
    (tmp_path / "weights.txt").write_text("1 2 3", encoding="utf-8")
    seal(tmp_path, DOCUMENT, beside="weights.txt")
    return tmp_path


def load(folder: Path, inputs: object = ("age", "amount")) -> tuple[float, dict[str, Any]]:
    """As a kind of model loads itself."""
    document = unseal(folder, beside="weights.txt", inputs=list(inputs) if isinstance(inputs, tuple) else inputs)
    return document["offset"], document["reference"]


def test_what_is_loaded_is_what_was_saved(folder: Path) -> None:
    document = unseal(folder, beside="weights.txt", inputs=DOCUMENT["inputs"])
    assert {name: document[name] for name in DOCUMENT} == DOCUMENT


def test_equal_models_have_one_identity_and_others_another(folder: Path) -> None:
    identities = [seal(folder, {**DOCUMENT, "offset": offset}, beside="weights.txt") for offset in (0.25, 0.25, 0.5)]
    (folder / "weights.txt").write_text("1 2 4", encoding="utf-8")
    identities.append(seal(folder, DOCUMENT, beside="weights.txt"))
    assert [identities.index(one) for one in identities] == [0, 0, 2, 3]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (NAME, None, "no complete model"),
        ("weights.txt", None, "no complete model"),
        (NAME, "{", "no complete model"),
        (NAME, "[]", "no complete model"),
        ("weights.txt", "1 2 4", "not the one that was saved"),
    ],
)
def test_a_model_that_is_missing_or_altered_is_refused(
    folder: Path, name: str, text: str | None, expected: str
) -> None:
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(UnusableModel, match=expected):
        load(folder)


def test_a_document_that_was_edited_is_refused(folder: Path) -> None:
    text = (folder / NAME).read_text(encoding="utf-8")
    (folder / NAME).write_text(text.replace("0.25", "0.26"), encoding="utf-8")
    with pytest.raises(UnusableModel, match="not the one that was saved"):
        load(folder)


def test_a_model_for_other_inputs_is_refused(folder: Path) -> None:
    with pytest.raises(UnusableModel, match="trained on other inputs"):
        load(folder, ("amount", "age"))


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"id": "r1", "passed": True}, ""),
        ({"id": "r1", "passed": False}, "run r1 did not reach the quality bar"),
        ({"id": "r1"}, "'passed'"),
        (None, "run.json"),
    ],
)
def test_only_a_run_that_is_on_record_and_reached_its_bar_is_trusted(
    folder: Path, found: dict[str, object] | None, problem: str
) -> None:
    if found is not None:
        (folder / "run.json").write_text(json.dumps(found), encoding="utf-8")
    model, reference, why = trusted(folder, load)
    assert (model, reference) == ((None, {}) if problem else (0.25, {"share": 0.5}))
    assert problem in why
    assert bool(why) == bool(problem)
