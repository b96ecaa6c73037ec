"""Serving computes what training computed, bit by bit, and so does a fresh process with the stored model."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared

Message = dict[str, Any]


def test_events_as_they_arrive_give_the_features_and_scores_of_training(
    service: Service, events: list[Message], questions: list[Message], upcoming: list[int], prepared: Prepared,
    finished: Finished, log: io.StringIO,
) -> None:  # fmt: skip
    assert {"layout 1" if "id" in event else "layout 2" for event in events} == {"layout 2"}
    for event in events:
        service.receive(event)
    predictions = [service.predict(question) for question in questions]
    served = [json.loads(line)["features"] for line in log.getvalue().splitlines()]
    for row, features in zip(upcoming, served, strict=True):
        values = np.array([np.nan if features[name] is None else features[name] for name in FEATURES])
        assert np.array_equal(values, prepared.features.values[row], equal_nan=True), features
    expected = finished.model.classifier.probability(prepared.features.values[upcoming])
    assert [prediction.score for prediction in predictions] == expected.tolist()


def test_old_and_new_layout_arrive_as_the_same_rows(
    service: Service, tables: Any, as_sent: Any, prepared: Prepared
) -> None:
    rows = tables["raw_events"]
    user_id = int(prepared.features.user_id[5])
    own = np.flatnonzero(rows["user_id"] == user_id)
    before = service.warehouse.features(only=user_id)
    service.warehouse.database.execute("DELETE FROM raw_events WHERE user_id = ?", [user_id])
    messages = [as_sent(rows, int(row)) for row in own]
    assert any("seconds" in message for message in messages)
    for message in messages:
        service.receive(message)
    after = service.warehouse.features(only=user_id)
    assert np.array_equal(before.values, after.values, equal_nan=True)
    assert np.array_equal(before.heard, after.heard)


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
