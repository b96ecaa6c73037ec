"""Suppressions in comments: `# mlsmith: ignore[EXP104] reason`, `# mlsmith: ignore-file[EXP104] reason`, `# noqa: EXP104`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mlsmith.finding import Position, Span
from mlsmith.regex import regex
from mlsmith.sources.python import Cell, split_lines
from mlsmith.sources.quoted import quoted

_START = regex(r"(?<!\S)#\s*(?:mlsmith\s*:|noqa\s*:)", re.IGNORECASE)
_ANY = regex(r"mlsmith|noqa", re.IGNORECASE)
_CANDIDATE = regex(r"#[ \t]*(?:mlsmith[ \t]*:|noqa[ \t]*:.*?\b[A-Z]{3}[0-9])", re.IGNORECASE)
_MLSMITH = regex(r"#\s*mlsmith\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_VERB = regex(r"(?P<verb>[\w-]+)\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)$")
_NOQA = regex(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)(?P<reason>.*)$", re.IGNORECASE)
_CODE = regex(r"[A-Z]{3}[0-9]{0,3}\Z")
_OTHER_COMMENT = regex(r"\s#\s.*")
_HEAD = 20
"""`ignore-file` counts in the first lines, and further down as long as no statement has come."""
_NO_STATEMENT = frozenset({
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.INDENT, tokenize.DEDENT, tokenize.STRING,
})  # fmt: skip


class Directive(NamedTuple):
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


class _Comment(NamedTuple):
    """Line 1-based, column 0-based; `alone` on its line; `on_top`: where `ignore-file` counts."""

    line: int
    column: int
    text: str
    alone: bool
    on_top: bool


def read_directives(
    text: str,
    *,
    cells: Sequence[Cell] = (),
    language: str = "python",
    strings: Sequence[ast.Constant] | None = None,
    tree: ast.Module | None = None,
) -> tuple[Directive, ...]:
    """All directives of a text, in order. `language` other than python: a comment starts at a `#` outside of strings,
    which YAML and TOML spread over several lines.

    Where the text has been parsed already, `tree` is its tree and `strings` are the constants in it: then no tokenizer is needed to tell a
    comment from a string.
    """
    if not _CANDIDATE.search(text):
        return ()
    if language != "python":
        comments = _hash_comments(text, language)
    else:
        comments = _python_comments(text) if tree is None else _comments_outside(text, strings or (), _first_statement(tree))
    firsts = [cell.first_line for cell in cells]
    found = []
    for comment in comments:
        for part in _parts(comment):
            cell = cells[max(0, bisect_right(firsts, part.line) - 1)] if cells else None
            directive = _directive(part, cell)
            if directive is not None:
                found.append(directive)
    return tuple(found)


def _python_comments(text: str) -> Iterator[_Comment]:
    """The real comments: a `#` in a string is none. Up to where the text is no Python."""
    has_statement = False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                on_top = line <= _HEAD or not has_statement
                yield _Comment(line, column, token.string, not token.line[:column].strip(), on_top)
            elif token.type not in _NO_STATEMENT:
                has_statement = True
    except (tokenize.TokenError, SyntaxError):
        return


def _first_statement(tree: ast.Module) -> int:
    """The line of the first statement that is no string; 0 where there is none."""
    plain = (n for n in tree.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) and isinstance(n.value.value, str)))
    return next((node.lineno for node in plain), 0)


def _comments_outside(text: str, strings: Sequence[ast.Constant], first: int) -> Iterator[_Comment]:
    """The comments that may hold a directive: those lines on which a `#` begins one outside of every string."""
    lines = split_lines(text)
    inside: dict[int, list[tuple[int, int]]] = {}
    for node in strings:
        last = node.end_lineno or node.lineno
        for number in range(node.lineno, last + 1):
            start = node.col_offset if number == node.lineno else 0
            inside.setdefault(number, []).append((start, (node.end_col_offset or 0) if number == last else 1 << 30))
    for number, line in enumerate(lines, 1):
        if "#" not in line or not _ANY.search(line):
            continue
        column = _comment_start(line, inside.get(number, ()))
        if column >= 0 and _START.search(line[column:]):
            yield _Comment(number, column, line[column:], not line[:column].strip(), number <= _HEAD or not first or number < first)


def _comment_start(line: str, inside: Iterable[tuple[int, int]]) -> int:
    """The first `#` of a line that stands in no string (places in UTF-8 bytes, as `ast` counts); -1 where there is none."""
    at = line.find("#")
    while at >= 0:
        place = at if line.isascii() else len(line[:at].encode("utf-8", "surrogatepass"))
        if not any(start <= place < end for start, end in inside):
            return at
        at = line.find("#", at + 1)
    return -1


def _hash_comments(text: str, language: str) -> Iterator[_Comment]:
    """The comments that may hold a directive: a `#` in a string, of however many lines, begins none."""
    strings = quoted(text, language)
    starts = [start for start, _ in strings]
    offset = 0
    for number, line in enumerate(re.split(r"(\r\n|\r|\n)", text)):
        match = _START.search(line) if number % 2 == 0 else None
        while match:
            at = bisect_right(starts, offset + match.start()) - 1
            if at < 0 or offset + match.start() >= strings[at][1]:
                column = match.start()
                yield _Comment(number // 2 + 1, column, line[column:], not line[:column].strip(), number // 2 < _HEAD)
                break
            match = _START.search(line, match.end())
        offset += len(line)


def _parts(comment: _Comment) -> Iterator[_Comment]:
    """A comment may hold several directives, and other tools' remarks before them."""
    starts = [match.start() for match in _START.finditer(comment.text)]
    for start, end in pairwise([*starts, len(comment.text)]):
        yield comment._replace(column=comment.column + start, text=comment.text[start:end].rstrip())


