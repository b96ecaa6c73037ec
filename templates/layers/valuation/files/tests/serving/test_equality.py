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

from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse


def test_the_service_sees_the_inputs_the_model_was_judged_on(
    service: Service, messages: list[dict[str, Any]], asked: list[int], prepared: Prepared, log: io.StringIO
) -> None:
    for message in messages:
        service.value(message)
    served = [json.loads(line)["features"] for line in log.getvalue().splitlines()]
    for row, inputs in zip(asked, served, strict=True):
        assert [inputs[name] for name in NAMES] == prepared.features.values[row].tolist()


def test_sales_are_described_the_same_before_anyone_knew_them(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    """A service that lacks the sales of the last days, none of them registered before the last was made."""
    deeds = tables["deeds"]
    late = deeds["sold_on"] > deeds["sold_on"].max() - 5
    assert late.sum() > 3
    with Warehouse({**tables, "deeds": take(deeds, ~late)}, settings.neighbourhood, settings.engine) as warehouse:
        homes = tables["properties"]
        for deed, home, day in zip(*(deeds[name][late] for name in ("deed", "property", "sold_on")), strict=True):
            place = int(np.flatnonzero(homes["property"] == home)[0])
            row = {name: values[place].item() for name, values in homes.items()}
            found = warehouse.question({**row, "subject": int(deed), "valued_on": int(day)})
            wanted = prepared.features.rows(prepared.features.subject == deed)
            assert found.values.tolist() == wanted.values.tolist()


def test_the_service_values_as_the_evaluation_did(
    service: Service, messages: list[dict[str, Any]], asked: list[int], prepared: Prepared, finished: Finished
) -> None:
    wanted = finished.model.value(prepared.features.rows(np.array(asked)))
    answers = [service.value(message) for message in messages]
    assert [answer.value_eur for answer in answers] == wanted.value.tolist()
    assert [answer.low_eur for answer in answers] == wanted.low.tolist()
    assert [answer.high_eur for answer in answers] == wanted.high.tolist()


def test_a_row_is_valued_the_same_alone_and_among_others(prepared: Prepared, finished: Finished) -> None:
    values = prepared.features.values[:700]
    together = finished.model.predict(values)
    for row in (0, 1, 255, 256, 699):
        alone = finished.model.predict(values[row : row + 1])
        assert (alone.expected[0], alone.spread[0]) == (together.expected[row], together.spread[row])


def test_the_stored_model_values_the_same_in_a_fresh_process(
    prepared: Prepared, finished: Finished, asked: list[int], project: Path, tmp_path: Path
) -> None:
    values = prepared.features.values[asked]
    np.save(tmp_path / "values.npy", values)
    script = (
        "import sys, numpy as np; from pathlib import Path; from {{ cookiecutter.package }} import model; "
        "m, _ = model.load(Path(sys.argv[1])); "
        "np.save(sys.argv[3], m.predict(np.load(sys.argv[2])).expected)"
    )
    arguments = [str(finished.run.folder), str(tmp_path / "values.npy"), str(tmp_path / "found.npy")]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, env=environment, timeout=120)
    assert np.array_equal(np.load(tmp_path / "found.npy"), finished.model.predict(values).expected)
