"""Suppressions in comments: `# mlsmith: ignore[EXP104] reason`, `# mlsmith: ignore-file[EXP104] reason`, `# noqa: EXP104`."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from mlsmith.finding import Position, Span
from mlsmith.sources.python import Cell

_CANDIDATE = re.compile(r"#\s*(?:mlsmith\s*:|noqa\s*:)", re.IGNORECASE)
_MLSMITH = re.compile(r"#\s*mlsmith\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_VERB = re.compile(r"(?P<verb>[\w-]+)\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)$")
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z][A-Z0-9]+(?:[\s,]+[A-Z][A-Z0-9]+)*)(?P<reason>.*)$", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z]{3}\d{0,3}$")
_HEAD = 20
"""`ignore-file` counts in the first lines only."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One suppression.

    `kind`: `line` (same line), `next` (alone on its line: the statement below), `file`, or `noqa`. `line` is 1-based and, in a
    notebook, counts inside cell `cell`; `text_line` counts in the joined text. `malformed` says what is wrong, empty if nothing is.
    """

    kind: str
    line: int
    text_line: int
    cell: int | None
    codes: tuple[str, ...]
    reason: str
    malformed: str
    span: Span

    def covers(self, code: str) -> bool:
        return any(code.startswith(wanted) for wanted in self.codes)


def read_directives(text: str, *, cells: Sequence[Cell] = (), language: str = "python") -> tuple[Directive, ...]:
    """All directives of a text, in order. `language` other than python: a comment starts at a `#` outside quotes."""
    if not _CANDIDATE.search(text):
        return ()
    comments = _python_comments(text) if language == "python" else _hash_comments(text)
    found = []
    for line, column, comment, alone in comments:
        directive = _directive(line, column, comment, alone, cells)
        if directive is not None:
            found.append(directive)
    return tuple(found)


def _python_comments(text: str) -> list[tuple[int, int, str, bool]]:
    """(line, 0-based column, comment, alone on its line) of the real comments: a `#` in a string is none."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and _CANDIDATE.match(token.string):
                found.append((token.start[0], token.start[1], token.string, not token.line[: token.start[1]].strip()))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    return found


def _hash_comments(text: str) -> list[tuple[int, int, str, bool]]:
    found = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        match = _CANDIDATE.search(line)
        if match and line[: match.start()].count('"') % 2 == 0 and line[: match.start()].count("'") % 2 == 0:
            found.append((number, match.start(), line[match.start() :], not line[: match.start()].strip()))
    return found


def _directive(line: int, column: int, comment: str, alone: bool, cells: Sequence[Cell]) -> Directive | None:
    ours = _MLSMITH.match(comment)
    if ours:
        kind, codes, reason, malformed = _ours(ours.group("rest").strip(), line, alone)
    else:
        noqa = _NOQA.match(comment)
        if not noqa:
            return None
        codes = tuple(code for code in re.split(r"[\s,]+", noqa.group("codes").upper()) if _CODE.match(code))
        if not codes:
            return None  # other tools' codes are theirs
        kind, reason, malformed = "noqa", noqa.group("reason").strip(" -:#"), ""
    cell, inside = _in_cell(line, cells)
    span = Span(Position(inside, column + 1), Position(inside, column + 1 + len(comment.rstrip())), cell)
    return Directive(kind, inside, line, cell, codes, reason, malformed, span)


def _ours(rest: str, line: int, alone: bool) -> tuple[str, tuple[str, ...], str, str]:
    match = _VERB.match(rest)
    if not match:
        return "line", (), "", "says nothing after `mlsmith:`"
    verb, listed, reason = match.group("verb"), match.group("codes"), match.group("reason").strip(" -:#")
    if verb not in ("ignore", "ignore-file"):
        return "line", (), reason, f'has the unknown verb "{verb}" (known: ignore, ignore-file)'
    kind = "file" if verb == "ignore-file" else "next" if alone else "line"
    codes = tuple(code.strip().upper() for code in (listed or "").split(",") if code.strip())
    wrong = [code for code in codes if not _CODE.match(code)]
    if not codes:
        return kind, (), reason, f"names no rule: write `{verb}[CODE] reason`"
    if wrong:
        return kind, tuple(code for code in codes if code not in wrong), reason, f'names "{wrong[0]}", which is no rule code'
    if kind == "file" and line > _HEAD:
        return kind, (), reason, f"stands below line {_HEAD}, where `ignore-file` has no effect"
    return kind, codes, reason, ""


def _in_cell(line: int, cells: Sequence[Cell]) -> tuple[int | None, int]:
    if not cells:
        return None, line
    cell = cells[max(0, bisect_right([c.first_line for c in cells], line) - 1)]
    return cell.index, line - cell.first_line + 1
