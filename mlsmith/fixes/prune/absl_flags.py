"""Flags of absl that nobody passes: `flags.DEFINE_bool("use_old", False, "…")`, read as `FLAGS.use_old` or by what the statement returns."""

from __future__ import annotations

import ast
from typing import Any

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.bindings import scope_that_binds
from mlsmith.fixes.prune.captures import refuse_shown
from mlsmith.fixes.prune.found import Found, same
from mlsmith.fixes.prune.options import reads_by_name, refuse_key
from mlsmith.fixes.prune.parameters import take_along
from mlsmith.fixes.prune.passed import refuse_abbreviated, refuse_passed
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.command_line import is_logged
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.module import Module

_ROOTS = ("absl.flags", "tensorflow.app.flags", "tensorflow.flags", "tensorflow.compat.v1.flags", "tensorflow.compat.v1.app.flags")
_TYPES = {
    "DEFINE_bool": bool, "DEFINE_boolean": bool, "DEFINE_integer": int, "DEFINE_float": float, "DEFINE_string": str, "DEFINE_enum": str,
}  # fmt: skip
"""What keeps a default of its own type as it is"""
_QUIET = frozenset({"name", "default", "help", "short_name", "lower_bound", "upper_bound", "enum_values"})
_VALUES = frozenset({"FLAGS"})
_SETS = frozenset({"flagsaver", "as_parsed", "set_default", "Namespace", "dict"})
_WHOLE = frozenset({
    "flag_values_dict", "flags_by_module_dict", "flags_by_module_id_dict", "get_flags_for_module", "get_key_flags_for_module", "__flags",
    "_flags", "__dict__", "flags_into_string", "append_flags_into_file", "get_help", "__iter__", "FlagDict",
})  # fmt: skip
_RECORDS = frozenset({"flags_into_string", "append_flags_into_file", "get_help"})


def flags_of_absl(sight: Sight, name: str) -> list[tuple[Module, Call]]:
    """Where a flag is declared."""
    return [
        (module, call)
        for module in sight.modules_with(name, all_of_them=False)
        for call in _declared(module)
        if call.argument("name", 0).value == name
    ]


def take_flag_of_absl(sight: Sight, found: Found, name: str) -> None:
    """Add a flag, its reads, and what they are passed on to. Raises Refusal where it may have another value."""
    declared = flags_of_absl(sight, name)
    holders = {id(call.node): _holder(call) for _, call in declared}
    for module, call in declared:
        _refuse_declaration(module, call, found.value)
        found.absl.append((module.path, call.node))
    found.spelt.append(f"--{name}")
    spelt = {text for module, call in declared for text in _spelt(module, call, name)}
    for word in (name, *spelt):
        sight.refuse_beyond(word.lstrip("-"))
    refuse_passed(sight, spelt, [(module, call.node) for module, call in declared])
    if any(name.startswith("tensorflow.") for _, call in declared for name in call.names):  # its first versions asked argparse
        refuse_abbreviated(sight, {text for text in spelt if text.startswith("--")}, [module for module, _ in declared])
    for path in sight.holding(name):
        if kind_of(path) == "config":
            refuse_key(sight, path, name)
    for module in sight.modules_with(name):
        for node in reads_by_name(module, name, _VALUES, set(holders), gives=_SETS):
            read = _value_of(module, node) if isinstance(node, ast.Subscript) else node
            refuse_shown(module, read)
            found.read(module.path, read)
    for module, call in declared:
        holder = holders[id(call.node)]
        for node in _reads_of_holder(sight, module, holder) if holder is not None else ():
            refuse_shown(module, node)
            found.read(module.path, node)
    for path in sight.holding("FLAGS"):
        module_of = sight.module(path) if kind_of(path) in ("python", "notebook") else None
        if module_of is not None:
            _refuse_whole(module_of)
    take_along(sight, found)


def _declared(module: Module) -> list[Call]:
    """Every `DEFINE_…` of absl, and of TensorFlow, which has the same."""
    calls = module.calls_spelt(*(word for word in module.words_called if word.startswith("DEFINE")))
    return [call for call in calls if any(name.rpartition(".")[0] in _ROOTS for name in call.names)]


def _refuse_declaration(module: Module, call: Call, value: Any) -> None:
    path, line = module.path, call.node.lineno
    if path.endswith(".ipynb"):
        raise Refusal("the flag is declared in a notebook, which prune does not rewrite", path, line, sort="notebook")
    word = call.method
    if word not in _TYPES:
        raise Refusal(f"`{word}` may make something else of its default", path, line, sort="converted default")
    strange = sorted({str(keyword.arg) for keyword in call.node.keywords} - _QUIET)
    if strange or any(isinstance(node, ast.Starred) for node in call.node.args):
        raise Refusal(f"`{strange[0] if strange else '*'}` may give the flag another value", path, line, sort="converted default")
    default = call.argument("default", 1).value
    if default is UNKNOWN or not same(default, value):
        shown = "something that cannot be seen" if default is UNKNOWN else repr(default)
        raise Refusal(f"the flag is {shown} by default", path, line, sort="another value")
    if default is not None and type(default) is not _TYPES[word]:
        raise Refusal(f"its default is converted by `{word}`", path, line, sort="converted default")
    if not isinstance(call.statement, ast.Expr) and _holder(call) is None:
        raise Refusal("something hangs on the statement that declares the flag", path, line, sort="declaration in use")


