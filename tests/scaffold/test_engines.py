"""Engines: which kind takes which, one switch for each, and a suite of its own that really runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from mlsmith.errors import UserError
from mlsmith.scaffold.kinds import find_kind, stack
from mlsmith.scaffold.locks import read_lock
from tests.scaffold.environments import of_an_owner
from tests.scaffold.projects import CATALOGUE, KINDS, REPOSITORY, Generated, generate

ENGINES = {
    "dask": {"forecast"},
    "spark": {"fraud", "recommender", "retention", "valuation"},
    "torchrun": {"bots", "forecast", "recommender"},
}
PACKAGES: dict[str, set[str]] = {"dask": {"dask", "distributed"}, "spark": {"pyspark", "py4j", "pyarrow"}, "torchrun": set()}
PAIRS = [(kind, engine) for engine, kinds in ENGINES.items() for kind in sorted(kinds)]
IN_CI = {("retention", "spark"), ("forecast", "dask"), ("bots", "torchrun")}
"""Whose suites CI runs: each engine in one kind; `just projects` runs them all"""


@pytest.fixture(
    scope="module",
    params=[pytest.param(pair, id="-".join(pair), marks=[] if pair in IN_CI else [pytest.mark.more]) for pair in PAIRS],
)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    kind, engine = request.param
    return str(kind), str(engine)


@pytest.fixture(scope="module")
def engine(pair: tuple[str, str]) -> str:
    return pair[1]


@pytest.fixture(scope="module")
def project(pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A project with the engine; each test leaves it as it found it."""
    return generate(pair[0], tmp_path_factory.mktemp("-".join(pair)), pair[1])


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_kind_that_does_not_take_an_engine_is_told_why(engine: str) -> None:
    for kind in sorted(set(KINDS) - ENGINES[engine]):
        with pytest.raises(UserError, match="exclude each other") as caught:
            stack(CATALOGUE, find_kind(CATALOGUE, kind), extra=[engine])
        assert len(caught.value.advice.split()) > 5, (kind, caught.value.advice)


def test_the_project_is_clean(project: Generated) -> None:
    linted = project.mlsmith("lint")
    assert linted.returncode == 0, linted.stdout
    gate = project.mlsmith("gate", "--format", "json")
    assert (gate.returncode, json.loads(gate.stdout)["grade"]) == (0, "A")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, "src", "tests"], cwd=project.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_switch_is_a_file_that_the_schema_knows(project: Generated, engine: str) -> None:
    values = yaml.safe_load((project.folder / f"conf/engine/{engine}.yaml").read_text(encoding="utf-8"))
    shape = json.loads((project.folder / "conf/schema.json").read_text(encoding="utf-8"))["$defs"]["EngineConfig"]
    assert values["engine"] == engine
    assert engine in shape["properties"]["engine"]["enum"]
    assert set(values) == set(shape["properties"])


def test_both_cis_have_a_job_for_the_suite_and_the_fast_tests_leave_it_out(project: Generated, engine: str) -> None:
    command = f"python project.py scale tests/scale/test_{engine}.py"
    steps = yaml.safe_load((project.folder / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"][engine]["steps"]
    assert steps[-1] == {"run": command}
    assert yaml.safe_load((project.folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))[engine]["script"] == [command]
    settings = tomllib.loads((project.folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert "scale" in settings["tool"]["pytest"]["ini_options"]["norecursedirs"]
    assert f"--engine {engine}" in (project.folder / "README.md").read_text(encoding="utf-8")


def test_its_packages_stay_out_of_what_the_others_need(project: Generated, engine: str) -> None:
    if PACKAGES[engine]:
        assert set(read_lock(project.folder / "requirements/scale.txt")) >= PACKAGES[engine]
    for purpose in ("run", "test", "dev"):
        assert not PACKAGES[engine] & (set(read_lock(project.folder / f"requirements/{purpose}.txt")) - {"pyarrow"})


def test_added_later_it_makes_the_same_project(pair: tuple[str, str], project: Generated, tmp_path: Path) -> None:
    kind, engine = pair
    later = generate(kind, tmp_path)
    added = later.mlsmith("add", engine)
    assert added.returncode == 0, added.stdout + added.stderr
    names = [path.relative_to(project.folder) for path in project.folder.rglob("*") if path.is_file()]
    for name in names:
        if not {".git", ".mlsmith", "__pycache__"}.intersection(name.parts) and ".ruff_cache" not in name.parts:
            assert (later.folder / name).read_bytes() == (project.folder / name).read_bytes(), name


@pytest.mark.projects
def test_the_suite_passes_and_the_switch_works_from_the_command_line(
    pair: tuple[str, str], project: Generated, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As its owner does it: the project's own script installs what the engine needs."""
    engine = pair[1]
    environment = of_an_owner(tmp_path_factory, builds=engine == "spark")  # PySpark has no wheel.
    for arguments in (["scale", "-rs"], ["--engine", engine, "--size", "small", "train"], ["check"]):
        done = subprocess.run(
            [sys.executable, "project.py", *arguments],
            cwd=project.folder,
            capture_output=True,
            text=True,
            env={**environment, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode in ((0, 1) if "train" in arguments else (0,)), done.stdout[-4000:] + done.stderr[-2000:]
        assert "SKIPPED" not in done.stdout, done.stdout
