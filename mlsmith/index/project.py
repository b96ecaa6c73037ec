"""The facts of all files merged: which name is which definition, who calls it with what, whether the project is a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from mlsmith.index.callers import Callers, SeenCall, note
from mlsmith.index.collected import Collected
from mlsmith.index.facts import FileFacts, FunctionFact
from mlsmith.index.lazily import lazily


class History(Protocol):
    """What git knows; every answer is empty where there is no repository."""

    def churn(self) -> Mapping[str, int]:
        """Commits that touched each path within the window."""
        ...

    def last_change(self, path: str, line: int) -> tuple[str, str, str] | None:
        """Author, ISO date and commit that last touched a 1-based line."""
        ...

    def changes_of_lines(self, path: str, first: int, last: int) -> tuple[int, ...]:
        """When commits changed the 1-based lines of a file, in seconds before the newest commit, the latest first; nothing where the file was
        changed since it was committed, or the history was cut off."""
        ...

    def lines_before(self, paths: Sequence[str], pattern: str, days: int) -> Mapping[str, frozenset[str]]:
        """Lines of the files, stripped, that match an extended regular expression as they stood `days` before the newest commit."""
        ...

    def standing(self, days: int) -> Mapping[str, bool]:
        """Every path of the newest commit, and whether it stands there as it stood `days` before."""
        ...

    def words_in(self, paths: Sequence[str], words: Sequence[str]) -> frozenset[str]:
        """Those of the words, in lower case, that stand in one of the files as of the newest commit."""
        ...


def is_entry_point(patterns: Sequence[str], path: str, *names: str) -> bool:
    """Whether the settings say that a file, or something of it by its dotted name, is started from outside."""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in (path, *names))


class Definition(NamedTuple):
    """A function of the project, its facts unpacked when they are asked for."""

    path: str
    number: int
    functions: Callable[[str], Sequence[FunctionFact]]

    @property
    def function(self) -> FunctionFact:
        return self.functions(self.path)[self.number]


_FEW = 50
"""Files, as a commit touches, of which it pays to look for the names one by one"""
_CALLED_BY_THEIR_CLASS = frozenset({"__init__", "__call__", "forward", "call"})
"""Methods whose calls have another name in them"""
_HUB = "hubconf.py"
"""What `torch.hub.load` calls, from the root of a repository"""
_OF_INSTALLING = frozenset({
    "name", "version", "packages", "package_dir", "py_modules", "install_requires", "python_requires", "ext_modules", "cmdclass",
    "include_package_data", "package_data", "zip_safe",
})  # fmt: skip
"""What a `setup.py` gives that installs a project where it is developed"""


@lru_cache(16_384)
def outwards(module: str) -> tuple[str, ...]:
    """`a.b.`, `a.` and the empty string for the module `a.b`: where an import in it may count from."""
    parts = module.split(".")
    return (*(".".join(parts[:keep]) + "." for keep in range(len(parts), 0, -1)), "")


class Project:
    """Everything project rules may look at."""

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        collected: Collected,
        *,
        kind: str = "auto",
        entry_points: Sequence[str] = (),
        history: History | None = None,
        asked: frozenset[str] | None = None,
    ) -> None:
        self.files = files
        self.history = history
        self._collected = collected
        self._kind = kind
        self._entry_points = tuple(entry_points)
        self._modules = {facts.module: path for path, facts in files.items()}
        self.answers: dict[str, Any] = {}
        """What several rules ask is answered once"""
        self._known: dict[tuple[str, str], str] = {}
        self._exports: dict[tuple[str, str], str] = {}
        self._import_tables: dict[str, dict[str, str]] = {}
        self._asked = asked
        self._callers = Callers(self, of_few=asked is not None and len(asked) <= _FEW)
        self._functions = lru_cache(64)(lambda path: self.files[path].functions())

    def is_asked(self, path: str) -> bool:
        """Whether somebody wants to hear of findings in a file: a rule need not look for any elsewhere."""
        return self._asked is None or path in self._asked

    def collected(self, rule: Any) -> list[tuple[str, Any]]:
        """What a rule's `collect` hooks returned, by path, in path order."""
        return self._collected.of(rule.collects_as or rule.code)

    def collected_where_asked(self, rule: Any) -> list[tuple[str, Any]]:
        """As `collected`, of the files in which somebody wants to hear of findings."""
        return self.collected(rule) if self._asked is None else self._collected.among(rule.collects_as or rule.code, self._asked)

    @lazily
    def is_library(self) -> bool:
        """Whether the project builds a distribution, so that its package has users we cannot see (settings may say otherwise)."""
        if self._kind != "auto":
            return self._kind == "library"
        return any(data for _, data in self._collected.of("manifest")) or "setup.py" in self.files

    @property
    def has_users(self) -> bool:
        """Whether people outside may install the project, and choose for themselves."""
        return self.is_library and not self._is_installed_only_here

    @property
    def is_said_to_be_closed(self) -> bool:
        """Whether the settings say that it is an application: then nobody outside calls its functions."""
        return self._kind == "application"

    def is_public(self, path: str, name: str = "") -> bool:
        """Whether a name of a file may be used by people outside: an entry point of the settings or of torch.hub, or of a library's package
        what has no leading `_`."""
        facts = self.files[path]
        if path == _HUB or is_entry_point(self._entry_points, path, f"{facts.module}.{name}"):
            return True
        if not self.is_library or self._is_installed_only_here:
            return False
        private = any(part.startswith("_") and not part.startswith("__") for part in (*facts.module.split("."), *name.split(".")))
        return not private and (facts.is_package or self._in_package(path))

    @lazily
    def _is_installed_only_here(self) -> bool:
        """Whether a `setup.py` says nothing to users, no description, address, licence or class: it only makes imports work (`pip install -e .`)."""
        manifest = self._collected.of("manifest")
        if self._kind != "auto" or any(data for _, data in manifest) or "setup.py" not in self.files:
            return False
        given = [call for call in self.files["setup.py"].calls() if call.callee.rpartition(".")[2] == "setup"]
        return len(given) == 1 and not given[0].spread and all(name in _OF_INSTALLING for name, _ in given[0].keywords)

    def _in_package(self, path: str) -> bool:
        """Whether a folder above a file is a package."""
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" not in self.files:
            folder = folder.rpartition("/")[0]
        return bool(folder)

    @lazily
    def unparsed_words(self) -> frozenset[str]:
        """All words of the Python files that could not be parsed."""
        return frozenset(word for _, text in self._collected.of("unparsed") for word in text.split("\n"))

    # definitions

    @lazily
    def definitions(self) -> dict[str, Definition]:
        """Dotted name with module → definition."""
        return {
            f"{facts.module}.{name}": Definition(path, index, self._functions)
            for path, facts in self.files.items() for index, name in enumerate(facts.defined)
        }  # fmt: skip

    @lazily
    def classes(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Dotted name of a class → (path, dotted bases)."""
        return {f"{facts.module}.{name}": (path, bases) for path, facts in self.files.items() for name, bases in facts.classes}

    def absolute(self, path: str, name: str) -> str:
        """The dotted name of a project definition that `name`, used in the file `path`, stands for; empty where it is none.

        Imports are looked up from the file's own folder outwards (a script's folder is on its path), through re-exports.
        """
        key = (path, name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._absolute(path, name)
        return known

    def _absolute(self, path: str, name: str) -> str:
        facts = self.files.get(path)
        if facts is None or not name or name.startswith("."):
            return ""
        plain = name.replace("()", "")
        first, _, tail = plain.partition(".")
        found = self._through(path, first, tail)
        if found:
            return found
        heads = outwards(facts.module)
        for head in heads:
            if head + first in self._prefixes or (head is not heads[0] and head[:-1] in self._modules):
                found = self._defined(head + plain)
                if found:
                    return found
        return self._defined(plain[4:]) if plain.startswith("src.") else ""  # modules are named without it

    @lazily
    def _prefixes(self) -> frozenset[str]:
        """All that a dotted name can begin with, counted from the top, and be the project's: modules, and the packages around them."""
        found: set[str] = set()
        for module in self._modules:
            while module and module not in found:
                found.add(module)
                module = module.rpartition(".")[0]
        return frozenset(found)

    def _defined(self, dotted: str) -> str:
        """The definition under a dotted name counted from the top: directly, or through what its module imports."""
        if dotted in self.definitions or dotted in self.classes:
            return dotted
        head = dotted
        while "." in head:
            head, _, _ = head.rpartition(".")
            if head in self._modules:
                first, _, tail = dotted[len(head) + 1 :].partition(".")
                return self._through(self._modules[head], first, tail)
        return ""

    def _through(self, path: str, first: str, tail: str) -> str:
        """The definition that a module offers under a name, or what is called `tail` in that."""
        origin = self._export(path, first)
        if not origin or not tail:
            return origin
        whole = f"{origin}.{tail}"
        return whole if whole in self.definitions or whole in self.classes else self.inherited(origin, tail)

    def _export(self, path: str, name: str) -> str:
        """The definition that a module offers under a name: its own, imported, or through a star import."""
        key = (path, name)
        known = self._exports.get(key)
        if known is not None:
            return known
        self._exports[key] = ""  # a circle of imports ends here
        facts = self.files[path]
        own = f"{facts.module}.{name}"
        if own in self.definitions or own in self.classes:
            found = own
        elif name in self._imports(path):
            found = self.absolute(path, self._imports(path)[name])
        else:
            found = next((hit for star in facts.stars if (hit := self._starred(path, star, name))), "")
        self._exports[key] = found
        return found

    def _starred(self, path: str, star: str, name: str) -> str:
        for head in outwards(self.files[path].module):
            source = self._modules.get(head + star)
            if source is not None:
                return self._export(source, name)
        return ""

    def _imports(self, path: str) -> dict[str, str]:
        table = self._import_tables.get(path)
        if table is None:
            table = self._import_tables[path] = dict(self.files[path].imports)
        return table

    def inherited(self, cls: str, method: str) -> str:
        """The definition of a method that a class has from itself or an ancestor in the project."""
        for ancestor in self.lineage(cls):
            if f"{ancestor}.{method}" in self.definitions:
                return f"{ancestor}.{method}"
        return ""

    def lineage(self, cls: str) -> list[str]:
        """A class and its ancestors: project ones by their absolute dotted name, others as the file names them."""
        order: list[str] = []
        queue = [cls]
        while queue and len(order) < 40:
            current = queue.pop(0)
            if current in order:
                continue
            order.append(current)
            known = self.classes.get(current)
            if known is not None:
                path, bases = known
                queue.extend(self.absolute(path, base) or base for base in bases)
        return order

    @lazily
    def heirs(self) -> dict[str, set[str]]:
        """Class → the project's classes that inherit from it, directly or not."""
        table: dict[str, set[str]] = {}
        for cls in self.classes:
            for ancestor in self.lineage(cls)[1:]:
                table.setdefault(ancestor, set()).add(cls)
        return table

    # calls

    def called(self, path: str, callee: str) -> str:
        """The definition that a call of `callee` in the file `path` reaches, or the class where that has no constructor of its own."""
        if callee.endswith("()"):
            instance = self.absolute(path, callee[:-2])
            return next(filter(None, (self.inherited(instance, hook) for hook in ("forward", "__call__", "call"))), "") if instance else ""
        name = self.absolute(path, callee)
        if name in self.classes:
            return self.inherited(name, "__init__") or name
        if not name and "()." in callee:
            owner, _, method = callee.rpartition("().")
            cls = self.absolute(path, owner)
            return self.inherited(cls, method) if cls else ""
        return name

    def calls_of(self, definition: Definition) -> list[SeenCall]:
        """Calls that surely reach a definition, in path order. Calls of a class count as calls of its `__init__`."""
        facts = self.files[definition.path]
        dotted = f"{facts.module}.{facts.defined[definition.number]}"
        return self._callers.reaching(dotted, self._called_as(dotted))

    def _called_as(self, dotted: str) -> set[str]:
        """The last words of what calls of a definition may name: its own, and where a class or an instance is called, those of the classes."""
        owner, _, last = dotted.rpartition(".")
        classes = (owner, *self.heirs.get(owner, ())) if last in _CALLED_BY_THEIR_CLASS else ()
        return {last, *[cls.rpartition(".")[2] for cls in classes]}

    def is_called_loosely(self, name: str) -> bool:
        """Whether something of that last name is called whose definition could not be told: any definition so called."""
        return self._callers.is_called_loosely(name)

    def is_mentioned(self, name: str) -> bool:
        """Whether a definition of that last name is mentioned otherwise than by a call, or in a string."""
        mentions = self._callers.mentions(name)
        return name in mentions.references or name in mentions.strings

    def mentioned_in(self, name: str) -> list[str]:
        """Paths that mention a definition of that last name otherwise than by a call, or in a string."""
        mentions = self._callers.mentions(name)
        return [*mentions.references.get(name, ()), *mentions.strings.get(name, ())]

    def named_in_strings(self, name: str) -> set[str]:
        """Paths that hold a string ending in the name: registries, patches, `setattr`, configuration by name."""
        return set(self._callers.mentions(name).strings.get(name, ()))

    def spells(self, word: str) -> bool:
        """Whether code of the project has the word: as a name, a keyword, or a word of a string."""
        return word in self.unparsed_words or self._callers.spells(word)

    def importers_of_module(self, path: str) -> set[str]:
        """Other files that import the module at `path`, or anything from a module of that name."""
        return set(self._mentions.get(self.files[path].module.rpartition(".")[2], ())) - {path}

    @lazily
    def _mentions(self) -> dict[str, list[str]]:
        """Each word of an imported dotted name → the files that import it."""
        table: dict[str, list[str]] = {}
        for path, facts in self.files.items():
            for origin in (*(origin for _, origin in facts.imports), *facts.stars):
                for word in origin.split("."):
                    note(table, word, path)
        return table

    def importers(self, path: str, name: str) -> set[str]:
        """Other files that import a module-level name of the file `path`."""
        module = self.files[path].module
        return set(self._importers.get(name, {}).get(module.rpartition(".")[2], ())) - {path}

    @lazily
    def _importers(self) -> dict[str, dict[str, list[str]]]:
        """Imported name → last word of the module it comes from → files."""
        table: dict[str, dict[str, list[str]]] = {}
        for path, facts in self.files.items():
            for _, origin in facts.imports:
                module, _, name = origin.rpartition(".")
                note(table.setdefault(name, {}), module.rpartition(".")[2], path)
        return table
