"""Results to stdout as bytes, notes to stderr, and what the terminal can show."""

from __future__ import annotations

import os
import sys


def write_result(data: bytes) -> None:
    """Put a result on stdout; a reader that has closed its end is no error."""
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(data.decode("utf-8"))  # A stand-in without bytes below it, as tests have.
        return
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())


def note(text: str) -> None:
    """Say something on stderr that is not the result."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        return  # Nobody listens.


def wants_colour() -> bool:
    """Whether results on stdout are coloured: NO_COLOR, FORCE_COLOR, then the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return on_terminal()


def on_terminal() -> bool:
    """Whether stdout is a terminal that knows escape codes."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal; 100 where there is none and COLUMNS does not say."""
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 100
    except (OSError, ValueError):
        return 100
