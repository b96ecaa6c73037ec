"""What project rules know of one configuration file: its keys with their places, small and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.finding import Edit, Position, Span
from mlsmith.regex import regex
from mlsmith.rules.kit.memo import once_a_document
from mlsmith.sources.config import ConfigDocument, Entry

Keys = tuple[str, ...]

_NOT_OURS = regex(
    r"(^|/)\.|(^|/)(docker-compose|compose|mkdocs|dvc|params|environment|conda|codecov|package|tsconfig|mypy|pyrightconfig|jupyter|ipython)[^/]*$"
    r"|(^|/)(templates|charts|k8s|helm|node_modules)/"
)
"""Files whose schema belongs to another tool."""
_MOST_KEYS = 600
"""A file with more keys is data."""
LONGEST_VALUE = 40
"""Characters of a value that is kept; longer ones are text"""
_ANCHOR = regex(r"(?m)(?:^|[\s:\-\[,])[&*][A-Za-z_]")
_NAMED = regex(r"[\s:]&([A-Za-z_]\w*)")
_ALIAS = regex(r"[\s:\-\[,]\*([A-Za-z_]\w*)")
_PACKAGE = regex(r"#\s*@package\s+(\S+)")
_INTERPOLATION = regex(r"\$\{([^${}]+)\}")
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_BOOLEANS = {True: "t", False: "f"}


class DocumentFact(NamedTuple):
    """A configuration file as facts keep it."""

    form: str
    package: str
    """hydra's `# @package` directive"""
    fixable: bool
    """False where anchors tie keys together"""
    lines: int
    keys: str
    """A line for each key: depth, kind, line:column, where its value ends (unless at the end of the same line), and the name"""
    targets: tuple[tuple[int, str], ...]
    """(number of the key of the mapping, or -1, what its `_target_` names)"""
    references: tuple[tuple[int, str], ...]
    """(number of the key, what stands in `${…}`)"""
    defaults: tuple[tuple[str, str, str], ...]
    """hydra's defaults list: group, option, package"""
    named: tuple[str, ...]
    """Dotted names among the values, which may be those of classes"""
    values: tuple[int | float | str | None, ...]
    """The value of each key; None for null, for what holds others, for interpolations and for long texts"""


class Key(NamedTuple):
    """One key of a document. `kind`: mapping, sequence, element (of a list), true, false, null or scalar."""

    keys: Keys
    kind: str
    line: int
    column: int
    last: int
    end: int
    """Column where the value ends; 0 where it has its lines for itself"""

    @property
    def value(self) -> bool | None:
        return {"t": True, "f": False}.get(self.kind)


@once_a_document
def document_facts(document: ConfigDocument) -> tuple[Any, ...] | None:
    """A `DocumentFact` as facts keep it; None for files whose schema is not the project's, and for data."""
    fact = document_fact(document)
    return None if fact is None else tuple(fact)


def document_fact(document: ConfigDocument) -> DocumentFact | None:
    entries = document.entries
    if not entries or len(entries) > 2 * _MOST_KEYS or _NOT_OURS.search(document.path):
        return None
    kept = [entry for entry in entries if not entry.path[-1].isdigit() or entry.kind == "mapping"]
    if not kept or len(kept) > _MOST_KEYS or kept[0].path[0].isdigit():
        return None
    ends = _ends(entries, document.lines)
    number = {entry.path: index for index, entry in enumerate(kept)}
    text = [_line_of(document, entry, *ends[entry.path]) for entry in kept]
    targets = [(number.get(e.path[:-1], -1), e.value) for e in kept if e.path[-1] == "_target_" and isinstance(e.value, str)]
    references = [
        (number.get(_key_of(entry.path), -1), inner)
        for entry in entries
        if "${" in entry.raw
        for inner in _INTERPOLATION.findall(entry.raw)
    ]
    yaml = document.format == "yaml"
    if yaml:
        references += [(-1, ".".join(entry.path)) for entry in _anchored(kept, document.lines)]
    head = _PACKAGE.search("\n".join(document.lines[:5])) if yaml else None
    fixable = not (yaml and _ANCHOR.search("\n".join(document.lines)))
    return DocumentFact(
        document.format, head.group(1) if head else "", fixable, len(document.lines), "\n".join(text), tuple(targets), tuple(references),
        tuple(_defaults(document)) if yaml else (), tuple(sorted({e.value for e in entries if isinstance(e.value, str) and _DOTTED.fullmatch(e.value)})),
        tuple(map(_kept_value, kept)),
    )  # fmt: skip


def _kept_value(entry: Entry) -> int | float | str | None:
    value = entry.value
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE and "${" not in value else None
    return value if isinstance(value, (int, float)) else None


def _anchored(entries: list[Entry], lines: tuple[str, ...]) -> Iterator[Entry]:
    """Keys whose value another place of the file takes: `root: &r /data` … `*r`."""
    taken = {name for line in lines for name in _ALIAS.findall(line)}
    for entry in entries if taken else ():
        if entry.kind == "scalar" and taken & set(_NAMED.findall(lines[entry.span.start.line - 1])):
            yield entry


