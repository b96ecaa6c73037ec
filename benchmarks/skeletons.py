"""What each kind of project costs, against the budgets: `python benchmarks/skeletons.py [KIND…]`, all kinds if none is named.

Makes the project, installs it by its own script, trains, evaluates and tests it, and writes skeletons.json beside this file after every kind
(docs/generate.py makes docs/reference/skeletons.md of it). Wall seconds depend on what else the machine does; processor seconds hardly do, so
both are kept, with the load that was there at the begin. Memory is the most that a command and its children held together, sampled.
Linux only: it reads /proc.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).with_suffix(".json")
TORCH = ("torch", "torchgen", "functorch", "triton", "nvidia")
_EVERY_S = 0.5  # Reading a process's pages stops it meanwhile: twenty times a second doubled the seconds of torch.
_MIB = 1024 * 1024


def main() -> None:
    """Measure the kinds that are named, one after the other."""
    kinds = sys.argv[1:] or sorted(path.stem for path in (ROOT / "templates" / "kinds").glob("*.toml"))
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {"kinds": {}}
    found["machine"] = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="skeleton-") as box:
            found["kinds"][kind] = measure(kind, Path(box))
        found["kinds"] = dict(sorted(found["kinds"].items()))
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(kind, json.dumps(found["kinds"][kind]), flush=True)


def measure(kind: str, box: Path) -> dict[str, Any]:
    """All figures of one kind."""
    project = box / "shop"
    ours = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")  # A user's Python keeps what it has compiled.
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    script = [sys.executable, "project.py"]
    load = os.getloadavg()[0]
    parts = {
        "new": run(
            [sys.executable, "-m", "mlsmith", "new", str(project), "--kind", kind, "-y"], box, {**environment, "PYTHONPATH": str(ROOT)}
        )
    }
    parts["install"] = run([*script, "python", "-c", "pass"], project, environment)
    whole, torch = sizes(project)
    for name, command in {"train": ["train"], "evaluate": ["evaluate"]}.items():
        parts[name] = run([*script, *command], project, environment)
    run([*script, "test", "--version"], project, environment)  # What tests need on top is no part of their seconds.
    parts["tests"] = run([*script, "test"], project, environment)
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "load": round(load, 1),
        "install_mb": {"all": whole, "without_torch": whole - torch},
        "parts": parts,
    }


def run(command: list[str], folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Wall and processor seconds of a command with its children, and the most memory they held. Ends the program where it fails."""
    begin, before = time.monotonic(), os.times()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    most = [0]
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, most, done))
    watch.start()
    said, _ = process.communicate()
    done.set()
    watch.join()
    after = os.times()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{said[-3000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall_s": round(time.monotonic() - begin, 1), "cpu_s": round(cpu, 1), "peak_mib": round(most[0] / _MIB)}


def sizes(project: Path) -> tuple[int, int]:
    """Megabytes of site-packages, pip aside, and of torch with what only it brings."""
    [packages] = (project / ".venv" / "lib").glob("python*/site-packages")
    ours = [path for path in packages.iterdir() if not path.name.startswith(("pip", "setuptools", "_distutils", "distutils"))]
    bytes_of = {path: sum(file.lstat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else 0 for path in ours}
    torch = sum(size for path, size in bytes_of.items() if path.name.partition("-")[0] in TORCH)
    return round(sum(bytes_of.values()) / 1e6), round(torch / 1e6)


def _watch(process: int, most: list[int], done: threading.Event) -> None:
    while not done.wait(_EVERY_S):
        most[0] = max(most[0], sum(_resident(one) for one in _family(process)))


def _family(process: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield process
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(process: int) -> int:
    """Bytes of memory, what is shared with others counted by its share."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


if __name__ == "__main__":
    main()
