"""YAML from its events: keys with their places, anchors and merges followed, tags never run.

PyYAML's compiled composer recurses without a limit and takes the process down with a deeply nested file; its
events come one after the other, so the nesting is ours to count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from mlsmith.errors import SourceError
from mlsmith.sources.config import MAX_ENTRIES, Entry, Places
from mlsmith.sources.yaml_scalars import MERGE, content_start, tag_of, value_of

_DEPTH = 100
_MERGED = 500_000
"""Keys looked at while merging: aliases of aliases of one key make no entries, but take time."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Node:
    """A scalar has text and tag, a sequence its elements, a mapping keys and values in turn."""

    __slots__ = ("children", "kind", "raw", "tag", "text")

    def __init__(self, kind: str, text: str = "", tag: str = "", raw: str = "") -> None:
        self.kind = kind
        self.text = text
        self.tag = tag
        self.raw = raw
        self.children: list[_Place] = []


class _Place(NamedTuple):
    """A node where it stands: an alias stands elsewhere than what it names. Offsets in the text."""

    node: _Node
    start: int
    end: int


def read_yaml(text: str) -> tuple[list[Entry], list[Entry]]:
    """Entries and duplicate keys of all documents of a stream. Raises SourceError."""
    loader = None
    try:
        loader = _Loader(text)
        documents = _Builder(text).documents(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = Places(text).line(mark.index) if mark else None
        raise SourceError(f"is not YAML: {error.problem or error.context}", line=line) from None
    except yaml.YAMLError as error:
        raise SourceError(f"is not YAML: {str(error).splitlines()[0]}") from None
    finally:
        if loader is not None:
            loader.dispose()
    walk = _Walk(text)
    for document in documents:
        walk.enter(document, ())
    return walk.entries, walk.duplicates


class _Builder:
    """Nodes of a stream of events."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[_Node, int]] = []
        self._anchors: dict[str, _Place] = {}
        self._documents: list[_Node] = []

    def documents(self, loader: Any) -> list[_Node]:
        """The roots of all documents; none where there are so many nodes that it must be data."""
        count = 0
        while loader.check_event():
            event: Any = loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._start(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self._end(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._anchors = {}
            count += 1
            if count > MAX_ENTRIES:
                return []
        return self._documents

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            start = content_start(self._text, start, end)
        raw = event.value if event.style in ("|", ">") else self._text[start:end]
        node = _Node("scalar", event.value, tag_of(event), raw)
        self._name(event.anchor, node)
        self._attach(_Place(node, start, end))

    def _start(self, event: Any) -> None:
        if len(self._open) >= _DEPTH:
            raise SourceError("is nested too deeply to be read", line=event.start_mark.line + 1)
        node = _Node("mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence")
        self._name(event.anchor, node)
        self._open.append((node, event.start_mark.index))

    def _end(self, event: Any) -> None:
        node, start = self._open.pop()
        self._attach(_Place(node, start, event.end_mark.index))

    def _alias(self, event: Any) -> None:
        named = self._anchors.get(event.anchor)
        if named is None:
            raise SourceError(f"is not YAML: no anchor &{event.anchor}", line=event.start_mark.line + 1)
        self._attach(_Place(named.node, event.start_mark.index, event.end_mark.index))

    def _name(self, anchor: str | None, node: _Node) -> None:
        if anchor:
            self._anchors[anchor] = _Place(node, 0, 0)

    def _attach(self, place: _Place) -> None:
        if self._open:
            self._open[-1][0].children.append(place)
        else:
            self._documents.append(place.node)


class _Walk:
    """Entries of nodes, aliases followed."""

    def __init__(self, text: str) -> None:
        self.entries: list[Entry] = []
        self.duplicates: list[Entry] = []
        self._places = Places(text)
        self._above: set[int] = set()
        self._merged = 0

    def enter(self, node: _Node, path: tuple[str, ...]) -> None:
        if node.kind == "scalar" or id(node) in self._above:
            return  # The second: an alias to what holds it.
        if len(path) >= _DEPTH:
            raise SourceError("is nested too deeply to be read")
        self._above.add(id(node))
        if node.kind == "mapping":
            self._mapping(node, path)
        else:
            for number, element in enumerate(node.children):
                here = (*path, str(number))
                self._add(self._entry(here, element, element))
                self.enter(element.node, here)
        self._above.discard(id(node))

    def _mapping(self, node: _Node, path: tuple[str, ...]) -> None:
        own: dict[str, bool] = {}
        for key, value, merged in self._pairs(node, {id(node)}, 0):
            name = key.node.text if key.node.kind == "scalar" else "?"
            if merged and name in own:
                continue  # A merged key never overrides.
            entry = self._entry((*path, name), key, value)
            if name in own and key.node.kind == "scalar":
                self.duplicates.append(entry)
            own[name] = True
            self._add(entry)
            self.enter(value.node, entry.path)

    def _pairs(self, node: _Node, seen: set[int], depth: int) -> Iterator[tuple[_Place, _Place, bool]]:
        """(key, value, merged): own keys first, then those of `<<`, each mapping once."""
        if depth > _DEPTH:
            raise SourceError("merges mappings too deeply to be read")
        merges: list[_Node] = []
        for key, value in zip(node.children[::2], node.children[1::2], strict=False):
            if key.node.tag == MERGE:
                listed = value.node.kind == "sequence"
                merges.extend([part.node for part in value.node.children] if listed else [value.node])
            else:
                yield key, value, depth > 0
        for part in merges:
            self._merged += 1 + len(part.children)
            if self._merged > _MERGED:
                raise SourceError("merges more keys than a configuration can have")
            if part.kind == "mapping" and id(part) not in seen:
                seen.add(id(part))
                yield from self._pairs(part, seen, depth + 1)

    def _entry(self, path: tuple[str, ...], key: _Place, value: _Place) -> Entry:
        node, places = value.node, self._places
        scalar = value_of(node.text, node.tag) if node.kind == "scalar" else None
        value_span = places.span(value.start, value.end)
        span = value_span if key is value else places.span(key.start, key.end)
        return Entry(path, node.kind, scalar, node.raw, span, value_span)

    def _add(self, entry: Entry) -> None:
        if len(self.entries) >= MAX_ENTRIES:
            message = f"expands to more than {MAX_ENTRIES:,} keys"
            raise SourceError(message, line=entry.span.start.line)
        self.entries.append(entry)
