"""Options of click, typer, fire and tyro: parameters of a function that only its command line fills."""

from __future__ import annotations

import ast
from typing import Any

from mlsmith.fixes.prune.bindings import reads_of, scope_that_binds
from mlsmith.fixes.prune.by_place import refuse_by_place
from mlsmith.fixes.prune.captures import refuse_captured
from mlsmith.fixes.prune.declared import COMMANDS, LIBRARIES, Declared, declared_by, is_of, refuse_value, spelt
from mlsmith.fixes.prune.found import Found, Slot
from mlsmith.fixes.prune.parameters import function_of, take_along
from mlsmith.fixes.prune.passed import refuse_passed
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.run_functions import RUNNERS, is_name_of_command, refuse_run, runner_of
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import last_word, statement_of
from mlsmith.rules.kit.module import Module

_QUIET = ("option", "argument", "pass_context", "pass_obj", "version_option", "help_option")
_OF_COMMAND = frozenset({
    "name", "help", "short_help", "epilog", "no_args_is_help", "hidden", "deprecated", "context_settings", "invoke_without_command", "chain",
    "add_help_option", "options_metavar", "rich_help_panel",
})  # fmt: skip
_FILLED_OTHERWISE = ("auto_envvar_prefix", "default_map")


def commands(sight: Sight, name: str) -> list[Declared]:
    """Where a function gets an option as a parameter of that name."""
    return [
        found
        for module in sight.modules_with(name, all_of_them=False)
        if module.imports(*LIBRARIES, *RUNNERS)
        for found in declared_by(module, name)
    ]


def slots_of(sight: Sight, declared: list[Declared]) -> set[Slot]:
    return {Slot(f"{sight.project.files[one.module.path].module}.{one.function.scope.qualified}", one.parameter.name) for one in declared}


def take_command_option(sight: Sight, found: Found, name: str, declared: list[Declared]) -> None:
    """Add the option of commands, its parameter, and what that is passed on to. Raises Refusal where it may have another value."""
    for one in declared:
        module, function = function_of(sight, _definition(sight, one))
        _refuse_command(one)
        refuse_value(one, found.value)
        refuse_captured(sight, module, function, one.parameter)
        _refuse_called(sight, one)
        for node in reads_of(module, function, name):
            found.read(module.path, node)
        found.commands.append((module.path, one.parameter.node))
        if one.library == "click" and one.call is not None:
            found.decorators.append((module.path, one.call))
        if one.library == "fire":
            refuse_by_place(sight, module, one.parameter)
    _refuse_filled_otherwise(sight, name)
    said = list(dict.fromkeys(text for one in declared for text in spelt(one)))
    found.spelt = list(dict.fromkeys(text for one in declared for text in (spelt(one)[:1] if one.library in RUNNERS else spelt(one))))
    for word in (name, *said, *(one.function.node.name for one in declared)):
        sight.refuse_beyond(word)
    together = any(one.library not in RUNNERS for one in declared)
    refuse_passed(sight, set(said), [(one.module, one.call) for one in declared], together=together)
    take_along(sight, found)


def _definition(sight: Sight, one: Declared) -> Any:
    slot = next(iter(slots_of(sight, [one])))
    if slot.function not in sight.project.definitions:
        raise Refusal("the command cannot be followed", one.module.path, one.function.node.lineno, sort="nested")
    return sight.project.definitions[slot.function]


def _refuse_command(one: Declared) -> None:
    """Raises Refusal where something other than the library's own command may call the function."""
    module, node = one.module, one.function.node
    if one.library in RUNNERS:
        refuse_run(module, one.function)
        return
    is_command = one.library == "typer"
    for decorator in node.decorator_list:
        word = last_word(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if any(is_of(module, decorator.func if isinstance(decorator, ast.Call) else decorator, quiet) for quiet in _QUIET):
            continue
        strange = {keyword.arg for keyword in decorator.keywords} - _OF_COMMAND if isinstance(decorator, ast.Call) else {"it"}
        if word not in COMMANDS[:2] + (("callback",) if one.library == "typer" else ()) or strange:
            raise Refusal(
                f"`{node.name}` is decorated by `{word}`, which may call it otherwise", module.path, node.lineno, sort="unknown decorator"
            )
        is_command = True
    if not is_command:
        raise Refusal(f"`{node.name}` is no command of its own", module.path, node.lineno, sort="unknown decorator")


def _refuse_called(sight: Sight, one: Declared) -> None:
    """Raises Refusal where the command is named otherwise than to run it, or to hang it on a group."""
    name = one.function.node.name
    for module in sight.modules_with(name):
        for node in [*module.names_spelt({name}), *module.attributes_spelt({name})]:
            up: Any = node.up  # type: ignore[attr-defined]
            if (
                _is_of_its_own(module, one, node)
                or _hangs_a_command(node)
                or runner_of(module, node) is not None
                or (isinstance(up, ast.Call) and _runs(module, up, node, one.library))
            ):
                continue
            raise Refusal(f"`{name}` is handed around, or called with values of its own", module.path, node.lineno, sort="handed around")
        for text in module.syntax.strings:
            statement = isinstance(text.up, ast.Expr) or is_name_of_command(module, text)  # type: ignore[attr-defined]
            if isinstance(text.value, str) and text.value.rpartition(".")[2] == name and not statement:
                raise Refusal(f"the text {text.value!r} may mean the command", module.path, text.lineno, sort="named in a string")


def _is_of_its_own(module: Module, one: Declared, node: ast.expr) -> bool:
    """Whether another file means a function, class or value of its own by the name."""
    name = one.function.node.name
    scope = scope_that_binds(node, name) if module.path != one.module.path and isinstance(node, ast.Name) else None
    return scope is not None and all(binding.kind != "import" for binding in scope.bindings[name])


def _runs(module: Module, call: ast.Call, node: ast.expr, library: str) -> bool:
    """`main()` of a click command, `typer.run(main)`, `cli.add_command(main)`, `CliRunner().invoke(main, […])`."""
    if call.func is node:
        return library == "click"
    if node not in call.args:
        return False
    if last_word(call.func) == "add_command" or (library == "typer" and is_of(module, call.func, "run")):
        return True
    return any(name in ("click.testing.CliRunner().invoke", "typer.testing.CliRunner().invoke") for name in module.names(call.func))


def _hangs_a_command(node: ast.AST) -> bool:
    """Whether a name stands in a decorator that hangs another command on the group: `@main.command()`."""
    statement = statement_of(node)
    return isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and d.func.value is node and d.func.attr in ("command", "group")
        for d in statement.decorator_list
    )


def _refuse_filled_otherwise(sight: Sight, name: str) -> None:
    """Raises Refusal where values come from the environment or from a mapping of defaults, or are read by their names."""
    for module in (module for path in sight.python if (module := sight.module(path)) is not None):
        if not module.imports(*LIBRARIES):
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
