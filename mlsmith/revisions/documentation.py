"""Texts that only people read: what documents a function, and what stands under a keyword for them."""

from __future__ import annotations

import ast

from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.module import Module

FOR_READERS = frozenset({
    "help", "description", "inputs_description", "citation", "homepage", "epilog", "metavar", "desc", "progress_bar_refresh_rate",
    "progbar_refresh_rate", "enable_progress_bar", "show_progress", "show_progress_bar",
})  # fmt: skip
"""Keywords whose values only people read"""
_DOCSTRING = "docstring"
_FILL_IN = frozenset({"Appender", "Substitution"})
"""Decorators that pandas brought into fashion"""


def documents(call: ast.Call) -> bool:
    """Whether a function puts together what documents another: `add_start_docstrings(TEXT)`, `Substitution(estimator=TEXT)`."""
    name = last_word(call.func)
    return _DOCSTRING in name.lower() or name in _FILL_IN


def is_a_docstring(name: str) -> bool:
    """Whether a name says that it stands for a part of what documents something: `_estimator_docstring`."""
    return _DOCSTRING in name.lower()


def is_for_readers(name: str, module: Module) -> bool:
    """Whether what the top of a module assigns to a name is read, and for nothing else."""
    read = [
        node for node in ast.walk(module.syntax.tree) if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    calls = [node for node in ast.walk(module.syntax.tree) if isinstance(node, ast.Call)] if read else []
    shown = [argument for call in calls if documents(call) for argument in (*call.args, *(k.value for k in call.keywords))]
    shown += [keyword.value for call in calls for keyword in call.keywords if keyword.arg in FOR_READERS]
    inside = {id(node) for one in shown for node in ast.walk(one)}
    return bool(read) and all(id(node) in inside for node in read)
