"""Serving computes what training computed, bit by bit, and so does a fresh process with the stored model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import from_message
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared


def test_a_message_holds_what_the_archive_holds(
    messages: list[dict[str, Any]], archive: Archive, hours: list[int], service: Service
) -> None:
    for message, hour in zip(messages[1:], hours, strict=True):
        snapshot = from_message(message, archive, service.contract)
        assert np.array_equal(snapshot.satellite, np.asarray(archive.satellite[hour]), equal_nan=True)
        assert np.array_equal(snapshot.observed, np.asarray(archive.observed[hour]), equal_nan=True)


def test_the_service_forecasts_as_the_evaluation_did(
    service: Service, messages: list[dict[str, Any]], hours: list[int], finished: Finished, archive: Archive
) -> None:
    service.answer(messages[0])
    for message, hour in zip(messages[1:], hours, strict=True):
        for farm in service.answer(message).farms:
            one = finished.assessment.judged[farm.lead]
            at = int(np.flatnonzero(one.hours == hour)[0])
            place = int(np.flatnonzero(archive.stations.station == farm.station)[0])
            cell = (at, archive.stations.row[place], archive.stations.column[place])
            speed, width = float(one.speed[cell]), float(one.halfwidth[cell])
            assert farm.speed == speed
            assert (farm.low, farm.high) == (max(speed - width, 0.0), speed + width)
            assert farm.seen == (not one.unseen[cell])


def test_the_stored_model_is_the_trained_one(
    finished: Finished, model: Model, prepared: Prepared, hours: list[int]
) -> None:
    stored, reference = models.load(finished.run.folder)
    assert reference == finished.normal.plain()
    assert stored.configuration == model.configuration
    for lead in (0, 1, 6):
        one, other = (each.forecast(prepared.scene(hours[0]), lead) for each in (model, stored))
        assert np.array_equal(one.speed, other.speed)
        assert np.array_equal(one.halfwidth, other.halfwidth)


def test_the_stored_model_forecasts_the_same_in_a_fresh_process(
    finished: Finished,
    model: Model,
    prepared: Prepared,
    hours: list[int],
    project: Path,
    settings: Config,
    tmp_path: Path,
) -> None:
    found = prepared.scene(hours[0])
    np.savez(tmp_path / "scene.npz", channels=found.channels, support=found.support, steering=found.steering)
    script = (
        "import sys, numpy as np, torch; from pathlib import Path; from {{ cookiecutter.package }} import model; "
        "from {{ cookiecutter.package }}.features import Scene; torch.set_num_threads(int(sys.argv[4])); "
        "s = np.load(sys.argv[2]); m, _ = model.load(Path(sys.argv[1])); "
        "scene = Scene(0, s['channels'], s['support'], tuple(s['steering'].tolist())); "
        "np.save(sys.argv[3], m.forecast(scene, 3).speed)"
    )
    arguments = [finished.run.folder, tmp_path / "scene.npz", tmp_path / "speed.npy", settings.engine.threads]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    subprocess.run([sys.executable, "-c", script, *map(str, arguments)], check=True, env=environment, timeout=120)
    assert np.array_equal(np.load(tmp_path / "speed.npy"), model.forecast(found, 3).speed)
