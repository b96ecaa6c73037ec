"""What `mlsmith diff` says of real commits, joined with the verdicts of those who read them.

python benchmarks/diff_commits.py CLONES [--round N] [--unread] [--write]

CLONES holds one clone (or bare mirror) per repository, as `owner+name`. The rounds of `benchmarks/diff/rounds.toml` draw their commits by a
seed; each is compared with its parent, and of what is reported a few lines are drawn likewise. A line is known again by commit, path,
subject, kind, old and new. `--unread` prints what has no verdict yet as JSON lines, to be read against `git show`; `--write` notes
`"gone": true` in the verdicts of which nothing is said any more, and of the others which sort of line they are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from mlsmith.errors import UserError
from mlsmith.revisions.between import difference
from mlsmith.settings import Settings
from mlsmith.sources.git import Repository

HERE = Path(__file__).parent / "diff"
ROUNDS = tomllib.loads((HERE / "rounds.toml").read_text(encoding="utf-8"))
REFACTORING = re.compile(ROUNDS["refactoring"], re.IGNORECASE)
PATHS = {
    "": ("*.py", "*.ipynb", "*.yaml", "*.yml", "*.toml", "*.sql", "*.sh", "requirements*.txt"),
    "configuration": ("*.yaml", "*.yml", "*.toml", "*.json", ":!.*", ":!pyproject.toml", ":!*.lock", ":!mkdocs.yml", ":!package*.json"),
}
_MOST_FILES = 400
"""A commit that touches more is an import of a history or of data, not a change that anybody reads"""


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("clones", type=Path)
    parser.add_argument("--round", type=int)
    parser.add_argument("--unread", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rounds = [one for one in ROUNDS["round"] if options.round in (None, one["number"])]
    verdicts = read_rows("verdicts")
    known = {_identity(row): row for row in verdicts}
    said: dict[tuple[Any, ...], bool] = {}
    for one in rounds:
        for commit in drawn_commits(one, options.clones):
            lines = [{**_commit(commit), **line} for line in commit["lines"]] or [_commit(commit)]
            said |= {_identity({**_commit(commit), **line}): line.get("rewritten", False) for line in commit["all"] or [{}]}
            if options.unread:
                for line in lines:
                    if _identity(line) not in known:
                        only = {"only": one["only"]} if "only" in one else {}
                        print(json.dumps({"round": one["number"], **only, **line}, ensure_ascii=False))
            print(f"{commit['seconds']:6.2f} s  {commit['reported']:4}  {commit['repository']} {commit['commit'][:10]}", file=sys.stderr)
        _sum_up(one["number"], [row for row in verdicts if row["round"] == one["number"]], said)
    if options.write:
        for row in verdicts:
            if any(row["round"] == one["number"] for one in rounds):
                row.pop("gone", None)
                if _identity(row) not in said:
                    row["gone"] = True
                    continue  # Its sort is what it was.
                row.pop("rewritten", None)
                if said[_identity(row)]:
                    row["rewritten"] = True
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in verdicts)
        (HERE / "verdicts.jsonl").write_text(text, encoding="utf-8")
    return 0


def read_rows(name: str) -> list[dict[str, Any]]:
    file = HERE / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def drawn_commits(one: dict[str, Any], clones: Path) -> Iterator[dict[str, Any]]:
    """The commits of a round with what is said of them now."""
    for name, head in one["repositories"].items():
        repository = clone_of(clones, name)
        for commit, subject in drawn(repository, one, head):
            begun = time.perf_counter()
            try:
                changes = difference(repository, repository.root, f"{commit}^", commit, Settings()).changes
            except UserError as error:
                print(f"{name} {commit}: {error.message}", file=sys.stderr)
                continue
            lines = [_line(change) for change in changes]
            if one.get("only"):
                lines = [line for line in lines if line["component"] == one["only"]]
            few = _few(one, commit, lines)
            yield {
                "repository": name, "commit": commit, "subject": subject, "reported": len(lines), "lines": few, "all": lines,
                "seconds": time.perf_counter() - begun,
            }  # fmt: skip


def _few(one: dict[str, Any], commit: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that are read; where a round draws what is only written in another way by itself, of both sorts."""
    told = [{key: value for key, value in line.items() if key != "rewritten"} for line in lines]
    ranked = sorted(zip(told, lines, strict=True), key=lambda pair: _rank(one["seed"], commit, json.dumps(pair[0])))
    if "rewritten" not in one:
        return [line for _, line in ranked[: one["lines"]]]
    sorts = [[line for _, line in ranked if line["rewritten"] is sort] for sort in (False, True)]
    return sorts[0][: one["lines"]] + sorts[1][: one["rewritten"]]


def clone_of(clones: Path, name: str) -> Repository:
    folder = clones / name.replace("/", "+", 1)
    return Repository(folder / "repo" if (folder / "repo").is_dir() else folder)


def drawn(repository: Repository, one: dict[str, Any], head: str) -> list[tuple[str, str]]:
    output = repository.run(
        "--no-literal-pathspecs", "log", "--no-merges", "--min-parents=1", "--format=%H%x09%s", head, "--", *PATHS[one.get("only", "")]
    )
    listed = [(commit, subject) for commit, _, subject in (line.partition("\t") for line in output.decode("utf-8", "replace").splitlines())]
    ranked = sorted(listed, key=lambda pair: _rank(one.get("commits", one["seed"]), pair[0]))
    found: list[tuple[str, str]] = []
    for number, wanted in ((one.get("refactorings", 0), True), (one.get("any", 0), False)):
        some = [pair for pair in ranked if pair not in found and (not wanted or REFACTORING.search(pair[1]))]
        found += _readable(repository, some, number)
    return found


def _readable(repository: Repository, ranked: list[tuple[str, str]], number: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for commit, subject in ranked:
        if len(found) == number:
            break
        files = repository.run("diff-tree", "-r", "--no-commit-id", "--name-only", commit).count(b"\n")
        if files <= _MOST_FILES:
            found.append((commit, subject))
    return found


def _rank(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def _line(change: Any) -> dict[str, Any]:
    return {
        "path": change.path, "line": change.line, "component": change.component.value, "kind": change.kind, "subject_of_line": change.subject,
        "old": change.old, "new": change.new, "rewritten": change.rewritten,
    }  # fmt: skip


def _commit(commit: dict[str, Any]) -> dict[str, Any]:
    return {key: commit[key] for key in ("repository", "commit", "subject", "reported")}


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(key) for key in ("repository", "commit", "path", "kind", "subject_of_line", "old", "new"))


def _sum_up(number: int, rows: list[dict[str, Any]], said: Container[tuple[Any, ...]]) -> None:
    for name, some in (("first look", rows), ("still said", [row for row in rows if _identity(row) in said])):
        counted = Counter(row["verdict"] for row in some if row.get("path"))
        if counted:
            print(f"round {number}, {name}: {dict(counted)}, {counted['true'] / counted.total():.1%} of lines true", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
