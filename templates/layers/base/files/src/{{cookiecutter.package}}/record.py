"""What a run was made of: source, configuration, platform, data, model and hardware, written beside its results."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
{%- if "mlflow" in cookiecutter.layers %}

from {{ cookiecutter.package }} import tracking
{%- endif %}


@dataclass(frozen=True, slots=True)
class Run:
    """One training run and its folder."""

    id: str
    folder: Path
    started: str


def start(runs: Path, *, configuration: str) -> Run:
    """A new run, named after the moment and the configuration's digest, so that a listing is in order of time."""
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S%f}"[:-3] + f"-{configuration[:8]}"
    folder = runs / name
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        time.sleep(0.002)
        return start(runs, configuration=configuration)
    return Run(name, folder, now.isoformat(timespec="seconds"))


def finish(run: Run, *, project: Path, components: Mapping[str, Any], metrics: Mapping[str, Any], passed: bool) -> Path:
    """Write run.json. `components` gives `configuration`, `data` and `model`; the other three are found here."""
    document = {
        "version": 1,
        "id": run.id,
        "started": run.started,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": ["{{ cookiecutter.package }}", *sys.argv[1:]],
        "passed": passed,
        "components": {"source": _source(project), "platform": _platform(), "hardware": _hardware(), **components},
        "metrics": metrics,
        "artefacts": {path.name: file_digest(path) for path in sorted(run.folder.iterdir()) if path.is_file()},
    }
    path = run.folder / "run.json"
    write_atomically(path, json.dumps(document, indent=2, sort_keys=True) + "\n")
{%- if "mlflow" in cookiecutter.layers %}
    tracking.announce(run.folder, project=project)
{%- endif %}
    return path


def latest(runs: Path) -> Path:
    """The folder of the newest finished run. Raises `FileNotFoundError` where there is none."""
    finished = sorted(path.parent for path in runs.glob("*/run.json"))
    if not finished:
        raise FileNotFoundError(f"no run in {runs}; run `python3 project.py train` first")
    return finished[-1]


def digest(value: object) -> str:
    """SHA-256 of a plain value's canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(folder: Path, pattern: str) -> dict[str, str]:
    """Path → SHA-256 of the files that match, sorted."""
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(folder.glob(pattern))}


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode("utf-8")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _source(project: Path) -> dict[str, Any]:
    return {
        "commit": _git(project, "rev-parse", "HEAD"),
        "changed": bool(_git(project, "status", "--porcelain", "--", "src", "conf", "data", "requirements")),
        "files": digests(project, "src/**/*.py"),
    }


def _platform() -> dict[str, Any]:
    packages = sorted((item.name, item.version) for item in distributions())
    return {"python": platform.python_version(), "system": platform.platform(), "packages": dict(packages)}


def _hardware() -> dict[str, Any]:
    return {"machine": platform.machine(), "processors": os.cpu_count()}


def _git(project: Path, *arguments: str) -> str | None:
    """What git says, or nothing where there is no git or no commit yet."""
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