def _directive(comment: _Comment, cell: Cell | None) -> Directive | None:
    ours = _MLSMITH.match(comment.text)
    if ours:
        kind, codes, reason, malformed = _ours(ours.group("rest").strip(), comment)
    else:
        noqa = _NOQA.match(comment.text)
        codes = tuple(code for code in re.split(r"[\s,]+", noqa.group("codes").upper()) if _CODE.match(code)) if noqa else ()
        if not noqa or not codes:
            return None  # Other tools' codes are theirs.
        kind, reason, malformed = "noqa", _reason(noqa.group("reason")), ""
    inside = comment.line - cell.first_line + 1 if cell is not None else comment.line
    start, end = Position(inside, comment.column + 1), Position(inside, comment.column + 1 + len(comment.text))
    span = Span(start, end, cell.index if cell is not None else None)
    return Directive(kind, inside, comment.line, span.cell, codes, reason, malformed, span)


def _ours(rest: str, comment: _Comment) -> tuple[str, tuple[str, ...], str, str]:
    """Kind, codes, reason, and what is wrong."""
    match = _VERB.match(rest)
    if not match:
        return "line", (), "", "says nothing after `mlsmith:`"
    verb, reason = match.group("verb"), _reason(match.group("reason"))
    if verb not in ("ignore", "ignore-file"):
        return "line", (), reason, f'has the unknown verb "{verb}" (known: ignore, ignore-file)'
    kind = "file" if verb == "ignore-file" else "next" if comment.alone else "line"
    listed = tuple(code.upper() for code in re.split(r"[\s,]+", match.group("codes") or "") if code)
    codes = tuple(code for code in listed if _CODE.match(code))
    wrong = next((code for code in listed if code not in codes), None)
    if not listed:
        return kind, (), reason, f"names no rule: write `{verb}[CODE] reason`"
    if wrong is not None:
        return kind, codes, reason, f'names "{wrong}", which is no rule code'
    if kind == "file" and not comment.on_top:
        return kind, (), reason, f"stands below line {_HEAD} and a statement, where `ignore-file` has no effect"
    return kind, codes, reason, ""


def _reason(text: str) -> str:
    return _OTHER_COMMENT.sub("", f" {text}").strip(" -:#")
