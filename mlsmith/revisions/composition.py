"""What a configuration comes to when the files that it takes are merged: hydra's defaults lists, and `_base_` files.

Nothing is imported and nothing run. Where it cannot be told from the files alone, the composition is not known, and nothing is said of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlsmith.regex import regex
from mlsmith.revisions.meaning import Node
from mlsmith.revisions.reader import Reader

Keys = tuple[str, ...]

_ENDINGS = (".yaml", ".yml")
_BASES = ("_base_", "_BASE_")
_GLOBAL = "_global_"
_HEADER = regex(r"#+\s*@(\w+)\s+(\S+)$")
_DEEP = 12
_MOST_FILES, _MOST_KEYS = 500, 20_000
"""Of one composition, files counted as often as they are taken: a few lines could ask for more than any machine can merge"""


@dataclass(frozen=True, slots=True)
class Source:
    """A value, and the file that gives it."""

    node: Node
    path: str


@dataclass(slots=True)
class Composition:
    """Dotted keys of a whole with where each has its value from, and all files that took part."""

    values: dict[Keys, Source] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    line: int = 1
    """Where the primary file says what it takes"""
    vague: set[Keys] = field(default_factory=set)
    """Keys of which hydra's version tells who wins: the primary file's and those of its defaults list, where that does not say `_self_`"""
    taken: int = 0
    """How often a file was taken"""
    _below: dict[Keys, set[Keys]] = field(default_factory=dict)

    def enter(self, path: str) -> None:
        self.files.add(path)
        self.taken += 1
        if self.taken > _MOST_FILES:
            raise _NotKnown

    def take(self, key: Keys, source: Source) -> None:
        """Set a value: what stood below it, or above it as a plain value, is replaced."""
        above = [key[:length] for length in range(1, len(key))]
        for other in above:
            self.values.pop(other, None)
        if source.node.kind != "mapping":
            for other in self._below.pop(key, ()):
                self.values.pop(other, None)
            self.values[key] = source
            for other in above:
                self._below.setdefault(other, set()).add(key)
            if len(self.values) > _MOST_KEYS:
                raise _NotKnown
            return
        for name, child in source.node.keys.items():
            self.take((*key, name), Source(child, source.path))


class _NotKnown(Exception):
    """The composition depends on something that the files do not say."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """One entry of a defaults list."""

    group: str
    option: str | None
    package: str | None
    is_optional: bool = False
    is_override: bool = False

    @property
    def is_self(self) -> bool:
        return self.option == "_self_" and not self.group


def is_composed(data: bytes) -> bool:
    """Whether a file may take others, told by its text."""
    return b"defaults:" in data or any(name.encode() in data for name in _BASES)


def composition_of(path: str, reader: Reader) -> Composition | None:
    """The whole that a primary file comes to; None where it takes no other, or where that is not known."""
    try:
        return _of_bases(path, reader) or _of_defaults(path, reader)
    except _NotKnown:
        return None


def _tree(path: str, reader: Reader) -> Node:
    node = reader.meaning(path)
    if node is None or node.kind != "mapping":
        raise _NotKnown
    return node


# `_base_`


def _of_bases(path: str, reader: Reader) -> Composition | None:
    node = _tree(path, reader)
    if not any(name in node.keys for name in _BASES):
        return None
    whole = Composition(line=next(node.keys[name].line for name in _BASES if name in node.keys))
    _add_bases(whole, path, node, reader, 0)
    return whole


def _add_bases(whole: Composition, path: str, node: Node, reader: Reader, depth: int) -> None:
    whole.enter(path)
    bases = [base for name in _BASES if name in node.keys for base in _texts(node.keys[name])]
    for base in bases:
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), base))
        if depth > _DEEP or not base.endswith(_ENDINGS) or base.startswith(("/", "~")) or ":" in base or file.startswith(".."):
            raise _NotKnown
        _add_bases(whole, file, _tree(file, reader), reader, depth + 1)
    for name, child in node.keys.items():
        if name not in _BASES:
            if any(key[-1] == "_delete_" for key, _ in _below((name,), child)):
                raise _NotKnown
            whole.take((name,), Source(child, path))


def _texts(node: Node) -> list[str]:
    found = [element.value for element in node.elements] if node.kind == "sequence" else [node.value]
    if not all(isinstance(value, str) for value in found):
        raise _NotKnown
    return found


def _below(key: Keys, node: Node) -> Iterator[tuple[Keys, Node]]:
    yield key, node
    for name, child in node.keys.items():
        yield from _below((*key, name), child)


# hydra


class _Composer:
    """Follows defaults lists below one folder."""

    def __init__(self, folder: str, reader: Reader) -> None:
        self.folder = folder
        self.reader = reader
        self.whole = Composition()
        self.overrides: dict[tuple[str, str | None], str | None] = {}
        self.looked_at = 0

    def file(self, group: str, option: str) -> str:
        """The file of an option; empty where there is none."""
        stem = posixpath.normpath(posixpath.join(self.folder, group, option.removesuffix(".yaml")))
        found = [stem + ending for ending in _ENDINGS if self.reader.data(stem + ending) is not None]
        return found[0] if found else ""

    def look_for_overrides(self, path: str, group: str, depth: int = 0) -> None:
        """`override model: large` in any file of the list chooses for all; what stands further outside wins."""
        self.looked_at += 1
        if depth > _DEEP or self.looked_at > _MOST_FILES:
            raise _NotKnown
        choices = list(_choices(_tree(path, self.reader)))
        for choice in choices:
            if choice.is_override:
                if depth and self._header(path) != _GLOBAL:
                    raise _NotKnown
                self.overrides.setdefault((_within(choice.group, group), choice.package), choice.option)
        for choice in choices:
            if not choice.is_override and not choice.is_self:
                file, within = self._chosen(choice, group)
                if file:
                    self.look_for_overrides(file, within, depth + 1)

    def add(self, path: str, group: str, package: Keys, depth: int = 0) -> None:
        node = _tree(path, self.reader)
        self.whole.enter(path)
        choices = [choice for choice in _choices(node) if not choice.is_override]
        says_self = any(choice.is_self for choice in choices)
        before = dict(self.whole.values)
        for choice in choices:
            if choice.is_self:
                self._add_own(path, node, package)
                continue
            file, within = self._chosen(choice, group)
            if file:
                self.add(file, within, _package(choice, self._header(file), package), depth + 1)
        if not says_self:
            taken = {key for key, source in self.whole.values.items() if before.get(key) is not source} if depth == 0 and choices else set()
            self._add_own(path, node, package)
            self.whole.vague |= {key for key in taken if self.whole.values.get(key) is None or self.whole.values[key].path == path}

    def _add_own(self, path: str, node: Node, package: Keys) -> None:
        for name, child in node.keys.items():
            if name != "defaults" and not (name == "hydra" and not package):
                self.whole.take((*package, name), Source(child, path))

    def _header(self, path: str) -> str:
        """The package that the head of a file asks for; other comments end the head."""
        for line in (self.reader.data(path) or b"").decode("utf-8", "replace").splitlines():
            match = _HEADER.match(line.strip())
            if match is not None and match[1] == "package":
                return match[2]
            if match is None and line.strip():
                break
        return ""

    def _chosen(self, choice: _Choice, above: str) -> tuple[str, str]:
        """(file, its group); the file is empty where nothing is chosen."""
        if choice.group.lstrip("/").split("/")[0] == "hydra":
            return "", ""
        group = _within(choice.group, above)
        option = self.overrides.get((group, choice.package), choice.option) if choice.group else choice.option
        if option is None:
            return "", ""
        if "$" in option or "$" in choice.group or option == "???":
            raise _NotKnown
        if not choice.group and "/" in option:
            option_group, _, option = option.rpartition("/")
            group = _within(option_group or "/", above)
        file = self.file(group, option)
        if not file and not choice.is_optional:
            raise _NotKnown
        return file, posixpath.normpath(posixpath.join(group, posixpath.dirname(option))).strip(".")


def _of_defaults(path: str, reader: Reader) -> Composition | None:
    node = _tree(path, reader)
    if not any(not choice.is_self for choice in _choices(node)):
        return None
    composer = _Composer(posixpath.dirname(path), reader)
    composer.look_for_overrides(path, "")
    composer.add(path, "", ())
    composer.whole.line = node.keys["defaults"].line
    return composer.whole


def _within(group: str, above: str) -> str:
    return group.strip("/") if group.startswith("/") else posixpath.join(above, group).strip("/")


def _choices(node: Node) -> Iterator[_Choice]:
    listed = node.keys.get("defaults")
    for entry in listed.elements if listed is not None and listed.kind == "sequence" else ():
        if entry.kind == "scalar" and isinstance(entry.value, str):
            name, _, package = entry.value.partition("@")
            yield _Choice("", name, package or None)
        elif entry.kind == "mapping" and len(entry.keys) == 1:
            ((key, value),) = entry.keys.items()
            words = key.split()
            group, _, package = words[-1].partition("@")
            if value.kind == "mapping" or not set(words[:-1]) <= {"optional", "override"}:
                raise _NotKnown
            for option in value.elements if value.kind == "sequence" else [value]:
                if not isinstance(option.value, str) and option.value is not None:
                    raise _NotKnown
                yield _Choice(group, option.value, package or None, "optional" in words, "override" in words)
        else:
            raise _NotKnown


def _package(choice: _Choice, header: str, parent: Keys) -> Keys:
    """Where an option's keys go: by the list that chooses it, else by the head of its file, else by its group."""
    group = choice.group.lstrip("/") if choice.group else (choice.option or "").lstrip("/").rpartition("/")[0]
    asked = choice.package or header
    if asked in ("_here_", _GLOBAL):
        return parent if asked == "_here_" else ()
    if not asked:
        return (*parent, *(part for part in group.split("/") if part))
    if "_name_" in asked or "_group_" in asked:
        raise _NotKnown
    if asked.startswith(f"{_GLOBAL}."):
        parent, asked = (), asked.removeprefix(f"{_GLOBAL}.")
    return (*parent, *(part for part in asked.split(".") if part))
