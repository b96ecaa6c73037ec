"""The contract holds for the made world, and every kind of breach is seen."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from {{ cookiecutter.package }} import read
from {{ cookiecutter.package }}.contract import Contract, ContractViolation
from {{ cookiecutter.package }}.fields import Archive

Change = Callable[[Path], Any]


def _set(name: str, part: tuple[Any, ...], value: float) -> Change:
    def change(folder: Path) -> None:
        zarr.open_group(folder / "fields.zarr", mode="r+")[name][part] = value

    return change


def _again(name: str, values: Callable[[np.ndarray], np.ndarray], axes: tuple[str, ...] | None = None) -> Change:
    def change(folder: Path) -> None:
        group = zarr.open_group(folder / "fields.zarr", mode="r+")
        old, names = np.asarray(group[name][:]), group[name].metadata.dimension_names
        del group[name]
        new = values(old)
        group.create_array(name, shape=new.shape, dtype=new.dtype, dimension_names=axes or names)[:] = new

    return change


def _gone(folder: Path) -> None:
    del zarr.open_group(folder / "fields.zarr", mode="r+")["relief"]


def _text(old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        path = folder / "stations.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    return change


BREACHES: dict[str, Change] = {
    "satellite: 230 is outside 0 to 1": _set("satellite", (3, 0, 0), 230.0),
    "observed: -999 is outside": _set("observed", (5, 2), -999.0),
    "reanalysis: .* missing, at most": _set("reanalysis", (7, 1, 1), float("nan")),
    "satellite: axes .row, column, hour. found": _again("satellite", lambda old: old.T, ("row", "column", "hour")),
    "reanalysis: number expected, int64": _again("reanalysis", lambda old: old.astype(np.int64)),
    "observed: .* along hour": _again("observed", lambda old: old[:-5]),
    "relief: the field is missing": _gone,
    "cloud: the contract does not know": lambda folder: zarr.open_group(folder / "fields.zarr", mode="r+").create_array(
        "cloud", shape=(2,), dtype="f4"
    ),
    "station: 1 values repeat": _text("\n2,", "\n1,"),
    "row: station at 400": _text("\n1,", "\n1,400,3,someone\r\n99,"),
}


def test_the_made_world_keeps_the_contract(data: Path, agreed: Contract) -> None:
    assert read.read(data, agreed).hours > 0


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(data: Path, agreed: Contract, tmp_path: Path, expected: str) -> None:
    broken = Path(shutil.copytree(data, tmp_path / "broken"))
    BREACHES[expected](broken)
    with pytest.raises(ContractViolation, match=expected):
        read.read(broken, agreed)


def test_old_data_is_seen(data: Path, agreed: Contract, archive: Archive) -> None:
    newest = archive.hours - 1
    assert read.read(data, agreed, now=newest + 1).hours == archive.hours
    with pytest.raises(ContractViolation, match="9 hours old"):
        read.read(data, agreed, now=newest + 9)


def test_without_data_the_message_says_what_to_do(tmp_path: Path, agreed: Contract) -> None:
    with pytest.raises(FileNotFoundError, match="`world`"):
        read.read(tmp_path, agreed)
