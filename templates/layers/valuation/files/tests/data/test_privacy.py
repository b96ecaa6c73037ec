"""Names and addresses stay in the sources; homes appear under keyed names; a person can be erased."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from {{ cookiecutter.package }} import parquet, read
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.warehouse import SQL


def test_no_step_of_the_pipeline_reads_a_personal_column(agreed: Contract) -> None:
    assert agreed.personal() == {"address", "owner_name", "buyer_name"}
    for path in SQL.glob("*.sql"):
        assert not set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) & agreed.personal(), path.name
    assert not set(NAMES) & agreed.personal()


def test_the_warehouse_does_not_even_hold_personal_columns(service: Service, agreed: Contract) -> None:
    held = set(service.warehouse.columns())
    assert "price_eur" in held
    assert not held & (agreed.personal() | {"buyer"})


def test_nothing_a_run_writes_names_a_person(finished: Finished, tables: dict[str, Columns]) -> None:
    names = [*tables["properties"]["owner_name"][:100], *tables["properties"]["address"][:100]]
    for path in sorted(finished.run.folder.iterdir()):
        text = path.read_bytes().decode("utf-8", errors="replace")
        assert not [name for name in names if name in text], path.name


def test_the_prediction_log_knows_homes_by_a_keyed_name_only(
    service: Service, messages: list[dict[str, Any]], log: io.StringIO
) -> None:
    message = {**messages[0], "property": 987_654_321}
    service.value(message)
    assert re.search(r'"property": "[0-9a-f]{16}"', log.getvalue())
    assert "987654321" not in log.getvalue()


def test_erasing_a_person_takes_every_sale_to_them_and_no_other(tables: dict[str, Columns], tmp_path: Path) -> None:
    half = len(tables["deeds"]["deed"]) // 2
    for part, rows in enumerate((slice(None, half), slice(half, None))):
        parquet.write({"deeds": {name: values[rows] for name, values in tables["deeds"].items()}}, tmp_path, part=part)
    buyers, counts = np.unique(tables["deeds"]["buyer"], return_counts=True)
    buyer, sales = int(buyers[counts.argmax()]), int(counts.max())
    assert read.forget(tmp_path, buyer=buyer) == sales > 1
    left = parquet.table(tmp_path / "deeds")
    assert buyer not in left["buyer"]
    assert len(left["deed"]) == len(tables["deeds"]["deed"]) - sales
