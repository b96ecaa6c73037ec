"""A call: what is called, with which arguments, for what role."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.index.lazily import lazily
from mlsmith.index.scopes import block_of, last_word, statement_of
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import Role, role_of_name
from mlsmith.rules.kit.rule import Place
from mlsmith.rules.kit.signatures import position_of

if TYPE_CHECKING:
    from mlsmith.rules.kit.definitions import Function
    from mlsmith.rules.kit.module import Module


class Argument(NamedTuple):
    """An argument as the callee receives it.

    `state` is `given`, `absent` (the library's default holds) or `unknown` (`*args` or `**kwargs` may bring it). `inherited` says
    that a `functools.partial` further up gave it.
    """

    state: str
    node: ast.expr | None = None
    keyword: ast.keyword | None = None
    value: Any = UNKNOWN
    inherited: bool = False

    @property
    def given(self) -> bool:
        return self.state == "given"

    @property
    def absent(self) -> bool:
        return self.state == "absent"

    @property
    def is_literal(self) -> bool:
        """Written as a literal at the call itself."""
        return isinstance(self.node, ast.Constant)


class Call:
    """One call expression of a module."""

    def __init__(self, module: Module, node: ast.Call) -> None:
        self.module = module
        self.node = node

    @lazily
    def names(self) -> tuple[str, ...]:
        """Qualified names of what is called, several where branches merge; for the project's own wrappers, the library's."""
        names = self.module.resolver.names(self.node.func)
        wrappers = self.module.settings.wrappers
        return tuple(wrappers.get(name, name) for name in names) if wrappers else names

    @property
    def name(self) -> str:
        """The one qualified name of what is called, or an empty string."""
        names = self.names
        return names[0] if len(names) == 1 else ""

    @property
    def order(self) -> tuple[int, int]:
        return (self.node.lineno, self.node.col_offset)

    @property
    def method(self) -> str:
        """The last word of what is called: `fit` of `model.fit(x)`."""
        func = self.node.func
        return last_word(func)

    @property
    def receiver(self) -> ast.expr | None:
        """`model` of `model.fit(x)`."""
        return self.node.func.value if isinstance(self.node.func, ast.Attribute) else None

    @property
    def place(self) -> Place:
        return self.module.place(self.node)

    @property
    def statement(self) -> ast.stmt:
        return statement_of(self.node)

    @property
    def function(self) -> Function | None:
        return self.module.function_around(self.node)

    @property
    def loop(self) -> ast.AST | None:
        """The innermost loop in whose body the call stands, inside the same function."""
        return block_of(self.node).loop()

    # arguments

    def argument(self, name: str, position: int | str | None = None) -> Argument:
        """The argument `name`, by keyword or at its position; a `functools.partial` that the callee went through counts.

        The position is what `kit/knowledge` says of what is called; where that is not resolved, or is a class of the project, it can be
        given: 0-based, or as the callee whose signature holds.
        """
        for keyword in self.node.keywords:
            if keyword.arg == name:
                return Argument("given", keyword.value, keyword, self.module.constant(keyword.value))
        if self.node.args and not isinstance(position, int):
            position = position_of((position,) if position else self.names, name)
        if isinstance(position, int):
            positional = self._positional(position)
            if positional is not None:
                return positional
        spread = self._spread(name)
        if spread is not None:
            return spread
        return self._from_partial(name) or Argument("absent")

    def _positional(self, position: int) -> Argument | None:
        for index, node in enumerate(self.node.args[: position + 1]):
            if isinstance(node, ast.Starred):
                return Argument("unknown")
            if index == position:
                return Argument("given", node, None, self.module.constant(node))
        return None

    def _spread(self, name: str) -> Argument | None:
        """What `**mapping` brings: looked up where the mapping is a literal, unknown otherwise."""
        for keyword in self.node.keywords:
            if keyword.arg is None:
                if isinstance(keyword.value, ast.Name) and _added_to(self.module).get(keyword.value.id, set()) & {name, ""}:
                    return Argument("unknown")
                found = [_in_mapping(value, name) for whole in self.module.resolver.values(keyword.value) for value in _branches(whole)]
                given = [value for value in found if isinstance(value, ast.expr)]
                if None in found or len({ast.dump(value) for value in given}) > 1:
                    return Argument("unknown")
                if given:
                    return Argument("given", given[0], None, self.module.constant(given[0]))
        return None

    def _from_partial(self, name: str) -> Argument | None:
        if not self.module.imports("functools"):
            return None
        for value in self.module.resolver.values(self.node.func):
            partial = self.module.call(value)
            if partial is not None and partial.node is not self.node and "functools.partial" in partial.names:
                found = partial.argument(name)
                if not found.absent:
                    return Argument(found.state, found.node, found.keyword, found.value, inherited=True)
        return None

    @property
    def has_unknown_arguments(self) -> bool:
        """Whether `*args` or `**kwargs` of unknown content are passed."""
        return any(isinstance(arg, ast.Starred) for arg in self.node.args) or any(k.arg is None for k in self.node.keywords)

    # what the result is for

    @lazily
    def target_names(self) -> tuple[str, ...]:
        """Names the result is kept under, nearest first: assigned names, keyword arguments, dict keys around the call."""
        found: list[str] = []
        node: ast.AST = self.node
        while not isinstance(node, ast.stmt):
            up = node.up  # type: ignore[attr-defined]
            if isinstance(up, ast.keyword) and up.arg:
                found.append(up.arg)
            elif isinstance(up, ast.Dict):
                found.extend(_dict_keys(up, node))
            elif isinstance(up, (ast.Call, ast.Lambda)) and node is not self.node and not found and not isinstance(up, ast.Call):
                break
            node = up
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.extend(name for target in targets for name in _names_in_target(target))
        return tuple(found)

    @lazily
    def role(self) -> Role | None:
        """Training, validation or test, from the nearest of: the names the result is kept under, the data passed in, the enclosing
        function, class, and file. Two different roles at the same distance are none."""
        for names in self._role_circles():
            roles = {role for name in names for role in self.module.roles_of(name)}
            if len(roles) > 1:
                return None
            if roles:
                return roles.pop()
        return None

    def _role_circles(self) -> list[tuple[str, ...]]:
        circles = [self.target_names, self.data_names]
        function = self.function
        while function is not None:
            circles.append((function.node.name,))
            function = function.outer
        cls = self.module.class_around(self.node)
        if cls is not None:
            circles.append((cls.node.name,))
        if not self.module.is_test:
            circles.append((self.module.path.rsplit("/", 1)[-1].rsplit(".", 1)[0],))
        return circles

    @lazily
    def data_names(self) -> tuple[str, ...]:
        """Names in the first argument (or `dataset=`, `data=`, `X=`): what the call works on."""
        candidates = self.node.args[:1] or [k.value for k in self.node.keywords if k.arg in ("dataset", "data", "X", "x", "ds")][:1]
        found: list[str] = []
        for node in candidates:
            for part in _without_transforms(node):
                if isinstance(part, ast.Name) and not role_is_vague(part.id):
                    found.append(part.id)
                elif isinstance(part, ast.Attribute):
                    found.append(part.attr)
                elif isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) < 40:
                    found.append(part.value)
                elif isinstance(part, ast.keyword) and part.arg and _is_true(part.value):
                    found.append(part.arg)
                elif isinstance(part, ast.keyword) and part.arg and role_of_name(part.arg) is Role.TRAIN and _is_false(part.value):
                    return ()  # `train_mode=False` outweighs what else is named after training
        return tuple(found)


def role_is_vague(name: str) -> bool:
    """Names that hold settings rather than data say nothing of the data's role: `train_args`, `test_config`."""
    return role_of_name(name) is not None and name.lower().endswith(
        ("args", "config", "cfg", "opts", "opt", "params", "transform", "transforms")
    )


def _without_transforms(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression, less what is given as its `transform`: that speaks of pictures, not of which rows they are."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg and child.arg.endswith(("transform", "transforms"))):
            yield from _without_transforms(child)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_true(node: ast.expr) -> bool:
    """`train=True` speaks of training, `train=False` does not."""
    return isinstance(node, ast.Constant) and node.value is True


def _dict_keys(mapping: ast.Dict, value: ast.AST) -> list[str]:
    return [
        key.value
        for key, element in zip(mapping.keys, mapping.values, strict=True)
        if element is value and isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]


def _names_in_target(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Attribute):
        return [target.attr]
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
        return [target.slice.value]
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in _names_in_target(element)]
    return []


@once_a_module
def _added_to(module: Module) -> dict[str, set[str]]:
    """Keys by which mappings are changed after they were made: `options["x"] = …`; empty for `options.update(…)` and others that are not told."""
    changed = [(call.receiver, call.node.args[0] if call.node.args else None) for call in module.method_calls("setdefault", "pop")]
    changed += [(call.receiver, None) for call in module.method_calls("update")]
    targets = (target for node in module.syntax.assignments if isinstance(node, ast.Assign) for target in node.targets)
    changed += [(target.value, target.slice) for target in targets if isinstance(target, ast.Subscript)]
    found: dict[str, set[str]] = {}
    for holder, key in changed:
        if isinstance(holder, ast.Name):
            found.setdefault(holder.id, set()).add(key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "")
    return found


def _branches(value: ast.expr) -> tuple[ast.expr, ...]:
    """`{"shuffle": True} if on_gpu else {}`: either of the two."""
    return (*_branches(value.body), *_branches(value.orelse)) if isinstance(value, ast.IfExp) else (value,)


def _in_mapping(value: ast.expr, name: str) -> ast.expr | bool | None:
    """The value under `name` of a literal mapping, False where it surely lacks it, None where that is not known."""
    if isinstance(value, ast.Dict):
        for key, element in zip(value.keys, value.values, strict=True):
            if not isinstance(key, ast.Constant):
                return None
            if key.value == name:
                return element
        return False
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict" and not value.args:
        for keyword in value.keywords:
            if keyword.arg is None:
                return None
            if keyword.arg == name:
                return keyword.value
        return False
    return None
