"""A run in MLflow says what run.json says, is there once, and a store that fails costs no run."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from pydantic import ValidationError

from {{ cookiecutter.package }} import record, tracking
from {{ cookiecutter.package }}.tracking import TrackingConfig

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TrackingConfig:
    """An empty store of its own."""
    return TrackingConfig(uri=f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db", experiment="test")


def mirrored(store: TrackingConfig, run: str) -> list[Any]:
    """The store's runs of that name."""
    client = MlflowClient(store.uri)
    experiment = client.get_experiment_by_name(store.experiment)
    found = client.search_runs([experiment.experiment_id]) if experiment else []
    return [one for one in found if one.info.run_name == run]


def test_the_store_says_what_the_record_says(finished: Any, store: TrackingConfig, tmp_path: Path) -> None:
    assert tracking.send(finished.run.folder, store)
    (found,) = mirrored(store, finished.run.id)
    document = json.loads((finished.run.folder / "run.json").read_text(encoding="utf-8"))
    assert found.data.metrics == dict(tracking.metrics(document["metrics"]))
    assert len(found.data.metrics) > 3
    components = document["components"]
    assert found.data.params == dict(tracking.parameters(components["configuration"]["values"]))
    assert found.data.params["seed"] == str(components["configuration"]["values"]["seed"])
    assert found.data.tags["configuration"] == components["configuration"]["digest"]
    assert found.info.status == "FINISHED"
    copy = MlflowClient(store.uri).download_artifacts(found.info.run_id, "run.json", str(tmp_path))
    assert record.file_digest(Path(copy)) == record.file_digest(finished.run.folder / "run.json")


def test_a_run_is_sent_once(finished: Any, store: TrackingConfig) -> None:
    tracking.send(finished.run.folder, store)
    assert not tracking.send(finished.run.folder, store)
    assert len(mirrored(store, finished.run.id)) == 1


def test_a_finished_run_of_the_project_is_sent_and_one_from_elsewhere_is_not(
    store: TrackingConfig, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "conf").mkdir(parents=True)
    text = f"uri: {store.uri}\nexperiment: {store.experiment}\n"
    (project / "conf" / "tracking.yaml").write_text(text, encoding="utf-8")
    for runs, times in ((project / "runs", 1), (tmp_path / "elsewhere", 0)):
        run = record.start(runs, configuration="c" * 64)
        record.finish(run, project=project, components={}, metrics={"model": {"error": 0.25}}, passed=True)
        found = mirrored(store, run.id)
        assert [one.data.metrics for one in found] == [{"model.error": 0.25}] * times


def test_a_store_that_fails_costs_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "conf").mkdir()
    text = f"uri: sqlite:///{tmp_path}/conf/tracking.yaml\nexperiment: test\n"
    (tmp_path / "conf" / "tracking.yaml").write_text(text, encoding="utf-8")
    run = record.start(tmp_path / "runs", configuration="c" * 64)
    with caplog.at_level(logging.WARNING, logger=tracking.__name__):
        path = record.finish(run, project=tmp_path, components={}, metrics={}, passed=True)
    assert path.exists()
    assert any(run.id in entry.getMessage() for entry in caplog.records if entry.name == tracking.__name__)


def test_nothing_is_sent_unasked_and_mlflow_is_not_even_imported() -> None:
    script = (
        "import sys; from {{ cookiecutter.package }} import tracking; "
        "config = tracking.TrackingConfig(uri=None, experiment='test'); "
        "print(tracking.send(tracking.PROJECT, config), 'mlflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
    )  # fmt: skip
    assert done.stdout.split() == ["False", "False"]


def test_only_numbers_become_metrics_under_names_the_store_takes() -> None:
    values = {"model": {"a b%": 1, "passed": True, "why": ["x"]}, "loss": 0.5}
    assert dict(tracking.metrics(values)) == {"model.a b_": 1.0, "loss": 0.5}


def test_the_configuration_refuses_unknown_keys(tmp_path: Path) -> None:
    (tmp_path / "tracking.yaml").write_text("uri: null\nexperiment: test\nurl: typo\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="url"):
        tracking.load(tmp_path / "tracking.yaml")
