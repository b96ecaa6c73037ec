"""The tower's training in several processes of this machine: same batches, shared out, same tower in the end."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import start_processes

from {{ cookiecutter.package }} import tower_fit
from {{ cookiecutter.package }}.config import TowerConfig
from {{ cookiecutter.package }}.tower import Tower
from {{ cookiecutter.package }}.tower_fit import Lessons, Place


def fit(lessons: Lessons, config: TowerConfig, *, seed: int, workers: int) -> Tower:
    """A tower, fitted here or by `workers` processes that meet over gloo."""
    if workers == 1:
        return tower_fit.fit(lessons, config, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        start_processes(_work, args=(folder, lessons, config, seed, workers), nprocs=workers)  # type: ignore[no-untyped-call]
        state = torch.load(Path(folder) / "tower.pt", weights_only=True)
    tower = Tower(channels=config.channels, factors=lessons.factors.shape[1])
    tower.load_state_dict(state)
    return tower.eval()


def _work(rank: int, folder: str, lessons: Lessons, config: TowerConfig, seed: int, workers: int) -> None:
    """One process; the first of them keeps the result."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=workers)
    try:
        tower = tower_fit.fit(lessons, config, seed=seed, place=Place(rank, workers))
        if rank == 0:
            torch.save(tower.state_dict(), Path(folder) / "tower.pt")
        dist.barrier()
    finally:
        dist.destroy_process_group()
