"""Functions that fire or tyro makes a program of: `fire.Fire(main)`, `fire.Fire({"train": main})`, `tyro.cli(main)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.rules.kit.definitions import Function
from mlsmith.rules.kit.module import Module

RUNNERS = ("fire", "tyro")
_RUNS = {"fire.Fire": ("fire", "component"), "fire.core.Fire": ("fire", "component"), "tyro.cli": ("tyro", "f")}
_QUIET = {"fire": frozenset({"component", "name", "serialize"}), "tyro": frozenset({"f", "prog", "description", "use_underscores"})}
"""What changes nothing about the values that the function gets"""


def runner_of(module: Module, node: ast.expr) -> tuple[str, ast.Call] | None:
    """The library that makes a program of what an expression names, and the call that hands it over."""
    up: Any = node.up  # type: ignore[attr-defined]
    handed: ast.AST = node
    if isinstance(up, ast.Dict) and node in up.values:
        handed, up = up, up.up  # type: ignore[attr-defined]
    keyword = up.arg if isinstance(up, ast.keyword) else ""
    call = up.up if isinstance(up, ast.keyword) else up  # type: ignore[attr-defined]
    if not isinstance(call, ast.Call):
        return None
    library, first = next((_RUNS[name] for name in module.names(call.func) if name in _RUNS), ("", ""))
    if not library or (library == "tyro" and handed is not node):
        return None
    return (library, call) if call.args[:1] == [handed] or keyword == first else None


def runs_of(module: Module, function: Function) -> Iterator[tuple[str, ast.Call]]:
    """Where a function of a file becomes a program."""
    if function.owner is None:
        for node in module.names_spelt({function.node.name}):
            found = runner_of(module, node)
            if found is not None:
                yield found


def refuse_run(module: Module, function: Function) -> None:
    """Raises Refusal where what makes a program of the function may give it values of its own."""
    name = function.node.name
    if function.node.decorator_list:
        raise Refusal(
            f"`{name}` is decorated, and its decorator may call it otherwise", module.path, function.node.lineno, sort="unknown decorator"
        )
    for library, call in runs_of(module, function):
        strange = sorted({str(keyword.arg) for keyword in call.keywords} - _QUIET[library])
        if strange or len(call.args) > 1 or any(isinstance(node, ast.Starred) for node in call.args):
            shown = strange[0] if strange else "a second argument"
            raise Refusal(f"`{shown}` of `{library}` may give the option another value", module.path, call.lineno, sort="converted default")


def is_name_of_command(module: Module, text: ast.Constant) -> bool:
    """Whether a text is a key of the commands that are handed to fire."""
    up: Any = text.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Dict) and text in up.keys and any(runner_of(module, value) is not None for value in up.values)


def spelt_for(library: str, name: str) -> list[str]:
    """The option as it may be typed. Both libraries take `_` and `-` for each other; fire takes one dash, and a first letter, too."""
    words = dict.fromkeys((name, name.replace("_", "-")))
    if library == "tyro":
        return [f"--{no}{word}" for word in words for no in ("", "no-", "no_")]
    return [f"{dashes}{no}{word}" for word in words for no in ("", "no") for dashes in ("--", "-")] + [f"-{name[0]}", f"--{name[0]}"]
