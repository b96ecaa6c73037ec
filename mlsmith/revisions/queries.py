"""SQL compared as what it asks for: comments, white space and the letter case of reserved words are no change, anything else is.

Names of columns and functions keep their case: some engines give it back as the name of the result's column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex

_TOKEN = regex(
    r"(?P<comment>--[^\n]*|/\*(?!!).*?\*/|\{#.*?#\})"
    r"|(?P<whole>\$\$.*?\$\$|\{\{.*?\}\}|\{%.*?%\}|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\"|`[^`]*`)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<rest>\d[\w.]*|%\(\w+\)s|[:$@]\w+|<=|>=|<>|!=|\|\||::|->>?|[^\s])",
    re.DOTALL,
)
_RESERVED = frozenset({
    "ALL", "ALTER", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CREATE", "CROSS", "DELETE", "DESC", "DISTINCT",
    "DROP", "ELSE", "END", "EXCEPT", "EXISTS", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER", "INSERT",
    "INTERSECT", "INTO", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NOT", "NULL", "ON", "OR", "ORDER", "OUTER", "OVER",
    "PARTITION", "RIGHT", "SELECT", "SET", "TABLE", "THEN", "UNION", "UPDATE", "USING", "VALUES", "VIEW", "WHEN",
    "WHERE", "WITH",
})  # fmt: skip
_CLAUSES = frozenset({"SELECT", "FROM", "JOIN", "ON", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "SET", "VALUES", "WITH", "INTO"})
_BEGINS = regex(
    r"\s*(?:--[^\n]*\s+)*(?:SELECT\b.*?\bFROM\b|WITH\s+\w+\s+AS\s*\(|INSERT\s+INTO\s|UPDATE\s+[\w.\"`]+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+)?(?:TABLE|VIEW)\s|MERGE\s+INTO\s)",
    re.IGNORECASE | re.DOTALL,
)
_PROSE = 3
"""So many bare words in a row stand in prose, never in SQL"""
_SHOWN = 6
"""From so many places of one statement on, the statement is shown as one change"""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    line: int


def is_query(text: str) -> bool:
    """Whether a text is SQL, and not a sentence that begins like it."""
    if len(text) < 12 or not _BEGINS.match(text):
        return False
    bare = 0
    for token in _tokens(text):
        bare = bare + 1 if token.text.isidentifier() and token.text not in _RESERVED else 0
        if bare == _PROSE:
            return False
    return True


def normal_query(text: str) -> str:
    """One text for all layouts of a query."""
    return " ".join(token.text for token in _tokens(text))


def query_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Changes of the statements of an SQL file, by line."""
    ours, theirs = (_statements(data) for data in (old, new))
    changes: list[Change] = []
    before, after = ([" ".join(t.text for t in statement) for statement in side] for side in (ours, theirs))
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        for number in range(max(i2 - i1, j2 - j1)):
            one = ours[i1 + number] if i1 + number < i2 else []
            other = theirs[j1 + number] if j1 + number < j2 else []
            for subject, was, now, line in differing_parts(one, other):
                changes.append(_change(path, line, subject, was, now, moved_from))
    return tuple(changes)


def parts_of_texts(old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    """What differs between two queries that stand in strings: (statement and clause, old, new)."""
    return [(subject, was, now) for subject, was, now, _ in differing_parts(list(_tokens(old)), list(_tokens(new)))]


def differing_parts(old: list[Token], new: list[Token]) -> Iterator[tuple[str, str | None, str | None, int]]:
    """(statement and clause, old text, new text, line) of each run of tokens that differs; of a rewritten statement one."""
    before, after = ([token.text for token in side] for side in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if not old or not new or len(found) > _SHOWN or matcher.ratio() < 0.5:
        there = new or old
        yield _title(there), _joined(old), _joined(new), there[0].line
        return
    for _, i1, i2, j1, j2 in found:
        place = new[min(j1, len(new) - 1)] if j1 < j2 else old[i1]
        clause = next((t.text for t in reversed(new[: j1 + 1]) if t.text in _CLAUSES), "")
        title = _title(new)
        yield f"{title}: {clause}" if clause else title, _joined(old[i1:i2]), _joined(new[j1:j2]), place.line


def _statements(data: bytes | None) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for token in _tokens((data or b"").decode("utf-8-sig", "replace")):
        if token.text == ";":
            found.append([])
        else:
            found[-1].append(token)
    return [statement for statement in found if statement]


def _tokens(text: str) -> Iterator[Token]:
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        if match.lastgroup == "comment":
            continue
        word = match[0]
        if match.lastgroup == "word" and word.upper() in _RESERVED:
            word = word.upper()
        elif match.lastgroup == "whole" and word.startswith("{"):
            word = " ".join(word.split())
        yield Token(word, line)


def _title(statement: list[Token]) -> str:
    """What a statement does, and to which table first: `SELECT FROM payments`."""
    texts = [token.text for token in statement]
    for number, text in enumerate(texts[:-1]):
        if text in ("FROM", "INTO", "UPDATE", "TABLE", "VIEW") and texts[number + 1] not in _RESERVED and texts[number + 1] != "(":
            dotted = texts[number + 2 : number + 3] == ["."]
            return f"{texts[0]} {text} {_joined(statement[number + 1 : number + (4 if dotted else 2)])}"
    return texts[0]


def _joined(tokens: list[Token]) -> str | None:
    if not tokens:
        return None
    text = re.sub(r"__\d+__", "{…}", " ".join(token.text for token in tokens))
    text = re.sub(r" ?([.,()]|::) ?", lambda match: {",": ", "}.get(match[1], match[1]), text).strip()
    return text if len(text) <= 120 else f"{text[:117]}…"


def _change(path: str, line: int, subject: str, old: str | None, new: str | None, moved_from: str | None) -> Change:
    return Change(
        component=Component.DATA, kind="query", path=path, line=line, symbol="", subject=subject, old=old, new=new,
        significance=Significance.HIGH, moved_from=moved_from,
    )  # fmt: skip
