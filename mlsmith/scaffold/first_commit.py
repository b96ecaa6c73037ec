"""A new project's own repository: `git init` and one commit, before the project appears."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

# Set by git while it runs a hook; they would send our commit into the outer repository.
_OUTER = {
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX",
    "GIT_NAMESPACE",
}  # fmt: skip
_SECONDS = 60


def commit_all(project: Path, *, author: str, message: str, beside: Path) -> str:
    """Make `project` a repository with one commit; a note for the user where that was not possible, else "".

    `beside` is the directory the project will stand in: inside another repository none is made.
    """
    git = shutil.which("git")
    if git is None:
        return "git is not installed, so the project has no repository yet"
    environment = {key: value for key, value in os.environ.items() if key not in _OUTER}

    def run(*arguments: str, cwd: Path = project) -> subprocess.CompletedProcess[str]:
        command = [git, *arguments]
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )

    if run("rev-parse", "--is-inside-work-tree", cwd=beside).stdout.strip() == "true":
        return "the directory belongs to a git repository already, so the project got none of its own"
    branch = run("config", "--get", "init.defaultBranch").stdout.strip() or "main"
    # No hooks, no signing: the first commit asks for nothing and runs nothing. No ignore list of the user's
    # either: it may name a folder of the project, and the first commit is the whole project.
    off = (f"core.hooksPath={os.devnull}", f"core.excludesFile={os.devnull}", "commit.gpgSign=false")
    quiet = tuple(text for setting in (*off, "core.safecrlf=false") for text in ("-c", setting))
    steps = (
        ("-c", f"init.defaultBranch={branch}", "init", "--quiet"),
        (*quiet, "add", "--all"),
        (*quiet, *_identity(run, author), "commit", "--quiet", "--no-verify", "--message", message),
    )
    for step in steps:
        try:
            done = run(*step)
        except subprocess.TimeoutExpired:
            done = subprocess.CompletedProcess(step, 1, "", f"no answer within {_SECONDS} s")
        if done.returncode:
            shutil.rmtree(project / ".git", ignore_errors=True)
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return f"git could not make the first commit: {reason}"
    return ""


def _identity(run, author: str) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    """What git does not know about the user, taken from the answers."""
    match = re.fullmatch(r"\s*(.*?)\s*(?:<([^<>]*)>)?\s*", author)
    name, mail = (match[1], match[2]) if match else (author, None)
    options: list[str] = []
    for key, value, variable in (("user.name", name, "NAME"), ("user.email", mail, "EMAIL")):
        if not os.environ.get(f"GIT_AUTHOR_{variable}") and not run("config", "--get", key).stdout.strip():
            options += [
                "-c",
                f"{key}={value or 'unknown' if variable == 'NAME' else value or 'unknown@localhost'}",
            ]
    return tuple(options)
