"""Lint a small project that exists only in memory, with one rule or all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from mlsmith.engine.run import Options, lint_tree
from mlsmith.finding import Finding
from mlsmith.settings import Settings, load_settings_text
from mlsmith.sources.tree import MemoryTree


def settings_from(text: str) -> Settings:
    return load_settings_text(text, "mlsmith.toml") if text else Settings()


def lint(files: dict[str, str], *, only: str = "ALL", settings: str = "") -> list[Finding]:
    """New findings of all grains, sorted; `only` selects rules by code or prefix, whether they are on by default or not."""
    chosen = settings_from(settings)
    chosen = replace(chosen, select=(only,) if only != "CUL105" else ("ALL",))
    result = lint_tree(partial(MemoryTree, files), Path("small-project"), chosen, options=Options(jobs=1))
    assert not result.errors, result.errors
    return [finding for finding in result.new if only == "ALL" or finding.code.startswith(only)]
