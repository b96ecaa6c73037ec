"""What calls stand for: of a function of the same program its body, of anything else the call with its arguments."""

from __future__ import annotations

import ast

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.revisions.annotations import makes_a_type
from mlsmith.revisions.constants import function_elsewhere
from mlsmith.revisions.documentation import FOR_READERS, without_help, without_help_in_metadata
from mlsmith.revisions.effects import Effect
from mlsmith.revisions.expressions import Expressions
from mlsmith.revisions.program import FunctionNode, Unit
from mlsmith.revisions.spellings import as_display, as_f_string, with_plain_axes, with_plain_mode
from mlsmith.revisions.stars import names_of
from mlsmith.revisions.telling import UNDEFINED, Env, defaults_of, does_nothing, root_of, versioned
from mlsmith.revisions.values import Value, constant, value_of

_DEPTH = 4
"""How deep called functions are told with their callers"""
_STEPS = 120
"""A function that does more than so many steps, with those that it calls, is compared by itself only"""
_SILENT = (
    "logging.",
    "loguru.",
    "structlog.",
    "warnings.",
    "tqdm.",
    "rich.",
    "pprint.",
    "termcolor.",
    "colorama.",
    "icecream.",
    "absl.logging.",
    "tensorflow.logging.",
    "tensorflow.compat.v1.logging.",
    "transformers.logging.",
    "transformers.utils.logging.",
    "datasets.logging.",
    "datasets.utils.logging.",
    "diffusers.utils.logging.",
    "unittest.main",
)
_SILENT_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
_LOGGERS = ("logging.getLogger()", "loguru.logger")
_PRINTS = frozenset({"print", "cprint", "dprint", "eprint", "fprint", "pprint", "rprint", "tprint", "vprint"})
"""Last words of functions that write to the terminal, with a colour or the time"""
_PICTURES = ("matplotlib.", "seaborn.", "plotly.", "IPython.display.", "bokeh.", "altair.")
_OF_FILES = ("imread", "imsave", "savefig", "write_image")
"""What libraries of pictures do to files may be read by somebody"""
_PROGRESS = frozenset(
    {"tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.autonotebook.tqdm", "tqdm.tqdm_notebook", "rich.progress.track"}
)
"""They hand on what they are given, and show how far they are"""
READS = frozenset(
    {"len", "range", "int", "float", "str", "bool", "repr", "isinstance", "issubclass", "hasattr", "callable", "type", "super", "id"}
)
"""What only looks at what it is given: no step, but a way to compute something"""
_LOOKS = READS | frozenset({
    "format", "join", "item", "mean", "sum", "min", "max", "keys", "values", "items", "tolist", "numpy", "round", "list", "sorted", "dict", "tuple",
    "pretty", "dumps", "pformat", "to_yaml", "to_dict", "tabulate", "getattr", "cpu", "detach", "size", "dim", "upper", "lower", "strip", "split",
    "replace", "time", "perf_counter", "strftime", "now", "basename", "abs", "ljust", "rjust", "get", "rank", "exists", "parameters", "numel",
})  # fmt: skip
"""What stands in messages, and changes nothing either"""
_USES_UP = frozenset({"sum", "min", "max", "list", "sorted", "dict", "tuple"})
"""Built-in functions of those names empty the iterator that they are given"""
_OF_PROGRESS = frozenset({"set_description", "set_description_str", "set_postfix", "set_postfix_str"})
_MAKES_A_MESSAGE = regex(r"(?:error|warn(?:ing)?)_(?:msg|message)\Z")
_EXCEPTIONS = ("Error", "Exception", "Warning")
_OF_TORCH = {"axis": "dim", "keepdims": "keepdim"}
"""Keywords that functions of torch know by two names"""
_PAGES = ("gradio.", "streamlit.")
_ON_A_PAGE = frozenset({"label", "placeholder", "info", "title", "variant", "scale", "elem_id", "elem_classes", "min_width"})
OF_A_DISTRIBUTION = frozenset({
    "name", "version", "description", "long_description", "long_description_content_type", "author", "author_email", "maintainer",
    "maintainer_email", "url", "project_urls", "download_url", "license", "license_files", "classifiers", "keywords", "platforms",
})  # fmt: skip


