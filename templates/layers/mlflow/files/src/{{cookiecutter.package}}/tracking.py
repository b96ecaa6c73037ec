"""Runs mirrored to MLflow, where one is configured: `runs/<id>/run.json` stays the record, MLflow is a view of it.

    python3 project.py python -m {{ cookiecutter.package }}.tracking

sends every run that the store does not have yet, such as those that finished while it could not be reached.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from mlflow import MlflowClient

PROJECT = Path(__file__).resolve().parents[2]
LOG = logging.getLogger(__name__)
SHOWN = ("run.json", "MODEL_CARD.md", "report.html")
"""Files of a run that are copied to the store; the model stays where its digest can be checked."""
_RUN = "{{ cookiecutter.package }}.run"
_BATCH = 100


class TrackingConfig(BaseModel):
    """Which store, and the name of the experiment in it; without `uri` nothing is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    uri: str | None
    experiment: str


def load(path: Path) -> TrackingConfig:
    """The configuration in `path`."""
    return TrackingConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def main() -> int:
    """Send the project's runs that the store does not have; 2 is a mistake the user can mend."""
    config = load(PROJECT / "conf" / "tracking.yaml")
    if config.uri is None:
        print("no store is configured: set `uri` in conf/tracking.yaml", file=sys.stderr)
        return 2
    sent = [path.parent.name for path in sorted((PROJECT / "runs").glob("*/run.json")) if send(path.parent, config)]
    print("\n".join([*sent, f"{len(sent)} runs sent to {config.uri}"]))
    return 0


def announce(run: Path, *, project: Path) -> None:
    """Send a run that has just finished, if a store is configured. A store that fails costs no run: it is logged.

    Runs that are not in the project's own folder, as tests make them, are never sent.
    """
    path = project / "conf" / "tracking.yaml"
    if run.parent != project / "runs" or not path.exists():
        return
    config = load(path)
    try:
        send(run, config)
    except Exception as error:
        LOG.warning("run %s is not in %s: %s", run.name, config.uri, error)


def send(run: Path, config: TrackingConfig) -> bool:
    """Mirror a finished run. Returns whether the store had not had it before; never sends one twice."""
    if config.uri is None:
        return False
    client, experiment = _open(config.uri, config.experiment)
    # Only what has been sent to its end counts: one that broke off is sent again.
    if client.search_runs([experiment], f"tags.`{_RUN}` = '{run.name}' and attributes.status = 'FINISHED'"):
        return False
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    mirrored = client.create_run(experiment, run_name=run.name, tags={_RUN: run.name, **tags(document)}).info.run_id
    for name, value in metrics(document["metrics"]):
        client.log_metric(mirrored, name, value)
    values = list(parameters(document["components"].get("configuration", {}).get("values", {})))
    for begin in range(0, len(values), _BATCH):
        _log_parameters(client, mirrored, values[begin : begin + _BATCH])
    for name in SHOWN:
        if (run / name).exists():
            client.log_artifact(mirrored, str(run / name))
    client.set_terminated(mirrored)
    return True


def metrics(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Every number in a run's metrics, by its path: `model.pr_auc`."""
    for key, value in values.items():
        name = prefix + re.sub(r"[^\w. /-]", "_", key)
        if isinstance(value, Mapping):
            yield from metrics(value, f"{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, float(value)


def parameters(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a run's configuration, by its path: `split.test_days`."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from parameters(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def tags(document: Mapping[str, Any]) -> dict[str, str]:
    """What a run was made of, by digests, and whether it reached its bar."""
    components = document["components"]
    found = {
        "passed": document["passed"],
        "commit": components.get("source", {}).get("commit"),
        "configuration": components.get("configuration", {}).get("digest"),
        "data.order": components.get("data", {}).get("order"),
        "model": components.get("model", {}).get("digest"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _open(uri: str, experiment: str) -> tuple[MlflowClient, str]:
    """A client and the experiment's id, made if need be."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # A project reports to nobody unasked.
    # Late: it takes a second, and runs without a store need none of it.
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    known = client.get_experiment_by_name(experiment)
    if known is not None:
        return client, known.experiment_id
    file = uri.removeprefix("sqlite:///")
    place = Path(file).resolve().with_name("mlartifacts").as_uri() if file != uri else None
    return client, client.create_experiment(experiment, artifact_location=place)


def _log_parameters(client: MlflowClient, run_id: str, some: list[tuple[str, str]]) -> None:
    from mlflow.entities import Param

    client.log_batch(run_id, params=[Param(name, value) for name, value in some])


if __name__ == "__main__":
    sys.exit(main())