def _spelt(module: Module, call: Call, name: str) -> list[str]:
    """The flag as it is typed. One dash is as good as two, and `no` before a switch turns it off."""
    short = call.argument("short_name").value
    words = [name, f"no{name}"] if _TYPES[call.method] is bool else [name]
    return [dashes + word for word in words for dashes in ("--", "-")] + ([f"-{short}", f"--{short}"] if isinstance(short, str) else [])


def _holder(call: Call) -> str | None:
    """`_USE_OLD` of `_USE_OLD = flags.DEFINE_bool(…)` at the top of a file."""
    statement: Any = call.statement
    if not isinstance(statement, ast.Assign) or statement.value is not call.node or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) and isinstance(statement.up, ast.Module) else None  # type: ignore[attr-defined]


def _reads_of_holder(sight: Sight, module: Module, name: str) -> list[ast.expr]:
    """`_USE_OLD.value`, wherever it stands. Raises Refusal for anything else that is done with what the declaration returns."""
    users = sight.project.importers(module.path, name)
    if users:
        raise Refusal(f"`{name}` is imported by another file", min(users), sight.line_of(min(users), name), sort="declaration in use")
    scope = module.syntax.scope
    if len(scope.bindings.get(name, ())) != 1:
        raise Refusal(f"`{name}` is assigned anew", module.path, sight.line_of(module.path, name), sort="reassigned")
    for other in sight.modules_with(name):
        strange = [node for node in other.attributes_spelt({name}) if last_word(node.value) not in ("self", "cls")]
        texts = [text for text in other.syntax.strings if text.value == name]
        if strange or texts:
            raise Refusal(f"`{name}` may be read from outside", other.path, [*strange, *texts][0].lineno, sort="declaration in use")
    nodes = [node for node in module.names_spelt({name}) if isinstance(node.ctx, ast.Load) and scope_that_binds(node, name) is scope]
    return [_value_of(module, node) for node in nodes]


def _value_of(module: Module, node: ast.expr) -> ast.expr:
    """`.value` of a flag. Raises Refusal where something else of it is looked at."""
    up: Any = node.up  # type: ignore[attr-defined]
    if not (isinstance(up, ast.Attribute) and up.attr == "value" and isinstance(up.ctx, ast.Load)):
        raise Refusal("more than the value of the flag is looked at", module.path, node.lineno, sort="declaration in use")
    return up


def _refuse_whole(module: Module) -> None:
    """Raises Refusal where all flags go somewhere as a whole, by which their names may be read, or are set by names that are not seen."""
    for call in module.calls_spelt("flagsaver", "as_parsed"):
        if any(keyword.arg is None for keyword in call.node.keywords):
            raise Refusal("flags are set by names that are not written down", module.path, call.node.lineno, sort="options escape")
    mentions: list[ast.Name | ast.Attribute] = [*module.names_spelt(_VALUES), *module.attributes_spelt(_VALUES)]
    for node in mentions:
        up: Any = node.up  # type: ignore[union-attr]
        if isinstance(node.ctx, ast.Store) or (isinstance(up, ast.Attribute) and not _is_whole(up)):
            continue
        if isinstance(up, ast.Subscript) and isinstance(up.slice, ast.Constant):
            continue
        if isinstance(up, ast.Assign) and isinstance(up.targets[0], ast.Name) and up.targets[0].id in _VALUES:
            continue
        if isinstance(up, ast.Call) and (up.func is node or _is_read(up)):
            continue
        raise Refusal(
            "all flags are handed on as a whole, or read by names that are not written down",
            module.path,
            node.lineno,
            sort="options escape",
        )


def _is_whole(node: ast.Attribute) -> bool:
    """Whether something looks at all flags, and not only to write them down."""
    up: Any = node.up  # type: ignore[attr-defined]
    return node.attr in _WHOLE - _RECORDS and not (isinstance(up, ast.Call) and up.func is node and is_logged(up))


def _is_read(call: ast.Call) -> bool:
    """`getattr(FLAGS, "name")`, and `len` and `print` of the whole."""
    literal = len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    return last_word(call.func) in ("print", "len") or (last_word(call.func) in ("getattr", "hasattr") and literal)
