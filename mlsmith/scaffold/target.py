"""Where a project may be written: names that are safe everywhere, and directories that are free."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Collection
from pathlib import Path, PurePosixPath, PureWindowsPath

from mlsmith.errors import UserError
from mlsmith.regex import regex

_SLUG = regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_PACKAGE = regex(r"[a-z][a-z0-9_]*")
_LONGEST = 100
# Device names in every directory of Windows, with any extension: a project using one cannot be cloned there.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(10))}
_OWN_FOLDERS = {"tests", "docs", "conf", "data", "mlsmith", "requirements"}


def find_target(directory: str | None, *, slug: str, output_dir: Path | None) -> Path:
    """The absolute path of the project to be.

    `directory` is what the user typed; without it the project goes to `slug` in `output_dir` (default: here).
    Raises `UserError` where the path would leave `output_dir`, passes a symbolic link or has an unsafe name.
    """
    base = _existing_base(output_dir)
    typed = Path(directory) if directory else Path(slug)
    relative = _relative(typed, base, bounded=output_dir is not None)
    if relative is None:
        target = typed
    else:
        target = base / relative
        _refuse_links(base, relative)
    check_slug(target.name)
    return target


def check_slug(name: str) -> str:
    """`name`, if it can name a directory, a distribution and a repository on every platform."""
    if ".." in PurePosixPath(name).parts or "/" in name or "\\" in name or PureWindowsPath(name).drive:
        raise UserError(f'"{name}" is a path, not a name', advice="use -o for the directory to put the project into")
    check_portable(name)
    if not _SLUG.fullmatch(name) or len(name) > _LONGEST:
        hint = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:_LONGEST] or "my-project"
        raise UserError(f'"{name}" cannot name a project', advice=f'use letters, digits, - and _, such as "{hint}"')
    return name


def check_package(name: str, *, taken: Collection[str] = ()) -> str:
    """`name`, if `import name` would find the project's package and nothing else."""
    if not _PACKAGE.fullmatch(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise UserError(f'"{name}" cannot name a Python package', advice="use lower-case letters, digits and _")
    check_portable(name)
    if name in sys.stdlib_module_names or name in taken or name in _OWN_FOLDERS:
        raise UserError(f'a package called "{name}" would hide another one', advice=f'try "{name}_model"')
    return name


def check_portable(name: str) -> str:
    """`name`, unless Windows keeps it for a device."""
    if name.partition(".")[0].lower() in _RESERVED:
        raise UserError(f'"{name}" is a reserved name on Windows', advice="choose another name")
    return name


def require_free(target: Path) -> None:
    """Raise `UserError` unless `target` is absent or an empty directory."""
    if target.is_symlink():
        raise UserError(f"{target} is a symbolic link", advice="name the directory itself")
    if not target.exists():
        return
    if not target.is_dir():
        raise UserError(f"{target} exists and is a file", advice="choose another directory")
    if any(target.iterdir()):
        raise UserError(f"{target} is not empty", advice="choose another directory; nothing was written")
    if target.samefile(Path.cwd()):
        raise UserError("a project is not made inside the current directory", advice="go one up and name it from there")


def _existing_base(output_dir: Path | None) -> Path:
    base = (output_dir or Path.cwd()).resolve()
    if base.exists() and not base.is_dir():
        raise UserError(f"{output_dir} is a file", advice="-o takes a directory")
    return base


def _relative(typed: Path, base: Path, *, bounded: bool) -> Path | None:
    """`typed` below `base`, or None for an absolute path elsewhere."""
    if ".." in typed.parts:
        raise UserError(f'"{typed}" leaves the directory by ".."', advice="use -o for the directory to put it into")
    if not typed.parts or typed == base:
        raise UserError("a project is not made inside the current directory", advice="go one up and name it from there")
    if not typed.is_absolute():
        return typed
    if typed.is_relative_to(base):
        return typed.relative_to(base)
    if bounded:
        raise UserError(f'"{typed}" is outside {base}', advice="give a name, or leave -o out")
    return None


def _refuse_links(base: Path, relative: Path) -> None:
    step = base
    for part in relative.parts[:-1]:
        step = step / part
        check_portable(part)
        if step.is_symlink():
            raise UserError(f"{step} is a symbolic link out of sight", advice="name the directory it points to")
        if step.exists() and not step.is_dir():
            raise UserError(f"{step} is a file", advice="choose another directory")
