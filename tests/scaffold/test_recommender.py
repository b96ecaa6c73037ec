"""What only the kind `recommender` promises: every half of the paper's incident, and the same batches for one process and for two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.scaffold.environments import of_kind
from tests.scaffold.projects import Generated, generate, incidents_of

COLD_START = {"warm-items-only", "cold-items-in-training"}
GROWN = {"prototype-grown", "set-epoch-forgotten"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A recommender project; each test leaves it as it found it."""
    return generate("recommender", tmp_path_factory.mktemp("recommender"))


@pytest.fixture(scope="module")
def installed(project: Generated, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The project with its Python."""
    return replace(project, interpreter=of_kind("recommender", tmp_path_factory).python)


def test_cold_start_and_a_prototype_that_grew_are_both_there() -> None:
    assert set(incidents_of("recommender")) >= COLD_START | GROWN


def test_one_file_switches_to_two_processes_and_changes_nothing_else(project: Generated) -> None:
    one, two = ((project.folder / f"conf/engine/{name}.yaml").read_text(encoding="utf-8") for name in ("duckdb", "workers"))
    values = [[line for line in text.splitlines() if not line.startswith("#")] for text in (one, two)]
    assert [pair for pair in zip(*values, strict=True) if pair[0] != pair[1]] == [("workers: 1", "workers: 2")]


@pytest.mark.projects
def test_two_gloo_processes_train_the_tower_of_one(installed: Generated) -> None:
    done = installed.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/scale")
    assert done.returncode == 0, done.stdout
