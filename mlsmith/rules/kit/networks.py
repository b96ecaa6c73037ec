"""Networks read as what they do to a signal: the layers that it goes through, in order, as far as the file says.

The code that builds a network and its `forward` (or keras's functional calls) are followed with the literal sizes that they are given:
assignments, loops over literals, lists of layers, blocks that are classes or functions of the file. What is not known is `UNKNOWN` or a layer
of the kind "unknown", so that rules stay silent.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.layers import Layer, layer_named
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.signatures import position_of

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.definitions import Class, Function
    from mlsmith.rules.kit.module import Module

_STEPS = 6_000
_DEEPEST = 12
_LONGEST = 64
_NETWORKS = ("torch.nn.Module", "torch.nn.Sequential", "lightning.pytorch.LightningModule", "keras.Model", "keras.models.Model",
             "keras.layers.Layer")  # fmt: skip
_SEQUENTIAL = ("torch.nn.Sequential", "keras.Sequential", "keras.models.Sequential")
_LISTS = ("torch.nn.ModuleList", "list", "tuple")
_JOINS = frozenset({"cat", "concat", "concatenate", "stack", "add", "Concatenate", "Add", "multiply", "Multiply", "Average", "merge"})
_SAME_METHODS = frozenset({"to", "cuda", "cpu", "float", "half", "contiguous", "relu", "relu_", "tanh", "clamp", "detach", "clone", "double",
                           "exp", "exp_", "mul", "mul_", "div", "add", "add_", "sqrt", "pow", "log"})  # fmt: skip
_MEASURES = frozenset({"size", "dim", "numel", "new", "item", "type", "get_shape", "new_zeros", "new_ones", "new_empty"})
_FRESH = frozenset({"torch.randn_like", "torch.rand_like", "torch.zeros_like", "torch.ones_like", "torch.empty_like", "keras.backend.int_shape",
                    "tensorflow.shape", "keras.backend.shape", "len", "print"})  # fmt: skip
_RESHAPING = frozenset({"view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose", "mean"})
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}  # fmt: skip
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.Gt: operator.gt, ast.LtE: operator.le, ast.GtE: operator.ge,
    ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip


class Part:
    """Layers that can be applied to a signal."""

    __slots__ = ("layers",)

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers


class Signal:
    """A tensor, as the layers that it has gone through."""

    __slots__ = ("layers",)

    def __init__(self, layers: tuple[Layer, ...] = ()) -> None:
        self.layers = layers


class Network:
    """An instance of a class of the file, with what its `__init__` gave its attributes."""

    __slots__ = ("attributes", "cls")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Any] = {}


class _Frame:
    __slots__ = ("cut", "me", "names", "result", "returned")

    def __init__(self, names: dict[str, Any], me: str = "") -> None:
        self.names = names
        self.me = me
        self.result: Any = None
        self.returned = False
        self.cut = False
        """Whether statements were left out: behind what may return, or beyond the number of steps"""


@once_a_module
def reader(module: Module) -> Reader:
    """The one reader of a module."""
    return Reader(module)


def signals(value: Any) -> list[Signal]:
    """The signals in what a network gives: alone, or in a tuple, list or dict."""
    if isinstance(value, Signal):
        return [value]
    return [s for item in value for s in signals(item)] if isinstance(value, (tuple, list)) else []


class Reader:
    def __init__(self, module: Module) -> None:
        self.module = module
        self._steps = 0
        self._depth = 0
        self._networks: dict[str, Network] = {}
        self._given: dict[str, Any] = {}

    def network(self, cls: Class) -> Network:
        """The class as it is without arguments of its caller: what they would say is not known."""
        if cls.name not in self._networks:
            self._steps = 0
            self._networks[cls.name] = self._instance(cls, None, None)
        return self._networks[cls.name]

    def output(self, cls: Class) -> Any:
        """What the class's `forward` (or keras's `call`) makes of an input."""
        if cls.name not in self._given:
            self._steps = 0
            self._given[cls.name] = self._applied(self.network(cls), (Signal(),))
        return self._given[cls.name]

    def of(self, node: ast.expr) -> Any:
        """The value of an expression where it stands: names are looked up as they are assigned."""
        self._steps = 0
        return self._value(node, _Frame({}))

    def scope(self, body: list[ast.stmt], given: Function | None = None) -> dict[str, Any]:
        """What the names of a run of statements (a file's top level, a function's body) hold in the end; `given` is the function whose
        body it is, about whose parameters nothing is known.
        """
        self._steps = 0
        frame = _Frame({p.name: UNKNOWN for p in given.parameters} if given is not None else {})
        self._run(body, frame)
        return {} if frame.cut else frame.names  # not read to its end, names may hold what they held before

    # classes and functions

    def _instance(self, cls: Class, call: ast.Call | None, frame: _Frame | None) -> Network:
        network = Network(cls)
        for name in reversed(cls.lineage):
            node = self.module.resolver.class_named(name)
            start = self.module.class_(node).methods.get("__init__") if node is not None else None
            if start is not None and (start is cls.methods.get("__init__") or "__init__" not in cls.methods):
                self._called(start, [network], call, frame)
        return network

    def _called(
        self, function: Function, first: list[Any], call: ast.Call | None, frame: _Frame | None, given: tuple[Any, ...] = ()
    ) -> Any:
        """Run a function of the file with the arguments of a call, or with `given` values."""
        if self._depth >= _DEEPEST:
            return UNKNOWN
        names: dict[str, Any] = {}
        plain = [p for p in function.parameters if p.kind in ("positional", "keyword")]
        for p in plain:
            names[p.name] = self._value(p.default, _Frame({})) if p.default is not None and call is not None else UNKNOWN
        for p in function.parameters:
            if p.kind in ("star", "stars"):
                names[p.name] = UNKNOWN
        positional = [*first, *given]
        if call is not None and frame is not None:
            positional += self._arguments(call, frame)
            for keyword in call.keywords:
                if keyword.arg is None:
                    return UNKNOWN
                names[keyword.arg] = self._value(keyword.value, frame)
        names.update(zip([p.name for p in plain if p.kind == "positional"], positional, strict=False))
        inner = _Frame(names, plain[0].name if first and plain else "")
        self._depth += 1
        try:
            self._run(function.node.body, inner)
        finally:
            self._depth -= 1
        return inner.result if inner.returned else None

    def _arguments(self, call: ast.Call, frame: _Frame) -> list[Any]:
        found: list[Any] = []
        for argument in call.args:
            value = self._value(argument.value if isinstance(argument, ast.Starred) else argument, frame)
            if not isinstance(argument, ast.Starred):
                found.append(value)
            elif isinstance(value, (list, tuple)):
                found.extend(value)
            else:
                found.append(UNKNOWN)
        return found

    def _applied(self, callee: Any, given: tuple[Any, ...]) -> Any:
        """What a network or part makes of its arguments."""
        entering = next((s for value in given for s in signals(value)), None)
        if isinstance(callee, Part) and entering is not None:
            return Signal(entering.layers + callee.layers)
        if isinstance(callee, Network) and entering is not None:
            for method in ("forward", "call"):
                for name in callee.cls.lineage:
                    node = self.module.resolver.function_named(f"{name}.{method}")
                    if node is not None:
                        return self._called(self.module.function(node), [callee], None, None, given)
        return _lost(entering)

    # statements

    def _run(self, body: list[ast.stmt], frame: _Frame) -> None:
        for statement in body:
            self._steps += 1
            if frame.returned or self._steps > _STEPS:
                frame.cut = True
                return
            handler = _STATEMENTS.get(statement.__class__)
            if handler is not None:
                handler(self, statement, frame)
            elif not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)):
                self._forget([statement], frame)

    def _assign(self, node: ast.Assign, frame: _Frame) -> None:
        value = self._value(node.value, frame)
        for target in node.targets:
            self._bind(target, value, frame)

    def _annotated(self, node: ast.AnnAssign, frame: _Frame) -> None:
        if node.value is not None:
            self._bind(node.target, self._value(node.value, frame), frame)

    def _augmented(self, node: ast.AugAssign, frame: _Frame) -> None:
        left, right = self._value(node.target, frame), self._value(node.value, frame)
        self._bind(node.target, self._arithmetic(node.op, left, right), frame)

    def _bind(self, target: ast.expr, value: Any, frame: _Frame) -> None:
        if isinstance(target, ast.Name):
            frame.names[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self._value(target.value, frame)
            if isinstance(owner, Network):
                owner.attributes[target.attr] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = (
                list(value) if isinstance(value, (tuple, list)) and len(value) == len(target.elts) else [_lost_of(value)] * len(target.elts)
            )
            for part, item in zip(target.elts, values, strict=True):
                self._bind(part, item, frame)

    def _expression(self, node: ast.Expr, frame: _Frame) -> None:
        call = node.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return
        if call.func.attr in ("append", "extend", "add", "add_module") and call.args:
            held = self._value(call.func.value, frame)
            added = self._value(call.args[-1], frame)
            if isinstance(held, list):
                held.extend(added if call.func.attr == "extend" and isinstance(added, (list, tuple)) else [added])
            elif isinstance(held, Part) and not (call.func.attr == "append" and isinstance(added, Network)):
                self._bind(call.func.value, Part(held.layers + self._layers(added)), frame)

    def _for(self, node: ast.For, frame: _Frame) -> None:
        items = self._value(node.iter, frame)
        if isinstance(items, Part):
            items = [Part((layer,)) for layer in items.layers]
        if (
            not isinstance(items, (list, tuple))
            or len(items) > _LONGEST
            or any(isinstance(p, (ast.Break, ast.Continue)) for p in ast.walk(node))
        ):
            self._forget(node.body, frame)
            return
        for item in items:
            self._bind(node.target, item, frame)
            self._run(node.body, frame)

    def _if(self, node: ast.If, frame: _Frame) -> None:
        is_main = isinstance(node.test, ast.Compare) and isinstance(node.test.left, ast.Name) and node.test.left.id == "__name__"
        test = True if is_main else self._value(node.test, frame)
        if isinstance(test, (bool, int, str, type(None))):
            self._run(node.body if test else node.orelse, frame)
        else:
            self._forget([*node.body, *node.orelse], frame)

    def _with(self, node: ast.With, frame: _Frame) -> None:
        self._run(node.body, frame)

    def _return(self, node: ast.Return, frame: _Frame) -> None:
        frame.returned = True
        frame.result = self._value(node.value, frame) if node.value is not None else None

    def _forget(self, body: list[ast.stmt], frame: _Frame) -> None:
        """What statements that may or may not run would bind is not known any more, nor what a function with a return in them gives."""
        for statement in body:
            for part in ast.walk(statement):
                if isinstance(part, ast.Return):
                    frame.returned, frame.result = True, UNKNOWN
                elif isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, ast.Store):
                    known = self._value(part, frame) if isinstance(part, ast.Name) else UNKNOWN
                    self._bind(part, _lost_of(known), frame)
                elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in ("append", "extend", "add"):
                    self._bind(part.func.value, UNKNOWN, frame)

    # expressions

    def _value(self, node: ast.expr, frame: _Frame) -> Any:
        self._steps += 1
        if self._steps > _STEPS:
            return UNKNOWN
        handler = _EXPRESSIONS.get(node.__class__)
        return handler(self, node, frame) if handler is not None else self.module.constant(node)

    def _name(self, node: ast.Name, frame: _Frame) -> Any:
        if node.id in frame.names:
            return frame.names[node.id]
        value = self.module.constant(node)
        if value is not UNKNOWN or self._depth >= _DEEPEST:
            return value
        values = self.module.resolver.values(node)
        if len(values) != 1 or values[0] is node or not isinstance(values[0], ast.Call):
            return UNKNOWN
        self._depth += 1
        try:
            return self._value(values[0], _Frame({}))
        finally:
            self._depth -= 1

    def _attribute(self, node: ast.Attribute, frame: _Frame) -> Any:
        owner = self._value(node.value, frame)
        if isinstance(owner, Network):
            return owner.attributes.get(node.attr, UNKNOWN)
        if isinstance(owner, Part) and node.attr in ("input", "inputs"):
            return Signal()
        if isinstance(owner, Part) and node.attr in ("output", "outputs"):
            return Signal(owner.layers)
        return UNKNOWN

    def _sequence(self, node: ast.List | ast.Tuple, frame: _Frame) -> Any:
        items: list[Any] = []
        for element in node.elts:
            value = self._value(element.value if isinstance(element, ast.Starred) else element, frame)
            if isinstance(element, ast.Starred):
                items.extend(value if isinstance(value, (list, tuple)) else [UNKNOWN])
            else:
                items.append(value)
        return items if isinstance(node, ast.List) else tuple(items)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, frame: _Frame) -> Any:
        generator = node.generators[0]
        items = self._value(generator.iter, frame)
        if len(node.generators) > 1 or generator.ifs or not isinstance(items, (list, tuple)) or len(items) > _LONGEST:
            return UNKNOWN
        found = []
        for item in items:
            inner = _Frame({**frame.names}, frame.me)
            self._bind(generator.target, item, inner)
            found.append(self._value(node.elt, inner))
        return found

    def _binary(self, node: ast.BinOp, frame: _Frame) -> Any:
        return self._arithmetic(node.op, self._value(node.left, frame), self._value(node.right, frame))

    def _arithmetic(self, op: ast.operator, left: Any, right: Any) -> Any:
        sides = [side for side in (left, right) if isinstance(side, Signal)]
        if sides:
            return joined(sides) if len(sides) > 1 else Signal((*sides[0].layers, Layer("same", None, activation="?")))
        try:
            if left is UNKNOWN or right is UNKNOWN or (isinstance(left, (list, tuple)) and len(left) > _LONGEST):
                return UNKNOWN
            if isinstance(op, ast.Mult) and isinstance(left, (list, tuple, str)) and isinstance(right, int) and right > _LONGEST:
                return UNKNOWN
            return _ARITHMETIC[op.__class__](left, right)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return UNKNOWN

    def _compare(self, node: ast.Compare, frame: _Frame) -> Any:
        left, right = self._value(node.left, frame), self._value(node.comparators[0], frame)
        known = all(isinstance(side, (int, float, str, type(None))) for side in (left, right))
        compare = _COMPARISONS.get(node.ops[0].__class__) if len(node.ops) == 1 else None
        try:
            return compare(left, right) if known and compare is not None else UNKNOWN
        except TypeError:
            return UNKNOWN

    def _subscript(self, node: ast.Subscript, frame: _Frame) -> Any:
        held = self._value(node.value, frame)
        if not isinstance(held, (list, tuple)):
            return _lost_of(held)
        if isinstance(node.slice, ast.Slice):
            bounds = [self._value(b, frame) if b is not None else None for b in (node.slice.lower, node.slice.upper, node.slice.step)]
            return held[slice(*bounds)] if all(b is None or isinstance(b, int) for b in bounds) and bounds[2] != 0 else UNKNOWN
        index = self._value(node.slice, frame)
        return held[index] if isinstance(index, int) and -len(held) <= index < len(held) else UNKNOWN

    def _either(self, node: ast.IfExp, frame: _Frame) -> Any:
        test = self._value(node.test, frame)
        return self._value(node.body if test else node.orelse, frame) if isinstance(test, (bool, int, str, type(None))) else UNKNOWN

    # calls

    def _call(self, node: ast.Call, frame: _Frame) -> Any:
        callee = self._callee(node.func, frame)
        given = tuple(self._arguments(node, frame)) + tuple(self._value(k.value, frame) for k in node.keywords if k.arg in ("inputs", "x"))
        if isinstance(callee, (Part, Network)):
            return self._applied(callee, given)
        if isinstance(node.func, ast.Attribute):
            found = self._of_method(node, node.func, frame, given)
            if found is not None:
                return found
        name = self.module.resolver.name(node.func)
        return self._of_library(name, node, frame, given)

    def _callee(self, func: ast.expr, frame: _Frame) -> Any:
        if isinstance(func, ast.Name):
            return frame.names.get(func.id) if func.id in frame.names else self._made_above(func)
        return self._value(func, frame) if isinstance(func, (ast.Call, ast.Attribute, ast.Subscript)) else None

    def _made_above(self, func: ast.Name) -> Any:
        """A network that a name outside of the function holds."""
        return self._name(func, _Frame({})) if any(name.endswith("()") for name in self.module.names(func)) else None

    def _of_method(self, node: ast.Call, func: ast.Attribute, frame: _Frame, given: tuple[Any, ...]) -> Any:
        owner = self._value(func.value, frame)
        if isinstance(owner, Signal):
            if func.attr in _MEASURES:
                return UNKNOWN
            if func.attr in _SAME_METHODS:
                return owner if func.attr in ("to", "cuda", "cpu", "float", "contiguous") else _with(owner, "same", "?")
            if func.attr in ("softmax", "sigmoid", "log_softmax"):
                return _with(owner, "activation", func.attr)
            return _with(owner, "reshape" if func.attr in _RESHAPING else "unknown", "" if func.attr in _RESHAPING else "?")
        if isinstance(owner, Part) and func.attr in ("to", "cuda", "eval", "train", "apply"):
            return owner
        if isinstance(owner, Network):
            for name in owner.cls.lineage:
                method = self.module.resolver.function_named(f"{name}.{func.attr}")
                if method is not None:
                    static = any(getattr(d, "id", "") in ("staticmethod", "classmethod") for d in method.decorator_list)
                    return self._called(self.module.function(method), [] if static else [owner], node, frame)
            if func.attr in ("to", "cuda", "eval", "train"):
                return owner
        return None

    def _of_library(self, name: str, node: ast.Call, frame: _Frame, given: tuple[Any, ...]) -> Any:
        last = name.rpartition(".")[2]
        if name in _FRESH:
            return len(given[0]) if name == "len" and given and isinstance(given[0], (list, tuple)) else UNKNOWN
        if name in _SEQUENTIAL:
            items = list(given[0]) if len(given) == 1 and isinstance(given[0], (list, tuple)) else list(given)
            return Part(tuple(layer for item in items for layer in self._layers(item)))
        if name in _LISTS and given:
            return list(given[0]) if isinstance(given[0], (list, tuple)) else UNKNOWN
        if name in _LISTS:
            return []
        if name in ("keras.Model", "keras.models.Model"):
            return self._functional(node, frame)
        if name in ("keras.Input", "keras.layers.Input", "keras.layers.InputLayer"):
            shape = self._argument(self._wrapped(node), "shape", 0, frame)
            channels = shape[-1] if isinstance(shape, (list, tuple)) and shape and isinstance(shape[-1], int) else None
            return Signal((Layer("input", self._wrapped(node), outputs=channels),))
        if last in _JOINS and name.startswith(("torch.", "keras.", "tensorflow.")):
            found = signals(given)
            return joined(found) if found else Part((Layer("unknown", None),))
        made = layer_named(
            name, self._wrapped(node), lambda call, argument: self._argument(call, argument, position_of((name,), argument), frame)
        )
        if made is not None:
            entering = signals(given)[:1]
            return Signal((*entering[0].layers, made)) if entering else Part((made,))
        return self._of_project(name, node, frame, given)

    def _of_project(self, name: str, node: ast.Call, frame: _Frame, given: tuple[Any, ...]) -> Any:
        resolver = self.module.resolver
        cls = resolver.class_named(name) if name and not name.endswith("()") else None
        if cls is not None and self._depth < _DEEPEST:
            wrapped = self.module.class_(cls)
            return self._instance(wrapped, node, frame) if wrapped.extends(*_NETWORKS) else UNKNOWN
        function = resolver.function_named(name) if name else None
        if function is not None and isinstance(function, ast.FunctionDef):
            return self._called(self.module.function(function), [], node, frame)
        built_in = _BUILT_IN.get(name)
        if built_in is not None and given and all(isinstance(v, (list, tuple, int)) for v in given):
            try:
                return built_in(*given)
            except (TypeError, ValueError):
                return UNKNOWN
        return _lost(next(iter(signals(given)), None))

    def _functional(self, node: ast.Call, frame: _Frame) -> Any:
        """keras's `Model(inputs, outputs)`."""
        call = self._wrapped(node)
        entry = self._argument(call, "inputs", 0, frame) or self._argument(call, "input", 0, frame)
        ending = self._argument(call, "outputs", 1, frame) or self._argument(call, "output", 1, frame)
        ways = signals(ending)
        start = next(iter(signals(entry)), Signal())
        if len(ways) != 1:
            return Part((Layer("unknown", call),))
        longest = ways[0].layers
        shared = len(start.layers) if longest[: len(start.layers)] == start.layers else 0
        begin = max(0, shared - 1) if shared and longest[shared - 1].kind == "input" else shared
        return Part(longest[begin:])

    def _argument(self, call: Call, name: str, position: int | None, frame: _Frame) -> Any:
        for keyword in call.node.keywords:
            if keyword.arg == name:
                return self._value(keyword.value, frame)
        if any(keyword.arg is None for keyword in call.node.keywords):
            return UNKNOWN
        if position is not None and position < len(call.node.args):
            found = call.node.args[: position + 1]
            return UNKNOWN if any(isinstance(a, ast.Starred) for a in found) else self._value(found[-1], frame)
        return None

    def _layers(self, value: Any) -> tuple[Layer, ...]:
        """The layers of an element of a Sequential."""
        if isinstance(value, Part):
            return value.layers
        if isinstance(value, Signal):  # keras: an `Input` as the first element
            return value.layers
        if isinstance(value, Network):
            found = signals(self._applied(value, (Signal(),)))
            return found[0].layers if len(found) == 1 else (Layer("unknown", None),)
        return (Layer("unknown", None),)

    def _wrapped(self, node: ast.Call) -> Call:
        call = self.module.call(node)
        assert call is not None
        return call


