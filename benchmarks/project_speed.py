"""What rules on the whole project cost, on 5,000 generated files: `python benchmarks/project_speed.py [FILES]`.

Prints, as ratios and differences of runs that follow each other: wall time of a warm lint with the project rules against a bare
scandir and stat; how much more than an empty Python `mlsmith lint one_file.py` takes after that file has changed, as a commit hook runs
it in a repository of git, in wall time, and in CPU time, which other work on the machine does not lengthen as much; and the peak memory of
the warm and of the cold lint. Medians of several runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import SCAN, median, run

LIMITS = {
    "warm lint ÷ scandir + stat, wall": 3.0, "one changed file, wall seconds beyond python -c pass": 0.3,
    "one changed file, CPU seconds beyond python -c pass": 0.3, "peak memory, MiB": 150.0,
}  # fmt: skip
_RULES = "DEX102,DEX103,CFG101,CFG102"
_TURNS = 7


def main() -> int:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        os.environ["MLSMITH_CACHE_DIR"] = cache
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users keep what Python has compiled
        write_project(Path(folder), files)
        figures = measure(Path(folder))
    for name, value in figures.items():
        limit = LIMITS[name]
        print(f"{name:<54} {value:>8.2f}   (limit {limit:g}) {'✓' if value <= limit else '✗'}")
    return 0 if all(value <= LIMITS[name] for name, value in figures.items()) else 1


def write_project(root: Path, files: int) -> None:
    """Modules that call each other's functions with flags, read configurations, and import one another."""
    for number in range(files):
        package = root / "project" / f"part{number // 50}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        other = (number * 7 + 1) % files
        (package / f"step{number}.py").write_text(
            f"import yaml\n\nfrom project.part{other // 50}.step{other} import work{other}\n\n\n"
            f"def work{number}(rows, width=3, old=False):\n    if old:\n        rows = [row * 2 for row in rows]\n        rows.sort()\n"
            f"        return rows\n    return [row + width for row in rows]\n\n\ndef run(path='conf/part{number // 50}.yaml'):\n"
            f"    cfg = yaml.safe_load(open(path))\n    return work{other}([cfg['epochs'], cfg['width']], old={number % 3 == 0})\n",
            encoding="utf-8",
        )  # fmt: skip
    (root / "pyproject.toml").write_text("[tool.mlsmith]\n", encoding="utf-8")
    (root / "conf").mkdir()
    for number in range(files // 50):
        (root / "conf" / f"part{number}.yaml").write_text("epochs: 3\nwidth: 4\nunread: 5\n", encoding="utf-8")


def measure(root: Path) -> dict[str, float]:
    python = sys.executable
    lint = [python, "-m", "mlsmith", "lint", "--select", _RULES, "--format", "json", "--jobs", "1"]
    cold = run([*lint, str(root)])[2]
    run([*lint, str(root)])
    run([python, "-m", "mlsmith", "lint", str(root)])
    warm = median([[*lint, str(root)], [python, "-c", SCAN, str(root)]], turns=_TURNS)
    memory = run([*lint, str(root)])[2]
    beyond: list[tuple[float, float]] = []
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    run([python, "-m", "mlsmith", "lint", str(root)])
    script = Path(python).with_name("mlsmith")
    command = [str(script)] if script.exists() else [python, "-m", "mlsmith"]
    file = root / "project" / "part0" / "step0.py"
    for turn in range(_TURNS):
        file.write_text(file.read_text(encoding="utf-8") + f"\n\nTURN_{turn} = {turn}\n", encoding="utf-8")
        one, empty = run([*command, "lint", str(file)]), run([python, "-c", "pass"])
        beyond.append((one[1] - empty[1], one[0] - empty[0]))
    return {
        "warm lint ÷ scandir + stat, wall": warm, "peak memory, MiB": max(cold, memory),
        "one changed file, wall seconds beyond python -c pass": statistics.median(wall for wall, _ in beyond),
        "one changed file, CPU seconds beyond python -c pass": statistics.median(cpu for _, cpu in beyond),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
