"""What one Python file does with configurations: which it loads, which keys it reads, and where a whole one goes.

Everything is kept by the place that holds a configuration (see configuration_handles), as plain data; the project puts it together.
"""

from __future__ import annotations

import ast
from functools import cached_property
from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.index.scopes import scope_of
from mlsmith.rules.kit.collect import is_foreign as _is_foreign
from mlsmith.rules.kit.configuration_handles import (
    ALL_OF_THEM,
    ANY,
    COMMAND_LINE,
    LOADERS,
    TOP,
    Handles,
    Keys,
    Part,
    configuration_names,
    gives_the_same,
    is_configuration_name,
    joined,
    path_names,
)  # fmt: skip
from mlsmith.rules.kit.configuration_paths import OVERRIDE, Source, loads_of, options_of, paths_passed
from mlsmith.rules.kit.memo import once_a_module

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_TALKS = frozenset({"print", "pprint", "pformat", "info", "debug", "warning", "log", "dump", "dumps", "safe_dump", "to_yaml", "save", "log_params",
                    "log_hyperparams", "init", "str", "repr", "len", "type", "isinstance", "set_struct", "set_readonly", "resolve", "log_param",
                    "add_text", "id", "bool", "save_hyperparameters", "get_cfg_string",
                    "deepcopy", "copy", "is_config", "save_config", "print_config", "log_config", "exec"})  # fmt: skip
"""Calls that only show, store or question a configuration."""
_BUILDERS = frozenset({"instantiate", "call", "instantiate_from_config"})
_METHODS = frozenset({"get", "pop", "setdefault", "copy", "to_dict", "as_dict", "toDict"})
_LIBRARIES = frozenset(name.partition(".")[0] for name in LOADERS)
_ID, _ATTR = attrgetter("id"), attrgetter("attr")
_LOOKS = frozenset({"isinstance", "str", "int", "float", "type", "hasattr", "startswith", "endswith", "lower", "upper", "strip", "split", "replace", "match",
                    "print", "len", "eval", "literal_eval", "keys", "format", "callable"})  # fmt: skip
"""What looks at a key or value, or converts it, without using it"""
_ANSWERING = frozenset({"__getattr__", "__getitem__", "__getattribute__", "__contains__", "__setattr__", "__setitem__"})
"""Methods by which a class of configurations answers for what it holds"""
_ALL = frozenset({"items", "values"})
_SHORT = frozenset({"args", "arg", "opt", "opts", "params", "options", "flags", "hparams"})
"""Names of what is mostly the command line: a missing key cannot be told there"""


class ConfigurationUse(NamedTuple):
    """Paths of keys are joined by tabs, several of them by line ends."""

    loads: tuple[tuple[str, str, Source], ...]
    """(node, format, what is loaded)"""
    composed: tuple[tuple[str, str, str], ...]
    """(node, folder, file) of hydra's entry points, as written"""
    nodes: tuple[tuple[str, str, str, str], ...]
    """(node, keys that are read, keys under which everything is read, keys that go where nobody sees them)"""
    links: tuple[tuple[str, str, str, str, str | int], ...]
    """(node, keys, how, target, slot): a part is held by another node too, or given to a function"""
    reads: tuple[tuple[Any, ...], ...]
    """(node, keys, line, column, end line, end column, cell, scope): reads that fail where the key is missing"""
    guards: tuple[tuple[str, str], ...]
    """(node, keys) of the conditions of branches"""
    paths: tuple[tuple[str, str | int, Source], ...]
    """(callee, slot, source): paths of configurations given to functions"""
    options: tuple[tuple[str, str], ...]
    written: str
    """Last words of keys that code sets"""
    overrides: str
    """Strings such as `model=small`, which choose and set on hydra's behalf"""


@once_a_module
def configuration_facts(module: Module) -> tuple[Any, ...] | None:
    """A `ConfigurationUse` as facts keep it, the same object for all rules; None where the file has nothing to do with configurations."""
    use = _use(module)
    return tuple(use) if use is not None else None


