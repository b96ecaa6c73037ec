"""Reading one regular file below a folder: nothing else is opened, nothing outside, nothing too large."""

from __future__ import annotations

import errno
import hashlib
import os
import stat

from mlsmith.errors import SourceError

MAX_BYTES = 10 << 20
"""No Python file, notebook or configuration that a person wrote is larger."""
TOO_LARGE = "is larger than 10 MiB; exclude it"

_CHUNK = 1 << 16
"""Bytes that are asked for at once beyond a file's size"""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def blob_id_of(data: bytes) -> str:
    """What `git hash-object` says of these bytes: the SHA-1 of their blob."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def read_regular(root: str, path: str) -> bytes:
    """The bytes of a file below `root`, which holds no link itself.

    Links are followed as long as they stay below `root`; devices and pipes are not even opened, so that
    nothing blocks. Raises SourceError.
    """
    full = os.path.join(root, path)
    try:
        _check(os.stat(full))
        handle = _opened_in_place(full) if full.startswith(os.path.join(root, "")) else None
        if handle is None:
            real = os.path.realpath(full, strict=True)
            if os.path.commonpath([root, real]) != root:
                raise SourceError("lies outside the project" if not os.path.islink(full) else "is a link out of the project")
            handle = os.open(real, _FLAGS)
    except OSError as error:
        raise SourceError(_reason(error)) from None
    except ValueError:
        raise SourceError("has a name that no file can have") from None
    try:
        seen = os.fstat(handle)  # The file may have been another one a moment ago.
        _check(seen)
        data = _all_of(handle, seen.st_size)
    except OSError as error:
        raise SourceError(_reason(error)) from None
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise SourceError(TOO_LARGE)
    return data


def _opened_in_place(full: str) -> int | None:
    """A file opened where its path says, with no link on the way, if the system can tell: asking it costs less than looking at every folder."""
    try:
        handle = os.open(full, _FLAGS)
    except OSError:
        return None
    try:
        if os.readlink(f"/proc/self/fd/{handle}") == full:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _all_of(handle: int, size: int) -> bytes:
    """What an open file holds, `size` bytes as far as the system knows: room for more than that costs more than to read it."""
    data = os.read(handle, size + 1)
    while len(data) <= MAX_BYTES and (more := os.read(handle, _CHUNK)):
        data += more
    return data


def _check(seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise SourceError("is no regular file")
    if seen.st_size > MAX_BYTES:
        raise SourceError(TOO_LARGE)


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a circle of links"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "does not exist"
    return f"cannot be read: {error.strerror}"
