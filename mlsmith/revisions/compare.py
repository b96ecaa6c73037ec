"""Two revisions of a project: what the changed files change in the behaviour of its models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlsmith.change import Change, Component, Significance
from mlsmith.engine.discover import kind_of
from mlsmith.errors import SourceError
from mlsmith.revisions.configuration import config_changes
from mlsmith.revisions.differences import behaviour_changes
from mlsmith.revisions.program import Program
from mlsmith.rules.kit.context import Context, context_of_path
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.docker import read_dockerfile
from mlsmith.sources.notebook import read_notebook, readable
from mlsmith.sources.python import Cell, PythonSource, parse_python, read_python
from mlsmith.sources.requirements import read_requirements

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree


@dataclass(frozen=True, slots=True)
class Comparison:
    """Changes by path and line of the new revision, and the files that were looked at."""

    changes: tuple[Change, ...]
    files: tuple[str, ...]


def compare(old: Tree, new: Tree, changed: Mapping[str, Changed], settings: Settings) -> Comparison:
    """Compare the changed files of two trees. `changed`: path of the new tree → how it differs. Raises nothing for files it cannot read:
    they are changes themselves.
    """
    before: dict[str, Module] = {}
    after: dict[str, Module] = {}
    changes: list[Change] = []
    files: list[str] = []
    for path, how in sorted(changed.items()):
        old_path = None if how.status == "A" else how.old_path or path
        kind = kind_of(path) or (kind_of(old_path) if old_path else None)
        if kind in (None, "text") or context_of_path(path) is Context.TEST or (kind == "config" and _is_tooling(path)):
            continue  # A test says what is wanted, a workflow how it is checked; neither alters a model.
        files.append(path)
        one = _read(old, old_path) if old_path is not None else None
        other = _read(new, path) if how.status != "D" else None
        moved = old_path if old_path not in (None, path) else None
        if kind in ("python", "notebook"):
            changes += _modules(path, old_path, one, other, (before, after), settings)
        elif kind == "config":
            changes += config_changes(path, one, other, moved_from=moved)
        elif kind == "requirements":
            changes += _requirements(path, one, other)
        elif kind == "dockerfile":
            changes += _docker(path, one, other)
    changes += behaviour_changes(Program(before.values()), Program(after.values()))
    return Comparison(tuple(sorted(changes, key=lambda change: (change.path, change.line, change.subject))), tuple(files))


def _is_tooling(path: str) -> bool:
    """Configuration of tools stands under names with a dot: workflows, hooks, editors."""
    return any(part.startswith(".") for part in path.split("/"))


def _read(tree: Tree, path: str | None) -> bytes | None:
    try:
        return tree.read(path) if path is not None else None
    except SourceError:
        return None


def _modules(
    path: str,
    old_path: str | None,
    one: bytes | None,
    other: bytes | None,
    sides: tuple[dict[str, Module], dict[str, Module]],
    settings: Settings,
) -> list[Change]:
    """Put both versions into the programs; a version that is no Python is a change in itself, and says nothing more."""
    read: list[tuple[dict[str, Module], str, Module]] = []
    for data, name, side in ((one, old_path, sides[0]), (other, path, sides[1])):
        if data is not None and name is not None:
            try:
                read.append((side, name, Module(_source(data, name), settings)))
            except SourceError as error:
                line, why = error.line or 1, error.message
                return [_change(Component.SOURCE, "unreadable", path, line, "(the whole file)", None, why, Significance.HIGH)]
    for side, name, module in read:
        side[name] = module
    return []


def _source(data: bytes, path: str) -> PythonSource:
    if not path.endswith(".ipynb"):
        return read_python(data, path)
    notebook = read_notebook(data)
    cells = tuple(Cell(cell.index, cell.first_line) for cell in notebook.cells)
    try:
        return parse_python(notebook.text, path, cells)
    except SourceError:
        text, _, _ = readable(notebook)
        return parse_python(text, path, cells)


def _requirements(path: str, one: bytes | None, other: bytes | None) -> list[Change]:
    try:
        old, new = ({} if data is None else _pins(data, path) for data in (one, other))
    except SourceError as error:
        return [
            _change(Component.PLATFORM, "unreadable", path, error.line or 1, "(the whole file)", None, error.message, Significance.HIGH)
        ]
    found = []
    for name in sorted({*old, *new}):
        was, now = old.get(name), new.get(name)
        if (was and was[0]) != (now and now[0]):
            line = (now or was or ("", 1))[1]
            kind = "dependency added" if was is None else "dependency removed" if now is None else "dependency"
            found.append(_change(Component.PLATFORM, kind, path, line, name, was and was[0], now and now[0], Significance.MEDIUM))
    return found


def _pins(data: bytes, path: str) -> dict[str, tuple[str, int]]:
    """Name, with its group and marker → (what is asked for, line)."""
    found: dict[str, tuple[str, int]] = {}
    for requirement in read_requirements(data, path).requirements:
        name = requirement.name + (f" ({requirement.group})" if requirement.group not in ("", "project") else "")
        asked = requirement.url or requirement.specifier or "any version"
        extras = f"[{requirement.extras}]" if requirement.extras else ""
        marker = f"; {requirement.marker}" if requirement.marker else ""
        found[f"{name}{marker}"] = (f"{extras}{asked}", requirement.span.start.line)
    return found


def _docker(path: str, one: bytes | None, other: bytes | None) -> list[Change]:
    """Instructions that came and went, in order; comments and layout are none."""
    try:
        old, new = (_instructions(data, path) for data in (one, other))
    except SourceError as error:
        return [
            _change(Component.PLATFORM, "unreadable", path, error.line or 1, "(the whole file)", None, error.message, Significance.HIGH)
        ]
    gone = [item for item in old if item[:2] not in {i[:2] for i in new}]
    come = [item for item in new if item[:2] not in {i[:2] for i in old}]
    found = []
    for keyword, value, line in come:
        was = next((item for item in gone if item[0] == keyword), None)
        if was is not None:
            gone.remove(was)
        found.append(_change(Component.PLATFORM, "image", path, line, keyword, was[1] if was else None, value, Significance.MEDIUM))
    found += [_change(Component.PLATFORM, "image", path, 1, keyword, value, None, Significance.MEDIUM) for keyword, value, _ in gone]
    if not found and [i[:2] for i in old] != [i[:2] for i in new]:
        found.append(_change(Component.PLATFORM, "image", path, 1, "order of the instructions", None, None, Significance.MEDIUM))
    return found


def _instructions(data: bytes | None, path: str) -> list[tuple[str, str, int]]:
    if data is None:
        return []
    return [(i.keyword, i.value, i.span.start.line) for i in read_dockerfile(data, path).instructions]


def _change(
    component: Component, kind: str, path: str, line: int, subject: str, old: str | None, new: str | None, significance: Significance
) -> Change:
    return Change(
        component=component, kind=kind, path=path, line=line, symbol="", subject=subject, old=old, new=new, significance=significance
    )
