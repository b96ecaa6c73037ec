"""What the detector looks at: an account's last actions as one row of fixed length. One function for all paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns

WINDOW = 64
"""Actions of an account that are looked at, the newest ones."""

NUMBERS = ("log_ms", "log_ms_change", "fraction")
CONTEXT = ("accounts_on_device", "devices", "sessions")


@dataclass(frozen=True, slots=True)
class Windows:
    """One row an account: codes, numbers and a mask (1 for a real action) by step, the rest about the whole account.

    `until` is the begin of the newest session that was looked at, in seconds; rows are sorted by account.
    """

    account: Array
    until: Array
    street: Array
    action: Array
    numbers: Array
    mask: Array
    context: Array

    def __len__(self) -> int:
        return len(self.account)

    def rows(self, chosen: Array) -> Windows:
        """The rows chosen by a mask or by positions."""
        return Windows(
            self.account[chosen], self.until[chosen], self.street[chosen], self.action[chosen],
            self.numbers[chosen], self.mask[chosen], self.context[chosen],
        )  # fmt: skip


def together(parts: Sequence[Windows]) -> Windows:
    """All rows of several windows, one below the other."""
    return Windows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Windows.__slots__))


def encode(sessions: Columns, actions: Columns, *, begin: float = -np.inf, end: float = np.inf) -> Windows:
    """The windows of all accounts with a session that began in `begin` ≤ t < `end` (seconds).

    Only sessions of that time count, except for the number of accounts on a device: for that, earlier ones do too.
    """
    order = np.lexsort((sessions["session"], sessions["began_at"]))
    sessions = {name: values[order] for name, values in sessions.items()}
    crowd = _accounts_so_far(sessions)
    chosen = (sessions["began_at"] >= begin) & (sessions["began_at"] < end)
    rank_of = np.argsort(sessions["session"])
    rank = rank_of[np.searchsorted(sessions["session"][rank_of], actions["session"])]
    kept = np.flatnonzero(chosen[rank])
    owner, rank = sessions["account"][rank[kept]], rank[kept]
    newest_first = np.lexsort((-actions["number"][kept], -rank, owner))
    kept, owner = kept[newest_first], owner[newest_first]
    account, first, total = np.unique(owner, return_index=True, return_counts=True)
    back = np.arange(len(owner)) - np.repeat(first, total)
    step = np.minimum(np.repeat(total, total), WINDOW) - 1 - back
    rows = np.repeat(np.arange(len(account)), total)[step >= 0]
    kept, step = kept[step >= 0], step[step >= 0]
    looked_at = {name: values[kept] for name, values in actions.items()}
    return _filled(account, rows, step, looked_at, sessions, chosen, crowd)


def _filled(
    account: Array, rows: Array, step: Array, actions: Columns, sessions: Columns, chosen: Array, crowd: Array
) -> Windows:
    shape = (len(account), WINDOW)
    street, action = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.float32)
    numbers = np.zeros((*shape, len(NUMBERS)), dtype=np.float32)
    street[rows, step], action[rows, step], mask[rows, step] = actions["street"], actions["action"], 1.0
    log_ms = np.zeros(shape)
    log_ms[rows, step] = np.log(actions["milliseconds"])
    numbers[..., 0] = log_ms
    numbers[:, 1:, 1] = np.diff(log_ms, axis=1) * mask[:, 1:]
    numbers[rows, step, 2] = actions["fraction"]
    chosen = chosen & np.isin(sessions["account"], account)
    mine = {name: values[chosen] for name, values in sessions.items()}
    row = np.searchsorted(account, mine["account"])
    most, until = np.zeros(len(account)), np.zeros(len(account), dtype=np.int64)
    np.maximum.at(most, row, crowd[chosen])
    np.maximum.at(until, row, mine["began_at"])
    pairs = np.unique(np.stack([row, mine["device"]]), axis=1)[0]
    devices, sittings = (np.bincount(one, minlength=len(account)) for one in (pairs, row))
    context = np.log(np.stack([most, devices, sittings], axis=1)).astype(np.float32)
    return Windows(account, until, street, action, numbers, mask, context)


def _accounts_so_far(sessions: Columns) -> Array:
    """For each session, in order of time: how many accounts its device has been used by until then, itself included."""
    pair = np.stack([sessions["device"], sessions["account"]])
    _, first = np.unique(pair, axis=1, return_index=True)
    new = np.zeros(len(sessions["device"]))
    new[first] = 1.0
    by_device = np.argsort(sessions["device"], kind="stable")
    running = np.cumsum(new[by_device])
    device = sessions["device"][by_device]
    start = np.r_[True, device[1:] != device[:-1]] if len(device) else np.zeros(0, dtype=bool)
    before = np.repeat((running - new[by_device])[start], np.diff(np.r_[np.flatnonzero(start), len(device)]))
    found = np.empty(len(device))
    found[by_device] = running - before
    return found
