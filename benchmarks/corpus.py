"""What mlsmith says of many repositories at once: `python benchmarks/corpus.py FOLDER` lints every checkout in it, each as it is.

Writes `corpus/repositories.jsonl` beside this file, a line a repository: its commit, files and lines, findings by severity and code, files
that could not be read, and the exit code (3 would be a crash). FOLDER holds checkouts as `owner+name`. `just docs` makes the page of it.
REPORTS, a folder, keeps each report for reading.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROWS = Path(__file__).parent / "corpus" / "repositories.jsonl"


def main() -> int:
    if len(sys.argv) not in (2, 3) or not Path(sys.argv[1]).is_dir():
        print("usage: python benchmarks/corpus.py FOLDER [REPORTS]", file=sys.stderr)
        return 2
    reports = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    rows = []
    for checkout in sorted(path for path in Path(sys.argv[1]).iterdir() if (path / ".git").exists()):
        row = row_of(checkout, reports)
        rows.append(row)
        print(
            f"{row['repository']:<60} {row['lines']:>9,} lines {sum(row['by_severity'].values()):>5} findings   exit {row['exit']}",
            flush=True,
        )
    ROWS.parent.mkdir(exist_ok=True)
    ROWS.write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in rows), encoding="utf-8")
    crashed = [row["repository"] for row in rows if row["exit"] not in (0, 1, 2)]
    errors, lines = sum(row["by_severity"].get("error", 0) for row in rows), sum(row["lines"] for row in rows)
    print(
        f"\n{len(rows)} repositories, {lines:,} lines, {1000 * errors / max(lines, 1):.3f} errors per 1,000 lines, crashed: {crashed or 'none'}"
    )
    return 1 if crashed else 0


def row_of(checkout: Path, reports: Path | None) -> dict[str, Any]:
    command = [sys.executable, "-m", "mlsmith", "lint", str(checkout), "--no-cache", "--no-baseline", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (
        json.loads(done.stdout)
        if done.stdout.startswith("{")
        else {"findings": [], "errors": [], "summary": {"files": 0, "lines": 0, "by_code": {}}}
    )
    if reports is not None:
        reports.mkdir(exist_ok=True)
        (reports / f"{checkout.name}.json").write_text(done.stdout, encoding="utf-8")
    commit = subprocess.run(["git", "-C", str(checkout), "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "repository": checkout.name.replace("+", "/", 1), "commit": commit, "exit": done.returncode, "files": said["summary"]["files"],
        "lines": said["summary"]["lines"], "by_severity": dict(Counter(finding["severity"] for finding in said["findings"])),
        "by_code": said["summary"]["by_code"], "unread": len(said["errors"]),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
