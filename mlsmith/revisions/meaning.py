"""What a configuration file means: nested, typed values, whatever its layout."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.sources.config import ConfigDocument, Entry, read_config

_DATE = regex(r"^\d{4}-\d{2}-\d{2}([Tt ]|$)|^\d{2}:\d{2}(:\d{2}|$)")
"""A date or time as written without quotes"""
_TAG = regex(r"(?:^\s*|[:?-]\s+|[\[{,]\s*|&\S+\s+)(!\S*)")


@dataclass(slots=True)
class Node:
    """A mapping (`keys`), a sequence (`elements`) or a scalar (`value`, as text where it is a date); `line` is 1-based."""

    kind: str
    line: int = 1
    value: Any = None
    is_date: bool = False
    keys: dict[str, Node] = field(default_factory=dict)
    elements: list[Node] = field(default_factory=list)

    @property
    def canonical(self) -> str:
        """One text for one meaning, and for no other: sorted keys, numbers and dates with their type."""
        return json.dumps(self._marked(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def _marked(self) -> Any:
        """Mappings with a mark before each key, so that none can pass for what is written as one here."""
        if self.kind == "mapping":
            return {f".{key}": node._marked() for key, node in self.keys.items()}
        if self.kind == "sequence":
            return [node._marked() for node in self.elements]
        if self.is_date:
            return {"date": self.value}
        if isinstance(self.value, float):
            return {"float": "nan" if math.isnan(self.value) else repr(self.value)}
        return self.value

    @property
    def plain(self) -> Any:
        """Dicts, lists and scalars; dates are text."""
        if self.kind == "mapping":
            return {key: node.plain for key, node in self.keys.items()}
        if self.kind == "sequence":
            return [node.plain for node in self.elements]
        return self.value

    @property
    def _written(self) -> str:
        if self.kind == "mapping":
            return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{node._written}" for key, node in self.keys.items()) + "}"
        if self.kind == "sequence":
            return "[" + ",".join(node._written for node in self.elements) + "]"
        return str(self.value) if self.is_date else shown_scalar(self.value)

    @property
    def shown(self) -> str:
        """As a reader would write it, cut where it is long."""
        text = self._written
        return text if len(text) <= 120 else f"{text[:117]}…"


def shown_scalar(value: Any) -> str:
    """A scalar so that its type can be seen: texts in quotes, numbers and truth values bare."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return repr(value)


def meaning_of(data: bytes | None, path: str) -> Node | None:
    """The file's meaning; None where there is no file, it cannot be read, or it is data rather than configuration."""
    return None if data is None else _meaning(data, path)


@lru_cache(maxsize=4)
def _meaning(data: bytes, path: str) -> Node | None:
    """Kept for a moment, because what is compared is hashed as well, and large files take a second to be read."""
    try:
        document = read_config(data, path)
    except SourceError:
        return None
    if not document.entries and not _is_blank(data):
        return None
    if any(entry.path[-1] == "?" for entry in document.entries):
        return None  # A key that is no scalar: a template before it is filled in, mostly.
    return tree_of(document)


def _is_blank(data: bytes) -> bool:
    lines = (line.strip() for line in data.decode("utf-8-sig", "replace").splitlines())
    return all(not line or line.startswith("#") or line in ("{}", "---", "...") for line in lines)


def _is_list(document: ConfigDocument) -> bool:
    tops = [entry.path[0] for entry in document.entries if len(entry.path) == 1]
    first = next((line.strip() for line in document.lines if line.strip() and not line.lstrip().startswith(("#", "---", "%"))), "")
    return tops == [str(number) for number in range(len(tops))] and first.startswith(("-", "["))


def semantic_digest(path: str, data: bytes | None) -> str:
    """sha256 of what a configuration means, of its bytes where that cannot be told, of nothing where there is no file."""
    if data is None:
        return hashlib.sha256(b"").hexdigest()
    node = meaning_of(data, path)
    if node is None:
        return hashlib.sha256(b"\0" + data).hexdigest()
    tags = "".join(f"\0{tag}" for _, tag in tags_of(path, data))
    return hashlib.sha256((node.canonical + tags).encode("utf-8", "surrogatepass")).hexdigest()


def tags_of(path: str, data: bytes) -> list[tuple[int, str]]:
    """(line, tag) of what a YAML file tags, such as `!ENV`: a loader makes something else of the same text."""
    if b"!" not in data or not path.endswith((".yaml", ".yml")):
        return []
    lines = data.decode("utf-8-sig", "replace").split("\n")
    return [(number, tag) for number, line in enumerate(lines, 1) for tag in _TAG.findall(line.partition(" #")[0])]


def _key_of(document: ConfigDocument, entry: Entry) -> str:
    """A key's name; in quotes where they make a text of what would be a number, a date or a truth value."""
    name = entry.path[-1]
    if document.format != "yaml":
        return name
    from mlsmith.sources.yaml_scalars import is_text

    start = entry.span.start
    quoted = document.lines[start.line - 1][start.column - 1 : start.column] in ("'", '"')
    return json.dumps(name, ensure_ascii=False) if quoted and not is_text(name) else name


def tree_of(document: ConfigDocument) -> Node:
    """The document as nested nodes. Entries of further documents of a YAML stream stand under `name#2`, `name#3`, …"""
    root = Node("sequence" if _is_list(document) else "mapping")
    nodes: dict[tuple[str, ...], Node] = {(): root}
    doubles = {id(entry) for entry in document.duplicates}
    for entry in document.entries:
        is_date = isinstance(entry.value, str) and _DATE.match(entry.raw) is not None
        node = Node(entry.kind, entry.value_span.start.line, entry.value, is_date)
        parent = nodes.get(entry.path[:-1])
        if parent is None:
            continue
        if parent.kind == "sequence":
            parent.elements.append(node)
        else:
            key, number = _key_of(document, entry), 2
            name = key
            while name in parent.keys and id(entry) not in doubles:
                name, number = f"{key}#{number}", number + 1
            parent.keys[name] = node
        nodes[entry.path] = node
    return root
