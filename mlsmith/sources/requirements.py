"""What a project says it depends on: requirements files, pyproject.toml, setup.cfg, Pipfile, conda environments."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import tomli

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span

_LINE = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?(?P<specifier>[^;#]*?)\)?)\s*(?:;\s*(?P<marker>[^#]*?))?\s*$"
)
_URL = re.compile(r"^(?:git\+|https?://|file:|hg\+|svn\+)\S+")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_EXACT = re.compile(r"(^|,)\s*={2,3}\s*[^*,\s]+\s*(,|$)")
_CONDA = re.compile(r"^(?:[\w.-]+::)?(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<specifier>(?:[<>=!~].*)?)$")


@dataclass(frozen=True, slots=True)
class Requirement:
    name: str
    """Canonical: lower case, `-` between words"""
    specifier: str
    extras: str
    marker: str
    url: str
    hashed: bool
    group: str
    """project, dev, build, optional:NAME, group:NAME, conda or conda-pip"""
    pinned: bool
    """An exact version, or a hash"""
    editable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`-r other.txt` or `-c constraints.txt`."""

    flag: str
    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class RequirementsDocument:
    path: str
    kind: str
    """requirements, pyproject, conda, setup-cfg, pipfile, or lock (whose content is not read)"""
    requirements: tuple[Requirement, ...]
    includes: tuple[Include, ...] = ()
    lines: tuple[str, ...] = ()


def read_requirements(data: bytes, path: str) -> RequirementsDocument:
    """Read a dependency file by its name. Raises SourceError."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SourceError("is not valid UTF-8", line=data[: error.start].count(b"\n") + 1) from None
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(".lock") or name in ("pylock.toml", "conda-lock.yml", "conda-lock.yaml"):
        return RequirementsDocument(path, "lock", ())
    lines = tuple(text.split("\n"))
    if name == "pyproject.toml":
        return RequirementsDocument(path, "pyproject", tuple(_pyproject(text, lines)), (), lines)
    if name == "pipfile":
        return RequirementsDocument(path, "pipfile", tuple(_pipfile(text, lines)), (), lines)
    if name == "setup.cfg":
        return RequirementsDocument(path, "setup-cfg", tuple(_setup_cfg(text, lines)), (), lines)
    if name.endswith((".yml", ".yaml")):
        return RequirementsDocument(path, "conda", tuple(_conda(data, path)), (), lines)
    requirements, includes = _requirements(lines)
    return RequirementsDocument(path, "requirements", tuple(requirements), tuple(includes), lines)


def canonical_name(name: str) -> str:
    """`Foo_Bar.baz` → `foo-bar-baz`, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(text: str, span: Span, group: str, *, hashed: bool = False, editable: bool = False) -> Requirement | None:
    """One requirement as pip reads it; None for what is none."""
    text = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    if _URL.match(text):
        egg = _EGG.search(text)
        name = egg.group(1) if egg else text.split("#")[0].rstrip("/").rsplit("/", 1)[-1].removesuffix(".git").split("@")[0]
        return Requirement(canonical_name(name), "", "", "", text, hashed, group, hashed, editable, span)
    match = _LINE.match(text)
    if not match:
        return None
    specifier = (match.group("specifier") or "").strip()
    if specifier and not re.match(r"[<>=!~]", specifier):
        return None
    return Requirement(
        canonical_name(match.group("name")), specifier, (match.group("extras") or "").strip(), (match.group("marker") or "").strip(),
        match.group("url") or "", hashed, group, hashed or bool(_EXACT.search(specifier)), editable, span,
    )  # fmt: skip


def _requirements(lines: tuple[str, ...]) -> tuple[list[Requirement], list[Include]]:
    found: list[Requirement] = []
    includes: list[Include] = []
    number = 0
    while number < len(lines):
        first, parts = number, [lines[number]]
        while parts[-1].rstrip().endswith("\\") and number + 1 < len(lines):
            parts[-1] = parts[-1].rstrip()[:-1]
            number += 1
            parts.append(lines[number])
        number += 1
        logical = " ".join(part.strip() for part in parts).strip()
        if not logical or logical.startswith("#"):
            continue
        span = _line_span(first, lines[first])
        flag = re.match(r"(-r|--requirement|-c|--constraint)[\s=]+(\S+)", logical)
        if flag:
            includes.append(Include("-r" if "r" in flag.group(1)[:3] else "-c", flag.group(2), span))
            continue
        editable = re.match(r"(?:-e|--editable)[\s=]+(\S+)", logical)
        if logical.startswith("-") and not editable:
            continue
        hashed = "--hash" in logical
        text = editable.group(1) if editable else re.split(r"\s--", logical, maxsplit=1)[0]
        requirement = parse_requirement(text, span, "project", hashed=hashed, editable=bool(editable))
        if requirement is not None:
            found.append(requirement)
    return found, includes


