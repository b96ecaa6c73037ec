"""Git, asked as seldom as possible and never trusted: nothing that a repository configures is run, nothing is
fetched, no lock is taken.

A repository that we did not write may name programs in its configuration; every call switches those off.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mlsmith.errors import GitError, SourceError
from mlsmith.sources.regular import blob_id_of, read_regular

SAFE_OPTIONS = (
    "--no-pager", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.quotepath=off", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "diff.external=", "-c", "core.pager=cat", "-c", "protocol.ext.allow=never",
    "-c", "log.showSignature=false", "-c", "core.sshCommand=false", "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "diff.relative=false",
    "-c", "diff.autoRefreshIndex=false",  # or `git diff` writes the index of a repository that it only looks at
)  # fmt: skip
CHURN_DAYS = 180
_PATHS_AT_ONCE = 500
_COMMITS: set[tuple[Path, str]] = set()
"""Repositories with the full names of commits that git has told: it is not asked for these again"""


class Changed(NamedTuple):
    """How a path of the working tree (or of a revision) differs from a base: `status` is A, M, D or R."""

    status: str
    old_path: str | None


class Delta(NamedTuple):
    """One path that differs, with what git knows of both sides: modes, `000000` where there is none, and blobs, empty where they are
    not in git yet.
    """

    path: str
    old_path: str | None
    """None where the path is new"""
    status: str
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str


class Repository(NamedTuple):
    """A git repository by the root of its working tree."""

    root: Path

    @classmethod
    def find(cls, path: Path) -> Repository | None:
        """The repository whose working tree holds `path`; None where git finds none, does not read it, or is missing.

        For what works without a repository, too; `require` says why there is none.
        """
        real = Path(os.path.realpath(path))
        if not any((folder / ".git").exists() for folder in (real, *real.parents)):
            return None
        try:
            return cls.require(path)
        except GitError:
            return None

    @classmethod
    def require(cls, path: Path) -> Repository:
        """The repository whose working tree holds `path`. Raises GitError that says why there is none."""
        folder = path if path.is_dir() else path.parent
        root = _run(folder, ["rev-parse", "--show-toplevel"])
        if not root.strip():
            raise GitError(f"{folder} is in no git repository", advice="run mlsmith inside one")
        return cls(Path(os.fsdecode(root).removesuffix("\n")))

    def run(self, *arguments: str, index: str | None = None) -> bytes:
        """Standard output of a git command, on another index if one is given.

        Raises GitError with git's own first line.
        """
        return _run(self.root, list(arguments), settings={"GIT_INDEX_FILE": index} if index else None)

    @property
    def is_shallow(self) -> bool:
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def rev_parse(self, revision: str) -> str:
        """The commit a revision names.

        Raises GitError in one clear line, naming a shallow clone where that is why.
        """
        shown = revision.encode("unicode_escape").decode()
        if revision.startswith("-") or "\0" in revision:
            raise GitError(f'"{shown}" is no revision', advice="name a branch, tag or commit")
        if (self.root, revision) in _COMMITS:
            return revision
        try:
            commit = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
        except GitError:
            pass
        else:
            _COMMITS.add((self.root, commit))
            return commit
        if self.is_shallow:
            raise GitError(
                f'revision "{shown}" is not in this shallow clone',
                advice="fetch the history, e.g. `git fetch --unshallow`",
            )
        raise GitError(
            f'git knows no revision "{shown}" in {self.root}',
            advice="name a branch, tag or commit that exists",
        )

    def prefix_of(self, folder: Path) -> str:
        """The path from the repository's root to a folder in it, with a closing `/`; empty for the root."""
        inside = folder.relative_to(self.root).as_posix()
        return "" if inside == "." else f"{inside}/"

    def setting(self, name: str) -> str:
        """A value of git's configuration; empty where it is not set."""
        try:
            return self.run("config", name).decode("utf-8", "replace").strip()
        except GitError:
            return ""

    def merge_base(self, one: str, two: str) -> str:
        """The best common ancestor of two revisions. Raises GitError where there is none."""
        first, second = self.rev_parse(one), self.rev_parse(two)
        try:
            return self.run("merge-base", first, second).decode().split()[0]
        except (GitError, IndexError):
            hint = "fetch the history, e.g. `git fetch --unshallow`" if self.is_shallow else "name a base that shares history"
            raise GitError(f'"{one}" and "{two}" have no common ancestor here', advice=hint) from None

    def changed_paths(self, base: str, head: str | None = None) -> dict[str, Changed]:
        """Path → how it differs from `base`, renames followed; in the working tree (untracked files too)
        where `head` is None.
        """
        revisions = [self.rev_parse(base), *([self.rev_parse(head)] if head is not None else [])]
        output = _run(self.root, [*_DIFF, "--ignore-submodules=all", *revisions, "--"], settings=self._without_filters())
        changed, gone = _changes(deltas(output))
        if head is None:
            self._add_untracked(changed, gone)
        return changed

    def deltas(self, base: str, head: str | None = None) -> list[Delta]:
        """What differs from `base`, renames followed, with modes and blobs; links and submodules too, and, where `head` is None,
        untracked files.
        """
        revisions = [self.rev_parse(base), *([self.rev_parse(head)] if head is not None else [])]
        output = _run(self.root, [*_DIFF, "--ignore-submodules=dirty", *revisions, "--"], settings=self._without_filters())
        known = {delta.path: delta for delta in deltas(output)}
        if head is not None:
            return list(known.values())
        changed, gone = _changes(known.values())
        tracked = set(changed)
        self._add_untracked(changed, gone)
        found = [delta for path, delta in known.items() if path in changed and changed[path].status == delta.status]
        for path, how in changed.items():
            if path in tracked and path in known and how.status == known[path].status:
                continue
            old = known.get(how.old_path or path)
            mode, blob = (old.old_mode, old.old_blob) if old is not None else ("000000", "")
            found.append(Delta(path, how.old_path or (path if old is not None else None), how.status, mode, "100644", blob, ""))
        return found

    def churn(self, days: int = CHURN_DAYS) -> Mapping[str, int]:
        """Commits that touched each path in the last `days` before the newest commit.

        Not before today: a repository that sleeps keeps its figures.
        """
        try:
            newest = self._newest()
        except (GitError, ValueError):
            return {}
        since = f"--since=@{max(0, newest - days * 86_400)} +0000"
        output = self.run(
            "log",
            since,
            "--format=",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--no-merges",
            "-O/dev/null",
        )
        counts: dict[str, int] = {}
        for name in output.split(b"\0"):
            path = os.fsdecode(name).lstrip("\n")
            if path:
                counts[path] = counts.get(path, 0) + 1
        return counts

    def lines_before(self, paths: Sequence[str], pattern: str, days: int) -> dict[str, frozenset[str]]:
        """Lines of the files, stripped, that match an extended regular expression, as they stood `days` before the newest commit.

        One look at an old tree takes a tenth of what git blame takes for each line. A file that was renamed since has none.
        """
        then = self._before(days)
        found: dict[str, set[str]] = {}
        for start in range(0, len(paths) if then else 0, _PATHS_AT_ONCE):
            some = paths[start : start + _PATHS_AT_ONCE]
            try:
                output = self.run(
                    "--literal-pathspecs", "grep", "-I", "-z", "--full-name", "--no-color", "-E", "-e", pattern, then, "--", *some
                )
            except GitError:
                continue  # git says so where nothing matches
            for record in output.decode("utf-8", "surrogateescape").split("\n"):
                name, _, line = record.partition("\0")
                if line:
                    found.setdefault(name.partition(":")[2], set()).add(line.strip())
        return {path: frozenset(lines) for path, lines in found.items()}

    def standing(self, days: int) -> dict[str, bool]:
        """Every path of the newest commit, and whether it is the same file as `days` before. Empty where the history does not reach that far,
        or was cut off.
        """
        then = "" if self.is_shallow else self._before(days)
        if not then:
            return {}
        differing = self.run(
            "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=all", "-O/dev/null", then, "HEAD", "--"
        )
        changed = set(differing.split(b"\0"))
        listed = self.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD").split(b"\0")
        return {os.fsdecode(name): name not in changed for name in listed if name}

    def words_in(self, paths: Sequence[str], words: Sequence[str]) -> set[str]:
        """Those of the words, in lower case, that stand in one of the files as of the newest commit, whole and in whatever case."""
        wanted = [part for word in words for part in ("-e", word)]
        found: set[str] = set()
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            try:
                output = self.run(
                    "--literal-pathspecs", "grep", "-I", "-h", "-o", "-i", "-w", "-F", "--no-color", *wanted, "HEAD", "--",
                    *paths[start : start + _PATHS_AT_ONCE],
                )  # fmt: skip
            except GitError:
                continue  # git says so where nothing matches
            found.update(output.decode("utf-8", "surrogateescape").lower().split("\n"))
        return found

    def _before(self, days: int) -> str:
        """The commit that was the newest one `days` before it; empty where there is none."""
        return self.run("rev-list", "-1", f"--before=@{max(0, self._newest() - days * 86_400)} +0000", "HEAD").decode().strip()

    def _newest(self) -> int:
        """When the newest commit was made, in seconds since the epoch; 0 where there is none."""
        return int(self.run("log", "-1", "--format=%ct").decode().strip() or 0)

    def commits_about(self, path: str, pattern: str, base: str) -> list[tuple[str, str, int]]:
        """Commits since `base` that changed lines of a file which match a pattern: abbreviated hash, subject, and how many files each changed."""
        output = self.run(
            "log", "--no-merges", "--no-ext-diff", "--no-textconv", "--full-diff", "--pickaxe-all", "--name-only", f"-G{pattern}",
            "--format=%x00%h %s", f"{base}..HEAD", "--", path,
        )  # fmt: skip
        found = []
        for record in output.decode("utf-8", "replace").split("\0")[1:]:
            head, *names = record.strip("\n").split("\n")
            commit, _, subject = head.partition(" ")
            found.append((commit, subject, sum(bool(name) for name in names)))
        return found

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        """Author, ISO date and commit that last touched a 1-based line of the working tree; None where no
        commit did.
        """
        if line < 1:
            return None
        arguments = ["blame", "--porcelain", f"-L{line},{line}", "--no-textconv", "--", path]
        output = self._blamed(arguments)
        lines = output.decode("utf-8", "replace").split("\n")
        commit = lines[0].split(" ", 1)[0]
        fields = {name: rest for name, _, rest in (text.partition(" ") for text in lines[1:])}
        when = _iso(fields.get("author-time", ""))
        if "author" not in fields or when is None or commit.strip("0") == "":
            return None
        return fields["author"], when, commit

    def _blamed(self, arguments: list[str]) -> bytes:
        """What git blame says, nothing where it fails.

        The user's list of ignored commits may be missing here: then without it.
        """
        settings = self._without_filters()
        for more in ({}, {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}):
            try:
                return _run(self.root, arguments, settings={**settings, **more})
            except GitError as error:
                if "object name list" not in error.message:
                    break
        return b""

    def changes_of_lines(self, path: str, first: int, last: int) -> tuple[int, ...]:
        """When commits changed the 1-based lines of a file, in seconds before the newest commit, the latest first. Nothing where the file of
        the working tree is not the committed one, whose lines git counts, or the history was cut off.
        """
        blob = self.run("rev-parse", f"HEAD:{path}").decode().strip()
        if self.is_shallow or blob != self._blob(path):
            return ()
        newest = self._newest()
        output = self.run("log", "--no-patch", "--no-textconv", "--format=%ct", f"-L{first},{last}:{path}")
        return tuple(sorted(newest - int(time) for time in output.split()))

    def _add_untracked(self, changed: dict[str, Changed], gone: dict[str, str]) -> None:
        """Untracked files are added ones, or renamed where a file that is gone had the same content."""
        by_blob: dict[str, list[str]] = {}
        for old, blob in gone.items():
            by_blob.setdefault(blob, []).append(old)
        for record in self.run("ls-files", "-z", "--others", "--exclude-standard").split(b"\0"):
            path = os.fsdecode(record)
            if not path or path.endswith("/"):
                continue
            if path in gone:
                changed[path] = Changed("M", None)  # Out of the index, still on disk.
                continue
            olds = by_blob.get(self._blob(path), []) if by_blob else []
            changed[path] = Changed("R", olds[0]) if olds else Changed("A", None)
            if olds:
                changed.pop(olds.pop(0), None)

    def _blob(self, path: str) -> str:
        try:
            return blob_id_of(read_regular(str(self.root), path))
        except SourceError:
            return ""

    def _without_filters(self) -> dict[str, str]:
        """Settings that switch off every filter the repository's configuration names: reading a changed file
        would run it.
        """
        try:
            listed = self.run("config", "-z", "--name-only", "--get-regexp", r"^filter\.").split(b"\0")
        except GitError:
            return {}  # There is none.
        names = {os.fsdecode(name).rpartition(".")[0] for name in listed if name}
        pairs = [(f"{name}.{key}", value) for name in sorted(names) for key, value in _NO_FILTER]
        settings = {"GIT_CONFIG_COUNT": str(len(pairs))}
        for number, (key, value) in enumerate(pairs):
            settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return settings


