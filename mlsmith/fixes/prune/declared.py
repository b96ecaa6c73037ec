"""How click, typer, fire and tyro declare an option, and what a program gets where nobody passes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.fixes.prune.found import same
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.run_functions import RUNNERS, runs_of, spelt_for
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.definitions import Function, Parameter
from mlsmith.rules.kit.module import Module

LIBRARIES = ("click", "rich_click", "typer")
COMMANDS = ("command", "group", "callback")
_OF_OPTION = frozenset({"default", "is_flag", "help", "show_default", "hidden", "metavar", "type", "required", "rich_help_panel"})
"""What changes nothing about the value that a program gets where nobody passes the option, or is looked at below"""
_NAMED_OTHERWISE = frozenset({"Annotated", "Positional", "conf"})
_TYPES = {"bool": bool, "int": int, "float": float, "str": str}


class Declared(NamedTuple):
    """`call` is `click.option(…)`, a decorator, or `typer.Option(…)`; None where typer, fire or tyro makes an option of the bare parameter."""

    module: Module
    function: Function
    parameter: Parameter
    call: ast.Call | None
    library: str


def declared_by(module: Module, name: str) -> Iterator[Declared]:
    for function in module.functions:
        parameter = function.parameter(name)
        if parameter is None:
            continue
        for decorator in function.node.decorator_list:
            if isinstance(decorator, ast.Call) and is_of(module, decorator.func, "option") and _name_of(module, decorator) == name:
                yield Declared(module, function, parameter, decorator, "click")
        if parameter.default is not None and _is_typer_command(module, function):
            call = _typer_option(module, parameter)
            if call is None or is_of(module, call.func, "Option"):
                yield Declared(module, function, parameter, call, "typer")
        if parameter.default is not None:
            for library in {library for library, _ in runs_of(module, function)}:
                yield Declared(module, function, parameter, None, library)


def is_of(module: Module, node: ast.expr, word: str) -> bool:
    return any(name in {f"{library}.{word}" for library in LIBRARIES} for name in module.names(node))


def _is_typer_command(module: Module, function: Function) -> bool:
    made = any(
        isinstance(decorator, ast.Call)
        and last_word(decorator.func) in COMMANDS
        and any(name.startswith("typer.Typer()") for name in module.names(decorator.func))
        for decorator in function.node.decorator_list
    )
    return made or any(is_of(module, call.node.func, "run") and _names(call.node, function) for call in module.calls_spelt("run"))


def _names(call: ast.Call, function: Function) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id == function.node.name


def _typer_option(module: Module, parameter: Parameter) -> ast.Call | None:
    """`typer.Option(…)`, as the default or in `Annotated`."""
    _, *told = _annotated(parameter)
    return next((node for node in (parameter.default, *told) if isinstance(node, ast.Call)), None)


def _annotated(parameter: Parameter) -> list[ast.expr | None]:
    """The type of a parameter, and what `Annotated` tells beside it."""
    annotation = parameter.node.annotation
    if isinstance(annotation, ast.Subscript) and last_word(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        return [*annotation.slice.elts]
    return [annotation]


def _name_of(module: Module, call: ast.Call) -> str:
    """The parameter that `click.option` fills: its plain name, or the first of the longest options."""
    said = [text for node in call.args if isinstance(text := module.constant(node), str)]
    plain = [text for text in said if text.isidentifier()]
    if plain:
        return plain[0]
    first = [text.partition("/")[0].strip() for text in said]
    long = [text for text in first if text.startswith("--")] or first
    return long[0].lstrip("-").replace("-", "_").lower() if long else ""


def spelt(one: Declared) -> list[str]:
    if one.library in RUNNERS:
        return spelt_for(one.library, one.parameter.name)
    said = [] if one.call is None else [text for node in one.call.args if isinstance(text := one.module.constant(node), str)]
    found = [part.strip() for text in said if text.startswith("-") for part in text.split("/")]
    if one.library == "typer" and not found:
        long = one.parameter.name.strip("_").replace("_", "-")
        found = [f"--{long}", f"--no-{long}"]
    return found


def refuse_value(one: Declared, value: Any) -> None:
    """Raises Refusal where a program whose user leaves the option out may get something else than the value."""
    path, line = one.module.path, one.parameter.node.lineno if one.call is None else one.call.lineno
    strange = sorted({str(keyword.arg) for keyword in one.call.keywords} - _OF_OPTION) if one.call is not None else []
    if strange:
        raise Refusal(f"`{strange[0]}` may give the option another value", path, line, sort="converted default")
    default = _DEFAULTS[one.library](one)
    if default is UNKNOWN or not same(default, value):
        shown = "something that cannot be seen" if default is UNKNOWN else repr(default)
        raise Refusal(f"the option is {shown} by default", path, line, sort="another value")


def _click_default(one: Declared) -> Any:
    assert one.call is not None
    given = {keyword.arg: keyword.value for keyword in one.call.keywords}
    if "required" in given and one.module.constant(given["required"]) is not False:
        return UNKNOWN
    texts = [one.module.constant(node) for node in one.call.args]
    if not texts or not all(isinstance(text, str) for text in texts):
        return UNKNOWN
    is_flag = one.module.constant(given["is_flag"]) if "is_flag" in given else any("/" in text for text in texts if text.startswith("-"))
    default = one.module.constant(given["default"]) if "default" in given else False if is_flag is True else None
    if is_flag is True:
        return default if isinstance(default, bool) and "type" not in given else UNKNOWN
    kind = getattr(given.get("type"), "id", type(default).__name__ if "type" not in given else "")
    return default if default is None or (isinstance(default, _TYPES.get(kind, ())) and type(default).__name__ == kind) else UNKNOWN


def _typer_default(one: Declared) -> Any:
    if one.call is None or one.parameter.default is not one.call:
        default = one.module.constant(one.parameter.default)
    else:
        default = one.module.constant(one.call.args[0]) if one.call.args else UNKNOWN
    if one.call is not None and any(keyword.arg in ("default", "is_flag", "type", "required") for keyword in one.call.keywords):
        return UNKNOWN
    if default is None:
        return None
    return default if type(default).__name__ == getattr(_annotated(one.parameter)[0], "id", "") else UNKNOWN


def _fire_default(one: Declared) -> Any:
    return one.module.constant(one.parameter.default)


def _tyro_default(one: Declared) -> Any:
    """As typer; what `Annotated` or `tyro.conf` tells may name the option otherwise, or make an argument without a name of it."""
    annotation = one.parameter.node.annotation
    told = ast.walk(annotation) if annotation is not None else ()
    if any(isinstance(node, (ast.Name, ast.Attribute)) and last_word(node) in _NAMED_OTHERWISE for node in told):
        return UNKNOWN
    return _typer_default(one)


_DEFAULTS = {"click": _click_default, "typer": _typer_default, "fire": _fire_default, "tyro": _tyro_default}
