"""Mini-batches in order of time. The order is part of the model: the newest sales speak last in every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset


@dataclass(frozen=True, slots=True)
class Batch:
    """Some sales: deeds, scaled inputs and scaled targets."""

    deed: Tensor
    inputs: Tensor
    target: Tensor


class Sales(Dataset[Batch]):
    """Sales sorted by day; a whole batch is cut out at once."""

    def __init__(self, deed: Tensor, inputs: Tensor, target: Tensor) -> None:
        self.deed, self.inputs, self.target = deed, inputs, target

    def __len__(self) -> int:
        return len(self.deed)

    def __getitem__(self, position: int) -> Batch:
        return self.__getitems__([position])

    def __getitems__(self, positions: Sequence[int]) -> Batch:
        rows = torch.as_tensor(positions)
        return Batch(self.deed[rows], self.inputs[rows], self.target[rows])


def in_order(sales: Sales, *, size: int) -> DataLoader[Batch]:
    """The curriculum by time: batches from the oldest sale to the newest, the same in every epoch."""
    # Not shuffled, on purpose; tests/model/test_order.py holds the order.
    return DataLoader(sales, batch_size=size, shuffle=False, collate_fn=_as_is)


def _as_is(batch: Any) -> Any:
    """`Sales` cuts whole batches, so there is nothing left to collate."""
    return batch
