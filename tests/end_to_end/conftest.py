from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DEAD = "def loss(x):\n    if False:\n        return x * 2\n    return x\n"
"""One finding of DEX101, at line 2."""


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def codes(self) -> list[tuple[str, str, int]]:
        return [(f["path"], f["code"], f["start"]["line"]) for f in self.json["findings"]]


@dataclass
class Project:
    """A project on disk, and mlsmith run in it as a user runs it."""

    root: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def run(self, *arguments: str, stdin: str = "", cwd: Path | None = None, **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "mlsmith", *arguments],
            cwd=cwd or self.root,
            input=stdin.encode(),
            capture_output=True,
            env=self.env(**environment),
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def lint(self, *arguments: str, stdin: str = "", cwd: Path | None = None, **environment: str) -> Done:
        """`mlsmith lint --format json`."""
        return self.run("lint", "--format", "json", *arguments, stdin=stdin, cwd=cwd, **environment)

    def env(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MLSMITH_"))}
        return {**kept, "MLSMITH_CACHE_DIR": str(self.home), **self.environment, **more}

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *arguments], cwd=self.root, capture_output=True, check=True, env=self.env())
        return done.stdout.decode()

    def commit(self, message: str = "x") -> str:
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def settle(self) -> None:
        """Let so much time pass that no change to come can hide behind the grain of the clock."""
        time.sleep(0.1)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root.resolve(), tmp_path / "cache")
