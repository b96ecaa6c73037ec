"""`--watch`: lint again whenever a file of the project changes, by looking at stamps."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from mlsmith.cli.streams import note
from mlsmith.engine.discover import Walk, walk
from mlsmith.engine.snapshot import stamp_of
from mlsmith.errors import UserError

if TYPE_CHECKING:
    from mlsmith.cli.arguments import Arguments
    from mlsmith.cli.lint import Scene

_PAUSE = 0.4
"""Seconds between two looks"""


def watch(arguments: Arguments) -> int:
    """Lint now and after every change, until the user interrupts."""
    from mlsmith.cli.lint import lint, scene_of

    once = arguments._replace(watch=False)
    while True:
        scene = scene_of(once)
        seen = _look(scene)
        if sys.stdout.isatty():
            print("\x1b[2J\x1b[H", end="", flush=True)
        try:
            lint(once)
        except UserError as error:
            note(f"mlsmith: error: {error}")
        note(f"{time.strftime('%H:%M:%S')}  watching {len(seen[0])} files; Ctrl-C ends")
        if once.fix or once.unsafe_fixes:
            seen = _look(scene)  # What the fixes wrote is no change.
        while _look(scene) == seen:
            time.sleep(_PAUSE)


def _look(scene: Scene) -> tuple[dict[str, tuple[int, int, int, int]], object]:
    found: Walk = walk(scene.root, exclude=scene.settings.exclude)
    settings = [stamp_of(str(scene.root / name)) for name in ("pyproject.toml", "mlsmith.toml")]
    return found.files, settings
