"""What a module takes from another one of the project that has not changed: who reads a constant is told with its value, as with the
module's own, and who calls a function with the names of its parameters.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from mlsmith.errors import SourceError
from mlsmith.index.project import outwards
from mlsmith.revisions.program import MOST_HANDS, Program, Unit
from mlsmith.revisions.values import Value, constant, value_of

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module
    from mlsmith.sources.tree import Tree

_PLAIN = (
    ast.Constant,
    ast.Name,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.BinOp,
    ast.UnaryOp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)
"""What a constant is put together of, without doing anything"""


class Elsewhere:
    """Modules of one side that have not changed, read where a constant of theirs is asked for."""

    def __init__(self, tree: Tree, parse: Callable[[bytes, str], Module], changed: Collection[str]) -> None:
        """`changed`: paths of either side that are left alone; what of them can be read is in the programs."""
        self.tree, self.parse, self.changed = tree, parse, changed
        self.known: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        if name not in self.known:
            self.known[name] = self._read(name, (".py", "/__init__.py"))
        return self.known[name]

    def package(self, name: str) -> Module | None:
        """What it has by its name, if that is a package: what only hands on is small."""
        key = f"{name}/"
        if key not in self.known:
            self.known[key] = self._read(name, ("/__init__.py",))
        return self.known[key]

    def _read(self, name: str, endings: tuple[str, ...]) -> Module | None:
        stem = name.replace(".", "/")
        for path in (f"{folder}{stem}{ending}" for folder in ("", "src/") for ending in endings):
            if path in self.changed:
                break
            try:
                return self.parse(self.tree.read(path), path)
            except SourceError:
                continue
        return None


def constant_named(program: Program, name: str, module: Module) -> Value | None:
    """What a constant stands for that a module imports, where both sides would say the same of it: one that has changed is told itself. Of
    one that has not, and that nobody can read, the name at home.
    """
    if not name.rpartition(".")[2].isupper() or program.peer is None:
        return None
    home, name = _home(program, name, module)
    if home is None or name in program.written | program.peer.written:
        return None
    value = _assigned(program, home, name)
    if value is None:
        is_there = home.name not in program.modules and home.syntax.scope.bindings.get(name)
        return value_of("name", f"{home.name}.{name}") if is_there else None  # By whatever way it comes from there.
    other = program.peer.modules.get(_on_the_other_side(program, home.name))
    if other is None or not other.syntax.scope.bindings.get(name):
        return value
    there, name = _followed(program.peer, other, name)
    theirs = _assigned(program.peer, there, name) if there is not None else None
    is_another = there is not None and there is not other  # Moved: nobody compares the two but who reads them.
    return value if theirs is not None and (is_another or theirs.digest == value.digest) else None


def function_elsewhere(program: Program, name: str, module: Module) -> Unit | None:
    """The function of an unchanged module that a name stands for, where the two sides call it with other numbers of arguments, or by other
    keywords: of what is called alike nobody needs to know the parameters.
    """
    last = name.rpartition(".")[2]
    if program.elsewhere is None or program.peer is None or program.calls.get(last) == program.peer.calls.get(last):
        return None
    home, last = _home(program, name, module)
    found = home.syntax.scope.bindings.get(last, ()) if home is not None else ()
    if home is None or home.name in program.modules or len(found) != 1 or not isinstance(found[0].node, ast.FunctionDef):
        return None
    return Unit(f"{home.name}.{last}", home.path, "function", found[0].node, home)


def _home(program: Program, name: str, module: Module) -> tuple[Module | None, str]:
    """The module where a constant or function is at home, and its name there."""
    owner, _, last = name.rpartition(".")
    return _followed(program, _module_from(program, owner, module), last)


def _followed(program: Program, home: Module | None, name: str) -> tuple[Module | None, str]:
    """From a module that may only import a name to the one that assigns it."""
    for _ in range(MOST_HANDS):
        bindings = home.syntax.scope.bindings.get(name, ()) if home is not None else ()
        if home is None or len(bindings) != 1 or bindings[0].kind != "import":
            return home, name
        names = home.resolver.names_of_binding(bindings[0])
        if len(names) != 1:
            break
        owner, _, name = names[0].rpartition(".")
        home = _module_from(program, owner, home)
    return None, name


def _module_from(program: Program, name: str, module: Module) -> Module | None:
    """What a module means by the name of another."""
    found = (module_named(program, f"{folder}{name}") for folder in outwards(module.name)) if name else ()
    return next((one for one in found if one is not None and one is not module), None)


def module_named(program: Program, name: str) -> Module | None:
    """A module of one side by its dotted name, whether it has changed or not."""
    known = program.modules.get(name)
    return known if known is not None or program.elsewhere is None else program.elsewhere.module(name)


def _on_the_other_side(program: Program, name: str) -> str:
    assert program.peer is not None
    return program.renamed.get(name) or next((one for one, other in program.peer.renamed.items() if other == name), name)


def _assigned(program: Program, module: Module, name: str) -> Value | None:
    """The value that the top of a module assigns to a name, once and for all. Of what has not changed only what is written out is read."""
    bindings = module.syntax.scope.bindings.get(name, ())
    if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].index is not None or name in module.syntax.global_writes:
        return None
    value = bindings[0].value
    if bindings[0].node not in module.syntax.tree.body or value is None:
        return None
    if isinstance(value, ast.Constant):
        return constant(value.value)
    is_plain = module.name in program.modules and all(isinstance(inner, _PLAIN) and not _is_empty(inner) for inner in ast.walk(value))
    return program.tops(module).get(name) if is_plain else None


def _is_empty(node: ast.AST) -> bool:
    """Whether it is there to be filled: two that are empty are two."""
    return isinstance(node, (ast.List, ast.Dict)) and not (node.elts if isinstance(node, ast.List) else node.keys)
