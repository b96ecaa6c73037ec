"""What stands in a notebook beside its Python: shell escapes and magics, cells that do not parse, other languages.

Outputs, numbers of execution and prose are no behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlsmith.change import Change
from mlsmith.errors import SourceError
from mlsmith.revisions.scripts import Command, compared
from mlsmith.sources.notebook import other_code

_FOR_READERS = re.compile(
    r"[!%]+\s*(?:matplotlib|config\s+InlineBackend|load_ext\s+(?:autoreload|tensorboard|watermark|lab_black|nb_black)|autoreload|time|timeit|tensorboard"
    r"|watermark|ls|pwd|cat|head|tail|nvidia-smi|reload_ext|who|whos|lsmagic|pinfo|html|HTML|capture|wc)\b"
)


def notebook_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> Sequence[Change]:
    """Changes of that, by line of the joined code cells. A notebook that cannot be read is told elsewhere."""
    try:
        ours, theirs = (_commands(data) for data in (old, new))
    except SourceError:
        return ()
    return compared(path, ours, theirs, moved_from)


def _commands(data: bytes | None) -> list[Command]:
    if data is None:
        return []
    return [Command(" ".join(text.split()), line) for line, text in other_code(data) if not _FOR_READERS.match(text.strip())]
