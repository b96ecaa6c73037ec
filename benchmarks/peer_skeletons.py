"""What projects from peers' skeletons notice of the mistakes that ours carry as incidents: `python benchmarks/peer_skeletons.py CLONES VENVS`.

CLONES holds the peers' repositories as `<owner>+<name>`; VENVS gets one environment a peer, with what its project needs to check itself. Each
project is made, checked as it is, and then with one mistake of peer_skeletons.toml at a time. A mistake is noticed where a check says
something that it did not say before. Writes peer_skeletons.json beside this file, a page of docs/generate.py shows it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLAN = HERE / "peer_skeletons.toml"
RESULT = HERE / "peer_skeletons.json"


def main() -> None:
    """Try every peer that is named, all if none is."""
    clones, venvs, *names = sys.argv[1:]
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    for name in names or plan:
        found[name] = tried(plan[name], Path(clones).resolve(), environment(Path(venvs).resolve() / name, plan[name]["packages"]))
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(name, json.dumps(found[name], indent=1), flush=True)


def tried(peer: dict[str, Any], clones: Path, python: Path) -> dict[str, Any]:
    """One peer: its project as it is, and with every mistake."""
    clone = clones / peer["repository"].replace("/", "+")
    commit = subprocess.run(["git", "-C", clone, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as box:
        project = made(peer, clone, Path(box), python)
        before = {check[0]: said(check, project, python) for check in peer["checks"]}
        noticed = {}
        for name, mistake in peer["mistakes"].items():
            spoiled = Path(shutil.copytree(project, Path(box) / "spoiled"))
            plant(spoiled, mistake)
            after = {check[0]: said(check, spoiled, python) for check in peer["checks"]}
            noticed[name] = [check for check in before if after[check][1] - before[check][1] or (after[check][0] and not before[check][0])]
            shutil.rmtree(spoiled)
        control(peer, project, python, before)
    return {
        "repository": peer["repository"],
        "commit": commit,
        "comes_with": peer["comes_with"],
        "not_run": peer.get("not_run", ""),
        "as_made": {check: "green" if not code else f"complains: {max(len(lines), 1)}" for check, (code, lines) in before.items()},
        "noticed_by": {**noticed, **dict.fromkeys(peer["without_place"])},
    }


def control(peer: dict[str, Any], project: Path, python: Path, before: dict[str, tuple[int, set[str]]]) -> None:
    """A name that does not exist must be noticed by the linter, or its silence says nothing."""
    plant(project, {"file": peer["control"], "find": r"(?s)\Z", "put": "\n\ndef control():\n    return a_name_that_nobody_gave\n"})
    linter = next(check for check in peer["checks"] if check[0] in ("ruff", "flake8"))
    if not said(linter, project, python)[1] - before[linter[0]][1]:
        sys.exit(f"{linter[0]} of {peer['repository']} notices nothing at all: is it installed?")


def made(peer: dict[str, Any], clone: Path, box: Path, python: Path) -> Path:
    """The peer's project, made by its own tool without questions."""
    source = box / "source"
    subprocess.run(["git", "clone", "-q", clone, source], check=True)
    if peer.get("tool") == "copy":
        return source
    out = box / "out"
    out.mkdir()
    if peer.get("tool") == "ccds":
        command = [
            str(python.with_name("ccds")),
            str(source),
            "--no-input",
            "-o",
            str(out),
            "testing_framework=pytest",
            "project_name=peer",
        ]
        subprocess.run(command, check=True, capture_output=True, text=True)
    else:
        from cookiecutter.main import cookiecutter

        kedro = subprocess.run([python, "-m", "pip", "show", "kedro"], capture_output=True, text=True, check=False).stdout
        version = (re.findall(r"^Version: (.+)$", kedro, re.M) or [""])[0]
        answers = {key: value.replace("{kedro}", version) for key, value in peer["answers"].items()}
        cookiecutter(
            str(source / peer["folder"]), no_input=True, extra_context=answers, output_dir=str(out), accept_hooks=False, default_config=True
        )
    [project] = out.iterdir()
    return project


def plant(project: Path, mistake: dict[str, str]) -> None:
    """Make one mistake in the project; it must find its place."""
    [path] = project.glob(mistake["file"])
    text, count = re.subn(mistake["find"], mistake["put"], path.read_text(encoding="utf-8"), count=1)
    if not count:
        sys.exit(f"{mistake['find']!r} is not in {path}")
    path.write_text(text, encoding="utf-8")


def said(check: list[str], project: Path, python: Path) -> tuple[int, set[str]]:
    """The exit code of a check, and its complaints without places that move with the lines."""
    _, *command = check
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "KEDRO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    command = [str(python), *command[1:]]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.stderr.rstrip().rpartition("\n")[2].startswith("ModuleNotFoundError") or "No module named" in done.stderr[:200]:
        sys.exit(f"{check[0]} does not start:\n{done.stderr[-500:]}")
    lines = {
        re.sub(r"\d+", "#", line.strip())
        for line in done.stdout.splitlines()
        if re.search(r"FAILED|ERROR|: [A-Z]+\d+|Issue:|^[A-Z]+\d+ ", line)
    }
    return done.returncode, lines


def environment(folder: Path, packages: list[str]) -> Path:
    """A Python with these packages, made once."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "ready").touch()
    return python


if __name__ == "__main__":
    main()
