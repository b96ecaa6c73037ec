"""The development container: exact base, no rights, and commands that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / ".devcontainer"
CONTAINER = json.loads((FOLDER / "devcontainer.json").read_text(encoding="utf-8"))
DOCKERFILE = (FOLDER / CONTAINER["build"]["dockerfile"]).read_text(encoding="utf-8")


def test_its_python_is_exact_and_one_the_project_runs_on() -> None:
    exact = r"^FROM python:(3)\.(\d+)\.\d+-bookworm(?:@sha256:[0-9a-f]{64})?$"
    found = re.search(exact, DOCKERFILE, flags=re.MULTILINE)
    assert found is not None
    oldest = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert (int(found[1]), int(found[2])) >= tuple(int(part) for part in oldest.removeprefix(">=").split("."))


def test_the_user_it_works_as_is_made_and_has_no_rights() -> None:
    user = CONTAINER["remoteUser"]
    assert user != "root"
    assert re.search(rf"useradd .*\b{user}$", DOCKERFILE, flags=re.MULTILINE)
    assert DOCKERFILE.rstrip().endswith(f"USER {user}")


def test_what_it_runs_when_it_is_made_is_a_command_of_the_project() -> None:
    python, script, command = CONTAINER["postCreateCommand"].split()
    assert (python, script) == ("python3", "project.py")
    done = subprocess.run(
        [sys.executable, str(PROJECT / script), "--help"], capture_output=True, text=True, check=True, timeout=30
    )
    assert re.search(rf"^  {command} ", done.stdout, flags=re.MULTILINE)


def test_the_editor_uses_the_projects_environment() -> None:
    path = CONTAINER["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    script = (PROJECT / "project.py").read_text(encoding="utf-8")
    assert path.endswith("/.venv/bin/python")
    assert 'ROOT / ".venv"' in script
    assert CONTAINER["containerEnv"]["PYTHONPATH"] == "src"
{%- if "serving" in cookiecutter.layers %}


def test_the_services_port_is_reachable_from_outside() -> None:
    text = (PROJECT / "conf" / "web.yaml").read_text(encoding="utf-8")
    assert f"port: {CONTAINER['forwardPorts'][0]}\n" in text
{%- endif %}
