"""One look at the whole catalogue: what every rule owes its reader and its user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlsmith.engine.in_memory import lint_files as lint
from mlsmith.finding import AREAS, Safety
from mlsmith.fixes.apply import fixable, patch
from mlsmith.rules.catalogue import all_rules
from mlsmith.rules.kit.rule import Rule, document_of
from tests.rules.literate import parse_cases, read_cases
from tests.rules.test_cases import case_file

RULES = all_rules()
HEADINGS = ["What it finds", "Why it is debt", "Bad", "Good", "Fix", "When it stays silent", "Options", "References"]
OPTIONAL = {"Options"}
FOLDERS = {
    "experiment": "EXP", "troubleshooting": "TRB", "testing": "TST", "dependencies": "DEP", "glue": "GLU", "privacy": "PRV", "culture": "CUL",
    "configuration": "CFG", "dead_code": "DEX", "resources": "RES", "transparency": "TRA", "monitoring": "MON", "feedback": "FBL",
    "effort": "EFF",
}  # fmt: skip
by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule({}).name for rule in RULES}) == len(RULES)


@by_rule
def test_the_documentation_has_its_headings_in_order(rule: type[Rule]) -> None:
    title, sections = document_of(rule)
    assert title.endswith(".")
    assert [heading for heading in HEADINGS if heading in sections] == list(sections)
    assert set(HEADINGS) - OPTIONAL <= set(sections)
    assert all(body.strip() for body in sections.values())
    assert ("Options" in sections) == bool(rule.options)


@by_rule
def test_a_rule_stands_in_the_folder_of_its_area_under_its_own_name(rule: type[Rule]) -> None:
    _, _, area, name = rule.__module__.split(".")
    assert FOLDERS[area] == rule.code[:3] in AREAS
    assert rule({}).name == name.replace("_", "-")


@by_rule
def test_a_rule_has_cases_and_look_alikes(rule: type[Rule]) -> None:
    if rule.needs_history:
        pytest.skip("speaks of a history: its cases are in test_history.py")
    cases = read_cases(case_file(rule))
    alike = [case for case in cases if case.title.startswith("Look-alike")]
    assert len(cases) - len(alike) >= 1
    assert len(alike) >= 2
    assert all(not case.expected for case in alike)


@by_rule
def test_a_rule_imports_only_the_kit(rule: type[Rule]) -> None:
    import sys

    source = Path(sys.modules[rule.__module__].__file__ or "").read_text(encoding="utf-8")
    imported = re.findall(r"^\s*(?:from|import) (mlsmith[\w.]*)", source, re.M)
    assert all(name.startswith(("mlsmith.rules.kit", "mlsmith.regex")) for name in imported), imported


@pytest.mark.parametrize("rule", [r for r in RULES if "```" in document_of(r)[1].get("Fix", "")], ids=lambda rule: rule.code)
def test_the_fix_of_the_bad_example_gives_what_the_documentation_shows(rule: type[Rule]) -> None:
    _, sections = document_of(rule)
    (bad,), (wanted,) = parse_cases("## bad\n" + sections["Bad"], rule.code), parse_cases("## fix\n" + sections["Fix"], rule.code)
    files = {path: re.sub(r"[ \t]*# finding: .*", "", text) for path, text in bad.files.items()}
    for _ in range(5):
        found = fixable(lint(files, only=rule.code), unsafe=True)
        if not found:
            break
        for path in {finding.path for finding in found}:
            patched = patch(files[path].encode(), path, [finding for finding in found if finding.path == path])
            assert patched.applied
            files[path] = patched.data.decode()
    assert files == wanted.files
    assert not lint(files, only=rule.code), "the fix converges"


def test_safe_fixes_are_marked_safe() -> None:
    found = lint({"code.py": "import os, torch\n\ndef f(d):\n    return os.listdir(d)[3:]\n"}, only="EXP107")
    assert [f.fix.safety for f in found if f.fix] == [Safety.SAFE]
