"""Why a flag cannot be taken out, and where that is seen."""

from __future__ import annotations


class Refusal(Exception):
    """Behaviour may change, or cannot be shown to stay. `line` is 1-based, 0 where the file as a whole is at fault."""

    def __init__(self, reason: str, path: str = "", line: int = 0, *, sort: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.line = line
        self.sort = sort or reason
        """What refusals of one kind have in common, to count them by"""

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.reason} ({self.where})" if self.path else self.reason
