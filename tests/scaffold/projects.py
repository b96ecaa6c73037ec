"""Generated projects as their owners have them: made once, installed once, run, broken on purpose and put back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlsmith.scaffold.create import create
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root
from mlsmith.scaffold.planning import Wish, make_plan
from tests.scaffold.forking import Forks

CATALOGUE = read_catalogue(templates_root())
REPOSITORY = Path(__file__).resolve().parents[2]
KINDS = sorted(CATALOGUE.kinds)
Done = subprocess.CompletedProcess[str]


def incidents_of(kind: str) -> list[str]:
    return sorted(
        path.stem for layer in CATALOGUE.kinds[kind].layers for path in (CATALOGUE.root / "layers" / layer / "incidents").glob("*.toml")
    )


@dataclass(frozen=True)
class Generated:
    """One project under version control, with a first commit; its package is `shop`.

    `interpreter` has installed what it needs; `forks` is a process of it that is ready to run pytest.
    """

    folder: Path
    kind: str
    interpreter: Path | None = None
    forks: Forks | None = None

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def mlsmith(self, *arguments: str) -> Done:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}
        command = [sys.executable, "-m", "mlsmith", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def codes(self) -> set[str]:
        """Codes of what lint finds."""
        return {finding["code"] for finding in json.loads(self.mlsmith("lint", "--format", "json").stdout)["findings"]}

    def told(self, incident: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / f"docs/incidents/{incident}.toml").read_text(encoding="utf-8"))

    @contextmanager
    def broken_by(self, incident: str) -> Iterator[None]:
        self.git("apply", "--whitespace=error", f"docs/incidents/{incident}.patch")
        try:
            yield
        finally:
            self.git("restore", "--source=HEAD", "--", ".")
            self.git("clean", "-fdq", "--", "src", "conf", "data", "tests")

    def python(self, *arguments: str) -> Done:
        """The project's own Python (see environments.py), with its package in reach."""
        assert self.interpreter is not None, "nothing was installed for this project"
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1"}
        command = [str(self.interpreter), *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def failing(self, *tests: str) -> set[str]:
        """Which of its own tests fail, parameters aside."""
        arguments = ["-q", "-p", "no:cacheprovider", "--tb=line", f"--basetemp={self.folder.parent / 'tmp'}", *tests]
        if self.forks:
            code, output = self.forks.run(self.folder, arguments)
        else:
            done = self.python("-m", "pytest", *arguments)
            code, output = done.returncode, done.stdout + done.stderr
        words = [line.split() for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
        assert code in (0, 1), output[-3000:]
        return {line[1].partition("[")[0] for line in words}


def generate(kind: str, place: Path, *layers: str) -> Generated:
    folder = create(make_plan(CATALOGUE, Wish(kind, layers, {"package": "shop"}, str(place / "shop")))).directory
    return Generated(folder, kind)


def named(told: dict[str, Any], kind: str) -> list[str]:
    return [entry["id"] for entry in told["caught_by"] if entry["kind"] == kind]
