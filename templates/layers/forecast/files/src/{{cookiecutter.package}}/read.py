"""The door for data: fields from a chunked store or from a message, checked against the contract before anyone uses
them.

The store is a Zarr group: one array a field, its axes named, one chunk a block of hours. It is read chunk by chunk,
so that an archive of terabytes needs no more memory than the made world. Real data enters here: write your images,
observations and reanalysis with `Writer`, or lay them out as `data/contract.yaml` says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import zarr

from {{ cookiecutter.package }}.chunks import Chunks
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check_age, check_shape, check_values
from {{ cookiecutter.package }}.fields import Archive, Array, Snapshot, Stations
from {{ cookiecutter.package }}.world import Block, Place

_HOURLY = ("satellite", "observed", "reanalysis")
_TRUTH = ("speed", "steering")
_STATION = ("station", "row", "column", "observer")
_AXES = {
    "satellite": ("hour", "row", "column"), "reanalysis": ("hour", "row", "column"), "observed": ("hour", "station"),
    "speed": ("hour", "row", "column"), "steering": ("hour", "axis"), "relief": ("row", "column"),
}  # fmt: skip


class Writer:
    """Writes an archive block by block; nothing but the block at hand is in memory."""

    def __init__(self, folder: Path, where: Place, *, hours: int) -> None:
        self._hours = hours
        self._group: Any = zarr.open_group(folder / "fields.zarr", mode="w")
        self._store("relief", where.relief, chunk=where.relief.shape[0])[:] = where.relief
        columns = [getattr(where.stations, name) for name in _STATION]
        with (folder / "stations.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_STATION, *zip(*columns, strict=True)])

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._group.store.close()

    def add(self, block: Block) -> None:
        """The next hours."""
        for name in (*_HOURLY, *_TRUTH):
            values = getattr(block, name)
            if name not in self._group:
                self._store(name, values, chunk=len(values))
            self._group[name][block.begins : block.begins + len(values)] = values

    def _store(self, name: str, values: Array, *, chunk: int) -> Any:
        whole = self._hours if _AXES[name][0] == "hour" else len(values)
        return self._group.create_array(
            name, shape=(whole, *values.shape[1:]), chunks=(chunk, *values.shape[1:]), dtype=values.dtype,
            dimension_names=_AXES[name],
        )  # fmt: skip


def read(folder: Path, contract: Contract, *, now: float | None = None, block: int = 48) -> Archive:
    """The archive in `folder`, opened lazily. Raises `ContractViolation` listing every breach, `FileNotFoundError`
    without data. With `now` (hours) the newest hour's age is checked too."""
    if not (folder / "fields.zarr").exists():
        raise FileNotFoundError(f"no data in {folder}; make some with the command `world`")
    group: Any = zarr.open_group(folder / "fields.zarr", mode="r")
    stations = _stations(folder / "stations.csv")
    breaches = list(_check(group, stations, contract, block=block))
    if now is not None and not breaches:
        breaches += check_age(contract, group["satellite"].shape[0] - 1, now)
    if breaches:
        raise ContractViolation(breaches)
    arrays = {name: Chunks(group[name], block=block) for name in (*_HOURLY, *_TRUTH) if name in group}
    return Archive(relief=np.asarray(group["relief"][:]), stations=stations, **arrays)


def from_message(message: Mapping[str, Any], archive: Archive, contract: Contract) -> Snapshot:
    """An hour from a message: `hour`, `satellite` (rows of brightness, null where unseen), `stations` (number: m/s).

    Raises `ContractViolation` saying what is wrong with it.
    """
    if absent := sorted({"hour", "satellite", "stations"} - set(message)):
        raise ContractViolation([f"message: {name} is missing" for name in absent])
    if not isinstance(message["hour"], int) or not isinstance(message["stations"], Mapping):
        raise ContractViolation(["message: hour must be a whole number and stations a mapping"])
    try:
        image = np.array(message["satellite"], dtype=np.float32)
        reports = {int(name): float(value) for name, value in message["stations"].items()}
    except (TypeError, ValueError) as error:
        raise ContractViolation(["message: satellite must be rows of numbers, stations must be numbers"]) from error
    if image.shape != archive.relief.shape:
        raise ContractViolation([f"message: an image of {image.shape} came, the region has {archive.relief.shape}"])
    numbers = archive.stations.station.tolist()
    if strays := sorted(set(reports) - set(numbers)):
        raise ContractViolation([f"message: station {strays[0]} is not known"])
    observed = np.array([reports.get(number, np.nan) for number in numbers], dtype=np.float32)
    given = {"satellite": image, "observed": observed}
    breaches = [found for name, values in given.items() for found in check_values(name, contract.fields[name], values)]
    if breaches:
        raise ContractViolation(breaches)
    return Snapshot(message["hour"], image, observed)


def erase(folder: Path, *, observer: str) -> int:
    """Forget a person: the stations of an observer and all they ever reported. Returns how many stations there
    were."""
    stations = _stations(folder / "stations.csv")
    gone = np.flatnonzero(stations.observer == observer)
    group: Any = zarr.open_group(folder / "fields.zarr", mode="r+")
    for position in gone.tolist():
        group["observed"][:, position] = np.nan
    kept = np.where(stations.observer == observer, "", stations.observer)
    columns = [stations.station, stations.row, stations.column, kept]
    with (folder / "stations.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_STATION, *zip(*columns, strict=True)])
    return len(gone)


def _check(group: Any, stations: Stations, contract: Contract, *, block: int) -> Iterator[str]:
    size: dict[str, int] = {}
    for name, field in contract.fields.items():
        if name in _STATION:
            values = getattr(stations, name)
            breaches = [
                *check_shape(name, field, ("station",), size, values.shape), *check_values(name, field, values)
            ]  # fmt: skip
        elif name not in group:
            breaches = [f"{name}: the field is missing"]
        else:
            array = group[name]
            breaches = list(check_shape(name, field, tuple(array.metadata.dimension_names or ()), size, array.shape))
            for begin in range(0, array.shape[0], block) if not breaches else ():
                breaches += check_values(name, field, np.asarray(array[begin : begin + block]))
        yield from (f"{breach} (ask {field.owner})" for breach in breaches[:3])
    for axis, places in (("row", stations.row), ("column", stations.column)):
        if len(places) and places.max() >= size.get(axis, 0):
            yield f"{axis}: station at {places.max()}, the region has {size.get(axis, 0)}"
    for unknown in sorted(set(group) - set(contract.fields) - set(_TRUTH)):
        yield f"{unknown}: the contract does not know this field"


def _stations(path: Path) -> Stations:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {name: np.array([int(row[name]) for row in rows]) for name in _STATION[:3]}
    return Stations(**numbers, observer=np.array([row["observer"] for row in rows], dtype=str))
