"""Analyses kept between runs: one append-only file a project, one record an analysis, found by content.

A record is a magic number, its key, its length and a checksum, then the bytes. What is damaged is a miss:
reading goes on at the next magic number. Writers append under a lock, so processes can share a file; a
reader sees what was there when it opened. The file stands in the user's cache folder, never in the project:
what a repository brings along is not to be trusted.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
import struct
import sys
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from mlsmith.engine.state import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAGIC = b"\x8emlsmith"
_HEADER = struct.Struct("<8s16sII")

LIMIT = 256 << 20
"""Bytes a store never outgrows."""
_SMALL = 8 << 20
"""Below this many bytes nothing is thrown away."""
_BLOCK = 4 << 20
"""Bytes that gather before they are written"""


def key_of(path: str, blob: str, context: str) -> bytes:
    """The key of one analysis: what the file is called, what is in it, and all else that the result depends
    on.
    """
    return keys_in(context)(path, blob)


def keys_in(context: str) -> Callable[[str, str], bytes]:
    """`key_of` for many files of which all else is the same."""
    begun = blake2b(f"{context}\0{sys.implementation.cache_tag}\0".encode("utf-8", "surrogateescape"), digest_size=16)

    def key(path: str, blob: str) -> bytes:
        done = begun.copy()
        done.update(f"{path}\0{blob}".encode("utf-8", "surrogateescape"))
        return done.digest()

    return key


class Store:
    """The analyses of one project. Every failure of the disk makes a miss, never an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / f"analyses-{sys.implementation.cache_tag}-{FORMAT}.bin"
        self._lock = folder / "lock"
        self._data = mapped(self._file)
        self._places = dict(_records(self._data))
        self._used: dict[bytes, int] = {}
        self._added: dict[bytes, bytes] = {}
        self._gathered = 0
        self._size = 0
        """Bytes of the file after this run added to it"""

    def __len__(self) -> int:
        return len(self._places) + len(self._added)

    def get(self, key: bytes) -> bytes | None:
        """What was put under the key before this store was opened, or not yet flushed; else None."""
        if key in self._added:
            return self._added[key]
        place = self._places.get(key)
        if place is None:
            return None
        start, length, checksum = place
        payload = self._data[start : start + length]
        if crc32(payload) != checksum:
            return None
        self._used[key] = length
        return payload

    def put(self, key: bytes, payload: bytes) -> None:
        """Keep `payload`; it reaches the disk with `flush`, or when much has gathered."""
        self._added[key] = payload
        self._gathered += len(payload)
        if self._gathered > _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Append what is new. Does nothing where the folder cannot be written."""
        if not self._added:
            return
        block = b"".join(_record(key, payload) for key, payload in self._added.items())
        self._used.update((key, len(payload)) for key, payload in self._added.items())
        self._added, self._gathered = {}, 0
        with contextlib.suppress(OSError), _locked(self._lock):
            with open(self._file, "ab") as stream:
                stream.write(block)
                self._size = stream.tell()
            if self._size > LIMIT:
                self._compact()

    def tidy(self) -> None:
        """After a run that used all that a project needs: throw away old analyses once most of what is there is such, and something new was
        added.
        """
        if self._size > max(_SMALL, 4 * sum(self._used.values())):
            with contextlib.suppress(OSError), _locked(self._lock):
                self._compact()

    def _compact(self) -> None:
        """Rewrite the file with what this run used, and as much of the newest else as half of it holds."""
        data = mapped(self._file)
        places = dict(_records(data))
        wanted = self._used.keys()
        kept: list[bytes] = []
        room = LIMIT // 2
        for key in sorted(places, key=lambda key: (key in wanted, places[key][0]), reverse=True):
            start, length, _ = places[key]
            room -= _HEADER.size + length
            if room < 0:
                break
            kept.append(data[start - _HEADER.size : start + length])
        replace_file(self._file, b"".join(reversed(kept)))


def replace_file(file: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file so that it is there whole or not at all. Raises OSError.

    A file that is there keeps its permissions; a new one gets `mode` less the user's mask.
    """
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, _mode_for(file, mode))
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _mode_for(file: Path, mode: int) -> int:
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return mode & ~mask


def _record(key: bytes, payload: bytes) -> bytes:
    return _HEADER.pack(_MAGIC, key, len(payload), crc32(payload)) + payload


def mapped(file: Path) -> mmap.mmap | bytes:
    """The bytes of a file, read when they are looked at; none where it cannot be read."""
    try:
        with open(file, "rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return b""


def _records(data: mmap.mmap | bytes) -> Iterator[tuple[bytes, tuple[int, int, int]]]:
    """Key and (start of the payload, length, checksum) of every record that is all there."""
    at, end = 0, len(data)
    while at + _HEADER.size <= end:
        magic, key, length, checksum = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        after = start + length
        whole = magic == _MAGIC and after <= end
        if whole and after != end and data[after : after + len(_MAGIC)] != _MAGIC:
            # Either what follows is damaged, or this was cut off and what follows was added later.
            whole = crc32(data[start:after]) == checksum
        if whole:
            yield key, (start, length, checksum)
            at = after
        else:
            at = data.find(_MAGIC, at + 1)
            if at < 0:
                return


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for it; released by the system should the process die."""
    with open(file, "ab") as stream:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
