"""Tables as Parquet, `<table>/<part>.parquet`: written part by part, read whole and under contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Table, require
from {{ cookiecutter.package }}.record import write_atomically


def write(tables: Mapping[str, Columns], folder: Path, *, part: int = 0) -> None:
    """Write one part of each table."""
    with duckdb.connect(":memory:") as database:
        for name, columns in tables.items():
            target = folder / name / f"{part:05}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            database.register("columns", columns)
            database.table("columns").write_parquet(str(target))


def table(folder: Path) -> Columns:
    """One table from all its parts, unchecked. Raises `FileNotFoundError` where there is none."""
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"no data in {folder}; make some with the command `world`")
    with duckdb.connect(":memory:") as database:
        relation = database.from_parquet(files)
        return {name: _plain(values) for name, values in relation.fetchnumpy().items()}


def delivered(folder: Path, wanted: Mapping[str, Table], *, now: int | None = None) -> dict[str, Columns]:
    """The `wanted` tables, and those of the truth where the world is a made one.

    Raises `ContractViolation` listing every breach of a table, `FileNotFoundError` without data.
    """
    tables = {name: table(folder / name) for name in wanted}
    for name, columns in tables.items():
        require(wanted[name], columns, name=name, now=now)
    return tables | {path.name: table(path) for path in sorted(folder.glob("truth*"))}


def erase(files: Iterable[Path], column: str, value: int) -> int:
    """Take every row with that value out of the files; returns how many rows went."""
    gone = 0
    for path in files:
        new = path.with_suffix(".new")
        with duckdb.connect(":memory:") as database:
            everything = database.from_parquet(str(path))
            kept = everything.filter(f"{column} <> {int(value)}")
            lost = everything.shape[0] - kept.shape[0]
            if lost:
                kept.write_parquet(str(new))
        if lost:
            new.replace(path)
            gone += lost
    return gone


def make(parts: Iterable[Mapping[str, Columns]], folder: Path, *, wanted: str) -> None:
    """Write a made world, unless the `wanted` one is there already, whole."""
    marker = folder / "world.txt"
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    marker.unlink(missing_ok=True)
    for old in sorted(folder.glob("*/*.parquet")):
        old.unlink()
    for number, tables in enumerate(parts):
        write(tables, folder, part=number)
    write_atomically(marker, wanted)


def _plain(values: Any) -> Any:
    """Without a mask where nothing is missing, and texts as numpy texts."""
    if isinstance(values, np.ma.MaskedArray):
        if values.mask.any():
            return values
        values = values.data
    return values.astype(str) if values.dtype.kind == "O" else values
