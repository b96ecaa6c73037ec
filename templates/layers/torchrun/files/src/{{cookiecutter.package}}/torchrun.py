"""Processes that work together: torchrun's launcher starts and watches them, and they meet over gloo.

If one of them fails, all are ended and its error is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

import torch
import torch.distributed as dist
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

T = TypeVar("T")


def launch(work: Callable[..., T], *arguments: object, processes: int) -> T:
    """What the first of `processes` returns, each of which calls `work(*arguments)`; it must be a module's function.

    Return numpy arrays, not tensors: the memory of a tensor goes with its process.
    """
    settings = LaunchConfig(
        min_nodes=1, max_nodes=1, nproc_per_node=processes, run_id=uuid.uuid4().hex, start_method="spawn",
        rdzv_backend="c10d", rdzv_endpoint="localhost:0", local_addr="localhost", max_restarts=0,
    )  # fmt: skip
    found: dict[int, T] = elastic_launch(settings, _work)(work, *arguments)
    return found[0]


def _work(work: Callable[..., T], *arguments: object) -> T:
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    try:
        return work(*arguments)
    finally:
        dist.destroy_process_group()
