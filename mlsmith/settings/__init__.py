"""`[tool.mlsmith]` in pyproject.toml, or mlsmith.toml: read, checked against one declaration, and frozen."""

from __future__ import annotations

from mlsmith.settings.declared import (
    OPTIONS,
    Bot,
    DataSettings,
    Declared,
    Described,
    GateSettings,
    KeyRule,
    Option,
    ReviewSettings,
    Settings,
    TargetSettings,
)
from mlsmith.settings.reading import FILES, as_data, candidates, load_settings, load_settings_text, plain, with_codes
from mlsmith.settings.schema import json_schema

__all__ = [
    "FILES", "OPTIONS", "Bot", "DataSettings", "Declared", "Described", "GateSettings", "KeyRule", "Option", "ReviewSettings", "Settings", "TargetSettings",
    "as_data", "candidates", "json_schema", "load_settings", "load_settings_text", "plain", "with_codes",
]  # fmt: skip
