"""What becomes of a part of a configuration in the end: given, kept, copied, shown, or lost from sight."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING, Any

from mlsmith.index.lazily import lazily
from mlsmith.index.scopes import last_word, scope_of
from mlsmith.rules.kit.collect import is_foreign
from mlsmith.rules.kit.configuration_handles import ALL_OF_THEM, ANY, COMMAND_LINE, TOP, Handles, Keys, Part, is_configuration_name, joined

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_TALKS = frozenset({"print", "pprint", "pformat", "info", "debug", "warning", "log", "dump", "dumps", "safe_dump", "to_yaml", "save", "log_params",
                    "log_hyperparams", "init", "str", "repr", "len", "type", "isinstance", "set_struct", "set_readonly", "resolve", "log_param",
                    "add_text", "id", "bool", "save_hyperparameters", "get_cfg_string",
                    "deepcopy", "copy", "is_config", "save_config", "print_config", "log_config", "exec"})  # fmt: skip
"""Calls that only show, store or question a configuration."""
_BUILDERS = frozenset({"instantiate", "call", "instantiate_from_config"})
_LOOKS = frozenset({"isinstance", "str", "int", "float", "type", "hasattr", "startswith", "endswith", "lower", "upper", "strip", "split", "replace", "match",
                    "print", "len", "eval", "literal_eval", "keys", "format", "callable"})  # fmt: skip
"""What looks at a key or value, or converts it, without using it"""
ANSWERING = frozenset({"__getattr__", "__getitem__", "__getattribute__", "__contains__", "__setattr__", "__setitem__"})
"""Methods by which a class of configurations answers for what it holds"""
_ALL = frozenset({"items", "values"})
_CONDITIONAL = frozenset({ast.If, ast.IfExp, ast.BoolOp, ast.UnaryOp})
_ITERATING = frozenset({ast.For, ast.comprehension, ast.Starred, ast.AsyncFor})
_GATHERING = frozenset({ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Yield, ast.YieldFrom, ast.Lambda})
_ASKING = frozenset({ast.In, ast.NotIn})


class Ends:
    """Notes, by the node that holds it, what is done with each part of a configuration."""

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
        self.defaults: list[tuple[Any, ...]] = []
        self.guards: list[tuple[str, str]] = []
        self.written: set[str] = set()
        self._own = f"{module.name}."
        self._asking: dict[int, bool] = {}
        """Branches that ask whether there is a key"""
        self._guarded: dict[int, bool] = {}
        """Statements, by whether a read in them may fail on purpose"""
        self._filled: list[tuple[ast.Call, Keys]] = []
        """Classes that a part is unpacked into, by one use"""
        self._aliases: set[str] = set()
        """Names that turned out to hold a part"""
        self._passed_over: set[str] = set()
        """Names such as `args` that are looked at only where they are given a configuration"""
        self._kept: set[str] = set()
        """Attributes that did"""
        self._answers = not ANSWERING.isdisjoint([function.name for function in module.syntax.functions])

    def nodes(self) -> tuple[tuple[str, str, str, str], ...]:
        every = sorted({*self._touched, *self._whole, *self._lost})
        tables = (self._touched, self._whole, self._lost)
        return tuple((node, *("\n".join(sorted(table.get(node, ()))) for table in tables)) for node in every)  # type: ignore[misc]

    @lazily
    def _bases(self) -> set[str]:
        """Names from which something is read."""
        nodes = chain(self.module.syntax.subscripts, *self.module.syntax.attributes.values())
        return {value.id for node in nodes if (value := node.value).__class__ is ast.Name}  # type: ignore[attr-defined]

    def _end(self, handle: str, keys: Keys, node: ast.expr, up: Any) -> None:
        """What becomes of a part in the end."""
        kind = up.__class__
        if kind in _CONDITIONAL and keys and _is_condition(node, up):
            self.guards.append((handle, "\t".join(keys)))
        if kind is ast.Attribute:
            self._method(handle, keys, up)
        elif kind is ast.Call or kind is ast.keyword:
            self._argument(handle, keys, node, up)
        elif kind is ast.Return:
            self._link(handle, keys, "same", f"R:{function_of(up)}", TOP)
        elif kind is ast.Assign or kind is ast.AnnAssign:
            for target in up.targets if kind is ast.Assign else [up.target]:
                self._stored(handle, keys, target)
        elif kind in _ITERATING:
            if not self._copied(handle, keys, up) and not (handle.endswith(ALL_OF_THEM) and not keys):
                self._note(self._whole, handle, keys)
        elif kind is ast.Compare:
            first = up.left
            if up.ops[0].__class__ in _ASKING and first is not node and isinstance(first, ast.Constant) and isinstance(first.value, str):
                self._note(self._touched, handle, (*keys, first.value))
        elif kind in _GATHERING:
            self._gathered(handle, keys, node, up)

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
        name = last_word(func)
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
            if is_foreign(name, self._own):
                self._note(self._touched if shown else self._whole, handle, keys)
                continue
            self._link(handle, keys, "shown" if shown else "given", name, slot)
        if not known and not shown:
            if slot == "**" or names:  # a builtin goes through it
                self._note(self._whole, handle, keys)
            else:
                self._link(handle, keys, "given", "", slot)

    def _gathered(self, handle: str, keys: Keys, node: ast.expr, up: Any) -> None:
        """`return model, config`, `configs = (model_config, train_config)`: a whole with parts of its own."""
        if isinstance(up, ast.Tuple) and isinstance(up.up, ast.Return):  # type: ignore[attr-defined]
            self._link(handle, keys, "same", f"R:{function_of(up)}#{up.elts.index(node)}", TOP)
        elif isinstance(up, (ast.Tuple, ast.List, ast.Dict)) and isinstance(up.up, ast.Assign):  # type: ignore[union-attr]
            self._joined(handle, keys, node, up)
        else:
            self._note(self._lost, handle, keys)

    def _joined(self, handle: str, keys: Keys, node: ast.expr, up: ast.Tuple | ast.List | ast.Dict) -> None:
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
            answers = owner is not None and bool(owner.methods.keys() & ANSWERING)
            if is_configuration_name(target.attr):
                self._link(handle, keys, "same", f"a:{target.attr}", TOP)
            elif not answers:
                self._note(self._lost, handle, keys)
            if answers and owner is not None:
                self._link(handle, keys, "same", f"R:{owner.node.own_scope.qualified}", TOP)  # type: ignore[attr-defined]
        elif isinstance(target, ast.Name):
            if target.id in self._passed_over:
                self._aliases.add(target.id)
            elif target.id not in self._names:
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


def function_of(node: ast.AST) -> str:
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
