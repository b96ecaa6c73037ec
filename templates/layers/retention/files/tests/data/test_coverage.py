"""Every planned event is signed and came, by every version on every day; what did not come stops the training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import coverage, plan, train
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.coverage import Coverage, LoggingGap
from {{ cookiecutter.package }}.plan import Plan
from {{ cookiecutter.package }}.population import DAY
from {{ cookiecutter.package }}.warehouse import Warehouse

Lost = Callable[[Columns], np.ndarray]


def test_every_planned_event_came_from_every_version_on_every_day(
    warehouse: Warehouse, planned: Plan, settings: Config
) -> None:
    found = coverage.measure(warehouse, planned)
    assert [str(gap) for gap in coverage.gaps(found, settings.coverage)] == []
    assert found.strangers == ()


def test_every_entry_is_signed_as_it_stands(planned: Plan) -> None:
    assert planned.unsigned() == []
    assert {one.source for one in planned.events} == set(planned.owners)


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (lambda rows: (rows["name"] == "lesson_done") & (rows["version"] == "4.2"), "app.lesson_done of version 4.2"),
        (lambda rows: rows["name"] == "purchase", "server.purchase of version 4.0 on all days together: 0 in"),
        (lambda rows: rows["source"] == "push", "push.push_opened of version 4.1"),
        (
            lambda rows: (rows["source"] == "app") & (rows["occurred_at"] // DAY == 100),
            "app.session_start of version 4.2 on days 100 to 100: 0 in",
        ),
        (lambda rows: (rows["name"] == "lesson_done") & (rows["event_id"] % 5 > 0), "app.lesson_done of version 4.1"),
    ],
    ids=["one event of one version", "a rare event, never", "a whole source", "one day", "four of five"],
)
def test_what_was_not_logged_is_named_with_its_owner(
    tables: dict[str, Columns], settings: Config, planned: Plan, lost: Lost, said: str
) -> None:
    rows = tables["raw_events"]
    with Warehouse.of(settings, {**tables, "raw_events": take(rows, ~lost(rows))}) as silent:
        found = [str(gap) for gap in coverage.gaps(coverage.measure(silent, planned), settings.coverage)]
    named = [text for text in found if text.startswith(said)]
    assert len(named) == 1
    assert named[0].endswith(f"ask {planned.owners[said.split('.')[0]]}")
    expected = {name.split(" on ")[0].split(" of ")[0] for name in found}
    assert said.split(" of ")[0] in expected


def test_training_does_not_begin_where_something_was_not_logged(
    tables: dict[str, Columns], settings: Config, planned: Plan
) -> None:
    kept = tables["raw_events"]["name"] != "session_end"
    with pytest.raises(LoggingGap, match=r"session_end.*ask Mina Aalto"):
        train.prepare({**tables, "raw_events": take(tables["raw_events"], kept)}, settings, planned)


def test_an_event_in_no_plan_stops_the_training_too(warehouse: Warehouse, planned: Plan, settings: Config) -> None:
    smaller = planned.model_copy(update={"events": planned.events[:-1]})
    with pytest.raises(LoggingGap, match=r"push\.push_opened is logged and in no plan"):
        coverage.require(coverage.measure(warehouse, smaller), settings.coverage)


def test_few_users_on_a_day_are_no_gap(warehouse: Warehouse, planned: Plan, settings: Config) -> None:
    found = coverage.measure(warehouse, planned)
    quiet = replace(found, users=np.minimum(found.users, 3), logged=np.minimum(found.logged, 3))
    assert list(coverage.gaps(one_day(quiet), settings.coverage)) == []


def test_a_changed_entry_is_not_signed_any_more(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "logging_plan.yaml"
    text = (project / "data" / "logging_plan.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("per_100_active: 150", "per_100_active: 5"), encoding="utf-8")
    assert plan.load(path).unsigned() == [
        "app.lesson_done is not signed as it stands; ask Mina Aalto, product owner of the app"
    ]
    plan.sign(path, source="app", event="lesson_done", by="Mina Aalto", when=date(2024, 5, 6))
    signed = plan.load(path)
    assert signed.unsigned() == []
    assert path.read_text(encoding="utf-8").count("signed:") == len(signed.events)
    with pytest.raises(ValueError, match=r"plans no app\.lesson_begun"):
        plan.sign(path, source="app", event="lesson_begun", by="Mina Aalto", when=date(2024, 5, 6))


def test_a_source_without_an_owner_is_refused(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "logging_plan.yaml"
    text = (project / "data" / "logging_plan.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("  push: Rosa Conti, product owner of messaging\n", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="nobody owns the source push"):
        plan.load(path)


def one_day(found: Coverage) -> Coverage:
    """The first day alone."""
    return replace(found, days=found.days[:1], logged=found.logged[:, :, :1] * 0, users=found.users[:, :1])
