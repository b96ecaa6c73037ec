"""What calls stand for: of a function of the same program its body, of anything else the call with its arguments."""

from __future__ import annotations

import ast

from mlsmith.revisions.expressions import Expressions
from mlsmith.revisions.program import Unit
from mlsmith.revisions.telling import UNDEFINED, Env, defaults_of, root_of
from mlsmith.revisions.values import Value, constant, value_of

_DEPTH = 4
"""How deep called functions are told with their callers"""
_SILENT = ("logging.", "loguru.", "warnings.warn", "rich.print", "pprint.")
_SILENT_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
_LOGGERS = ("logging.getLogger()", "loguru.logger")
_PICTURES = ("matplotlib.", "seaborn.", "plotly.", "IPython.display.", "bokeh.", "altair.")
_OF_FILES = ("imread", "imsave", "savefig", "write_image")
"""What libraries of pictures do to files may be read by somebody"""
_PROGRESS = frozenset(
    {"tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.autonotebook.tqdm", "tqdm.tqdm_notebook", "rich.progress.track"}
)
"""They hand on what they are given, and show how far they are"""
_OF_PROGRESS = frozenset({"set_description", "set_description_str", "set_postfix", "set_postfix_str"})
_FOR_READERS = frozenset({"help", "description", "epilog", "metavar", "desc"})
"""Keywords whose values only people read"""


class Calls(Expressions):
    def call(self, node: ast.Call) -> Value:
        names = self.module.resolver.names(node.func)
        if "typing.cast" in names and len(node.args) == 2:
            return self.value(node.args[1])
        if len(names) == 1 and names[0] in _PROGRESS and node.args and not isinstance(node.args[0], ast.Starred):
            for keyword in node.keywords:
                self.value(keyword.value)
            return self.value(node.args[0])
        unit = self.program.function_named(self.module, names) if not self.is_local(node.func) else None
        if unit is not None:
            told = self.tell_with(node, unit)
            if told is not None:
                return told
        func = self.callee(node.func, unit)
        parts = [("func", func)]
        positional = self.bound_names(unit, node)
        for number, argument in enumerate(node.args):
            star = isinstance(argument, ast.Starred)
            parts.append((f"*{number}" if star else str(number), self.value(argument.value if star else argument)))  # type: ignore[attr-defined]
        listed = [k for k in node.keywords if k.arg not in _FOR_READERS]
        keywords = [(positional.get(k.arg, k.arg) if k.arg else f"**{i}", self.value(k.value)) for i, k in enumerate(listed)]
        value = value_of("call", "", (*parts, *sorted(keywords, key=lambda pair: pair[0])), self.origin(node))
        if self.is_silent(value, names):
            return value
        for root in {root_of(inner).digest for _, inner in value.parts}:
            self.handled[root] = self.handled.get(root, 0) + 1
        value = self.counted(value)
        self.emit("call", node, values=(("value", value),))
        return value

    def callee(self, func: ast.expr, unit: Unit | None) -> Value:
        if unit is None:
            return self.value(func)
        stand_in = self.program.stand_in(unit)
        if isinstance(func, ast.Attribute):
            owner = self.value(func.value)
            return value_of("bound", "", (("of", owner), ("is", stand_in)), self.origin(func))
        return stand_in

    def bound_names(self, unit: Unit | None, node: ast.Call) -> dict[str | None, str]:
        """Keyword → position of a parameter of a function of the program: parameters may be renamed."""
        if unit is None or not isinstance(unit.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return {}
        plain = [a.arg for a in (*unit.node.args.posonlyargs, *unit.node.args.args)]
        shift = 1 if isinstance(node.func, ast.Attribute) and plain[:1] in (["self"], ["cls"]) else 0
        places: dict[str | None, str] = {name: str(i - shift) for i, name in enumerate(plain)}
        places.update({a.arg: f"k{i}" for i, a in enumerate(unit.node.args.kwonlyargs)})
        return places

    def is_local(self, func: ast.expr) -> bool:
        return isinstance(func, ast.Name) and func.id in self.env

    def is_silent(self, value: Value, names: tuple[str, ...]) -> bool:
        """Telling people something is no behaviour of a model."""
        callee = value.callee
        root = _maker(value).name
        if root.startswith(_PICTURES) and callee.rpartition(".")[2] not in _OF_FILES:
            return True
        if (
            callee.rpartition(".")[2] in _OF_PROGRESS
            or callee == "print"
            or callee.startswith(_SILENT)
            or any(name.startswith(_LOGGERS) for name in names)
        ):
            return True
        func = value.parts[0][1]
        if func.kind != "attribute" or func.label not in _SILENT_METHODS:
            return False
        return func.parts[0][1].label.rpartition(".")[2].strip("_").lower() in ("logger", "log")

    def tell_with(self, node: ast.Call, unit: Unit) -> Value | None:
        """Tell a called function's body in the caller's place; None where that cannot be done faithfully."""
        function = unit.node
        if self.depth >= _DEPTH or self.program.is_busy(unit) or not isinstance(function, ast.FunctionDef) or not _is_simple(function):
            return None
        plain = [*function.args.posonlyargs, *function.args.args]
        given: Env = {}
        owner: Value | None = None
        if isinstance(node.func, ast.Attribute) and plain and plain[0].arg in ("self", "cls"):
            owner = self.value(node.func.value)
        names = [a.arg for a in plain][1 if owner is not None else 0 :]
        if len(node.args) > len(names) or any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return None
        for name, argument in zip(names, node.args, strict=False):
            given[name] = self.value(argument)
        for keyword in node.keywords:
            given[str(keyword.arg)] = self.value(keyword.value)
        if owner is not None:
            given[plain[0].arg] = owner
        return self.inside(unit, function, given)

    def inside(self, unit: Unit, function: ast.FunctionDef, given: Env) -> Value | None:
        outer = (self.env, self.module, self.unit, self.returned, self.depth)
        defaults = defaults_of(function.args)
        self.env, self.module, self.unit, self.returned, self.depth = {}, unit.module, unit, None, self.depth + 1
        self.program._busy.add(unit.name)
        try:
            for name in (a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)):
                default = defaults.get(name)
                self.env[name] = given[name] if name in given else self.value(default) if default is not None else UNDEFINED
            self.run(function.body)
            result = self.returned or constant(None)
        finally:
            self.program._busy.discard(unit.name)
            self.env, self.module, self.unit, self.returned, self.depth = outer
        self.taken_in.add(unit.name)
        return result


def _maker(value: Value) -> Value:
    """The library's object at the bottom of `x().y[0].z()`."""
    while value.kind in ("call", "attribute", "item", "unpacked", "entered") and value.parts:
        value = value.parts[0][1]
    return value


def _is_simple(function: ast.FunctionDef) -> bool:
    """Whether a body can be told in the caller's place: one return, at the end; no decorator, generator, star or own scope games."""
    if function.decorator_list or function.args.vararg or function.args.kwarg:
        return False
    for inner in ast.walk(function):
        if isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(inner, ast.Return) and inner is not function.body[-1]:
            return False
    return True
