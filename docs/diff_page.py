"""The page about `mlsmith diff` on real commits, from the recorded verdicts."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from precision_page import wilson

DATA = Path(__file__).resolve().parent.parent / "benchmarks" / "diff"
REFACTORING = re.compile(tomllib.loads((DATA / "rounds.toml").read_text(encoding="utf-8"))["refactoring"], re.IGNORECASE)
_SORTED, _AFTER, _UNSEEN = 8, 22, 28
"""The round from which on lines are sorted; the first and the last of commits that nobody had seen when the sorts were described"""
_READ_AGAIN = frozenset({17, 18, 19, 26, 29})
"""Rounds of commits that an earlier one had read"""
_HEAD = """\
# What `mlsmith diff` says of real commits

Commits of repositories that are not ours, drawn by a seed (`benchmarks/diff/rounds.toml`), half of them among those whose subject speaks of
refactoring, formatting, renaming or the like. Of each, a few of the reported lines were drawn likewise and read against `git show`. *true*: the
commit does that, there; *false*: what runs does the same, or the line names the wrong values or the wrong place; *unsure*: it depends on what the
authors know. Precision is true ÷ all. Of a commit of which nothing was reported, the whole of what it changes was looked at, and of long ones the
beginning: *missed* means that it does change behaviour.

**Who judged: the people who wrote this**, not an independent party; rounds 11, 12 and 17 to 29 were read by some of them who had not worked on
`diff`, but for 41 of the 131 lines of round 24. Each row, with repository, commit, line and reason, is in
`benchmarks/diff/verdicts.jsonl`; `just diff-commits CLONES` draws, compares and joins them anew (`--round 12` one round, `--unread` prints what has
no verdict, `--write` notes what is no longer said).

Rounds 1 to 4, 6, 8 to 16, 20 to 25, 27 and 28 are of repositories that no round before had seen, and were read before anything was mended on them;
5 and 7 look at configuration files alone, and of the ten repositories of the fifth seven had been seen. Rounds 17, 18, 19, 26 and 29 draw other lines
of commits that rounds 2, 3, 11 and again 2 had read. Between 4 and 6, 6 and 8, and each two from 8 on what the round before had shown was mended; the
last number that says something about code not seen is therefore that of round 28, read with the version before its own mends. From round 6 on more was
counted as
false than before: the wrong kind of step, the place where a value is read instead of the one where it stands, texts of a page, the version of the
package. A false verdict stays. *As it stands* leaves out the lines that are no longer said in the same words, true ones too: it is what is left of
what was read, and flatters. How much, round 17 shows: it draws other lines, one a commit, of what the version of then said of the 199 commits of
round 2. Of the 50 among them that had been read before and are still said 47 are true; of the 79 that nobody had read, by two readers who had not
worked on `diff`, 48. What the last column promises is therefore true of lines, and not of reports: three of four lines are, on commits that it was
mended on as on others.
After round 10 three or more ordinary steps of one function became one line, and a class or file that is new as a whole too: their lines are no
longer said, true or false, and what took their place has no verdict in these rounds. Of the lines read in rounds 6, 8, 9 and 10 that were said
until then, those about a function with one such step were true in 52 of 58, with two in 37 of 41, with three or more in 85 of 112. In round 11 16
of the 20 such lines that were drawn were true. After round 11 steps that went to another function became one line, a new function that its caller
is told with too, and what a caller hands in is told where it is called. Round 12, sixty commits of ten repositories, is the first that was read
since: five of the six lines of steps that were drawn are true, and of lines about what moved, or about parameters, which are one each of its 521,
none was drawn.
What stands in the last column of the table of reasons is what it still gets wrong.

