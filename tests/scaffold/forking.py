"""Runs pytest in copies of one process that has imported already what projects import, which often takes longer than the tests.

A run is a line on stdin, `{"folder": …, "arguments": […], "output": …}`; its answer is a line on stdout, `{"code": …, "seconds": …}`, with seconds
of processor, those of its children included. Needs a system that can fork. `Forks` is the other end.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pytest

COMMON = ("torch", "matplotlib.pyplot", "sklearn.linear_model", "lightgbm", "duckdb", "zarr", "pydantic", "hypothesis", "fastapi", "mlflow")
"""Slow to import; whether one is installed is for the projects' own imports to say."""


class Forks:
    """A process of that interpreter, ready to run pytest in projects: `with Forks(python) as forks: forks.run(folder, "-q")`."""

    def __init__(self, python: Path) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [str(python), str(Path(__file__).resolve())]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seconds = 0.0

    def run(self, folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
        """Exit code and output of `pytest ARGUMENTS` there."""
        output = folder.parent / "pytest.txt"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "arguments": [*arguments], "output": str(output)}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        self.seconds += answer["seconds"]
        return answer["code"], output.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()


def main() -> None:
    for name in COMMON:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(Path(wanted["folder"]), wanted["arguments"], wanted["output"])
        _, status, used = os.wait4(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime}), flush=True)


def _run(folder: Path, arguments: list[str], output: str) -> None:
    """Become pytest, as `python -m pytest` would be in that folder."""
    with open(output, "w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder / "src")
    sys.path[:1] = [str(folder), str(folder / "src")]
    code = 3
    try:
        code = pytest.main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
