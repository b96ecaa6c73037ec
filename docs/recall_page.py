"""The page of recall, from the places that authors themselves mended."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from mlsmith.rules.catalogue import all_rules

DATA = Path(__file__).resolve().parent.parent / "benchmarks" / "recall"
ENOUGH = 5
_INTRODUCTION = """\
# Recall, measured

Precision says how often a finding is right; this page says how often there is one. Each row of `benchmarks/recall/` is a place in the history
of a real project where **its authors themselves mended the very debt** that a rule speaks of: found by reading commit messages and
differences, not by running mlsmith, and written down before the rule was tried on it. A place is *found* where the rule speaks on that line of
the parent commit and less often in that file of the mending one.

*At first*: what the rule said before anything was mended on the place; this is the figure that speaks of code like yours. *Now*: after the kit
and the rules were mended on some of what they had missed, so it flatters. {rows} places in {repositories} repositories, found at first
{first}, now {now}. `just recall FOLDER` replays them
from clones.
"""


def recall_page(note: str) -> str:
    files = sorted(DATA.glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    introduction = _INTRODUCTION.format(
        rows=len(rows), repositories=len({row["repository"] for row in rows}), first=sum(row["first"] == "found" for row in rows),
        now=sum(bool(row["found"]) for row in rows),
    )  # fmt: skip
    lines = [note, introduction, "| rule | places | found at first | found now |", "|---|---:|---:|---:|"]
    missed: list[str] = []
    for rule in all_rules():
        of_rule = [row for row in rows if row["code"] == rule.code]
        if of_rule:
            first, now = sum(row["first"] == "found" for row in of_rule), sum(bool(row["found"]) for row in of_rule)
            lines.append(f"| {rule.code} {rule.info().name} | {len(of_rule)} | {first} | {now} |")
            missed += [_miss(row) for row in of_rule if not row["found"]]
    lines += ["", "## Without five rows", "", *_without_five(rows)]
    return "\n".join([*lines, "", "## What is missed, and why", "", *missed, ""])


def _without_five(rows: list[dict[str, Any]]) -> list[str]:
    """Rules with few rows or none, each with the searches that were made for it."""
    searched: dict[str, str] = tomllib.loads((DATA / "searched.toml").read_text(encoding="utf-8"))["rules"]
    counted = {rule.code: sum(row["code"] == rule.code for row in rows) for rule in all_rules()}
    lines = [f"- {code} ({counted[code]}): searched {searched[code]}" for code in counted if counted[code] < ENOUGH and code in searched]
    rest = [f"{code} ({number})" for code, number in counted.items() if number < ENOUGH and code not in searched]
    return [*lines, f"- No search is written down for {', '.join(rest)}."] if rest else lines


def _miss(row: dict[str, Any]) -> str:
    return f"- {row['code']} {row['repository']} `{row['path']}:{row['line']}`: {row['why']}"
