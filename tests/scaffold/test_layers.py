"""Layers on top of kinds: with every pair of them chosen, one chosen and none, each kind's project is whole and clean."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from mlsmith.scaffold.kinds import find_kind, stack
from tests.scaffold.environments import of_all_layers
from tests.scaffold.forking import Forks
from tests.scaffold.projects import CATALOGUE, KINDS, Generated, generate

BUILT_IN = {layer.name for kind in KINDS for layer in stack(CATALOGUE, find_kind(CATALOGUE, kind))} | {"torch"}
OPTIONAL = sorted(set(CATALOGUE.layers) - BUILT_IN)
"""What `--with` is for; torch is a part of kinds"""

# Five projects a kind, each layer in three of them by a pattern of its own: any two layers meet, and each is once there without the other.
PATTERNS = list(combinations(range(5), 3))
ROWS = [tuple(layer for layer, chosen in zip(OPTIONAL, PATTERNS, strict=False) if row in chosen) for row in range(5)]
PROJECTS = [(kind, row) for kind in KINDS for row in range(len(ROWS))]
USES = {
    "dask": "tests/scale/test_dask.py",
    "devcontainer": "tests/test_devcontainer.py",
    "docker": "tests/test_image.py",
    "docs": "tests/test_site.py",
    "dp": "tests/data/test_budget.py",
    "dvc": "tests/test_stages.py",
    "mlflow": "tests/test_tracking.py",
    "serving": "tests/test_web.py",
    "spark": "tests/scale/test_spark.py",
    "torchrun": "tests/scale/test_torchrun.py",
}

IN_CI = {"minimal", "forecast"}
"""Kinds in which CI runs the layers' own tests: one with a table and one with a network and without tables. All: `just projects`."""


def fitting(kind: str, layers: Iterable[str]) -> list[str]:
    """The layers that the kind does not exclude, nor they the kind."""
    of_kind = stack(CATALOGUE, find_kind(CATALOGUE, kind))
    excluded = {name for layer in of_kind for name in layer.conflicts}
    own = {layer.name for layer in of_kind}
    return [layer for layer in layers if layer not in excluded and not own.intersection(CATALOGUE.layers[layer].conflicts)]


def test_the_rows_hold_every_pair_of_layers_both_ways() -> None:
    assert len(OPTIONAL) <= len(PATTERNS), "more layers need a sixth row"
    for first, second in combinations(OPTIONAL, 2):
        met = {(first in row, second in row) for row in ROWS}
        assert {(True, True), (True, False), (False, True)} <= met, (first, second)


def test_every_layer_has_a_test_of_its_own_in_the_project() -> None:
    assert sorted(USES) == OPTIONAL
    for layer, test in USES.items():
        folder = CATALOGUE.layers[layer].folder
        places = (
            [folder / "files"]
            if (folder / "files" / test).exists()
            else [folder / "with" / kind for kind in KINDS if fitting(kind, [layer])]
        )
        assert all((place / test).exists() for place in places), (layer, places)


@pytest.fixture(scope="module", params=PROJECTS, ids=lambda param: f"{param[0]}-{param[1]}")
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    kind, row = request.param
    return generate(kind, tmp_path_factory.mktemp(f"{kind}-{row}"), *fitting(kind, ROWS[row]))


def test_the_project_is_clean(project: Generated) -> None:
    linted = project.mlsmith("lint")
    assert linted.returncode == 0, linted.stdout
    gate = project.mlsmith("gate", "--format", "json")
    assert (gate.returncode, json.loads(gate.stdout)["grade"]) == (0, "A")
    checked = subprocess.run([sys.executable, "-m", "ruff", "check", "src", "tests"], cwd=project.folder, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    for path in project.folder.rglob("*.py"):
        assert "cookiecutter" not in path.read_text(encoding="utf-8"), path


def test_every_import_of_the_package_leads_somewhere(project: Generated) -> None:
    package = project.folder / "src" / "shop"
    for path in [*project.folder.glob("src/**/*.py"), *project.folder.glob("tests/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "shop":
                _, *inner = node.module.split(".")
                names = [inner[0]] if inner else [alias.name for alias in node.names]
                for name in names:
                    found = (package / f"{name}.py").exists() or (package / name).is_dir()
                    assert found or name in (package / "__init__.py").read_text(encoding="utf-8"), (path.name, name)


def test_what_each_layer_brings_is_there_and_nothing_of_the_others(project: Generated) -> None:
    chosen = _layers(project)
    for layer, test in USES.items():
        assert (project.folder / test).exists() == (layer in chosen), layer


def _layers(project: Generated) -> list[str]:
    return list(tomllib.loads((project.folder / ".mlsmith/project.toml").read_text(encoding="utf-8"))["layers"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_desk_that_serving_opens(kind: str, tmp_path: Path) -> None:
    project = generate(kind, tmp_path)
    opening = project.folder / "src/shop/opening.py"
    assert opening.exists(), "a kind opens its service in opening.py: `open_desk(config, *, project, data, runs)` yields a Desk (desk.py)"
    functions = {node.name: node for node in ast.walk(ast.parse(opening.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}
    arguments = functions["open_desk"].args
    assert [argument.arg for argument in arguments.args + arguments.kwonlyargs] == ["config", "project", "data", "runs"]
    assert isinstance(json.loads((project.folder / "docs/example.json").read_text(encoding="utf-8")), dict)


def test_no_layer_adds_to_a_project_that_did_not_ask(tmp_path: Path) -> None:
    project = generate("minimal", tmp_path)
    text = "".join(path.read_text(encoding="utf-8") for path in project.folder.glob("**/*.py"))
    assert not re.search(r"\b(mlflow|dvc|mkdocs|fastapi)\b", text)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the packages of all layers."""
    return of_all_layers(tmp_path_factory).python


@pytest.mark.projects
@pytest.mark.parametrize("kind", KINDS)
def test_the_tests_of_every_row_are_collected(kind: str, interpreter: Path, tmp_path: Path) -> None:
    with Forks(interpreter) as forks:
        for row, layers in enumerate(ROWS):
            project = generate(kind, tmp_path / str(row), *fitting(kind, layers))
            code, tests = forks.run(project.folder, ["--collect-only", "-q", "-p", "no:cacheprovider", "-o", "norecursedirs=.*", "tests"])
            assert code == 0, tests[-3000:]
            for layer, test in USES.items():
                assert (f"{test}::" in tests or f"{test}:" in tests) == (layer in _layers(project)), (layer, tests)


@pytest.mark.projects
@pytest.mark.parametrize("kind", [pytest.param(kind, marks=[] if kind in IN_CI else [pytest.mark.more]) for kind in KINDS])
def test_the_layers_own_tests_pass_in_every_kind(kind: str, interpreter: Path, tmp_path: Path) -> None:
    layers = fitting(kind, OPTIONAL)
    project = generate(kind, tmp_path, *layers)
    environment = {**os.environ, "PYTHONPATH": str(project.folder / "src"), "OMP_NUM_THREADS": "1"}
    command = [interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *(USES[layer] for layer in layers)]
    done = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert project.git("status", "--porcelain") == "", "tests write into the project"
