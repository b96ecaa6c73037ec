"""JSON and URIs as several formats write them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from mlsmith.regex import regex
from mlsmith.reports.safe import encodable

_TO_ESCAPE = regex("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def json_text(document: Any) -> str:
    """Indented JSON in the order of the keys; readable letters stay as they are, invisible characters are escaped.

    Lone surrogates are replaced: many parsers refuse a whole document for one of them.
    """
    text = encodable(json.dumps(document, indent=2, ensure_ascii=False))
    if not text.isascii() or "\x7f" in text:
        text = _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text + "\n"


def uri(path: str) -> str:
    """A relative path as a URI reference; the odd bytes of a file name come out as they are on disk."""
    try:
        return quote(path, errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(encodable(path))