class Calls(Expressions):
    def call(self, node: ast.Call) -> Value:
        before = len(self.effects)
        names = names_of(self.program, self.module, node.func)
        if "typing.cast" in names and len(node.args) == 2:
            return self.value(node.args[1])
        if makes_a_type(names):
            return value_of("about", "readers")
        if len(names) == 1 and names[0] in _PROGRESS:  # Whoever is asked whether to show it is asked for nothing else.
            node = ast.copy_location(ast.Call(node.func, node.args, [k for k in node.keywords if k.arg != "disable"]), node)
        if len(names) == 1 and names[0] in _PROGRESS and node.args and not isinstance(node.args[0], ast.Starred):
            for keyword in node.keywords:
                self.value(keyword.value)
            return self.value(node.args[0])
        built_in = isinstance(node.func, ast.Name) and self.binding_kind(node.func.id) == ""
        other = as_display(node) if built_in else as_f_string(node)
        if other is not None:
            return self.value(other)
        unit = self.program.function_named(self.module, names) if not self.is_local(node.func) else None
        if unit is not None:
            told = self.tell_with(node, unit)
            if told is not None:
                return told
        node = without_help(with_plain_axes(self.without_own_class(node), names), names)
        node = with_plain_mode(node) if built_in else node
        func = self.callee(node.func, unit)
        parts = [("func", func)]
        called = unit or self.constructor(names) or (function_elsewhere(self.program, names[0], self.module) if len(names) == 1 else None)
        places, keys = self.bound_names(called, node)
        for number, argument in enumerate(node.args):
            star = isinstance(argument, ast.Starred)
            place = places[number] if number < len(places) and not _is_spread(node) else str(number)
            parts.append((f"*{number}" if star else place, self.value(argument.value if star else argument)))  # type: ignore[attr-defined]
        unread = OF_A_DISTRIBUTION if func.name in ("setuptools.setup", "distutils.core.setup") else FOR_READERS
        if func.name.startswith(_PAGES):
            unread = unread | _ON_A_PAGE
        given = [without_help_in_metadata(k) if func.name == "dataclasses.field" else k for k in node.keywords if k.arg not in unread]
        stars = [k for k in given if k.arg is None]
        aliases = _OF_TORCH if any(name.startswith("torch.") for name in names) else {}
        keywords = [(keys.get(k.arg, aliases.get(k.arg, k.arg)) if k.arg else f"**{stars.index(k)}", self.value(k.value)) for k in given]
        if _is_exception(func) or self.is_made_an_exception(node) or _MAKES_A_MESSAGE.search(last_word(node.func)):
            parts, keywords = [parts[0]], []  # Its text is for readers.
        known = [*parts[1:], *keywords] if places and not _is_spread(node) else None
        if known is not None:
            same = self.defaults_of_both(called, node)
            known = [(role, value) for role, value in known if same.get(role) != value.digest]
        listed = sorted(known, key=lambda pair: pair[0]) if known is not None else [*parts[1:], *sorted(keywords, key=lambda pair: pair[0])]
        value = value_of("call", "", (parts[0], *listed), self.origin(node))
        if self.is_silent(value, names) or _is_a_logger(node.func) or (unit is not None and _only_prints(unit.node)):
            self.effects[before:] = [effect for effect in self.effects[before:] if not _only_looks(effect)]
            return value
        if value.callee in READS:
            handled = sum(self.handled.get(root_of(part).digest, 0) for _, part in value.parts[1:])
            return value_of("call", "", (*value.parts, *versioned((self.writes.get("[]", 0), handled))), value.origin)
        return self.step(node, value)

    def without_own_class(self, node: ast.Call) -> ast.Call:
        """`super(Own, self)` as `super()`."""
        own = self.unit.symbol.rpartition(".")[0].rpartition(".")[2]
        named = isinstance(node.func, ast.Name) and node.func.id == "super" and len(node.args) == 2 and not node.keywords
        if not named or not all(isinstance(argument, ast.Name) for argument in node.args):
            return node
        owner, instance = (argument.id for argument in node.args if isinstance(argument, ast.Name))
        return ast.copy_location(ast.Call(node.func, [], []), node) if owner == own and instance in ("self", "cls") else node

    def is_made_an_exception(self, node: ast.Call) -> bool:
        """Whether a class of exceptions hands its text on: `super().__init__("…")`."""
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr != "__init__" or not isinstance(func.value, ast.Call):
            return False
        owner = getattr(self.unit.node, "up", None)
        bases = [last_word(base) for base in owner.bases] if isinstance(owner, ast.ClassDef) else []
        return last_word(func.value.func) == "super" and any(base.endswith(_EXCEPTIONS) for base in bases)

    def callee(self, func: ast.expr, unit: Unit | None) -> Value:
        if unit is None:
            return self.value(func)
        stand_in = self.program.stand_in(unit)
        if isinstance(func, ast.Attribute):
            owner = self.value(func.value)
            return value_of("bound", "", (("of", owner), ("is", stand_in)), self.origin(func))
        return stand_in

    def constructor(self, names: tuple[str, ...]) -> Unit | None:
        """What is called where a class of the program is."""
        unit = self.program.definition_named(self.module, names)
        return self.program.units.get(f"{unit.name}.__init__") if unit is not None and unit.kind == "class" else None

    def bound_names(self, unit: Unit | None, node: ast.Call) -> tuple[list[str], dict[str | None, str]]:
        """Roles of the arguments by position and by keyword: as the parameters are called that both versions of a function have."""
        if unit is None or not isinstance(unit.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return [], {}
        args = unit.node.args
        roles = self.program.roles_of(unit)
        plain = [a.arg for a in (*args.posonlyargs, *args.args)]
        bound = unit.last == "__init__" or isinstance(node.func, ast.Attribute)
        shift = 1 if bound and plain[:1] in (["self"], ["cls"]) else 0
        keywords: dict[str | None, str] = {name: roles[name] for name in (*plain, *(a.arg for a in args.kwonlyargs))}
        return [roles[name] for name in plain[shift:]], keywords

    def defaults_of_both(self, unit: Unit | None, node: ast.Call) -> dict[str, bytes]:
        """Role → the constant that a parameter has in both versions where nothing is given. Of a method another class may have its own."""
        peer = self.program.peer.units.get(unit.name) if unit is not None and self.program.peer is not None else None
        peer = unit if unit is not None and unit.name not in self.program.units else peer  # Of a file that has not changed.
        if unit is None or peer is None or (isinstance(node.func, ast.Attribute) and "." in unit.symbol and unit.last != "__init__"):
            return {}
        if not isinstance(unit.node, FunctionNode) or not isinstance(peer.node, FunctionNode):
            return {}
        theirs, roles = defaults_of(peer.node.args), self.program.roles_of(unit)
        return {
            roles[name]: constant(default.value).digest for name, default in defaults_of(unit.node.args).items()
            if isinstance(default, ast.Constant) and name in theirs and ast.dump(theirs[name]) == ast.dump(default)
        }  # fmt: skip

    def is_local(self, func: ast.expr) -> bool:
        return isinstance(func, ast.Name) and func.id in self.env

    def is_silent(self, value: Value, names: tuple[str, ...]) -> bool:
        """Telling people something is no behaviour of a model."""
        callee = value.callee
        maker = _maker(value)
        root, last = maker.name, callee.rpartition(".")[2] or (maker.label if maker.kind == "global" else "")
        if root.startswith(_PICTURES) and last not in _OF_FILES:
            return True
        if (
            last in _OF_PROGRESS
            or _is_exception(value.parts[0][1])
            or last in ("get_logger", "getLogger")
            or last.rpartition("_")[2] in _PRINTS
            or last.startswith(("print_", "log_message", "log_info"))
            or callee.startswith(_SILENT)
            or root.startswith(_SILENT)
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
        if (
            self.depth >= _DEPTH
            or self.program.is_busy(unit)
            or self.program.is_closed(unit)
            or not isinstance(function, ast.FunctionDef)
            or does_nothing(function)
            or not _is_simple(function)
        ):
            return None
        if self.program.steps(unit) > _STEPS:
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


def _is_a_logger(func: ast.expr) -> bool:
    """Whether a method that loggers have is called on something that is called like one."""
    if not isinstance(func, ast.Attribute) or func.attr not in _SILENT_METHODS:
        return False
    owner = func.value
    name = last_word(owner)
    return name.strip("_").lower().endswith(("logger", "log"))


def _only_prints(node: ast.AST) -> bool:
    """Whether a function of the program does nothing but hand what it is given to `print`."""
    return isinstance(node, ast.FunctionDef) and not node.decorator_list and all(map(_is_printed, node.body))


def _is_printed(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return not any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(statement.test)) and all(
            map(_is_printed, [*statement.body, *statement.orelse])
        )
    said = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(said, ast.Constant) or (isinstance(said, ast.Call) and isinstance(said.func, ast.Name) and said.func.id == "print")


def _only_looks(effect: Effect) -> bool:
    """Whether a step in the making of a message is a call that changes nothing."""
    value = effect.value("value")
    if effect.kind != "call" or value is None:
        return False
    owner, _, name = value.callee.rpartition(".")
    return name in _LOOKS if owner or value.callee.startswith(".") else name in _LOOKS - _USES_UP


def _is_exception(func: Value) -> bool:
    name = func.name if func.kind == "name" else func.label if func.kind == "global" else ""
    return name.endswith(_EXCEPTIONS) or name in ("StopIteration", "KeyboardInterrupt")


def _is_spread(node: ast.Call) -> bool:
    """Whether a list is given out as arguments, so that nobody knows which parameter the next one is."""
    return any(isinstance(argument, ast.Starred) for argument in node.args)


def _maker(value: Value) -> Value:
    """The library's object at the bottom of `x().y[0].z()`."""
    while value.kind in ("call", "attribute", "item", "unpacked", "entered", "either") and value.parts:
        known = [part for role, part in value.parts if role != "if" and part.kind != "undefined"]
        value = known[0] if value.kind == "either" and known else value.parts[0][1]
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
