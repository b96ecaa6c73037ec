"""Programs that code starts: command lines as far as the code says, and the Python scripts in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import Binding, Block, block_of, scope_of
from mlsmith.regex import regex
from mlsmith.rules.kit.places import UNKNOWN_PART, places

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

WAITING = (
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.getoutput",
)  # fmt: skip
"""What starts a program and waits for it"""
_ARGUMENTS = ("args", "cmd", "command", "bash_command")
_SCRIPT = regex(
    r"""(?:\bpython[\d.]*(?:\.exe)?|\btorchrun|\baccelerate\ launch|\bipython)"?\s+(?:-[uOBIi]+\s+)*
    (?:-m\s+(?P<module>[A-Za-z_][\w.-]*)|["']?(?P<path>[^\s;&|"'<>-][^\s;&|"'<>]*\.py)\b)""",
    re.VERBOSE,
)
_HOLE = regex(r"<(\w+)>")
_MOST = 12
"""Lines of one expression that are followed"""


class Start(NamedTuple):
    """A script is started, as seen from a scope: in it, or by a function that is called there."""

    scope: int
    block: Block
    script: str
    """A path, or `-m` and a module"""
    node: ast.Call


def command_lines(module: Module, call: Call) -> list[str]:
    """The command lines that a call runs, lists joined by spaces; what is not known is `*`, and a parameter `<name>`."""
    keyword = next((argument for name in _ARGUMENTS if (argument := call.argument(name)).given), None)
    node = call.node.args[0] if call.node.args else keyword.node if keyword is not None else None
    return _lines(module, node, 0) if node is not None else []


def starts(module: Module, call: Call) -> Iterator[Start]:
    """Where a call starts which script: in its own scope, and in the scopes that call the function around it."""
    lines = command_lines(module, call)
    function = call.function
    callers = module.callers(function) if function is not None else []
    for script in _scripts(lines):
        for seen in (call, *callers):
            yield _start(seen, script)
    for name in dict.fromkeys(name for line in lines for name in _HOLE.findall(line)):
        parameter = function.parameter(name) if function is not None else None
        if function is None or parameter is None:
            continue
        for caller in callers:
            passed = caller.argument(name, parameter.position - (function.owner is not None)).node
            values = _lines(module, passed, 0) if passed is not None else []
            for script in _scripts([line.replace(f"<{name}>", value) for value in values for line in lines]):
                yield _start(caller, script)


def _start(call: Call, script: str) -> Start:
    return Start(id(scope_of(call.node)), block_of(call.node), script, call.node)


def _scripts(lines: list[str]) -> list[str]:
    """Scripts and modules that command lines start, as they name them."""
    found = [f"-m {m['module']}" if m["module"] else m["path"] for line in lines for m in _SCRIPT.finditer(line)]
    return [script for script in found if UNKNOWN_PART not in script.rpartition("/")[2]]


def _lines(module: Module, node: ast.expr, depth: int) -> list[str]:
    if depth > 4:
        return [UNKNOWN_PART]
    if isinstance(node, (ast.List, ast.Tuple)):
        lines = [""]
        for item in node.elts:
            lines = [f"{line} {text}".strip() for text in _lines(module, item, depth + 1) for line in lines][:_MOST]
        return lines
    if isinstance(node, ast.Attribute) and "sys.executable" in module.names(node):
        return ["python"]
    if isinstance(node, ast.Name):
        bindings = module.resolver.reaching(node)
        values = [value for binding in bindings for value in _values(module, binding)]
        if values:
            return [text for value in values[:_MOST] for text in _lines(module, value, depth + 1)][:_MOST]
    if isinstance(node, ast.JoinedStr):
        lines = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            lines = [line + text for text in _lines(module, inner, depth + 1) for line in lines][:_MOST]
        return lines
    call = module.call(node)
    if call is not None and (call.method == "split" or call.name == "shlex.split"):
        split = call.node.args[0] if call.name == "shlex.split" and call.node.args else call.receiver
        return _lines(module, split, depth + 1) if split is not None else [UNKNOWN_PART]
    return places(module, node)


def _values(module: Module, binding: Binding) -> list[ast.expr]:
    """What a name holds that a loop runs over a list written out, or that is assigned a list or a text."""
    if binding.value is None:
        return []
    if binding.kind == "assign" and binding.index is None:
        return [binding.value] if isinstance(binding.value, (ast.List, ast.Tuple, ast.JoinedStr, ast.Constant)) else []
    if binding.kind != "for":
        return []
    iterated = binding.value
    if isinstance(iterated, ast.Name):
        held = module.resolver.reaching(iterated)
        iterated = held[0].value if len(held) == 1 and held[0].value is not None and held[0].kind == "assign" else iterated
    if not isinstance(iterated, (ast.List, ast.Tuple)):
        return []
    if binding.index is None:
        return list(iterated.elts)
    rows = [row.elts for row in iterated.elts if isinstance(row, (ast.List, ast.Tuple))]
    return [row[binding.index] for row in rows if len(row) > binding.index]
