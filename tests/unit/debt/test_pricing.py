"""The score, as the documentation says it is made, and as nobody may game it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlsmith.debt.pricing import GRADES, Score, grade_of, score
from mlsmith.engine.result import FileCount
from mlsmith.finding import Confidence, Finding, Position, Severity, Span, Status

SPAN = Span(Position(1, 1), Position(1, 2))


def finding(
    code: str = "EXP104",
    path: str = "a.py",
    minutes: int = 15,
    severity: Severity = Severity.WARNING,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    return Finding(code, "name", "m", "a", path, SPAN, severity, confidence, minutes)


def counts(lines: int, *, ml: bool = True) -> dict[str, FileCount]:
    return {"a.py": FileCount(lines, lines, True, ml)}


findings = st.lists(
    st.builds(
        finding,
        code=st.sampled_from(["EXP104", "TST101", "DEX102", "PRV103"]),
        path=st.sampled_from(["a.py", "b.py", "serve.py"]),
        minutes=st.integers(1, 120),
        severity=st.sampled_from(list(Severity)),
        confidence=st.sampled_from(list(Confidence)),
    ),
    max_size=40,
)


def quality(marks: Score) -> tuple[str, float]:
    assert marks.grade is not None
    return marks.grade, marks.minutes


def test_ten_findings_of_a_rule_in_a_file_count_and_no_more() -> None:
    assert score([finding()] * 10, counts(100)).minutes == score([finding()] * 11, counts(100)).minutes == 150


def test_medium_confidence_counts_half() -> None:
    assert score([finding(confidence=Confidence.MEDIUM)], counts(100)).minutes == 7.5


def test_suppressed_findings_do_not_count_and_those_in_the_baseline_do() -> None:
    suppressed, known = finding().with_status(Status.SUPPRESSED), finding().with_status(Status.BASELINE)
    assert score([suppressed, known], counts(100)).minutes == 15


def test_the_ratio_is_debt_over_thirty_minutes_a_line() -> None:
    marks = score([finding()], counts(1000))
    assert (marks.development_minutes, marks.ratio, marks.grade) == (30_000, 15 / 30_000, "A")


def test_the_bounds_are_inclusive() -> None:
    assert [grade_of(ratio) for ratio in (0.001, 0.0011, 0.003, 0.007, 0.015, 0.0151)] == list("ABBCDE")


def test_one_critical_finding_caps_at_c_and_five_at_d_in_words() -> None:
    critical = finding(minutes=45, severity=Severity.ERROR)
    one, five = score([critical], counts(1_000_000)), score([critical] * 5, counts(1_000_000))
    assert (one.grade, five.grade) == ("C", "D")
    assert "critical finding" in one.caps[0]
    assert "5 critical" in five.caps[0]


def test_a_privacy_error_on_the_serving_path_caps_at_d() -> None:
    error = finding(code="PRV103", path="serve.py", minutes=15, severity=Severity.ERROR)
    assert score([error], counts(1_000_000), serving=["serve*.py"]).grade == "D"
    assert score([error], counts(1_000_000)).grade == "A"


def test_without_machine_learning_or_code_there_is_no_grade() -> None:
    assert score([finding()], counts(100, ml=False)).grade is None
    assert score([finding()], {}).grade is None


def test_paying_what_is_named_earns_the_next_grade() -> None:
    marks = score([finding(minutes=100)], counts(1000))
    assert marks.grade == "C"
    assert marks.to_next_grade == 10
    assert score([finding(minutes=90)], counts(1000)).grade == "B"


def test_the_next_grade_costs_the_findings_that_hold_it_down_too() -> None:
    exposed = finding(code="PRV103", path="serve.py", minutes=15, severity=Severity.ERROR)
    assert score([exposed], counts(1_000_000), serving=["serve.py"]).to_next_grade == 15
    critical = finding(minutes=45, severity=Severity.ERROR)
    both = score([critical] * 5, counts(900))
    assert (both.grade, both.to_next_grade) == ("D", 45), "one must go, though the ratio alone asks for 36"
    assert score([critical], counts(1_000_000)).to_next_grade == 45


@given(findings, st.integers(50, 100_000), st.randoms())
def test_order_does_not_matter(found: list[Finding], lines: int, rng: object) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(found, counts(lines), ["serve.py"]) == score(shuffled, counts(lines), ["serve.py"])


@given(findings, findings, st.integers(50, 100_000))
def test_a_finding_more_never_improves_the_score(found: list[Finding], more: list[Finding], lines: int) -> None:
    before, after = score(found, counts(lines), ["serve.py"]), score([*found, *more], counts(lines), ["serve.py"])
    assert quality(after) >= quality(before)


@given(findings, st.integers(50, 100_000))
def test_splitting_a_file_never_improves_the_score(found: list[Finding], lines: int) -> None:
    split = [f._replace(path=f"{f.path}{i % 2}") for i, f in enumerate(found)]
    whole, parts = score(found, counts(lines)), score(split, counts(lines))
    assert parts.minutes >= whole.minutes
    assert GRADES.index(parts.grade or "A") >= GRADES.index(whole.grade or "A")