def key_read(module: Module, node: ast.expr | None) -> tuple[str, Keys] | None:
    """(file as written, or `*` where that is not literal; keys) of an expression that reads a key of a configuration: `cfg.data.shuffle`."""
    loads = _loads(module)
    parts = Handles(module, {id_: name for id_, (name, _, _) in loads.items()}).parts(node) if node is not None else ()
    sources = {name: source for name, _, source in loads.values()}
    for handle, keys in parts:
        if keys and ANY not in keys:
            source = sources.get(handle, ("?",))
            return (source[1] if source[0] == "file" else "*"), keys
    return None


@once_a_module
def _loads(module: Module) -> dict[int, tuple[str, str, Source]]:
    return loads_of(module) if module.imports(*_LIBRARIES) else {}


def _use(module: Module) -> ConfigurationUse | None:
    syntax = module.syntax
    options = options_of(module)
    loads = _loads(module)
    composed = _composed(module) if module.imports("hydra") else ()
    names = configuration_names(syntax.mentioned)
    if not loads and not composed and not names:
        return ConfigurationUse((), (), (), (), (), (), (), options, "", "") if options else None
    uses = _Uses(module, {id_: node for id_, (node, _, _) in loads.items()}, names)
    uses.follow()
    if loads:  # defaults stand in a dictionary beside the loader
        uses.written.update(str(s.value) for s in syntax.strings if isinstance(s.up, ast.Dict) and s in s.up.keys)  # type: ignore[attr-defined]
    paths = tuple(dict.fromkeys(paths_passed(module, path_names(syntax.mentioned))))
    found = ConfigurationUse(
        tuple(loads.values()), composed, uses.nodes(), tuple(dict.fromkeys(uses.links)), tuple(uses.reads), tuple(dict.fromkeys(uses.guards)), paths,
        options, "\n".join(sorted(uses.written)),
        "\n".join(sorted(_overrides(module))) if composed or module.imports("hydra") else "",
    )  # fmt: skip
    return found if any(found) else None


def _composed(module: Module) -> tuple[tuple[str, str, str], ...]:
    """(node, folder, name) for functions under `@hydra.main` and results of `compose`."""
    found: list[tuple[str, str, str]] = []
    folder = ""
    for call in module.calls_to("hydra.initialize", "hydra.initialize_config_dir", "hydra.experimental.initialize"):
        given = call.argument("config_path", 0).value
        folder = given if isinstance(given, str) else "?"
    for call in module.calls_to("hydra.compose", "hydra.experimental.compose"):
        name = call.argument("config_name", 0).value
        found.append(("r:hydra.compose", folder, name if isinstance(name, str) else "?"))
    for call in module.calls_to("hydra.main"):
        up = call.node.up  # type: ignore[attr-defined]
        if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and up.args.args:
            given, name = call.argument("config_path", 0), call.argument("config_name", 1)
            path = given.value if isinstance(given.value, str) else "?" if given.given and given.value is not None else ""
            function = module.function(up)
            node = f"p:{function.scope.qualified}:{up.args.args[0].arg}"
            found.append((node, path, name.value if isinstance(name.value, str) else "?" if name.given else ""))
    return tuple(found)


def _overrides(module: Module) -> set[str]:
    return {s.value for s in module.syntax.strings if isinstance(s.value, str) and len(s.value) < 100 and OVERRIDE.fullmatch(s.value)}


