"""From declarations and accesses to nodes and edges."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mlsmith.graph.elements import KINDS, Edge, Graph, Node, Touch
from mlsmith.rules.kit.data_dependencies import Seen, is_covered, may_be_named, may_be_same, speaks_of_predictions

if TYPE_CHECKING:
    from mlsmith.index.project import Project
    from mlsmith.settings.declared import DataSettings, Declared

_WAYS = {"r": "reads", "w": "writes"}


def build(project: Project, accesses: Sequence[Seen], declared: DataSettings, wanted: Callable[[str], bool]) -> Graph:
    """The graph of a project. `wanted` says of a file of code whether it shall be in the picture; what is unused is judged by all files."""
    return _Building(project, accesses, declared).graph(wanted)


class _Building:
    def __init__(self, project: Project, accesses: Sequence[Seen], declared: DataSettings) -> None:
        self.project = project
        self.steps = {"source": declared.source, "feature": declared.feature, "model": declared.model, "consumer": declared.consumer}
        self.code = {
            path: f"{kind}:{entry.name}"
            for kind, entries in self.steps.items() for entry in entries for path in project.files
            if any(fnmatchcase(path, pattern) for pattern in entry.paths)
        }  # fmt: skip
        self.touched: dict[str, list[Seen]] = {}
        """Id of a declared node, or a place → its accesses"""
        for seen in accesses:
            for holder in self._holders(seen):
                self.touched.setdefault(holder, []).append(seen)

    def graph(self, wanted: Callable[[str], bool]) -> Graph:
        everything = self._nodes()
        self.kinds = {node.id: node.kind for node in everything}
        edges = [*self._declared_edges(), *self._seen_edges(everything, wanted)]
        ends = {end for edge in edges if edge.how != "declared" for end in (edge.source, edge.target)}
        ends |= {
            end for edge in edges if edge.how == "declared" and {edge.source, edge.target} & ends for end in (edge.source, edge.target)
        }
        whole = all(map(wanted, self.project.files))
        kept = [node for node in everything if node.id in ends or (whole and "declared" in node.marks)]
        kept += [node for node in self._code_nodes(edges) if node.id in ends]
        ids = {node.id for node in kept}
        return Graph(
            tuple(sorted(kept, key=lambda node: KINDS.index(node.kind))),
            tuple(edge for edge in edges if {edge.source, edge.target} <= ids), self._anything,
        )  # fmt: skip

    @property
    def _anything(self) -> bool:
        return any(self.steps.values())

    def _holders(self, seen: Seen) -> list[str]:
        """What a place belongs to: declared steps, several where the place is vague or shared; else itself, where it can be told from others."""
        if seen.place.endswith((".py", ".ipynb")):  # Code is no data, though some programs digest it.
            return []
        fits = {
            f"{kind}:{entry.name}": fit
            for kind, entries in self.steps.items() if kind != "consumer" for entry in entries if (fit := _fit(entry, seen)) is not None
        }  # fmt: skip
        if fits:
            best = max(fits.values())
            return [holder for holder, fit in fits.items() if fit == best]
        return [seen.place] if seen.kind not in ("file", "relation") and _is_telling(seen) else []

    # nodes

    def _nodes(self) -> list[Node]:
        found = [self._declared_node(kind, entry) for kind, entries in self.steps.items() for entry in entries]
        known = {node.id for node in found}
        undeclared = {place: seen for place, seen in self.touched.items() if place not in known}
        for name, places in sorted(_families(undeclared).items()):
            seen = [each for place in places for each in undeclared[place]]
            kind = _kind(name, seen)
            marks = ("undeclared",) if self._anything and kind != "output" else ()
            found.append(Node(f"{kind}:{name}", kind, name, marks=marks, seen=self._touches(seen)))
        return found

    def _declared_node(self, kind: str, entry: Declared) -> Node:
        name = f"{kind}:{entry.name}"
        seen = self.touched.get(name, [])
        unused = bool(entry.paths) and not seen and name not in self.code.values() and not self._is_consumed(entry)
        marks = ("declared", *(["unused"] if unused else []), *(["legacy"] if entry.legacy else []))
        code = tuple(sorted(path for path, holder in self.code.items() if holder == name))
        return Node(name, kind, entry.name, entry.owner, marks, entry.paths, code, self._touches(seen))

    def _is_consumed(self, entry: Declared) -> bool:
        """Whether a consumer's paths are those of data that the project writes."""
        return any(is_covered(seen.place, entry.paths) for all_seen in self.touched.values() for seen in all_seen if seen.way == "w")

    def _code_nodes(self, edges: Iterable[Edge]) -> list[Node]:
        named = all(entry.paths for entry in self.steps["consumer"]) and bool(self.steps["consumer"])
        found: dict[str, Node] = {}
        for edge in edges:
            for touch in edge.seen:
                name = self._node_of_code(touch.path)
                consumes = edge.how == "reads" and self.kinds.get(edge.source) == "output"
                if name not in self.kinds and (name not in found or consumes):
                    marks = ("undeclared",) if consumes and named else ()
                    found[name] = Node(name, "consumer" if consumes else "code", _module(touch.path), marks=marks)
        return [found[name] for name in sorted(found)]

    def _node_of_code(self, path: str) -> str:
        return self.code.get(path, f"code:{path}")

    def _touches(self, seen: Iterable[Seen]) -> tuple[Touch, ...]:
        return tuple(sorted({self._touch(each) for each in seen}))

    def _touch(self, seen: Seen) -> Touch:
        module = self.project.files[seen.by.path].module
        symbol = ".".join(part for part in (module, seen.by.scope) if part)
        return Touch(seen.by.path, seen.by.cell, seen.by.line, symbol, _WAYS[seen.way], seen.place)

    # edges

    def _declared_edges(self) -> list[Edge]:
        kinds = {entry.name: kind for kind, entries in self.steps.items() for entry in entries}
        return [
            Edge(f"{kinds[read]}:{read}", f"{kind}:{entry.name}", "declared")
            for kind, entries in self.steps.items() for entry in entries for read in entry.reads
        ]  # fmt: skip

    def _seen_edges(self, nodes: Sequence[Node], wanted: Callable[[str], bool]) -> list[Edge]:
        found: dict[tuple[str, str, str], list[Touch]] = {}
        for node in nodes:
            for touch in node.seen:
                code = self._node_of_code(touch.path)
                if wanted(touch.path) and code != node.id:
                    ends = (node.id, code) if touch.way == "reads" else (code, node.id)
                    found.setdefault((*ends, touch.way), []).append(touch)
            if node.kind == "output":
                for entry in self.steps["consumer"]:
                    if any(is_covered(touch.place, entry.paths) for touch in node.seen if wanted(touch.path)):
                        found.setdefault((node.id, f"consumer:{entry.name}", "declared"), [])
        return [Edge(*key, tuple(sorted(set(touches)))) for key, touches in sorted(found.items())]


