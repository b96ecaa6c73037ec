"""All or nothing: a project is built beside its target and appears there by one rename."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from mlsmith.errors import UserError
from mlsmith.scaffold.target import require_free

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """A temporary directory on the target's file system, gone at the end whatever happens.

    Parent directories made for it go too, unless the project stands in them by then.
    Raises `UserError` for a full disk or a directory that cannot be written.
    """
    made: list[Path] = []
    box: Path | None = None
    with _stoppable():
        try:
            made = _make_parents(target.parent)
            box = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".mlsmith", dir=target.parent))
            yield box
        except OSError as error:
            # cookiecutter wraps the reason a directory could not be made.
            reason = error if error.errno else error.__cause__
            if not isinstance(reason, OSError):
                raise  # A missing template is an OSError to Jinja, and none of the disk's.
            raise _explained(reason, target) from error
        finally:
            if box is not None:
                _remove(box)
            for parent in reversed(made):
                _remove_if_empty(parent)


def publish(project: Path, target: Path) -> None:
    """Let the finished `project` appear as `target`, which is absent or an empty directory."""
    require_free(target)
    if os.name == "nt" and target.is_dir():
        target.rmdir()
    # POSIX replaces an empty directory and refuses any other, so a race with another writer loses nothing.
    project.rename(target)


def _make_parents(parent: Path) -> list[Path]:
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
    return missing[::-1]


def _remove(box: Path) -> None:
    def writable_first(function: Callable[..., Any], path: str, _: Any) -> None:
        os.chmod(path, stat.S_IRWXU)
        function(path)

    shutil.rmtree(box, onerror=writable_first)


def _remove_if_empty(path: Path) -> None:
    with suppress(OSError):  # The project is in it, or someone else has been quicker.
        path.rmdir()


def _explained(error: OSError, target: Path) -> UserError:
    if error.errno in _FULL:
        return UserError(f"the disk of {target.parent} is full", advice="make room and try again; nothing was written")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return UserError(f"{target.parent} cannot be written to", advice="choose another directory with -o")
    if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
        return UserError(f"{target} has been filled by someone else meanwhile", advice="choose another directory")
    return UserError(f"{target} cannot be written: {error.strerror or error}", advice="nothing was written")


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill unwinds like ^C, so that the temporary directory goes as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
