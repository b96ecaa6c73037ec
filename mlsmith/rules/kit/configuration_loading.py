"""Which configuration files a project loads, and where each is held first."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.index.lazily import lazily
from mlsmith.rules.kit.configuration import ConfigurationUse
from mlsmith.rules.kit.configuration_files import Document, Keys
from mlsmith.rules.kit.configuration_flow import Holders
from mlsmith.rules.kit.configuration_handles import ANY
from mlsmith.rules.kit.configuration_paths import document_at
from mlsmith.rules.kit.configuration_texts import TextFact
from mlsmith.rules.kit.hydra import Composition, entry_point, packages_of

if TYPE_CHECKING:
    from mlsmith.index.project import Project

_RESEMBLES = 5
"""Keys that a file must have in common with what is read, where code does not say which file it loads"""
_SAME = 10
"""Keys in common that leave no doubt"""
_STORED = ".hydra/config.yaml"
"""Where hydra writes down what it composed"""

_EXAMPLES = ("example", "examples", "sample", "template", "dist")


class Loaded(NamedTuple):
    """How a file of configuration comes into the program."""

    nodes: frozenset[str]
    """Where it is held first"""
    packages: frozenset[Keys]
    """Keys under which the file's own stand in the whole"""
    composition: Composition | None
    certain: bool
    """False where the file was told by its likeness"""