_NO_FILTER = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))


def environment() -> dict[str, str]:
    """The user's environment without what would make git talk, ask, lock, fetch, or look at another
    repository.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name == "GIT_CEILING_DIRECTORIES"}
    return kept | {
        "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat",
        "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
    }  # fmt: skip


def _run(folder: Path, arguments: Sequence[str], *, settings: Mapping[str, str] | None = None) -> bytes:
    if not folder.is_dir():
        raise GitError(f"{folder} does not exist", advice="check the path")
    try:
        done = subprocess.run(
            ["git", *SAFE_OPTIONS, *arguments], cwd=folder, env={**environment(), **(settings or {})},
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise GitError("git is not installed", advice="install git, or leave out the option that needs it") from None
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run in {folder}: {error}") from None
    if done.returncode:
        raise _failure(arguments[0], folder, done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def _failure(command: str, folder: Path, said: str) -> GitError:
    if "dubious ownership" in said:
        advice = f"if you trust it: git config --global --add safe.directory {folder}"
        return GitError(f"git does not read the repository at {folder}, because it belongs to another user", advice=advice)
    if "not a git repository" in said or "must be run in a work tree" in said:
        return GitError(f"{folder} is in no git repository", advice="run mlsmith inside one")
    line = said.splitlines()[0].removeprefix("fatal: ") if said else "failed"
    return GitError(f"git {command}: {line}")


def deltas(output: bytes) -> Iterator[Delta]:
    """What `git diff --raw -z --no-abbrev` says."""
    fields: Iterator[str] = iter([os.fsdecode(part) for part in output.split(b"\0")])
    for head in fields:
        if head.startswith(":"):
            yield delta_of(head, fields)


def delta_of(head: str, fields: Iterator[str]) -> Delta:
    """One record of git's raw format: its head, and the paths that follow."""
    old_mode, new_mode, old_blob, new_blob, status = head[1:].split(" ")
    path = next(fields)
    old_path: str | None = path
    if status[0] in "RC":
        old_path, path = path, next(fields)
    status = {"R": "R", "C": "A", "A": "A", "D": "D"}.get(status[0], "M")
    if status == "A":
        old_path, old_mode, old_blob = None, "000000", ""
    return Delta(path, old_path, status, old_mode, new_mode, old_blob, "" if not new_blob.strip("0") else new_blob)


_DIFF = ("diff", "--raw", "--no-abbrev", "-z", "-M", "--no-ext-diff", "--no-textconv", "-O/dev/null")


def _changes(found: Iterable[Delta]) -> tuple[dict[str, Changed], dict[str, str]]:
    """Path → change, and path → blob of what is gone."""
    changed: dict[str, Changed] = {}
    gone: dict[str, str] = {}
    for delta in found:
        changed[delta.path] = Changed(delta.status, delta.old_path if delta.status == "R" else None)
        if delta.status == "D":
            gone[delta.path] = delta.old_blob
    return changed, gone


def _iso(seconds: str) -> str | None:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
