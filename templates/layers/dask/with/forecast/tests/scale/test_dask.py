"""Dask's workers and this process learn the same from the archive, to the last bit.

These start a real cluster of processes: `python3 project.py scale`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import config, scaling
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.engine import Each, each_block
from {{ cookiecutter.package }}.fields import Archive
from {{ cookiecutter.package }}.train import Prepared, prepare


@pytest.fixture(scope="module")
def distributed(settings: Config) -> Config:
    """The configuration of the tests, switched to Dask."""
    switched = config.load(Path(__file__).parents[2] / "conf", engine="dask")
    return settings.model_copy(update={"engine": switched.engine})


@pytest.fixture(scope="module")
def each(distributed: Config) -> Iterator[Each]:
    """A cluster."""
    with each_block(distributed.engine) as made:
        yield made


def test_the_work_is_done_by_other_processes_in_the_order_of_the_blocks(each: Each) -> None:
    done = list(each(_where, range(8)))
    assert [block for block, _ in done] == list(range(8))
    assert os.getpid() not in {process for _, process in done}


@pytest.mark.parametrize("block", [24, 48])
def test_statistics_of_chunks_are_equal(each: Each, prepared: Prepared, block: int) -> None:
    hours = np.arange(prepared.split.train.begins, prepared.split.train.ends)
    for stack in (prepared.archive.satellite, prepared.archive.reanalysis):
        blocks = list(scaling.in_blocks(hours, block))
        work = partial(scaling.moments, stack)
        assert len(blocks) > 2
        assert list(each(work, blocks)) == list(map(work, blocks))
    found = scaling.measure(prepared.archive, hours, block=block, each=each)
    assert found == scaling.measure(prepared.archive, hours, block=block)


def test_the_comparison_sees_one_hour_more(each: Each, prepared: Prepared) -> None:
    hours = np.arange(prepared.split.train.begins, prepared.split.train.ends)
    found, other = (scaling.measure(prepared.archive, part, block=48, each=each) for part in (hours, hours[1:]))
    assert found != other


def test_with_the_switch_set_scaling_and_baseline_are_those_of_one_process(
    archive: Archive, distributed: Config, prepared: Prepared
) -> None:
    again = prepare(archive, distributed)
    assert again.scaling == prepared.scaling
    assert again.baseline == prepared.baseline


def _where(block: int) -> tuple[int, int]:
    return block, os.getpid()
