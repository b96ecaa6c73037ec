"""Dockerfiles as instructions: continuations joined, comments left out, build stages named."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlsmith.errors import SourceError
from mlsmith.finding import Position, Span

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?")


@dataclass(frozen=True, slots=True)
class Instruction:
    keyword: str
    """Upper case: FROM, RUN, …"""
    value: str
    """Continuation lines joined by a blank"""
    span: Span


@dataclass(frozen=True, slots=True)
class Stage:
    image: str
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Dockerfile:
    path: str
    instructions: tuple[Instruction, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The `FROM` lines: image as written, stage name or an empty string."""
        found = []
        for instruction in self.instructions:
            match = _FROM.match(instruction.value) if instruction.keyword == "FROM" else None
            if match:
                found.append(Stage(match.group(1), match.group(2) or "", instruction.span))
        return tuple(found)


def read_dockerfile(data: bytes, path: str = "Dockerfile") -> Dockerfile:
    """Raises SourceError where the file is not text."""
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise SourceError("is not valid UTF-8", line=data[: error.start].count(b"\n") + 1) from None
    found: list[Instruction] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            number += 1
            continue
        first = number
        parts: list[str] = []
        while number < len(lines):
            piece = lines[number]
            if piece.lstrip().startswith("#") and parts:
                number += 1
                continue
            continued = piece.rstrip().endswith("\\")
            parts.append(piece.rstrip().removesuffix("\\").strip())
            number += 1
            if not continued:
                break
        text = " ".join(part for part in parts if part)
        match = _INSTRUCTION.match(text)
        if match:
            last = lines[number - 1].rstrip()
            start = len(lines[first]) - len(lines[first].lstrip()) + 1
            span = Span(Position(first + 1, start), Position(number, len(last) + 1))
            found.append(Instruction(match.group(1).upper(), match.group(2), span))
            number = _after_heredoc(lines, number, match.group(2))
    return Dockerfile(path, tuple(found))


def _after_heredoc(lines: list[str], number: int, value: str) -> int:
    for mark in _HEREDOC.findall(value):
        end = next((n for n in range(number, len(lines)) if lines[n].strip() == mark), None)
        number = end + 1 if end is not None else number
    return number
