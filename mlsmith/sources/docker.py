"""Dockerfiles as instructions: continuations joined, comments left out, here-documents taken in, build stages named."""

from __future__ import annotations

import re
from typing import NamedTuple

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span
from mlsmith.regex import regex

_INSTRUCTION = regex(r"([A-Za-z]+)\s+(.*)\Z", re.DOTALL)
_FROM = regex(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?", re.IGNORECASE)
_HEREDOC = regex(r"(?<!\S)[0-9]*<<(-?)(['\"]?)([A-Za-z_]\w*)\2(?!\S)")
_TAKES_HEREDOC = ("RUN", "COPY", "ADD")
_ESCAPE = regex(r"#\s*escape\s*=\s*([\\`])\s*\Z", re.IGNORECASE)
_PARSER_DIRECTIVE = regex(r"#\s*\w+\s*=\s*\S+\s*\Z")
_LINE_END = regex(r"\r\n|\r|\n")


class Instruction(NamedTuple):
    keyword: str
    """Upper case: FROM, RUN, …"""
    value: str
    """Continuation lines joined by a blank, the lines of here-documents by newlines"""
    span: Span


class Stage(NamedTuple):
    image: str
    """As written, variables and all"""
    name: str
    """Empty where it has none"""
    span: Span


class Dockerfile(NamedTuple):
    path: str
    instructions: tuple[Instruction, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The `FROM` instructions, in order; an image may be the name of an earlier stage."""
        found = []
        for instruction in self.instructions:
            match = _FROM.match(instruction.value) if instruction.keyword == "FROM" else None
            if match:
                found.append(Stage(match.group(1), match.group(2) or "", instruction.span))
        return tuple(found)


def read_dockerfile(data: bytes, path: str = "Dockerfile") -> Dockerfile:
    """Raises SourceError where the file is not text."""
    try:
        lines = _LINE_END.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceError("is not valid UTF-8", line=data[: error.start].count(b"\n") + 1) from None
    escape = _escape_of(lines)
    found: list[Instruction] = []
    number = 0
    while number < len(lines):
        if _is_idle(lines[number]):
            number += 1
            continue
        first = number
        text, number = _joined(lines, number, escape)
        match = _INSTRUCTION.match(text)
        if match:
            keyword = match.group(1).upper()
            body, number = _heredocs(lines, number, match.group(2)) if keyword in _TAKES_HEREDOC else ([], number)
            start = Position(first + 1, len(lines[first]) - len(lines[first].lstrip()) + 1)
            end = Position(number, len(lines[number - 1].rstrip()) + 1)
            found.append(Instruction(keyword, "\n".join([match.group(2), *body]), Span(start, end)))
    return Dockerfile(path, tuple(found))


def _joined(lines: list[str], number: int, escape: str) -> tuple[str, int]:
    """The logical line that begins at a 0-based line, and the line after its last one. Comments and blanks do not end it."""
    parts: list[str] = []
    after = number
    while number < len(lines):
        line = lines[number].strip()
        number += 1
        if parts and _is_idle(line):
            continue
        parts.append(line.removesuffix(escape).strip())
        after = number
        if not line.endswith(escape):
            break
    return " ".join(part for part in parts if part), after


def _heredocs(lines: list[str], number: int, value: str) -> tuple[list[str], int]:
    """The lines of the here-documents that an instruction opens, and the line after the last one."""
    body: list[str] = []
    for indented, _, mark in _HEREDOC.findall(value):
        end = next((n for n in range(number, len(lines)) if (lines[n].lstrip("\t") if indented else lines[n]).rstrip() == mark), None)
        if end is None:
            return body, number
        body += lines[number:end]
        number = end + 1
    return body, number


def _escape_of(lines: list[str]) -> str:
    """The sign that continues a line: told by a directive above everything else, a backslash by default."""
    for line in lines:
        match = _ESCAPE.match(line.strip())
        if match:
            return match.group(1)
        if not _PARSER_DIRECTIVE.match(line.strip()):
            break
    return "\\"


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
