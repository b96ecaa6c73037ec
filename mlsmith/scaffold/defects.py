"""A fault in a template: two layers that disagree, a file that does not parse once rendered."""

from __future__ import annotations

from mlsmith.errors import UserError


class TemplateDefect(UserError):
    """The chosen layers do not make a project. Nothing has been written."""
