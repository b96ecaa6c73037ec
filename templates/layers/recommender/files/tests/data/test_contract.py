"""The contract holds for the made world, and every kind of breach is seen, in tables and in media."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import read
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.contract import Contract, ContractViolation, check

Change = Callable[[Columns], Any]


def _set(name: str, row: int, value: object) -> Change:
    def change(table: Columns) -> None:
        table[name][row] = value

    return change


def _mask(table: Columns) -> None:
    table["item"] = np.ma.masked_array(table["item"], mask=np.arange(len(table["item"])) == 3)


BREACHES: dict[str, Change] = {
    "position: 101 is outside": _set("position", 0, 101),
    "propensity: 0 is outside": _set("propensity", 0, 0.0),
    "explored: 2 is outside": _set("explored", 0, 2),
    "missing, at most": _mask,
    "integer expected": lambda table: table.update(shown_at=table["shown_at"].astype(float)),
    "the column is missing": lambda table: table.pop("propensity"),
    "does not know this column": lambda table: table.update(email=table["user"]),
    "repeat the key": lambda table: table.update(impression=np.zeros_like(table["impression"])),
}


def test_the_made_world_keeps_the_contract(tables: dict[str, Columns], agreed: Contract) -> None:
    breaches = [found for name in agreed.tables for found in check(agreed.tables[name], tables[name], name=name)]
    assert breaches == []


@pytest.mark.parametrize("expected", BREACHES)
def test_each_breach_is_seen(tables: dict[str, Columns], agreed: Contract, expected: str) -> None:
    broken = {name: values.copy() for name, values in tables["impressions"].items()}
    BREACHES[expected](broken)
    found = list(check(agreed.tables["impressions"], broken, name="impressions"))
    assert len(found) == 1
    assert expected in found[0]


def test_a_strange_channel_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    items = {**tables["items"], "channel": np.where(tables["items"]["item"] == 5, "above", tables["items"]["channel"])}
    assert "'above' is not one of" in next(check(agreed.tables["items"], items, name="items"))


def test_old_data_is_seen(tables: dict[str, Columns], agreed: Contract) -> None:
    now = float(tables["plays"]["played_at"].max())
    plays = agreed.tables["plays"]
    assert list(check(plays, tables["plays"], name="plays", now=now + DAY)) == []
    assert "days old" in next(check(plays, tables["plays"], name="plays", now=now + 5 * DAY))


def test_a_play_of_an_item_nobody_published_is_refused(
    tables: dict[str, Columns], media: Media, agreed: Contract, tmp_path: Path
) -> None:
    stray = {**tables["plays"], "item": tables["plays"]["item"].copy()}
    stray["item"][0] = 10**12
    read.write({**tables, "plays": stray}, media, tmp_path)
    with pytest.raises(ContractViolation, match="plays: rows of 1 items that do not exist"):
        read.read(tmp_path, agreed)


def test_media_come_back_as_they_were_in_any_order_of_shards(media: Media, tmp_path: Path) -> None:
    half = len(media.item) // 2
    for number, rows in enumerate((np.arange(half, len(media.item)), np.arange(half))):
        read.write({}, Media(media.item[rows], media.image[rows], media.audio[rows]), tmp_path, part=number)
    again = read.media(tmp_path, media.item)
    assert np.array_equal(again.image, media.image)
    assert np.array_equal(again.audio, media.audio)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda media: replace(media, image=media.image / 255), "image: bytes of form"),
        (lambda media: replace(media, audio=media.audio[:, :32]), "audio: bytes of form"),
        (lambda media: replace(media, image=np.zeros_like(media.image)), "image: 320 are blank"),
        (lambda media: Media(media.item[1:], media.image[1:], media.audio[1:]), "1 items have none or several"),
        (lambda media: replace(media, item=np.r_[media.item[1], media.item[1:]]), "2 items have none or several"),
    ],
)
def test_media_of_another_form_are_refused(
    media: Media, tmp_path: Path, change: Callable[[Media], Media], expected: str
) -> None:
    read.write({}, change(media), tmp_path)
    with pytest.raises(ContractViolation, match=expected):
        read.media(tmp_path, media.item)
