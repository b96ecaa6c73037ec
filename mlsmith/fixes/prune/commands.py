"""Options of click and typer: parameters of a decorated function that only its command line fills."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.fixes.prune.bindings import reads_of
from mlsmith.fixes.prune.captures import refuse_captured
from mlsmith.fixes.prune.found import Found, Slot, same
from mlsmith.fixes.prune.parameters import function_of, take_along
from mlsmith.fixes.prune.passed import refuse_passed
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.definitions import Function, Parameter
from mlsmith.rules.kit.module import Module

_LIBRARIES = ("click", "rich_click", "typer")
_QUIET = ("option", "argument", "pass_context", "pass_obj", "version_option", "help_option")
_COMMANDS = ("command", "group", "callback")
_OF_COMMAND = frozenset({
    "name", "help", "short_help", "epilog", "no_args_is_help", "hidden", "deprecated", "context_settings", "invoke_without_command", "chain",
    "add_help_option", "options_metavar", "rich_help_panel",
})  # fmt: skip
_OF_OPTION = frozenset({"default", "is_flag", "help", "show_default", "hidden", "metavar", "type", "required", "rich_help_panel"})
"""What changes nothing about the value that a program gets where nobody passes the option, or is looked at below"""
_FILLED_OTHERWISE = ("auto_envvar_prefix", "default_map")
_TYPES = {"bool": bool, "int": int, "float": float, "str": str}


class Declared(NamedTuple):
    """`call` is `click.option(…)`, a decorator, or `typer.Option(…)`; None where typer makes an option of the bare parameter."""

    module: Module
    function: Function
    parameter: Parameter
    call: ast.Call | None
    library: str


def commands(sight: Sight, name: str) -> list[Declared]:
    """Where a function gets an option as a parameter of that name."""
    return [
        found for module in sight.modules_with(name, all_of_them=False) if module.imports(*_LIBRARIES) for found in _declared(module, name)
    ]


def slots_of(sight: Sight, declared: list[Declared]) -> set[Slot]:
    return {Slot(f"{sight.project.files[one.module.path].module}.{one.function.scope.qualified}", one.parameter.name) for one in declared}


def take_command_option(sight: Sight, found: Found, name: str) -> None:
    """Add the option of a command, its parameter, and what that is passed on to. Raises Refusal where it may have another value."""
    declared = commands(sight, name)
    for one in declared:
        module, function = function_of(sight, _definition(sight, one))
        _refuse_command(one)
        _refuse_value(one, found.value)
        refuse_captured(sight, module, function, one.parameter)
        _refuse_called(sight, one)
        for node in reads_of(module, function, name):
            found.read(module.path, node)
        found.commands.append((module.path, one.parameter.node))
        if one.library == "click" and one.call is not None:
            found.decorators.append((module.path, one.call))
    _refuse_filled_otherwise(sight, name)
    found.spelt = list(dict.fromkeys(text for one in declared for text in _spelt(one)))
    for word in (name, *found.spelt, *(one.function.node.name for one in declared)):
        sight.refuse_beyond(word)
    refuse_passed(sight, set(found.spelt), [(one.module, one.call) for one in declared])
    take_along(sight, found)


def _definition(sight: Sight, one: Declared) -> Any:
    slot = next(iter(slots_of(sight, [one])))
    if slot.function not in sight.project.definitions:
        raise Refusal("the command cannot be followed", one.module.path, one.function.node.lineno, sort="nested")
    return sight.project.definitions[slot.function]


def _declared(module: Module, name: str) -> Iterator[Declared]:
    for function in module.functions:
        parameter = function.parameter(name)
        if parameter is None:
            continue
        for decorator in function.node.decorator_list:
            if isinstance(decorator, ast.Call) and _is_of(module, decorator.func, "option") and _name_of(module, decorator) == name:
                yield Declared(module, function, parameter, decorator, "click")
        if parameter.default is not None and _is_typer_command(module, function):
            call = _typer_option(module, parameter)
            if call is None or _is_of(module, call.func, "Option"):
                yield Declared(module, function, parameter, call, "typer")


def _is_of(module: Module, node: ast.expr, word: str) -> bool:
    return any(name in {f"{library}.{word}" for library in _LIBRARIES} for name in module.names(node))


def _is_typer_command(module: Module, function: Function) -> bool:
    made = any(
        isinstance(decorator, ast.Call)
        and last_word(decorator.func) in _COMMANDS
        and any(name.startswith("typer.Typer()") for name in module.names(decorator.func))
        for decorator in function.node.decorator_list
    )
    return made or any(_is_of(module, call.node.func, "run") and _names(call.node, function) for call in module.calls_spelt("run"))


def _names(call: ast.Call, function: Function) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id == function.node.name


def _typer_option(module: Module, parameter: Parameter) -> ast.Call | None:
    """`typer.Option(…)`, as the default or in `Annotated`."""
    annotation = parameter.node.annotation
    given = [parameter.default]
    if isinstance(annotation, ast.Subscript) and last_word(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        given += annotation.slice.elts[1:]
    return next((node for node in given if isinstance(node, ast.Call)), None)


def _name_of(module: Module, call: ast.Call) -> str:
    """The parameter that `click.option` fills: its plain name, or the first of the longest options."""
    said = [text for node in call.args if isinstance(text := module.constant(node), str)]
    plain = [text for text in said if text.isidentifier()]
    if plain:
        return plain[0]
    first = [text.partition("/")[0].strip() for text in said]
    long = [text for text in first if text.startswith("--")] or first
    return long[0].lstrip("-").replace("-", "_").lower() if long else ""


def _spelt(one: Declared) -> list[str]:
    said = [] if one.call is None else [text for node in one.call.args if isinstance(text := one.module.constant(node), str)]
    found = [part.strip() for text in said if text.startswith("-") for part in text.split("/")]
    if one.library == "typer" and not found:
        long = one.parameter.name.strip("_").replace("_", "-")
        found = [f"--{long}", f"--no-{long}"]
    return found


def _refuse_command(one: Declared) -> None:
    """Raises Refusal where something other than the library's own command may call the function."""
    module, node = one.module, one.function.node
    is_command = one.library == "typer"
    for decorator in node.decorator_list:
        word = last_word(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if any(_is_of(module, decorator.func if isinstance(decorator, ast.Call) else decorator, quiet) for quiet in _QUIET):
            continue
        strange = {keyword.arg for keyword in decorator.keywords} - _OF_COMMAND if isinstance(decorator, ast.Call) else {"it"}
        if word not in _COMMANDS[:2] + (("callback",) if one.library == "typer" else ()) or strange:
            raise Refusal(
                f"`{node.name}` is decorated by `{word}`, which may call it otherwise", module.path, node.lineno, sort="unknown decorator"
            )
        is_command = True
    if not is_command:
        raise Refusal(f"`{node.name}` is no command of its own", module.path, node.lineno, sort="unknown decorator")


def _refuse_value(one: Declared, value: Any) -> None:
    """Raises Refusal where a program whose user leaves the option out may get something else than the value."""
    path, line = one.module.path, one.parameter.node.lineno if one.call is None else one.call.lineno
    strange = sorted({str(keyword.arg) for keyword in one.call.keywords} - _OF_OPTION) if one.call is not None else []
    if strange:
        raise Refusal(f"`{strange[0]}` may give the option another value", path, line, sort="converted default")
    default = _click_default(one) if one.library == "click" else _typer_default(one)
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
    annotation = one.parameter.node.annotation
    if isinstance(annotation, ast.Subscript) and last_word(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        annotation = annotation.slice.elts[0]
    if default is None:
        return None
    return default if type(default).__name__ == getattr(annotation, "id", "") else UNKNOWN


def _refuse_called(sight: Sight, one: Declared) -> None:
    """Raises Refusal where the command is named otherwise than to run it, or to hang it on a group."""
    name = one.function.node.name
    for module in sight.modules_with(name):
        for node in [*module.names_spelt({name}), *module.attributes_spelt({name})]:
            up: Any = node.up  # type: ignore[attr-defined]
            if _stands_in_decorator(node, name) or (isinstance(up, ast.Call) and _runs(module, up, node, one.library)):
                continue
            raise Refusal(f"`{name}` is handed around, or called with values of its own", module.path, node.lineno, sort="handed around")
        for text in module.syntax.strings:
            statement = isinstance(text.up, ast.Expr)  # type: ignore[attr-defined]
            if isinstance(text.value, str) and text.value.rpartition(".")[2] == name and not statement:
                raise Refusal(f"the text {text.value!r} may mean the command", module.path, text.lineno, sort="named in a string")


def _runs(module: Module, call: ast.Call, node: ast.expr, library: str) -> bool:
    """`main()` of a click command, `typer.run(main)`, `cli.add_command(main)`, `CliRunner().invoke(main, […])`."""
    if call.func is node:
        return library == "click"
    if node not in call.args:
        return False
    if last_word(call.func) == "add_command" or (library == "typer" and _is_of(module, call.func, "run")):
        return True
    return any(name in ("click.testing.CliRunner().invoke", "typer.testing.CliRunner().invoke") for name in module.names(call.func))


def _stands_in_decorator(node: ast.AST, name: str) -> bool:
    """Whether a name stands in a decorator: `@main.command()` hangs another command on the group."""
    up: Any = node
    while up is not None and not isinstance(up, ast.stmt):
        up = up.up
    return isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and d.func.value is node and d.func.attr in ("command", "group")
        for d in up.decorator_list
    )


def _refuse_filled_otherwise(sight: Sight, name: str) -> None:
    """Raises Refusal where values come from the environment or from a mapping of defaults, or are read by their names."""
    for module in (module for path in sight.python if (module := sight.module(path)) is not None):
        if not module.imports(*_LIBRARIES):
            continue
        for word in _FILLED_OTHERWISE:
            if word in module.source.text:
                raise Refusal(
                    f"`{word}` may give the option another value", module.path, sight.line_of(module.path, word), sort="options escape"
                )
        for node in module.attributes_spelt({"params", "forward"}):
            if node.attr == "params" or last_word(node.value) in ("ctx", "context"):
                raise Refusal("all options are read, or handed on, as a whole", module.path, node.lineno, sort="options escape")
    for module in sight.modules_with(name):
        for text in module.syntax.strings:
            if isinstance(text.value, str) and text.value == name and not _is_own(text):
                raise Refusal(f"the text {text.value!r} may mean the flag", module.path, text.lineno, sort="named in a string")


def _is_own(text: ast.Constant) -> bool:
    """Whether a text is the name of a parameter in its own declaration."""
    up: Any = text.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Call) and last_word(up.func) in ("option", "Option")
