"""Flags and keys taken out of real projects, and what the projects' own tests say of it.

    python benchmarks/prune_proofs.py FOLDER WORK PYTHON [--only TEXT]…

Replays the rows of `benchmarks/prune/proofs.jsonl`, and writes down how they ended. FOLDER holds clones named `owner+name` at the
commits of the rows; nothing is written to them. WORK is where copies are made, changed and run, without any variable of the environment
but for PATH, and with a limit of time; PYTHON runs them, and needs `coverage`, `pytest` and what the projects import. `--only` takes the
rows whose repository or flag contains the text.

A row says what goes (`flag` with its `value` by `mlsmith prune`; a finding of CFG101 by its own fix, or with its line where it has
none), and what is run (`run`, with PYTHON, in `folder`): the same before and after. `stand_ins` are packages that are not installed, or
take long, and that an import of anything gives an empty object for. `same` holds if each test ends as before, or if the same is
printed; `reached` are the changed functions of which a line was run before.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mlsmith.engine.discover import walk
from mlsmith.engine.run import Options
from mlsmith.engine.trees import open_working_tree
from mlsmith.fixes.prune.found import Asked
from mlsmith.fixes.prune.plan import prune
from mlsmith.fixes.prune.sight import Sight
from mlsmith.settings import Settings

ROWS = Path(__file__).parent / "prune" / "proofs.jsonl"
_LIMIT = 900
_NAMED = ("repository", "flag", "path", "line")

_STAND_INS = """\
import sys, types
from importlib.machinery import ModuleSpec
class Anything(type):
    def __getattr__(cls, name):
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return Thing
class Thing(metaclass=Anything):
    def __init__(self, *args, **kwargs): pass
    def __new__(cls, *args, **kwargs):
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], type) else object.__new__(cls)
    def __call__(self, *args, **kwargs): return args[0] if len(args) == 1 and callable(args[0]) else Thing()
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Thing()
    def __getitem__(self, key): return Thing()
    def __class_getitem__(cls, key): return Thing
class Module(types.ModuleType):
    __path__ = []
    __version__ = "0.0"
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Thing
class Finder:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in NAMES else None
    def create_module(self, spec): return Module(spec.name)
    def exec_module(self, module): pass
