"""Where libraries take the place that they read or write, against the installed ones."""

from __future__ import annotations

import importlib.util
import inspect
from typing import Any

import pytest

from mlsmith.rules.kit.knowledge import storage
from tests.knowledge.installed import found, parameters

_PLACED = [
    *((name, *argument) for table in (storage.READS, storage.WRITES, storage.TABLES, storage.QUERIES) for name, argument in table.items()),
    *(said for table in (storage.WRITTEN_BY_METHOD, storage.WRITTEN_TABLES) for method, said in table.items() if method != "to_gbq"),
]
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def needs(library: str) -> Any:
    return pytest.importorskip(library, reason=f"{library} is not installed")


@pytest.mark.parametrize(("name", "argument", "position"), _PLACED, ids=[name for name, _, _ in _PLACED])
def test_the_place_is_taken_there_under_that_name(name: str, argument: str, position: int) -> None:
    taken = [parameter.name for parameter in parameters(name) if parameter.kind in _POSITIONAL]
    assert taken[position] == argument


def test_spark_reads_and_writes_by_these_words() -> None:
    needs("pyspark")
    from pyspark.sql import DataFrameReader, DataFrameWriter

    for word in storage.SPARK_FORMATS:
        assert callable(getattr(DataFrameReader, word))
    for word in storage.SPARK_WRITES | storage.SPARK_TABLE_WRITES:
        assert callable(getattr(DataFrameWriter, word))


@pytest.mark.parametrize("word", sorted(storage.OBJECT_STORE))
def test_the_object_store_takes_bucket_and_key(word: str) -> None:
    boto3 = needs("boto3")
    client = boto3.client("s3", region_name="eu-north-1", aws_access_key_id="none", aws_secret_access_key="none")
    _, bucket, key = storage.OBJECT_STORE[word]
    if word in storage.OBJECT_STORE_POSITIONS:
        taken = list(inspect.signature(getattr(client, word)).parameters)
        assert (taken.index(bucket), taken.index(key)) == storage.OBJECT_STORE_POSITIONS[word]
    else:
        members = client.meta.service_model.operation_model("".join(part.title() for part in word.split("_"))).input_shape.members
        assert {bucket, key} <= set(members)


def test_what_is_moved_goes_from_src_to_dst() -> None:
    for name in ("os.replace", "os.rename", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile"):
        assert list(inspect.signature(found(name)).parameters)[:2] == ["src", "dst"]


def test_at_least_one_library_was_there() -> None:
    if not any(importlib.util.find_spec(name) for name in ("pandas", "polars", "torch", "duckdb")):
        pytest.skip("none of the libraries is installed")
    assert _PLACED
