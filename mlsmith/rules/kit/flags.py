"""Where a flag that code reads gets its value if nobody says otherwise: an option of the command line, a field of a settings class."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.constants import UNKNOWN

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

PAST = frozenset({
    "old", "legacy", "deprecated", "obsolete", "former", "v1", "experimental", "hack", "fallback", "ablation", "compat", "workaround",
})  # fmt: skip
"""Words of switches to what nobody should want any more, or not yet"""

_PARSED = ("argparse.ArgumentParser().parse_args()", "argparse.ArgumentParser().parse_known_args()[0]")
_CONFIG_CLASSES = (
    "dataclasses.dataclass",
    "dataclasses.dataclass()",
    "attr.s",
    "attr.s()",
    "attrs.define",
    "attrs.define()",
    "attr.define",
)
_CONFIG_BASES = ("pydantic.BaseModel", "pydantic_settings.BaseSettings", "pydantic.BaseSettings", "typing.NamedTuple")


class FlagDefault(NamedTuple):
    """The value that holds by default, how a user would name the flag, and where it is declared."""

    value: Any
    label: str
    node: ast.AST


def flag_default(module: Module, node: ast.expr | None) -> FlagDefault | None:
    """The default of `args.shuffle` or `config.shuffle`, declared in this module; None where it is not known."""
    if not isinstance(node, ast.Attribute):
        return None
    names = module.names(node.value)
    if any(name in _PARSED for name in names):
        return _option(module, node.attr)
    for name in names:
        cls = module.resolver.class_named(name) if name.endswith("()") else None
        if cls is not None and _is_settings(module, cls):
            return _field(module, cls, node.attr)
    return None


def _option(module: Module, name: str) -> FlagDefault | None:
    """The option of the command line that ends up under a name."""
    found = [call for call in module.method_calls("add_argument") if _destination(call) == name]
    if len(found) != 1:
        return None
    call = found[0]
    action = call.argument("action").value
    default = call.argument("default")
    value = {"store_true": False, "store_false": True}.get(action, UNKNOWN) if isinstance(action, str) else UNKNOWN
    if default.given:
        value = default.value
    label = next((argument.value for argument in call.node.args if isinstance(argument, ast.Constant)), name)
    return FlagDefault(value, str(label), call.node) if isinstance(value, bool) else None


def _destination(call: Call) -> str:
    """The attribute that an option fills, as argparse makes it from the first long name."""
    said = call.argument("dest").value
    if isinstance(said, str):
        return said
    options = [a.value for a in call.node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    long = next((option for option in options if option.startswith("--")), options[0] if options else "")
    return long.lstrip("-").replace("-", "_")


def _is_settings(module: Module, cls: ast.ClassDef) -> bool:
    decorators = [name for decorator in cls.decorator_list for name in module.names(decorator)]
    bases = [name for base in cls.bases for name in module.names(base)]
    return any(name in _CONFIG_CLASSES for name in decorators) or any(name in _CONFIG_BASES for name in bases)


def _field(module: Module, cls: ast.ClassDef, name: str) -> FlagDefault | None:
    for statement in cls.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.target.id == name:
            value = module.constant(statement.value)
            return FlagDefault(value, f"{cls.name}.{name}", statement) if isinstance(value, bool) else None
    return None
