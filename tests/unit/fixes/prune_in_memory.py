"""Projects that exist only in memory, and what prune makes of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from mlsmith.engine.run import Options
from mlsmith.fixes.prune.found import parse_asked
from mlsmith.fixes.prune.plan import Pruned, prune
from mlsmith.fixes.prune.sight import Sight
from mlsmith.settings import Settings, load_settings_text
from mlsmith.sources.tree import MemoryTree


def sight_of(files: Mapping[str, str | bytes], settings: str = "") -> Sight:
    chosen = load_settings_text(settings, "mlsmith.toml") if settings else Settings()
    chosen = chosen._replace(select=("DEX",))  # the other rules have no say, and take their time
    return Sight(Path("in-memory"), chosen, partial(MemoryTree, dict(files)), tuple(sorted(files)), Options(jobs=1))


def pruned(files: Mapping[str, str | bytes], asked: str, settings: str = "") -> tuple[dict[str, str], Pruned]:
    """The files after a flag is taken out of them, and what went."""
    sight = sight_of(files, settings)
    result = prune(sight, parse_asked(asked))
    return {path: result.changed.get(path, sight.data(path)).decode("utf-8") for path in files}, result


def run(text: str) -> tuple[str, str]:
    """What a program prints, and how it ends."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "program", "exec", dont_inherit=True), {"__name__": "program"})
    except Exception as error:
        return out.getvalue(), type(error).__name__
    return out.getvalue(), ""
