"""Options of the command line that nobody passes: proven by every word of the project that could mean them."""

from __future__ import annotations

import ast
from typing import Any

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.captures import refuse_shown
from mlsmith.fixes.prune.found import Found, same
from mlsmith.fixes.prune.parameters import take_along
from mlsmith.fixes.prune.passed import refuse_abbreviated, refuse_passed, stands_in
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.command_line import NAMESPACES, declared_options, escapes, receivers
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.module import Module

_GIVES = frozenset(
    {"Namespace", "SimpleNamespace", "set_defaults", "dict", "EasyDict", "AttrDict", "edict", "update", "replace", "_replace"}
)
"""What makes a namespace, or changes one, by keywords"""
_PARSED = ("argparse.ArgumentParser().parse_args()", "argparse.ArgumentParser().parse_known_args()[0]")


def declarations(sight: Sight, name: str) -> list[tuple[Module, Call]]:
    """Where an option is declared whose value is read as `args.name`."""
    return [
        (module, call)
        for word in dict.fromkeys((name, name.replace("_", "-")))
        for module in sight.modules_with(word, all_of_them=False)
        for option, call in declared_options(module)
        if option == name
    ]


def take_option(sight: Sight, found: Found, name: str) -> None:
    """Add an option, its reads, and what they are passed on to. Raises Refusal where it may have another value."""
    declared = declarations(sight, name)
    for module, call in declared:
        _refuse_declaration(module, call, found.value)
        found.options.append((module.path, call.node))
    spelt = {text for module, call in declared for node in call.node.args if isinstance(text := module.constant(node), str)}
    for word in (name, *spelt):
        sight.refuse_beyond(word)
    refuse_passed(sight, spelt, [(module, call.node) for module, call in declared])
    refuse_abbreviated(sight, spelt, [module for module, _ in declared])
    declaring = {id(call.node) for _, call in declared}
    for path in sorted({path for word in {name, *spelt} for path in sight.holding(word.lstrip("-"))}):
        if kind_of(path) == "config":
            refuse_key(sight, path, name)
    for module in sight.modules_with(name):
        for node in reads_by_name(module, name, NAMESPACES, declaring):
            refuse_shown(module, node)
            found.read(module.path, node)
    own = {part for facts in sight.project.files.values() for part in facts.module.split(".")}
    for path in sight.python:
        module_of = sight.module(path)
        if module_of is not None:
            _refuse_escape(own, module_of, bool(found.reads.get(path)) or any(path == where for where, _ in found.options))
    take_along(sight, found)


def reads_by_name(
    module: Module, name: str, bases: frozenset[str], declaring: set[int], *, gives: frozenset[str] = _GIVES
) -> list[ast.expr]:
    """`args.name`, `args["name"]`, `getattr(args, "name", …)`. Raises Refusal for anything else that the word may mean."""
    found: list[ast.expr] = []
    for node in module.attributes_spelt({name}):
        if not isinstance(node.ctx, ast.Load):
            if _last_word(node.value) not in ("self", "cls"):
                raise Refusal(f"`{name}` is assigned", module.path, node.lineno, sort="reassigned")
        elif _last_word(node.value) in bases or any(called in _PARSED for called in module.names(node.value)):
            found.append(node)
        elif _last_word(node.value) not in ("self", "cls") and not _is_callee(node):
            raise Refusal(f"this `.{name}` may be something else", module.path, node.lineno, sort="ambiguous read")
    for call in module.syntax.calls:
        given = any(keyword.arg == name for keyword in call.keywords)
        if given and _last_word(call.func) in gives:
            raise Refusal(f"`{name}` is given by `{_last_word(call.func)}()`", module.path, call.lineno, sort="given in code")
    for text in module.syntax.strings:
        if isinstance(text.value, str) and text.value.replace("-", "_").strip("_").rpartition(".")[2] == name.strip("_"):
            if stands_in(text, declaring) or _is_heading(text):
                continue
            read = _read_by_string(module, text, bases)
            if read is None:
                raise Refusal(f"the text {text.value!r} may mean the flag", module.path, text.lineno, sort="named in a string")
            found.append(read)
    return found


def _read_by_string(module: Module, text: ast.Constant, bases: frozenset[str]) -> ast.expr | None:
    up: Any = text.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Subscript) and isinstance(up.ctx, ast.Load) and _last_word(up.value) in bases:
        return up
    if (
        isinstance(up, ast.Call)
        and up.args
        and _last_word(up.func) == "getattr"
        and up.args[1:2] == [text]
        and _last_word(up.args[0]) in bases
    ):
        return up
    if isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) and up.func.attr == "get" and up.args[:1] == [text]:
        return up if _last_word(up.func.value) in bases else None
    return None


def _last_word(node: ast.expr) -> str:
    """`model` of `config.model`, `cfg["model"]`, `model`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return last_word(node)


def _is_callee(node: ast.expr) -> bool:
    up: Any = node.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Call) and up.func is node


def _is_heading(text: ast.Constant) -> bool:
    """Whether a string stands where nothing reads it: as a statement."""
    return isinstance(text.up, ast.Expr)  # type: ignore[attr-defined]


def _refuse_declaration(module: Module, call: Call, value: Any) -> None:
    path, line = module.path, call.node.lineno
    if path.endswith(".ipynb"):
        raise Refusal("the option is declared in a notebook, which prune does not rewrite", path, line, sort="notebook")
    if not isinstance(call.statement, ast.Expr) or call.statement.value is not call.node:
        raise Refusal("something hangs on the statement that declares the option", path, line, sort="declaration in use")
    action = call.argument("action").value if call.argument("action").given else "store"
    default = module.constant(call.argument("default").node) if call.argument("default").given else None
    if not call.argument("default").given:
        default = {"store_true": False, "store_false": True}.get(action) if isinstance(action, str) else None
    if not any(str(module.constant(node)).startswith("-") for node in call.node.args):
        raise Refusal("a positional argument has no value of its own", path, line, sort="positional or required option")
    required = call.argument("required")
    if required.given and module.constant(required.node) is not False:
        raise Refusal("the option must be given", path, line, sort="positional or required option")
    if isinstance(default, str) and call.argument("type").given and getattr(call.argument("type").node, "id", "") != "str":
        raise Refusal("its default is converted by `type`", path, line, sort="converted default")
    if default is UNKNOWN or not same(default, value):
        shown = "something that cannot be seen" if default is UNKNOWN else repr(default)
        raise Refusal(f"the option is {shown} by default", path, line, sort="another value")


def refuse_key(sight: Sight, path: str, name: str) -> None:
    line = sight.line_of(path, name) or sight.line_of(path, name.replace("_", "-"))
    raise Refusal(f"a configuration has `{name}` too", path, line, sort="option in a configuration")


def _refuse_escape(own: set[str], module: Module, concerned: bool) -> None:
    """Raises Refusal where all options go somewhere as a whole, by which their names may be read. `own` are words of the project's modules."""
    if not (concerned or module.imports("argparse")):
        return
    if escapes(module):
        raise Refusal(
            "all options are handed on as a whole, or read by names that are not written down", module.path, 1, sort="options escape"
        )
    strange = sorted(receivers(module) - own)
    if strange:
        raise Refusal(f"all options are given to `{strange[0]}`", module.path, 1, sort="options escape")
