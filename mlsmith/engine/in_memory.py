"""Lint files that exist only in memory: how rules, built-in ones and those of other packages, are tested."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from mlsmith.engine.run import Options, lint_tree
from mlsmith.errors import UnreadableInput
from mlsmith.finding import Finding
from mlsmith.settings import Settings, load_settings_text
from mlsmith.sources.tree import MemoryTree


def lint_files(files: Mapping[str, str], *, only: str = "ALL", settings: str = "") -> list[Finding]:
    """New findings of all grains in a project of these files (path → text), sorted by place.

    `only` selects rules by code or prefix, whether they are on by default or not; `settings` is the text of an mlsmith.toml.
    Raises UnreadableInput where a file cannot be parsed, SettingsError where the settings are wrong.
    """
    chosen = load_settings_text(settings, "mlsmith.toml") if settings else Settings()
    # Whether a suppression is of use is known only when every rule has spoken.
    chosen = chosen._replace(select=("ALL",) if only == "CUL105" else (only,))
    result = lint_tree(partial(MemoryTree, files), Path("in-memory"), chosen, options=Options(jobs=1))
    if result.errors:
        first = result.errors[0]
        raise UnreadableInput(f"{first.path}:{first.line or 1}: {first.message}")
    return [finding for finding in result.new if only == "ALL" or finding.code.startswith(only)]