class Loading:
    """Finds the files: those that hydra composes, those whose path is told, and those that are like what is read."""

    def __init__(
        self,
        project: Project,
        uses: Mapping[str, ConfigurationUse],
        documents: Mapping[str, Document],
        texts: Mapping[str, TextFact],
        holders: Holders,
    ) -> None:
        self.project = project
        self.uses = uses
        self.documents = documents
        self.texts = texts
        self.holders = holders
        self._places: dict[tuple[str, str], str] = {}
        self.compositions: list[Composition] = []
        self.unknown: dict[str, str] = {}
        """Nodes that load what nobody can tell → the format"""
        self.vague: set[str] = set()
        """Those that may load data as well"""
        self.alike: set[str] = set()
        """Those of which the files of the project are what they load"""
        self.loaded: dict[str, Loaded] = {}
        self._composed()
        self._by_path()
        self._by_likeness()

    def _composed(self) -> None:
        found: dict[str, tuple[set[str], set[str]]] = {}
        for path, use in self.uses.items():
            for node, folder, name in use.composed:
                where = entry_point(path, folder, name)
                if where is not None:
                    place = self._kept_as(where[0])
                    nodes, primary = found.setdefault(place, (set(), set()))
                    nodes.add(self.holders.node(path, node))
                    primary.update({place + where[1][len(where[0]) :]} - {place})
        for folder, (nodes, primary) in found.items():
            composition = Composition(folder, frozenset(primary))
            if not folder and not primary & self.documents.keys():
                continue
            self.compositions.append(composition)
            for path in self.documents:
                if composition.holds(path) and path.endswith((".yaml", ".yml")) and (folder or path in primary):
                    packages = packages_of(composition, path, self.documents)
                    self.loaded[path] = Loaded(frozenset(nodes), frozenset(packages), composition, True)

    def _kept_as(self, folder: str) -> str:
        """A folder of configurations, or the example of it that users copy, where the repository keeps only that."""
        if not folder or any(path.startswith(folder + "/") for path in self.documents):
            return folder
        examples = (f"{folder}{mark}{word}" for mark in ".-_" for word in _EXAMPLES)
        return next((one for one in examples if any(path.startswith(one + "/") for path in self.documents)), folder)

    def _by_path(self) -> None:
        nodes: dict[str, set[str]] = {}
        stored: set[str] = set()
        for path, use in self.uses.items():
            for node, form, source in use.loads:
                here = self.holders.node(path, node)
                if source[0] == "file" and source[1].endswith(_STORED) and len(self.compositions) == 1:
                    stored.add(here)
                    continue
                files, siblings = self._files(path, source, 3)
                for file in files | siblings:
                    nodes.setdefault(file, set()).add(here)
                if not files:
                    self.unknown[here] = form
                    if source[0] == "?" and form == "json":
                        self.vague.add(here)
        for file, loaded in self.loaded.items() if stored else ():
            self.loaded[file] = loaded._replace(nodes=loaded.nodes | stored)
        for file, holding in nodes.items():
            if file not in self.loaded:
                self.loaded[file] = Loaded(frozenset(holding), frozenset({()}), None, True)

    @lazily
    def _options(self) -> dict[str, list[tuple[str, str]]]:
        """Option of the command line → the files that declare it, with the default that each gives it."""
        table: dict[str, list[tuple[str, str]]] = {}
        for path, use in self.uses.items():
            for name, default in use.options:
                table.setdefault(name, []).append((path, default))
        return table

    def _at(self, path: str, written: str) -> str:
        """`document_at`, asked once for each folder and path."""
        key = (posixpath.dirname(path), written)
        if key not in self._places:
            self._places[key] = document_at(self.documents, path, written)
        return self._places[key]

    def _files(self, path: str, source: Any, reach: int) -> tuple[set[str], set[str]]:
        """Files that a source means, and those beside them that could be given as well."""
        kind = source[0]
        if kind == "file":
            found = self._at(path, source[1])
            return ({found} if found else set()), set()
        files: set[str] = set()
        siblings: set[str] = set()
        if kind == "option":
            names = {source[1], *(name for name in self._options if len(name) == 2 and name[1] == source[1][0])}
            declared = self._options.get(source[1], [])
            own = [(other, default) for other, default in declared if other == path]  # another program's option has another default
            files |= {self._at(other, default) for other, default in own or declared if default}
            for other, text in self.texts.items():
                for word in text.files.split("\n"):
                    flag, _, file = word.partition(" ")
                    if flag.replace("-", "_").lstrip("_") in names or flag in names or not flag:
                        files.add(self._at(other, file))
        elif kind == "parameter" and reach:
            function = f"{self.project.files[path].module}.{source[1]}"
            for other, given in self._given_paths(function, source[2]):
                more, beside = self._files(other, given, reach - 1)
                files |= more
                siblings |= beside
            return files - {""}, siblings
        files -= {""}
        return files, {other for file in files for other in self._beside(file)} | siblings

    def _given_paths(self, function: str, parameter: str) -> Iterator[tuple[str, Any]]:
        definition = self.project.definitions.get(function)
        if definition is None:
            return
        for own in definition.function.parameters:
            if own.name == parameter and own.default is not None and own.default[0] == "=" and isinstance(own.default[1], str):
                yield definition.path, ("file", own.default[1])
        for path, slot, source in self._paths_given.get(function, ()):
            if self.holders.parameter(function, slot) == parameter:
                yield path, source

    @lazily
    def _paths_given(self) -> dict[str, list[tuple[str, Any, Any]]]:
        """Function → the calls that give it a path: where they stand, for which parameter, from what."""
        table: dict[str, list[tuple[str, Any, Any]]] = {}
        for path, use in self.uses.items():
            for callee, slot, source in use.paths:
                table.setdefault(self.project.called(path, callee), []).append((path, slot, source))
        return table

    def _beside(self, file: str) -> Iterator[str]:
        """Files of the same folder that have most of the keys in common: alternatives of one option."""
        own = {key.keys for key in self.documents[file].keys if len(key.keys) == 1}
        for path, document in self.documents.items():
            if path != file and posixpath.dirname(path) == posixpath.dirname(file):
                other = {key.keys for key in document.keys if len(key.keys) == 1}
                if 2 * len(own & other) >= len(own) > 1:
                    yield path

    def _by_likeness(self) -> None:
        """Files for the loads whose path is not told: those whose keys are what is read from them."""
        for node in sorted(self.unknown):
            flowed = self.holders.flow(frozenset({node}))
            read = {keys for keys in flowed.touched if ANY not in keys}
            if len(read) < _RESEMBLES:
                continue
            form = self.unknown[node]
            for path, document in self.documents.items():
                known = self.loaded.get(path)
                if document.fact.form != form or (known is not None and (known.composition is not None or node in known.nodes)):
                    continue
                leaves = [key.keys for key in document.keys if key.kind not in "me"]
                shared = sum(map(read.__contains__, leaves))
                if shared >= _RESEMBLES and 2 * shared >= len(leaves):
                    self.loaded[path] = known._replace(nodes=known.nodes | {node}) if known else Loaded(
                        frozenset({node}), frozenset({()}), None, False
                    )  # fmt: skip
                    if shared >= _SAME:
                        self.alike.add(node)
