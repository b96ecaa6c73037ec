"""DEX105."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mlsmith.regex import regex
from mlsmith.rules.kit import Edit, Finding, Fix, Module, Place, Position, Rule, Safety, Severity, Span, parsed

_STARTING = "|".join((*keyword.kwlist, *keyword.softkwlist))
_JOINING = "and|as|else|for|from|if|import|in|is|not|or"
_NO_CODE = regex(r"^\s*#\s*(!|%%|type:|noqa|pylint|mypy|fmt:|isort|coding|-\*-|mlsmith:|pragma|>>>|\.\.\.|region|endregion|In\[)", re.I)
_PROSE = regex(rf"\s*(?!(?:{_STARTING})\b)[^\W\d]\w* +(?!(?:{_JOINING})\b)[^\W\d]")
"""Two words side by side, which no statement begins with unless one of them is Python's: parsing costs more"""
_MARKER = regex(r"^\s*#(?!:)")
_EXAMPLE = regex(r"\b(example|usage|e\.g\.|for instance|equivalent|sample|copyright|licen[cs]e|format|returns?|args|schema|output)\b", re.I)

_DOING = (
    ast.Assign,
    ast.AugAssign,
    ast.For,
    ast.While,
    ast.If,
    ast.With,
    ast.Try,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Return,
    ast.Import,
    ast.ImportFrom,
)


class CommentedOutCode(Rule):
    """Code that was commented out and stayed.

    ## What it finds
    Three or more lines of comment, one below the other, that are Python with a call, an assignment, a loop or a definition in them.

    ## Why it is debt
    It was an experiment. Nobody knows whether it worked, nobody dares to delete it, and it no longer runs against what is around it
    (Arpteg et al. 2018, experiment management; Sculley et al. 2015, dead experimental code paths).

    ## Bad
    ```python
    def build(x):
        # h = Dense(64)(x)  # finding: DEX105
        # h = Dropout(0.5)(h)
        # h = Dense(1)(h)
        return Dense(1)(x)
    ```

    ## Good
    ```python
    def build(x):
        return Dense(1)(x)
    ```

    ## Fix
    Safe: comments are not run. Not in notebooks.
    ```python
    def build(x):
        return Dense(1)(x)
    ```

    ## When it stays silent
    For examples of use, licences and tables; for blocks with a line that is not Python; for markers of cells and tools; for one or two lines,
    of which ruff's ERA001 speaks.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 5.
    """

    code = "DEX105"
    severity = Severity.INFO
    minutes = 10

    def python(self, module: Module) -> Iterator[Finding]:
        for start, end in _blocks(module.comment_lines):
            found = _code_in(tuple(module.source.lines[start - 1 : end]))
            if found is None or any(opened < start + found[0] <= closed for opened, closed in _texts(module)):
                continue
            first, last = start + found[0], start + found[1]
            yield self.finding(
                _place(module, first, last), f"{last - first + 1} lines of code are commented out here",
                advice="delete them: the history keeps what they were", fix=_removal(module, first, last),
            )  # fmt: skip


def _texts(module: Module) -> list[tuple[int, int]]:
    """Lines that strings of several lines take."""
    return [(n.lineno, n.end_lineno or n.lineno) for n in module.syntax.strings if n.lineno != (n.end_lineno or n.lineno)]


def _blocks(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last line of each three and more lines of comment without another between."""
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            if index - start >= 2:
                yield numbers[start], number
            start = index + 1


@lru_cache(maxsize=1_000)
def _code_in(lines: tuple[str, ...]) -> tuple[int, int] | None:
    """The first and last line (from 0) of the longest end of a block of comments that is code; a heading in words may stand above it.
    Most blocks are licences, the same in file after file."""
    if not any("(" in line or "=" in line for line in lines):
        return None
    if _PROSE.match(_MARKER.sub("", lines[-1])) or any(_NO_CODE.match(line) for line in lines):
        return None
    bare = [_MARKER.sub("", line) for line in lines]
    for start in (0, 1, 2):
        if len(bare) - start < 3 or (start and _EXAMPLE.search(lines[start - 1])):
            return None
        if _PROSE.match(bare[start]):
            continue
        if _is_code("\n".join(bare[start:])):
            return (start, len(lines) - 1)
    return None


def _is_code(text: str) -> bool:
    import textwrap

    try:
        tree = parsed(textwrap.dedent(text.replace("\t", "    ")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    doing = [node for node in tree.body if isinstance(node, _DOING) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))]
    active = [node for node in doing if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return len(doing) == len(tree.body) and bool(active)


def _place(module: Module, first: int, last: int) -> Place:
    text = module.source.lines[first - 1]
    column = len(text) - len(text.lstrip()) + 1
    span = module.source.localise(Position(first, column), Position(first, len(text) + 1))
    place = Place.of_line(module.path, (first, column, first, len(text) + 1), "\n".join(module.source.lines[first - 1 : last]))
    return Place(module.path, span, place.scope, place.symbol, place.anchor)


def _removal(module: Module, first: int, last: int) -> Fix | None:
    """Whole lines; in a notebook a cell's last line keeps its end, so nothing is removed there."""
    if module.notebook is not None:
        return None
    span = Span(Position(first, 1), Position(last + 1, 1))
    return Fix("delete the commented-out code", Safety.SAFE, (Edit(span, ""),)) if last < len(module.source.lines) else None
