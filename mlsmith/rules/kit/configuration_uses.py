"""Each place of a file where a configuration stands: which keys are taken from it there, and what becomes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.index.scopes import block_of, scope_of
from mlsmith.rules.kit.configuration_ends import ANSWERING, Ends, function_of
from mlsmith.rules.kit.configuration_files import LONGEST_VALUE
from mlsmith.rules.kit.configuration_handles import ALL_OF_THEM, ANY, COMMAND_LINE, Keys, gives_the_same, is_configuration_name, is_filled

_METHODS = frozenset({"get", "pop", "setdefault", "copy", "to_dict", "as_dict", "toDict"})
_PASSING = frozenset({ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Await})
"""What may give one of its parts"""
_WRITING = frozenset({ast.Store, ast.Del})
_SHORT = frozenset({"args", "arg", "opt", "opts", "params", "options", "flags", "hparams"})
"""Names of what is mostly the command line: a missing key cannot be told there"""


class Uses(Ends):
    """Follows a configuration through one file."""

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
        self._passed_over = self._names - names
        for _ in range(4):
            for name in self.module.names_spelt(names):
                if name.ctx.__class__ is ast.Load:
                    self._use(name)
            for attribute in self.module.attributes_spelt(attributes):
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

    def _saved(self, saving: ast.Call) -> None:
        """`self.save_hyperparameters()`: all parameters of the constructor are kept."""
        function = self.module.function_around(saving)
        for parameter in function.parameters if function is not None and not saving.args else ():
            if is_configuration_name(parameter.name) and function is not None:
                self._link(f"p:{function.scope.qualified}:{parameter.name}", (), "same", "a:hparams", parameter.name)

    def _use(self, node: ast.expr) -> None:
        parts = self.handles.parts(node)
        if not parts:
            return
        top, keys, strict = self._climb(node, ())
        if keys and keys[-1] == ANY and self._answers and function_of(node).rpartition(".")[2] in ANSWERING:
            return  # asked for the key that its caller names
        up: Any = top.up  # type: ignore[attr-defined]
        if getattr(top, "ctx", None).__class__ in _WRITING:
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
            elif keys and ANY not in here and top.__class__ is ast.Call:
                self._answered(handle, here, top)
            self._end(handle, here, top, up)
        for call, reached in self._filled:
            for name in self.module.resolver.names(call.func) if parts else ():
                for handle, prefix in parts:
                    self._link(handle, (*prefix, *reached), "filled", name, "")
        self._filled.clear()

    def _climb(self, node: ast.expr, keys: Keys) -> tuple[ast.expr, Keys, bool]:
        """The outermost expression that still stands for a part, the keys that lead to it, and whether it fails where one is missing."""
        strict = True
        while True:
            up: Any = node.up  # type: ignore[attr-defined]
            kind = up.__class__
            if kind is ast.Attribute:
                call, word = up.up, up.attr
                if call.__class__ is ast.Call and call.func is up:
                    if word not in _METHODS:
                        return node, keys, strict
                    key = call.args[0] if call.args else None
                    if word in ("get", "pop", "setdefault"):
                        keys = (*keys, key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY)
                    node, strict = call, False
                    continue
                keys = keys if word == "__dict__" else (*keys, word)
                node = up
            elif kind is ast.Subscript and up.value is node:
                key = up.slice
                keys = (*keys, str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)) else ANY)
                node = up
            elif kind in _PASSING and node is not getattr(up, "test", None) and self.handles.parts(up):
                node, strict = up, False
            else:
                call = self._same(node, up)
                if call is None:
                    return node, keys, strict
                if isinstance(call.func, ast.Name) and call.func.id == "getattr":
                    name = call.args[1] if len(call.args) > 1 else None
                    keys, strict = (*keys, name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ANY), False
                if is_filled(call):
                    self._filled.append((call, keys))
                node = call
            if getattr(node, "ctx", None).__class__ in _WRITING:
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

    def _answered(self, handle: str, keys: Keys, call: ast.Call) -> None:
        """`cfg.get("rate", 0.1)`: a read that brings a literal with it."""
        name, at = (call.func.attr, 1) if isinstance(call.func, ast.Attribute) else (getattr(call.func, "id", ""), 2)
        if name not in ("get", "getattr") or len(call.args) <= at or handle == COMMAND_LINE or handle[0] not in "lpr":
            return
        value = self.module.constant(call.args[at])
        if isinstance(value, (int, float)) or (isinstance(value, str) and len(value) <= LONGEST_VALUE):
            *numbers, cell = self.module.source.numbers(call)
            self.defaults.append((handle, "\t".join(keys), value, *numbers, cell, scope_of(call).qualified))

    def _asks(self, part: ast.AST) -> bool:
        """Whether a part of a condition asks for a key, or for a variant that has keys of its own: `cfg["type"] == "linear"`."""
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
            return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in part.comparators) and bool(
                self.handles.parts(part.left)
            )
        return isinstance(part, (ast.In, ast.NotIn)) or getattr(part, "id", "") == "hasattr" or getattr(part, "attr", "") == "get"

    def _is_guarded(self, node: ast.expr) -> bool:
        """Whether the read may fail on purpose: inside a try, or behind `"key" in cfg`."""
        up: Any = node
        while not isinstance(up, ast.stmt):
            if up.__class__ is ast.IfExp and self._is_question(up):
                return True
            up = up.up
        return self._is_guarded_statement(up)

    def _is_guarded_statement(self, statement: ast.stmt) -> bool:
        known = self._guarded.get(id(statement))
        if known is None:
            here = statement.__class__ is ast.Try or (isinstance(statement, ast.If) and self._is_question(statement))
            known = here or any(map(self._is_question, _left_before(statement)))
            up: Any = statement.up  # type: ignore[attr-defined]
            while not known and up is not None and not isinstance(up, ast.stmt):
                up = up.up
            if not known and up is not None:
                known = self._is_guarded_statement(up)
            self._guarded[id(statement)] = known
        return known

    def _is_question(self, node: ast.If | ast.IfExp) -> bool:
        asks = self._asking.get(id(node))
        if asks is None:
            asks = self._asking[id(node)] = any(self._asks(part) for part in ast.walk(node.test))
        return asks


def _left_before(statement: ast.stmt) -> Iterator[ast.If]:
    """`if …: return` above a statement, in its own block."""
    block = block_of(statement)
    for other in getattr(block.owner, block.field, ()):
        if other is statement:
            return
        if isinstance(other, ast.If) and isinstance(other.body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            yield other