class _Uses:
    """Collects what is done with each part of a configuration."""

    def __init__(self, module: Module, loads: dict[int, str], names: set[str]) -> None:
        self.module = module
        self.handles = Handles(module, loads)
        self._loads = loads
        self._names = names
        self._touched: dict[str, set[str]] = {}
        self._whole: dict[str, set[str]] = {}
        self._lost: dict[str, set[str]] = {}
        self.links: list[tuple[str, str, str, str, str | int]] = []
        self.reads: list[tuple[Any, ...]] = []
        self.guards: list[tuple[str, str]] = []
        self.written: set[str] = set()
        self._own = f"{module.name}."
        self._asking: dict[int, bool] = {}
        """Branches that ask whether there is a key"""
        self._aliases: set[str] = set()
        """Names that turned out to hold a part"""
        self._kept: set[str] = set()
        """Attributes that did"""
        self._answers = any(function.name in _ANSWERING for function in module.syntax.functions)

    def nodes(self) -> tuple[tuple[str, str, str, str], ...]:
        every = sorted({*self._touched, *self._whole, *self._lost})
        tables = (self._touched, self._whole, self._lost)
        return tuple((node, *("\n".join(sorted(table.get(node, ()))) for table in tables)) for node in every)  # type: ignore[misc]

    def follow(self) -> None:
        """Look at everything that stands for a configuration."""
        syntax = self.module.syntax
        for loop in syntax.loops if ALL_OF_THEM in "".join(self._loads.values()) else ():
            if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
                self._aliases.add(loop.target.id)
        if self.module.imports("pytorch_lightning", "lightning"):
            for saving in self.module.method_calls("save_hyperparameters"):
                self._saved(saving.node)
        for call in syntax.calls if self._loads else ():
            if id(call) in self._loads:
                self._use(call)
        names, attributes = self._held_names(), self._names
        for _ in range(4):
            for name in compress(syntax.names, map(names.__contains__, map(_ID, syntax.names))):
                if name.ctx.__class__ is ast.Load:
                    self._use(name)
            for attribute in compress(syntax.attributes, map(attributes.__contains__, map(_ATTR, syntax.attributes))) if attributes else ():
                if attribute.ctx.__class__ is ast.Load and not self.handles.parts(attribute.value):
                    self._use(attribute)
            names, attributes = self._aliases - names, self._kept - attributes
            self._aliases, self._kept = set(), set()
            if not names and not attributes:
                break

    def _held_names(self) -> set[str]:
        """Names that can hold a configuration: a command line's own only where a function takes it, unless the file loads something."""
        short = self._names & {"args"}
        if not short or self._loads:
            return self._names
        taken = {argument.arg for function in self.module.syntax.functions for argument in (*function.args.args, *function.args.kwonlyargs)}
        return self._names - (short - taken)

    @cached_property
    def _bases(self) -> set[str]:
        """Names from which something is read."""
        nodes = (*self.module.syntax.subscripts, *self.module.syntax.attributes)
        return {node.value.id for node in nodes if node.value.__class__ is ast.Name}  # type: ignore[attr-defined]

    def _saved(self, saving: ast.Call) -> None:
        """`self.save_hyperparameters()`: all parameters of the constructor are kept."""
        function = self.module.function_around(saving)
        for parameter in function.parameters if function is not None and not saving.args else ():
            if is_configuration_name(parameter.name) and function is not None:
                self._link(f"p:{function.scope.qualified}:{parameter.name}", (), "same", "a:hparams", parameter.name)

    # one use

    def _use(self, node: ast.expr) -> None:
        parts = self.handles.parts(node)
        if not parts:
            return
        top, keys, strict = self._climb(node, ())
        if keys and keys[-1] == ANY and self._answers and _around(node).rpartition(".")[2] in _ANSWERING:
            return  # asked for the key that its caller names
        up: Any = top.up  # type: ignore[attr-defined]
        if getattr(top, "ctx", None).__class__ in (ast.Store, ast.Del):
            if keys:
                self.written.add(keys[-1])
            for handle, prefix in parts:
                self._note(self._touched, handle, (*prefix, *keys[:-1]))
            return
        for handle, prefix in parts:
            here = (*prefix, *keys)
            if here:
                self._note(self._touched, handle, here)
            if keys and strict:
                self._strict(handle, here, top)
            self._end(handle, here, top, up)

    def _climb(self, node: ast.expr, keys: Keys) -> tuple[ast.expr, Keys, bool]:
        """The outermost expression that still stands for a part, the keys that lead to it, and whether it fails where one is missing."""
        strict = True
        while True:
            up = node.up  # type: ignore[attr-defined]
            if isinstance(up, ast.Attribute) and up.value is node:
                call = up.up  # type: ignore[attr-defined]
                if isinstance(call, ast.Call) and call.func is up:
                    if up.attr not in _METHODS:
                        return node, keys, strict
                    key = call.args[0] if call.args else None
                    if up.attr in ("get", "pop", "setdefault"):
                        keys = (*keys, key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY)
                    node, strict = call, False
                    continue
                keys = keys if up.attr == "__dict__" else (*keys, up.attr)
                node = up
            elif isinstance(up, ast.Subscript) and up.value is node:
                key = up.slice
                keys = (*keys, str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)) else ANY)
                node = up
            elif (
                isinstance(up, (ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Await))
                and node is not getattr(up, "test", None)
                and self.handles.parts(up)
            ):
                node, strict = up, False
            else:
                call = self._same(node, up)
                if call is None:
                    return node, keys, strict
                if isinstance(call.func, ast.Name) and call.func.id == "getattr":
                    name = call.args[1] if len(call.args) > 1 else None
                    keys, strict = (*keys, name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ANY), False
                node = call
            if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
                return node, keys, strict

    def _same(self, node: ast.expr, up: Any) -> ast.Call | None:
        """The call that gives what it is given: `OmegaConf.create(cfg)`, `dict(cfg)`, `getattr(cfg, "a")`."""
        call: Any = up.up if isinstance(up, (ast.keyword, ast.Starred)) else up  # type: ignore[union-attr]
        if call.__class__ is not ast.Call or call.func is node or not gives_the_same(call) or id(call) in self._loads:
            return None
        found, own = self.handles.parts(call), self.handles.parts(node)
        return call if found and own and {handle for handle, _ in own} <= {handle for handle, _ in found} else None

    def _strict(self, handle: str, keys: Keys, top: ast.expr) -> None:
        if (
            handle[0] in "lpr"
            and ANY not in keys
            and handle != COMMAND_LINE
            and handle.rpartition(":")[2] not in _SHORT
            and not self._is_guarded(top)
        ):
            *numbers, cell = self.module.source.numbers(top)
            scope = scope_of(top).qualified
            self.reads.append((handle, "\t".join(keys), *numbers, cell, scope))

    def _asks(self, part: ast.AST) -> bool:
        """Whether a part of a condition asks for a key, or for a variant that has keys of its own: `cfg["type"] == "linear"`."""
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
            return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in part.comparators) and bool(
                self.handles.parts(part.left)
            )
        return isinstance(part, (ast.In, ast.NotIn)) or getattr(part, "id", "") == "hasattr" or getattr(part, "attr", "") == "get"

    def _is_guarded(self, node: ast.expr) -> bool:
        """Whether the read may fail on purpose: inside a try, or behind `"key" in cfg`."""
        up: ast.AST | None = node
        while up is not None:
            kind = up.__class__
            if kind is ast.Try:
                return True
            if kind is ast.If or kind is ast.IfExp:
                asks = self._asking.get(id(up))
                if asks is None:
                    asks = self._asking[id(up)] = any(self._asks(part) for part in ast.walk(up.test))  # type: ignore[attr-defined]
                if asks:
                    return True
            up = up.up  # type: ignore[attr-defined]
        return False

    def _end(self, handle: str, keys: Keys, node: ast.expr, up: Any) -> None:
        """What becomes of a part in the end."""
        if _is_condition(node, up) and keys:
            self.guards.append((handle, "\t".join(keys)))
        if isinstance(up, ast.Attribute):
            self._method(handle, keys, up)
        elif isinstance(up, (ast.Call, ast.keyword)):
            self._argument(handle, keys, node, up)
        elif isinstance(up, ast.Return):
            self._link(handle, keys, "same", f"R:{_around(up)}", TOP)
        elif isinstance(up, (ast.Assign, ast.AnnAssign)):
            for target in up.targets if isinstance(up, ast.Assign) else [up.target]:
                self._stored(handle, keys, target)
        elif isinstance(up, (ast.For, ast.comprehension, ast.Starred, ast.AsyncFor)):
            if not self._copied(handle, keys, up) and not (handle.endswith(ALL_OF_THEM) and not keys):
                self._note(self._whole, handle, keys)
        elif isinstance(up, ast.Tuple) and isinstance(up.up, ast.Return):  # type: ignore[attr-defined]
            self._link(handle, keys, "same", f"R:{_around(up)}#{up.elts.index(node)}", TOP)
        elif isinstance(up, (ast.Tuple, ast.List, ast.Dict)) and isinstance(up.up, ast.Assign):  # type: ignore[union-attr]
            self._gathered(handle, keys, node, up)
        elif isinstance(up, ast.Compare):
            first = up.left
            if (
                isinstance(up.ops[0], (ast.In, ast.NotIn))
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
                and first is not node
            ):
                self._note(self._touched, handle, (*keys, first.value))
        elif isinstance(up, (ast.Dict, ast.List, ast.Set, ast.Tuple, ast.Yield, ast.YieldFrom, ast.Lambda)):
            self._note(self._lost, handle, keys)

    def _method(self, handle: str, keys: Keys, up: ast.Attribute) -> None:
        call: Any = up.up  # type: ignore[attr-defined]
        if up.attr in _ALL:
            outer = call.up
            if not (isinstance(outer, (ast.For, ast.comprehension)) and self._copied(handle, keys, outer)):
                self._note(self._whole, handle, keys)
        elif up.attr in ("update", "merge_with"):
            for argument in (*call.args, *(k.value for k in call.keywords if k.arg is None)):
                for other, prefix in self.handles.parts(argument):
                    self._link(other, prefix, "same", handle, joined(keys))
                if isinstance(argument, ast.Dict):
                    self.written.update(key.value for key in argument.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
            self.written.update(k.arg for k in call.keywords if k.arg)

    def _argument(self, handle: str, keys: Keys, node: ast.expr, up: Any) -> None:
        call: Any = up.up if isinstance(up, ast.keyword) else up  # type: ignore[attr-defined]
        if not isinstance(call, ast.Call) or call.func is node:
            if isinstance(call, ast.ClassDef):
                self._note(self._lost, handle, keys)
            return
        func = call.func
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
        spread = isinstance(up, ast.keyword) and up.arg is None
        if name == "set_defaults" and spread:
            self._link(handle, keys, "same", COMMAND_LINE, TOP)
        elif name == "save_hyperparameters":
            self._link(handle, keys, "same", "a:hparams", TOP)
        elif name in _BUILDERS:
            self._link(handle, keys, "build", "", TOP)
        elif name in ("update", "merge_with") and isinstance(func, ast.Attribute) and self.handles.parts(func.value):
            return  # its receiver has seen it
        elif name in ("hasattr", "setattr", "delattr") and len(call.args) > 1 and call.args[0] is node:
            key = call.args[1]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self._note(self._touched, handle, (*keys, key.value))
                self.written.update({key.value} if name == "setattr" else ())
        else:
            self._given(handle, keys, node, up, call, shown=name in _TALKS and (not spread or name == "init"))

    def _given(self, handle: str, keys: Keys, node: ast.expr, up: Any, call: ast.Call, *, shown: bool) -> None:
        names = self.module.resolver.names(call.func)
        slot: str | int = up.arg or "**" if isinstance(up, ast.keyword) else call.args.index(node)
        known = [name for name in names if "." in name]
        for name in known:
            if _is_foreign(name, self._own):
                self._note(self._touched if shown else self._whole, handle, keys)
                continue
            self._link(handle, keys, "shown" if shown else "given", name, slot)
        if not known and not shown:
            if slot == "**" or names:  # a builtin goes through it
                self._note(self._whole, handle, keys)
            else:
                self._link(handle, keys, "given", "", slot)

    def _gathered(self, handle: str, keys: Keys, node: ast.expr, up: ast.Tuple | ast.List | ast.Dict) -> None:
        """`configs = (model_config, train_config)`: a whole with parts of its own."""
        key: str = ANY
        if not isinstance(up, ast.Dict):
            key = str(up.elts.index(node))
        elif node in up.values:
            name = up.keys[up.values.index(node)]
            key = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ANY
        targets = [part for target in up.up.targets for part in self.handles.of_target(target)]  # type: ignore[union-attr]
        for other, prefix in targets:
            self._link(handle, keys, "same", other, joined((*prefix, key)))
        if not targets:
            self._note(self._lost, handle, keys)

    def _stored(self, handle: str, keys: Keys, target: ast.expr) -> None:
        holders = self.handles.parts(target.value) if isinstance(target, (ast.Attribute, ast.Subscript)) else ()
        for other, prefix in holders:
            for _, (*_, key) in self.handles.parts(target):
                self._link(handle, keys, "same", other, joined((*prefix, key)))
        if holders:
            return
        if isinstance(target, ast.Attribute):
            if target.attr not in self._names:
                self._kept.add(target.attr)
            owner = self.module.class_around(target) if self._answers else None
            answers = owner is not None and bool(owner.methods.keys() & _ANSWERING)
            if is_configuration_name(target.attr):
                self._link(handle, keys, "same", f"a:{target.attr}", TOP)
            elif not answers:
                self._note(self._lost, handle, keys)
            if answers and owner is not None:
                self._link(handle, keys, "same", f"R:{owner.node.own_scope.qualified}", TOP)  # type: ignore[attr-defined]
        elif isinstance(target, ast.Name):
            if target.id not in self._names:
                if target.id in self._bases or handle.endswith(ALL_OF_THEM):
                    self._aliases.add(target.id)
                else:
                    self._note(self._whole, handle, keys)  # no key is read from it, so it is used as a whole
            scope = target.scope  # type: ignore[attr-defined]
            if scope.kind == "module" or target.id in scope.globals:
                if is_configuration_name(target.id):
                    self._link(handle, keys, "same", f"g:{target.id}", TOP)
                else:
                    self._note(self._lost, handle, keys)
        else:
            self._note(self._lost, handle, keys)

    def _copied(self, handle: str, keys: Keys, loop: Any) -> bool:
        """Whether a loop over the items only keeps them elsewhere (`setattr(self, k, v)`, `other[k] = v`) or looks at them."""
        if not isinstance(loop, ast.For):
            return False
        target = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
        names = {name.id for name in target if isinstance(name, ast.Name)}
        targets: list[Part] = []
        for statement in loop.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
                    receiver = _keeper(node)
                    if receiver is None and not _is_looked_at(node):
                        return False
                    found = self._holder_of(receiver) if receiver is not None else []
                    if receiver is not None and not found:
                        return False
                    targets += found
        for other, prefix in dict.fromkeys(targets):
            self._link(handle, keys, "same", other, joined(prefix))
        return True

    def _holder_of(self, receiver: ast.expr) -> list[Part]:
        cls = self.module.resolver.class_of_self(receiver)
        if cls is not None:
            return [(f"R:{cls.own_scope.qualified}", ())]  # type: ignore[attr-defined]
        return list(self.handles.parts(receiver))

    def _note(self, table: dict[str, set[str]], handle: str, keys: Keys) -> None:
        table.setdefault(handle, set()).add(joined(keys))

    def _link(self, handle: str, keys: Keys, how: str, target: str, slot: str | int) -> None:
        if target != handle or keys:
            self.links.append((handle, joined(keys), how, target, slot))


def _around(node: ast.AST) -> str:
    """The qualified name of the function around a node."""
    scope = scope_of(node).enclosing("function")
    return scope.qualified if scope is not None else ""


def _is_condition(node: ast.expr, up: Any) -> bool:
    """Whether a part is the condition of a branch, or one of those that are joined to it."""
    while isinstance(up, (ast.BoolOp, ast.UnaryOp)):
        node, up = up, up.up  # type: ignore[union-attr]
    return isinstance(up, (ast.If, ast.IfExp)) and up.test is node


def _keeper(node: ast.Name) -> ast.expr | None:
    """What keeps the key or value of an item, where the name stands in `setattr(x, k, v)` or `x[k] = v`, perhaps inside a call around it."""
    at: Any = node
    for _ in range(4):
        up = at.up
        if isinstance(up, ast.Call) and at in up.args:
            func = up.func
            if isinstance(func, ast.Name) and func.id == "setattr" and len(up.args) == 3:
                return up.args[0]
            if isinstance(func, ast.Attribute) and func.attr in ("__setattr__", "__setitem__") and len(up.args) == 2:
                return func.value
        elif isinstance(up, ast.Subscript) and up.slice is at and isinstance(up.ctx, ast.Store):
            return up.value
        elif isinstance(up, ast.Assign) and isinstance(up.targets[0], ast.Subscript) and up.value is at:
            return up.targets[0].value
        elif not isinstance(up, ast.IfExp):
            return None
        at = up
    return None


def _is_looked_at(node: ast.Name) -> bool:
    """Whether the key or value of an item is only compared, shown or converted where the name stands."""
    up: Any = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Attribute):
        return up.attr in _LOOKS
    if isinstance(up, ast.Call):
        name = getattr(up.func, "id", "") or getattr(up.func, "attr", "")
        return name in _LOOKS or name in _TALKS
    if isinstance(up, ast.Assign):  # `value = Namespace(value)`: it is the name again that counts
        return all(isinstance(target, ast.Name) for target in up.targets)
    return isinstance(up, (ast.Compare, ast.If, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.FormattedValue, ast.BinOp))
