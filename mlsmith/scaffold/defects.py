"""A fault in a template: two layers that disagree, a file that does not parse once rendered."""

from __future__ import annotations

from mlsmith.errors import UserError


class TemplateDefect(UserError):
    """The chosen layers do not make a project. Nothing has been written."""


def first_line(error: BaseException) -> str:
    """What a template engine complains of, in one line; cookiecutter's own text prints the whole context."""
    message = str(getattr(error, "message", None) or error).strip() or type(error).__name__
    cause = getattr(error, "error", None)
    return message.splitlines()[0] + (f" ({cause})" if cause else "")
