"""What each stage of a run takes, held against the budget: a prototype that grows is seen before it stops fitting."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from {{ cookiecutter.package }}.config import BudgetConfig


@dataclass(slots=True)
class Ledger:
    """Seconds by stage, summed where a stage comes twice, and the most memory the process has held by its end."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        begin = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin
        self.memory_mb[name] = most_memory_mb()

    def plain(self) -> dict[str, dict[str, float]]:
        """As plain values."""
        return {
            name: {"seconds": round(self.seconds[name], 3), "memory_mb": round(self.memory_mb[name], 1)}
            for name in self.seconds
        }

    def excesses(self, budget: BudgetConfig) -> list[str]:
        """Stages beyond their budget, in words."""
        limits = {
            "als": budget.als_seconds,
            "tower": budget.tower_seconds,
            "blend": budget.blend_seconds,
            "assess": budget.assess_seconds,
        }
        found = [
            f"{name} took {taken:.1f} s, {limits[name]:g} s are allowed"
            for name, taken in self.seconds.items()
            if name in limits and taken > limits[name]
        ]
        if (most := max(self.memory_mb.values(), default=0.0)) > budget.memory_mb:
            found.append(f"memory grew to {most:.0f} MB, {budget.memory_mb:g} MB are allowed")
        return found


def most_memory_mb() -> float:
    """The most memory this process has held so far; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
