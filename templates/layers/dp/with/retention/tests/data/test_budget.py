"""The budget: answers add up by week, the same question costs once, past the limit nothing is drawn, entries stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from {{ cookiecutter.package }} import budget, cli, pipeline, publish
from {{ cookiecutter.package }}.budget import START, Answer, BrokenLedger, BudgetSpent
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.train import Prepared

WEEKS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda ends: range(min(ends), max(ends) + 1))
QUESTIONS = st.lists(st.tuples(WEEKS, st.sampled_from([0.25, 0.5, 1.0])), max_size=12)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the answers of one test are kept."""
    return tmp_path / "ledger" / "releases.jsonl"


def ask(ledger: Path, about: str, weeks: range, *, epsilon: float = 1.0, limit: float = 2.0) -> Answer:
    """A question to which the answer is its own number."""
    return budget.answer(
        ledger, about, weeks, epsilon=epsilon, budget=limit, counts=lambda: [len(budget.read(ledger)) + 1]
    )


def test_what_is_spent_adds_up_for_the_users_of_a_week_and_for_no_others(ledger: Path) -> None:
    ask(ledger, "cohorts", range(0, 4), epsilon=0.5)
    ask(ledger, "effect", range(3, 6), epsilon=0.75)
    answers = budget.read(ledger)
    assert [budget.spent(answers, week) for week in range(7)] == [0.5, 0.5, 0.5, 1.25, 0.75, 0.75, 0]


def test_the_same_question_gets_the_same_answer_and_costs_nothing(ledger: Path) -> None:
    first, again = ask(ledger, "cohorts", range(4)), ask(ledger, "cohorts", range(4))
    assert first == again
    assert budget.spent(budget.read(ledger), 0) == 1
    others = [ask(ledger, "effect", range(4)), ask(ledger, "cohorts", range(5, 8)), ask(ledger, "cohorts", range(8, 9))]
    assert [other.counts for other in others] == [[2], [3], [4]]


def test_past_the_budget_nothing_is_drawn_and_nothing_is_entered(ledger: Path) -> None:
    ask(ledger, "cohorts", range(4), limit=1.5)
    before = ledger.read_bytes()

    def never() -> list[int]:
        raise AssertionError("counts were drawn")

    with pytest.raises(BudgetSpent, match=r"weeks 2 to 3: 1 of 1\.5 are spent, and this would cost 1;"):
        budget.answer(ledger, "effect", range(2, 6), epsilon=1.0, budget=1.5, counts=never)
    assert ledger.read_bytes() == before
    assert ask(ledger, "effect", range(4, 6), limit=1.5).counts == [2]


@drawing(max_examples=60, deadline=None, derandomize=True)
@given(QUESTIONS)
def test_whatever_is_asked_in_whatever_order_no_user_loses_more_than_the_budget(
    tmp_path_factory: pytest.TempPathFactory, questions: list[tuple[range, float]]
) -> None:
    ledger, refused = tmp_path_factory.mktemp("ledger") / "releases.jsonl", 0
    for number, (weeks, epsilon) in enumerate(questions):
        try:
            ask(ledger, f"question {number}", weeks, epsilon=epsilon)
        except BudgetSpent:
            refused += 1
            answers = budget.read(ledger)
            assert max(budget.spent(answers, week) for week in weeks) + epsilon > 2
    answers = budget.read(ledger)
    assert len(answers) + refused == len(questions)
    assert max(budget.spent(answers, week) for week in range(10)) <= 2


@pytest.mark.parametrize("change", ["first is gone", "cheaper", "cut"])
def test_an_answer_that_was_taken_out_or_altered_is_noticed(ledger: Path, change: str) -> None:
    for week in range(3):
        ask(ledger, "cohorts", range(week, week + 1))
    lines = ledger.read_text(encoding="utf-8").splitlines()
    if change == "first is gone":
        lines = lines[1:]
    elif change == "cheaper":
        lines[0] = json.dumps(json.loads(lines[0]) | {"epsilon": 0.01})
    else:
        lines[1] = lines[1][:40]
    ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BrokenLedger):
        ask(ledger, "cohorts", range(5, 6))


def test_two_exports_at_once_cannot_both_spend_what_is_left(ledger: Path) -> None:
    def meanwhile() -> list[int]:
        with pytest.raises(ValueError, match="another export is at work"):
            ask(ledger, "effect", range(4))
        return [1]

    budget.answer(ledger, "cohorts", range(4), epsilon=1.0, budget=1.0, counts=meanwhile)
    with pytest.raises(BudgetSpent):
        ask(ledger, "effect", range(4), limit=1.0)


def test_the_first_answer_follows_the_start(ledger: Path) -> None:
    assert budget.read(ledger) == []
    assert ask(ledger, "cohorts", range(1)).previous == START


def test_the_command_spends_until_the_budget_refuses(
    tables: dict[str, Columns],
    prepared: Prepared,
    settings: Config,
    ledger: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(publish, "LEDGER", ledger)
    monkeypatch.setattr(pipeline, "prepare_all", lambda *_, **__: (tables, prepared))
    limit, epsilon = settings.export.budget, settings.export.epsilon
    affordable = int(limit // epsilon)
    for last in range(1, affordable + 1):
        assert cli.main(["export", "cohorts", "--weeks", "0", str(last)]) == 0
        printed = capsys.readouterr()
        assert printed.out.startswith("week,cohort,users,retained\n0,")
        assert f"week 0 has {limit - last * epsilon:g} of {limit:g} left" in printed.err
    assert cli.main(["export", "effect", "--weeks", "0", "3"]) == 2
    refused = capsys.readouterr()
    assert refused.out == ""
    assert f"{affordable * epsilon:g} of {limit:g} are spent" in refused.err
