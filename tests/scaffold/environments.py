"""What generated projects run in: an environment a kind, made by the project's own script, and one with the packages of all layers.

Each is made once, by the first test process that asks; the others wait for it. All take their packages from one folder, which is
filled from the index once: three quarters of pip's time goes into reading what the index has of each package.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlsmith.scaffold.locks import lock_text, normal, read_lock
from tests.scaffold import forking
from tests.scaffold.projects import CATALOGUE, generate

LOCKS = CATALOGUE.root / "locks"
_PATIENCE_S = 1_200.0


@dataclass(frozen=True)
class Environment:
    """A Python with its packages, and the seconds of processor that installing them took."""

    python: Path
    seconds: float


def of_kind(kind: str, factory: pytest.TempPathFactory) -> Environment:
    """What the kind's tests need, as its owners install it: by hash and nothing else, torch first where the kind has it."""
    common = _common(factory)
    offline = _offline(_packages(common))

    def make(folder: Path) -> None:
        project = generate(kind, folder).folder
        _run([sys.executable, "project.py", "test", "--version"], cwd=project, environment=offline)
        _run([_python(project / ".venv"), "-m", "pip", "check"], cwd=project)
        _warm(_python(project / ".venv"))

    return Environment(_python(common / kind / "shop" / ".venv"), _once(common / kind, make))


def of_all_layers(factory: pytest.TempPathFactory) -> Environment:
    """All that any project is tested with, from the lock by hash; torch first, in the build that is offered."""
    common = _common(factory)
    packages = _packages(common)

    def make(folder: Path) -> None:
        venv.create(folder / "venv", with_pip=True)
        options = ["--quiet", "--no-compile", "--require-hashes", "--no-deps"]
        pip: list[str | Path] = [_python(folder / "venv"), "-m", "pip", "install", *options, "-r"]
        # What has no wheel is built, and what building needs comes from the index.
        sources = {normal(path.name.rpartition("-")[0]) for path in packages.glob("*.tar.gz")}
        lock = read_lock(LOCKS / "universal.txt")
        _run([*pip, LOCKS / "torch.txt"], cwd=folder, environment=_offline(packages))
        for name, there, environment in (("wheels", False, _offline(packages)), ("sources", True, dict(os.environ))):
            pins = [pin for package, found in lock.items() if (package in sources) == there for pin in found]
            (folder / f"{name}.txt").write_text(lock_text(pins), encoding="utf-8")
            _run([*pip, folder / f"{name}.txt"], cwd=folder, environment=environment)
        _warm(_python(folder / "venv"))

    return Environment(_python(common / "all-layers" / "venv"), _once(common / "all-layers", make))


def of_an_owner(factory: pytest.TempPathFactory, *, builds: bool) -> dict[str, str]:
    """Environment variables for a project's own script, whose packages come from the folder, unless it `builds` some.

    Python keeps what it compiles, as an owner's does, whatever this machine says: to compile torch takes longer than most tests.
    """
    return _compiling(dict(os.environ) if builds else _offline(_packages(_common(factory))))


def _compiling(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _warm(python: Path) -> None:
    """Have what is slow to import compiled once."""
    _run([python, forking.__file__], cwd=python.parent, environment=_compiling(dict(os.environ)))


def _packages(common: Path) -> Path:
    """A folder with every package of the locks, as this machine's index has it."""

    def make(folder: Path) -> None:
        options = ["--quiet", "--require-hashes", "--no-deps", "--dest", "."]
        pip: list[str | Path] = [sys.executable, "-m", "pip", "download", *options, "-r"]
        _run([*pip, LOCKS / "universal.txt"], cwd=folder)
        # As a project's own script does it: a build of torch that lies in a folder comes before one of gigabytes, which needs CUDA.
        if subprocess.run([*pip, LOCKS / "torch.txt", "--no-index"], cwd=folder, capture_output=True, check=False).returncode:
            for name in ("torch.txt", "cuda.txt"):
                _run([*pip, LOCKS / name], cwd=folder)

    _once(common / "packages", make)
    return common / "packages"


def _offline(packages: Path) -> dict[str, str]:
    """For a pip that looks into this folder, and into those that it looks into anyway."""
    links = " ".join(filter(None, [os.environ.get("PIP_FIND_LINKS"), str(packages)]))
    return {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links}


def _run(command: Sequence[str | Path], *, cwd: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def children_seconds() -> float:
    """Processor time of all processes that this one has started and seen end; always 0 on Windows."""
    times = os.times()
    return times.children_user + times.children_system


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