def _pyproject(text: str, lines: tuple[str, ...]) -> Iterator[Requirement]:
    document = _toml(text)
    project = _table(document.get("project"))
    yield from _listed(project.get("dependencies"), "project", lines)
    for name, listed in _table(project.get("optional-dependencies")).items():
        yield from _listed(listed, f"optional:{name}", lines)
    for name, listed in _table(document.get("dependency-groups")).items():
        yield from _listed(listed, f"group:{name}", lines)
    yield from _listed(_table(document.get("build-system")).get("requires"), "build", lines)
    poetry = _table(_table(document.get("tool")).get("poetry"))
    yield from _keyed(poetry.get("dependencies"), "project", lines)
    yield from _keyed(poetry.get("dev-dependencies"), "dev", lines)
    for name, group in _table(poetry.get("group")).items():
        yield from _keyed(_table(group).get("dependencies"), f"group:{name}", lines)


def _pipfile(text: str, lines: tuple[str, ...]) -> Iterator[Requirement]:
    document = _toml(text)
    yield from _keyed(document.get("packages"), "project", lines)
    yield from _keyed(document.get("dev-packages"), "dev", lines)


def _setup_cfg(text: str, lines: tuple[str, ...]) -> Iterator[Requirement]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise SourceError(f"is not a setup.cfg: {str(error).splitlines()[0]}") from None
    if parser.has_option("options", "install_requires"):
        yield from _listed(parser.get("options", "install_requires").strip().splitlines(), "project", lines)
    if parser.has_section("options.extras_require"):
        for name, listed in parser.items("options.extras_require"):
            yield from _listed(listed.strip().splitlines(), f"optional:{name}", lines)


def _conda(data: bytes, path: str) -> Iterator[Requirement]:
    from mlsmith.sources.config import read_config

    for entry in read_config(data, path).scalars:
        if entry.path[:1] != ("dependencies",) or not isinstance(entry.value, str):
            continue
        if len(entry.path) == 2:
            match = _CONDA.match(entry.value.strip())
            if match:
                specifier = match.group("specifier").strip()
                pinned = specifier.startswith("=") and "*" not in specifier
                name = canonical_name(match.group("name"))
                yield Requirement(name, specifier, "", "", "", False, "conda", pinned, False, entry.value_span)
        elif "pip" in entry.path:
            requirement = parse_requirement(entry.value, entry.value_span, "conda-pip")
            if requirement is not None:
                yield requirement


def _listed(listed: Any, group: str, lines: tuple[str, ...]) -> Iterator[Requirement]:
    for text in listed if isinstance(listed, list) else ():
        if isinstance(text, str) and text.strip():
            requirement = parse_requirement(text, _find(text, lines), group)
            if requirement is not None:
                yield requirement


def _keyed(table: Any, group: str, lines: tuple[str, ...]) -> Iterator[Requirement]:
    """Poetry and Pipfile: name → version, where a bare `1.2.3` of poetry means exactly that and `^` and `~` are ranges."""
    for name, value in _table(table).items():
        if name == "python":
            continue
        details = value if isinstance(value, dict) else {"version": value}
        version = str(details.get("version") or "*")
        url = str(details.get("git") or details.get("url") or details.get("path") or "")
        pinned = bool(re.match(r"={0,3}\s*\d[\w.+-]*$", version)) and not url
        specifier = "" if version == "*" else version
        yield Requirement(canonical_name(name), specifier, "", "", url, False, group, pinned, False, _find(name, lines))


def _find(text: str, lines: tuple[str, ...]) -> Span:
    for number, line in enumerate(lines):
        at = line.find(text)
        if at >= 0 and not line.lstrip().startswith("#"):
            return Span(Position(number + 1, at + 1), Position(number + 1, at + 1 + len(text)))
    return Span(Position(1, 1), Position(1, 1))


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SourceError(f"is not TOML: {str(error).split(' (at')[0]}", line=int(line.group(1)) if line else None) from None


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _line_span(number: int, line: str) -> Span:
    start = len(line) - len(line.lstrip())
    return Span(Position(number + 1, start + 1), Position(number + 1, len(line.rstrip()) + 1))
