"""`mlsmith rule`: one rule explained, or all of them listed."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlsmith.errors import UserError, nearest

if TYPE_CHECKING:
    from mlsmith.rules.kit.rule import RuleInfo


class RuleFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


def rule(
    code: Annotated[str | None, typer.Argument(help="A rule's code or name.", show_default=False)] = None,
    show_list: Annotated[bool, typer.Option("--list", help="One line for each rule.")] = False,
    output_format: Annotated[RuleFormat, typer.Option("-f", "--format", help="How it is printed.")] = RuleFormat.TEXT,
) -> None:
    """Explain a rule: what it finds, why that is debt, what to write instead, when it stays silent.

    Example: mlsmith rule EXP104
    """
    from mlsmith.rules.catalogue import all_rules

    infos = [known.info() for known in all_rules()]
    as_json = output_format is RuleFormat.JSON
    if show_list:
        _show_list(infos, as_json=as_json)
        return
    if code is None:
        raise UserError("which rule?", advice="name its code, or say --list")
    found = next((info for info in infos if code.upper() == info.code or code.lower() == info.name), None)
    if found is None:
        hint = nearest(code.upper(), [info.code for info in infos]) or nearest(code, [info.name for info in infos])
        raise UserError(f'there is no rule "{code}"', advice=hint or "see `mlsmith rule --list`")
    if as_json:
        typer.echo(json.dumps({"version": 1, **as_data(found)}, indent=2))
    else:
        _show(found)


def as_data(info: RuleInfo) -> dict[str, Any]:
    """One rule as JSON has it."""
    return {
        "code": info.code, "name": info.name, "area": info.area, "title": info.title,
        "severity": info.severity, "minutes": info.minutes, "default": info.default_on, "fix": info.has_fix,
        "options": info.options,
        "sections": {heading: _for_readers(body) for heading, body in info.sections.items()},
        "url": f"https://mlsmith.dev/rules/{info.code}",
    }  # fmt: skip


def _show_list(infos: list[RuleInfo], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"version": 1, "rules": [as_data(info) for info in infos]}, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if _is_terminal() else 160)
    longest = max(len(info.name) for info in infos)
    for area, of_area in groupby(infos, key=lambda info: info.area):
        console.print(Text(f"{area.replace('-', ' ')}", style="bold underline"))
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        for width in (6, longest, 6, 3, None):
            table.add_column(width=width, justify="right" if width == 6 else "left", no_wrap=width is not None)
        for info in of_area:
            style = _COLOURS[info.severity] if info.default_on else "dim"
            what = Text(info.title if info.default_on else f"{info.title} (off by default)", style="" if info.default_on else "dim")
            table.add_row(Text(info.code, style=f"bold {style}"), info.name, f"{info.minutes} min", "fix" if info.has_fix else "", what)
        console.print(table, "")
    off = sum(not info.default_on for info in infos)
    console.print(Text(f"{len(infos)} rules, {off} of them off by default · mlsmith rule CODE explains one", style="dim"))


def _show(info: RuleInfo) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.text import Text

    width = None if _is_terminal() else 100
    console = Console(width=width)
    console.width = min(console.width, 100)
    console.print(
        Text.assemble(
            (info.code, f"bold {_COLOURS[info.severity]}"),
            "  ",
            (info.name, "bold"),
            "  ",
            (info.area, "dim"),
        )
    )
    console.print(Text(info.title))
    facts = [
        info.severity,
        f"{info.minutes} minutes",
        "on by default" if info.default_on else "off by default",
    ]
    if info.has_fix:
        facts.append("can be fixed")
    console.print(Text(" · ".join(facts), style="dim"))
    for heading, body in info.sections.items():
        console.print(Text(f"\n{heading}", style="bold"))
        console.print(Padding(Markdown(_for_readers(body), code_theme="ansi_dark"), (0, 0, 0, 2)))
    if info.options:
        console.print(Text("\nConfigure", style="bold"))
        lines = [f"[tool.mlsmith.rules.{info.code}]"]
        lines += [f"{name} = {json.dumps(default)}" for name, default in info.options.items()]
        console.print(Padding(Text("\n".join(lines), style="cyan"), (0, 0, 0, 2)))
    console.print(Text(f"\nSilence one place:  # mlsmith: ignore[{info.code}] the reason", style="dim"))


def _for_readers(body: str) -> str:
    """A section without the marks that its examples carry for the tests."""
    return re.sub(r" *# finding: [A-Z]+\d+", "", body)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
