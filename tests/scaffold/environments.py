"""What generated projects run in: an environment a kind, made by the project's own script, and one with the layers of all.

Each is made once, by the first test process that asks; the others wait for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scaffold.projects import CATALOGUE, generate

_PATIENCE_S = 1_200.0


@dataclass(frozen=True)
class Environment:
    """A Python with its packages, and the seconds of processor that installing them took."""

    python: Path
    seconds: float


def of_kind(kind: str, factory: pytest.TempPathFactory) -> Environment:
    """What the kind's tests need, as its owners install it: by hash and nothing else, torch first where the kind has it."""

    def make(folder: Path) -> None:
        project = generate(kind, folder).folder
        run([sys.executable, "project.py", "test", "--version"], cwd=project)
        run([_python(project / ".venv"), "-m", "pip", "check"], cwd=project)

    return Environment(_python(_common(factory) / kind / "shop" / ".venv"), _once(_common(factory) / kind, make))


def of_all_layers(factory: pytest.TempPathFactory) -> Environment:
    """All that any project is tested with, from the lock by hash; torch first, in the build that is offered."""

    def make(folder: Path) -> None:
        venv.create(folder / "venv", with_pip=True)
        pip = [_python(folder / "venv"), "-m", "pip", "install", "--quiet", "--no-compile", "--require-hashes", "--no-deps", "-r"]
        torch, universal = (CATALOGUE.root / "locks" / f"{name}.txt" for name in ("torch", "universal"))
        # As a project's own script does it: a build for the CPU that lies in a folder comes before one of gigabytes.
        if subprocess.run([*pip, torch, "--no-index"], capture_output=True, check=False).returncode:
            run([*pip, torch], cwd=folder)
        run([*pip, universal], cwd=folder)

    return Environment(_python(_common(factory) / "all-layers" / "venv"), _once(_common(factory) / "all-layers", make))


def children_seconds() -> float:
    """Processor time of all processes that this one has started and seen end; always 0 on Windows."""
    times = os.times()
    return times.children_user + times.children_system


def run(command: list[str | Path], *, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def _common(factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "environments"
    folder.mkdir(exist_ok=True)
    return folder


def _once(folder: Path, make: Callable[[Path], None]) -> float:
    """Have `make` fill the folder, once for all test processes, and say what it took; where it failed, it fails for all."""
    told = folder.with_suffix(".json")
    try:
        folder.mkdir()
    except FileExistsError:
        limit = time.monotonic() + _PATIENCE_S
        while not told.exists():
            assert time.monotonic() < limit, f"{folder.name} is not ready after {_PATIENCE_S:.0f} s"
            time.sleep(0.5)
    else:
        begin, problem = children_seconds(), "it was interrupted"
        try:
            make(folder)
            problem = ""
        except Exception as error:
            problem = str(error)
        finally:
            ready = folder.with_suffix(".new")
            ready.write_text(json.dumps({"problem": problem, "seconds": children_seconds() - begin}), encoding="utf-8")
            ready.rename(told)
    found = json.loads(told.read_text(encoding="utf-8"))
    assert not found["problem"], found["problem"]
    return float(found["seconds"])


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
