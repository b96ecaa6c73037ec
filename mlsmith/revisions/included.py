"""Requirements files together with those that they include: what one hands to another is asked for as before, and what only developers
install is no part of what a model runs on.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mlsmith.engine.discover import kind_of
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.distribution import asked_by_setup
from mlsmith.revisions.platform import pins_of
from mlsmith.revisions.tools import is_of_development, is_run_by, lists_tools
from mlsmith.rules.kit.context import Context, context_of_path
from mlsmith.sources.python import read_python
from mlsmith.sources.requirements import read_requirements

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.revisions.locks import Locked
    from mlsmith.sources.git import Changed
    from mlsmith.sources.tree import Tree

_ENDINGS = (".txt", ".in")
_MOST = 100
"""Files that are read for one question"""
_OF_A_PACKAGE = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
_DESCRIBES = ("setup.cfg", "setup.py")
_WHOLE = frozenset({"project", "tool.poetry"})
_GROUP = regex(r" \([^)]*\)")
_WITH = {"-r", "--requirement"}


class Included:
    """Both sides of a comparison, whose files are read where a question asks for them."""

    def __init__(self, old: Tree, new: Tree, changed: Mapping[str, Changed]) -> None:
        self.before, self.after, self.changed = _Side(old), _Side(new), changed

    def told(self, changes: Sequence[Change], path: str, old_path: str | None) -> list[Change]:
        """Of the changes of one dependency file those that change what anybody asks for who does not look after the code."""
        if changes and _is_of_a_package(path):
            return list(self._told_of_a_package(changes, path, old_path or path))
        if not changes or not path.endswith(_ENDINGS):
            return list(changes)
        if lists_tools(path) and not (self.before.is_needed(old_path or path) or self.after.is_needed(path)):
            name = posixpath.basename(path)
            asked = [one for one in changes if is_of_development(name) and self.after.is_asked_for(one.subject)]
            changes = [one for one in changes if one in asked or is_run_by(name, one.subject)]
        return [change for change in changes if not self._is_as_before(change, path, old_path or path)]

    def is_described_elsewhere(self, change: Change) -> bool:
        """Whether a `setup.py` went where another file says what the package is."""
        folder, _, name = change.path.rpartition("/")
        described = posixpath.join(folder, "pyproject.toml"), posixpath.join(folder, "setup.cfg")
        return name == "setup.py" and change.kind == "module removed" and any(self.after.exists(one) for one in described)

    def _told_of_a_package(self, changes: Sequence[Change], path: str, old_path: str) -> Iterator[Change]:
        """What a package asks for may move from one of its files to another; where both say it nobody knows which is read. That those who
        install from a list of requirements get it too is likely.
        """
        sides = ((True, self.before, old_path), (False, self.after, path))
        beside = {came: [name for name in side.beside(path) if name != own] for came, side, own in sides}
        for change in changes:
            came = change.kind == "dependency added"
            here, there, own = (self.after, self.before, path) if came else (self.before, self.after, old_path)
            if change.kind == "added" and change.subject in _WHOLE:
                yield change._replace(rewritten=any(name.endswith(_DESCRIBES) for name in beside[True]))
            elif came or change.kind == "dependency removed":
                saying = [name for name in beside[came] if there.asks(name, change.subject, here.own(own))]
                moved = [name for name in beside[came] if _is_of_a_package(name) and here.asked(name, change.subject) is None]
                other = next((one for name in moved if (one := there.asked(name, change.subject)) is not None), None)
                if other is None:
                    yield change._replace(rewritten=change.rewritten or bool(saying))
                elif came and not set(saying).intersection(moved):
                    yield change._replace(kind="dependency", old=other.shown)
            else:
                yield change

    def _is_as_before(self, change: Change, path: str, old_path: str) -> bool:
        came = change.kind == "dependency added"
        if not came and change.kind != "dependency removed":
            return False
        here, there = (self.after, self.before) if came else (self.before, self.after)
        own, other = (path, old_path) if came else (old_path, path)
        included = here.target(own, change.subject)
        if included is not None:
            return here.exists(included) and self._has_all(here.reached(included), here, there, other)
        if there.asks(other, change.subject, here.own(own)):
            return True
        others = [] if there.exists(other) else [(how.old_path or name, name) for name, how in self.changed.items() if how.status in "MR"]
        return any(
            own in here.reached(now if came else was) and there.asks(was if came else now, change.subject, here.own(own))
            for was, now in others
            if now.endswith(_ENDINGS)
        )

    def _has_all(self, files: Iterable[str], here: _Side, there: _Side, path: str) -> bool:
        """Whether the other version asked for what is included now; a file of one side only is told line by line."""
        return all(there.asks(path, name, here.own(file)) for file in files if there.exists(file) for name in here.own(file))


class _Side:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.known: dict[str, tuple[dict[str, Locked], list[str]] | None] = {}

    def exists(self, path: str) -> bool:
        return self._read(path) is not None

    def own(self, path: str) -> dict[str, Locked]:
        known = self._read(path)
        return known[0] if known is not None else {}

    def beside(self, path: str) -> list[str]:
        """Other files of that folder that may say what a package asks for."""
        folder = posixpath.dirname(path)
        return [one for one in self.tree.paths() if posixpath.dirname(one) == folder and _asks(posixpath.basename(one))]

    def target(self, path: str, line: str) -> str | None:
        """The file that a line includes; None for another line, and for a file that is none of the project's."""
        flag, _, name = line.partition(" ")
        return _inside(path, name) if flag in _WITH else None

    def reached(self, path: str) -> list[str]:
        """The file, and those that it includes, and they, and so on."""
        found = [path]
        for one in found:
            known = self._read(one)
            found += [other for other in (known[1] if known is not None else []) if other not in found]
            if len(found) > _MOST:
                break
        return found

    def asks(self, path: str, name: str, wanted: Mapping[str, Locked]) -> bool:
        """Whether a file, or one that it includes, asks for just this."""
        one = wanted.get(name)
        return one is not None and any(
            other is not None and (other.shown, other.hashes) == (one.shown, one.hashes)
            for file in self.reached(path)
            for other in (self.asked(file, name),)
        )

    def asked(self, path: str, name: str) -> Locked | None:
        """What a file itself asks for under a name. The lists of a `setup.py` have none, as the groups of other files do."""
        return self.own(path).get(_GROUP.sub("", name) if path.endswith("setup.py") else name)

    def is_needed(self, path: str) -> bool:
        """Whether a file includes this one that is not for developers itself."""
        return any(path in self.reached(one) for one in self.own_files if one != path)

    def is_asked_for(self, name: str) -> bool:
        """Whether such a file asks for a package, in any version."""
        wanted = name.partition(";")[0].strip()
        return any(wanted == asked.partition(";")[0].strip() for one in self.own_files for asked in self.own(one))

    @cached_property
    def own_files(self) -> list[str]:
        found = [one for one in self.tree.paths() if one.endswith(_ENDINGS) and kind_of(one) == "requirements" and not lists_tools(one)]
        return [one for one in found if context_of_path(one) is Context.CODE][:_MOST]

    def _read(self, path: str) -> tuple[dict[str, Locked], list[str]] | None:
        if path not in self.known:
            self.known[path] = self._read_anew(path)
        return self.known[path]

    def _read_anew(self, path: str) -> tuple[dict[str, Locked], list[str]] | None:
        try:
            data = self.tree.read(path)
            if path.endswith("setup.py"):
                return asked_by_setup(read_python(data, path).tree), []
            includes = [one.target for one in read_requirements(data, path).includes if one.flag == "-r"]
        except SourceError:
            return None
        pins = pins_of(data, path)
        targets = [target for target in (_inside(path, name) for name in includes) if target is not None]
        return (pins, targets) if isinstance(pins, dict) else None


def _is_of_a_package(path: str) -> bool:
    return posixpath.basename(path) in _OF_A_PACKAGE


def _asks(name: str) -> bool:
    return name in _OF_A_PACKAGE or (name.endswith(_ENDINGS) and kind_of(name) == "requirements" and not lists_tools(name))


def _inside(path: str, name: str) -> str | None:
    """A file by its name as another one says it, where that is in the project."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return target if not target.startswith(("/", "../")) and "://" not in name and target.endswith(_ENDINGS) else None
