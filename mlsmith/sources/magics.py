"""A notebook's cell as plain Python: what IPython adds is replaced, every line keeps its number.

Where a magic runs Python on its own line (`%time fit()`), that Python stays, at its column.
"""

from __future__ import annotations

import re

from mlsmith.regex import regex
from mlsmith.sources.python import parsed

Magic = tuple[int, str]
"""1-based line in the cell, and the text of the magic, shell escape or request for help."""

_BARE = r"[ \t]*(?:pip3?|conda|mamba|ls|ll|cd|cp|mv|rm|rmdir|mkdir|cat|less|man|load_ext|matplotlib|timeit|time)[ \t]+[^=\s]"
"""IPython runs these without a `%`, too, where they are no Python."""
_BARE_MAGIC = regex(_BARE)
_CANDIDATE = regex(rf"^[ \t]*[%!?/,;]|\?|=[ \t]*[!%](?!=)|^{_BARE}", re.MULTILINE)
_ESCAPE = regex(r"([ \t]*)(?:%{1,2}|!{1,2}|\?{1,2}|[/,;](?=\w))")
_ASSIGNED = regex(r"([ \t]*[\w.,\[\]'\" \t*()]+?=[ \t]*)([!%])(?!=)(.*)\Z")
_RUNS_PYTHON = regex(r"%(?:time|timeit|prun|memit|snakeviz|pyinstrument)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+")
_CELL = regex(r"[ \t]*%%(\w+)")
_WHOLE = regex(r"[ \t]*%(?:md|markdown|sql|scala|r|sh|fs|html|bash|javascript|latex)\b")
"""Databricks writes the language of a whole cell as a line magic."""
_PYTHON_CELLS = frozenset({
    "time", "timeit", "capture", "prun", "px", "memit", "mprun", "lprun", "output", "wandb", "matplotlib", "debug",
    "skip", "snakeviz", "scalene", "pyinstrument", "heat", "autoreload", "ipytest", "cache", "local", "spark", "pyspark",
})  # fmt: skip
_TOKEN = regex(
    r"""(?P<comment>\#.*)
    | (?P<triple>\"{3}|'{3})
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<opening>[(\[{]) | (?P<closing>[)\]}])
    | (?P<help>\?) | (?P<continues>\\\Z) | (?P<plain>[^\#"'()\[\]{}?\\]+|.)""",
    re.VERBOSE,
)


def plain_python(source: str) -> tuple[list[str], tuple[Magic, ...]]:
    """The lines of a cell as Python, and what was replaced. The cell ends lines with `\\n`."""
    lines = source.replace("\0", " ").split("\n")
    if not _CANDIDATE.search(source) or _parses("\n".join(lines)):
        return lines, ()
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    cell_magic = _CELL.match(lines[first])
    if cell_magic:
        named: Magic = (first + 1, lines[first].strip())
        if cell_magic.group(1) not in _PYTHON_CELLS:
            return _comments(lines), (named,)
        rest, magics = _replaced(["", *lines[first + 1 :]])
        above = [*lines[:first], f"# {lines[first]}"]
        return [*above, *rest[1:]], (named, *((number + first, text) for number, text in magics))
    plain, magics = _replaced(lines)
    if _WHOLE.match(lines[first]) and not _parses("\n".join(plain)):
        return _comments(lines), (magics[0],)
    return plain, tuple(magics)


def _replaced(lines: list[str]) -> tuple[list[str], list[Magic]]:
    plain: list[str] = []
    magics: list[Magic] = []
    state = _State()
    in_magic = False
    for number, line in enumerate(lines, 1):
        if in_magic:
            plain.append(f"# {line}")
        elif (new := _without_magic(line, state)) is not None:
            plain.append(new)
            magics.append((number, line.strip()))
        else:
            state.read(line)
            plain.append(line)
            continue
        in_magic = line.rstrip().endswith("\\")
    return plain, magics


def _without_magic(line: str, state: _State) -> str | None:
    """What stands for a line that is a magic; None for a line of Python."""
    if not state.is_between_statements or not line.strip():
        return None
    escape = _ESCAPE.match(line)
    if escape:
        indent = escape.group(1)
        return _python_of(line[len(indent) :], indent) or _passed(line)
    assigned = _ASSIGNED.match(line)
    if assigned:
        return f"{assigned.group(1)}None  # {assigned.group(2)}{assigned.group(3)}"
    if "?" in line and _State().read(line):
        return _passed(line)
    if _BARE_MAGIC.match(line) and not _parses(line.strip()):
        return _passed(line)
    return None


def _passed(line: str) -> str:
    return f"{line[: len(line) - len(line.lstrip())]}pass  # {line.strip()}"


def _python_of(magic: str, indent: str) -> str | None:
    """The Python that a line magic runs, at the column where it stands."""
    match = _RUNS_PYTHON.match(magic)
    if not match or magic.rstrip().endswith("\\"):
        return None
    line = "pass;".ljust(match.end()) + magic[match.end() :]
    return indent + line if magic[match.end() :].strip() and _parses(line) else None


class _State:
    """What is open at the end of a line: brackets, a string of many lines, a continuation."""

    def __init__(self) -> None:
        self._depth = 0
        self._quotes = ""
        self._continues = False

    @property
    def is_between_statements(self) -> bool:
        return self._depth <= 0 and not self._quotes and not self._continues

    def read(self, line: str) -> bool:
        """Take in one line. Whether a `?` stands outside of strings and comments."""
        asks, at, self._continues = False, 0, False
        while at < len(line):
            if self._quotes:
                at = self._past_string(line, at)
                continue
            token = _TOKEN.match(line, at)
            if token is None:
                break
            at, kind = token.end(), token.lastgroup
            self._depth += (kind == "opening") - (kind == "closing")
            if kind == "triple":
                self._quotes = token.group()
            asks = asks or kind == "help"
            self._continues = kind == "continues"
        return asks

    def _past_string(self, line: str, at: int) -> int:
        end = re.compile(rf"(?:[^\\]|\\.)*?{self._quotes}").match(line, at)
        if not end:
            return len(line)
        self._quotes = ""
        return end.end()


def _comments(lines: list[str]) -> list[str]:
    return [f"# {line}" for line in lines]


def _parses(text: str) -> bool:
    try:
        parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
