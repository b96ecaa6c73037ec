"""The network: a small causal transformer reads actions in order and says after each how suspicious they are so far."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from {{ cookiecutter.package }}.features import CONTEXT, NUMBERS, Windows
from {{ cookiecutter.package }}.players import ACTIONS, STREETS

_STREET, _ACTION = 3, 4
_REACH = 4


class Detector(nn.Module):
    """Log-odds that an account is a bot, after each of its actions; the future never reaches the past.

    A convolution compares each action with the few before it, attention looks further back, and the mean and spread
    of what they found, over all actions so far, decide.
    """

    def __init__(self, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.street = nn.Embedding(len(STREETS), _STREET)
        self.action = nn.Embedding(len(ACTIONS), _ACTION)
        self.near = nn.Conv1d(_STREET + _ACTION + len(NUMBERS) + 1, hidden, _REACH)
        self.queries = nn.Linear(hidden, 3 * hidden)
        self.far = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.drop = nn.Dropout(dropout)
        self.mix = nn.Linear(2 * hidden + len(CONTEXT), hidden)
        self.suspicion = nn.Linear(hidden, 1)
        nn.init.zeros_(self.suspicion.bias)
        nn.init.normal_(self.suspicion.weight, std=0.01)
        self.register_buffer("centre", torch.zeros(len(NUMBERS) + len(CONTEXT)))
        self.register_buffer("scale", torch.ones(len(NUMBERS) + len(CONTEXT)))

    def standardise(self, batch: Batch) -> None:
        """Take centre and scale of the numbers from training rows; padding does not count."""
        real = batch.numbers[batch.mask > 0]
        self.centre = torch.cat([real.mean(0), batch.context.mean(0)])
        self.scale = torch.cat([real.std(0), batch.context.std(0)]).clamp(min=1e-3)

    def forward(self, batch: Batch) -> Tensor:
        """Log-odds after the last action, one a row."""
        states = self._states(batch)
        mask = batch.mask.unsqueeze(-1)
        count = mask.sum(1).clamp(min=1.0)
        mean = (states * mask).sum(1) / count
        return self._suspicion(mean, (states * states * mask).sum(1) / count, batch.context)

    def running(self, batch: Batch) -> Tensor:
        """Log-odds after each step. A padded step repeats what was known before it."""
        states = self._states(batch)
        mask = batch.mask.unsqueeze(-1)
        count = mask.cumsum(1).clamp(min=1.0)
        mean = (states * mask).cumsum(1) / count
        around = batch.context.unsqueeze(1).expand(-1, mask.shape[1], -1)
        return self._suspicion(mean, (states * states * mask).cumsum(1) / count, around)

    def _states(self, batch: Batch) -> Tensor:
        mask = batch.mask.unsqueeze(-1)
        kinds = len(NUMBERS)
        numbers = (batch.numbers - self.centre[:kinds]) / self.scale[:kinds]
        seen = torch.cat([self.street(batch.street), self.action(batch.action), numbers], dim=-1)
        seen = torch.cat([seen * mask, mask], dim=-1).transpose(1, 2)
        near = torch.tanh(self.near(nn.functional.pad(seen, (_REACH - 1, 0)))).transpose(1, 2)
        query, key, value = self.queries(near).unsqueeze(1).chunk(3, dim=-1)
        far = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True).squeeze(1)
        states: Tensor = self.norm(near + self.far(far))
        return states

    def _suspicion(self, mean: Tensor, square: Tensor, context: Tensor) -> Tensor:
        spread = (square - mean * mean).clamp(min=0.0)
        around = (context - self.centre[len(NUMBERS) :]) / self.scale[len(NUMBERS) :]
        mixed = torch.relu(self.mix(self.drop(torch.cat([mean, spread, around], dim=-1))))
        logits: Tensor = self.suspicion(mixed).squeeze(-1)
        return logits


class Batch:
    """Windows as tensors."""

    def __init__(self, windows: Windows) -> None:
        self.street = torch.from_numpy(windows.street)
        self.action = torch.from_numpy(windows.action)
        self.numbers = torch.from_numpy(windows.numbers)
        self.mask = torch.from_numpy(windows.mask)
        self.context = torch.from_numpy(windows.context)
