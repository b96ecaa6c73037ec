"""Who holds a configuration after it has been loaded: from node to node, and across files, with the keys that each reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.configuration import ConfigurationUse
from mlsmith.rules.kit.configuration_files import Keys
from mlsmith.rules.kit.configuration_handles import ANY, COMMAND_LINE, TOP, is_configuration_name

if TYPE_CHECKING:
    from mlsmith.index.project import Project

_MOST_KEYS = 1_000
_MOST_TAKERS = 40
_REACH = 10
"""Functions of the project through which a configuration is followed"""
_DEEP = 12
"""Keys above each other; more are a circle"""
_GUESSED, _BY_NAME, _SURE = 0, 1, 2
"""How far it is known that a configuration gets somewhere"""
_MOST = 800
"""Places that one configuration is followed to"""


class Held(NamedTuple):
    """What one node does with what it holds."""

    touched: list[Keys]
    whole: list[Keys]
    lost: list[Keys]
    links: list[tuple[Keys, str, Keys, int]]
    """(keys, node, keys there, steps)"""
    guesses: list[tuple[Keys, str]]
    """(keys, node): it may go there, since nobody knows what is called"""
    reads: list[tuple[Keys, str, tuple[Any, ...]]]
    guards: list[tuple[Keys, str]]
    defaults: list[tuple[Keys, str, tuple[Any, ...]]]


class Flowed:
    """What becomes of a configuration, wherever it goes. Paths are those of the whole that was loaded."""

    def __init__(self) -> None:
        self.touched: set[Keys] = set()
        self.wild: list[Keys] = []
        self.whole: set[Keys] = set()
        self.lost: set[Keys] = set()
        self.reads_of: list[tuple[Keys, str, tuple[Any, ...], str, int]] = []
        """(keys, path of the Python file, place, node, how many of the keys lie above what was handed there)"""
        self.defaults_of: list[tuple[Keys, str, tuple[Any, ...], str, int]] = []
        """As `reads_of`; the place begins with the literal"""
        self.guards: set[tuple[Keys, str]] = set()
        """(keys, path of the Python file)"""
        self.nodes: set[str] = set()

    def reads(self, keys: Keys) -> bool:
        """Whether a key, or one above or below it, may be read."""
        if any(keys[:length] in self.whole for length in range(len(keys) + 1)):
            return True
        if keys in self._above or any(_matches(wild, keys) for wild in self.wild):
            return True
        return any(_begins(keys, wild) for wild in self._wild_whole)

    def reads_unnamed(self, keys: Keys) -> bool:
        """Whether a key may be read otherwise than by its name: with the whole around it, or one key after the other."""
        if any(keys[:length] in self.whole for length in range(len(keys))) or any(_matches(wild, keys) for wild in self.wild):
            return True
        return any(_begins(keys, wild) for wild in self._wild_whole)

    def loses(self, keys: Keys) -> bool:
        return any(keys[:length] in self.lost for length in range(len(keys) + 1))

    def close(self) -> None:
        """Called when everything has been noted."""
        self._above = {keys[:length] for keys in self.touched for length in range(1, len(keys) + 1)}
        self.wild = [keys for keys in self.touched if ANY in keys]
        self._wild_whole = [keys for keys in self.whole if ANY in keys]


class Holders:
    """All nodes of a project, named the same in every file."""

    def __init__(self, project: Project, uses: Mapping[str, ConfigurationUse]) -> None:
        self.project = project
        self.held: dict[str, Held] = {}
        self._givers: dict[str, set[str]] = {}
        """Parameter → the files that give it a configuration"""
        self._flows: dict[frozenset[str], Flowed] = {}
        self._tops = {facts.module.partition(".")[0] for facts in project.files.values()}
        self._fields = {f"{project.files[path].module}.{cls}": names.split("\n") for path, use in uses.items() for cls, names in use.fields}
        self._dynamic: list[tuple[Held, Keys, str | int]] = []
        for path, use in uses.items():
            self._take(path, use)
        self._dispatch()

    def node(self, path: str, name: str) -> str:
        """A node of one file by the name that it has in the project."""
        kind, _, rest = name.partition(":")
        if kind == "l":
            return f"l:{path}:{rest}"
        module = self.project.files[path].module
        if kind == "p":
            return f"p:{module}.{rest}"
        if kind == "R":
            return f"r:{module}.{rest}"
        if kind == "r" and name != COMMAND_LINE:
            callee, mark, index = rest.partition("#")
            known = self.project.absolute(path, callee) or self._method(path, callee)
            return f"r:{known or callee}{mark}{index}"
        return name

    def parameter(self, function: str, slot: str | int) -> str:
        """The parameter of a function that an argument goes to; empty where there is none of its own."""
        definition = self.project.definitions.get(function)
        if definition is None:
            return ""
        fact = definition.function
        if isinstance(slot, str):
            return slot if any(p.name == slot and p.kind in ("positional", "keyword") for p in fact.parameters) else ""
        index = slot + (1 if fact.owner and "staticmethod" not in fact.decorators else 0)
        positional = [p.name for p in fact.parameters if p.kind == "positional"]
        return positional[index] if index < len(positional) else ""

    def accepted(self, dotted: str) -> set[str] | None:
        """Names of the parameters of what a `_target_` names; None where it takes any, or is not the project's."""
        path = next(iter(self.project.files), "")
        name = self.project.called(path, dotted)
        return self._parameters(name) if name in self.project.definitions else None

    def flow(self, nodes: frozenset[str]) -> Flowed:
        """Everything that happens to what these nodes hold first."""
        known = self._flows.get(nodes)
        if known is None:
            known = self._flows[nodes] = self._follow(nodes)
        return known

    def is_private(self, node: str, entries: frozenset[str]) -> bool:
        """Whether nothing but what is known to hold a configuration can be held by a node: all calls of its function give one, or, where a
        decorator gives it, stand in its own file."""
        if not node.startswith("p:"):
            return True
        name = node[2:].rpartition(":")[0]
        definition = self.project.definitions.get(name)
        if definition is None:
            return False
        callers = {call.path for call in self.project.calls_of(definition)}
        if node in entries:
            return callers <= {definition.path}
        return callers <= self._givers.get(node, set()) and not self.project.is_called_loosely(name.rpartition(".")[2])

    def _follow(self, nodes: frozenset[str]) -> Flowed:
        flowed = Flowed()
        pending: list[tuple[str, Keys, Keys, int, int]] = [(node, (), (), 0, _SURE) for node in sorted(nodes)]
        seen: set[tuple[str, Keys, Keys, int]] = set()
        while pending:
            node, prefix, cut, steps, sure = pending.pop()
            if any((node, prefix, cut, other) in seen for other in range(sure, _SURE + 1)):
                continue
            seen.add((node, prefix, cut, sure))
            flowed.nodes.add(node)
            held = self.held.get(node)
            if len(flowed.touched) > _MOST_KEYS:
                flowed.whole.add(())  # More keys than a configuration has: that is data, handed from function to function.
                break
            if len(seen) > _MOST or steps > _REACH or len(prefix) > _DEEP:
                flowed.whole.add(prefix)
            elif held is not None:
                self._look(held, flowed, prefix, cut, node, sure)
                further = min(sure, _BY_NAME) if node[0] in "ag" else sure  # what is kept under a name may be another's of that name
                for keys, target, there, more in held.links:
                    pending += [(target, *moved, steps + more, further) for moved in _moved(prefix, cut, keys, there)]
                for keys, target in held.guesses:
                    pending += [(target, *moved, steps + 1, _GUESSED) for moved in _moved(prefix, cut, keys, ())]
        flowed.close()
        return flowed

    def _look(self, held: Held, flowed: Flowed, prefix: Keys, cut: Keys, node: str, sure: int) -> None:
        read = () in flowed.whole
        for table, noted in ((held.touched, flowed.touched), (held.whole, flowed.whole), (held.lost, flowed.lost)):
            if not cut:
                noted.update([(*prefix, *keys) for keys in table] if prefix else table)
                continue
            for keys in table:
                if _begins(keys, cut):
                    noted.add((*prefix, *keys[len(cut) :]))
                elif table is not held.touched and _begins(cut, keys):
                    noted.add(prefix)
        if sure == _GUESSED and not read and () in flowed.whole:  # a guess is no reading of everything
            flowed.whole.discard(())
            flowed.lost.add(())
        if sure != _SURE:
            return
        flowed.guards.update(((*prefix, *keys[len(cut) :]), path) for keys, path in held.guards if not cut or _begins(keys, cut))
        for seen, reads in ((held.reads, flowed.reads_of), (held.defaults, flowed.defaults_of)):
            for keys, path, place in seen:
                if len(keys) > len(cut) and _begins(keys, cut):
                    reads.append(((*prefix, *keys[len(cut) :]), path, place, node, len(prefix)))

    # one file

    def _take(self, path: str, use: ConfigurationUse) -> None:
        for name, touched, whole, lost in use.nodes:
            held = self._held(self.node(path, name))
            for table, text in ((held.touched, touched), (held.whole, whole), (held.lost, lost)):
                table += [_split(line) for line in text.split("\n")] if text else []
        for name, keys, how, target, slot in use.links:
            self._link(path, self._held(self.node(path, name)), _split(keys), how, target, slot)
        for name, keys, *place in use.reads:
            self._held(self.node(path, name)).reads.append((_split(keys), path, tuple(place)))
        for name, keys, *place in use.defaults:
            self._held(self.node(path, name)).defaults.append((_split(keys), path, tuple(place)))
        for name, keys in use.guards:
            self._held(self.node(path, name)).guards.append((_split(keys), path))

    def _held(self, node: str) -> Held:
        held = self.held.get(node)
        if held is None:
            held = self.held[node] = Held([], [], [], [], [], [], [], [])
        return held

    def _link(self, path: str, held: Held, keys: Keys, how: str, target: str, slot: str | int) -> None:
        if how == "same":
            held.links.append((keys, self.node(path, target), _split(str(slot)), 0))
        elif how == "given" or (
            how == "shown" and not _shows_only(target) and self.project.called(path, target) in self.project.definitions
        ):
            self._give(path, held, keys, target, slot)
        elif how == "filled":
            held.whole.extend((*keys, field) for field in self._fields_of(self.project.absolute(path, target)))
        elif how == "shown":
            return  # a library only shows or stores it
        else:
            held.whole.append(keys)  # what a `_target_` takes is told apart

    def _give(self, path: str, held: Held, keys: Keys, callee: str, slot: str | int) -> None:
        name = self.project.called(path, callee)
        if name not in self.project.definitions:
            unseen = not callee or name or callee.removeprefix("src.").partition(".")[0] in self._tops
            (held.lost if unseen and slot != "**" else held.whole).append(keys)
            if unseen and slot != "**" and (not keys or is_configuration_name(keys[-1])):
                self._dynamic.append((held, keys, slot))
        elif slot == "**":
            known = self._parameters(name)
            if known is None:
                held.whole.append(keys)
            for parameter in known or ():
                if is_configuration_name(parameter):
                    held.links.append(((*keys, parameter), f"p:{name}:{parameter}", (), 1))
                held.whole.append((*keys, parameter)) if not is_configuration_name(parameter) else held.touched.append((*keys, parameter))
        else:
            parameter = self.parameter(name, slot)
            if parameter and is_configuration_name(parameter):
                held.links.append((keys, f"p:{name}:{parameter}", (), 1))
                self._givers.setdefault(f"p:{name}:{parameter}", set()).add(path)
            else:
                held.whole.append(keys)

    def _dispatch(self) -> None:
        """What is called by a name that nobody knows may be any function that takes a configuration in that place."""
        takers: dict[str | int, list[str]] = {}
        for node in self.held if self._dynamic else ():
            if node.startswith("p:"):
                function, _, parameter = node[2:].rpartition(":")
                takers.setdefault(parameter, []).append(node)
                definition = self.project.definitions.get(function)
                names = [p.name for p in definition.function.parameters] if definition is not None else []
                if parameter in names and definition is not None:
                    takers.setdefault(names.index(parameter) - bool(definition.function.owner), []).append(node)
        for held, keys, slot in self._dynamic:
            nodes = takers.get(slot, [])
            if len(nodes) > _MOST_TAKERS:
                held.whole.append(keys)  # Any of so many: nothing is known of it.
            else:
                held.guesses.extend((keys, node) for node in nodes)

    @property
    def fields(self) -> set[str]:
        """Fields of all classes of configurations: `GPTConfig(**config)` has them whether the file names them or not."""
        return {field for names in self._fields.values() for field in names}

    def _fields_of(self, cls: str) -> set[str]:
        """Fields of a class of configurations, those of its ancestors included."""
        return {field for ancestor in (self.project.lineage(cls) if cls else ()) for field in self._fields.get(ancestor, ())}

    def _parameters(self, name: str) -> set[str] | None:
        parameters = self.project.definitions[name].function.parameters
        return None if any(p.kind == "stars" for p in parameters) else {p.name for p in parameters}

    def _method(self, path: str, callee: str) -> str:
        found = self.project.called(path, callee) if "()." in callee else ""
        return found if found in self.project.definitions else ""


def _split(text: str) -> Keys:
    return tuple(text.split("\t")) if text != TOP else ()


def _begins(keys: Keys, start: Keys) -> bool:
    if not start or keys[: len(start)] == start:
        return True
    if len(keys) < len(start) or not (ANY in start or ANY in keys):
        return False
    return all(one == other or ANY in (one, other) for one, other in zip(keys, start, strict=False))


def _matches(wild: Keys, keys: Keys) -> bool:
    """Whether a path with computed keys may be that of a key or of one below it."""
    return len(wild) >= len(keys) and _begins(wild, keys)


def _moved(prefix: Keys, cut: Keys, keys: Keys, there: Keys) -> list[tuple[Keys, Keys]]:
    """(prefix, cut) at the node that a link leads to."""
    if not cut:
        return [((*prefix, *keys) if keys else prefix, there)]
    if _begins(keys, cut):
        return [((*prefix, *keys[len(cut) :]), there)]
    return [(prefix, (*there, *cut[len(keys) :]))] if _begins(cut, keys) else []


def _shows_only(callee: str) -> bool:
    """`utils.print_config`, of the project too: which keys it prints is no use of them, and it mostly goes over all."""
    return callee.rpartition(".")[2] == "print_config"
