"""Cold files analysed: here one after the other, or shared out to processes from so many files on that it
pays.

What comes back is bytes, the same whichever way it was made.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.engine.analyse import analyse
from mlsmith.engine.extents import extents_of
from mlsmith.engine.packing import pack
from mlsmith.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from concurrent.futures import Executor

    from mlsmith.rules.catalogue import RuleSet
    from mlsmith.settings import Settings
    from mlsmith.sources.tree import Tree

SHARED_FROM = 64
"""Files from which on starting processes pays."""
_CHUNK = 12
_COLLECT_EVERY = 16_000_000
"""Bytes of source after which the few circles that a released module leaves behind are collected."""

Task = tuple[str, str]
"""A path and its kind."""


class Outcome(NamedTuple):
    """One file: its blob and its packed analysis, or why it could not be read."""

    path: str
    blob: str
    payload: bytes
    unreadable: str


class Work(NamedTuple):
    """What every analysis of a run shares. `open_tree` is called once in each process."""

    open_tree: Callable[[], Tree]
    rules: RuleSet
    settings: Settings
    timings: bool = False


def analyse_all(
    tasks: Sequence[Task],
    work: Work,
    *,
    jobs: int,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Generator[tuple[list[Outcome], dict[str, float]], None, None]:
    """Outcomes in batches as they are ready, in no order, each with its seconds by phase and rule.

    `executor` is any of `concurrent.futures`; without one, processes are started where that pays.
    """
    if executor is None and (jobs < 2 or len(tasks) < SHARED_FROM):
        tree = work.open_tree()
        with _collecting_seldom():
            for number, task in enumerate(tasks, 1):
                yield _batch((task,), work, tree)
                if progress:
                    progress(number, len(tasks))
        return
    from concurrent.futures import as_completed

    chunks = [tuple(tasks[start : start + _CHUNK]) for start in range(0, len(tasks), _CHUNK)]
    shared = executor or _processes(min(jobs, len(chunks)), work)
    done = 0
    try:
        with _uninterrupted():  # Processes inherit it: an interrupt is the parent's to answer.
            pending = {shared.submit(_in_process, chunk, work if executor else None): len(chunk) for chunk in chunks}
        for future in as_completed(pending):
            yield future.result()
            done += pending.pop(future)
            if progress:
                progress(done, len(tasks))
    except BaseException:
        if executor is None:
            _kill(shared)  # Waiting for what nobody wants any more could take long, or for ever.
        raise
    finally:
        if executor is None:
            shared.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """No interrupt comes in between, where the system can hold it back."""
    mask = getattr(signal, "pthread_sigmask", None)
    before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else set()
    try:
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)


def _kill(shared: Executor) -> None:
    for process in list((getattr(shared, "_processes", None) or {}).values()):
        process.kill()


def blob_of(data: bytes) -> str:
    """Git's name for a file of this content."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def cpus() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


_mine: tuple[Work, Tree]
"""Of a process that was started for the work: set once, by `_start`."""


def _processes(jobs: int, work: Work) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    safe = sys.platform.startswith("linux")  # Elsewhere the system's own libraries do not survive a fork.
    if safe:
        gc.collect()
        gc.freeze()
    context = multiprocessing.get_context("fork" if safe else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(work,))


def _start(work: Work) -> None:
    global _mine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent ends the work; a worker has nothing to say.
    _mine = (work, work.open_tree())
    gc.disable()


@contextlib.contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Syntax trees are full of circles and die together: collecting by count, as Python does, costs as much as the analysis."""
    was = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was:
            gc.enable()


_uncollected = 0


def _collect_after(size: int) -> None:
    """Collect once enough source has been analysed since the last time."""
    global _uncollected
    _uncollected += size
    if _uncollected > _COLLECT_EVERY and not gc.isenabled():
        gc.collect()
        gc.freeze()  # what is left is kept: results, caches of names
        _uncollected = 0


def _in_process(tasks: tuple[Task, ...], work: Work | None) -> tuple[list[Outcome], dict[str, float]]:
    if work is None:
        return _batch(tasks, *_mine)
    return _batch(tasks, work, work.open_tree())


def _batch(tasks: Sequence[Task], work: Work, tree: Tree) -> tuple[list[Outcome], dict[str, float]]:
    seconds: dict[str, float] = {}
    return [_outcome(path, kind, work, tree, seconds) for path, kind in tasks], seconds


def _outcome(path: str, kind: str, work: Work, tree: Tree, seconds: dict[str, float]) -> Outcome:
    try:
        data = tree.read(path)
    except SourceError as error:
        return Outcome(path, "", b"", error.message)
    _collect_after(len(data))
    started = time.perf_counter()
    timed = seconds if work.timings else None
    try:
        analysis = analyse(data, path, kind, work.rules, work.settings, seconds=timed)
        extents = extents_of(analysis.directives, data, path, kind)
    except RecursionError:
        return Outcome(path, "", b"", "is nested too deeply to be analysed")
    except Exception as error:
        error.add_note(f"while {path} was analysed")
        raise
    if work.timings:
        seconds["files"] = seconds.get("files", 0.0) + time.perf_counter() - started
    return Outcome(path, blob_of(data), pack(analysis, extents), "")
