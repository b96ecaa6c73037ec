"""Which recorded verdicts do the rules as they are still speak of? `python benchmarks/replay_verdicts.py REPORTS [--write]`

REPORTS holds what `corpus.py FOLDER REPORTS` kept: one report a repository, at its commit. Every verdict on that very commit is looked for in
it; `--write` notes `"gone": true` in the rows of which nothing is said any more, true ones too, so that the table of precision can tell what
the present rules say. Rows of rules that are off, and of other commits, are left as they are.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from mlsmith.rules.catalogue import all_rules

HERE = Path(__file__).parent


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    if len(arguments) != 1:
        print("usage: python benchmarks/replay_verdicts.py REPORTS [--write]", file=sys.stderr)
        return 2
    rows = (HERE / "corpus" / "repositories.jsonl").read_text(encoding="utf-8").splitlines()
    commits = {row["repository"]: row["commit"] for row in map(json.loads, rows)}
    on = {rule.code for rule in all_rules() if rule.default_on}
    reports: dict[str, set[tuple[Any, ...]]] = {}
    for file in sorted((HERE / "precision").glob("*.jsonl")):
        verdicts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        counted: Counter[str] = Counter()
        for row in verdicts:
            if row["code"] not in on or commits.get(row["repository"]) != row["commit"]:
                continue
            if row["repository"] not in reports:
                reports[row["repository"]] = said_of(Path(arguments[0]), row["repository"])
            said = reports[row["repository"]]
            gone = (row["code"], row["path"].strip(), row.get("cell"), row["line"]) not in said
            counted[f"{row['verdict']} {'gone' if gone else 'said'}"] += 1
            if gone:
                row["gone"] = True
            else:
                row.pop("gone", None)
                row.pop("mended", None)
        if counted:
            print(f"{file.stem}  {', '.join(f'{number} {what}' for what, number in sorted(counted.items()))}")
        if "--write" in sys.argv:
            file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in verdicts), encoding="utf-8")
    return 0


def said_of(folder: Path, repository: str) -> set[tuple[Any, ...]]:
    file = folder / f"{repository.replace('/', '+', 1)}.json"
    report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"findings": []}
    return {(finding["code"], finding["path"], finding["cell"], finding["start"]["line"]) for finding in report["findings"]}


if __name__ == "__main__":
    sys.exit(main())
