"""What only the kind `bots` promises; that its incidents apply and are caught is looked at with every kind's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scaffold.projects import Generated, generate, incidents_of

NEEDED = {"failed-runs-dropped", "target-lowered", "accounts-on-both-sides", "clock-unit-changed", "padding-mask-inverted"}


@pytest.fixture
def project(place: Path) -> Generated:
    return generate("bots", place)


def test_the_incidents_of_the_specification_are_there() -> None:
    assert set(incidents_of("bots")) >= NEEDED


def test_the_project_is_clean_and_two_incidents_are_named_without_running_it(project: Generated) -> None:
    assert project.codes() == set()
    with project.broken_by("sigmoid-twice"):
        assert project.codes() == {"TRB105"}
    with project.broken_by("target-lowered"):
        changes = json.loads(project.mlsmith("diff", "--format", "json").stdout)["changes"]
    assert [(change["component"], change["path"]) for change in changes] == [("configuration", "conf/base.yaml")]
