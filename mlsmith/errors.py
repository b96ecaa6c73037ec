"""Every failure that a user can cause: what is wrong, what to do about it, and the exit code it earns."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of all commands, as the contract fixes them."""

    OK = 0
    NO = 1
    USAGE = 2
    BUG = 3
    INTERRUPTED = 130


class UserError(Exception):
    """Something the user must change. Shown as one line: the message, then the advice."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}; {self.advice}" if self.advice else self.message


class SettingsError(UserError):
    """The settings of the project name something that does not exist, or with the wrong type."""


class UnreadableInput(UserError):
    """An input named by the user does not exist or cannot be read."""


class GitError(UserError):
    """Git is missing, or does not know what it was asked for."""


class SourceError(Exception):
    """One file cannot be parsed: an `errors` entry of the report, the rest goes on.

    `line` is 1-based, or None where the file as a whole is at fault.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class NotYetSource(SourceError):
    """A file that becomes source only when a template is filled in: left out, and no error."""


def nearest(name: str, known: list[str]) -> str:
    """The known name most like `name` as a hint (`; did you mean "x"?`), or an empty string."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else ""
