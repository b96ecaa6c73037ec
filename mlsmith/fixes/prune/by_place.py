"""Whether a command line may give a parameter by its place, as fire allows for all of them: `python train.py data.csv True`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.passed import programs_of
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.regex import regex
from mlsmith.rules.kit.definitions import Parameter
from mlsmith.rules.kit.module import Module

_STARTED = regex(r"\b(?:python[\d.]*|torchrun|launch|run)\b|\.py\b|^\s*[$>!%]")
_CONTINUED = regex(r"\\\r?\n")
_ENDS = regex(r"[;&|`#>)]")


def refuse_by_place(sight: Sight, module: Module, parameter: Parameter) -> None:
    """Raises Refusal where a command line may give the parameter by its place, as fire allows."""
    if parameter.kind != "positional":
        return
    words = "|".join(map(re.escape, sorted(programs_of(sight, [module.name]))))
    started = re.compile(rf"(?<![\w-])(?:{words})(?:\.py)?[\"']?,?(?=\s)(.*)")
    for path in sight.paths:
        for line, text in _lines(sight, path):
            for found in started.finditer(text) if _STARTED.search(text) else ():
                if _given_by_place(_ENDS.split(found[1])[0]) > parameter.position:
                    raise Refusal(f"a command line may give `{parameter.name}` by its place", path, line, sort="option passed")


def _lines(sight: Sight, path: str) -> Iterator[tuple[int, str]]:
    """Lines that may start a program, those that are continued as one; of Python, texts and lists of texts."""
    module = sight.module(path) if kind_of(path) == "python" else None
    if module is None:
        if kind_of(path) is not None:
            yield from _joined(1, sight.text(path))
        return
    for text in module.syntax.strings:
        up: Any = text.up  # type: ignore[attr-defined]
        if isinstance(up, (ast.List, ast.Tuple)):
            words = [str(item.value) if isinstance(item, ast.Constant) else "*" for item in up.elts]
            yield text.lineno, " ".join(["python", *words])
        elif isinstance(text.value, str):
            yield from _joined(text.lineno, text.value)


def _joined(first: int, text: str) -> Iterator[tuple[int, str]]:
    number = first
    for line in _CONTINUED.sub("\0", text).split("\n"):
        yield number, line.replace("\0", " ")
        number += 1 + line.count("\0")


def _given_by_place(line: str) -> int:
    """How many words of a command line may be given by place: all but options, and the word after one, which is its value."""
    words = line.split()
    return sum(
        not word.startswith("-") and not (before.startswith("-") and "=" not in before)
        for before, word in zip(["", *words], words, strict=False)
    )
