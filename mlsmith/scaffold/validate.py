"""A rendered project checked before anyone sees it: every file parses, nothing is left unrendered."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Collection
from pathlib import Path

from mlsmith.errors import UserError
from mlsmith.regex import regex

_UNRENDERED = regex(r"\{\{-?\s*_?cookiecutter\b|\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|raw|endraw|block|include|macro|import)\b")


def validate(project: Path, *, verbatim: Collection[str] = ()) -> None:
    """Raise `UserError` naming the first file that does not parse or still has template code in it.

    `verbatim` are paths that were never meant to be rendered.
    """
    for path in sorted(project.rglob("*")):
        if path.is_file():
            _check(path, path.relative_to(project).as_posix(), verbatim)


def _check(path: Path, name: str, verbatim: Collection[str]) -> None:
    if "{{" in name or "{%" in name:
        raise UserError(f"{name}: the name is still a template", advice="nothing was written")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return
    if name not in verbatim and (left := _UNRENDERED.search(text)):
        line = text.count("\n", 0, left.start()) + 1
        raise UserError(f"{name}, line {line}: still a template", advice="nothing was written")
    parse = _PARSERS.get(path.suffix)
    if parse is None:
        return
    try:
        parse(text)
    except (SyntaxError, ValueError) as error:
        reason = str(error).splitlines()[0]
        advice = "an answer may hold a character this file cannot take; nothing was written"
        raise UserError(f"{name} would not parse: {reason}", advice=advice) from error


def _python(text: str) -> object:
    return ast.parse(text, feature_version=(3, 11))


def _yaml(text: str) -> object:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # Nodes, not data: a tag of another tool (`!reference` of GitLab) is no fault.
        return list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


_PARSERS: dict[str, Callable[[str], object]] = {
    ".py": _python,
    ".toml": tomllib.loads,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": json.loads,
    ".ipynb": json.loads,
}
