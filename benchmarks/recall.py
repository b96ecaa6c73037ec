"""Does mlsmith see what authors themselves mended? `python benchmarks/recall.py FOLDER [CODE …]` replays the recorded rows.

A row of `recall/<CODE>.jsonl` names a repository, the commit that mended a debt, its parent, and where the debt stood in the parent. It
is *found* if the rule speaks on that line of the parent and less often in that file of the mending commit (`fixed_path`, where it was moved).
For a rule that speaks of changes the parent is the commit that changed it, and both are compared with `base`, the commit before.
`settings` of a row are what only the project's owners can say (that a decision is costly), without which the rule never speaks.
FOLDER holds clones as `owner/name` or `owner+name`, bare or not; `--clone` fetches those that are missing from GitHub.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlsmith.engine.analyse import analyse
from mlsmith.engine.discover import kind_of
from mlsmith.engine.history import GitHistory
from mlsmith.engine.run import LintResult, Options, lint_tree
from mlsmith.errors import UserError
from mlsmith.revisions.order import order_changes
from mlsmith.rules.catalogue import RuleSet, load_rules
from mlsmith.rules.kit.order import OrderFact
from mlsmith.settings import Settings
from mlsmith.sources.git import Repository
from mlsmith.sources.tree import MemoryTree, RevisionTree

ROWS = Path(__file__).parent / "recall"


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--clone"]
    if not arguments:
        print("usage: python benchmarks/recall.py FOLDER [CODE …] [--clone]", file=sys.stderr)
        return 2
    folder, codes = Path(arguments[0]), arguments[1:]
    tally: dict[str, Counter[str]] = {}
    for file in sorted(ROWS.glob("*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if codes and row["code"] not in codes:
                continue
            repository = clone_of(folder, row["repository"], fetch="--clone" in sys.argv)
            seen = replayed(repository, row) if repository else "no clone"
            expected = "found" if row["found"] else "missed"
            tally.setdefault(row["code"], Counter())[seen] += 1
            as_recorded = seen in (expected, "no clone") or (seen == "kept" and not row["found"])
            mark = "" if as_recorded else f"   (recorded: {expected})"
            print(f"{row['code']}  {seen:<10} {row['repository']} {row['parent'][:10]} {row['path']}:{row['line']}{mark}")
    print()
    for code, counted in tally.items():
        print(f"{code}  found {counted['found']} of {sum(counted.values()) - counted['no clone']}")
    return 0


def clone_of(folder: Path, name: str, *, fetch: bool) -> Repository | None:
    places = [folder / name, folder / name.replace("/", "+"), folder / name.replace("/", "+") / "repo"]
    for place in places:
        if (place / "HEAD").is_file() or (place / ".git").exists():
            return Repository(place)
    if not fetch:
        return None
    address = f"https://github.com/{name}"
    done = subprocess.run(["git", "clone", "--quiet", "--filter=blob:none", "--no-checkout", address, str(places[1])], check=False)
    return Repository(places[1]) if done.returncode == 0 else None


def replayed(repository: Repository, row: dict[str, Any]) -> str:
    """found, missed, or *kept* where the rule goes on speaking as often after the authors' mending."""
    try:
        before = lines_of(repository, row, row["parent"])
        after = lines_of(repository, {**row, "path": row.get("fixed_path", row["path"])}, row["fixed"])
    except UserError as error:
        return str(error)
    if (row.get("cell"), row["line"]) not in before:
        return "missed"
    return "found" if len(after) < len(before) else "kept"


def lines_of(repository: Repository, row: dict[str, Any], revision: str) -> list[tuple[int | None, int]]:
    """Cells (of notebooks) and lines of the row's file on which its rule speaks at a revision."""
    code, path = row["code"], row["path"]
    declared = {name: tuple(values) for name, values in row.get("settings", {}).items()}
    settings = Settings()._replace(select=(code,), **declared)
    rules = load_rules(settings)
    if "base" in row:
        return _changed(repository, row, revision, rules, settings)
    if any(rule.needs_history for rule in rules.rules):
        return _with_history(repository, path, revision, settings)
    if "project" in rules.by_hook:
        opener: Any = partial(RevisionTree, repository, revision)
    else:
        tree = RevisionTree(repository, revision)
        opener = partial(MemoryTree, {path: tree.read(path)} if path in tree.blobs else {})
    result = lint_tree(opener, repository.root, settings, options=Options(jobs=1))
    return _places(result, path)


def _changed(
    repository: Repository, row: dict[str, Any], revision: str, rules: RuleSet, settings: Settings
) -> list[tuple[int | None, int]]:
    """What a rule of changes says of the file between the row's base and a revision."""
    sides: list[dict[str, list[OrderFact]]] = []
    for commit in (row["base"], revision):
        tree = RevisionTree(repository, commit)
        paths = {path for path in (row["path"], row.get("fixed_path")) if path in tree.blobs}
        facts = {path: analyse(tree.read(path), path, kind_of(path) or "", rules, settings).facts for path in paths}
        sides.append({path: [OrderFact(*fact) for fact in of[1].get(row["code"], ())] for path, of in facts.items() if of is not None})
    changes = order_changes(*sides)
    found = [finding for rule in rules.by_hook["changes"] for finding in rule.changes(changes) if finding.path == row["path"]]
    return [(finding.span.cell, finding.span.start.line) for finding in found]


def _with_history(repository: Repository, path: str, revision: str, settings: Settings) -> list[tuple[int | None, int]]:
    """What is said in a clone whose history ends with the revision; the file stands in its working tree, where its lines are counted."""
    with TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", str(repository.root), folder], check=True)
        subprocess.run(["git", "-C", folder, "update-ref", "--no-deref", "HEAD", revision], check=True)
        subprocess.run(["git", "-C", folder, "checkout", "--quiet", revision, "--", path], check=False, stderr=subprocess.DEVNULL)
        opener = partial(RevisionTree, Repository(Path(folder)), revision)
        return _places(lint_tree(opener, Path(folder), settings, options=Options(jobs=1), history=GitHistory(Path(folder))), path)


def _places(result: LintResult, path: str) -> list[tuple[int | None, int]]:
    return [(finding.span.cell, finding.span.start.line) for finding in result.new if finding.path == path]


if __name__ == "__main__":
    sys.exit(main())