sys.meta_path.insert(0, Finder())
"""
"""Written as `sitecustomize` beside the copy"""


class Outcome(NamedTuple):
    """How each test ended, or what was printed; and the lines that were run, by path, where that was watched."""

    endings: dict[str, str]
    ran: dict[str, set[int]]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("python")
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    known: dict[str, Outcome] = {}
    for row in rows:
        if arguments.only and not any(text in f"{row['repository']} {row['flag']}" for text in arguments.only):
            continue
        row.update(proven(row, arguments.folder, arguments.work.resolve(), arguments.python, known))
        _keep(row)
        print(
            f"{'same' if row['same'] else 'DIFFERS'}  {row['repository']} {row['flag']}: {row['before']} → {row['after']}, reached {row['reached']}"
        )
    print(Counter("same" if row.get("same") else "differs" for row in rows))
    return 0 if all(row.get("same") for row in rows) else 1


def _keep(row: dict[str, Any]) -> None:
    """Write down how a row ended; the others stay as the file has them by now."""
    known = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    same = [row if all(row.get(key) == each.get(key) for key in _NAMED) else each for each in known]
    ROWS.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in same), encoding="utf-8")


def proven(row: dict[str, Any], folder: Path, work: Path, python: str, known: dict[str, Outcome]) -> dict[str, Any]:
    """How the runs before and after end, for a row. What was run before for another row, on the same project, is known."""
    clone = folder / row["repository"].replace("/", "+")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True).stdout.strip()
    if commit != row["commit"]:
        raise SystemExit(f"{clone} stands at {commit}, not at {row['commit']}")
    with tempfile.TemporaryDirectory(dir=work) as place:
        copy = Path(place, "project")
        shutil.copytree(clone, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        changed = removed(row, copy)
        before = {path: (copy / path).read_text(encoding="utf-8") if (copy / path).exists() else "" for path in changed}
        same_run = json.dumps([row["repository"], row.get("folder"), row["run"], row.get("stand_ins"), row.get("python_path")])
        if same_run not in known:
            known[same_run] = outcome(row, copy, Path(place), python, watched=True)
        first = known[same_run]
        for path, data in changed.items():
            (copy / path).write_bytes(data)
        for cache in copy.rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
        second = outcome(row, copy, Path(place), python, watched=False)
        lines = {path: _changed_lines(before[path], data.decode()) for path, data in changed.items()}
    functions = {name for path, numbers in lines.items() if path in first.ran for name in reached(before[path], numbers, first.ran[path])}
    return {
        "changed": {path: len(numbers) for path, numbers in sorted(lines.items())}, "before": summed(first.endings),
        "after": summed(second.endings), "reached": sorted(functions),
        "same": first.endings == second.endings and any(said in ("passed", "ended 0") for said in first.endings.values()),
    }  # fmt: skip


def removed(row: dict[str, Any], copy: Path) -> dict[str, bytes]:
    """The files after the removal; nothing is written."""
    if row["how"] in ("fix", "line"):
        return _fixed(row, copy)
    settings = Settings()._replace(select=("DEX",), project=row.get("settings", "auto"))
    files = tuple(sorted(walk(copy, exclude=settings.exclude).files))
    sight = Sight(copy, settings, partial(open_working_tree, copy), files, Options(jobs=1))
    return prune(sight, Asked(row["flag"], row["value"])).changed


def _fixed(row: dict[str, Any], copy: Path) -> dict[str, bytes]:
    lint = [sys.executable, "-m", "mlsmith", "lint", str(copy), "--select", row["code"], "--format", "json", "--no-cache", "--jobs", "1"]
    report = json.loads(subprocess.run(lint, capture_output=True, text=True).stdout)
    at = next(f for f in report["findings"] if (f["path"], f["start"]["line"]) == (row["path"], row["line"]))
    text = (copy / row["path"]).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    if at["fix"] is None:
        row["how"] = "line"
        del lines[row["line"] - 1]
        return {row["path"]: "".join(lines).encode()}

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1

    for edit in sorted(at["fix"]["edits"], key=lambda edit: offset(edit["start"]), reverse=True):
        text = text[: offset(edit["start"])] + edit["text"] + text[offset(edit["end"]) :]
    return {row["path"]: text.encode()}


def outcome(row: dict[str, Any], copy: Path, place: Path, python: str, *, watched: bool) -> Outcome:
    """What a run of the row comes to."""
    where = copy / row.get("folder", "")
    beside, report, data, told = place / "beside", place / "junit.xml", place / "coverage", place / "coverage.json"
    beside.mkdir(exist_ok=True)
    names = set(row.get("stand_ins", ()))
    (beside / "sitecustomize.py").write_text(f"NAMES = {names!r}\n{_STAND_INS}" if names else "")
    is_pytest = row["run"][:2] == ["-m", "pytest"]
    command = [*row["run"], f"--junitxml={report}", "-p", "no:cacheprovider"] if is_pytest else row["run"]
    script = beside / "run_this.py"
    if command[0] == "-c":
        script.write_text(command[1])
        command = [str(script)]
    paths = [str(beside), str(where), *(str(copy / path) for path in row.get("python_path", []))]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(place), "PYTHONPATH": ":".join(paths), "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg", "TMPDIR": str(place),
    }  # fmt: skip
    report.unlink(missing_ok=True)
    watching = ["-m", "coverage", "run", f"--data-file={data}", f"--include={copy}/*"] if watched else []
    done = subprocess.run([python, *watching, *command], cwd=where, env=environment, capture_output=True, text=True, timeout=_LIMIT)
    ran: dict[str, set[int]] = {}
    if watched and data.exists():
        tell = [python, "-m", "coverage", "json", "--ignore-errors", f"--data-file={data}", "-o", str(told)]
        subprocess.run(tell, cwd=where, env=environment, capture_output=True)
        files = json.loads(told.read_text())["files"] if told.exists() else {}
        ran = {(where / file).resolve().relative_to(copy).as_posix(): set(facts["executed_lines"]) for file, facts in files.items()}
    if report.exists():
        return Outcome({_test(case): _ending(case) for case in ElementTree.parse(report).iter("testcase")}, ran)
    if is_pytest or done.returncode:
        return Outcome({(done.stderr or done.stdout).strip().rpartition("\n")[2]: f"ended {done.returncode}"}, ran)
    return Outcome({done.stdout.strip(): "ended 0"}, ran)


def _test(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


def _ending(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


def summed(endings: dict[str, str]) -> str:
    """`3 passed, 1 skipped`, or the last line that was printed."""
    if all(said.startswith("ended") for said in endings.values()):
        return "; ".join(f"{said}: {text.rpartition(chr(10))[2][:160]}" if text else said for text, said in endings.items())
    return ", ".join(f"{number} {said}" for said, number in sorted(Counter(endings.values()).items()))


def reached(text: str, changed: set[int], ran: set[int]) -> Iterable[str]:
    """Functions with a changed line, of whose bodies a line was run."""
    inside = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for node in inside:
        body = set(range(node.body[0].lineno, (node.end_lineno or 0) + 1))
        if changed & set(range(node.lineno, (node.end_lineno or 0) + 1)) and body & ran:
            yield node.name


def _changed_lines(before: str, after: str) -> set[int]:
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return {
        number + 1
        for tag, first, last, _, _ in matcher.get_opcodes()
        for number in range(first, max(last, first + 1))
        if tag != "equal"
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
