"""The recorded verdicts, from which the page on precision is made."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for file in sorted((ROOT / "benchmarks" / "precision").glob("*.jsonl"))
    for line in file.read_text("utf-8").splitlines()
]
UNSEEN = [row for row in ROWS if row.get("sample") == "unseen"]


def test_every_verdict_names_its_place_at_a_commit() -> None:
    for row in ROWS:
        assert row["verdict"] in ("true", "false", "unsure"), row
        assert row["why"], row
        assert re.fullmatch(r"[0-9a-f]{40}", row["commit"]), row


def test_an_unseen_verdict_names_the_rules_that_were_judged() -> None:
    judged = [row["rules"] for row in UNSEEN if "round" in row]
    assert judged
    assert all(re.fullmatch(r"[0-9a-f]{7,40}", commit) for commit in judged)


def test_no_finding_is_counted_twice() -> None:
    places = Counter(
        (row["code"], row["repository"], row.get("base"), row["path"], row.get("cell"), row["line"], row.get("sample") == "unseen")
        for row in UNSEEN
    )
    assert [place for place, number in places.items() if number > 1] == []


def test_the_page_counts_what_the_rows_say() -> None:
    page = (ROOT / "docs" / "explanation" / "precision.md").read_text("utf-8")
    table = page.split("## Unseen")[1].split("## Tuned")[0]
    counted = Counter(row["verdict"] for row in UNSEEN)
    (total,) = [line for line in table.splitlines() if line.startswith("| **all**")]
    cells = [cell.strip() for cell in total.split("|")]
    assert cells[3:7] == [str(len(UNSEEN)), str(counted["true"]), str(counted["false"]), str(counted["unsure"])]
