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


def test_the_page_tells_how_each_finding_was_proven() -> None:
    page = (ROOT / "docs" / "how-to" / "remove-a-dead-flag.md").read_text(encoding="utf-8")
    findings = [row for row in ROWS if row.get("code")]
    own = [row for row in findings if row["run"][:2] == ["-m", "pytest"]]
    loaded = [row for row in findings if row["code"] == "CFG101"]
    called = [row for row in findings if row["reached"] and row not in own]
    assert len(own) + len(loaded) + len(called) == len(findings)
    assert f"For {len(own)} of them that are the project's own tests, for {len(called)} a call of the changed function" in page
    assert f"for {len(loaded)} the configuration as it is loaded" in page
    assert f"For {sum(bool(row.get('stand_ins')) for row in findings)}, packages that were not installed" in page


def test_the_page_counts_what_is_taken_out_and_what_is_refused() -> None:
    page = (ROOT / "docs" / "how-to" / "remove-a-dead-flag.md").read_text(encoding="utf-8")
    flags = [json.loads(line) for line in (ROOT / "benchmarks" / "prune" / "flags.jsonl").read_text(encoding="utf-8").splitlines()]
    taken = [row for row in flags if row["result"] == "taken out"]
    assert all(row["compiles"] and not row["new_messages"] for row in taken)
    assert f"holds {len(flags)} flags of {len({row['repository'] for row in flags})} real projects" in page
    assert f"It takes out {len(taken)} (" in page
    assert f"It refuses {len(flags) - len(taken)}: {sum(row['refusal_kind'] == 'handed around' for row in flags)} functions" in page
