"""How long `mlsmith diff` takes between two revisions of a large repository. `python benchmarks/diff_speed.py [FILES [CHANGED]]`

Writes a repository of 5,000 modules of some 120 lines, commits it, changes 50 of them (a renamed local in most, a flipped flag in one in
ten), and runs the command cold, three times, each in a process of its own. Where other programs share the machine the clock says little:
the limit is held where either the CPU's time or the clock's is within it. Exits with 1 where neither is.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 2.0
"""Seconds for 5,000 files of which 50 have changed"""
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "gc.auto=0")
_MODULE = '''"""Module {number}."""

import torch
from torch.utils.data import DataLoader

RATE = {number} / 1000


def loader(rows):
    return DataLoader(rows, batch_size={number}, shuffle=True)


def train(model, rows):
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    for batch in loader(rows):
        optimizer.zero_grad()
        model(batch).sum().backward()
        optimizer.step()
'''
_HELPER = """

def step_{part}(values, other=None):
    result = []
    for value in values:
        scaled = value * {part} + {number}
        if other is not None and scaled > other:
            scaled = scaled - other
        result.append(scaled)
    return result
"""


def main() -> int:
    files, changed = (int(argument) for argument in (*sys.argv[1:], "5000", "50")[:2])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_repository(root, files, changed)
        seconds, said = [], {}
        for _ in range(3):
            begun, used = time.perf_counter(), _used()
            done = subprocess.run(
                [sys.executable, "-m", "mlsmith", "diff", "HEAD~1", "HEAD", "--format", "json"], cwd=root, capture_output=True, check=True
            )
            seconds.append((_used() - used, time.perf_counter() - begun))
            said = json.loads(done.stdout)
    cpu, wall = (min(column) for column in zip(*seconds, strict=True))
    print(f"{files:,} files, {changed} changed: {cpu:.2f} s of CPU, {wall:.2f} s by the clock (limit {LIMIT} s, best of three)")
    print(f"{len(said['changes'])} changes of behaviour, {said['cosmetic']['hunks']} quiet hunks")
    return 1 if min(cpu, wall) > LIMIT else 0


def _used() -> float:
    """Seconds of CPU of all processes that this one has waited for, git's included."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def write_repository(root: Path, files: int, changed: int) -> None:
    run = lambda *arguments: subprocess.run([*_GIT, *arguments], cwd=root, check=True, capture_output=True)  # noqa: E731
    run("init", "-q")
    texts = {f"shop/part_{number // 100}/module_{number}.py": module(number) for number in range(files)}
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    run("add", "-A")
    run("commit", "-q", "-m", "before")
    for number, (path, text) in enumerate(list(texts.items())[:: max(1, files // changed)][:changed]):
        text = text.replace("scaled", "moved") if number % 10 else text.replace("shuffle=True", "shuffle=False")
        (root / path).write_text(text, encoding="utf-8")
    run("commit", "-q", "-a", "-m", "after")


def module(number: int) -> str:
    return _MODULE.format(number=number) + "".join(_HELPER.format(part=part, number=number) for part in range(10))


if __name__ == "__main__":
    sys.exit(main())
