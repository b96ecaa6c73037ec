"""Git, asked as seldom as possible and never trusted: no hooks, no external diff or text conversion, no pager, no locks taken.

A repository that we did not write may name programs in its configuration; every call switches those off.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mlsmith.errors import GitError

SAFE_OPTIONS = (
    "-c", "core.quotepath=off", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=",
    "-c", "core.pager=cat", "-c", "protocol.ext.allow=never", "-c", "log.showSignature=false", "-c", "core.sshCommand=false",
)  # fmt: skip
CHURN_DAYS = 180


class Changed(NamedTuple):
    """How a path of the working tree (or of a revision) differs from a base: `status` is A, M, D or R."""

    status: str
    old_path: str | None


@dataclass(frozen=True)
class Repository:
    """A git repository by the root of its working tree."""

    root: Path

    @classmethod
    def find(cls, path: Path) -> Repository | None:
        """The repository whose working tree holds `path`; None where there is none, or no git."""
        folder = path if path.is_dir() else path.parent
        try:
            done = _run(folder, ["rev-parse", "--show-toplevel"])
        except GitError:
            return None
        return cls(Path(os.fsdecode(done).rstrip("\n"))) if done else None

    def run(self, *arguments: str) -> bytes:
        """Standard output of a git command. Raises GitError with git's own first line."""
        return _run(self.root, list(arguments))

    @property
    def is_shallow(self) -> bool:
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def rev_parse(self, revision: str) -> str:
        """The commit a revision names. Raises GitError in one clear line, naming a shallow clone where that is why."""
        if revision.startswith("-") or "\0" in revision:
            raise GitError(f'"{revision}" is no revision', advice="name a branch, tag or commit")
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
        except GitError:
            pass
        if self.is_shallow:
            raise GitError(
                f'revision "{revision}" is not in this shallow clone', advice="fetch the history, e.g. `git fetch --unshallow`"
            )
        raise GitError(f'git knows no revision "{revision}" in {self.root}', advice="name a branch, tag or commit that exists")

    def merge_base(self, one: str, two: str) -> str:
        """The best common ancestor of two revisions. Raises GitError where there is none."""
        try:
            return self.run("merge-base", self.rev_parse(one), self.rev_parse(two)).decode().split()[0]
        except (GitError, IndexError):
            hint = "fetch the history, e.g. `git fetch --unshallow`" if self.is_shallow else "name a base that shares history"
            raise GitError(f'"{one}" and "{two}" have no common ancestor here', advice=hint) from None

    def changed_paths(self, base: str, head: str | None = None) -> dict[str, Changed]:
        """Path → how it differs from `base`, renames followed; in the working tree (untracked files too) where `head` is None."""
        arguments = ["diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules", base]
        if head is not None:
            arguments.append(head)
        changed = _name_status(self.run(*arguments, "--"))
        if head is None:
            for path in self.run("ls-files", "-z", "--others", "--exclude-standard").split(b"\0"):
                if path:
                    changed.setdefault(os.fsdecode(path), Changed("A", None))
        return changed

    def churn(self, days: int = CHURN_DAYS) -> Mapping[str, int]:
        """Commits that touched each path in the last `days` before the newest commit (not before today: a repository that sleeps
        keeps its figures)."""
        try:
            newest = int(self.run("log", "-1", "--format=%ct").decode().strip() or 0)
        except (GitError, ValueError):
            return {}
        since = f"--since={newest - days * 86_400}"
        output = self.run("log", since, "--format=", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-merges")
        counts: dict[str, int] = {}
        for name in output.split(b"\0"):
            path = os.fsdecode(name).lstrip("\n")
            if path:
                counts[path] = counts.get(path, 0) + 1
        return counts

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        """Author, ISO date and commit that last touched a 1-based line; None where git cannot tell."""
        try:
            output = self.run("blame", "--porcelain", f"-L{line},{line}", "--no-textconv", "--", path) if line > 0 else b""
        except GitError:
            return None
        lines = output.decode("utf-8", "replace").split("\n")
        fields = dict(part for text in lines[1:] if len(part := tuple(text.split(" ", 1))) == 2)
        if "author" not in fields or not fields.get("author-time", "").isdigit():
            return None
        from datetime import datetime, timezone

        when = datetime.fromtimestamp(int(fields["author-time"]), timezone.utc).isoformat()
        return fields["author"], when, lines[0].split(" ", 1)[0]


def _name_status(output: bytes) -> dict[str, Changed]:
    fields = [os.fsdecode(part) for part in output.split(b"\0")]
    changed: dict[str, Changed] = {}
    position = 0
    while position < len(fields) - 1:
        status = fields[position][:1]
        if status in ("R", "C"):
            changed[fields[position + 2]] = Changed("R" if status == "R" else "A", fields[position + 1])
            position += 3
        else:
            changed[fields[position + 1]] = Changed("M" if status in ("T", "U") else status, None)
            position += 2
    return changed


def _run(folder: Path, arguments: Sequence[str]) -> bytes:
    try:
        done = subprocess.run(
            ["git", *SAFE_OPTIONS, *arguments], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise GitError("git is not installed", advice="install git, or leave out the option that needs it") from None
    except OSError as error:
        raise GitError(f"git cannot be run in {folder}: {error.strerror}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(f"git {arguments[0]}: {lines[0].removeprefix('fatal: ') if lines else 'failed'}")
    return done.stdout


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """The user's environment without what would make git talk, ask, lock, or look at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in ("GIT_CEILING_DIRECTORIES",)}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}
