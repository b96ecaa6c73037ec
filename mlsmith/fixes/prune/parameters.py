"""Parameters that have one value in every call: proven, along the calls that pass them on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress

from mlsmith.fixes.prune.bindings import parameter_read, reads_of
from mlsmith.fixes.prune.calls import calls_at, given_to
from mlsmith.fixes.prune.captures import refuse_captured
from mlsmith.fixes.prune.fields import take_field
from mlsmith.fixes.prune.found import Found, Slot, same
from mlsmith.fixes.prune.openness import refuse_open
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.project import Definition
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.definitions import Function, Parameter
from mlsmith.rules.kit.module import Module


def take(sight: Sight, found: Found, slot: Slot) -> None:
    """Add a parameter to what is found, with those that it gets its value from, and those that it is passed on to.

    Raises Refusal where it may have another value.
    """
    _require(sight, found, slot)
    take_along(sight, found)


def take_along(sight: Sight, found: Found) -> None:
    """Add the parameters that what is found is passed on to, where they too have the value in every call."""
    seen: set[int] = set()
    tried: set[Slot] = set(found.slots)
    while True:
        fresh = [(path, node) for path, nodes in found.reads.items() for node in nodes if id(node) not in seen]
        if not fresh:
            return
        for path, node in fresh:
            seen.add(id(node))
            take_field(sight, found, path, node)
            for slot in _passed_to(sight, path, node):
                if slot not in tried:
                    tried.add(slot)
                    _try(sight, found, slot)


def _try(sight: Sight, found: Found, slot: Slot) -> None:
    """Add a parameter if it can be shown to have the value, and nothing if not."""
    attempt = Found(found.value, dict(found.slots), {path: list(nodes) for path, nodes in found.reads.items()})
    with suppress(Refusal):
        _require(sight, attempt, slot)
        found.slots, found.reads = attempt.slots, attempt.reads


def function_of(sight: Sight, definition: Definition) -> tuple[Module, Function]:
    """The syntax of a definition. Raises Refusal where its file is a notebook, or cannot be parsed."""
    module = sight.module(definition.path)
    if module is None or definition.path.endswith(".ipynb"):
        raise Refusal("is defined in a notebook, which prune does not rewrite", definition.path, sort="notebook")
    fact = definition.function
    named = sum(facts.module == sight.project.files[definition.path].module for facts in sight.project.files.values())
    if named > 1 or sum(f.scope.qualified == fact.name for f in module.functions) > 1:
        raise Refusal(f"`{fact.name}` is defined more than once", definition.path, fact.line, sort="defined twice")
    return module, next(f for f in module.functions if f.scope.qualified == fact.name and f.node.lineno == fact.line)


def _require(sight: Sight, found: Found, slot: Slot) -> None:
    if slot in found.slots:
        return
    definition = sight.project.definitions[slot.function]
    module, function = function_of(sight, definition)
    parameter = function.parameter(slot.parameter)
    assert parameter is not None
    refuse_open(sight, definition, function, slot.parameter)
    refuse_captured(sight, module, function, parameter)
    found.slots[slot] = None
    for node in reads_of(module, function, slot.parameter):
        found.read(definition.path, node)
    calls = sight.project.calls_of(definition)
    if not calls:
        raise Refusal(
            f"`{_brief(slot)}`: nothing calls it, so the whole of it is dead",
            definition.path,
            function.node.lineno,
            sort="nothing calls it",
        )
    for call in calls:
        where = sight.module(call.path)
        for called in calls_at(where, call.fact.where) if where is not None else ():
            _refuse_other(sight, found, definition, parameter, where, called)


def _brief(slot: Slot) -> str:
    return ".".join(str(slot).rsplit(".", 2)[-2:])


def _refuse_other(sight: Sight, found: Found, definition: Definition, parameter: Parameter, module: Module | None, call: ast.Call) -> None:
    """Raises Refusal where a call gives something else than the value."""
    assert module is not None
    name = parameter.name
    try:
        given = given_to(definition, parameter, module, call)
    except ValueError:
        raise Refusal(f"a call may give `{name}` by `*` or `**`", module.path, call.lineno, sort="* or ** in a call") from None
    if given is None:
        default = function_of(sight, definition)[0].constant(parameter.default)
        if not same(default, found.value):
            shown = "another default" if default is UNKNOWN else repr(default)
            raise Refusal(f"a call leaves `{name}` at {shown}", module.path, call.lineno, sort="another value")
        return
    if len({sight.project.called(module.path, called) for called in module.names(call.func)}) != 1:
        raise Refusal("a call may reach something else as well", module.path, call.lineno, sort="call of several")
    if module.path.endswith(".ipynb"):
        raise Refusal(
            f"a call in a notebook gives `{name}`, and prune does not rewrite notebooks", module.path, call.lineno, sort="notebook"
        )
    if found.is_read(module.path, given) or same(module.constant(given), found.value):
        return
    source = parameter_read(module, given)
    if source is None:
        value = module.constant(given)
        shown = "something that cannot be seen" if value is UNKNOWN else repr(value)
        sort = "computed value" if value is UNKNOWN else "another value"
        raise Refusal(f"a call gives `{name}` {shown}", module.path, call.lineno, sort=sort)
    outer = f"{sight.project.files[module.path].module}.{source[0].scope.qualified}"
    if outer not in sight.project.definitions or sight.project.definitions[outer].path != module.path:
        raise Refusal(f"a call gives `{name}` a parameter that cannot be followed", module.path, call.lineno, sort="computed value")
    _require(sight, found, Slot(outer, source[1]))


def _passed_to(sight: Sight, path: str, node: ast.expr) -> Iterator[Slot]:
    """The parameters of functions of the project that an expression is given to."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    call = up.up if isinstance(up, ast.keyword) else up  # type: ignore[attr-defined]
    module = sight.module(path)
    if not isinstance(call, ast.Call) or call.func is node or module is None:
        return
    for name in module.names(call.func):
        dotted = sight.project.called(path, name)
        definition = sight.project.definitions.get(dotted)
        if definition is None or definition.path.endswith(".ipynb"):
            continue
        for parameter in function_of(sight, definition)[1].parameters:
            try:
                given = given_to(definition, parameter, module, call) if parameter.kind in ("positional", "keyword") else None
            except ValueError:
                continue
            if given is node:
                yield Slot(dotted, parameter.name)
