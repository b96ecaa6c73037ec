"""Collect the tests of projects, one after the other, each in a process of its own: `python collecting.py FOLDER…`.

What their tests import takes longer than all the rest, so this process imports it once, and each project is collected in a copy of it.
"""

from __future__ import annotations

import importlib
import os
import sys

import pytest

COMMON = ("torch", "matplotlib.pyplot", "sklearn.linear_model", "lightgbm", "duckdb", "zarr", "pydantic", "hypothesis", "fastapi", "mlflow")
"""Slow ones; whether one is there is for the projects' own imports to say."""


def main(folders: list[str]) -> int:
    for name in COMMON:
        try:
            importlib.import_module(name)
        except ImportError:
            print(f"{name} is not there", file=sys.stderr)
    failed = 0
    for folder in folders:
        print(f"== {folder}", flush=True)
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            sys.path[:0] = [os.path.join(folder, "src")]
            suites = [suite for suite in ("tests", "tests/scale") if os.path.isdir(suite)]
            code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *suites])
            sys.stdout.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        failed |= status
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
