"""The kind `geo`: what it writes is clean, its incidents apply, and, run for real, each is caught by what it names."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest

from mlsmith.scaffold.create import create
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root
from mlsmith.scaffold.planning import Wish, make_plan

CATALOGUE = read_catalogue(templates_root())
INCIDENTS = sorted(path.stem for path in (templates_root() / "layers/geo/incidents").glob("*.toml"))
HERE = Path(__file__).resolve().parents[2]


def generate(place: Path) -> Path:
    """A geo project under version control."""
    project = create(make_plan(CATALOGUE, Wish("geo", (), {"package": "basin"}, str(place / "field")))).directory
    git(project, "config", "user.email", "tests@localhost")
    return project


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)


def mlsmith(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlsmith", *arguments]
    return subprocess.run(command, cwd=project, env={**os.environ, "PYTHONPATH": str(HERE)}, capture_output=True, text=True)


@pytest.fixture
def project(place: Path) -> Path:
    return generate(place)


def test_it_lints_clean_and_passes_its_own_gate_with_the_best_grade(project: Path) -> None:
    assert mlsmith(project, "lint").returncode == 0
    gate = mlsmith(project, "gate")
    assert gate.returncode == 0
    assert "grade A" in gate.stdout


def test_its_modules_are_short(project: Path) -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in (project / "src").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 220} == {}


def test_there_are_the_papers_incident_and_more() -> None:
    assert "black-box" in INCIDENTS
    assert len(INCIDENTS) >= 4


@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_applies_and_names_tests_that_exist(project: Path, incident: str) -> None:
    git(project, "apply", "--whitespace=error", f"docs/incidents/{incident}.patch")
    told = read(project, incident)
    assert {"title", "story", "source", "caught_by"} <= set(told)
    for test in named(told, "test") + told.get("not_noticed_by", []):
        path, _, name = test.partition("::")
        assert f"def {name}(" in (project / path).read_text(encoding="utf-8"), test
    for rule in named(told, "rule"):
        assert rule in mlsmith(project, "lint").stdout


def read(project: Path, incident: str) -> dict[str, Any]:
    return tomllib.loads((project / f"docs/incidents/{incident}.toml").read_text(encoding="utf-8"))


def named(told: dict[str, Any], kind: str) -> list[str]:
    return [entry["id"] for entry in told["caught_by"] if entry["kind"] == kind]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project and the Python of an environment with its hashed requirements for tests."""
    place = tmp_path_factory.mktemp("geo")
    project = generate(place)
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = ["install", "--quiet", "--require-hashes", "--no-deps", "-r", str(project / "requirements/test.txt")]
    subprocess.run([python, "-m", "pip", *install], check=True)
    return project, python


def run(installed: tuple[Path, Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    project, python = installed
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "OMP_NUM_THREADS": "1"}
    return subprocess.run([python, "-m", *arguments], cwd=project, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_it_trains_and_its_own_tests_pass(installed: tuple[Path, Path]) -> None:
    trained = run(installed, "basin", "train")
    assert trained.returncode == 0, trained.stdout + trained.stderr
    assert "quality bar reached" in trained.stdout
    tested = run(installed, "pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout[-3_000:]


@pytest.mark.slow
@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_is_caught_by_all_it_names_and_only_noticed_there(installed: tuple[Path, Path], incident: str) -> None:
    project, _ = installed
    told = read(project, incident)
    git(project, "apply", f"docs/incidents/{incident}.patch")
    try:
        caught, quiet = named(told, "test"), told.get("not_noticed_by", [])
        done = run(installed, "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *caught, *quiet)
        train = run(installed, "basin", "train") if named(told, "contract") else None
    finally:
        git(project, "checkout", "--quiet", "--", "src")
    words = [line.split() for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    failed = {line[1].partition("[")[0] for line in words}
    assert failed == set(caught), done.stdout[-3_000:]
    for breach in named(told, "contract"):
        assert train is not None
        assert (train.returncode, breach in train.stderr) == (2, True)
