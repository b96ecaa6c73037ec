"""Paths of a template, rendered before a single file is written: none may leave the project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from mlsmith.errors import UserError
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.target import check_portable


def rendered_paths(folder: Path, environment: Any, values: Mapping[str, Any]) -> dict[str, str]:
    """Each file's path under `folder` → the path it will get. `TemplateDefect` for one that leaves it."""
    found: dict[str, str] = {}
    for source in sorted(folder.rglob("*")):
        if source.is_symlink() and not source.resolve().is_relative_to(folder.resolve()):
            raise TemplateDefect(f"{source.name} is a symbolic link out of the template")
        template = source.relative_to(folder).as_posix()
        path = environment.from_string(template).render(**values)
        require_inside(path)
        if source.is_file():
            found[template] = path
    return found


def require_inside(path: str) -> str:
    """`path`, if it is relative, stays below where it starts and names no device of Windows."""
    windows = PureWindowsPath(path)
    if path.startswith(("/", "\\")) or windows.drive or ".." in windows.parts:
        raise TemplateDefect(f'the template writes outside the project: "{path}"')
    if "\0" in path or "\n" in path:
        raise TemplateDefect("the template has a file name with control characters")
    parts = PurePosixPath(path).parts
    # A repository's own settings can name programs that git then runs.
    if any(part.lower() in {".git", "git~1"} for part in parts):
        raise TemplateDefect(f'the template writes into a repository\'s own folder: "{path}"')
    try:
        for part in parts:
            check_portable(part)
    except UserError as error:
        raise TemplateDefect(f"{path}: {error.message}") from error
    return path
