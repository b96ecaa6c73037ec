"""The kind `retention`: clean as it is made, and each of its incidents found by what it names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from mlsmith.scaffold.create import create
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root
from mlsmith.scaffold.planning import Wish, make_plan

CATALOGUE = read_catalogue(templates_root())
FOLDER = CATALOGUE.root / "layers/retention/incidents"
INCIDENTS = sorted(path.stem for path in FOLDER.glob("*.toml"))
TOLD = {name: tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) for name in INCIDENTS}
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A retention project with its first commit; each test leaves it as it found it."""
    return create(make_plan(CATALOGUE, Wish("retention", (), {}, str(tmp_path_factory.mktemp("made") / "shop")))).directory


def test_a_fresh_project_has_nothing_to_complain_about_and_grade_a(project: Path) -> None:
    assert _mlsmith(project, "lint")[0] == 0
    code, text = _mlsmith(project, "gate", "--format", "json")
    assert (code, json.loads(text)["grade"]) == (0, "A")


def test_there_is_the_papers_incident_and_more_and_each_has_its_patch() -> None:
    assert {"logging-never-implemented", "city-as-a-feature"} <= set(INCIDENTS)
    assert len(INCIDENTS) >= 4
    assert {path.stem for path in FOLDER.glob("*.patch")} == set(INCIDENTS)


@pytest.mark.parametrize("name", INCIDENTS)
def test_an_incident_applies_and_names_tests_that_are_there(project: Path, name: str) -> None:
    _apply(project, name)
    assert _git(project, "status", "--porcelain")
    _apply(project, name, "--reverse")
    assert _git(project, "status", "--porcelain") == ""
    tests = [one["id"] for one in TOLD[name]["caught_by"] if one["kind"] == "test"]
    for test in [*tests, *TOLD[name]["not_noticed_by"]]:
        path, _, function = test.partition("::")
        assert f"def {function}(" in (project / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in INCIDENTS if any(one["kind"] != "test" for one in TOLD[name]["caught_by"])])
def test_what_lint_and_diff_must_name_they_name(project: Path, name: str) -> None:
    _apply(project, name)
    lint, diff = _mlsmith(project, "lint", "--format", "json"), _mlsmith(project, "diff", "HEAD")
    _apply(project, name, "--reverse")
    rules = {one["id"] for one in TOLD[name]["caught_by"] if one["kind"] == "rule"}
    assert {found["code"] for found in json.loads(lint[1])["findings"]} == rules
    for one in TOLD[name]["caught_by"]:
        assert one["kind"] != "diff" or one["id"] in diff[1]


def test_every_statement_is_a_file_of_sql_text(project: Path) -> None:
    folder = project / "src/shop/sql"
    assert {path.stem for path in folder.iterdir()} == {"events", "known", "bots", "features", "labels", "logged", "active"}
    python = "\n".join(path.read_text(encoding="utf-8") for path in (project / "src").rglob("*.py"))
    assert "GROUP BY" not in python


@pytest.mark.slow
def test_the_project_passes_its_tests_and_each_incident_fails_those_it_names(project: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    install = ["install", "--quiet", "--require-hashes", "--no-deps", "-r", str(project / "requirements/test.txt")]
    subprocess.run([python, "-m", "pip", *install], check=True)
    assert _pytest(python, project) == 0
    for name in INCIDENTS:
        _apply(project, name)
        for one in TOLD[name]["caught_by"]:
            if one["kind"] == "test":
                assert _pytest(python, project, one["id"]) == 1, one["id"]
        for test in TOLD[name]["not_noticed_by"]:
            assert _pytest(python, project, test) == 0, test
        _apply(project, name, "--reverse")


def _pytest(python: str, project: Path, *tests: str) -> int:
    return subprocess.run([python, "-m", "pytest", "-q", *tests], cwd=project, check=False).returncode


def _mlsmith(project: Path, *arguments: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mlsmith", *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def _apply(project: Path, name: str, *options: str) -> None:
    _git(project, "apply", *options, f"docs/incidents/{name}.patch")


def _git(project: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True, text=True).stdout
