"""What only the kind `retention` promises: the paper's two incidents, one text of SQL, and a plan that is signed as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scaffold.projects import Generated, generate, incidents_of

LOGGING, CITY = "logging-never-implemented", "city-as-a-feature"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A retention project; each test leaves it as it found it."""
    return generate("retention", tmp_path_factory.mktemp("retention"))


def test_both_halves_of_the_papers_incident_are_there() -> None:
    assert {LOGGING, CITY} <= set(incidents_of("retention"))


def test_a_personal_column_is_all_that_lint_has_to_say_about_the_city(project: Generated) -> None:
    with project.broken_by(CITY):
        assert project.codes() == {"PRV101"}


def test_every_statement_is_a_file_of_sql_text_and_none_is_in_python(project: Generated) -> None:
    texts = {path.stem for path in _source(project).glob("sql/*.sql")}
    assert texts == {"events", "known", "bots", "features", "labels", "logged", "active"}
    assert "GROUP BY" not in "\n".join(path.read_text(encoding="utf-8") for path in _source(project).glob("*.py"))


def test_every_entry_of_the_logging_plan_is_signed(project: Generated) -> None:
    plan = (project.folder / "data/logging_plan.yaml").read_text(encoding="utf-8")
    assert plan.count("- source:") == plan.count("signed: {by:") == 7


def _source(project: Generated) -> Path:
    return next((project.folder / "src").iterdir())
