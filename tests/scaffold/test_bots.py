"""The kind `bots`: its files are whole, its incidents apply, and its own suite catches each of them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mlsmith.scaffold.create import create
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root
from mlsmith.scaffold.planning import Wish, make_plan

INCIDENTS = sorted(path.stem for path in (templates_root() / "layers/bots/incidents").glob("*.toml"))
NEEDED = {"failed-runs-dropped", "target-lowered", "accounts-on-both-sides", "clock-unit-changed", "padding-mask-inverted"}


@pytest.fixture
def project(place: Path) -> Path:
    """A new project of the kind, with its first commit."""
    return create(make_plan(read_catalogue(templates_root()), Wish("bots", (), {}, "shop"))).directory


def test_the_incidents_of_the_specification_are_there() -> None:
    assert set(INCIDENTS) >= NEEDED


@pytest.mark.parametrize("incident", INCIDENTS)
def test_each_incident_applies_and_names_tests_that_exist(project: Path, incident: str) -> None:
    subprocess.run(["git", "apply", f"docs/incidents/{incident}.patch"], cwd=project, check=True)
    told = tomllib.loads((project / f"docs/incidents/{incident}.toml").read_text(encoding="utf-8"))
    named = [catch["id"] for catch in told["caught_by"] if catch["kind"] == "test"] + told.get("not_noticed_by", [])
    assert named
    for path, _, test in (name.partition("::") for name in named):
        assert f"def {test}(" in (project / path).read_text(encoding="utf-8")


def test_the_project_is_clean_and_two_incidents_are_named_without_running_it(project: Path) -> None:
    assert _mlsmith(project, "lint", "--format", "json")["findings"] == []
    subprocess.run(["git", "apply", "docs/incidents/sigmoid-twice.patch"], cwd=project, check=True)
    found = _mlsmith(project, "lint", "--format", "json")["findings"]
    assert {finding["code"] for finding in found} == {"TRB105"}
    subprocess.run(["git", "checkout", "--quiet", "."], cwd=project, check=True)
    subprocess.run(["git", "apply", "docs/incidents/target-lowered.patch"], cwd=project, check=True)
    changes = _mlsmith(project, "diff", "--format", "json")["changes"]
    assert [(change["component"], change["path"]) for change in changes] == [("configuration", "conf/base.yaml")]


@pytest.mark.projects
@pytest.mark.parametrize("incident", INCIDENTS)
def test_each_incident_is_caught_by_the_tests_it_names(project: Path, incident: str) -> None:
    told = tomllib.loads((project / f"docs/incidents/{incident}.toml").read_text(encoding="utf-8"))
    catching = [catch["id"] for catch in told["caught_by"] if catch["kind"] == "test"]
    blind = told.get("not_noticed_by", [])
    assert _failed(project, catching + blind) == set()
    subprocess.run(["git", "apply", f"docs/incidents/{incident}.patch"], cwd=project, check=True)
    assert _failed(project, catching + blind) == set(catching)


def _failed(project: Path, tests: list[str]) -> set[str]:
    """Those of the tests that fail, whatever their parameters."""
    command = [sys.executable, "project.py", "test", "-rf", *tests]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return {line.partition("[")[0] for line in lines}


def _mlsmith(project: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "mlsmith", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return dict(json.loads(done.stdout))
