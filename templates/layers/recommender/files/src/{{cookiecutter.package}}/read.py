"""The door for data: tables and media from files, checked against the contract before anyone uses them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.catalogue import BEATS, SIDE, Media
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation


def write(tables: Mapping[str, Columns], media: Media, folder: Path, *, part: int = 0) -> None:
    """Write tables as Parquet, `<table>/<part>.parquet`, and media as `media/<part>.npz`."""
    parquet.write(tables, folder, part=part)
    target = folder / "media" / f"{part:05}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(target, item=media.item, image=media.image, audio=media.audio)


def read(folder: Path, contract: Contract, *, now: int | None = None) -> dict[str, Columns]:
    """All tables of the contract. Raises `ContractViolation` listing every breach, `FileNotFoundError` without data."""
    tables = parquet.delivered(folder, contract.tables, now=now)
    for name in ("impressions", "plays"):
        for key in ("user", "item"):
            if len(strays := np.setdiff1d(tables[name][key], tables[f"{key}s"][key])):
                raise ContractViolation([f"{name}: rows of {len(strays)} {key}s that do not exist"])
    return tables


def media(folder: Path, items: Array) -> Media:
    """The media of `items`, in their order, one shard after the other.

    Raises `ContractViolation` where an item has none, two, or one of another form.
    """
    image = np.zeros((len(items), SIDE, SIDE, 3), dtype=np.uint8)
    audio = np.zeros((len(items), BEATS), dtype=np.uint8)
    found = np.zeros(len(items), dtype=np.int64)
    order = np.argsort(items, kind="stable")
    for path in sorted((folder / "media").glob("*.npz")):
        with np.load(path, allow_pickle=False) as shard:
            part = Media(shard["item"], shard["image"], shard["audio"])
        require_form(part, where=path.name)
        slot = np.minimum(np.searchsorted(items, part.item, sorter=order), len(items) - 1)
        row = order[slot]
        known = items[row] == part.item
        image[row[known]], audio[row[known]] = part.image[known], part.audio[known]
        np.add.at(found, row[known], 1)
    if len(wrong := items[found != 1]):
        raise ContractViolation([f"media: {len(wrong)} items have none or several, item {wrong[0]} first"])
    return Media(items, image, audio)


def require_form(part: Media, *, where: str) -> None:
    """Raise `ContractViolation` unless pictures and sounds are bytes of the agreed size and are not blank."""
    breaches = []
    for name, values, form in (("image", part.image, (SIDE, SIDE, 3)), ("audio", part.audio, (BEATS,))):
        if values.dtype != np.uint8 or values.shape != (len(part.item), *form):
            got = f"{values.dtype} of {values.shape[1:]}"
            breaches.append(f"{where}.{name}: bytes of form {form} expected, {got} found")
        elif len(values) and (blank := int((np.ptp(values.reshape(len(values), -1), axis=1) == 0).sum())):
            breaches.append(f"{where}.{name}: {blank} are blank")
    if breaches:
        raise ContractViolation(breaches)
