"""Patterns of .gitignore files, as git reads them, without git: so that a tree is the same inside a
repository and outside.
"""

from __future__ import annotations

import re

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "digit": "0-9", "lower": "a-z", "space": "\\s",
    "upper": "A-Z", "xdigit": "0-9a-fA-F", "punct": "!-/:-@\\[-`{-~",
}  # fmt: skip


class Patterns:
    """The patterns of one file (or of one setting), relative to the folder it stands in."""

    def __init__(self, text: str) -> None:
        rules = [rule for rule in map(_rule, text.split("\n")) if rule is not None]
        self._rules = [(re.compile(regex, re.S), negated, folders) for regex, negated, folders in rules]
        self._negates = any(negated for _, negated, _ in rules)
        self._folder = _any_of([regex for regex, _, _ in rules])
        self._file = _any_of([regex for regex, _, folders in rules if not folders])

    def decide(self, path: str, *, folder: bool) -> bool | None:
        """True: ignored; False: taken back by `!`; None: not mentioned. `path` is relative, with `/`."""
        quick = self._folder if folder else self._file
        if quick is None or not quick.match(path):
            return None
        if not self._negates:
            return True
        for regex, negated, folders in reversed(self._rules):
            if (folder or not folders) and regex.match(path):
                return not negated
        return None


class Stack:
    """The patterns that hold inside one folder: its own and those of every folder above it, the nearest
    last.
    """

    def __init__(self, layers: tuple[tuple[int, str, Patterns], ...] = ()) -> None:
        self._layers = layers

    def below(self, folder: str, patterns: Patterns) -> Stack:
        """This stack and the patterns that stand in `folder` (relative to the root, empty for the root)."""
        return Stack((*self._layers, (len(folder) + 1 if folder else 0, "", patterns)))

    def above(self, prefix: str, patterns: Patterns) -> Stack:
        """This stack and patterns from a folder above the root; `prefix` leads from there to the root."""
        return Stack((*self._layers, (0, prefix, patterns)))

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether a path, relative to the root, is ignored. Its parents are taken not to be."""
        for cut, prefix, patterns in reversed(self._layers):
            decided = patterns.decide(prefix + path[cut:], folder=folder)
            if decided is not None:
                return decided
        return False


def _any_of(regexes: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{regex})" for regex in regexes), re.S) if regexes else None


def _rule(line: str) -> tuple[str, bool, bool] | None:
    """(regex of the relative path, negated, folders only), or None for blank lines and comments."""
    line = line.removesuffix("\r")
    line = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line)
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    if negated:
        line = line[1:]
    folders = line.endswith("/")
    if folders:
        line = line[:-1]
    if not line:
        return None
    anchored = "/" in line
    line = line.removeprefix("/")
    regex = _translate(line)
    if regex is None:
        return None
    return (regex if anchored else f"(?:.*/)?{regex}") + r"\Z", negated, folders


def _translate(glob: str) -> str | None:
    """A regex for a glob in which `*` stops at `/` and `**` does not. None where git would never match it."""
    out, at, end = [], 0, len(glob)
    while at < end:
        char = glob[at]
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            out.append("(?:.*/)?")
            at += 3
        elif glob.startswith("**", at) and at + 2 == end and (at == 0 or glob[at - 1] == "/"):
            out.append(".+")
            at += 2
        elif char == "*":
            out.append("[^/]*")
            at += 1
        elif char == "?":
            out.append("[^/]")
            at += 1
        elif char == "[":
            found = _character_class(glob, at)
            if found is None:
                return None
            text, at = found
            out.append(text)
        elif char == "\\":
            if at + 1 == end:
                return None
            out.append(re.escape(glob[at + 1]))
            at += 2
        else:
            out.append(re.escape(char))
            at += 1
    return "".join(out)


def _character_class(glob: str, at: int) -> tuple[str, int] | None:
    """The regex of the bracket expression at `at`, and where it ends; None where it never closes."""
    start = at + 1
    negated = glob[start : start + 1] in ("!", "^")
    at = start + 1 if negated else start
    inside, first = [], True
    while at < len(glob) and (first or glob[at] != "]"):
        first = False
        if glob.startswith("[:", at) and (close := glob.find(":]", at)) > 0:
            known = _CLASSES.get(glob[at + 2 : close])
            if known is None:
                return None
            inside.append(known)
            at = close + 2
            continue
        if glob[at] == "\\" and at + 1 < len(glob):
            at += 1
            inside.append(re.escape(glob[at]))
        else:
            inside.append("-" if glob[at] == "-" else re.escape(glob[at]))
        at += 1
    if at >= len(glob):
        return None
    body = "".join(inside)
    try:
        re.compile(f"[{body}]")
    except re.error:
        return None
    return f"(?![/])[{'^' if negated else ''}{body}]", at + 1
