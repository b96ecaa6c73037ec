"""Lint a small project that exists only in memory, with one rule or all."""

from __future__ import annotations

from dataclasses import replace

from mlsmith.engine.analyse import analyse, analyse_project
from mlsmith.finding import Finding
from mlsmith.rules.catalogue import RuleSet, load_rules
from mlsmith.settings import Settings, load_settings_text


def settings_from(text: str) -> Settings:
    return load_settings_text(text, "mlsmith.toml") if text else Settings()


def kind_of(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    if name.startswith("Dockerfile"):
        return "dockerfile"
    if name == "pyproject.toml" or name.startswith(("requirements", "environment")) or name.endswith(".in"):
        return "requirements"
    return {"py": "python", "ipynb": "notebook"}.get(name.rsplit(".", 1)[-1], "config")


def lint(files: dict[str, str], *, only: str = "ALL", settings: str = "") -> list[Finding]:
    """Findings of all grains, sorted; `only` selects rules by code or prefix, whether they are on by default or not."""
    chosen = settings_from(settings)
    chosen = replace(chosen, select=(only,))
    rules: RuleSet = load_rules(chosen)
    findings: list[Finding] = []
    facts = {}
    for path, text in sorted(files.items()):
        analysis = analyse(text.encode(), path, kind_of(path), rules, chosen)
        assert analysis.error is None, f"{path}: {analysis.error}"
        findings.extend(analysis.findings)
        facts[path] = analysis.facts
    findings.extend(analyse_project(facts, rules, chosen))
    return sorted(findings, key=lambda finding: finding.sort_key)
