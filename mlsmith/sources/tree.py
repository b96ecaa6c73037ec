"""A tree is anything that lists paths and reads bytes: the working tree, a revision, what is staged, a dict in memory."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

from mlsmith.errors import GitError, SourceError
from mlsmith.sources.git import SAFE_OPTIONS, Repository, environment

MAX_BYTES = 10 << 20


class Tree(Protocol):
    """Paths are relative to the root, with `/`."""

    def paths(self) -> list[str]:
        """All paths, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises SourceError where it is too large, gone, or no regular file."""
        ...

    def blob_id(self, path: str) -> str:
        """Git's name for the content: the SHA-1 of its blob."""
        ...


def blob_id_of(data: bytes) -> str:
    """What `git hash-object` says of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class MemoryTree:
    """Files in a dict, for tests and for what comes from standard input."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}

    def paths(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise SourceError("does not exist")
        return _limited(self.files[path])

    def blob_id(self, path: str) -> str:
        return blob_id_of(self.files[path])


class WorkingTree:
    """The files below a folder. Links out of the folder, devices and pipes are never opened."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))

    def paths(self) -> list[str]:
        found: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name != ".git")
            relative = Path(folder).relative_to(self.root).as_posix()
            prefix = "" if relative == "." else f"{relative}/"
            found.extend(prefix + name for name in files if stat.S_ISREG(_mode(Path(folder) / name)))
        return sorted(found)

    def read(self, path: str) -> bytes:
        full = self.root / path
        try:
            real = os.path.realpath(full, strict=True)
        except OSError as error:
            loops = "is a circle of links" if error.errno == 40 else "does not exist"
            raise SourceError(loops) from None
        if real != str(full) and not Path(real).is_relative_to(self.root):
            raise SourceError("is a link out of the project")
        try:
            handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}") from None
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SourceError("is no regular file")
            if status.st_size > MAX_BYTES:
                raise SourceError("is larger than 10 MiB; exclude it")
            try:
                return _limited(file.read(MAX_BYTES + 1))
            except OSError as error:
                raise SourceError(f"cannot be read: {error.strerror}") from None

    def blob_id(self, path: str) -> str:
        return blob_id_of(self.read(path))


class RevisionTree:
    """The files of a commit, read through one `git cat-file --batch`."""

    def __init__(self, repository: Repository, revision: str) -> None:
        self.repository = repository
        self.revision = repository.rev_parse(revision)
        self._blobs: dict[str, str] | None = None
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def blobs(self) -> dict[str, str]:
        """Path → blob id of the regular files; links and submodules are left out."""
        if self._blobs is None:
            self._blobs = {}
            for record in self.repository.run("ls-tree", "-r", "-z", "--full-tree", self.revision).split(b"\0"):
                head, _, name = record.partition(b"\t")
                fields = head.split()
                if len(fields) == 3 and fields[1] == b"blob" and fields[0] != b"120000":
                    self._blobs[os.fsdecode(name)] = fields[2].decode()
        return self._blobs

    def paths(self) -> list[str]:
        return sorted(self.blobs)

    def read(self, path: str) -> bytes:
        if path not in self.blobs:
            raise SourceError(f"does not exist in {self.revision[:12]}")
        return self.read_blob(self.blobs[path])

    def read_blob(self, blob: str) -> bytes:
        """The content of a blob by its id. Raises SourceError where it is too large, or not in this (partial) clone."""
        reader = self._open()
        stdin, stdout = reader.stdin, reader.stdout
        assert stdin is not None and stdout is not None
        stdin.write(blob.encode() + b"\n")
        stdin.flush()
        header = stdout.readline().split()
        if len(header) != 3:
            raise SourceError("is not in this clone")
        size = int(header[2])
        data = _exactly(stdout, size + 1)[:-1]
        if size > MAX_BYTES:
            raise SourceError("is larger than 10 MiB; exclude it")
        return data

    def blob_id(self, path: str) -> str:
        return self.blobs[path]

    def close(self) -> None:
        if self._reader is not None:
            if self._reader.stdin is not None:
                self._reader.stdin.close()
            if self._reader.stdout is not None:
                self._reader.stdout.close()
            self._reader.wait()
            self._reader = None

    def __enter__(self) -> RevisionTree:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            try:
                self._reader = subprocess.Popen(
                    ["git", *SAFE_OPTIONS, "cat-file", "--batch"], cwd=self.repository.root, env=environment(),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except OSError:
                raise GitError("git is not installed", advice="install git") from None
        return self._reader


class StagedTree(RevisionTree):
    """What the next commit would hold."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.revision = "the index"
        self._blobs = None
        self._reader = None

    @property
    def blobs(self) -> dict[str, str]:
        if self._blobs is None:
            self._blobs = {}
            for record in self.repository.run("ls-files", "-s", "-z").split(b"\0"):
                head, _, name = record.partition(b"\t")
                fields = head.split()
                if len(fields) == 3 and fields[2] == b"0" and fields[0] in (b"100644", b"100755"):
                    self._blobs[os.fsdecode(name)] = fields[1].decode()
        return self._blobs


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise SourceError("is larger than 10 MiB; exclude it")
    return data


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise SourceError("git stopped in the middle of a file")
    return data


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0
