"""The page of incidents: which mistake is caught by what, from the skeletons' own files; the tests of mlsmith run every one of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root

_INTRODUCTION = """\
# Incidents, and what catches each

Every kind of project carries mistakes as patches in `docs/incidents/`: the one that the paper tells of its project, and others of its kind.
`git apply docs/incidents/NAME.patch` makes the mistake; what stands beside it here then fails or speaks, and nothing else was green for the
wrong reason: mlsmith's own tests (`tests/scaffold/test_kinds.py`) make each project, apply each patch, and hold the result against this table,
with *not noticed by* as well, which is the lesson of many of them: the quality of the model alone does not tell. CI does so for every row on every
change: rules, diffs and reviews among the quick tests, the projects' own tests and refused data in the installed project (`just projects`).
"""


def incidents_page(note: str) -> str:
    catalogue = read_catalogue(templates_root())
    lines = [note, _INTRODUCTION]
    for kind in catalogue.kinds.values():
        files = [
            path for layer in kind.layers for path in sorted((catalogue.root / "layers" / layer / "incidents").glob("*.toml"))
        ]  # fmt: skip
        if files:
            lines += [f"## {kind.name}: {kind.title}\n", "| incident | caught by | not noticed by |", "|---|---|---|"]
            lines += [_row(path) for path in files]
            lines.append("")
    return "\n".join(lines)


def _row(path: Path) -> str:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    caught = "<br>".join(_caught(entry) for entry in told["caught_by"])
    quiet = "<br>".join(f"`{test.partition('::')[2]}`" for test in told.get("not_noticed_by", []))
    return f"| **{path.stem}**: {told['title']} ({told['source']}) | {caught} | {quiet} |"


def _caught(entry: dict[str, Any]) -> str:
    shown = entry["id"].partition("::")[2] or entry["id"]
    return f"{entry['kind']} `{shown}`"