**What was asked for**, and what was found. Of 200 commits of ten repositories nine of ten lines that are reported as behavioural should be true, and
four of five of those whose subject speaks of refactoring should have no line, or a true one. Rounds 26 and 29 ask it of the 199 commits of round 2
that can be read, which the code had been mended on. In round 26 one line a commit was drawn: 84 of 93 are true (90 %). In round 29, drawn anew with a
later version, two: 133 of 144 are true (92 %); 88 of them had been read before, of which 86 are true, and 56 had not, of which three readers who had
not worked on `diff` found 47 (84 %). Of its 99 refactorings 47 are
reported as without a change, and 44 with one that is there; of the 47 readers missed something in 5, in 4 of them no more than that a public name or
module is called otherwise now, which `mlsmith diff` takes for a renaming.

**On commits that the code had not seen it is less**: in rounds 22 to 28 {0} of the lines that are said to be a change of behaviour are true, and
{1} of what may do the same (the second table has each round; before them between six and eight of ten of all lines were). Each repository
brings its own scope and its own ways of writing: what is told wrongly is, for the most part, the same value by another way, a thing that was renamed
or moved together with all that reads it, files for tests and pipelines that are called like others, and two unrelated statements that are taken for
one. Of the 96 and 103 commits of rounds 27 and 28 that speak of refactoring 74 and 75 are good, where one line of each sort was read; in rounds 20 to
25 183 of 214.

## Lines

| round | of | commits | lines reported | read | true | false | unsure | precision | 95 % interval | as it stands |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""
_SORTS = """
## The two sorts of lines

Since round 22 `mlsmith diff` tells apart what cannot come to the same, as far as the line shows, and *what may do the same as before* ([decision
13](../decisions/0013-written-in-another-way.md)). Of the commits of rounds 22 to 25 lines of both sorts were drawn by themselves, up to three and
one a commit, and read by people who did not know which were which. After round 22 owners of methods, arguments and entries that are gone, and keys
under another name went to the second sort, so that its row flatters; round 23 was read with the sorts as they were. Of its 116 lines those who read
had time for 75, which they took in the order that they were given. After round 24 what it had shown went to the second sort too; its row and that of
round 25 have the sorts as they were when the lines were drawn, as those of rounds 27 and 28 have, one line of each sort a commit. Lines of earlier
rounds are sorted by what is said of them now, and those that are said no more by their words. Rounds 26 and 29 have lines of the first sort alone.

| round | changes of behaviour | precision | 95 % interval | may do the same | precision |
|---|---:|---:|---:|---:|---:|
"""
_COMMITS = """
## Commits whose subject speaks of refactoring

Good: nothing was reported and nothing was missed, or at least one of the lines read is a change that is there.
Rounds 18, 19, 26 and 29 have only the commits of which a line was drawn, 18 and 19 one that had not been read, and none that is quiet but for 9 in
round 29 that had had lines before.

| round | commits | nothing reported | with a change that is there | only noise | missed | good |
|---|---:|---:|---:|---:|---:|---:|
"""
_CONFIGURATION = """
## Values of configuration files, by another reader

Of the 105 commits of round 7 each pair of YAML, JSON and TOML files that is compared by key was read by PyYAML and the standard library too, made
flat, and the keys that differ put beside those that `mlsmith diff` touches (`python benchmarks/diff_configurations.py CLONES`). Of 233 pairs the
other reader refused 8, templates and JSON with remarks; in 221 the keys were the same. In 3 of the other 4 an empty list or mapping was filled, or
one was emptied, which is told as what came or went in it; in the last, steps of a pipeline were paired by what they do and not by their places. No
value that differs was left unsaid. Of the lines of round 7 that were read none has a wrong value: the false ones are of files that no model
depends on, such as the locks of a page, pipelines of the tools, and documentation.
"""
_WHY = """
## Why lines were false

| reason | lines | still said |
|---|---:|---:|
"""


