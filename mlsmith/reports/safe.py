"""Text made safe for where it goes. Source we did not write must steer neither a terminal nor a parser, and every report can be encoded.

A character counts as harmless if `str.isprintable` says so: that leaves out control characters (escape sequences begin with one), the
invisible ones that turn the direction of text, line separators, and lone surrogates, which file names with odd bytes bring.
"""

from __future__ import annotations

import unicodedata

from mlsmith.regex import regex

_UNSEEN = "\ufffd"
_SURROGATE = regex("[\ud800-\udfff]")


def visible(text: str) -> str:
    """The text on one line, with control characters shown as symbols."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def encodable(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot hold."""
    return text if text.isascii() else _SURROGATE.sub(_UNSEEN, text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    if code == 127:
        return "\u2421"
    return _UNSEEN if unicodedata.category(character).startswith("C") else " "
