"""The templates that ship: every kind, every layer, every lock."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold.create import create, requirements
from mlsmith.scaffold.kinds import find_kind, questions_of, read_catalogue, stack
from mlsmith.scaffold.layers import PURPOSES
from mlsmith.scaffold.locate import templates_root
from mlsmith.scaffold.locks import closure, read_lock, read_locks
from mlsmith.scaffold.planning import Wish, make_plan
from mlsmith.settings import load_settings

CATALOGUE = read_catalogue(templates_root())
LOCK = CATALOGUE.root / "locks" / "universal.txt"
LOCKS = read_locks(LOCK.parent)
KINDS = sorted(CATALOGUE.kinds)
Git = Callable[..., str]
COMMON = {"project_name", "slug", "package", "description", "author", "owner", "python", "seed"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_project_within_three_seconds(kind: str, place: Path, git: Git) -> None:
    plan = make_plan(CATALOGUE, Wish(kind, (), {}, "shop"))
    start = time.process_time()
    created = create(plan)
    assert time.process_time() - start < 3
    assert tuple(git("-c", "core.quotePath=off", "ls-files", cwd=created.directory).splitlines()) == created.files
    assert {"README.md", "pyproject.toml", "project.py", ".mlsmith/project.toml"} <= set(created.files)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_asks_the_common_questions(kind: str) -> None:
    layers = stack(CATALOGUE, find_kind(CATALOGUE, kind))
    assert {question.key for question in questions_of(layers)} >= COMMON


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_takes_its_names_from_the_answers(kind: str, place: Path) -> None:
    given = {
        "project_name": "Zebra & Söhne",
        "package": "zebra",
        "owner": "risk@localhost",
        "seed": "4711",
        "author": "O'Neil",
    }
    project = create(make_plan(CATALOGUE, Wish(kind, (), given, "stripes")), git=False).directory
    assert (project / "src/zebra").is_dir()
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "stripes"
    assert settings["project"]["authors"] == [{"name": "O'Neil"}]
    sources = [path.read_text(encoding="utf-8") for path in (project / "src").rglob("*.py")]
    assert any("from zebra" in text for text in sources)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_whose_the_data_are_and_when_the_model_is_good_enough(kind: str, place: Path) -> None:
    project = create(make_plan(CATALOGUE, Wish(kind, (), {"owner": "risk@localhost"}, "shop")), git=False).directory
    settings, root, _ = load_settings(project)
    assert root == project
    assert settings.data.source
    assert settings.data.consumer
    assert all(entry.owner for entry in (*settings.data.source, *settings.data.model))
    assert all(entry.reads for entry in (*settings.data.feature, *settings.data.model, *settings.data.consumer))
    assert settings.data.model[0].owner == "risk@localhost"
    assert settings.target.metric
    assert settings.target.deadline


@pytest.mark.parametrize("layer", sorted(CATALOGUE.layers))
def test_every_layer_fits_every_kind_or_says_why_not(layer: str, place: Path) -> None:
    made = []
    for kind in KINDS:
        try:
            made.append(create(make_plan(CATALOGUE, Wish(kind, (layer,), {}, kind)), git=False))
        except UserError as error:
            assert "exclude each other" in str(error)  # noqa: PT017
    assert made


@pytest.mark.parametrize("kind", KINDS)
def test_locks_are_closed_hashed_and_hold_the_former_ones(kind: str, place: Path) -> None:
    project = create(make_plan(CATALOGUE, Wish(kind, (), {}, "shop")), git=False).directory
    before: set[str] = set()
    for purpose in ("run", "test", "dev"):
        path = project / f"requirements/{purpose}.txt"
        lock = read_lock(path)
        assert before <= set(lock)
        assert {parent for pins in lock.values() for pin in pins for parent in pin.needed_by} <= set(lock)
        assert "://" not in path.read_text(encoding="utf-8")
        before = set(lock)


def test_the_locks_name_no_index_and_fit_the_layers() -> None:
    for path in LOCK.parent.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "index" not in text
    done = subprocess.run([sys.executable, LOCK.with_name("refresh.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_layers_ranges_hold_the_locked_releases() -> None:
    for layer in CATALOGUE.layers.values():
        assert all(closure(LOCKS, requirements([layer], purpose)) is not None for purpose in PURPOSES)


def test_nothing_is_locked_that_no_layer_needs() -> None:
    wanted = [text for purpose in PURPOSES for text in requirements(CATALOGUE.layers.values(), purpose)]
    assert {pin.name for pin in closure(LOCKS, wanted)} == set(LOCKS)


def test_torch_stands_apart_and_what_it_needs_does_not(place: Path) -> None:
    project = create(make_plan(CATALOGUE, Wish("minimal", ("torch",), {}, "shop")), git=False).directory
    run, torch, cuda = (read_lock(project / f"requirements/{name}.txt") for name in ("run", "torch", "cuda"))
    assert set(torch) == {"torch"}
    # What the metadata of torch's CPU build asks for.
    assert {"filelock", "typing-extensions", "setuptools", "sympy", "networkx", "jinja2", "fsspec"} <= set(run)
    assert not {"torch", "triton"} & set(run)
    assert "triton" in cuda
    assert all("sys_platform == 'linux'" in pin.marker for pins in cuda.values() for pin in pins)
    assert 'install("cuda")' in (project / "project.py").read_text(encoding="utf-8")
    plain = create(make_plan(CATALOGUE, Wish("minimal", (), {}, "plain")), git=False).directory
    assert "torch" not in (plain / "project.py").read_text(encoding="utf-8")
    assert not (plain / "requirements/torch.txt").exists()


@pytest.mark.slow
def test_the_script_installs_torch_by_hash_with_all_that_it_imports(place: Path) -> None:
    project = create(make_plan(CATALOGUE, Wish("minimal", ("torch",), {}, "shop")), git=False).directory
    use = "import torch; assert float(torch.ones(3).sum()) == 3; import pip._internal as pip; raise SystemExit(pip.main(['check']))"
    done = subprocess.run([sys.executable, "project.py", "python", "-c", use], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_run_lock_of_fraud_installs_by_hashes_alone_and_is_complete(place: Path) -> None:
    project = create(make_plan(CATALOGUE, Wish("fraud", (), {}, "shop")), git=False).directory
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "-r",
        str(project / "requirements/run.txt"),
    ]
    subprocess.run([python, "-m", "pip", *install], check=True)
    checked = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
