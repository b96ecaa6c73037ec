"""Every rule against its literate cases and against the examples of its own documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlsmith.engine.in_memory import lint_files as lint
from mlsmith.rules.catalogue import all_rules
from mlsmith.rules.kit.rule import Rule, document_of
from tests.rules.literate import Case, parse_cases, read_cases

HERE = Path(__file__).parent
RULES = all_rules()


def case_file(rule: type[Rule]) -> Path:
    area, name = rule.__module__.split(".")[-2:]
    return HERE / area / f"{name}.md"


CASES = [(rule, case) for rule in RULES if case_file(rule).exists() for case in read_cases(case_file(rule)) if not case.base]


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule.code}-{case.title}" for rule, case in CASES])
def test_a_case_gives_just_the_findings_it_marks(rule: type[Rule], case: Case) -> None:
    findings = lint(case.files, only=rule.code, settings=case.settings)
    seen = {(finding.path, finding.span.start.line, finding.code) for finding in findings}
    wanted = {mark for mark in case.expected if mark[2] == rule.code}
    assert seen == wanted, "\n".join(f"{f.path}:{f.span.start.line} {f.code} {f.message}" for f in findings)


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.needs_history], ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_is_found_and_the_good_one_is_not(rule: type[Rule]) -> None:
    _, sections = document_of(rule)
    (bad,), (good,) = parse_cases("## bad\n" + sections["Bad"], rule.code), parse_cases("## good\n" + sections["Good"], rule.code)
    found = {(f.path, f.span.start.line, f.code) for f in lint(bad.files, only=rule.code, settings=bad.settings)}
    assert bad.expected, "the Bad example marks no finding"
    assert found == set(bad.expected)
    assert [f for f in lint(good.files, only="ALL", settings=good.settings) if f.code == rule.code] == []
