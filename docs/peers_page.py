"""The page that sets mlsmith beside its peers, from what `benchmarks/peers.py` recorded."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "benchmarks" / "peers"
_WHOLE = ("mlsmith", "ruff", "torchfix", "bandit", "vulture")
_BOUNDED = ("pylint", "dslinter")
Record = dict[str, Any]
_INTRODUCTION = """\
{repositories} repositories, {lines:,} lines of Python and {notebooks} notebooks, at the commits below, chosen before mlsmith's rules had been
tried on any of them (they have since been mended on some). Every tool ran over the same files on the same machine, alone, in one process,
without a cache and without the repository's own settings. **These are counts of findings, not of findings that are right**: nobody has judged
those of the peers. How often mlsmith is right is in [precision](precision.md), judged by its authors; a tool that reports more is not better
for it, nor one that reports less. Which rule belongs to which class is in `benchmarks/peers/classes.toml`, the counts by rule in
`benchmarks/peers/*.json`; `just peers` measures anew.
"""
_WHOLE_READING = """\
Findings by class of debt over the whole repositories. An empty cell: the tool has no rule for it. ruff and mlsmith read notebooks, the
others do not.
"""
_BOUNDED_READING = """\
Both are too slow for whole repositories. Each took the Python files in an order that only their paths decide, until it had had its CPU time
for the repository (`bound` in the data); beside it, what mlsmith says of just these files.
"""
_TIME = """\
CPU seconds of the process and its children over the files that it read, once; wall seconds are left in the data, as other work went on
on the machine. Of pylint and dslinter, which were started for a few files at a time, what each start costs on an empty file is taken off, which
favours them; of the others the start is in. `unread`: files that the tool itself says it could not read.
"""
_HISTORIES = """\
Changes of configuration that nobody but their author approved (`mlsmith review`), and changes of behaviour between two revisions
(`mlsmith diff`, EXP106), need a history and are not in these counts; no peer looks at either.
"""


def peers_page(note: str) -> str:
    records = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(DATA.glob("*.json"))]
    classes = _read("classes.toml")["class"]
    tools = _read("tools.toml")["tool"]
    scale = {"repositories": len(records), "lines": sum(r["lines"] for r in records), "notebooks": sum(r["notebooks"] for r in records)}
    lines = [
        note, "# mlsmith beside its peers\n", _INTRODUCTION.format(**scale), "## What each speaks of\n", _WHOLE_READING,
        *_classes(classes, _WHOLE, {tool: _sum(r["tools"][tool]["counts"] for r in records) for tool in _WHOLE}),
        "\n" + _remarks(classes), "\n## pylint and dslinter, on the files that they came through\n", *_bounded(records, classes),
        "\n## Totals and time\n", _TIME, *_totals(records, tools),
        "\n## What is lost without each of them\n", *_advice(tools),
        "\n## What none of them sees\n", *_alone(classes, records),
        "\n## The repositories\n", *_repositories(records),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _read(name: str) -> Record:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _sum(counts: Any) -> Counter[str]:
    return sum((Counter(each) for each in counts), Counter())


def _of_class(found: Record, counts: Counter[str], tool: str) -> str:
    rules = found.get(tool, [])
    return str(sum(counts[rule] for rule in rules)) if rules else ""


def _classes(classes: list[Record], tools: tuple[str, ...], counts: dict[str, Counter[str]]) -> list[str]:
    lines = [f"| debt | {' | '.join(tools)} |", f"|---|{'---:|' * len(tools)}"]
    for found in classes:
        cells = [_of_class(found, counts[tool], tool.partition(" ")[0]) for tool in tools]
        if any(cells):
            lines.append(f"| {found['name']} | {' | '.join(cells)} |")
    rest = [counts[tool].total() - sum(counts[tool][rule] for c in classes for rule in c.get(tool.partition(" ")[0], [])) for tool in tools]
    return [*lines, f"| everything else | {' | '.join(map(str, rest))} |"]


def _bounded(records: list[Record], classes: list[Record]) -> list[str]:
    lines = [_BOUNDED_READING.rstrip()]
    for tool in _BOUNDED:
        rows = [r["tools"][tool] for r in records]
        files, read = sum(row["files"] for row in rows), sum(row["lines"] for row in rows)
        counts = {tool: _sum(row["counts"] for row in rows), "mlsmith there": _sum(row["mlsmith"] for row in rows)}
        lines += [f"\n### {tool}: {files} files, {read:,} lines\n", *_classes(classes, (tool, "mlsmith there"), counts)]
    return lines


def _remarks(classes: list[Record]) -> str:
    return "\n".join(f"- {found['name']}: {found['note']}." for found in classes if "note" in found)


def _totals(records: list[Record], tools: list[Record]) -> list[str]:
    lines = [
        "| tool | version | asked for | findings | mostly | lines read | per 1,000 lines | CPU s | CPU s per 1,000 lines | unread | crashes |",
        "|---|---|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    asked = {"mlsmith": "default rules"} | {tool["name"]: tool.get("asked", "") for tool in tools}
    for name in (*_WHOLE, *_BOUNDED):
        rows = [r["tools"][name] for r in records]
        read = sum(r["tools"][name].get("lines", r["lines"]) for r in records)
        counts, cpu = (
            _sum(row["counts"] for row in rows),
            sum(max(0.0, row["cpu"] - row.get("start", 0) * row.get("starts", 0)) for row in rows),
        )
        found = counts.total()
        mostly = ", ".join(f"{rule} {number}" for rule, number in counts.most_common(3))
        versions = ", ".join(sorted({row["version"] for row in rows}))
        unread, crashes = sum(row["unread"] for row in rows), sum(bool(row["crash"]) for row in rows)
        lines.append(
            f"| {name} | {versions} | {asked[name]} | {found:,} | {mostly} | {read:,} | {1000 * found / read:.1f} | {cpu:,.1f} | {1000 * cpu / read:.3f} "
            f"| {unread} | {crashes} |"
        )
    return lines


def _advice(tools: list[Record]) -> list[str]:
    lines = []
    for tool in tools:
        if "why" in tool:
            lines.append(f"- **{tool['name']}** {tool['version']} could not be measured: {tool['why']}")
        else:
            lines.append(f"- **{tool['name']}**, beside mlsmith: {tool['beside']}. {tool['lacks']}")
    return lines


def _alone(classes: list[Record], records: list[Record]) -> list[str]:
    ours = _sum(r["tools"]["mlsmith"]["counts"] for r in records)
    alone = [c for c in classes if c["mlsmith"] and not any(c.get(tool) for tool in (*_WHOLE[1:], *_BOUNDED))]
    theirs = [c for c in classes if not c["mlsmith"]]
    return [
        "Classes for which no peer here has a rule, with what mlsmith finds in these repositories: "
        + "; ".join(f"{c['name']} ({_of_class(c, ours, 'mlsmith') or 0})" for c in alone)
        + ". A zero is no proof of anything: the rule found nothing here.",
        "", "For these mlsmith has no rule and leaves the field to the others: " + "; ".join(c["name"] for c in theirs) + ".",
        "", _HISTORIES,
    ]  # fmt: skip


def _repositories(records: list[Record]) -> list[str]:
    kinds = _read("repositories.toml")
    lines = ["| repository | kind | commit | lines of Python | notebooks |", "|---|---|---|---:|---:|"]
    return lines + [
        f"| {r['repository']} | {kinds.get(r['repository'], '')} | `{r['commit'][:10]}` | {r['lines']:,} | {r['notebooks']} |"
        for r in records
    ]
