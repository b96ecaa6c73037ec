"""A tree is anything that lists paths and reads bytes: the working tree, a revision, what is staged, a dict
in memory.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from mlsmith.errors import GitError, SourceError
from mlsmith.sources.git import SAFE_OPTIONS, Repository, environment
from mlsmith.sources.regular import MAX_BYTES, TOO_LARGE, blob_id_of, read_regular

__all__ = ["MAX_BYTES", "MemoryTree", "RevisionTree", "StagedTree", "Tree", "WorkingTree", "blob_id_of"]

_CHUNK = 1 << 20
_AT_ONCE = 256
"""Objects that are asked for before the first answer is read: so many names surely have room in a pipe"""
_ROOM = 32 << 20
"""Bytes of what is read ahead and kept"""


class Tree(Protocol):
    """Paths are relative to the root, with `/`."""

    def paths(self) -> list[str]:
        """All paths, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises SourceError where it is too large, gone, or no regular file."""
        ...

    def blob_id(self, path: str) -> str:
        """Git's name for the content: the SHA-1 of its blob. Raises SourceError as `read` does."""
        ...


class MemoryTree:
    """Files in a dict, for tests and for what comes from standard input."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}

    def paths(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise SourceError("does not exist")
        if len(self.files[path]) > MAX_BYTES:
            raise SourceError(TOO_LARGE)
        return self.files[path]

    def blob_id(self, path: str) -> str:
        return blob_id_of(self.read(path))


class WorkingTree:
    """The files below a folder. Links out of the folder, devices and pipes are never opened."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))

    def paths(self, *, enter: Callable[[str], bool] | None = None) -> list[str]:
        """Regular files; links are left out, and so is `.git`.

        A folder is entered if `enter` says so of its path.
        """
        found: list[str] = []
        pending = [""]
        while pending:
            folder = pending.pop()
            for entry in _entries(self.root / folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != ".git" and (enter is None or enter(path)):
                        pending.append(path)
                elif entry.is_file(follow_symlinks=False):
                    found.append(path)
        return sorted(found)

    def read(self, path: str) -> bytes:
        return read_regular(str(self.root), path)

    def blob_id(self, path: str) -> str:
        return blob_id_of(self.read(path))


class Objects:
    """What git keeps, read through one `git cat-file --batch`. Not to be shared between processes or threads."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._reader: subprocess.Popen[bytes] | None = None
        self._ahead: dict[str, bytes] = {}
        self._room = _ROOM

    def read(self, name: str) -> bytes:
        """The content of an object by its id, or of a file as `REVISION:PATH`.

        Raises SourceError where it is too large, or not in this (partial) clone.
        """
        if name in self._ahead:
            return self._ahead[name]
        if "\n" in name:
            raise SourceError("has a name that git cannot be asked for so")
        return self._answers(self._asked([name]))

    def read_ahead(self, names: Iterable[str]) -> None:
        """Read objects that will be asked for, many at once: waiting for git's answer to each takes longer than reading it. They are kept;
        what has no room, or cannot be read, is left to `read`.
        """
        new = [name for name in dict.fromkeys(names) if name not in self._ahead]
        for first in range(0, len(new), _AT_ONCE):
            some = new[first : first + _AT_ONCE]
            reader = self._asked(some)
            for name in some:
                try:
                    data = self._answers(reader)
                except SourceError:
                    if self._reader is None:
                        return
                    continue
                if len(data) <= self._room:
                    self._ahead[name] = data
                    self._room -= len(data)

    def _asked(self, names: Sequence[str]) -> subprocess.Popen[bytes]:
        reader = self._open()
        assert reader.stdin is not None
        try:
            reader.stdin.write(b"".join(os.fsencode(name) + b"\n" for name in names))
            reader.stdin.flush()
        except BrokenPipeError:
            pass  # There will be no answer.
        return reader

    def _answers(self, reader: subprocess.Popen[bytes]) -> bytes:
        """The next object. Raises SourceError as `read` does."""
        assert reader.stdout is not None
        try:
            header = reader.stdout.readline().split()
            if len(header) == 3 and header[2].isdigit():
                return _taken(reader.stdout, int(header[2]))
        except EOFError:
            header = []
        if not header:
            self.close()  # Git gave up; the next file starts it anew.
        raise SourceError("is not in this clone of the repository")

    def close(self) -> None:
        """End the process of git, if one was started."""
        reader, self._reader = self._reader, None
        if reader is None:
            return
        for pipe in (reader.stdin, reader.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except BrokenPipeError:
                continue
        reader.wait()

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_reader", None) is not None:
            self.close()

    def _open(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            try:
                self._reader = subprocess.Popen(
                    ["git", *SAFE_OPTIONS, "cat-file", "--batch"],
                    cwd=self._repository.root, env=environment(),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except OSError:
                raise GitError("git is not installed", advice="install git") from None
        return self._reader


class RevisionTree:
    """The files of a commit, or those `among` some paths, read through one `git cat-file --batch`.

    Not to be shared between processes or threads.
    """

    def __init__(self, repository: Repository, revision: str, *, among: Sequence[str] = ()) -> None:
        self.repository = repository
        self.revision = repository.rev_parse(revision)
        self._among = among if len(among) <= _FEW else ()
        self._blobs: dict[str, str] | None = None
        self._objects = Objects(repository)

    @property
    def blobs(self) -> dict[str, str]:
        """Path → blob id of the regular files; links and submodules are left out."""
        if self._blobs is None:
            self._blobs = self._listed()
        return self._blobs

    def paths(self) -> list[str]:
        return sorted(self.blobs)

    def read(self, path: str) -> bytes:
        return self.read_blob(self.blob_id(path))

    def blob_id(self, path: str) -> str:
        if path not in self.blobs:
            raise SourceError(f"does not exist in {self.revision[:12]}")
        return self.blobs[path]

    def read_blob(self, blob: str) -> bytes:
        """The content of a blob by its id. Raises SourceError where it is too large, or not in this (partial) clone."""
        return self._objects.read(blob)

    def read_ahead(self, blobs: Iterable[str]) -> None:
        """Read blobs that will be asked for by their ids, many at once."""
        self._objects.read_ahead(blobs)

    def close(self) -> None:
        """End the process of git, if one was started."""
        self._objects.close()

    def __enter__(self) -> RevisionTree:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _listed(self) -> dict[str, str]:
        output = self.repository.run("ls-tree", "-r", "-z", "--full-tree", self.revision, *(["--", *self._among] if self._among else []))
        return {path: fields[2] for fields, path in _records(output) if fields[1] == "blob" and fields[0] in _REGULAR}


_FEW = 200
"""Paths that are named to git, as a command line has room for"""


class StagedTree(RevisionTree):
    """What the next commit would hold; inside a hook of git, by the index that git made for that commit."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.revision = "the index"
        self._blobs = None
        self._objects = Objects(repository)

    def _listed(self) -> dict[str, str]:
        output = self.repository.run("ls-files", "-s", "-z", index=_index_of_hook(self.repository))
        return {path: fields[1] for fields, path in _records(output) if fields[2] == "0" and fields[0] in _REGULAR}


_REGULAR = ("100644", "100755", "100664")
"""Modes of files in git; 100664 stands in old trees."""


def _index_of_hook(repository: Repository) -> str | None:
    """The index that `git commit -a` or `git commit FILE` hands to its hooks, if it belongs to this
    repository.
    """
    told = os.environ.get("GIT_INDEX_FILE")
    if not told:
        return None
    index = os.path.realpath(repository.root / told)
    folder = os.path.realpath(os.fsdecode(repository.run("rev-parse", "--absolute-git-dir")).removesuffix("\n"))
    return index if index.startswith(folder + os.sep) and os.path.exists(index) else None


def _records(output: bytes) -> list[tuple[list[str], str]]:
    """(fields, path) of the records that `ls-tree -z` and `ls-files -s -z` print."""
    records = (record.partition(b"\t") for record in output.split(b"\0") if record)
    return [(head.decode("ascii").split(), os.fsdecode(name)) for head, _, name in records]


def _taken(stream: IO[bytes], size: int) -> bytes:
    """The object that comes next, and the newline after it.

    Raises EOFError, and SourceError where it is too large to be kept.
    """
    if size <= MAX_BYTES:
        data = stream.read(size + 1)
        if len(data) != size + 1:
            raise EOFError
        return data[:-1]
    left = size + 1
    while left:
        chunk = len(stream.read(min(left, _CHUNK)))
        if not chunk:
            raise EOFError
        left -= chunk
    raise SourceError(TOO_LARGE)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            return list(scan)
    except OSError:
        return []  # Gone since, or not ours to read.
