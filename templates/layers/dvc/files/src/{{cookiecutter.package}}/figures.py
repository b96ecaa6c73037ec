"""The newest run's figures in `figures.json`, a place that does not move: `dvc metrics diff` compares commits by it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from {{ cookiecutter.package }} import record

PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Write the file; 2 without a run."""
    try:
        text = figures(record.latest(PROJECT / "runs"))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    record.write_atomically(PROJECT / "figures.json", text)
    return 0


def figures(run: Path) -> str:
    """Every number of a run's metrics, as JSON that does not depend on when it ran: equal runs give equal text."""
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return json.dumps({"passed": document["passed"], **_numbers(document["metrics"])}, indent=2, sort_keys=True) + "\n"


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            if inner := _numbers(value):
                found[key] = inner
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[key] = value
    return found


if __name__ == "__main__":
    sys.exit(main())
