"""The Dockerfile without Docker: exact bases, no rights, no secrets, and what it copies is enough to run."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order: name and the rest, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line)]


def final_stage() -> list[tuple[str, str]]:
    """The instructions that make the image that runs."""
    found = instructions()
    return found[max(place for place, (name, _) in enumerate(found) if name == "FROM") :]


def copies(stage: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is copied from the project, and to where."""
    ours = [rest for name, rest in stage if name == "COPY" and "--from" not in rest]
    words = [[word for word in rest.split() if not word.startswith("--")] for rest in ours]
    return [(source, target) for source, target in words]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps the path out: the last pattern that fits it or a folder above it decides."""
    out = False
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.lstrip("!").rstrip("/")
        parts = path.split("/")
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        names = parts if pattern.startswith("**/") else above
        fits = any(fnmatch.fnmatch(name, pattern.removeprefix("**/")) for name in names)
        if line and not line.startswith("#") and fits:
            out = not line.startswith("!")
    return out


def test_bases_are_exact_and_both_the_same() -> None:
    bases = [rest.partition(" AS ")[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "packages are built for the Python that runs them"
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", bases[0]), bases[0]


def test_the_process_has_no_rights() -> None:
    users = [rest for name, rest in final_stage() if name == "USER"]
    assert users == ["10001"]
    names = [name for name, _ in final_stage()]
    assert "RUN" not in names[names.index("USER") :]


def test_packages_come_by_hash_alone() -> None:
    runs = [rest for name, rest in instructions() if name == "RUN"]
    assert not any("pip install" in run for run in runs)
    assert "project.py python" in runs[0]
    assert '"--require-hashes", "--no-deps"' in (PROJECT / "project.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [".secrets/pseudonym.key", ".git/config", ".venv/bin/python", "runs/1/run.json"])
def test_secrets_runs_and_data_stay_outside(path: str) -> None:
    assert ignored(path)
    assert ignored("data/world/part.csv")
    assert ignored("src/{{ cookiecutter.package }}/__pycache__/cli.pyc")


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    wanted = copies(instructions())
    assert len(wanted) > 4
    for source, _ in wanted:
        assert (PROJECT / source).exists(), source
        assert not ignored(source.rstrip("/")), source


def test_what_is_copied_is_enough_to_run(tmp_path: Path) -> None:
    for source, target in copies(final_stage()):
        place = tmp_path / target
        if (PROJECT / source).is_dir():
            shutil.copytree(PROJECT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / source, place)
    command = next(json.loads(rest) for name, rest in final_stage() if name == "CMD")
    for module in {command[0], "{{ cookiecutter.package }}"}:
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"], capture_output=True, text=True, timeout=60, check=False,
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
{%- if "serving" in cookiecutter.layers %}


def test_the_health_check_asks_where_the_service_listens() -> None:
    texts = dict(final_stage())
    command = json.loads(texts["CMD"])
    port = command[command.index("--port") + 1]
    assert texts["EXPOSE"] == port
    assert f"127.0.0.1:{port}/health" in texts["HEALTHCHECK"]
{%- endif %}