def joined(ways: list[Signal]) -> Signal:
    """Signals put together. One that left before the other shrank and grew again has skipped the bottleneck."""
    longest = max(ways, key=lambda way: len(way.layers)).layers
    layers = longest
    for way in ways:
        if way.layers is longest:
            continue
        shared = 0
        while shared < len(way.layers) and way.layers[shared] is longest[shared]:
            shared += 1
        between, own = longest[shared:], way.layers[shared:]
        if any(layer.grows for layer in (*between, *own)) and not any(layer.grows for layer in longest[:shared]):
            layers = (*layers, Layer("skip", None, activation="?"))
        if any(layer.kind == "unknown" for layer in own):
            layers = (*layers, Layer("unknown", None, activation="?"))
    return Signal((*layers, Layer("same", None, activation="?")))


def _with(signal: Signal, kind: str, activation: str) -> Signal:
    return Signal((*signal.layers, Layer(kind, None, activation=activation)))


def _lost(signal: Signal | None) -> Any:
    """A signal after something that is not known."""
    return _with(signal, "unknown", "?") if signal is not None else UNKNOWN


def _lost_of(value: Any) -> Any:
    return _lost(next(iter(signals(value)), None))


_BUILT_IN: dict[str, Callable[..., Any]] = {
    "range": lambda *bounds: list(range(*bounds)) if len(range(*bounds)) <= _LONGEST else UNKNOWN,
    "zip": lambda *lists: list(zip(*lists, strict=False)), "enumerate": lambda items, *start: list(enumerate(items, *start)),
    "reversed": lambda items: list(reversed(items)), "int": int, "sorted": sorted,
}  # fmt: skip
_STATEMENTS: dict[type, Callable[[Reader, Any, _Frame], None]] = {
    ast.Assign: Reader._assign, ast.AnnAssign: Reader._annotated, ast.AugAssign: Reader._augmented, ast.Expr: Reader._expression,
    ast.For: Reader._for, ast.If: Reader._if, ast.With: Reader._with, ast.Return: Reader._return,
}  # fmt: skip
_EXPRESSIONS: dict[type, Callable[[Reader, Any, _Frame], Any]] = {
    ast.Name: Reader._name, ast.Attribute: Reader._attribute, ast.List: Reader._sequence, ast.Tuple: Reader._sequence,
    ast.ListComp: Reader._comprehension, ast.GeneratorExp: Reader._comprehension, ast.BinOp: Reader._binary, ast.Compare: Reader._compare,
    ast.Subscript: Reader._subscript, ast.IfExp: Reader._either, ast.Call: Reader._call,
}  # fmt: skip
