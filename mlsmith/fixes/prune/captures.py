"""What may happen to a parameter inside of its function: assigned anew, read by its name, written down."""

from __future__ import annotations

import ast

from mlsmith.fixes.prune.bindings import reads_of
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.definitions import Function, Parameter
from mlsmith.rules.kit.module import Module

_CAPTURES = frozenset({"locals", "eval", "exec", "save_hyperparameters"})
_EXPRESSIONS = frozenset({"eval", "query", "evaluate"})
"""Methods of data frames, and a function of numexpr, whose texts read local names"""
_LOOKS_INSIDE = (
    "inspect.signature",
    "inspect.currentframe",
    "inspect.stack",
    "inspect.getargvalues",
    "inspect.getfullargspec",
    "sys._getframe",
)


def refuse_captured(sight: Sight, module: Module, function: Function, parameter: Parameter) -> None:
    """Raises Refusal where a parameter is more than a name that holds what a call gives."""
    path, name = module.path, parameter.name
    if parameter.kind not in ("positional", "keyword") or name in ("self", "cls"):
        raise Refusal(f"`{name}` is no plain parameter", path, function.node.lineno, sort="no plain parameter")
    _refuse_named(sight, module, function, name)
    others = [binding for binding in function.scope.bindings[name] if binding.kind != "parameter"]
    if others:
        line = getattr(others[0].node, "lineno", function.node.lineno)
        raise Refusal(f"`{name}` is assigned anew, or written through", path, line, sort="reassigned")
    for scope in module.syntax.scopes:
        declared = [binding for binding in scope.bindings.get(name, ()) if binding.kind == "declare"]
        if scope is not function.scope and declared and scope.parent is function.scope:
            raise Refusal(f"`{name}` is declared in a function inside", path, function.node.lineno, sort="reassigned")
    for node in ast.walk(function.node):
        if isinstance(node, ast.Nonlocal) and name in node.names:
            raise Refusal(f"`{name}` is assigned by a function inside", path, node.lineno, sort="reassigned")
    for call in function.calls:
        if _may_capture(module, call, name) or any(called in _LOOKS_INSIDE for called in call.names):
            word = last_word(call.node.func)
            raise Refusal(f"`{word}()` may read `{name}` by its name", path, call.node.lineno, sort="captured by name")
    for node in reads_of(module, function, name):
        refuse_shown(module, node)


def _may_capture(module: Module, call: Call, name: str) -> bool:
    """Whether a call may read the local names around it: `locals()`, `eval(text)`, `frame.query("x > @name")`; never `model.eval()`."""
    word = last_word(call.node.func)
    if word in ("vars", "dir"):
        return not call.node.args
    if not isinstance(call.node.func, ast.Attribute) or word not in _EXPRESSIONS:
        return word in _CAPTURES
    if word == "eval" and not call.node.args and not call.node.keywords:
        return False
    texts = [module.constant(argument) for argument in (*call.node.args[:1], *(keyword.value for keyword in call.node.keywords))]
    if word == "eval" or any("numexpr" in called for called in call.names):
        return any(text is UNKNOWN or (isinstance(text, str) and name in text) for text in texts)
    return any(f"@{name}" in text.value for text in module.syntax.strings if isinstance(text.value, str))


def _refuse_named(sight: Sight, module: Module, function: Function, name: str) -> None:
    """Raises Refusal where a base that is not the project's may set the parameter by its name, as scikit-learn's do."""
    owner = function.owner
    if function.node.name != "__init__" or owner is None:
        return
    known = ("torch.nn.Module", "object", "abc.", "typing.")
    if all(base.startswith(known) or module.resolver.class_named(base) for base in owner.lineage[1:]):
        return
    for other in sight.modules_with(name):
        for text in other.syntax.strings:
            if isinstance(text.value, str) and text.value.rpartition("__")[2] == name:
                raise Refusal(f"the text {text.value!r} may mean the flag", other.path, text.lineno, sort="named in a string")
        for call in other.calls_spelt("set_params"):
            raise Refusal("`set_params()` may set it", other.path, call.node.lineno, sort="named in a string")


def refuse_shown(module: Module, node: ast.expr) -> None:
    """Raises Refusal where an f-string writes down the expression itself: `f"{flag=}"`."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.FormattedValue):
        line = module.source.lines[node.lineno - 1]
        if f"{{{module.source.segment(node)}=" in line.replace(" ", ""):
            raise Refusal("an f-string writes down the name of the flag", module.path, node.lineno, sort="f-string with =")
