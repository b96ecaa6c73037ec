"""mlsmith beside its peers on the same repositories, in one run.

python benchmarks/peers.py --setup VENVS          a venv a peer, from the pinned versions of benchmarks/peers/tools.toml
python benchmarks/peers.py FOLDER --venvs VENVS   lint every checkout `owner+name` of FOLDER; write benchmarks/peers/<owner>+<name>.json

Every tool runs alone, in one process, without a cache and without the repository's own settings. The slow ones go
through the Python files in an order that only their paths decide, a few at a time, until they have had `--seconds` of CPU time; what mlsmith says of those same
files is recorded beside it. CPU seconds are the process's own and its children's; wall seconds depend on what else the machine does.
`docs/generate.py` writes docs/explanation/peers.md from the recorded data. What counts is recorded by rule: the classes stand in classes.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from peer_tools import TOOLS, Answer, Counts, Tool

HERE = Path(__file__).resolve().parent / "peers"
BATCH = 4
_ENVIRONMENT = {**os.environ, "RAYON_NUM_THREADS": "1"}
_OURS = {"PYTHONPATH": str(HERE.parent.parent)}
"""This checkout's mlsmith, wherever it runs: some peers leave files in the current folder, which is therefore a fresh one"""
LIMIT = 900
"""Seconds after which a tool that takes a repository whole is stopped"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--setup", type=Path, metavar="VENVS")
    parser.add_argument("--venvs", type=Path)
    parser.add_argument("--tools", default=",".join(tool.name for tool in TOOLS), help="only these, the rest stays as recorded")
    parser.add_argument("--seconds", type=float, default=60, help="CPU seconds that a slow tool gets for a repository")
    asked = parser.parse_args()
    if asked.setup:
        return set_up(asked.setup)
    if not (asked.folder and asked.venvs):
        parser.error("a folder of checkouts and --venvs, or --setup")
    tools = [tool for tool in TOOLS if tool.name in asked.tools.split(",")]
    for repository in sorted(path for path in asked.folder.iterdir() if (path / ".git").exists()):
        record(repository.resolve(), asked.venvs.resolve(), tools, asked.seconds)
    return 0


def set_up(venvs: Path) -> int:
    failed = 0
    for peer in tomllib.loads((HERE / "tools.toml").read_text(encoding="utf-8"))["tool"]:
        if "install" not in peer:
            continue
        home = venvs / peer["name"]
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        code = subprocess.run([str(home / "bin" / "pip"), "install", "-q", *peer["install"]]).returncode
        print(f"{peer['name']}: {'installed' if code == 0 else 'could not be installed'}")
        failed += code != 0
    return 1 if failed else 0


def record(repository: Path, venvs: Path, tools: list[Tool], seconds: float) -> None:
    """Run the tools over one checkout and write what they said; tools that are not asked keep what stands there."""
    target = HERE / f"{repository.name}.json"
    python = [repository / name for name in git(repository, "ls-files", "-z", "*.py").split("\0") if name and (repository / name).is_file()]
    notebooks = [name for name in git(repository, "ls-files", "-z", "*.ipynb").split("\0") if name]
    lines = {str(path.relative_to(repository)): path.read_bytes().count(b"\n") for path in python}
    row: dict[str, Any] = {
        "repository": repository.name.replace("+", "/", 1), "commit": git(repository, "rev-parse", "HEAD").strip(),
        "files": len(python), "lines": sum(lines.values()), "notebooks": len(notebooks), "tools": {},
    }  # fmt: skip
    if target.exists() and (old := json.loads(target.read_text(encoding="utf-8")))["commit"] == row["commit"]:
        row["tools"] = old["tools"]
    order = sorted(lines, key=_drawn)
    ours: Counts | None = None
    for tool in tools:
        result, counts = measure(tool, repository, venvs / tool.name / "bin", order, seconds)
        ours = counts if tool.name == "mlsmith" else ours
        if tool.bounded:
            result["lines"] = sum(lines[path] for path in order[: result["files"]])
        row["tools"][tool.name] = result
        print(f"{row['repository']:<45} {tool.name:<9} {sum(result['counts'].values()):>6} findings {result['cpu']:>7.1f} s", flush=True)
    for result in row["tools"].values():
        if ours is not None and "files" in result:
            result["mlsmith"] = _total(ours, order[: result["files"]])
    target.write_text(json.dumps(row, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def measure(tool: Tool, repository: Path, folder: Path, paths: list[str], seconds: float) -> tuple[dict[str, Any], Counts]:
    answer, cpu, wall, seen, starts = Answer(), 0.0, 0.0, 0, 0
    batches = [[str(repository / path) for path in paths[at : at + BATCH]] for at in range(0, len(paths), BATCH)]
    for batch in batches if tool.bounded else [[str(repository)]]:
        spent = run(tool, folder, batch, answer)
        cpu, wall = cpu + spent[0], wall + spent[1]
        seen, starts = seen + len(batch), starts + 1
        if tool.bounded and cpu > seconds:
            break
    counts = {_relative(path, repository): found for path, found in answer.counts.items()}
    result: dict[str, Any] = {
        "version": version(tool, folder), "counts": _total(counts), "cpu": round(cpu, 2), "wall": round(wall, 2),
        "unread": len(answer.unread), "crash": answer.crash,
    }  # fmt: skip
    if tool.bounded:
        result |= {"files": seen, "bound": seconds, "starts": starts, "start": start(tool, folder)}
    return result, counts


def start(tool: Tool, folder: Path) -> float:
    """CPU seconds for nothing: what a tool that is started for every few files spends on that alone."""
    with tempfile.TemporaryDirectory() as home:
        empty = Path(home, "empty.py")
        empty.write_text("", encoding="utf-8")
        return round(run(tool, folder, [str(empty)], Answer())[0], 2)


def run(tool: Tool, folder: Path, paths: list[str], answer: Answer) -> tuple[float, float]:
    """CPU and wall seconds of one process; what it says goes into the answer."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        environment = _ENVIRONMENT | (_OURS if tool.name == "mlsmith" else {})
        process = subprocess.Popen(tool.command(folder, paths), stdout=out, stderr=err, env=environment, cwd=home)
        usage = _wait(process, LIMIT)
        wall = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        said = err.read()
        try:
            tool.read(out.read(), said, answer)
        except (ValueError, KeyError):
            answer.crash = (said.strip().splitlines() or [f"exit code {process.returncode}"])[-1][:120]
            answer.unread.update(paths if tool.bounded else ())
    return usage.ru_utime + usage.ru_stime, wall


def _wait(process: subprocess.Popen[bytes], limit: int) -> Any:
    """What the process used, once it has ended or was ended."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        time.sleep(0.02)
    process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def version(tool: Tool, folder: Path) -> str:
    """Of mlsmith the commit, as its rules change faster than its version."""
    if tool.name == "mlsmith":
        return git(HERE, "rev-parse", "--short", "HEAD").strip()
    asked = f"import importlib.metadata as m; print(m.version({tool.name!r}))"
    return subprocess.run([str(folder / "python"), "-c", asked], check=True, capture_output=True, text=True).stdout.strip()


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True).stdout


def _drawn(path: str) -> str:
    """An order that has nothing to do with what is in the files, and is the same everywhere."""
    return hashlib.sha256(path.encode()).hexdigest()


def _relative(path: str, repository: Path) -> str:
    return str(Path(path).relative_to(repository)) if Path(path).is_absolute() else path


def _total(counts: Counts, of: Iterable[str] | None = None) -> dict[str, int]:
    wanted = None if of is None else set(of)
    return dict(sorted(sum((found for path, found in counts.items() if wanted is None or path in wanted), Counter()).items()))


if __name__ == "__main__":
    sys.exit(main())
