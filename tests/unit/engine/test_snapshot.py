from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlsmith.engine.snapshot import all_unchanged, is_racy, stamp_of

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("age_ns", "fraction", "racy"),
    [
        (10 * SECOND, 0, False),
        (SECOND, 0, True),
        (SECOND, 5, False),
        (10_000_000, 5, True),
        (-SECOND, 5, True),
    ],
)
def test_a_stamp_is_trusted_once_the_clock_must_have_ticked(age_ns: int, fraction: int, racy: bool) -> None:
    taken = 1_700_000_000 * SECOND
    stamp = (taken - age_ns + fraction, 0, 1, 1)
    assert is_racy(stamp, taken) is racy


def test_what_is_gone_or_has_come_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    stamp = stamp_of(f"{tmp_path}/a")
    assert stamp is not None
    late = stamp[1] + 10 * SECOND
    assert all_unchanged(str(tmp_path), [("a", stamp), ("b", None)], late)
    (tmp_path / "b").write_text("x")
    assert not all_unchanged(str(tmp_path), [("a", stamp), ("b", None)], late)
    os.unlink(tmp_path / "a")
    assert not all_unchanged(str(tmp_path), [("a", stamp)], late)


def test_same_size_and_time_are_not_enough(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    os.utime(file, ns=(SECOND, SECOND))
    stamp = stamp_of(str(file))
    file.write_text("y")
    os.utime(file, ns=(SECOND, SECOND))
    assert stamp_of(str(file)) != stamp
