"""Spark as the engine: tables are views of a session, a statement's answer is numpy columns again.

The session is made on this machine, unless spark-submit starts the process.
"""

from __future__ import annotations

import os
{% if cookiecutter.kind == "recommender" -%}
import sys
{% endif -%}
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
from pyspark import SparkConf
from pyspark.sql import DataFrame, SparkSession

from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import EngineConfig

_PARTITIONS_PER_THREAD = 4


class Spark:
    """A session with tables of its own; what several of them call by one name stays apart."""

    def __init__(self, engine: EngineConfig) -> None:
        self.session = _running(engine).newSession()
        self._tables: list[str] = []

    def put(self, name: str, columns: Columns) -> None:
        """A table from memory."""
        self._call(name, self.session.createDataFrame(pa.table({key: _arrow(value) for key, value in columns.items()})))

    def read(self, name: str, folder: Path) -> None:
        """A table from a folder of Parquet files, read where and when a statement needs it."""
        self._call(name, self.session.read.parquet(str(folder)))

    def ask(self, sql: str, values: Mapping[str, Any]) -> Columns:
        """The answer to a statement whose parameters are written `:name`."""
        found = self.session.sql(sql, args=dict(values)).toArrow()
        return {name: _plain(found.column(name)) for name in found.column_names}

    def close(self) -> None:
        """Forget the tables; Spark itself ends with the process, because starting it anew takes seconds."""
        while self._tables:
            self.session.catalog.dropTempView(self._tables.pop())

    def _call(self, name: str, table: DataFrame) -> None:
        table.createOrReplaceTempView(name)
        self._tables.append(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _running(engine: EngineConfig) -> SparkSession:
    conf = SparkConf()
    # Where spark-submit has started this process it says so by this name, and its settings count.
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        _settle_here(conf, engine)
    # What the statements mean must not depend on the machine: its time zone, and what happens at a division by nought.
    conf.set("spark.sql.session.timeZone", "UTC")
    conf.set("spark.sql.ansi.enabled", "true")
    session: SparkSession = SparkSession.builder.appName("{{ cookiecutter.package }}").config(conf=conf).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _settle_here(conf: SparkConf, engine: EngineConfig) -> None:
    """Settings of a Spark on this machine."""
{%- if cookiecutter.kind == "recommender" %}
    # Its workers compute factors by this package, with this Python.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf.setIfMissing("spark.executorEnv.PYTHONPATH", str(Path(__file__).parents[1]))
{%- endif %}
    conf.setIfMissing("spark.master", f"local[{engine.threads}]")
    conf.setIfMissing("spark.driver.memory", f"{engine.memory_limit_mb}m")
    conf.setIfMissing("spark.sql.shuffle.partitions", str(engine.threads * _PARTITIONS_PER_THREAD))
    conf.setIfMissing("spark.ui.enabled", "false")
    conf.setIfMissing("spark.ui.showConsoleProgress", "false")


def _arrow(values: Array) -> pa.Array:
    return pa.array(np.ma.getdata(values), mask=np.ma.getmaskarray(values) if np.ma.isMaskedArray(values) else None)


def _plain(column: pa.ChunkedArray) -> Array:
    """As the embedded engine gives it: texts as numpy texts, NaN where a number is absent, decimals as numbers."""
    values = (column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column).to_numpy()
    return np.asarray(values.astype(str) if values.dtype.kind == "O" else values)
