"""The command line of `mlsmith lint`, however it was read."""

from __future__ import annotations

from typing import NamedTuple


class Arguments(NamedTuple):
    """The command line of `lint`."""

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    format: str = "text"
    output: str | None = None
    baseline: str | None = None
    no_baseline: bool = False
    write_baseline: bool = False
    since: str | None = None
    jobs: int = 0
    no_cache: bool = False
    cache_dir: str | None = None
    statistics: bool = False
    exit_zero: bool = False
    watch: bool = False
    stdin_filename: str | None = None
    verbose: bool = False
    show_suppressed: bool = False
