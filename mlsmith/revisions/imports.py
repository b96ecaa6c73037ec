"""What is imported from another place of the same package: from the package itself, or from the module in it where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlsmith.revisions.program import Program
    from mlsmith.rules.kit.module import Module


def imported_elsewhere(old: Program, new: Program) -> dict[str, str]:
    """Old dotted name → new dotted name of what only one side imports so, where one is the other with a module in between."""
    before, after = old.imported, new.imported
    come: dict[str, list[str]] = {}
    for name in after - before:
        come.setdefault(name.rpartition(".")[2], []).append(name)
    renamed = dict(_renamed_names(old, new))
    folders = {parent for module in new.modules for parent in _parents(module)}
    found = {}
    for name in before - after:
        others = [other for other in come.get(name.rpartition(".")[2], ()) if _is_beside(name, other) or _is_below(name, other, folders)]
        if len(others) == 1 and not {name, others[0]} & {*old.units, *new.units}:
            found[name] = others[0]
    return {**renamed, **found}


def _renamed_names(old: Program, new: Program) -> Iterator[tuple[str, str]]:
    """Names at the top of a module that stand under another name for what they stood for."""
    for name, module in old.modules.items():
        if name in new.modules:
            ours, theirs = _assigned(module), _assigned(new.modules[name])
            gone = [one for one in ours if one not in new.modules[name].syntax.scope.bindings]
            come = [one for one in theirs if one not in module.syntax.scope.bindings]
            for one in gone:
                same = [other for other in come if theirs[other] == ours[one]]
                if len(same) == 1 and sum(ours[other] == ours[one] for other in gone) == 1:
                    yield f"{name}.{one}", f"{name}.{same[0]}"


def _assigned(module: Module) -> dict[str, str]:
    """Name → what is assigned to it, the only time."""
    bindings = [one for one, *more in module.syntax.scope.bindings.values() if not more]
    return {one.name: ast.dump(one.value) for one in bindings if one.kind == "assign" and one.index is None and one.value is not None}


def _parents(name: str) -> Iterator[str]:
    """The packages around a module: `a.b` and `a` of `a.b.c`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _is_beside(one: str, other: str) -> bool:
    """Whether a package hands on what a module in it holds."""
    short, long = sorted((one.rpartition(".")[0], other.rpartition(".")[0]), key=len)
    return bool(short) and long.startswith(f"{short}.")


def _is_below(one: str, other: str, folders: set[str]) -> bool:
    """Whether what was found beside a script is now imported by the whole name of its package, or the other way round."""
    short, long = sorted((one, other), key=len)
    return long.endswith(f".{short}") and "." in short and long.removesuffix(f".{short}") in folders


def imported_names(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for bindings in module.syntax.scope.bindings.values():
            for binding in bindings:
                if binding.kind == "import":
                    yield from module.resolver.names_of_binding(binding)
