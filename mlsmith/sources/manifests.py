"""Dependencies in files that hold more than dependencies: pyproject.toml, Pipfile, setup.cfg, conda environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.regex import regex
from mlsmith.sources.config import ConfigDocument, Entry, read_config
from mlsmith.sources.requirements import Include, Requirement, canonical_name, parse_line, parse_requirement

Found = list[Requirement | Include]

_CONDA = regex(r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<specifier>(?:[<>=!~\d].*)?)\Z")
_BARE_VERSION = regex(r"={0,3}\s*v?\d[\w.+!-]*\Z")


def read_manifest(data: bytes, name: str, lines: tuple[str, ...]) -> tuple[str, Found]:
    """Kind and dependencies of a file by its lower-case name. Raises SourceError."""
    if name == "setup.cfg":
        return "setup-cfg", list(_setup_cfg(lines))
    document = read_config(data, "pipfile.toml" if name == "pipfile" else name)
    if name == "pyproject.toml":
        return "pyproject", [*_pyproject(document), *_poetry(document)]
    if name == "pipfile":
        return "pipfile", [*_tables(document, ("packages",), "project"), *_tables(document, ("dev-packages",), "dev")]
    return "conda", list(_conda(document))


def conda_requirements(document: ConfigDocument) -> Iterator[Requirement]:
    """Of a conda environment under any name: what says where its packages come from, and lists them."""
    keys = {entry.path[0] for entry in document.entries if entry.path}
    if "dependencies" in keys and keys & {"channels", "prefix"}:
        yield from (found for found in _conda(document) if isinstance(found, Requirement))


def _pyproject(document: ConfigDocument) -> Iterator[Requirement]:
    for entry in document.scalars:
        group = _group(entry.path)
        if group and isinstance(entry.value, str):
            requirement = parse_requirement(entry.value, _unquoted(entry), group)
            if requirement is not None:
                yield requirement


def _group(path: tuple[str, ...]) -> str:
    """The group of an element of a list at `path`, empty where the list holds no requirements."""
    match path:
        case ("project", "dependencies", _):
            return "project"
        case ("build-system", "requires", _):
            return "build"
        case ("tool", "uv", "dev-dependencies", _):
            return "dev"
        case ("project", "optional-dependencies", name, _):
            return f"optional:{name}"
        case ("dependency-groups", name, _) | ("tool", "pdm", "dev-dependencies", name, _):
            return f"group:{name}"
    return ""


def _poetry(document: ConfigDocument) -> Iterator[Requirement]:
    poetry = ("tool", "poetry")
    yield from _tables(document, (*poetry, "dependencies"), "project")
    yield from _tables(document, (*poetry, "dev-dependencies"), "dev")
    for entry in document.entries:
        if len(entry.path) == 4 and entry.path[:3] == (*poetry, "group"):
            yield from _tables(document, (*entry.path, "dependencies"), f"group:{entry.path[3]}")


def _tables(document: ConfigDocument, table: tuple[str, ...], group: str) -> Iterator[Requirement]:
    """Requirements of Poetry and Pipfile: name → version, or a table, or a list of tables."""
    depth = len(table)
    for entry in document.entries:
        if len(entry.path) != depth + 1 or entry.path[:depth] != table or entry.path[-1] == "python":
            continue
        choices = [entry.path]
        if entry.kind == "sequence":
            choices = [e.path for e in document.entries if len(e.path) == depth + 2 and e.path[: depth + 1] == entry.path]
        for path in choices:
            yield _keyed(document, path, entry, group)


def _keyed(document: ConfigDocument, path: tuple[str, ...], key: Entry, group: str) -> Requirement:
    """A bare `1.2.3` of Poetry means exactly that; `^` and `~` are ranges."""
    version = document.value(path) if document.value(path) is not None else document.value((*path, "version"))
    version = str(version) if version not in (None, "*") else ""
    addresses = (document.value((*path, name)) for name in ("git", "url", "path", "file"))
    url = next((str(address) for address in addresses if address), "")
    marker = str(document.value((*path, "markers")) or "")
    pinned = bool(_BARE_VERSION.match(version)) and not url
    editable = document.value((*path, "editable")) is True or document.value((*path, "develop")) is True
    return Requirement(canonical_name(key.path[-1]), version, "", marker, url, False, group, pinned, editable, key.span)


def _setup_cfg(lines: tuple[str, ...]) -> Iterator[Requirement]:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string("\n".join(lines))
    except configparser.Error as error:
        number: Any = getattr(error, "lineno", None)
        raise SourceError(f"is not a setup.cfg: {error.message.splitlines()[0]}", line=number) from None
    listed = [("options", "install_requires", "project")] if parser.has_option("options", "install_requires") else []
    if parser.has_section("options.extras_require"):
        extras = parser.options("options.extras_require")
        listed += [("options.extras_require", extra, f"optional:{extra}") for extra in extras if extra not in parser.defaults()]
    for section, option, group in listed:
        after = next((n for n, line in enumerate(lines) if line.strip() == f"[{section}]"), 0)
        written = parser.get(section, option)
        for text in written.split("\n" if "\n" in written else ";"):
            span = _span_of(text.strip(), lines, after)
            item = parse_line(text, span, group)
            if isinstance(item, Requirement):
                after = span.start.line - 1
                yield item


def _conda(document: ConfigDocument) -> Iterator[Requirement | Include]:
    for entry in document.scalars:
        if entry.path[:1] != ("dependencies",) or not isinstance(entry.value, str):
            continue
        if len(entry.path) == 2:
            match = _CONDA.match(entry.value.strip())
            if match:
                specifier = match.group("specifier").strip()
                pinned = bool(re.match(r"(?:={1,2}\s*)?\d[^*|,<>!~]*\Z", specifier))
                name = canonical_name(match.group("name"))
                yield Requirement(name, specifier, "", "", "", False, "conda", pinned, False, _unquoted(entry))
        elif len(entry.path) == 4 and entry.path[2] == "pip":
            item = parse_line(entry.value, _unquoted(entry), "conda-pip")
            if item is not None:
                yield item


def _unquoted(entry: Entry) -> Span:
    """Where the text of a scalar stands, without its quotes."""
    span, raw = entry.value_span, entry.raw
    if raw[:1] not in ("'", '"') or raw[:3] in ("'''", '"""') or span.start.line != span.end.line:
        return span
    return Span(Position(span.start.line, span.start.column + 1), Position(span.end.line, span.end.column - 1))


def _span_of(text: str, lines: tuple[str, ...], after: int) -> Span:
    """Where a text stands first, from a 0-based line on; that line where it is nowhere."""
    for number in range(after, len(lines)):
        at = lines[number].find(text)
        if at >= 0 and not lines[number].lstrip().startswith(("#", ";")):
            return Span(Position(number + 1, at + 1), Position(number + 1, at + 1 + len(text)))
    return Span(Position(after + 1, 1), Position(after + 1, 1))
