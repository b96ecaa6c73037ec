"""The configurations of a project: which files it loads, and which of their keys any code can read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from mlsmith.finding import anchor_of
from mlsmith.index.lazily import lazily
from mlsmith.rules.kit.collect import place_from
from mlsmith.rules.kit.configuration import ConfigurationUse, UsesByPath
from mlsmith.rules.kit.configuration_files import Document, DocumentFact, Keys
from mlsmith.rules.kit.configuration_flow import Flowed, Holders
from mlsmith.rules.kit.configuration_loading import Loaded, Loading
from mlsmith.rules.kit.configuration_texts import TextFact
from mlsmith.rules.kit.hydra import Composition
from mlsmith.rules.kit.rule import Place

if TYPE_CHECKING:
    from mlsmith.index.facts import FileFacts
    from mlsmith.index.project import Project

_TRANSPARENT = frozenset({"_target_", "_partial_", "_recursive_", "_convert_", "_args_", "_self_", "defaults", "hydra"})

_BY_CLASS = frozenset({"get_class", "get_method", "get_object", "get_static_method", "_target_"})
"""What gives the class of a `_target_` without building it"""


class Standing(Enum):
    """Whether code reads a key: yes or perhaps; no, as far as can be seen; no."""

    READ = "read"
    LOST = "lost"
    UNREAD = "unread"


class Configurations:
    """All configuration files, and what is known of their use."""

    def __init__(
        self, project: Project, uses: Mapping[str, ConfigurationUse], facts: Mapping[str, DocumentFact], texts: Mapping[str, TextFact]
    ) -> None:
        self.project = project
        self.texts = texts
        self.uses = uses
        self.documents = {path: Document(path, fact) for path, fact in facts.items()}
        self._references: dict[frozenset[str], set[Keys]] = {}
        self._folders: dict[str, tuple[str, ...]] = {}

    @lazily
    def holders(self) -> Holders:
        return Holders(self.project, self.uses)

    @lazily
    def _loading(self) -> Loading:
        return Loading(self.project, self.uses, self.documents, self.texts, self.holders)

    @property
    def compositions(self) -> list[Composition]:
        return self._loading.compositions

    @property
    def loaded(self) -> dict[str, Loaded]:
        """The files that code loads, and how"""
        return self._loading.loaded

    @lazily
    def names_by_folder(self) -> dict[str, set[str]]:
        """Folder → last words of all keys that its configurations define."""
        found: dict[str, set[str]] = {}
        for path, document in self.documents.items():
            found.setdefault(posixpath.dirname(path), set()).update(key.keys[-1] for key in document.keys)
        return found

    def uses_asked(self) -> list[ConfigurationUse]:
        """What the files that were asked for do with configurations: without any, nothing need be followed."""
        return [self.uses[path] for path in self.uses if self.project.is_asked(path)]

    # which keys are read

    def families(self) -> dict[frozenset[str], list[str]]:
        """Where configurations are held first → the files that can be loaded there."""
        found: dict[frozenset[str], list[str]] = {}
        for path, loaded in self.loaded.items():
            found.setdefault(loaded.nodes, []).append(path)
        return found

    def loaded_unseen(self) -> set[str]:
        """Where something may be held that is no file of the project."""
        return {
            node for start in self._loading.unknown.keys() - self._loading.alike for node in self.holders.flow(frozenset({start})).nodes
        }

    def flow(self, path: str) -> Flowed:
        """What happens to the whole that a loaded file is part of."""
        return self.holders.flow(self.loaded[path].nodes)

    def is_near(self, document: str, path: str) -> bool:
        """Whether a Python file belongs to the application of a configuration: what lies below the folder above the configuration's own,
        or below the folder of a file which loads it from there."""
        return path.startswith(self._around(document))

    def _around(self, document: str) -> tuple[str, ...]:
        """The folders of a configuration's application, with the slash that ends them."""
        known = self._folders.get(document)
        if known is None:
            loaded = self.loaded.get(document)
            composition = loaded.composition if loaded is not None else None
            folders = {posixpath.dirname(composition.folder if composition is not None else posixpath.dirname(document))}
            if loaded is not None and composition is None:
                loading = {posixpath.dirname(node[2:].rpartition(":")[0]) for node in loaded.nodes if node.startswith("l:")}
                folders |= {folder for folder in loading if not folder or document.startswith(folder + "/")}
            known = self._folders[document] = tuple(folder and folder + "/" for folder in folders)
        return known

    def standing(self, path: str, keys: Keys) -> Standing:
        """Whether a key of a loaded file is read."""
        if keys[0] in ("defaults", "hydra", "dora", "slurm") or any(part in _TRANSPARENT or part.startswith("_") for part in keys):
            return Standing.READ
        built = self._built(path, keys)
        if built is not None:
            return built
        loaded, flowed = self.loaded[path], self.flow(path)
        found = Standing.UNREAD
        for package in loaded.packages:
            whole = (*package, *keys)
            if flowed.reads(whole) or self._is_referred_to(loaded, path, keys, whole):
                return Standing.READ
            if flowed.loses(whole):
                found = Standing.LOST
        for node, form in self._loading.unknown.items() if loaded.composition is None else ():
            if form == self.documents[path].fact.form and node not in loaded.nodes:  # it may load this file as well
                other = self.holders.flow(frozenset({node}))
                if other.reads(keys) and not (node in self._loading.vague and () in other.whole):
                    return Standing.READ
                if other.loses(keys):
                    found = Standing.LOST
        return found

    def _built(self, path: str, keys: Keys) -> Standing | None:
        """The standing of a key under a `_target_`; None where there is none above it."""
        above = max((place for place, _ in self.documents[path].targets if keys[: len(place)] == place), key=len, default=None)
        if above is None or len(keys) == len(above):
            return None
        target = next(name for place, name in self.documents[path].targets if place == above)
        known = self.holders.accepted(target)
        if known is None or keys[len(above)] in known:
            return Standing.READ
        return (
            None if _BY_CLASS & words_of(self.project) else Standing.UNREAD
        )  # code may hand the mapping on as a whole: `get_class(cfg._target_)(cfg)`

    def _is_referred_to(self, loaded: Loaded, path: str, keys: Keys, whole: Keys) -> bool:
        """Whether `${…}` in a file of the same whole names the key, one above it or one below it."""
        known = self._references.get(loaded.nodes)
        if known is None:
            known = self._references[loaded.nodes] = set(self._referred(loaded))
        if any(whole[: len(other)] == other[: len(whole)] or keys[: len(other)] == other[: len(keys)] for other in known):
            return True
        return any(other[-1] == keys[-1] for other in known)  # it may stand for a path of another version or package

    def _referred(self, loaded: Loaded) -> Iterator[Keys]:
        for path, other in self.loaded.items():
            if other.nodes == loaded.nodes:
                for place, inner in self.documents[path].references:
                    for package in other.packages:
                        yield from _targets_of(inner, (*package, *place))

    def definition(self, dotted: str) -> str:
        """The class or function of the project that a name in a configuration means; empty where there is none."""
        path = next(iter(self.project.files), "")
        return self.project.absolute(path, dotted)

    def is_used(self, dotted: str) -> bool:
        """Whether code calls or mentions the class or function that a name in a configuration means."""
        last = dotted.rpartition(".")[2]
        return last in words_of(self.project)

    def missing_options(self, paths: Iterable[str]) -> Iterator[Keys]:
        """Where options of defaults lists go that are no files of the project: written by hand on each machine, or another package's."""
        for path in paths:
            composition = self.loaded[path].composition
            for group, option, package in self.documents[path].fact.defaults if composition is not None else ():
                folder = (
                    group.lstrip("/") if group.startswith("/") or composition is None else posixpath.join(composition.group(path), group)
                )
                file = posixpath.join(composition.folder if composition is not None else "", folder, option.removesuffix(".yaml"))
                if option not in ("", "_self_", "null") and not any(f"{file}{end}" in self.documents for end in (".yaml", ".yml")):
                    yield tuple(part for part in (package.split(".") if package else folder.split("/")) if part)

    def given_by_hand(self) -> set[str]:
        """Last words of the keys that code, options of the command line, or commands in scripts and documents set."""
        words = {name for use in self.uses.values() for name, _ in use.options} | self.written()
        for overrides, flags, _ in self.texts.values():
            words.update(word.partition("=")[0].rpartition(".")[2].replace("-", "_") for word in overrides.split("\n"))
            words.update(word.replace("-", "_") for word in flags.split("\n"))
        return words

    def chosen(self) -> list[tuple[str, str]]:
        """(group, option) that commands in scripts and documents, and strings in code, choose."""
        found = []
        for overrides, _, _ in self.texts.values():
            for word in overrides.split("\n"):
                group, _, option = word.partition("=")
                found.append((group.partition("@")[0].lstrip("+~"), option))
        for use in self.uses.values():
            for word in use.overrides.split("\n"):
                group, _, option = word.partition("=")
                found.append((group.partition("@")[0].lstrip("+~"), option))
        return found

    def written(self) -> set[str]:
        """Last words of the keys that code sets."""
        return {word for use in self.uses.values() for word in use.written.split("\n") if word}


