"""Two revisions of a project: what the changed files change in the behaviour of its models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.attributes import renamed_attributes
from mlsmith.revisions.configuration import config_changes
from mlsmith.revisions.constants import Elsewhere
from mlsmith.revisions.depth import at_any_depth
from mlsmith.revisions.differences import behaviour_changes
from mlsmith.revisions.distribution import without_developers
from mlsmith.revisions.effective import effective_changes
from mlsmith.revisions.exported import is_told_by_its_module, only_exported
from mlsmith.revisions.included import Included
from mlsmith.revisions.inline_dependencies import inline_changes
from mlsmith.revisions.moved_programs import chooses_what_was_renamed, names_what_was_moved, with_moved_programs
from mlsmith.revisions.newer_syntax import without_type_parameters
from mlsmith.revisions.notebooks import notebook_changes
from mlsmith.revisions.older_syntax import in_newer_syntax
from mlsmith.revisions.opaque import by_folders, differ_in_remarks, unreadable, whole
from mlsmith.revisions.platform import image_changes, platform_changes
from mlsmith.revisions.program import Program
from mlsmith.revisions.queries import query_changes
from mlsmith.revisions.releases import without_releases
from mlsmith.revisions.roles import Role, role_of
from mlsmith.revisions.scripts import script_changes, workflow_changes
from mlsmith.revisions.settings_lines import line_changes
from mlsmith.rules.kit.context import Context, context_of_path, module_name_of
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.notebook import parse_notebook, parse_readable, read_notebook
from mlsmith.sources.python import PythonSource, decode, parse_python, read_python

if TYPE_CHECKING:
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree


@dataclass(frozen=True, slots=True)
class Comparison:
    """Changes by path and line of the new revision, and the files that were looked at."""

    changes: tuple[Change, ...]
    files: tuple[str, ...]


class _Teller(Protocol):
    def __call__(self, path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> Sequence[Change]: ...


_OWN_VERSIONS = {("Cargo.toml", "package.version"), ("package.json", "version")}
_OF_A_PACKAGE = frozenset({"project.version", "project.name", "tool.poetry.version", "tool.poetry.name"})
"""Keys of `pyproject.toml`, and of other files of its kind that a package is built by"""
_OF_AUTHORS = frozenset({"author", "authors", "citation", "cite", "contact", "homepage", "maintainer", "maintainers"})
_VERSION = regex(r"(?:^|/)_{0,2}(?:version_{0,2}|about__)\.py\Z", re.IGNORECASE)
_TESTS = regex(rb"^\s*(?:async )?def test|^class \w*Tests?\w*[(:]|\bTestCase\b|^import pytest|^from pytest|absltest", re.MULTILINE)
_OF_SPHINX = regex(rb"^(?:html_theme|master_doc|autodoc_mock_imports|extensions *= *\[\s*['\"]sphinx)", re.MULTILINE)
_TELLERS: dict[Role, _Teller] = {
    Role.CONFIGURATION: config_changes, Role.SETTINGS: line_changes, Role.PLATFORM: platform_changes, Role.IMAGE: image_changes,
    Role.SCRIPT: script_changes, Role.WORKFLOW: workflow_changes, Role.QUERY: query_changes,
}  # fmt: skip
_RUN = frozenset({Role.SCRIPT, Role.WORKFLOW, Role.IMAGE})
"""What runs programs of the project by the names of their files"""


def compare(old: Tree, new: Tree, changed: Mapping[str, Changed], settings: Settings) -> Comparison:
    """Compare the changed files of two trees. `changed`: path of the new tree → how it differs. Raises nothing for files it cannot read:
    they are changes themselves.
    """
    before: dict[str, Module] = {}
    after: dict[str, Module] = {}
    changes: list[Change] = []
    files: list[str] = []
    renamed = _renamed(changed)
    included = Included(old, new, changed)
    for path, how in sorted(changed.items()):
        old_path = None if how.status == "A" else how.old_path or path
        role = _role(path, old_path)
        if role is Role.NONE and not _is_called_like_a_test(path) and not _VERSION.search(path):
            continue
        moved = old_path if old_path not in (None, path) else None
        try:
            one = old.read(old_path) if old_path is not None else None
            other = new.read(path) if how.status != "D" else None
        except SourceError as error:
            changes += _unread(path, old_path, old, new, how, error)
            continue
        if role is Role.NONE:
            if _VERSION.search(path):
                changes += _broken(path, one, other)
                continue
            if _tests(one) or _tests(other):
                continue
            role = Role.PYTHON
        if path.rpartition("/")[2] == "conf.py" and _OF_SPHINX.search(other or one or b""):
            continue
        files.append(path)
        if role is Role.PYTHON:
            if path.endswith(".ipynb"):
                if is_told_by_its_module(other, changed):
                    continue
                one, other = only_exported(one), only_exported(other)
            changes += _modules(path, old_path, one, other, (before, after), settings)
            changes += (notebook_changes if path.endswith(".ipynb") else inline_changes)(path, one, other, moved_from=moved)
        elif role is Role.SCRIPT and (one is None or other is None):
            changes.append(whole(path, one, other, component=Component.SOURCE, significance=Significance.LOW))
        elif role in _TELLERS:
            if role in _RUN:
                one = with_moved_programs((old_path or path, path), one, other, changed, renamed)
            told = _TELLERS[role](path, one, other, moved_from=moved)
            if role is Role.PLATFORM:
                told = included.told(told, path, old_path)
            told = [one for one in told if not (_is_for_people(path, one.subject) or names_what_was_moved(one, renamed))]
            changes += [one for one in told if role is not Role.CONFIGURATION or not chooses_what_was_renamed(one, changed, new.paths)]
        elif one != other and not differ_in_remarks(path, one, other):
            component, weight = (Component.DATA, Significance.MEDIUM) if role is Role.DATA else (Component.SOURCE, Significance.LOW)
            changes.append(whole(path, one, other, component=component, significance=weight, moved_from=moved))
    changes += effective_changes(old, new, changed)
    try:
        told = at_any_depth(lambda: _told(old, new, changed, settings, (before, after), renamed, changes))
    except RecursionError:
        told = [unreadable(path, 1, "is nested too deeply to be compared", Component.SOURCE) for path in _differing(before, after)]
    notebooks = {one.path for one in told if one.kind in ("module added", "module removed") and one.path.endswith(".ipynb")}
    changes = [one for one in changes if one.path not in notebooks]  # Its commands came or went with it.
    changes += [one._replace(rewritten=True) if included.is_described_elsewhere(one) else one for one in told]
    left = without_releases(changes, old, new, changed)
    return Comparison(tuple(sorted(by_folders(left), key=lambda change: (change.path, change.line, change.subject))), tuple(files))


def _told(
    old: Tree, new: Tree, changed: Mapping[str, Changed], settings: Settings, sides: tuple[dict[str, Module], dict[str, Module]],
    renamed: Mapping[str, str], changes: Sequence[Change],
) -> Sequence[Change]:  # fmt: skip
    """What differs between the Python files of both sides, with what they take from files that have not changed."""
    keys = {_last(one.old): _last(one.subject) for one in changes if one.kind == "renamed" and one.old is not None}
    before, after = (side.values() for side in sides)
    programs = Program(before, renamed, renamed_attributes(before, after, renamed, keys)), Program(after)
    touched = {*changed, *(how.old_path for how in changed.values() if how.old_path is not None)}
    for program, tree in zip(programs, (old, new), strict=True):
        program.elsewhere = Elsewhere(tree, lambda data, path: Module(_source(data, path), settings), touched)
    return behaviour_changes(*programs)


def _differing(before: Mapping[str, Module], after: Mapping[str, Module]) -> list[str]:
    return [path for path, module in after.items() if path not in before or before[path].source.text != module.source.text]


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _renamed(changed: Mapping[str, Changed]) -> dict[str, str]:
    """Modules that were moved, and packages that are gone where all that moved out of them went the same way."""
    found: dict[str, str] = {}
    packages: dict[str, set[str]] = {}
    gone = {how.old_path or path for path, how in changed.items() if how.status in ("D", "R")}
    gone_packages = {module_name_of(path) for path in gone if path.endswith("/__init__.py")}
    for path, how in changed.items():
        if how.status == "R" and how.old_path is not None and path.endswith(".py") and how.old_path.endswith(".py"):
            one, other = module_name_of(how.old_path), module_name_of(path)
            found[one] = other
            while "." in one and "." in other and one.rpartition(".")[2] == other.rpartition(".")[2]:
                one, other = one.rpartition(".")[0], other.rpartition(".")[0]
                packages.setdefault(one, set()).add(other)
    found |= {one: next(iter(others)) for one, others in packages.items() if one in gone_packages and len(others) == 1 and one not in found}
    return {one: other for one, other in found.items() if one != other}


def _role(path: str, old_path: str | None) -> Role:
    """What became of a test is judged by what it is now, and what has become prose by what it was, unless that was an example."""
    role = role_of(path)
    if role is not Role.NONE or old_path is None:
        return role
    is_still_shown = context_of_path(path) is Context.DOCS and context_of_path(old_path) is Context.EXAMPLE
    return role if is_still_shown else role_of(old_path)


def _is_called_like_a_test(path: str) -> bool:
    """Whether only the name of a file says that it is a test: `test_net.py` may be what evaluates a model."""
    folders, _, name = path.rpartition("/")
    return (
        path.endswith(".py")
        and name != "conftest.py"
        and context_of_path(path) is Context.TEST
        and context_of_path(f"{folders}/x.py") is not Context.TEST
    )


def _tests(data: bytes | None) -> bool:
    return data is not None and _TESTS.search(data) is not None


def _broken(path: str, one: bytes | None, other: bytes | None) -> list[Change]:
    """Of a file that only says which version this is: that one of two forms cannot be parsed, so that nobody could import it."""
    if one is None or other is None:
        return []
    errors = [_error_of(data, path) for data in (one, other)]
    if errors.count(None) != 1:
        return []
    return [unreadable(path, e.line or 1, e.message, Component.SOURCE, old=e is errors[0]) for e in errors if e is not None]


def _error_of(data: bytes, path: str) -> SourceError | None:
    try:
        read_python(data, path)
    except SourceError as error:
        return error
    return None


def _is_for_people(path: str, subject: str) -> bool:
    """Whether a key says which version of the project this is, or who made it."""
    return (
        _last(subject) in _OF_AUTHORS
        or (path.rpartition("/")[2], subject) in _OWN_VERSIONS
        or (path.endswith(".toml") and subject in _OF_A_PACKAGE)
    )


def _unread(path: str, old_path: str | None, old: Tree, new: Tree, how: Changed, error: SourceError) -> list[Change]:
    """What is too large, or no regular file: the same content under another name is no change, everything else is one."""
    try:
        same = old_path is not None and how.status != "D" and old.blob_id(old_path) == new.blob_id(path)
    except SourceError:
        same = False
    return [] if same else [unreadable(path, error.line or 1, error.message, Component.DATA)]


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
    if one == other:
        return _same(path, old_path, one, sides, settings)
    for data, name, side in ((one, old_path, sides[0]), (other, path, sides[1])):
        if data is not None and name is not None:
            try:
                read.append((side, name, Module(_source(data, name), settings)))
            except SourceError as error:
                return [unreadable(path, error.line or 1, error.message, Component.SOURCE, old=side is sides[0])]
    for side, name, module in read:
        side[name] = module
    return []


def _same(
    path: str, old_path: str | None, data: bytes | None, sides: tuple[dict[str, Module], dict[str, Module]], settings: Settings
) -> list[Change]:
    """A file that was only moved: read where it can be, since others may mean it by either name."""
    for name, side in ((old_path, sides[0]), (path, sides[1])):
        try:
            if data is not None and name is not None:
                side[name] = Module(_source(data, name), settings)
        except SourceError:
            return []
    return []


def _text_of(data: bytes) -> str:
    """Decoded as the file asks for, or as nearly all are where nobody knows the encoding that it names."""
    try:
        return decode(data)
    except SourceError:
        return data.decode("utf-8", "replace")


def _source(data: bytes, path: str) -> PythonSource:
    if not path.endswith(".ipynb"):
        try:
            source = read_python(data, path)
            return source._replace(tree=without_developers(source.tree)) if path.rpartition("/")[2] == "setup.py" else source
        except SourceError as error:
            text = _text_of(data)
            for other in (in_newer_syntax(text), without_type_parameters(text)):
                try:
                    if other is not None:
                        return parse_python(other, path)
                except SourceError:
                    continue
            raise error from None  # What the file says of itself, not what was made of it.
    notebook = read_notebook(data)
    try:
        return parse_notebook(notebook, path)
    except SourceError:
        return parse_readable(notebook, path)[0]
