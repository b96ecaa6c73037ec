"""Who calls and who mentions the project's definitions.

Either all files are unpacked once, and all names are answered; or, where findings are asked for in a few files only, as a commit hook does,
each name that somebody asks about is looked for in the packed bytes, and only the files that hold it are unpacked.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.facts import CallFact, FileFacts
from mlsmith.index.lazily import lazily

if TYPE_CHECKING:
    from mlsmith.index.project import Project

_SPARING = 40
"""Names that are looked for one by one, before unpacking everything costs less"""
_CALLED_BY_THEIR_CLASS = frozenset({"__init__", "__call__", "forward", "call"})
"""Methods whose calls have another name in them"""


class SeenCall(NamedTuple):
    path: str
    fact: CallFact


class _Calls(NamedTuple):
    reaching: dict[str, list[SeenCall]]
    """By the dotted name of the definition"""
    loose: set[str]
    """Last names of calls that reach none"""


class _Mentions(NamedTuple):
    """What files mention of the project's definitions by their last names, and by which they hold it."""

    references: dict[str, list[str]]
    """Otherwise than by a call"""
    strings: dict[str, list[str]]
    """Last words of strings, of whatever"""
    methods: set[str]
    """Called on receivers that are not known"""


class Callers:
    """Calls and mentions by the names of definitions."""

    def __init__(self, project: Project, *, of_few: bool) -> None:
        self._project = project
        self._left = _SPARING if of_few else 0
        self._calls_by_name: dict[str, _Calls] = {}
        self._mentions_by_name: dict[str, _Mentions] = {}

    def calls(self, last: str) -> _Calls:
        """Calls of what has the last name `last`, and whether some of them reach nothing that is known."""
        known = self._calls_by_name.get(last)
        if known is not None:
            return known
        if last in _CALLED_BY_THEIR_CLASS or not self._is_alone():
            return self._all_calls
        names = self._also_known_as(last)
        files = self._holding(names, "packed_calls")
        known = self._calls_by_name[last] = self._calls_in(files, names, self.mentions(last).methods)
        return known

    def mentions(self, last: str) -> _Mentions:
        """Mentions of what has the last name `last`."""
        known = self._mentions_by_name.get(last)
        if known is not None:
            return known
        if not self._is_alone():
            return self._all_mentions
        names = self._also_known_as(last)
        known = self._mentions_by_name[last] = _mentions_in(self._holding(names, "packed_mentions"), frozenset((last,)))
        return known

    def spells(self, word: str) -> bool:
        """Whether a word stands in the facts of any file, among what is mentioned or in what is called."""
        for _, facts in self._holding((word,), "packed_mentions"):
            methods, keywords, references, strings = facts.mentions()
            if word in methods or word in keywords or word in references or any(word in text.split(".") for text in strings):
                return True
        calls = (call for _, facts in self._holding((word,), "packed_calls") for call in facts.calls())
        return any(word in call.callee.replace("()", "").split(".") for call in calls)

    def _is_alone(self) -> bool:
        """Whether a name is looked for alone: as long as few have been."""
        self._left -= 1
        return self._left >= 0

    def _holding(self, names: Iterable[str], packed: str) -> list[tuple[str, FileFacts]]:
        """The files in whose packed facts one of the names stands."""
        holds = attrgetter(packed)
        found: dict[str, FileFacts] = {}
        for word in [name.encode("utf-8", "surrogatepass") for name in names]:
            found.update([(path, facts) for path, facts in self._project.files.items() if word in holds(facts)])
        return sorted(found.items())

    def _also_known_as(self, last: str) -> frozenset[str]:
        """A name, and those that imports give to it, through any number of files: `from a import work as job`."""
        found, new = {last}, [last]
        while new:
            new = [other for name in new for other in self._renamed.get(name, ()) if other not in found]
            found.update(new)
        return frozenset(found)

    @lazily
    def _renamed(self) -> dict[str, set[str]]:
        """Last word of what is imported → other names that it is given."""
        table: dict[str, set[str]] = {}
        for facts in self._project.files.values():
            for name, origin in facts.imports:
                last = origin.rpartition(".")[2]
                if last != name:
                    table.setdefault(last, set()).add(name)
        return table

    # all names

    @lazily
    def _all_calls(self) -> _Calls:
        """Whatever is called by no name of the project is let go."""
        names = self._last_names.union(*self._renamed.values())
        return self._calls_in(self._project.files.items(), names, self._all_mentions.methods)

    @lazily
    def _all_mentions(self) -> _Mentions:
        return _mentions_in(self._project.files.items(), self._last_names)

    @lazily
    def _last_names(self) -> frozenset[str]:
        """Last words of all functions and classes that the project defines."""
        return frozenset(dotted.rpartition(".")[2] for table in (self._project.definitions, self._project.classes) for dotted in table)

    def _calls_in(self, files: Iterable[tuple[str, FileFacts]], names: frozenset[str], methods: set[str]) -> _Calls:
        reaching: dict[str, list[SeenCall]] = {}
        loose = set(methods)
        for path, facts in files:
            reached: dict[str, str] = {}
            for fact in facts.calls():
                callee = fact.callee
                name = reached.get(callee)
                if name is None:
                    named = callee.removesuffix("()").rpartition(".")[2] in names
                    name = reached[callee] = self._project.called(path, callee) if named else ""
                if name:
                    reaching.setdefault(name, []).append(SeenCall(path, fact))
                else:
                    loose.add(callee.rpartition(".")[2])
        return _Calls(reaching, loose)


def _mentions_in(files: Iterable[tuple[str, FileFacts]], names: frozenset[str]) -> _Mentions:
    references: dict[str, list[str]] = {}
    strings: dict[str, list[str]] = {}
    methods: set[str] = set()
    for path, facts in files:
        mentions = facts.mentions()
        methods.update(names.intersection(mentions.methods))
        for name in names.intersection(mentions.references):
            note(references, name, path)
        referred = set(mentions.references)
        for name, origin in facts.imports:  # `from a import work as job` … `{"job": job}`
            last = origin.rpartition(".")[2]
            if last != name and last in names and name in referred:
                note(references, last, path)
        for text in mentions.strings:
            note(strings, text.rpartition(".")[2], path)
    return _Mentions(references, strings, methods)


def note(table: dict[str, list[str]], name: str, path: str) -> None:
    """A path under a name, once, in a list rather than a set: most names stand in one file, and files come one after the other."""
    paths = table.setdefault(name, [])
    if not paths or paths[-1] != path:
        paths.append(path)
