"""Annotations of fields, however they are written, and types that have a name."""

from __future__ import annotations

import ast

from mlsmith.index.scopes import last_word
from mlsmith.revisions.program import Unit
from mlsmith.rules.kit.module import Module

_TYPING = ("typing.", "typing_extensions.")
_MADE = frozenset({"NewType", "ParamSpec", "TypeVar", "TypeVarTuple"})
_GENERIC = frozenset(
    {"Callable", "Dict", "FrozenSet", "Iterable", "Iterator", "List", "Mapping", "Optional", "Sequence", "Set", "Tuple", "Type", "Union"}
)
"""What stands for a type only; a `Literal` may be asked for its values, an `Annotated` for its remarks"""


def plain_annotation(node: ast.expr) -> str:
    """An annotation with built-in types and `|`, however it is written."""
    return ast.unparse(_Plainly().visit(ast.parse(ast.unparse(node), mode="eval")))


def is_a_type(node: ast.expr | None, module: Module) -> bool:
    """Whether an expression is a type: `Union[int, Tuple[int, int]]`."""
    if not isinstance(node, ast.Subscript):
        return False
    named = [inner for inner in ast.walk(node) if isinstance(inner, (ast.Name, ast.Attribute))]
    words = {name.removeprefix("typing.") for inner in named for name in module.resolver.names(inner) if name.startswith("typing.")}
    return last_word(node.value) in _GENERIC & words and not words & {"Literal", "Annotated"}


def makes_a_type(names: tuple[str, ...]) -> bool:
    """Whether a call of that name makes what stands for a type, for those who check them."""
    return len(names) == 1 and names[0].startswith(_TYPING) and names[0].partition(".")[2] in _MADE


def is_for_checkers(unit: Unit) -> bool:
    """Whether a class says what others look like, and makes nothing itself: a `TypedDict`, a `Protocol`."""
    bases = unit.node.bases if isinstance(unit.node, ast.ClassDef) else []
    names = {name.partition(".")[2] for base in bases for name in unit.module.resolver.names(base) if name.startswith(_TYPING)}
    return bool(names & {"Protocol", "TypedDict"})


class _Plainly(ast.NodeTransformer):
    """`Dict` as `dict`, `Optional[x]` as `x | None`, `Union[x, y]` as `x | y`, a text as what stands in it."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        try:
            return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node
        except SyntaxError:
            return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        typing = isinstance(node.value, ast.Name) and node.value.id in ("typing", "t")
        return self.visit(ast.Name(node.attr, ast.Load())) if typing else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(node.id.lower(), ast.Load()) if node.id in ("Dict", "List", "Set", "Tuple", "Type", "FrozenSet") else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Optional":
            parts = [*parts, ast.Constant(None)]
        elif name != "Union":
            return node
        whole = parts[0]
        for part in parts[1:]:
            whole = ast.BinOp(whole, ast.BitOr(), part)
        return whole