def diff_page(note: str) -> str:
    rows = [json.loads(line) for line in (DATA / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    rounds = sorted({row["round"] for row in rows})
    of = {row["round"]: row.get("only", "everything") for row in rows}
    lines = [_lines_row(number, of[number], [row for row in rows if row["round"] == number]) for number in rounds]
    commits = [_commits_row(number, [row for row in rows if row["round"] == number]) for number in rounds if of[number] == "everything"]
    false = [row for row in rows if row["verdict"] == "false"]
    said = Counter(row["reason"] for row in false if not row.get("gone"))
    why = [f"| {reason} | {count} | {said[reason] or ''} |" for reason, count in Counter(row["reason"] for row in false).most_common()]
    sorts = [
        _sorts_row(str(number), [row for row in rows if row["round"] == number])
        for number in rounds
        if number >= _SORTED and of[number] == "everything"
    ]
    unseen = [row for row in rows if _AFTER <= row["round"] <= _UNSEEN and row["round"] not in _READ_AGAIN]
    sorts.append(_sorts_row(f"{_AFTER} to {_UNSEEN}, not seen before", unseen))
    head = _HEAD.format(*(_share(_verdicts(unseen, sort=sort)) for sort in (False, True)))
    tables = [head + "\n".join(lines), _SORTS + "\n".join(sorts), _COMMITS + "\n".join(commits)]
    return "\n".join([note, *tables, _CONFIGURATION, _WHY + "\n".join(why)]) + "\n"


def _lines_row(number: int, of: str, rows: list[dict[str, Any]]) -> str:
    reported = {(row["repository"], row["commit"]): row["reported"] for row in rows}
    read = [row for row in rows if row.get("path")]
    counted = Counter(row["verdict"] for row in read)
    low, high = wilson(counted["true"], len(read))
    kept = [row for row in read if not row.get("gone")]
    hits = sum(row["verdict"] == "true" for row in kept)
    stands = f"{hits} of {len(kept)} ({100 * hits / len(kept):.0f} %)"
    counts = f"{len(reported)} | {sum(reported.values()):,} | {len(read)} | {counted['true']} | {counted['false']} | {counted['unsure']}"
    return f"| {number} | {of} | {counts} | {100 * counted['true'] / len(read):.0f} % | {100 * low:.0f}–{100 * high:.0f} % | {stands} |"


def _sorts_row(name: str, rows: list[dict[str, Any]]) -> str:
    cells = []
    for sort in (False, True):
        some = _verdicts(rows, sort=sort)
        if not some:
            cells += ["none"] * 3
            continue
        low, high = wilson(sum(some), len(some))
        cells += [_share(some), f"{100 * sum(some) / len(some):.0f} %", f"{100 * low:.0f}–{100 * high:.0f} %"]
    return f"| {name} | {' | '.join(cells[:5])} |"


def _share(some: list[bool]) -> str:
    return f"{sum(some)} of {len(some)}"


def _verdicts(rows: list[dict[str, Any]], *, sort: bool) -> list[bool]:
    """Of the lines of a sort which are true."""
    return [row["verdict"] == "true" for row in rows if row.get("path") and _sort(row) is sort]


def _sort(row: dict[str, Any]) -> bool:
    """Whether a line may do the same: as it was said when it was drawn, and of earlier rounds as it is said now."""
    return bool(row.get("drawn_rewritten", row.get("rewritten")))


def _commits_row(number: int, rows: list[dict[str, Any]]) -> str:
    verdicts: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if REFACTORING.search(row["subject"]):
            verdicts.setdefault((row["repository"], row["commit"]), set()).add(row["verdict"])
    counted = Counter(
        "missed" if "missed" in found else "quiet" if "none" in found else "true" if "true" in found else "noise"
        for found in verdicts.values()
    )
    good = counted["quiet"] + counted["true"]
    parts = " | ".join(str(counted[kind]) for kind in ("quiet", "true", "noise", "missed"))
    return f"| {number} | {len(verdicts)} | {parts} | {good} ({100 * good / len(verdicts):.0f} %) |"