def _fit(entry: Declared, seen: Seen) -> tuple[bool, int] | None:
    """How well a place fits a declaration: whether the file's name is the same, and how many folders; None where it does not."""
    if not entry.paths:
        last = seen.place.rpartition(".")[2] if seen.kind in ("table", "relation") else posixpath.basename(seen.place).partition(".")[0]
        return (True, 0) if last.lower() == entry.name.lower() else None
    named, parts = posixpath.basename(seen.place), set(seen.place.split("/"))
    fits = [
        ("*" not in named and posixpath.basename(pattern) == named, len(parts & set(pattern.split("/")) - {"*", "**"}))
        for pattern in entry.paths if may_be_named(seen.place, pattern)
    ]  # fmt: skip
    return max(fits, default=None)


def _is_telling(seen: Seen) -> bool:
    """Whether more of a place is known than what kind of file it is."""
    if seen.kind == "table":
        return True
    stem = seen.place if "." not in posixpath.basename(seen.place) else seen.place.rpartition(".")[0]
    return any(len(part.strip("*?_-. ")) >= 3 for part in stem.split("/"))


def _families(undeclared: dict[str, list[Seen]]) -> dict[str, list[str]]:
    """Places that are one as far as the code tells, by the one that is best known: `*/orders.csv` and `data/orders.csv`."""
    families: dict[str, list[str]] = {}
    for place in sorted(undeclared, key=lambda p: (p.count("*"), p)):
        last = posixpath.basename(place)
        home = next(
            (
                name
                for name in families
                if "*" in place and posixpath.basename(name) == last and "*" not in last and may_be_same(place, name)
            ),
            place,
        )
        families.setdefault(home, []).append(place)
    return families


def _kind(name: str, seen: Sequence[Seen]) -> str:
    ways = {each.way for each in seen}
    if any(each.kind == "model" for each in seen):
        return "model"
    if any(each.predicted for each in seen) or ("w" in ways and speaks_of_predictions(name)) or ways == {"w"}:
        return "output"
    return "feature" if ways == {"r", "w"} else "source"


def _module(path: str) -> str:
    return path.removeprefix("src/")
