"""Work that calls itself as deep as code is nested, or as long as a chain of statements of which each reads what the one before it made."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

_CALLS = 50_000
_STACK = 512 * 1024 * 1024
"""Of that much address space only what is used is taken"""


def at_any_depth(work: Callable[[], Result]) -> Result:
    """What `work` gives; where the usual stack does not do, in a thread with a larger one. Raises RecursionError where that does not do either."""
    try:
        return work()
    except RecursionError:
        return _in_a_deep_thread(work)


def _in_a_deep_thread(work: Callable[[], Result]) -> Result:
    found: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_CALLS)
    try:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join()
    except RuntimeError:  # No thread can be had.
        raise RecursionError from None
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return found[0]
