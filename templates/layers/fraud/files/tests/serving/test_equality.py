"""Serving computes what training computed, bit by bit, and so does a fresh process with the stored model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.policy import ACTIONS, decide
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared


def test_the_service_sees_the_features_the_model_was_trained_on(
    service: Service, messages: list[dict[str, Any]], upcoming: list[int], prepared: Prepared, log: Any
) -> None:
    for message in messages:
        service.decide(message)
    served = [json.loads(line)["features"] for line in log.getvalue().splitlines()]
    for row, features in zip(upcoming, served, strict=True):
        values = np.array([np.nan if features[name] is None else features[name] for name in NAMES])
        assert np.array_equal(values, prepared.features.values[row], equal_nan=True), features


def test_the_service_decides_as_the_evaluation_did(
    service: Service, messages: list[dict[str, Any]], upcoming: list[int], prepared: Prepared, finished: Finished
) -> None:
    probability = finished.model.classifier.probability(prepared.features.values[upcoming])
    wanted = decide(probability, finished.model.thresholds)
    decisions = [service.decide(message) for message in messages]
    assert [decision.score for decision in decisions] == probability.tolist()
    assert [decision.wanted for decision in decisions] == [ACTIONS[action] for action in wanted]
    assert {decision.wanted for decision in decisions} >= {"approve", "block"}


def test_the_stored_model_scores_the_same_in_a_fresh_process(
    prepared: Prepared, finished: Finished, upcoming: list[int], project: Path, tmp_path: Path
) -> None:
    values = prepared.features.values[upcoming]
    np.save(tmp_path / "values.npy", values)
    script = (
        "import sys, numpy as np; from pathlib import Path; from {{ cookiecutter.package }} import model; "
        "m, _ = model.load(Path(sys.argv[1])); "
        "np.save(sys.argv[3], m.classifier.probability(np.load(sys.argv[2])))"
    )
    arguments = [str(finished.run.folder), str(tmp_path / "values.npy"), str(tmp_path / "scores.npy")]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, env=environment, timeout=60)
    assert np.array_equal(np.load(tmp_path / "scores.npy"), finished.model.classifier.probability(values))
