"""Notebooks that a module is written in, as nbdev reads them: cells that are not exported show and test what the others do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from mlsmith.regex import regex

_OF_A_MODULE = regex(rb"#\s*\|?\s*default_exp\b[ \t]*([\w.]*)")
_EXPORTS = regex(r"^#\s*\|?\s*export\w*\b", re.MULTILINE)


def only_exported(data: bytes | None) -> bytes | None:
    """The notebook with what makes the module, every line keeping its number; as it is where it makes none."""
    if data is None or not _OF_A_MODULE.search(data):
        return data
    try:
        document = json.loads(data)
        cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        texts = [_text(cell["source"]) for cell in cells]
    except (ValueError, LookupError, TypeError, RecursionError):
        return data  # Whoever reads it says so.
    if not any(map(_EXPORTS.search, texts)):
        return data
    for cell, text in zip(cells, texts, strict=True):
        if not _EXPORTS.search(text):
            cell["source"] = "\n" * text.count("\n")
    return json.dumps(document).encode()


def is_told_by_its_module(data: bytes | None, changed: Iterable[str]) -> bool:
    """Whether the module that a notebook is the source of was made anew in the same change: what it does is told there."""
    named = _OF_A_MODULE.search(data or b"")
    file = f"{named[1].decode().replace('.', '/')}.py" if named is not None and named[1] else ""
    return bool(file) and any(path == file or path.endswith(f"/{file}") for path in changed)


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
