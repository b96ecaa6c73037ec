"""Several small networks side by side: each says what it expects and how much noise; where they differ, they guess."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_LEAST, _MOST = -5.0, 3.0
"""Bounds of the logarithm of a variance; beyond them nothing is learned, only overflows."""


class Side(nn.Module):
    """One linear layer of all members: [members, rows, inputs] → [members, rows, outputs]."""

    def __init__(self, members: int, inputs: int, outputs: int, *, gain: float = 1.0) -> None:
        super().__init__()
        bound = gain / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))

    def forward(self, rows: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, rows, self.weight)


class Members(nn.Module):
    """The networks. They differ by nothing but their first weights."""

    def __init__(self, members: int, inputs: int, hidden: int) -> None:
        super().__init__()
        self.members = members
        self.first = Side(members, inputs, hidden, gain=math.sqrt(3))
        self.second = Side(members, hidden, hidden, gain=math.sqrt(3))
        self.last = Side(members, hidden, 2, gain=0.02)

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """What each member expects, and the logarithm of the variance around it: both [members, rows]."""
        hidden = nn.functional.silu(self.first(rows.expand(self.members, *rows.shape)))
        answer = self.last(nn.functional.silu(self.second(hidden)))
        return answer[..., 0], answer[..., 1].clamp(_LEAST, _MOST)


def loss(expected: Tensor, log_variance: Tensor, target: Tensor) -> Tensor:
    """Negative log-likelihood of a normal distribution without its constant: 1/2 at the start, for a scaled target."""
    return (0.5 * (torch.exp(-log_variance) * (target - expected) ** 2 + log_variance)).mean()
