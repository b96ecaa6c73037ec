"""Rules that speak of reviews: literate pairs of revisions, each made into a real repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlsmith.cli.lint import Scene
from mlsmith.cli.reviewed import unreviewed
from mlsmith.finding import Finding
from mlsmith.rules.catalogue import all_rules
from mlsmith.rules.kit.rule import document_of
from mlsmith.settings import load_settings, with_codes
from tests.rules.literate import Case, parse_cases, read_cases
from tests.rules.test_history import git

HERE = Path(__file__).parent
CODES = {"CFG108": "unreviewed_config_change", "CFG109": "invalid_approval"}
CASES = [(code, case) for code, name in CODES.items() for case in read_cases(HERE / "configuration" / f"{name}.md")]


def found(case: Case, folder: Path, code: str) -> list[Finding]:
    """What a rule says of a branch that makes the base's files into the case's, nothing of it committed."""
    _write(folder, case.base or {"README.md": "words\n"})
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    git(folder, "checkout", "-q", "-b", "work")
    for name in set(case.base) - set(case.files):
        if name not in ("mlsmith.toml", ".mlsmith/allowed_signers"):
            (folder / name).unlink()
    _write(folder, case.files)
    settings, root, _ = load_settings(folder)
    return unreviewed(Scene(root, with_codes(settings, select=(code,)), ("",), {}, folder), None)


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def marks(findings: list[Finding]) -> set[tuple[str, int, str]]:
    return {(finding.path, finding.span.start.line, finding.code) for finding in findings}


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{code}-{case.title}" for code, case in CASES])
def test_a_case_gives_just_the_findings_it_marks(code: str, case: Case, tmp_path: Path) -> None:
    assert marks(found(case, tmp_path, code)) == set(case.expected)


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_documentation_hold(code: str, tmp_path: Path) -> None:
    (rule,) = [rule for rule in all_rules() if rule.code == code]
    _, sections = document_of(rule)
    (bad,) = parse_cases("## bad\n" + sections["Bad"], code)
    (good,) = parse_cases("## good\n" + sections["Good"], code)
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
    assert marks(found(bad, tmp_path / "bad", code)) == set(bad.expected) != set()
    assert found(good, tmp_path / "good", code) == []


def test_without_a_policy_git_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.yaml").write_text("x: 1\n")
    settings, root, _ = load_settings(tmp_path)
    assert shutil.which("git")
    monkeypatch.setenv("PATH", "")
    assert unreviewed(Scene(root, settings, ("",), {}, tmp_path), "nowhere") == []
