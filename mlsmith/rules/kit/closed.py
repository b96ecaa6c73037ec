"""Whether every call of a function can be seen, and what the calls give to a parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mlsmith.index.callers import SeenCall
from mlsmith.index.project import Definition, Project
from mlsmith.rules.kit.programs import program_with

CALLED_BY_OTHERS = frozenset({"forward", "call", "main", "setup", "compute", "update", "reset", "collate_fn"})
QUIET_DECORATORS = ("staticmethod", "classmethod", "functools.wraps", "functools.lru_cache", "functools.cache", "torch.no_grad()",
                    "torch.no_grad", "torch.inference_mode()", "torch.inference_mode", "contextlib.contextmanager")  # fmt: skip
"""Decorators that call what they decorate as its callers do"""

MISSING: Final = object()


def is_called_by_others(name: str) -> bool:
    """Whether frameworks call what has such a name: `forward`, `on_epoch_end`, `__call__`."""
    return name in CALLED_BY_OTHERS or (name.startswith("__") and name != "__init__") or name.startswith(("on_", "test_"))


def why_open(project: Project, definition: Definition, *, is_mentioned: Callable[[str], bool] | None = None) -> str:
    """Why calls of the function may be out of sight; empty where all can be seen.

    `is_mentioned` tells better than the facts whether something of that name is handed around.
    """
    function, path = definition.function, definition.path
    last = function.name.rpartition(".")[2]
    public_name = (function.owner if last == "__init__" else last).rpartition(".")[2]
    if project.is_public(path, function.name):
        return "is public: people outside of the project may call it"
    if function.nested:
        return "is defined inside of another function"
    program = program_with(project, definition)
    if program:
        return f"may be run by a command line, which `{program}` makes of it"
    if (is_mentioned or project.is_mentioned)(public_name):
        return f"is handed around: `{public_name}` is mentioned otherwise than by a call"
    if project.is_called_loosely(last if last != "__init__" else public_name):
        return f"may be meant by a call of `{public_name}` on something unknown"
    return _of_family(project, definition, last) if function.owner else ""


def _of_family(project: Project, definition: Definition, last: str) -> str:
    cls = f"{project.files[definition.path].module}.{definition.function.owner}"
    ancestors = project.lineage(cls)[1:]
    for relative in (*ancestors, *project.heirs.get(cls, ())):
        if f"{relative}.{last}" in project.definitions:
            return f"overrides or is overridden by `{relative}.{last}`"
    unknown = [ancestor for ancestor in ancestors if not _is_known(project, ancestor)]
    return f"may override a method of `{unknown[0]}`" if unknown and last != "__init__" else ""


def _is_known(project: Project, ancestor: str) -> bool:
    return ancestor in project.classes or ancestor.startswith(("torch.nn.Module", "object", "abc.", "torch.utils.data.", "typing."))


def is_bound(definition: Definition) -> bool:
    """Whether calls do not write the first parameter: `self`, `cls`."""
    return bool(definition.function.owner) and "staticmethod" not in definition.function.decorators


def _default_of(definition: Definition, parameter: str) -> Any:
    """The literal that a parameter has where a call does not give it, or `MISSING`."""
    given = next((p.default for p in definition.function.parameters if p.name == parameter), None)
    return given[1] if given is not None and given[0] == "=" else MISSING


def mentions(definition: Definition, parameter: str, call: SeenCall) -> bool:
    """Whether a call gives the parameter anything, by name or by place."""
    index = next((i for i, p in enumerate(definition.function.parameters) if p.name == parameter), 0)
    return any(name == parameter for name, _ in call.fact.keywords) or len(call.fact.positional) > index - is_bound(definition)


def passed(definition: Definition, parameter: str, call: SeenCall) -> Any:
    """The literal that a call gives to the parameter, or leaves; `MISSING` where it is none."""
    fact, function = call.fact, definition.function
    index = next((i for i, p in enumerate(function.parameters) if p.name == parameter), None)
    if fact.spread or index is None:
        return MISSING
    for name, literal in fact.keywords:
        if name == parameter:
            return literal[1] if literal[0] == "=" else MISSING
    position = index - is_bound(definition)
    if function.parameters[index].kind == "positional" and position < len(fact.positional):
        literal = fact.positional[position]
        return literal[1] if literal[0] == "=" else MISSING
    return _default_of(definition, parameter)
