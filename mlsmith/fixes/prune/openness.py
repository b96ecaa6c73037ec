"""Functions whose calls may be out of sight, and where that is seen."""

from __future__ import annotations

import re

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.mentions import handed_around
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.project import Definition
from mlsmith.rules.kit.closed import QUIET_DECORATORS, is_called_by_others, why_open
from mlsmith.rules.kit.definitions import Function


def refuse_open(sight: Sight, definition: Definition, function: Function, parameter: str) -> None:
    """Raises Refusal where calls of the function may be out of sight."""
    name, line = function.node.name, function.node.lineno
    if is_called_by_others(name):
        raise Refusal(f"`{name}` is called by frameworks, out of sight", definition.path, line, sort="called by frameworks")
    strange = next((decorator for decorator in function.decorators if decorator not in QUIET_DECORATORS), "")
    if strange:
        raise Refusal(f"`{name}` is decorated by `{strange}`, which may call it otherwise", definition.path, line, sort="unknown decorator")
    reason = why_open(sight.project, definition, is_mentioned=lambda mentioned: handed_around(sight, mentioned) is not None)
    if reason:
        shown = definition.function.name
        raise Refusal(
            f"`{shown}` {reason}", *_seen(sight, definition, reason), sort=_SORTS.get(reason.partition("`")[0].strip(" :"), reason)
        )
    _refuse_told(sight, name if name != "__init__" else definition.function.owner.rpartition(".")[2], parameter)
    sight.refuse_beyond(name if name != "__init__" else definition.function.owner.rpartition(".")[2])
    for path in sight.paths:
        if path not in sight.project.files and path.endswith((".py", ".ipynb")) and name in sight.words(path):
            raise Refusal(
                f"`{name}` is mentioned in a file that cannot be looked into", path, sight.line_of(path, name), sort="unseen file"
            )


def _refuse_told(sight: Sight, name: str, parameter: str) -> None:
    """Raises Refusal where a text that is run, or a script or document, speaks of a call with the parameter."""
    for path in sight.holding(name):
        if kind_of(path) == "text" and re.search(rf"(?<!\w){name}\([^)]*(?<!\w){parameter}\s*=", sight.text(path)):
            raise Refusal(
                f"a call that gives `{parameter}` is written down here", path, sight.line_of(path, parameter), sort="told in a document"
            )
        module = sight.module(path) if kind_of(path) == "python" else None
        for _ in module.calls_spelt("exec", "eval") if module is not None else ():
            for text in module.syntax.strings if module is not None else ():
                if isinstance(text.value, str) and re.search(rf"(?<!\w){name}\s*\(", text.value):
                    raise Refusal(f"`{name}` is called by a text that may be run", path, text.lineno, sort="called by a text")


_SORTS = {
    "is public: people outside of the project may call it": "public", "is handed around": "handed around",
    "may be meant by a call of": "called on something unknown", "overrides or is overridden by": "overridden",
    "may override a method of": "overridden", "is defined inside of another function": "nested",
    "may be run by a command line, which": "run by a command line",
}  # fmt: skip


def _seen(sight: Sight, definition: Definition, reason: str) -> tuple[str, int]:
    """Where the reason stands: the file that mentions the function, or its definition."""
    function = definition.function
    last = function.name.rpartition(".")[2]
    name = (function.owner if last == "__init__" else last).rpartition(".")[2]
    if reason.startswith("is handed around"):
        return handed_around(sight, name) or (definition.path, function.line)
    return definition.path, function.line
