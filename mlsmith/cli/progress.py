"""A bar on the terminal for work that takes longer than a second."""

from __future__ import annotations

import os
import sys
import time

_SLOTS = 30


class Progress:
    """Called with what is done and what there is to do; draws on stderr, and wipes the line at the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._drawn = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done >= total:
            if self._drawn:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
        elif now - self._started > 1 and now - self._drawn > 0.1:
            self._drawn = now
            full = _SLOTS * done // total
            sys.stderr.write(f"\r\x1b[K{self._what} {'━' * full}{'─' * (_SLOTS - full)} {done}/{total}")
            sys.stderr.flush()


def progress(what: str) -> Progress | None:
    """A bar where stderr is a terminal that can move its cursor, else None."""
    shows = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Progress(what) if shows else None
