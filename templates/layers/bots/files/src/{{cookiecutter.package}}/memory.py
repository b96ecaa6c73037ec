"""What the service remembers: sessions by account and device, just as the tables hold them, and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from {{ cookiecutter.package }}.columns import Columns, concatenate, take
from {{ cookiecutter.package }}.read import Sitting


@dataclass(slots=True)
class Memory:
    """Sessions and their actions; a session enters once, an account can be forgotten."""

    accounts: set[int] = field(default_factory=set)
    sessions: dict[int, dict[str, Any]] = field(default_factory=dict)
    actions: dict[int, Columns] = field(default_factory=dict)
    _by_account: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_device: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, tables: Mapping[str, Columns]) -> Memory:
        """A memory of all sessions in the tables."""
        memory = cls(accounts=set(tables["accounts"]["account"].tolist()))
        actions = take(tables["actions"], np.argsort(tables["actions"]["session"], kind="stable"))
        session, first, count = np.unique(actions["session"], return_index=True, return_counts=True)
        places = {int(one): slice(at, at + many) for one, at, many in zip(session, first, count, strict=True)}
        names = list(tables["sessions"])
        for values in zip(*(tables["sessions"][name].tolist() for name in names), strict=True):
            row = dict(zip(names, values, strict=True))
            if (place := places.get(row["session"])) is not None:
                memory.add(Sitting(row, {name: column[place] for name, column in actions.items()}))
        return memory

    def add(self, sitting: Sitting) -> None:
        """Remember a session."""
        row = sitting.session
        self.sessions[row["session"]], self.actions[row["session"]] = row, sitting.actions
        self._by_account[row["account"]].add(row["session"])
        self._by_device[row["device"]].add(row["session"])

    def around(self, account: int) -> tuple[Columns, Columns]:
        """Tables of sessions and actions that matter to an account: its own, and who else used its devices."""
        own = self._by_account[account]
        shared = set().union(*(self._by_device[self.sessions[one]["device"]] for one in own))
        rows = [self.sessions[one] for one in sorted(own | shared)]
        table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        return table, concatenate([self.actions[one] for one in sorted(own)])

    def forget(self, account: int) -> None:
        """Erase a person: every session of the account, and the account."""
        for session in self._by_account.pop(account, set()):
            self._by_device[self.sessions[session]["device"]].discard(session)
            del self.sessions[session], self.actions[session]
        self.accounts.discard(account)
