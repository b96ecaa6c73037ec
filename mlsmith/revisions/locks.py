"""What a lock file pins, transitively: each package with its versions and the artefacts that are accepted for it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.tools import GROUPS

_HASH = regex(r"\b(?:sha256|sha512|md5):?\s*[:=]?\s*\"?([0-9a-f]{32,128})\b|--hash=(?:\w+):([0-9a-f]{32,128})")
_NAME = regex(r"^\s*-?\s*name\s*[=:]\s*[\"']?([A-Za-z0-9][\w.-]*)", re.MULTILINE)
_VERSION = regex(r"^\s*version\s*[=:]\s*[\"']?([^\s\"',]+)", re.MULTILINE)
_SOURCE = regex(
    r"(?:\b(?:git|url|editable|virtual|directory|path|resolved_reference|commit-id|requested-revision)\s*[=:]\s*[\"']?)([^\s\"'}]+)"
)
_DEVELOPERS = regex(
    rf"^category\s*[=:]\s*[\"']?dev\b|^groups\s*=\s*\[(?:\s*\"{GROUPS}\",?)+\s*\]",
    re.MULTILINE,
)
_BLOCK = regex(r"^\[\[packages?\]\]\s*$|^\s*- name:", re.MULTILINE)
_FILES = regex(r"^([A-Za-z0-9][\w.-]*) = \[\n(.*?)^\]", re.MULTILINE | re.DOTALL)
_URL = regex(r"^\s*-\s*(?:conda|pypi):\s*(\S+)", re.MULTILINE)
_URL_PARTS = regex(r"/([A-Za-z0-9][\w.]*(?:-[A-Za-z][\w.]*)*)-(\d[\w.!+]*)[-.]")


@dataclass(slots=True)
class Locked:
    """One package of a lock."""

    line: int
    versions: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    for_developers: bool = False
    """Whether the lock says that only those need it who look after the code"""

    @property
    def shown(self) -> str:
        return ", ".join(sorted(self.versions)) or "any version"


def read_lock(data: bytes, path: str) -> dict[str, Locked]:
    """Name → what is locked. Raises SourceError where the form is not known."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise SourceError("is not valid UTF-8") from None
    name = path.rpartition("/")[2].lower()
    found = _of_pipfile(text) if name == "pipfile.lock" else _of_urls(text) if name == "pixi.lock" else _of_blocks(text)
    if not found and len(text.strip().splitlines()) > 5:
        raise SourceError("is a lock of an unknown form")
    return found


def _of_blocks(text: str) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    starts = [match.start() for match in _BLOCK.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        block = text[start:end].split("\n[metadata", 1)[0]
        name, version = _NAME.search(block), _VERSION.search(block)
        if name is None:
            continue
        one = found.setdefault(name[1].lower(), Locked(text.count("\n", 0, start + name.start(1)) + 1))
        source = _SOURCE.search(block.split("\n[package.", 1)[0]) if version is None or "registry" not in block else None
        one.versions.add((version[1] if version else "") + (f" from {source[1]}" if source and "://" in source[1] else "") or "local")
        one.hashes |= _hashes(block)
        one.for_developers = _DEVELOPERS.search(block) is not None
    for match in _FILES.finditer(text.partition("[metadata.files]")[2]):
        if match[1].lower() in found:
            found[match[1].lower()].hashes |= _hashes(match[2])
    return found


def _of_pipfile(text: str) -> dict[str, Locked]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SourceError(f"is not valid JSON: {error}") from None
    found = {}
    for group in ("default", "develop"):
        for name, entry in (document.get(group) or {}).items():
            match = re.search(rf'^\s*"{re.escape(name)}": \{{', text, re.MULTILINE)
            line = text.count("\n", 0, match.start()) + 1 if match else 1
            version = str(entry.get("version") or entry.get("ref") or entry.get("file") or entry.get("path") or "")
            locked = Locked(line, {version.lstrip("=")}, set(entry.get("hashes") or ()), for_developers=group == "develop")
            found[name + (" (dev)" if group == "develop" else "")] = locked
    return found


def _of_urls(text: str) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for match in _URL.finditer(text):
        parts = _URL_PARTS.search(match[1])
        name, version = (parts[1].lower(), parts[2]) if parts else (match[1], "")
        found.setdefault(name, Locked(text.count("\n", 0, match.start()) + 1)).versions.add(version)
    return found


def _hashes(text: str) -> set[str]:
    return {one or other for one, other in _HASH.findall(text)}


def hashes_of_requirements(lines: tuple[str, ...], first: int, last: int) -> set[str]:
    """The artefacts that the lines `first` to `last` (1-based, last not included) of a requirements file accept."""
    return _hashes("\n".join(line for line in lines[first - 1 : last - 1]))
