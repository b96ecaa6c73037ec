"""Every kind of project: clean as it is made, its own tests green, and each of its incidents caught by what it names and noticed nowhere else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scaffold.environments import Environment, children_seconds, of_kind
from tests.scaffold.forking import Forks
from tests.scaffold.projects import KINDS, Generated, generate, incidents_of, named

_CATCHERS = {"test", "rule", "diff", "review", "contract"}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def project(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A fresh project of the kind; every test leaves it as it found it."""
    return generate(kind, tmp_path_factory.mktemp(kind))


def test_a_fresh_project_has_nothing_to_complain_about_and_the_best_grade(project: Generated) -> None:
    linted = project.mlsmith("lint")
    assert linted.returncode == 0, linted.stdout
    gate = project.mlsmith("gate", "--format", "json")
    assert (gate.returncode, json.loads(gate.stdout)["grade"]) == (0, "A")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
def test_its_first_signers_need_nobody_and_then_a_changed_configuration_needs_one_of_them(kind: str, tmp_path: Path) -> None:
    """docs/decisions/0010: a new project has approved nothing."""
    project = generate(kind, tmp_path)
    bob = tmp_path / "bob"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(bob)], check=True)
    signers = project.folder / ".mlsmith/allowed_signers"
    signers.write_text(
        signers.read_text(encoding="utf-8") + f"bob@example.org {bob.with_suffix('.pub').read_text(encoding='utf-8')}", "utf-8"
    )
    main = project.git("branch", "--show-current").strip()
    project.git("checkout", "-qb", "signers")
    project.git("commit", "-qam", "who may approve")
    assert project.mlsmith("review", "verify", "--base", main).returncode == 0
    project.git("checkout", "-q", main)
    project.git("merge", "-q", "signers")

    project.git("checkout", "-qb", "work")
    config = project.folder / "conf/base.yaml"
    config.write_text(re.sub(r"(?m)^seed: \d+", "seed: 4321", config.read_text(encoding="utf-8")), "utf-8")
    project.git("commit", "-qam", "another seed")
    refused = project.mlsmith("review", "verify", "--base", main)
    assert (refused.returncode, "seed" in refused.stdout) == (1, True), refused.stdout
    shown = json.loads(project.mlsmith("review", "--base", main, "--format", "json").stdout)
    (waiting,) = shown["configurations"]
    project.git("config", "user.email", "bob@example.org")
    said = ["--reason", "measured", "--key", str(bob), "--diff-sha", waiting["diff_sha"]]
    approved = project.mlsmith("review", "approve", "conf/base.yaml", "--base", main, *said)
    assert approved.returncode == 0, approved.stderr
    project.git("add", "-A")
    project.git("commit", "-qm", "approved")
    passed = project.mlsmith("review", "verify", "--base", main)
    assert passed.returncode == 0, passed.stdout


def test_its_modules_are_short(project: Generated) -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in (project.folder / "src").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 220} == {}


def test_it_has_the_papers_incident_and_three_more(project: Generated) -> None:
    if project.kind == "minimal":
        pytest.skip("the smallest honest project stands for none of the paper's")
    assert len(incidents_of(project.kind)) >= 4
    for name in incidents_of(project.kind):
        told = project.told(name)
        assert {"title", "story", "source", "caught_by"} <= set(told), name
        assert {entry["kind"] for entry in told["caught_by"]} <= _CATCHERS, name
        assert told["caught_by"], name


def test_an_incident_applies_names_tests_that_exist_and_is_named_by_lint_diff_and_review(project: Generated) -> None:
    for name in incidents_of(project.kind):
        told = project.told(name)
        with project.broken_by(name):
            for test in [*named(told, "test"), *told.get("not_noticed_by", [])]:
                path, _, function = test.partition("::")
                assert f"def {function.partition('[')[0]}(" in (project.folder / path).read_text(encoding="utf-8"), (name, test)
            if named(told, "rule"):
                assert set(named(told, "rule")) <= project.codes(), name
            for words in named(told, "diff"):
                assert words in project.mlsmith("diff", "HEAD").stdout, (name, words)
            for config in named(told, "review"):
                waiting = project.mlsmith("review")
                assert (waiting.returncode, config in waiting.stdout) == (1, True), (name, config)
        assert project.git("status", "--porcelain") == "", name


@pytest.fixture(scope="module")
def environment(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The kind's packages, installed once."""
    return of_kind(kind, tmp_path_factory)


@pytest.fixture(scope="module")
def installed(project: Generated, environment: Environment) -> Generated:
    """The project with its Python."""
    return replace(project, interpreter=environment.python)


@pytest.fixture(scope="module")
def ready(installed: Generated) -> Iterator[Generated]:
    """The same with a process that has imported already what all its tests import."""
    if not hasattr(os, "fork"):
        yield installed
        return
    assert installed.interpreter is not None
    with Forks(installed.interpreter) as forks:
        yield replace(installed, forks=forks)


Took = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def took(kind: str, record_property: Callable[[str, object], None]) -> Took:
    """Notes the processor time of a part, for the table at the end (tests/conftest.py): `with took("train"): …`."""

    @contextmanager
    def part(name: str, forks: Forks | None = None) -> Iterator[None]:
        def now() -> float:
            return children_seconds() + (forks.seconds if forks else 0.0)

        begin = now()
        yield
        record_property(f"seconds {kind} {name}", now() - begin)

    return part


@pytest.mark.projects
def test_it_installs_by_hash_alone_trains_and_reaches_its_bar(
    installed: Generated, environment: Environment, took: Took, record_property: Callable[[str, object], None]
) -> None:
    record_property(f"seconds {installed.kind} install", environment.seconds)
    with took("train"):
        trained = installed.python("-m", "shop", "train")
    assert trained.returncode == 0, trained.stdout + trained.stderr
    installed.git("restore", "--source=HEAD", "--", ".")


@pytest.mark.projects
def test_its_own_tests_pass(installed: Generated, took: Took) -> None:
    with took("tests"):
        failing = installed.failing()
    assert failing == set()


INCIDENTS = [(kind, name) for kind in KINDS for name in incidents_of(kind)]


@pytest.mark.projects
@pytest.mark.parametrize(("kind", "name"), INCIDENTS, indirect=["kind"])
def test_each_incident_fails_all_that_it_names_and_nothing_that_it_calls_blind(ready: Generated, name: str, took: Took) -> None:
    told = ready.told(name)
    caught, quiet = named(told, "test"), told.get("not_noticed_by", [])
    with ready.broken_by(name), took("incidents", ready.forks):
        failing = ready.failing(*caught, *quiet) if caught or quiet else set()
        assert failing == {test.partition("[")[0] for test in caught}
        for breach in named(told, "contract"):
            train = ready.python("-m", "shop", "train")
            assert (train.returncode, breach in train.stderr) == (2, True), train.stderr