def configurations(project: Project, collected: Iterable[tuple[str, Any]]) -> Configurations:
    """The configurations of a project, from what the hooks of any rule on them have collected; made once."""
    known = project.answers.get("configurations")
    if known is None:
        packed: dict[str, bytes] = {}
        facts, texts = {}, {}
        for path, data in collected:
            if path in project.files:
                packed[path] = data
            elif len(data) == len(TextFact._fields):
                texts[path] = TextFact(*data)
            else:
                facts[path] = DocumentFact(*data)
        known = project.answers["configurations"] = Configurations(project, UsesByPath(packed), facts, texts)
    return known


def place_of_read(project: Project, path: str, seen: Sequence[Any], keys: Keys) -> Place:
    """Where a key is read, as `ConfigurationUse.reads` keeps it."""
    line, column, end_line, end_column, cell, scope = seen
    return place_from(path, project, (line, column, end_line, end_column, scope, anchor_of([".".join(keys)]), cell))


def _targets_of(inner: str, place: Keys) -> Iterator[Keys]:
    """The keys that an interpolation may mean; for a resolver's arguments, every one that looks like keys."""
    resolver, colon, rest = inner.partition(":")
    for text in rest.split(",") if colon else (resolver,):
        text = text.strip()
        dots = len(text) - len(text.lstrip("."))
        names = tuple(name for name in text.replace("[", ".").replace("]", "").split(".") if name)
        if names:
            yield (*place[: max(0, len(place) - dots)], *names) if dots else names


def words_of(project: Project) -> set[str]:
    """Every word by which Python code of the project could read a key: attributes, names, strings, parameters."""
    known = project.answers.get("words")
    if known is None:
        known = project.answers["words"] = set(project.unparsed_words)
        for facts in project.files.values():
            known |= words_in(facts)
    return known


def words_in(facts: FileFacts) -> set[str]:
    """Every such word of one file."""
    methods, keywords, references, strings = facts.mentions()
    words = {*methods, *keywords, *references}
    for text in strings:
        words.update(text.split("."))
    for function in facts.functions():
        words.update(parameter.name for parameter in function.parameters)
    for call in facts.calls():
        words.update(name for name, _ in call.keywords)
        words.update(call.callee.replace("()", "").split("."))
    return words
