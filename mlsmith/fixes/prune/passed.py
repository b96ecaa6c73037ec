"""Whether anything in the project passes an option: scripts, documents, notebooks, texts in code."""

from __future__ import annotations

import ast
import re
from typing import Any

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.rules.kit.module import Module


def refuse_passed(sight: Sight, spelt: set[str], declared: list[tuple[Module, ast.Call | None]]) -> None:
    """Raises Refusal where a script, a document, a notebook or a text in code passes the option."""
    ours = {id(call) for _, call in declared}
    programs = {module.name.rpartition(".")[2] for module, _ in declared}
    for option in sorted(spelt):
        long = option.startswith("--")
        pattern = re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])" if long else rf"(?<![\w-]){re.escape(option)}(?=[\s=\"']|\Z)")
        for path in sight.paths:
            kind = kind_of(path)
            if kind == "python":
                module = sight.module(path) if option.encode() in sight.data(path) else None
                for text in module.syntax.strings if module is not None else ():
                    if isinstance(text.value, str) and pattern.search(text.value) and not stands_in(text, ours):
                        raise Refusal(f"`{option}` is passed, or written of, here", path, text.lineno, sort="option passed")
            elif long or (kind == "text" and programs & set(sight.words(path))):
                for number, line in enumerate(sight.text(path).split("\n"), 1):
                    if pattern.search(line):
                        raise Refusal(f"`{option}` is passed, or written of, here", path, number, sort="option passed")


def stands_in(node: ast.AST, owners: set[int]) -> bool:
    """Whether a node is part of one of the expressions, which are known by their ids."""
    up: Any = node
    while up is not None and not isinstance(up, ast.stmt):
        if id(up) in owners:
            return True
        up = up.up
    return False
