"""Python 2 put the way of Python 3, line for line: what most of the old files need to be read."""

from __future__ import annotations

import io
import re
import tokenize

from mlsmith.regex import regex

_CAUGHT = regex(r"^([ \t]*except\s+[\w.()\s,]+?)\s*,\s*(\w+)\s*:", re.MULTILINE)
_INDENTED = regex(r"^ *\t[ \t]*", re.MULTILINE)
"""Where blanks and tabulators are mixed, one reaches to the next column that eight divides"""
_RAISED = regex(r"^([ \t]*raise\s+[\w.]+)[ \t]*,[ \t]*([^\n#]+)", re.MULTILINE)
_BEFORE_A_STATEMENT = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.COMMENT})
_ENDS = frozenset({tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER, tokenize.NL})

Place = tuple[int, int]


def in_newer_syntax(text: str) -> str | None:
    """The same lines with the indentation, `print`, `except` and `raise` of Python 3; None where there is no sense in them."""
    text = _INDENTED.sub(lambda match: match[0].expandtabs(), text)
    known = _RAISED.sub(r"\1(\2)", _CAUGHT.sub(r"\1 as \2:", text))
    try:
        insertions = dict(_brackets(list(tokenize.generate_tokens(io.StringIO(known).readline))))
    except (tokenize.TokenError, SyntaxError):
        return None
    lines = known.split("\n")
    for (line, column), (bracket, skipped) in sorted(insertions.items(), reverse=True):
        lines[line - 1] = lines[line - 1][:column] + bracket + lines[line - 1][column + skipped :]
    return "\n".join(lines)


def _brackets(tokens: list[tokenize.TokenInfo]) -> list[tuple[Place, tuple[str, int]]]:
    """Where the brackets of calls of `print` go, and how many characters they take the place of."""
    found: list[tuple[Place, tuple[str, int]]] = []
    depth = 0
    for number, token in enumerate(tokens[:-1]):
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        before = tokens[number - 1] if number else None
        begins = before is None or before.type in _BEFORE_A_STATEMENT or before.string in (":", ";")
        if depth or not begins or token.string != "print" or token.type != tokenize.NAME or tokens[number + 1].string in ("=", ".", ","):
            continue
        last = _end(tokens, number + 1)
        if last == number:
            found.append((token.end, ("()", 0)))
            continue
        after = tokens[number + 1]
        if after.string == "(" and _closes(tokens, number + 1) == last:
            continue  # It is written as a call already.
        redirected = after.string == ">>"
        found.append((token.end, ("(", after.end[1] - token.end[1] if redirected else 0)))
        comma = tokens[last].string == "," and last > number
        found.append((tokens[last].start if comma else tokens[last].end, (")", 1 if comma else 0)))
    return found


def _end(tokens: list[tokenize.TokenInfo], first: int) -> int:
    """The last token of the statement that goes on there; the one before where nothing follows."""
    depth = 0
    for number in range(first, len(tokens)):
        token = tokens[number]
        if depth == 0 and (token.type in _ENDS or token.string == ";"):
            return number - 1
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
    return len(tokens) - 1


def _closes(tokens: list[tokenize.TokenInfo], first: int) -> int:
    """The bracket that closes the one there."""
    depth = 0
    for number in range(first, len(tokens)):
        token = tokens[number]
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if depth == 0:
            return number
    return first
