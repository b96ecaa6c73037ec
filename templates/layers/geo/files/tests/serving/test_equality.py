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

from {{ cookiecutter.package }}.features import NAMES, Sites, compute
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared


def all_proposals(tables: Tables) -> Sites:
    """Every proposal at once, as the evaluation computes sites."""
    asked = tables.proposals
    return compute(
        tables.maps, tables.wells, id=asked["proposal"], east_km=asked["east_km"], north_km=asked["north_km"],
        at=asked["asked_at"],
    )  # fmt: skip


def test_the_service_sees_the_features_that_training_would(
    service: Service, messages: list[dict[str, Any]], tables: Tables, log: io.StringIO
) -> None:
    sites = all_proposals(tables)
    row = {int(number): place for place, number in enumerate(sites.id)}
    for message in messages:
        service.advise(message)
    for entry in map(json.loads, log.getvalue().splitlines()):
        place = row[entry["proposal"]]
        assert [entry["features"][name] for name in NAMES] == sites.values[place].tolist()
        assert entry["data_quality"] == sites.quality[place]


def test_the_service_predicts_as_the_evaluation_does(
    service: Service, messages: list[dict[str, Any]], tables: Tables, finished: Finished
) -> None:
    sites = all_proposals(tables)
    together = finished.model.predict(sites)
    row = {int(number): place for place, number in enumerate(sites.id)}
    for message in messages:
        advice, place = service.advise(message), row[message["id"]]
        assert advice.eur_kbbl == np.exp(together.mean[place])
        assert (advice.low_kbbl, advice.high_kbbl) == (np.exp(together.low[place]), np.exp(together.high[place]))


def test_a_well_asked_about_before_it_was_drilled_gets_what_training_saw(
    service: Service, prepared: Prepared, log: io.StringIO
) -> None:
    for row in range(0, len(prepared.sites.id), 20):
        site = prepared.sites.rows(np.array([row]))
        message = {
            "id": int(site.id[0]), "timestamp": int(site.at[0]), "asked_by": "Ada Example",
            "easting": float(site.east_km[0]) * 1_000, "northing": float(site.north_km[0]) * 1_000,
        }  # fmt: skip
        service.advise(message)
        served = json.loads(log.getvalue().splitlines()[-1])["features"]
        assert [served[name] for name in NAMES] == site.values[0].tolist()


def test_the_stored_model_predicts_the_same_in_a_fresh_process(
    tables: Tables, finished: Finished, project: Path, data: Path, tmp_path: Path
) -> None:
    script = (
        "import sys, numpy as np; from pathlib import Path; "
        "from {{ cookiecutter.package }} import contract, features, model, read; "
        "tables = read.read(Path(sys.argv[2]), contract.load(Path(sys.argv[3]))); asked = tables.proposals; "
        "sites = features.compute(tables.maps, tables.wells, id=asked['proposal'], east_km=asked['east_km'], "
        "north_km=asked['north_km'], at=asked['asked_at']); "
        "found = model.load(Path(sys.argv[1]))[0].predict(sites); "
        "np.save(sys.argv[4], np.stack([found.mean, found.low, found.high]))"
    )
    target = tmp_path / "found.npy"
    arguments = [str(finished.run.folder), str(data), str(project / "data" / "contract.yaml"), str(target)]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, env=environment, timeout=60)
    here = finished.model.predict(all_proposals(tables))
    assert np.array_equal(np.load(target), np.stack([here.mean, here.low, here.high]))
