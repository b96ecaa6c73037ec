"""Options of `argparse`: where they are declared, and whether their values can be read by a name that is not written down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlsmith.index.scopes import last_word

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_LOGS = frozenset({
    "print", "update", "dump", "dumps", "init", "info", "log", "pprint", "items", "add_hparams", "log_params", "save_hyperparameters", "write", "str",
})  # fmt: skip
_TAKES_ALL = frozenset({
    "from_argparse_args", "create_optimizer", "create_scheduler", "initialize", "parse_known_args", "create_optimizer_v2", "add_argparse_args",
})  # fmt: skip
NAMESPACES = frozenset({"args", "opt", "opts", "options", "flags", "hparams", "config", "cfg", "params"})
_ONLY_LOG = frozenset({"wandb", "json", "yaml", "logging", "pprint", "copy", "pickle", "mlflow", "torch", "argparse", "builtins"})
_OWN_ACTIONS = ("help", "version")


def declared_options(module: Module) -> Iterator[tuple[str, Call]]:
    """Options by the name under which they are read."""
    for call in module.method_calls("add_argument"):
        if not call.node.args or call.has_unknown_arguments or call.argument("action").value in _OWN_ACTIONS:
            continue
        dest = call.argument("dest")
        said = dest.value
        flags = [flag for node in call.node.args if isinstance(flag := module.constant(node), str)]
        if dest.absent and flags:
            said = next((flag for flag in flags if flag.startswith("--")), flags[0]).lstrip("-").replace("-", "_")
        if isinstance(said, str) and said.isidentifier() and said != "local_rank":  # launchers pass it whether it is read or not
            yield said, call


def escapes(module: Module) -> bool:
    """Whether the options may be read by a name that is not written here."""
    if any(module.calls_spelt(*_TAKES_ALL, "setattr", "HfArgumentParser", "Namespace")):
        return True
    if any(not _is_literal(call) for call in module.calls_spelt("getattr")):
        return True
    if any(call.node.args and not is_logged(call.node) for call in module.calls_spelt("vars")):
        return True
    if any(not is_logged(node) for node in module.attributes_spelt({"__dict__", "_get_kwargs"})):
        return True
    return any(node.up.__class__ is ast.keyword and node.up.arg is None for node in module.names_spelt({"args", "opt", "opts"}))  # type: ignore[attr-defined]


def receivers(module: Module) -> set[str]:
    """Top-level packages whose functions are given the options as a whole."""
    found: set[str] = set()
    for node in module.names_spelt(NAMESPACES):
        up = node.up.up if node.up.__class__ is ast.keyword else node.up  # type: ignore[attr-defined]
        if up.__class__ is ast.Call and up.func is not node:
            found |= {name.partition(".")[0].partition("(")[0] for name in module.names(up.func) if "." in name}
    return found - _ONLY_LOG - {module.name.partition(".")[0]}


def _is_literal(call: Call) -> bool:
    return len(call.node.args) > 1 and isinstance(call.node.args[1], ast.Constant)


def is_logged(node: ast.AST) -> bool:
    """`print(vars(args))`, `json.dump(vars(args), f)`, `for k, v in vars(args).items(): print(k, v)`."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.keyword):
        up = up.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Attribute) and up.attr in ("items", "copy") and isinstance(up.up, ast.Call):  # type: ignore[attr-defined]
        return is_logged(up.up)  # type: ignore[attr-defined]
    if isinstance(up, (ast.FormattedValue, ast.JoinedStr)):
        return True
    if isinstance(up, ast.For):
        return all(
            isinstance(said, ast.Expr) and isinstance(said.value, ast.Call) and last_word(said.value.func) in _LOGS for said in up.body
        )
    if isinstance(up, ast.comprehension):
        shown = up.up.up  # type: ignore[attr-defined]
        return isinstance(shown, ast.Call) and last_word(shown.func) in {*_LOGS, "join"}
    if isinstance(up, ast.Call):
        return last_word(up.func) in _LOGS or (last_word(up.func) == "sorted" and is_logged(up))
    return False
