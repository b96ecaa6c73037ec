"""Who calls and who mentions the project's definitions.

Either all files are unpacked once, and the calls of each name that somebody asks about are told apart; or, where findings are asked for in a few
files only, as a commit hook does, each name that somebody asks about is looked for in the packed bytes, and only the files that hold it are unpacked.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.index.facts import CallFact, FileFacts
from mlsmith.index.lazily import lazily

if TYPE_CHECKING:
    from mlsmith.index.project import Project

_SPARING = 40
"""Names that are looked for one by one, before unpacking everything costs less"""


class SeenCall(NamedTuple):
    path: str
    fact: CallFact


_Seen = tuple[str, int, tuple[Any, ...]]
"""A path, the place among the calls of the file, and the call as facts keep it"""


class _Calls(NamedTuple):
    reaching: dict[str, dict[tuple[str, int], SeenCall]]
    """By the dotted name of the definition, and by path and place"""
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
        self._reached: dict[tuple[str, str], str] = {}

    def reaching(self, dotted: str, words: Iterable[str]) -> list[SeenCall]:
        """Calls that reach a definition, in path order; `words` are the last words of what they may name."""
        found: dict[tuple[str, int], SeenCall] = {}
        for word in words:
            found.update(self._calls(word).reaching.get(dotted, {}))
        return [found[place] for place in sorted(found)]

    def is_called_loosely(self, last: str) -> bool:
        """Whether something of the last name `last` is called that reaches nothing that is known."""
        return last in self.mentions(last).methods or last in self._calls(last).loose

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

    def _calls(self, last: str) -> _Calls:
        """Calls of what has the last name `last`."""
        known = self._calls_by_name.get(last)
        if known is None:
            names = self._also_known_as(last)
            calls = self._called_in_few(names) if self._is_alone() else self._called_in_all(names)
            known = self._calls_by_name[last] = self._told_apart(calls)
        return known

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

    def _called_in_few(self, names: frozenset[str]) -> list[_Seen]:
        """Calls of the names, in the few files that hold one."""
        files = self._holding(names, "packed_calls")
        return [
            (path, place, call)
            for path, facts in files for place, call in enumerate(facts.plain_calls()) if call[0].removesuffix("()").rpartition(".")[2] in names
        ]  # fmt: skip

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

    def _called_in_all(self, names: frozenset[str]) -> list[_Seen]:
        """Calls of the names in all files."""
        return [seen for name in names for seen in self._calls_by_word.get(name, ())]

    @lazily
    def _calls_by_word(self) -> dict[str, list[_Seen]]:
        """All calls by the last word of what is called. Whatever is called by no name of the project is let go."""
        names = self._last_names.union(*self._renamed.values())
        table: dict[str, list[_Seen]] = {name: [] for name in names}
        for path, facts in self._project.files.items():
            for place, call in enumerate(facts.plain_calls()):
                word = call[0].removesuffix("()").rpartition(".")[2]
                if word in names:
                    table[word].append((path, place, call))
        return table

    @lazily
    def _all_mentions(self) -> _Mentions:
        return _mentions_in(self._project.files.items(), self._last_names)

    @lazily
    def _last_names(self) -> frozenset[str]:
        """Last words of all functions and classes that the project defines."""
        return frozenset(dotted.rpartition(".")[2] for table in (self._project.definitions, self._project.classes) for dotted in table)

    def _told_apart(self, calls: Iterable[_Seen]) -> _Calls:
        """Calls by what they reach."""
        reaching: dict[str, dict[tuple[str, int], SeenCall]] = {}
        loose: set[str] = set()
        for path, place, call in calls:
            key = path, call[0]
            name = self._reached.get(key)
            if name is None:
                name = self._reached[key] = self._project.called(*key)
            if name:
                reaching.setdefault(name, {})[path, place] = SeenCall(path, CallFact._make(call))
            else:
                loose.add(call[0].rpartition(".")[2])
        return _Calls(reaching, loose)


def _mentions_in(files: Iterable[tuple[str, FileFacts]], names: frozenset[str]) -> _Mentions:
    references: dict[str, list[str]] = {}
    strings: dict[str, list[str]] = {}
    methods: set[str] = set()
    for path, facts in files:
        mentions = facts.mentions()
        methods.update(names.intersection(mentions.methods))
        referred = set(mentions.references)
        meant = names & referred
        for name, origin in facts.imports:  # `from a import work as job` … `{"job": job}`
            if name in referred:
                meant |= names.intersection((origin.rpartition(".")[2],))
        for name in meant:
            references.setdefault(name, []).append(path)
        for word in {text.rpartition(".")[2] for text in mentions.strings}:
            strings.setdefault(word, []).append(path)
    return _Mentions(references, strings, methods)


def note(table: dict[str, list[str]], name: str, path: str) -> None:
    """A path under a name, once, in a list rather than a set: most names stand in one file, and files come one after the other."""
    paths = table.setdefault(name, [])
    if not paths or paths[-1] != path:
        paths.append(path)
