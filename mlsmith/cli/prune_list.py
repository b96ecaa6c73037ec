"""`mlsmith prune --list`: the flags that lint found dead, each with its command, its price, and whether prune would take it out."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from mlsmith.cli.prune import sight_of
from mlsmith.cli.streams import note, write_result
from mlsmith.engine.history import GitHistory
from mlsmith.errors import ExitCode
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from mlsmith.cli.lint import Scene


def show_candidates(scene: Scene, *, as_json: bool) -> int:
    from mlsmith.fixes.prune.candidates import candidates

    found = [row for row in candidates(sight_of(scene), GitHistory(scene.root)) if scene.covers(row.path)]
    rows = [
        {
            "flag": row.flag, "value": row.value, "code": row.code, "path": row.path, "line": row.line, "command": command(row.flag, row.value),
            "lines": row.lines, "owner": row.owner or None, "last_change": row.date or None, "refused": row.refusal or None,
        }
        for row in found
    ]  # fmt: skip
    if as_json:
        write_result((json.dumps({"version": 1, "candidates": rows}, indent=2) + "\n").encode())
        return ExitCode.OK
    write_result("".join(f"{_shown(row)}\n" for row in rows).encode("utf-8", "replace"))
    can = sum(row["refused"] is None for row in rows)
    note(f"{count(len(rows), 'candidate')}, {can} of which prune would take out")
    return ExitCode.OK


def command(flag: str, value: Any) -> str:
    """What to type, for a shell."""
    return f"mlsmith prune {shlex.quote(f'{flag}={value!r}')}"


def _shown(row: dict[str, Any]) -> str:
    since = f"; last touched by {row['owner']} on {row['last_change']}" if row["owner"] else ""
    what = f"refused: {row['refused']}" if row["refused"] else f"{row['lines']} lines would go"
    return f"{row['command']}\n    {row['path']}:{row['line']} {row['code']}{since}\n    {what}"
