"""Serving computes what training computed, bit by bit, and so does a fresh process with the stored model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import features, limits
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import encode
from {{ cookiecutter.package }}.parquet import write
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared

PARTS = ("account", "until", "street", "action", "numbers", "mask", "context")


def test_the_service_sees_the_windows_the_model_was_evaluated_on(
    service: Service, messages: list[dict[str, Any]], prepared: Prepared
) -> None:
    trained = prepared.test.windows
    for message in messages:
        service.judge(message)
        served = encode(*service.memory.around(message["player"]))
        mine = trained.rows(trained.account == message["player"])
        for part in PARTS:
            assert np.array_equal(getattr(served.rows(served.account == message["player"]), part), getattr(mine, part))


def test_the_service_judges_as_the_evaluation_did(
    service: Service, messages: list[dict[str, Any]], prepared: Prepared, finished: Finished
) -> None:
    windows = prepared.test.windows
    scores = finished.model.ensemble.score(windows)
    found = limits.decide(scores, windows.mask.sum(axis=1), finished.model.limits, service.config.limit)
    for message in messages:
        verdict = service.judge(message)
        row = int(np.searchsorted(windows.account, message["player"]))
        assert verdict.score == scores[row]
        assert verdict.verdict == limits.VERDICTS[found[row]]


def test_a_row_scores_the_same_alone_and_among_others(prepared: Prepared, finished: Finished) -> None:
    windows, ensemble = prepared.test.windows, finished.model.ensemble
    together = ensemble.score(windows)
    alone = [float(ensemble.score(windows.rows(np.array([row])))[0]) for row in range(0, len(windows), 29)]
    assert alone == together[::29].tolist()


def test_the_stored_model_scores_the_same_in_a_fresh_process(
    tables: dict[str, dict[str, Array]], finished: Finished, project: Path, tmp_path: Path
) -> None:
    chosen = tables["sessions"]["began_at"] < tables["sessions"]["began_at"].min() + 3 * 86_400
    sessions = {name: values[chosen] for name, values in tables["sessions"].items()}
    kept = np.isin(tables["actions"]["session"], sessions["session"])
    actions = {name: values[kept] for name, values in tables["actions"].items()}
    write({"sessions": sessions, "actions": actions}, tmp_path)
    script = (
        "import json, sys; from pathlib import Path; from {{ cookiecutter.package }} import features, model, parquet; "
        "folder = Path(sys.argv[2]); m, _ = model.load(Path(sys.argv[1])); "
        "w = features.encode(parquet.table(folder / 'sessions'), parquet.table(folder / 'actions')); "
        "print(json.dumps(m.ensemble.score(w).tolist()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script, str(finished.run.folder), str(tmp_path)]
    done = subprocess.run(command, check=True, env=environment, timeout=120, capture_output=True, text=True)
    here = finished.model.ensemble.score(features.encode(sessions, actions))
    assert json.loads(done.stdout) == here.tolist()
