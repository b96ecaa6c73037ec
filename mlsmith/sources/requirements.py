"""What a project says it depends on: requirements files, pyproject.toml, setup.cfg, Pipfile, conda environments."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.regex import regex

_REQUIREMENT = regex(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?\s*(?P<specifier>(?:[<>=!~][^;()]*)?)\)?)\s*(?:;\s*(?P<marker>.*?))?\s*\Z"
)
_CLAUSE = r"\s*(?:~=|===?|!=|<=?|>=?)\s*(?:\d+!)?[^\s,<>=!~]+\s*"
_SPECIFIER = regex(rf"{_CLAUSE}(?:,{_CLAUSE})*,?\s*\Z")
_EXACT = regex(r"(?:^|,)\s*={2,3}\s*[^*,\s]+\s*(?:,|$)")
_URL = regex(r"(?:git|hg|svn|bzr)\+\S+|(?:https?|ftp|file|ssh):\S+", re.IGNORECASE)
_LOCAL = regex(r"[.~/\\]|[A-Za-z]:[\\/]|[^\s@]*\.(?:whl|zip|tar\.(?:gz|bz2|xz)|tgz)(?:\Z|[;\s])")
_NAMED = regex(r"[#&]egg=([A-Za-z0-9._-]+)")
_HASH = regex(r"#(?:.*&)?(?:sha256|sha384|sha512|sha1|md5)=[0-9a-fA-F]{8,}")
_COMMENT = regex(r"(?:^|\s)#.*")
_FILE_OPTION = regex(r"(?:(?P<requirement>-r|--requirement)|-c|--constraint)(?:[\s=]+|(?<=-[rc]))(?P<target>\S.*)\Z")
_EDITABLE = regex(r"(?:-e|--editable)(?:[\s=]+|(?<=-e))(?P<target>\S.*)\Z")
_OPTIONS = regex(r"\s+--?[A-Za-z].*\Z", re.DOTALL)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Requirement(NamedTuple):
    name: str
    """Canonical: lower case, `-` between words; empty where a path does not tell"""
    specifier: str
    extras: str
    marker: str
    url: str
    """Of version control, an archive, or a local path"""
    hashed: bool
    group: str
    """project, dev, build, optional:NAME, group:NAME, conda or conda-pip"""
    pinned: bool
    """An exact version, or a hash"""
    editable: bool
    span: Span


class Include(NamedTuple):
    """`-r other.txt` or `-c constraints.txt`; `flag` is the short one."""

    flag: str
    target: str
    span: Span


class RequirementsDocument(NamedTuple):
    path: str
    kind: str
    """requirements, pyproject, conda, setup-cfg, pipfile, or lock (whose content is not read)"""
    requirements: tuple[Requirement, ...]
    includes: tuple[Include, ...] = ()
    lines: tuple[str, ...] = ()


def read_requirements(data: bytes, path: str) -> RequirementsDocument:
    """Read a dependency file by its name. Raises SourceError."""
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(".lock") or name in ("pylock.toml", "conda-lock.yml", "conda-lock.yaml"):
        return RequirementsDocument(path, "lock", ())
    lines = tuple(_decoded(data).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    found: list[Requirement | Include]
    if name in ("pyproject.toml", "pipfile", "setup.cfg") or name.endswith((".yml", ".yaml")):
        from mlsmith.sources.manifests import read_manifest

        kind, found = read_manifest(data, name, lines)
    else:
        kind, found = "requirements", list(_of_lines(lines))
    requirements = tuple(item for item in found if isinstance(item, Requirement))
    return RequirementsDocument(path, kind, requirements, tuple(item for item in found if isinstance(item, Include)), lines)


def canonical_name(name: str) -> str:
    """`Foo_Bar.baz` → `foo-bar-baz`, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_line(text: str, span: Span, group: str) -> Requirement | Include | None:
    """One logical line of a requirements file; None for other options, comments and what is no requirement."""
    text = _COMMENT.sub("", text).strip()
    option = _FILE_OPTION.match(text)
    if option:
        return Include("-r" if option.group("requirement") else "-c", option.group("target").strip(), span)
    editable = _EDITABLE.match(text)
    if text.startswith("-") and not editable:
        return None
    wanted = _OPTIONS.sub("", editable.group("target") if editable else text)
    return parse_requirement(wanted, span, group, hashed="--hash" in text, editable=editable is not None)


def parse_requirement(text: str, span: Span, group: str, *, hashed: bool = False, editable: bool = False) -> Requirement | None:
    """One requirement as pip reads it, without options; None for what is none."""
    text = text.strip()
    if _URL.match(text) or _LOCAL.match(text):
        address, _, marker = text.partition(" ;") if " ;" in text else text.partition("; ")
        hashed = hashed or bool(_HASH.search(address))
        return Requirement(_name_of(address), "", "", marker.strip(), address.strip(), hashed, group, hashed, editable, span)
    match = _REQUIREMENT.match(text)
    if not match:
        return None
    specifier, url = (match.group("specifier") or "").strip(), match.group("url") or ""
    if specifier and not _SPECIFIER.match(specifier):
        return None
    hashed = hashed or bool(url and _HASH.search(url))
    extras = ",".join(part.strip() for part in (match.group("extras") or "").split(",") if part.strip())
    name, marker = canonical_name(match.group("name")), (match.group("marker") or "").strip()
    return Requirement(name, specifier, extras, marker, url, hashed, group, hashed or is_exact(specifier), editable, span)


def is_exact(specifier: str) -> bool:
    """Whether a specifier admits one version only."""
    return bool(_EXACT.search(specifier))


def _of_lines(lines: tuple[str, ...]) -> Iterator[Requirement | Include]:
    for first, logical in _logical(lines):
        written = _OPTIONS.sub("", _COMMENT.sub("", lines[first]).rstrip().removesuffix("\\")).rstrip()
        start = len(lines[first]) - len(lines[first].lstrip())
        span = Span(Position(first + 1, start + 1), Position(first + 1, max(len(written), start) + 1))
        item = parse_line(logical, span, "project")
        if item is not None:
            yield item


def _logical(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(index of the first line, text) of each logical line: `\\` at the end goes on, a comment never does."""
    first: int | None = None
    parts: list[str] = []
    for number, line in enumerate(lines):
        first = number if first is None else first
        comment = line.lstrip().startswith("#")
        goes_on = line.endswith("\\") and not comment
        parts.append("" if comment else line.removesuffix("\\"))
        if not goes_on or number + 1 == len(lines):
            if any(part.strip() for part in parts):
                yield first, "".join(parts).strip()
            first, parts = None, []


def _name_of(address: str) -> str:
    """The name that a URL or a path gives away; empty where it does not."""
    named = _NAMED.search(address)
    if named:
        return canonical_name(named.group(1))
    last = re.split(r"[\\/]", re.split(r"[#?\[]", address, maxsplit=1)[0].rstrip("\\/"))[-1]
    stem = re.sub(r"\.git$|\.(?:whl|zip|tar\.\w+|tgz)$", "", last.split("@")[0])
    if last != stem and not last.split("@")[0].endswith(".git"):
        stem = re.split(r"-\d", stem, maxsplit=1)[0]
    return canonical_name(stem) if re.match(r"[A-Za-z0-9]", stem) else ""


def _decoded(data: bytes) -> str:
    """Text by its byte order mark, as pip does: some shells write requirements as UTF-16."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"is not valid {encoding.removesuffix('-sig').upper()}", line=data[: error.start].count(b"\n") + 1) from None
