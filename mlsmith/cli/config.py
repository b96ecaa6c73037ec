"""`mlsmith config`: the settings of the project, and what there is to set."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlsmith.settings import OPTIONS, as_data, json_schema, load_settings

config = typer.Typer(no_args_is_help=True, help="Show settings, and what there is to set.")


class ConfigFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


@config.command()
def show(
    path: Annotated[Path, typer.Argument(help="A place in the project.")] = Path(),
    output_format: Annotated[ConfigFormat, typer.Option("-f", "--format", help="How it is printed.")] = ConfigFormat.TEXT,
) -> None:
    """Show the resolved settings, and where each came from.

    Example: mlsmith config show --format json
    """
    settings, root, origins = load_settings(path)
    data = as_data(settings)
    rows = []
    for option in OPTIONS:
        table, _, key = option.key.rpartition(".")
        value = data[table][key] if table else data[key]
        rows.append((option.key, value, origins.get(option.key, "default")))
    if output_format is ConfigFormat.JSON:
        shown = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        typer.echo(json.dumps({"version": 1, "root": str(root), "settings": shown}, indent=2))
        return
    typer.echo(f"project  {root}")
    wide = max(len(key) for key, _, _ in rows)
    for key, value, origin in rows:
        line = f"{key.ljust(wide)}  {_toml(value)}"
        typer.echo(typer.style(line, dim=True) if origin == "default" else f"{line}  # {origin}")


@config.command()
def schema() -> None:
    """Print the JSON Schema of the settings.

    Example: mlsmith config schema > mlsmith.schema.json
    """
    typer.echo(json.dumps(json_schema(), indent=2))


def _toml(value: object) -> str:
    """A value as TOML has it; `none` where nothing is set."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inside)}" for key, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
