"""How fast mlsmith is, as ratios against its limits, both sides measured in one run: `python benchmarks/speed.py FOLDER`.

Prints CPU seconds of a cold lint (one process, no cache) against bare `libcst.parse_module` of the same files, the Python files of the
folder alone, start-up included on both sides; wall time of a warm lint of the whole folder against a bare scandir and stat of it;
`--version` against `python -c pass`; and the peak memory of a cold lint of the whole folder. Medians of several runs.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGETS = {
    "cold lint ÷ libcst.parse_module, CPU": 0.35, "warm lint ÷ scandir + stat, wall": 3.0, "--version ÷ python -c pass, wall": 3.0,
    "peak memory, MiB": 120.0,
}  # fmt: skip

PARSE = """
import sys, libcst
for line in sys.stdin:
    try:
        libcst.parse_module(open(line.rstrip("\\n"), "rb").read())
    except Exception:
        pass
"""
SCAN = """
import os, sys
def walk(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != ".git":
                walk(entry.path)
        else:
            entry.stat(follow_symlinks=False)
walk(sys.argv[1])
"""


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python benchmarks/speed.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]).resolve()
    files = [path for path in folder.rglob("*.py") if ".git" not in path.parts and path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    print(f"{folder.name}: {len(files):,} Python files, {lines:,} lines\n")
    figures = measure(folder, files)
    for name, value in figures.items():
        target = TARGETS[name]
        print(f"{name:<42} {value:>8.2f}   (limit {target:g}) {'✓' if value <= target else '✗'}")
    return 0 if all(value <= TARGETS[name] for name, value in figures.items()) else 1


def measure(folder: Path, files: list[Path]) -> dict[str, float]:
    python = sys.executable
    options = ["--format", "json", "--jobs", "1"]
    lint = [python, "-m", "mlsmith", "lint"]
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as copy:
        os.environ["MLSMITH_CACHE_DIR"] = cache
        for file in files:
            target = Path(copy, file.relative_to(folder))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        pairs = [
            (run([*lint, copy, *options, "--no-cache"])[0], run([python, "-c", PARSE], "\n".join(map(str, files)))[0]) for _ in range(3)
        ]
        memory = run([*lint, str(folder), *options, "--no-cache"])[2]
        run([*lint, str(folder), *options])
        run([*lint, str(folder), *options])
        warm = median([[*lint, str(folder), *options], [python, "-c", SCAN, str(folder)]])
    start = median([[python, "-m", "mlsmith", "--version"], [python, "-c", "pass"]], turns=15)
    return {
        "cold lint ÷ libcst.parse_module, CPU": statistics.median(cold / parse for cold, parse in pairs),
        "warm lint ÷ scandir + stat, wall": warm,
        "--version ÷ python -c pass, wall": start,
        "peak memory, MiB": memory,
    }


def run(command: list[str], stdin: str = "") -> tuple[float, float, float]:
    """CPU seconds, wall seconds, peak memory in MiB of one finished process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, usage.ru_maxrss / 1024


def median(commands: list[list[str]], *, turns: int = 7) -> float:
    """The median, over alternating runs, of the first command's wall time divided by the second's."""
    return statistics.median(run(commands[0])[1] / run(commands[1])[1] for _ in range(turns))


if __name__ == "__main__":
    sys.exit(main())
