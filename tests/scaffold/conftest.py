"""Fixtures of the scaffold's tests: tiny layers of their own and a home without surprises."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlsmith.scaffold.create import Plan
from mlsmith.scaffold.kinds import Catalogue, read_catalogue
from mlsmith.scaffold.planning import Wish, make_plan

FIXTURES = Path(__file__).parent / "fixtures"
TEMPLATES = FIXTURES / "templates"

MakePlan = Callable[..., Plan]
Snapshot = Callable[[Path], dict[str, bytes]]
Git = Callable[..., str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, where git knows the user and nothing else is set."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".gitconfig").write_text("[user]\n\tname = Grace Example\n\temail = grace@localhost\n")
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "COOKIECUTTER_CONFIG"]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, and the current one."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def catalogue() -> Catalogue:
    return read_catalogue(TEMPLATES)


@pytest.fixture
def plan(catalogue: Catalogue, place: Path) -> MakePlan:
    """Plans for a project in `place`: `plan("shop", "serving", kind="tiny", seed="3")`."""

    def make(directory: str = "shop", *layers: str, kind: str = "tiny", **given: str) -> Plan:
        return make_plan(catalogue, Wish(kind, layers, given, directory))

    return make


@pytest.fixture
def snapshot() -> Snapshot:
    """A directory as its relative paths and contents, git's own left out, to compare before and after."""

    def of(folder: Path) -> dict[str, bytes]:
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    return of


@pytest.fixture
def git() -> Git:
    """Git in a directory: `git("status", cwd=folder)` → what it printed."""

    def run(*arguments: str, cwd: Path) -> str:
        done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return run


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the tiny templates that a test may spoil."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))
