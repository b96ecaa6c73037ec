"""`mlsmith prune` on real projects: which flags it takes out, and why it leaves the others.

    python benchmarks/prune.py FOLDER [--only OWNER/NAME]… [--judge PYTHON]

FOLDER holds clones named `owner+name`, at the commits of `benchmarks/prune/flags.jsonl` where they are to be replayed; nothing is
written to them. PYTHON has pyflakes, which says whether a changed file has a message that it did not have before. Rows are written to
`benchmarks/prune/flags.jsonl`, the counts to stdout. What fire and tyro make of parameters stands in a file of its own, as it comes from other
projects: `--seen-by run --output benchmarks/prune/run_functions.jsonl`.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import subprocess
import sys
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mlsmith.engine.discover import walk
from mlsmith.engine.run import Options
from mlsmith.engine.trees import open_working_tree
from mlsmith.errors import UserError
from mlsmith.fixes.prune.candidates import flags_of
from mlsmith.fixes.prune.found import Asked
from mlsmith.fixes.prune.plan import Pruned, prune
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.run_functions import RUNNERS, runs_of
from mlsmith.fixes.prune.sight import Sight
from mlsmith.rules.dead_code.never_toggled_flag import NeverToggledFlag
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.closed import default_of
from mlsmith.rules.kit.command_line import declared_options
from mlsmith.settings import Settings

ROWS = Path(__file__).parent / "prune" / "flags.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--judge", default=sys.executable)
    parser.add_argument("--output", type=Path, default=ROWS)
    parser.add_argument("--seen-by", choices=("DEX102", "DEX103", "guard", "option", "run"))
    parser.add_argument("--settings", choices=("auto", "application"), default="auto")
    arguments = parser.parse_args()
    known = [json.loads(line) for line in arguments.output.read_text().splitlines()] if arguments.output.exists() else []
    names = arguments.only or sorted({row["repository"] for row in known})
    rows = [row for name in names for row in rows_of(arguments.folder, name, arguments.judge, arguments.settings, arguments.seen_by)]
    arguments.output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    print(json.dumps(Counter(row["refusal_kind"] or "taken out" for row in rows).most_common(), indent=1))


def rows_of(folder: Path, name: str, judge: str, kind: str, asked: str | None = None) -> Iterator[dict[str, Any]]:
    """A row for each flag of a repository that lint finds dead, or for what is `asked`."""
    root = folder / name.replace("/", "+")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    settings = Settings()._replace(select=("DEX",), project=kind)
    files = tuple(sorted(walk(root, exclude=settings.exclude).files))
    sight = Sight(root, settings, partial(open_working_tree, root), files, Options(jobs=1))
    for flag, value, seen_by in _runs(sight) if asked == "run" else _flags(sight):
        if asked not in (None, seen_by):
            continue
        row: dict[str, Any] = {
            "repository": name, "commit": commit, "flag": flag, "value": value, "seen_by": seen_by, "settings": kind,
            "result": "taken out", "lines": 0, "files": 0, "refusal": "", "refusal_kind": "",
        }  # fmt: skip
        try:
            result = prune(sight, Asked(flag, value))
        except (Refusal, UserError) as refusal:
            sort = refusal.sort if isinstance(refusal, Refusal) else "not found"
            row |= {"result": "refused", "refusal": str(refusal), "refusal_kind": sort}
        else:
            row |= {"lines": result.lines, "files": len(result.changed), **_judged(result, judge)}
        yield row


def _flags(sight: Sight) -> Iterator[tuple[str, Any, str]]:
    """(full name, value, what sees it): what lint finds dead, then every other parameter with a default of true or false before a branch, then
    every option that switches something on."""
    dead = {found.flag: found for found in flags_of(sight)}
    yield from ((flag, found.value, found.code) for flag, found in dead.items())
    for path, guards in sight.project.collected(NeverToggledFlag({})):
        for function, parameter, _ in guards:
            dotted = f"{sight.project.files[path].module}.{function}"
            definition = sight.project.definitions.get(dotted)
            default = default_of(definition, parameter) if definition is not None else None
            if isinstance(default, bool) and f"{dotted}.{parameter}" not in dead:
                yield f"{dotted}.{parameter}", default, "guard"
    names = {
        name for module in sight.modules_with("add_argument", all_of_them=False) for name, call in declared_options(module) if _switch(call)
    }
    yield from ((f"--{name.replace('_', '-')}", False, "option") for name in sorted(names))


def _runs(sight: Sight) -> Iterator[tuple[str, Any, str]]:
    """Every parameter with a default of true or false of a function that fire or tyro makes a program of."""
    for path in sight.python:
        module = sight.module(path)
        if module is None or not module.imports(*RUNNERS):
            continue
        for function in module.functions:
            for parameter in function.parameters if any(runs_of(module, function)) else ():
                default = module.constant(parameter.default) if parameter.default is not None else None
                if isinstance(default, bool):
                    yield f"{module.name}.{function.scope.qualified}.{parameter.name}", default, "run"


def _switch(call: Call) -> bool:
    return bool(call.argument("action").value == "store_true") and not call.argument("default").given


def _judged(result: Pruned, judge: str) -> dict[str, Any]:
    python = [path for path in sorted(result.changed) if path.endswith(".py")]
    new: list[str] = []
    for path in python:
        before, after = _messages(result.before[path], judge), _messages(result.changed[path], judge)
        new += [f"{path}: {message}" for message in (after - before).elements()]
    return {
        "compiles": all(_compiles(result.changed[path]) for path in python),
        "new_messages": new,
        "comments_gone": [text for path in python for text in _comments_gone(result.before[path], result.changed[path])],
        "gone": {"parameters": len(result.parameters), "arguments": result.arguments, "definitions": result.definitions, "imports": result.imports},
    }  # fmt: skip


def _messages(data: bytes, judge: str) -> Counter[str]:
    done = subprocess.run([judge, "-m", "pyflakes"], input=data, capture_output=True)
    return Counter(re.sub(r"^[^:]*:\d+:\d+:? |from line \d+", "", line) for line in done.stdout.decode("utf-8", "replace").splitlines())


def _compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except SyntaxError:
            return False
    return True


def _comments_gone(before: bytes, after: bytes) -> list[str]:
    return sorted((_comments(before) - _comments(after)).elements())


def _comments(data: bytes) -> Counter[str]:
    return Counter(token.string for token in tokenize.tokenize(io.BytesIO(data).readline) if token.type == tokenize.COMMENT)


if __name__ == "__main__":
    main()
