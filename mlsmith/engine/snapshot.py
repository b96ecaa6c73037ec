"""What a walk saw, kept between runs: so that a run over an unchanged project stats its files and need not
look further.

A stamp is what a change cannot leave as it was: modification and change time, size and inode. Times that
are so near to the moment of looking that a later change could bear the same ones are not trusted. This
module imports next to nothing: it is on the way of every run.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Stamp = tuple[int, int, int, int]

_COARSE_NS = 2_000_000_000
"""The coarsest clock of a file system in use"""
_FINE_NS = 50_000_000
"""Well above the tick of those whose times have fractions of a second"""
_SECOND_NS = 1_000_000_000


def stamp_from(seen: os.stat_result) -> Stamp:
    """The stamp in what the system says of a file."""
    return (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)


def stamp_of(path: str) -> Stamp | None:
    """The stamp of what a path names, without following a link; None where there is nothing."""
    try:
        seen = os.lstat(path)
    except OSError:
        return None
    return stamp_from(seen)


def is_racy(stamp: Stamp, taken_ns: int) -> bool:
    """Whether a change after `taken_ns` (wall clock, nanoseconds) could have left the stamp as it is."""
    last = max(stamp[0], stamp[1])
    return last > taken_ns - (_FINE_NS if last % _SECOND_NS else _COARSE_NS)


def surely_before(taken_ns: int) -> int:
    """What a stamp's times must not be above for `is_racy` to be no question."""
    return taken_ns - _COARSE_NS


def all_unchanged(root: str, stamps: Iterable[tuple[str, Stamp | None]], taken_ns: int) -> bool:
    """Whether every path (relative to `root`, or absolute) bears its stamp still, beyond doubt."""
    lstat, join = os.lstat, root + "/"
    surely = surely_before(taken_ns)
    for path, known in stamps:
        try:
            seen = lstat(path if path[:1] == "/" else join + path)
        except OSError:
            if known is None:
                continue
            return False
        if (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino) != known:
            return False
        if (known[1] > surely or known[0] > surely) and is_racy(known, taken_ns):
            return False
    return True
