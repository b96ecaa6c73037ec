"""The page of precision, from the recorded verdicts, and what mlsmith says of many repositories at once."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from mlsmith.rules.catalogue import all_rules

DATA = Path(__file__).resolve().parent.parent / "benchmarks"
_UNSEEN = """\
# Precision, measured

Findings on real repositories that are not ours, each judged at its place and, for rules about a whole project, by its call sites.
*true*: we would defend it to the authors; *false*: we would not; *unsure*: it depends on what the authors know, or mending it alone
would change nothing. Precision is true ÷ all, so that what we are unsure of counts against the rule.

**Who judged: the people who wrote the rules**, not an independent party. Nobody else has checked the verdicts. Each row, with
repository, commit, path, line and a reason, is in `benchmarks/precision/`; `just precision` writes this page.

## Unseen: the first look

Repositories on which the rule had never been tried, a few findings of a rule from each, judged before anything was mended on them.
A false verdict stays for ever. *As it stands* leaves out the findings that the rule, mended since, no longer gives, true ones too (`mended`
and `gone` in the rows; `benchmarks/replay_verdicts.py` looks for every one of the {replayed} verdicts on the repositories below): it is what the
present rule says of the same code, which is no longer unseen, and so flatters. The interval is Wilson's for 95 % of all that was read. A rule
that is *off* has to be asked for.
"""
_ROUNDS = """\
## Round by round

True of read in each look, every one at repositories that no look before had seen, after what that look showed was mended. The sum
above judges old versions of a rule; its **last round** judged the newest. What the last round itself showed has been mended since,
again without a look. Up to three findings of a rule from one repository, in the order they were found.
"""
_TUNED = """\
## Tuned: the repositories that the rules were mended on

These figures flatter: findings that the mended rules no longer give are not counted here, and many rows share one reason. They say
that the rules do on this code what was meant, and nothing about yours.
"""
_CORPUS = """\
## How much it says

All rules that are on, over {repositories} repositories as they stood, with {lines:,} lines: {findings:,} findings, {rate:.2f} per 1,000 lines,
of them {errors} errors, {error_rate:.3f} per 1,000 lines. Of {silent} repositories it said nothing at all. It crashed on {crashed}; {unread}
files could not be read and were each one entry (Python 2 mostly). `python benchmarks/corpus.py FOLDER` measures it anew; the rows with their
commits are in `benchmarks/corpus/repositories.jsonl`.
"""


def precision_page(note: str) -> str:
    rules = {rule.code: (rule.info().name, rule.default_on) for rule in all_rules()}
    rows = [row for row in _rows("precision") if row["code"] in rules]
    unseen, tuned = ([row for row in rows if (row.get("sample") == "unseen") is seen] for seen in (True, False))
    commits = {row["repository"]: row["commit"] for row in _rows("corpus")}
    replayed = sum(commits.get(row["repository"]) == row["commit"] and rules[row["code"]][1] for row in rows)
    first = [note, _UNSEEN.format(replayed=replayed), *_table(rules, unseen), ""]
    return "\n".join([*first, _ROUNDS, *_rounds_table(rules, unseen), "", _TUNED, *_table(rules, tuned), "", *_corpus()])


def _rows(folder: str) -> list[dict[str, Any]]:
    files = sorted((DATA / folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _corpus() -> list[str]:
    rows = _rows("corpus")
    if not rows:
        return []
    said = Counter[str]()
    for row in rows:
        said.update(row["by_severity"])
    lines, findings = sum(row["lines"] for row in rows), sum(said.values())
    return [
        _CORPUS.format(
            repositories=len(rows), lines=lines, findings=findings, rate=1000 * findings / lines, errors=said["error"],
            error_rate=1000 * said["error"] / lines, silent=sum(not row["by_severity"] for row in rows),
            crashed=sum(row["exit"] not in (0, 1, 2) for row in rows) or "none", unread=sum(row["unread"] for row in rows),
        )
    ]  # fmt: skip


def _table(rules: dict[str, tuple[str, bool]], rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| rule | repositories | read | true | false | unsure | precision | 95 % interval | as it stands |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    labels = {code: f"{code} {name}{'' if on else ' (off)'}" for code, (name, on) in rules.items()}
    lines += [_line(label, [row for row in rows if row["code"] == code]) for code, label in labels.items()]
    return [*lines, _line("**all**", rows)]


def _line(label: str, rows: list[dict[str, Any]]) -> str:
    counted = Counter(row["verdict"] for row in rows)
    share, interval = "none read", ""
    if rows:
        low, high = wilson(counted["true"], len(rows))
        share, interval = f"{100 * counted['true'] / len(rows):.0f} %", f"{100 * low:.0f}–{100 * high:.0f} %"
    kept = [row for row in rows if not row.get("mended") and not row.get("gone")]
    stands = f"{_hits(kept)} of {len(kept)}" if kept else ""
    repositories = len({row["repository"] for row in rows})
    counts = f"{repositories} | {len(rows)} | {counted['true']} | {counted['false']} | {counted['unsure']}"
    return f"| {label} | {counts} | {share} | {interval} | {stands} |"


def _rounds_table(rules: dict[str, tuple[str, bool]], rows: list[dict[str, Any]]) -> list[str]:
    """True of read by rule and round, and the last round's share; rules that only one round met are left to the table of all."""
    rounds = sorted({_round(row) for row in rows})
    lines = [
        f"| rule | {' | '.join(map(str, rounds))} | last round: read | precision | rules at |",
        f"|---|{'---:|' * (len(rounds) + 2)}---|",
    ]
    for code, (name, _) in rules.items():
        by_round = {number: [row for row in rows if row["code"] == code and _round(row) == number] for number in rounds}
        last = next((looked for looked in reversed(by_round.values()) if looked), [])
        if sum(bool(looked) for looked in by_round.values()) > 1:
            cells = [f"{_hits(looked)} of {len(looked)}" if looked else "" for looked in by_round.values()]
            share = f"{100 * _hits(last) / len(last):.0f} %"
            lines.append(f"| {code} {name} | {' | '.join(cells)} | {len(last)} | {share} | {last[-1].get('rules', '')} |")
    return lines


def _round(row: dict[str, Any]) -> int:
    return int(row.get("round", 1))


def _hits(rows: list[dict[str, Any]]) -> int:
    return sum(row["verdict"] == "true" for row in rows)


def wilson(hits: int, number: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share, which keeps within 0 and 1 also for few and for all."""
    share = hits / number
    centre = share + z * z / (2 * number)
    spread = z * math.sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return max(0.0, (centre - spread) / (1 + z * z / number)), min(1.0, (centre + spread) / (1 + z * z / number))
