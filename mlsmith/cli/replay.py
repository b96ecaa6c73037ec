"""A `lint` for which nothing has changed prints what it printed before, without thinking.

Nothing means: the same command line in the same folder and terminal, the same mlsmith, the same settings
and baseline, and every file and folder of the project with the stamp it had. This module imports next to
nothing.
"""

from __future__ import annotations

import os
import sys
import time
from zlib import crc32

from mlsmith.engine.snapshot import all_unchanged, stamp_of
from mlsmith.engine.state import Run, cache_home, folder_of, load_state, save_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlsmith.engine.state import State

_SPEAKING = (
    "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "COLORTERM", "TTY_COMPATIBLE", "CI",
    "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONIOENCODING", "HOME", "TMPDIR",
)  # fmt: skip
"""Environment that may change what is printed, or what is the project."""
_NEVER = (
    "--fix", "--unsafe-fixes", "--diff", "--write-baseline", "--since", "--watch", "--no-cache", "--cache-dir",
    "--verbose", "-v", "--output", "-o", "-", "--help", "-h",
)  # fmt: skip
"""What makes a command do more than answer."""


def replay(argv: list[str]) -> int | None:
    """Print what this very command printed last, and give its exit code; None where something may have
    changed.
    """
    if not is_repeatable(argv):
        return None
    state = _nearest_state(argv)
    if state is None:
        return None
    named = [(path, stamp) for path in _inside(state.root, argv) if (stamp := state.files.get(path))]
    if not all_unchanged(state.root, named, state.taken_ns):
        return None  # As is most likely of what a commit hook names.
    key = _key(argv)
    run = next((run for run in state.runs if run.key == key), None)
    if run is None or not all_unchanged(state.root, run.guards, state.taken_ns):
        return None
    if not all_unchanged(state.root, state.seen(), state.taken_ns):
        return None
    from mlsmith.cli.streams import note, write_result

    write_result(run.out)
    if run.err:
        note(run.err.decode("utf-8").removesuffix("\n"))
    return run.exit_code


def is_repeatable(argv: list[str]) -> bool:
    """Whether a command line asks for nothing but a result that depends on the files alone."""
    return not any(arg.partition("=")[0] in _NEVER or (arg[:2] == "-o") for arg in argv)


def remember(
    argv: list[str],
    state: State,
    folder: str,
    *,
    depends_on: Iterable[str],
    exit_code: int,
    out: bytes,
    err: bytes,
) -> None:
    """Keep what a run printed. `depends_on` are the absolute paths, there or not, that the run depends on
    beyond the tree.
    """
    guards = tuple((path, stamp_of(path)) for path in sorted(set(depends_on)))
    state.remember(Run(_key(argv), guards, exit_code, out, err))
    save_state(state, folder)


def _nearest_state(argv: list[str]) -> State | None:
    home = cache_home()
    if home is None:
        return None
    named = next((arg for arg in argv[1:] if arg[:1] != "-" and os.path.exists(arg)), ".")
    root = os.path.realpath(named)
    while True:
        folder = folder_of(root, home)
        if os.path.isdir(folder):
            state = load_state(root, folder, again=True)
            if state is not None and state.runs:
                return state
        above = os.path.dirname(root)
        if above == root:
            return None
        root = above


def _inside(root: str, argv: list[str]) -> list[str]:
    """What a command line names below a folder, relative to it."""
    below = root + os.sep
    return [full[len(below) :] for arg in argv[1:] if arg[:1] != "-" and (full := os.path.realpath(arg)).startswith(below)]


def _key(argv: list[str]) -> tuple[object, ...]:
    """Everything outside the project that a result may depend on, as plain data."""
    tty = sys.stdout.isatty()
    size = tuple(os.get_terminal_size(sys.stdout.fileno())) if tty else None
    said = tuple(os.environ.get(name) for name in _SPEAKING)
    today = int(time.time()) // 86_400  # Rules may speak of ages.
    return (tuple(argv), os.getcwd(), tty, size, said, today, sys.version, _program())


def _program() -> tuple[object, ...]:
    """A signature of the installed mlsmith and of where plug-ins are installed, from stamps alone."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    newest, total, names, pending = 0, 0, 0, [package]
    while pending:
        with os.scandir(pending.pop()) as scan:
            for entry in scan:
                if entry.name.endswith(".py"):
                    seen = entry.stat()
                    newest = max(newest, seen.st_mtime_ns)
                    total += seen.st_size
                    names ^= crc32(f"{entry.path}\0{seen.st_mtime_ns}\0{seen.st_size}".encode())
                elif "." not in entry.name and entry.name[0] != "_" and entry.is_dir():
                    pending.append(entry.path)
    plugs = tuple((path, stamp_of(path)) for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    return (package, newest, total, names, plugs)
