"""TOML: values by tomli, places by a scanner of keys and values of our own.

The scanner runs only over what tomli has accepted; a key that it does not find has the place of its table.
"""

from __future__ import annotations

from typing import Any

import tomli

from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.sources.config import MAX_ENTRIES, Entry, Places
from mlsmith.sources.toml_scan import Place, scan

_LINE = regex(r"\(at line (\d+)")


def read_toml(text: str) -> list[Entry]:
    """Entries in the order of the file; none where there are so many that it is data. Raises SourceError."""
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        message = f"is not TOML: {str(error).split(' (at')[0]}"
        raise SourceError(message, line=int(line.group(1)) if line else None) from None
    except ValueError:
        raise SourceError("is not TOML: a number has too many digits") from None
    flattened = _Flattened(text)
    flattened.take(values, (), Place(0, 0, 0, 0))
    return flattened.entries if len(flattened.entries) <= MAX_ENTRIES else []


class _Flattened:
    def __init__(self, text: str) -> None:
        self.entries: list[Entry] = []
        self._text = text
        self._places = Places(text)
        self._found = scan(text)

    def take(self, value: Any, path: tuple[str, ...], near: Place) -> None:
        """Entries of what a table or a list holds; `near` is its own place."""
        if len(self.entries) > MAX_ENTRIES:
            return
        children = value.items() if isinstance(value, dict) else ((str(n), v) for n, v in enumerate(value))
        for name, child in children:
            here = (*path, name)
            found = self._found.get(here)
            self._add(here, child, found, near)
            if isinstance(child, (dict, list)):
                self.take(child, here, found or near)

    def _add(self, path: tuple[str, ...], value: Any, found: Place | None, near: Place) -> None:
        place = found or near
        span = self._places.span(place.key_start, place.key_end)
        value_span = self._places.span(place.start, place.end)
        if isinstance(value, (dict, list)):
            kind = "mapping" if isinstance(value, dict) else "sequence"
            self.entries.append(Entry(path, kind, None, "", span, value_span))
            return
        raw = self._text[found.start : found.end] if found else str(value)
        plain = value if isinstance(value, (str, int, float)) else str(value)
        self.entries.append(Entry(path, "scalar", plain, raw, span, value_span))
