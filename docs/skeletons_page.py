"""The page of what each kind of project costs, from benchmarks/skeletons.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULT = Path(__file__).resolve().parent.parent / "benchmarks" / "skeletons.json"
BUDGETS = {"new": 3, "train": 60, "tests": 60, "memory": 2048, "install": 400}

_INTRODUCTION = """\
# What each kind costs

`just skeletons` makes each project, installs it with its own script, trains, evaluates and tests it, on {machine}.
Seconds are *wall (processor)*: wall seconds grow with what else the machine does, whose load at the begin stands in the last column (2.0 keeps
two cores busy); processor seconds hardly do, and two cores give two of them a second. Memory is the most that a command and its children held
together (shared pages by share). Megabytes are of `site-packages` after installing what `train` needs, pip aside.

Budgets: `new` ≤ {new} s, train and evaluate ≤ {train} s, tests ≤ {tests} s, memory ≤ {memory} MiB, install ≤ {install} MB without torch.
What is over its budget is in **bold**: seconds are held against it in wall time where the load was below 2, in processor time otherwise.
"""


def skeletons_page(note: str) -> str:
    found = json.loads(RESULT.read_text(encoding="utf-8"))
    lines = [note, _INTRODUCTION.format(machine=found["machine"], **BUDGETS)]
    lines += [
        "| kind | `new` | train + evaluate | tests | memory | MB | MB with torch | measured, load |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    lines += [_row(kind, told) for kind, told in found["kinds"].items()]
    return "\n".join(lines) + "\n"


def _row(kind: str, told: dict[str, Any]) -> str:
    parts, size = told["parts"], told["install_mb"]
    quiet = told["load"] < 2
    memory = max(part["peak_mib"] for name, part in parts.items() if name in ("train", "evaluate", "tests"))
    cells = [
        kind,
        _seconds([parts["new"]], "new", quiet=quiet),
        _seconds([parts["train"], parts["evaluate"]], "train", quiet=quiet),
        _seconds([parts["tests"]], "tests", quiet=quiet),
        _marked(f"{memory:,}", memory > BUDGETS["memory"]),
        _marked(f"{size['without_torch']:,}", size["without_torch"] > BUDGETS["install"]),
        f"{size['all']:,}" if size["all"] > size["without_torch"] else "–",
        f"{told['measured']}, {told['load']}",
    ]
    return "| " + " | ".join(cells) + " |"


def _seconds(parts: list[dict[str, float]], budget: str, *, quiet: bool) -> str:
    wall, cpu = (sum(part[name] for part in parts) for name in ("wall_s", "cpu_s"))
    return _marked(f"{wall:.1f} ({cpu:.1f})", (wall if quiet else cpu) > BUDGETS[budget])


def _marked(text: str, over: bool) -> str:
    return f"**{text}**" if over else text
