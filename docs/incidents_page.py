"""The page of incidents: which mistake is caught by what, from the skeletons' own files; the tests of mlsmith run every one of them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.locate import templates_root

PEERS = Path(__file__).resolve().parent.parent / "benchmarks" / "peer_skeletons.json"

_INTRODUCTION = """\
# Incidents, and what catches each

Every kind of project carries mistakes as patches in `docs/incidents/`: the one that the paper tells of its project, and others of its kind.
`git apply docs/incidents/NAME.patch` makes the mistake; what stands beside it here then fails or speaks, and nothing else was green for the
wrong reason: mlsmith's own tests (`tests/scaffold/test_kinds.py`) make each project, apply each patch, and hold the result against this table,
with *not noticed by* as well, which is the lesson of many of them: the quality of the model alone does not tell. CI does so for every row on every
change: rules, diffs and reviews among the quick tests, the projects' own tests and refused data in the installed project (`just projects`).
"""


_PEERS = """\
## The same mistakes in projects of peers' skeletons

`python benchmarks/peer_skeletons.py CLONES VENVS` makes a project from each, runs what the project brings to check itself, plants one mistake at a
time where the project has a place for it, and runs the checks again; a control, a name that does not exist, shows that the linter is awake. *–* means
that nothing that was run said anything, *no place* that the skeleton has no such code; of those with † a part could not be run, which is named
below. These skeletons want to be other things than ours, a folder structure or a
pipeline's frame; the table says what their users get without writing tests of their own. Ours are in the tables above.
"""
_MISTAKES = {
    "shuffled-labels": "labels shuffled before training",
    "shuffle-flag-flipped": "the shuffle flag flipped",
    "leaked-column": "the label among the features",
    "fit-before-split": "scaled before the split",
    "evaluated-on-training-data": "tested on the training data",
    "seed-removed": "the seed taken away",
    "threshold-literal": "a threshold as a literal in serving",
    "unpinned-dependency": "a dependency no longer pinned",
    "configuration-changed": "a value of the configuration changed, unreviewed",
}


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
    return "\n".join([*lines, *_peers()]) + "\n"


def _peers() -> list[str]:
    found = json.loads(PEERS.read_text(encoding="utf-8"))
    lines = [
        _PEERS,
        "| mistake | " + " | ".join(name + (" †" if peer["not_run"] else "") for name, peer in found.items()) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    lines += [
        f"| {title} | " + " | ".join(_noticed(peer["noticed_by"].get(name)) for peer in found.values()) + " |"
        for name, title in _MISTAKES.items()
    ]
    lines += ["", "What was really run, at which commit:\n"]
    for name, peer in found.items():
        ran = ", ".join(f"{check} ({state} as made)" for check, state in peer["as_made"].items())
        left = f"; not run: {peer['not_run']}" if peer["not_run"] else ""
        lines.append(f"- **{name}** (`{peer['repository']}` at `{peer['commit'][:10]}`) comes with {peer['comes_with']}. Run: {ran}{left}.")
    lines += ["", "Versions of what they were checked with, and every edit, stand in `benchmarks/peer_skeletons.toml`."]
    return lines


def _noticed(checks: list[str] | None) -> str:
    return "no place" if checks is None else ", ".join(checks) or "–"


def _row(path: Path) -> str:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    caught = "<br>".join(_caught(entry) for entry in told["caught_by"])
    quiet = "<br>".join(f"`{test.partition('::')[2]}`" for test in told.get("not_noticed_by", []))
    return f"| **{path.stem}**: {told['title']} ({told['source']}) | {caught} | {quiet} |"


def _caught(entry: dict[str, Any]) -> str:
    shown = entry["id"].partition("::")[2] or entry["id"]
    return f"{entry['kind']} `{shown}`"
