"""Texts that only people read: what documents a function, and what stands under a keyword for them."""

from __future__ import annotations

import ast

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.module import Module

FOR_READERS = frozenset({
    "help", "description", "inputs_description", "citation", "homepage", "epilog", "metavar", "desc", "progress_bar_refresh_rate",
    "progbar_refresh_rate", "enable_progress_bar", "show_progress", "show_progress_bar",
})  # fmt: skip
"""Keywords whose values only people read"""
_DOCSTRING = "docstring"
_FILL_IN = frozenset({"Appender", "Substitution"})
"""Decorators that pandas brought into fashion"""
_TEXT = (ast.Constant, ast.Name, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.Add, ast.Mod, ast.Tuple, ast.expr_context)
_OF_TEXTS = frozenset({"dedent", "format", "lstrip", "replace", "rstrip", "strip"})

_DECLARES_A_FLAG = regex(r"\bflags\.DEFINE_[a-z_]+\Z")
_WITH_CHOICES = ("DEFINE_enum", "DEFINE_enum_class", "DEFINE_multi_enum", "DEFINE_multi_enum_class")


def documents(decorator: ast.expr) -> bool:
    """Whether a decorator puts together what documents a function: `add_start_docstrings(TEXT)`, `Substitution(estimator=TEXT)`."""
    name = last_word(decorator.func) if isinstance(decorator, ast.Call) else ""
    return _DOCSTRING in name.lower() or name in _FILL_IN


def without_help(node: ast.Call, names: tuple[str, ...]) -> ast.Call:
    """`DEFINE_integer("steps", 10, "How many.")` of absl or an old TensorFlow without what the flag is for."""
    place = next((3 if name.endswith(_WITH_CHOICES) else 2 for name in names if _DECLARES_A_FLAG.search(name)), None)
    if place is None or len(node.args) <= place:
        return node
    return ast.copy_location(ast.Call(node.func, [*node.args[:place], *node.args[place + 1 :]], node.keywords), node)


def without_help_in_metadata(keyword: ast.keyword) -> ast.keyword:
    """`metadata={"help": …}` of a field without what only people read."""
    table = keyword.value
    if keyword.arg != "metadata" or not isinstance(table, ast.Dict):
        return keyword
    pairs = [
        (key, value) for key, value in zip(table.keys, table.values, strict=True)
        if not (isinstance(key, ast.Constant) and key.value in FOR_READERS)
    ]  # fmt: skip
    kept = ast.copy_location(ast.Dict([key for key, _ in pairs], [value for _, value in pairs]), table)
    return ast.copy_location(ast.keyword(keyword.arg, kept), keyword)


def is_a_docstring(name: str, value: ast.expr) -> bool:
    """Whether a part of what documents something is assigned, and nothing else done: `_estimator_docstring = "…".strip()`."""
    return _DOCSTRING in name.lower() and all(map(_is_of_a_text, ast.walk(value)))


def is_for_readers(name: str, module: Module) -> bool:
    """Whether what the top of a module assigns to a name is read, and for nothing else."""
    nodes = list(ast.walk(module.syntax.tree))
    read = [node for node in nodes if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)]
    if not read:
        return False
    shown: list[ast.AST] = [one for node in nodes for one in getattr(node, "decorator_list", ()) if documents(one)]
    shown += [keyword.value for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords if keyword.arg in FOR_READERS]
    inside = {id(node) for one in shown for node in ast.walk(one)}
    return all(id(node) in inside for node in read)


def _is_of_a_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return last_word(node.func) in _OF_TEXTS
    return isinstance(node, _TEXT) or (isinstance(node, ast.Attribute) and (node.attr in _OF_TEXTS or _DOCSTRING in node.attr.lower()))
