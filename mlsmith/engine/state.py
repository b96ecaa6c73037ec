"""The index of a project: what the last walk saw, which blob each file was, and what the last runs printed.

It is one file, read whole and replaced whole. A run over an unchanged project reads it, compares stamps and
prints; therefore this module imports next to nothing. Whatever is wrong with the file, it is as if there
were none.
"""

from __future__ import annotations

import marshal
import os
import sys
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mlsmith.engine.snapshot import Stamp

FORMAT = 3
"""Of the index and of the analyses; a new one leaves the old files unread."""
_MAGIC = b"mlsmith index\n"
_RUNS = 6
_RUN_BYTES = 4 << 20


class Run:
    """What one command printed, and what must be as it was for it to be printed again."""

    __slots__ = ("err", "exit_code", "guards", "key", "out")

    def __init__(
        self,
        key: tuple[object, ...],
        guards: tuple[tuple[str, Stamp | None], ...],
        exit_code: int,
        out: bytes,
        err: bytes,
    ) -> None:
        self.key = key
        self.guards = guards
        self.exit_code = exit_code
        self.out = out
        self.err = err


class State:
    """The index read back. Paths are relative to `root`, except guards that stand outside of it."""

    __slots__ = ("blobs", "excluded", "files", "folders", "guards", "root", "runs", "taken_ns")

    def __init__(self, root: str) -> None:
        self.root = root
        self.excluded: tuple[str, ...] = ()
        self.taken_ns = 0
        self.files: dict[str, Stamp] = {}
        self.folders: dict[str, Stamp] = {}
        self.guards: dict[str, Stamp] = {}
        self.blobs: dict[str, str] = {}
        self.runs: list[Run] = []

    def seen(self) -> list[tuple[str, Stamp | None]]:
        """Everything that must bear its stamp still for the walk to be worth nothing new."""
        return [*self.guards.items(), *self.folders.items(), *self.files.items()]

    def remember(self, run: Run) -> None:
        """Keep what a run printed, in the place of the oldest."""
        if len(run.out) + len(run.err) <= _RUN_BYTES:
            self.runs = [run, *(old for old in self.runs if old.key != run.key)][:_RUNS]


def cache_home() -> str | None:
    """The folder of mlsmith in the user's cache folder; None where the user has none."""
    told = os.environ.get("MLSMITH_CACHE_DIR")
    if told:
        return os.path.abspath(told)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "") or os.path.expanduser("~/.cache")
    return os.path.join(base, "mlsmith") if os.path.isabs(base) else None


def folder_of(root: str, home: str) -> str:
    """The folder of one project's cache: told apart by the path of its root."""
    data = root.encode("utf-8", "surrogateescape")
    name = os.path.basename(root) or "root"
    return os.path.join(home, f"{name[:40]}-{crc32(data):08x}{crc32(data, 0x6D6C736D):08x}")


_handed_on: dict[str, State] = {}


def load_state(root: str, folder: str, *, again: bool = False) -> State | None:
    """The index of the project at `root`, or None. `again`: whoever asks next gets what was read now."""
    known = _handed_on.pop(folder, None)
    state = known if known is not None else _read(root, folder)
    if again and state is not None:
        _handed_on[folder] = state
    return state


def _read(root: str, folder: str) -> State | None:
    try:
        with open(_file(folder), "rb") as stream:
            data = stream.read()
        return _unpacked(root, opened(data, _MAGIC))
    except (OSError, ValueError, TypeError, EOFError):
        return None


def sealed(head: bytes, value: Any) -> bytes:
    """Plain data as bytes under a head that says what it is, with a checksum."""
    body = marshal.dumps(value)
    return head + crc32(body).to_bytes(4, "little") + body


def opened(data: Any, head: bytes) -> Any:
    """What was sealed under the head, from bytes or what is mapped to them. Raises ValueError, TypeError or EOFError where it is not that, or
    damaged.
    """
    body = memoryview(data)[len(head) + 4 :]
    if data[: len(head)] != head or crc32(body) != int.from_bytes(data[len(head) : len(head) + 4], "little"):
        raise ValueError("damaged, or something else")
    return marshal.loads(body)


def dump_state(state: State) -> bytes:
    """The bytes of an index, for `save` to write."""
    runs = [(run.key, run.guards, run.exit_code, run.out, run.err) for run in state.runs]
    return sealed(
        _MAGIC,
        (
            state.root,
            state.excluded,
            state.taken_ns,
            state.files,
            state.folders,
            state.guards,
            state.blobs,
            runs,
        ),
    )


def save_state(state: State, folder: str) -> None:
    """Replace the index. Does nothing where the folder cannot be written."""
    file = _file(folder)
    part = f"{file}.{os.getpid()}"
    try:
        with open(part, "wb") as stream:
            stream.write(dump_state(state))
        os.replace(part, file)
    except OSError:
        try:
            os.unlink(part)
        except OSError:
            return


def _unpacked(root: str, body: Any) -> State | None:
    state = State(root)
    known, state.excluded, state.taken_ns, state.files, state.folders, state.guards, state.blobs, runs = body
    state.runs = [Run(*run) for run in runs]
    return state if known == root else None


def _file(folder: str) -> str:
    return os.path.join(folder, f"index-{sys.implementation.cache_tag}-{FORMAT}.bin")
