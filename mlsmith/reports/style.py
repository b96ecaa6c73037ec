"""Colour for terminals, in the few escape codes that reports need.

Only hues of the basic eight, never white or black: every theme makes them legible on its own background. Warnings are magenta, as in
gcc, because yellow is lost on white. These few codes are written here rather than by rich, whose import alone takes longer than a whole
lint that finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str], str]

_SEVERITIES = {"error": "1;31", "warning": "1;35", "info": "1;36"}
_OF_DIFFS = {"+": "32", "-": "31", "@": "36"}


class Style:
    """How to write a text: with or without colours, with or without hyperlinks."""

    def __init__(self, colour: bool, *, links: bool = False) -> None:
        self.colour = colour
        self.links = links

    def bold(self, text: str) -> str:
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        return self._wrap("2", text)

    def good(self, text: str) -> str:
        return self._wrap("32", text)

    def bad(self, text: str) -> str:
        return self._wrap("31", text)

    def severity(self, severity: str) -> Paint:
        code = _SEVERITIES[severity]
        return lambda text: self._wrap(code, text)

    def diff(self, text: str) -> str:
        """A unified diff: heads bold, what comes green, what goes red."""
        return "\n".join(self._of_diff(line) for line in text.split("\n"))

    def _of_diff(self, line: str) -> str:
        code = "1" if line.startswith(("+++", "---")) else _OF_DIFFS.get(line[:1], "")
        return self._wrap(code, line) if code else line

    def link(self, address: str, text: str) -> str:
        """A hyperlink; terminals that know none show the text, but logs would show the address in pieces."""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.links else text

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text