class Document:
    """A configuration file of the project, unpacked."""

    def __init__(self, path: str, fact: DocumentFact) -> None:
        self.path = path
        self.fact = fact
        self.keys = list(_unpacked(fact.keys))
        self.by_path = {key.keys: key for key in self.keys}
        self.values = dict(zip(self.by_path, fact.values, strict=True)) if len(self.by_path) == len(fact.values) else {}

    @property
    def targets(self) -> Iterator[tuple[Keys, str]]:
        """(path of a mapping, what its `_target_` names)"""
        for number, name in self.fact.targets:
            yield (self.keys[number].keys if number >= 0 else ()), name

    @property
    def references(self) -> Iterator[tuple[Keys, str]]:
        for number, inner in self.fact.references:
            yield (self.keys[number].keys if number >= 0 else ()), inner

    def children(self, path: Keys) -> list[Key]:
        return [key for key in self.keys if len(key.keys) == len(path) + 1 and key.keys[:-1] == path]

    def removal(self, key: Key) -> Edit | None:
        """An edit that takes a key with its whole value out and leaves everything else as it is; None where that is not sure."""
        siblings = self.children(key.keys[:-1])
        at = siblings.index(key)
        lonely = len(siblings) == 1 and self.fact.form == "yaml" and len(key.keys) > 1  # what held it would hold null
        if not self.fact.fixable or lonely or key.kind == "e" or (self.fact.form == "toml" and key.kind == "m"):
            return None
        if not key.end:  # it has its lines for itself
            return None if key.last >= self.fact.lines else Edit(_span(key.line, 1, key.last + 1, 1), "")
        if self.fact.form == "toml":
            return None
        if at + 1 < len(siblings):
            following = siblings[at + 1]
            return Edit(_span(key.line, key.column, following.line, following.column), "")
        if at:
            before = siblings[at - 1]
            return Edit(_span(before.last, before.end, key.last, key.end), "") if before.end else None
        return Edit(_span(key.line, key.column, key.last, key.end), "")


def _span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


def _key_of(path: Keys) -> Keys:
    """The key in whose value an entry stands: elements of lists have none of their own."""
    while path and path[-1].isdigit():
        path = path[:-1]
    return path


def _ends(entries: tuple[Entry, ...], lines: tuple[str, ...]) -> dict[Keys, tuple[Position, bool]]:
    """By path: where the value ends, and whether brackets close it. A block ends where the last thing in it does."""
    ends: dict[Keys, tuple[Position, bool]] = {}
    last: dict[Keys, Position] = {}
    for entry in reversed(entries):
        end = entry.value_span.end
        brackets = entry.kind == "scalar" or entry.path not in last or lines[end.line - 1][end.column - 2 : end.column - 1] in ("]", "}")
        ends[entry.path] = (end, brackets) if brackets else (last[entry.path], False)
        last.setdefault(entry.path[:-1], ends[entry.path][0])
    return ends


def _line_of(document: ConfigDocument, entry: Entry, end: Position, closed: bool) -> str:
    start, lines, last = entry.span.start, document.lines, end.line
    column = end.column
    if column == 1 and last > start.line:  # a block of text ends where the next line begins
        last, column = last - 1, 0
        while last > start.line and not lines[last - 1].strip():
            last -= 1
    before = lines[start.line - 1][: start.column - 1].strip("\"' \t")
    behind = lines[last - 1][column - 1 :].strip() if column else ""
    alone = not before and (not behind or behind.startswith("#")) and document.format != "json"
    kind = "e" if entry.path[-1].isdigit() else _BOOLEANS.get(entry.value) if isinstance(entry.value, bool) else None
    kind = kind or ("n" if entry.kind == "scalar" and entry.value is None else entry.kind[:2].replace("sc", "x").replace("se", "s")[:1])
    where = f"{start.line}:{start.column}"
    if not alone:
        where += f":{last}:{column}"
    elif last != start.line:
        where += f":{last}"
    return f"{len(entry.path)} {kind} {where} {entry.path[-1]}".replace("\n", " ")


def _unpacked(text: str) -> Iterator[Key]:
    path: list[str] = []
    for line in text.split("\n"):
        depth, kind, where, name = line.split(" ", 3)
        numbers = [int(number) for number in where.split(":")]
        del path[int(depth) - 1 :]
        path.append(name)
        last = numbers[2] if len(numbers) > 2 else numbers[0]
        yield Key(tuple(path), kind, numbers[0], numbers[1], last, numbers[3] if len(numbers) > 3 else 0)


def _defaults(document: ConfigDocument) -> Iterator[tuple[str, str, str]]:
    """Entries of a defaults list: `- override /model@net: small` as group `/model`, option `small`, package `net`."""
    for entry in document.entries:
        if entry.path[0] != "defaults" or entry.kind == "mapping":
            continue
        if len(entry.path) == 2 and entry.kind == "scalar" and isinstance(entry.value, str):
            group, _, package = entry.value.partition("@")
            folder, _, option = group.rpartition("/")
            yield folder, option, package
        elif len(entry.path) >= 3 and entry.kind == "scalar":
            group, _, package = entry.path[2].removeprefix("override ").removeprefix("optional ").partition("@")
            yield group.strip(), "" if entry.value is None else str(entry.value), package
