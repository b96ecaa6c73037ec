"""What the page on prune says of real projects is what the recorded runs say."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROWS = [json.loads(line) for line in (ROOT / "benchmarks" / "prune" / "proofs.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_recorded_run_ends_as_it_did_before() -> None:
    assert [row["flag"] for row in ROWS if not row["same"] or row["before"] != row["after"]] == []


def test_the_page_counts_what_was_run() -> None:
    page = (ROOT / "docs" / "how-to" / "remove-a-dead-flag.md").read_text(encoding="utf-8")
    tests = [row for row in ROWS if row["run"][:2] == ["-m", "pytest"]]
    findings = [row for row in ROWS if row.get("code")]
    reached = [row for row in tests if row["reached"]]
    assert f"{len(tests)} flags of {len({row['repository'] for row in tests})} projects" in page
    assert f"in {len(reached)} of them the tests run the changed function" in page
    assert f"{len(findings)} recorded findings" in page
