"""Colour for terminals: the eight basic colours only, which every theme makes legible on its own background."""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str], str]


class Style:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def bold(self, text: str) -> str:
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        return self._wrap("31", text)

    def severity(self, severity: str) -> Paint:
        code = {"error": "1;31", "warning": "33", "info": "36"}[severity]
        return lambda text: self._wrap(code, text)

    def link(self, address: str, text: str) -> str:
        """A hyperlink where colours are on; terminals that do not know them show the text."""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.colour else text

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text
