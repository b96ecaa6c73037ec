"""What is read is what was written, and a made world that broke off halfway is made again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import parquet
from {{ cookiecutter.package }}.columns import Columns, missing


def part(begin: int) -> Columns:
    """Three rows of every type that the contract knows."""
    return {
        "id": np.arange(begin, begin + 3),
        "share": np.array([0.5, -0.0, 1e300]),
        "name": np.array(["a", "ü", "c,d"]),
        "amount": np.ma.masked_array(np.array([1.5, 2.5, 3.5]), mask=[False, True, False]),
    }


def test_what_is_read_is_what_was_written_part_after_part(tmp_path: Path) -> None:
    for number in range(2):
        parquet.write({"orders": part(3 * number)}, tmp_path, part=number)
    found = parquet.table(tmp_path / "orders")
    assert found["id"].tolist() == list(range(6))
    assert found["share"].tobytes() == np.tile(part(0)["share"], 2).tobytes()
    assert (found["name"].dtype.kind, found["name"].tolist()) == ("U", ["a", "ü", "c,d"] * 2)
    assert missing(found["amount"]).tolist() == [False, True, False] * 2


def test_a_table_that_is_not_there_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make some with the command `world`"):
        parquet.table(tmp_path / "orders")


def test_rows_are_erased_from_every_file_and_the_others_stay_as_they_were(tmp_path: Path) -> None:
    for number in range(2):
        parquet.write({"orders": part(3 * number), "returns": part(4)}, tmp_path, part=number)
    before = parquet.table(tmp_path / "orders")
    assert parquet.erase(sorted(tmp_path.glob("*/*.parquet")), "id", 4) == 3
    after = parquet.table(tmp_path / "orders")
    assert after["id"].tolist() == [0, 1, 2, 3, 5]
    stays = before["id"] != 4
    assert all(np.ma.allequal(after[name], before[name][stays]) for name in before)
    assert parquet.table(tmp_path / "returns")["id"].tolist() == [5, 6, 5, 6]
    assert not list(tmp_path.glob("*/*.new"))


def test_a_world_is_made_once_and_another_one_takes_its_place_whole(tmp_path: Path) -> None:
    parquet.make(({"orders": part(begin)} for begin in (0, 3)), tmp_path, wanted="first")
    parquet.make(({"orders": part(begin)} for begin in (6,)), tmp_path, wanted="first")
    assert parquet.table(tmp_path / "orders")["id"].tolist() == list(range(6))
    parquet.make(({"orders": part(begin)} for begin in (9,)), tmp_path, wanted="second")
    assert parquet.table(tmp_path / "orders")["id"].tolist() == [9, 10, 11]


def test_a_world_that_broke_off_halfway_is_not_taken_for_whole(tmp_path: Path) -> None:
    def breaking() -> Iterator[dict[str, Columns]]:
        yield {"orders": part(3)}
        raise KeyboardInterrupt

    parquet.make(({"orders": part(begin)} for begin in (0,)), tmp_path, wanted="first")
    with pytest.raises(KeyboardInterrupt):
        parquet.make(breaking(), tmp_path, wanted="second")
    parquet.make(({"orders": part(begin)} for begin in (0,)), tmp_path, wanted="first")
    assert parquet.table(tmp_path / "orders")["id"].tolist() == [0, 1, 2]
