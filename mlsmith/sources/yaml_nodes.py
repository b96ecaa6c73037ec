"""YAML as composed nodes: keys with their marks, anchors and merges followed, tags never run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from mlsmith.errors import SourceError
from mlsmith.finding import Span
from mlsmith.sources.config import MAX_ENTRIES, Entry, span_of

_DEPTH = 100


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes only; scalars are resolved as PyYAML's safe loader would, one by one and never with a foreign tag."""


def read_yaml(text: str) -> tuple[list[Entry], list[Entry]]:
    """Entries and duplicate keys of all documents of a stream. Raises SourceError."""
    reader = _Reader()
    loader = None
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                reader.loader = loader
                reader.walk(node, (), frozenset())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SourceError(f"is not YAML: {error.problem or error.context}", line=mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise SourceError(f"is not YAML: {str(error).splitlines()[0]}") from None
    finally:
        if loader is not None:
            loader.dispose()
    return reader.entries, reader.duplicates


class _Reader:
    def __init__(self) -> None:
        self.loader: Any = None
        self.entries: list[Entry] = []
        self.duplicates: list[Entry] = []

    def walk(self, node: yaml.Node, path: tuple[str, ...], above: frozenset[int]) -> None:
        if len(path) > _DEPTH:
            raise SourceError("is nested too deeply to be read", line=node.start_mark.line + 1)
        if id(node) in above:
            return  # an alias to what holds it
        above = above | {id(node)}
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, path, above)
        elif isinstance(node, yaml.SequenceNode):
            for position, element in enumerate(node.value):
                self._add((*path, str(position)), element, _span(element))
                self.walk(element, (*path, str(position)), above)

    def _mapping(self, node: yaml.MappingNode, path: tuple[str, ...], above: frozenset[int]) -> None:
        seen: dict[str, int] = {}
        for key, value, merged in self._pairs(node, 0):
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in seen:
                if merged:
                    continue  # a merged key never overrides
                if not seen[name]:
                    self.duplicates.append(self._entry((*path, name), value, _span(key)))
            seen[name] = int(merged)
            self._add((*path, name), value, _span(key))
            self.walk(value, (*path, name), above)

    def _pairs(self, node: yaml.MappingNode, depth: int) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
        """(key, value, merged): own keys first, then those of `<<`."""
        merges = []
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag == "tag:yaml.org,2002:merge":
                merges.append(value)
            else:
                yield key, value, depth > 0
        for value in merges if depth < _DEPTH else ():
            parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for part in parts:
                if isinstance(part, yaml.MappingNode) and part is not node:
                    yield from self._pairs(part, depth + 1)

    def _add(self, path: tuple[str, ...], value: yaml.Node, span: Span) -> None:
        if len(self.entries) >= MAX_ENTRIES:
            raise SourceError(f"expands to more than {MAX_ENTRIES:,} keys", line=span.start.line)
        self.entries.append(self._entry(path, value, span))

    def _entry(self, path: tuple[str, ...], node: yaml.Node, span: Span) -> Entry:
        if isinstance(node, yaml.ScalarNode):
            return Entry(path, "scalar", self._scalar(node), node.value, span, _span(node))
        return Entry(path, "mapping" if isinstance(node, yaml.MappingNode) else "sequence", None, "", span, _span(node))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        kind = node.tag.rpartition(":")[2] if node.tag.startswith("tag:yaml.org,2002:") else "str"
        try:
            if kind in ("int", "float", "bool", "null") and len(node.value) < 400:
                return getattr(self.loader, f"construct_yaml_{kind}")(node)
        except (ValueError, KeyError, OverflowError):
            return node.value
        return node.value


def _span(node: yaml.Node) -> Span:
    start, end = node.start_mark, node.end_mark
    return span_of(start.line, start.column, end.line, end.column)
