"""Names that a module takes from others with all that these have: from which of several, where their files say so."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlsmith.index.project import outwards
from mlsmith.revisions.constants import module_named
from mlsmith.revisions.program import MOST_HANDS, Program

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module


def names_of(program: Program, module: Module, node: ast.expr) -> tuple[str, ...]:
    """The dotted names of an expression, also of a name that comes from one of several modules which are imported whole."""
    names: tuple[str, ...] = module.resolver.names(node)
    if names or not isinstance(node, ast.Name) or len(module.syntax.star_imports) < 2 or module.resolver.bound_anywhere(node):
        return names
    found = _taken_from(program, module, node.id, MOST_HANDS)
    return (f"{found}.{node.id}",) if found else ()


def _taken_from(program: Program, module: Module, name: str, hands: int) -> str | None:
    """The module that gives a name: the last that has it. An empty text where none has, nothing where one cannot be read."""
    for star in reversed(module.syntax.star_imports):
        found = (module_named(program, f"{folder}{star}") for folder in outwards(module.name))
        home = next((one for one in found if one is not None and one is not module), None)
        if home is None or not hands or "__all__" in home.syntax.scope.bindings or name.startswith("_"):
            return None
        if home.syntax.scope.bindings.get(name):
            return home.name
        inner = _taken_from(program, home, name, hands - 1)
        if inner is None or inner:
            return inner
    return ""
