"""The hooks that we publish, run by the real pre-commit in a real repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlsmith.engine.discover import kind_of
from tests.end_to_end.conftest import DEAD, Done, Project

HERE = Path(__file__).parents[2]
CLEAN = "def double(x):\n    return x * 2\n"


def _hooks() -> dict[str, dict[str, Any]]:
    published = yaml.safe_load((HERE / ".pre-commit-hooks.yaml").read_text())
    return {hook["id"]: hook for hook in published}


def _here_and_now(hook: dict[str, Any]) -> dict[str, Any]:
    """A published hook run by this interpreter, so that nothing has to be installed."""
    program, _, arguments = hook["entry"].partition(" ")
    assert program == "mlsmith"
    return {**hook, "language": "system", "entry": f"{sys.executable} -m mlsmith {arguments}"}


def _configure(project: Project, *ids: str) -> None:
    hooks = [_here_and_now(_hooks()[name]) for name in ids]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    project.write({".pre-commit-config.yaml": yaml.safe_dump(config)})
    project.environment["PRE_COMMIT_HOME"] = str(project.home / "pre-commit")
    project.git("init", "-q", "-b", "main")


def _pre_commit(project: Project, *arguments: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color", "never", *arguments],
        cwd=project.root, capture_output=True, env=project.env(),
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_commit_with_a_finding_is_stopped_and_one_without_passes(project: Project) -> None:
    _configure(project, "mlsmith")
    project.write({"train.py": CLEAN})
    project.git("add", "-A")
    assert _pre_commit(project).code == 0
    project.write({"train.py": DEAD})
    project.git("add", "-A")
    done = _pre_commit(project)
    assert (done.code, "train.py:2:" in done.out, "DEX101" in done.out) == (1, True, True)


def test_only_the_files_of_the_commit_are_judged(project: Project) -> None:
    _configure(project, "mlsmith")
    project.write({"old.py": DEAD})
    project.commit("with debt")
    project.write({"new.py": CLEAN})
    project.git("add", "-A")
    assert _pre_commit(project).code == 0
    assert _pre_commit(project, "--all-files").code == 1


def test_a_file_of_the_commit_is_judged_by_what_the_whole_project_does_with_it(project: Project) -> None:
    _configure(project, "mlsmith")
    project.write({
        "mlsmith.toml": 'project = "application"\n',
        "train.py": "from model import build\n\nbuild(1)\nbuild(2)\n",
    })  # fmt: skip
    project.commit("the caller")
    project.write({"model.py": "def build(x, wide=False):\n    if wide:\n        return x * 2\n    return x\n"})
    project.git("add", "-A")
    done = _pre_commit(project)
    assert (done.code, "DEX102" in done.out) == (1, True)


def test_the_gate_judges_the_whole_project_whatever_is_committed(project: Project) -> None:
    _configure(project, "mlsmith-gate")
    project.write({"mlsmith.toml": "[gate]\nmax-ratio = 0.01\n", "train.py": "import torch\n" + CLEAN})
    project.commit("fine")
    assert _pre_commit(project, "--all-files").code == 0
    project.write({"train.py": "import torch\n" + DEAD})
    project.commit("in debt")
    project.write({"README.md": "words\n"})
    project.git("add", "-A")
    done = _pre_commit(project)
    assert done.code == 1, done.out


@pytest.mark.parametrize(
    "name",
    [
        "a/train.py", "x.ipynb", "conf/a.yaml", "a.yml", "a.toml", "a.json", "requirements.txt",
        "requirements-dev.in", "requirements/gpu.txt", "constraints.txt", "setup.cfg", "Pipfile",
        "Dockerfile", "docker/Dockerfile.gpu",
    ],
)  # fmt: skip
def test_the_hook_is_given_whatever_lint_looks_at(name: str) -> None:
    assert kind_of(name) is not None
    assert re.search(_hooks()["mlsmith"]["files"], name)


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "a.pyi", "MANIFEST.in", "img.png"])
def test_the_hook_is_not_given_the_rest(name: str) -> None:
    assert not re.search(_hooks()["mlsmith"]["files"], name)


@pytest.mark.slow
def test_pre_commit_installs_mlsmith_from_a_repository_and_runs_both_hooks(project: Project, tmp_path: Path) -> None:
    """As a user does it: `repo:` names a git repository, `rev:` a commit; needs a package index."""
    source = Project(tmp_path / "mlsmith", tmp_path / "unused")
    source.root.mkdir()
    for name in ("mlsmith", "templates"):
        shutil.copytree(HERE / name, source.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in HERE.iterdir():
        if file.is_file() and file.suffix in (".toml", ".md", ".yaml", "") and file.name not in (".git", ".gitignore"):
            shutil.copy(file, source.root)
    revision = source.commit("as it is")
    hooks = [{"id": "mlsmith"}, {"id": "mlsmith-gate"}]
    config = {"repos": [{"repo": str(source.root), "rev": revision, "hooks": hooks}]}
    project.environment["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")
    project.write({".pre-commit-config.yaml": yaml.safe_dump(config), "train.py": CLEAN})
    project.git("init", "-q", "-b", "main")
    project.git("add", "-A")
    done = _pre_commit(project)
    assert done.code == 0, done.out + done.err
    project.write({"train.py": DEAD})
    project.git("add", "-A")
    done = _pre_commit(project)
    assert (done.code, "train.py:2:" in done.out) == (1, True), done.out + done.err
