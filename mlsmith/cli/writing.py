"""Changed files put in their places: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from mlsmith.engine.trees import open_working_tree
from mlsmith.errors import SourceError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_all(root: Path, before: Mapping[str, bytes], changed: Mapping[str, bytes]) -> None:
    """Write every changed file, or none of them: all are written aside before the first takes its place.

    Raises UserError where someone else has changed a file in the meantime, OSError where the disk fails.
    """
    tree = open_working_tree(root)
    with ExitStack() as undo:
        staged = []
        for path, data in sorted(changed.items()):
            file = root / path
            try:
                untouched = tree.read(path) == before[path]
            except SourceError:
                untouched = False
            if not untouched:
                raise UserError(f"{path} was changed while it was being fixed", advice="run mlsmith again")
            handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
            undo.callback(_remove, name)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, file.stat().st_mode & 0o7777)
            staged.append((name, file))
        for name, file in staged:
            os.replace(name, file)


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name)
