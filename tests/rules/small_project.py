"""Lint a small project that exists only in memory, with one rule or all."""

from __future__ import annotations

from dataclasses import replace

from mlsmith.engine.analyse import analyse, analyse_project
from mlsmith.engine.discover import kind_of
from mlsmith.finding import Finding
from mlsmith.rules.catalogue import RuleSet, load_rules
from mlsmith.settings import Settings, load_settings_text


def settings_from(text: str) -> Settings:
    return load_settings_text(text, "mlsmith.toml") if text else Settings()


def lint(files: dict[str, str], *, only: str = "ALL", settings: str = "") -> list[Finding]:
    """Findings of all grains, sorted; `only` selects rules by code or prefix, whether they are on by default or not."""
    chosen = settings_from(settings)
    chosen = replace(chosen, select=(only,))
    rules: RuleSet = load_rules(chosen)
    findings: list[Finding] = []
    facts = {}
    for path, text in sorted(files.items()):
        kind = kind_of(path)
        assert kind is not None, f"{path} is not linted"
        analysis = analyse(text.encode(), path, kind, rules, chosen)
        assert analysis.error is None, f"{path}: {analysis.error}"
        findings.extend(analysis.findings)
        facts[path] = analysis.facts
    findings.extend(analyse_project(facts, rules, chosen))
    return sorted(findings, key=lambda finding: finding.sort_key)
