"""Where data is divided into training and evaluation parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import last_word, statement_of
from mlsmith.rules.kit.knowledge.sklearn import CROSS_VALIDATIONS, FOLDS
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import Role

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_LOOKS = frozenset(
    {"print", "display", "format", "len", "type", "str", "repr", "list", "head", "tail", "info", "describe", "sample", "shape", "size"}
)
"""Calls and attributes by which somebody only looks at data"""
_MAKING = ("numpy.random.normal", "numpy.random.randn", "numpy.random.randint", "numpy.random.multivariate_normal")
_SPLIT_BY_FOLDS = tuple(f"sklearn.model_selection.{fold}().split" for fold in FOLDS)
_CROSS_VALIDATED = tuple(f"sklearn.model_selection.{name}" for name in CROSS_VALIDATIONS)
_ORDERS = ("numpy.random.permutation", "torch.randperm")
_MIXED_IN_PLACE = ("numpy.random.shuffle", "random.shuffle")
_DRAWS = ("numpy.random.rand", "numpy.random.random", "numpy.random.random_sample", "numpy.random.uniform", "torch.rand")


class Split(NamedTuple):
    """A division of data: `node` is where it happens, `data` the expressions that are divided, `name` what does it."""

    node: ast.expr
    data: tuple[ast.expr, ...]
    name: str


def splits(module: Module) -> Iterator[Split]:
    """All divisions of data: scikit-learn's, PyTorch's, cross-validation, and slices kept under names of both roles."""
    for call in module.calls_to(
        "sklearn.model_selection.train_test_split", "torch.utils.data.random_split", "dask_ml.model_selection.train_test_split"
    ):
        yield Split(call.node, tuple(a for a in call.node.args[:3] if not isinstance(a, ast.Starred)), f"`{call.method}`")
    if module.imports("sklearn"):
        yield from _folds(module)
    yield from _slices(module)


def _folds(module: Module) -> Iterator[Split]:
    for call in module.calls_to(*_SPLIT_BY_FOLDS):
        fold = next((name for name in FOLDS if f"sklearn.model_selection.{name}().split" in call.names), "split")
        yield Split(call.node, tuple(call.node.args[:1]), f"`{fold}`")
    for call in module.calls_to(*_CROSS_VALIDATED):
        data = call.argument("X")
        if data.node is not None:
            yield Split(call.node, (data.node,), f"`{call.method}`")


def is_used(module: Module, target: ast.expr) -> bool:
    """Whether any of the names that a statement binds is read anywhere in the file, for more than to print it or its shape; attributes, items
    and a module's names may be read elsewhere."""
    if module.notebook is None and module.function_around(target) is None:
        return True
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    names = {
        part.value.id if isinstance(part, ast.Starred) and isinstance(part.value, ast.Name) else getattr(part, "id", "") for part in parts
    }
    return "" in names or any(isinstance(node.ctx, ast.Load) and not _is_looked_at(node) for node in module.names_spelt(names))


def _is_looked_at(node: ast.AST) -> bool:
    """`print("Test:", x.shape, y.shape)`, and `x.head()` or `x[:5]` alone in a line: nothing comes of it."""
    while not isinstance(node, ast.stmt):
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and last_word(node.func) not in _LOOKS:
            return False
    return isinstance(node, ast.Expr)


def drawn_parts(module: Module) -> Iterator[Call]:
    """Draws that decide by hand which rows train and which do not: an order that is cut in two, and a mask with its opposite."""
    told: set[int] = set()
    for split in _slices(module) if any(module.calls_to(*_ORDERS, *_MIXED_IN_PLACE)) else ():
        data = split.data[0]
        trace = module.flow.trace(data)
        draws = [call for call in trace.calls if any(name in _ORDERS for name in call.names)]
        made = (data, *(binding.value for binding in trace.bindings if binding.value is not None))
        names = {part.id for node in made for part in ast.walk(node) if isinstance(part, ast.Name)}
        for call in module.calls_to(*_MIXED_IN_PLACE):
            mixed = call.node.args[0] if call.node.args else None
            before = call.order < (split.node.lineno, split.node.col_offset) and call.function is module.function_around(split.node)
            if before and isinstance(mixed, ast.Name) and mixed.id in names:
                draws.append(call)
        for call in draws[:1]:
            if id(call.node) not in told and not _follows_made_up_data(module, call):
                told.add(id(call.node))
                yield call
    for call in module.calls_to(*_DRAWS):
        up: ast.AST = call.node.up  # type: ignore[attr-defined]
        statement = call.statement
        if (
            isinstance(up, ast.Compare)
            and isinstance(statement, ast.Assign)
            and statement.value is up
            and _parts_rows(module, statement.targets[0])
        ):
            yield call


def _follows_made_up_data(module: Module, call: Call) -> bool:
    """Whether the rows that are divided were drawn just before, too: a seed for the parts alone would fix nothing."""
    return any(made.function is call.function and made.order < call.order for made in module.calls_to(*_MAKING))


def _parts_rows(module: Module, mask: ast.expr) -> bool:
    """`train = table[mask]` and `test = table[~mask]`, each under a name of its role; parts of the training rows are both for training."""
    if not isinstance(mask, ast.Name):
        return False
    roles: dict[bool, set[Role]] = {False: set(), True: set()}
    for node in module.names_spelt({mask.id}):
        statement = statement_of(node)
        same = module.function_around(node) is module.function_around(mask)
        if same and isinstance(statement, ast.Assign) and isinstance(node.ctx, ast.Load):
            opposite = isinstance(node.up, ast.UnaryOp) and isinstance(node.up.op, ast.Invert)  # type: ignore[attr-defined]
            told = (module.role_of(target.id) for target in statement.targets if isinstance(target, ast.Name))
            roles[opposite].update(role for role in told if role is not None)
    return len(roles[False]) == len(roles[True]) == 1 and Role.TRAIN in roles[False] ^ roles[True]


@once_a_module
def _slices(module: Module) -> tuple[Split, ...]:
    """`train = x[:n]` and `test = x[n:]`: two slices of one name, one for each role."""
    found: dict[str, dict[bool, ast.Subscript]] = {}
    for node in module.syntax.assignments:
        if node.value.__class__ not in _SLICED or not isinstance(node, ast.Assign):
            continue
        for target, value in _pairs(node.targets[0], node.value):
            role = module.role_of(target) if isinstance(value, ast.Subscript) and _is_slice(value.slice) else None
            if role is not None and isinstance(value, ast.Subscript):
                whole = _whole(value.value)
                if whole is not None:
                    key = f"{node.scope.qualified}:{whole.id}"  # type: ignore[attr-defined]
                    found.setdefault(key, {})[role is Role.TRAIN] = value
    return tuple([Split(roles[True], (roles[True].value,), "slicing") for roles in found.values() if len(roles) == 2])


_SLICED = frozenset({ast.Subscript, ast.Tuple})


def _whole(node: ast.expr) -> ast.Name | None:
    """`x` of `x[:n]`, `x.iloc[:n]` and `x.values[:n]`."""
    if isinstance(node, ast.Attribute) and node.attr in ("iloc", "loc", "values"):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts, strict=True):
            if isinstance(one, ast.Name):
                yield one.id, other


def _is_slice(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple) and node.elts:
        node = node.elts[0]
    return isinstance(node, ast.Slice) and (node.lower is None) != (node.upper is None) and node.step is None
