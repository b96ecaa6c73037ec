"""What an expression refers to, as dotted names that say how it was reached.

`DL(ds)` after `from torch.utils.data import DataLoader as DL` is `torch.utils.data.DataLoader()`; `()` stands for the result of a
call or an instance, `[0]` for an element of an unpacked tuple, `[]` for an element of an iteration. An expression can have several
names where branches merge, and none where mlsmith does not know: not knowing must make a rule silent, so it is never guessed.
"""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

from mlsmith.index.canonical import canonical
from mlsmith.index.lazily import lazily
from mlsmith.index.scopes import Binding, Scope, Syntax, block_of, scope_of

_DEPTH = 14
_MOST = 6
_SELF_RETURNING = frozenset({
    "to", "cuda", "cpu", "eval", "train", "half", "float", "double", "bfloat16", "requires_grad_", "share_memory", "compile_",
    "with_format", "set_format", "copy", "prefetch", "with_options",
})  # fmt: skip
_TRANSPARENT = frozenset({
    "tqdm.tqdm", "tqdm.trange", "tqdm", "torch.compile", "torch.nn.DataParallel", "torch.nn.parallel.DataParallel",
    "torch.nn.parallel.DistributedDataParallel", "torch.jit.script", "torch.nn.SyncBatchNorm.convert_sync_batchnorm", "iter", "list",
    "tuple", "copy.copy", "copy.deepcopy", "reversed", "rich.progress.track", "fastprogress.progress_bar", "accelerate.Accelerator().prepare",
    "accelerate.Accelerator().unwrap_model", "lightning.fabric.Fabric().setup", "lightning.fabric.Fabric().setup_dataloaders",
})  # fmt: skip
"""Calls whose result is, for what rules ask, their first argument."""

_BUILTINS = frozenset(dir(builtins))
_SILENT_KINDS = ("store", "delete", "declare")
Names = tuple[str, ...]


class Resolver:
    """Answers for one module; every answer is remembered by node."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self._names: dict[int, Names] = {}
        self._busy: set[int] = set()
        self._classes: dict[str, ast.ClassDef] = {}
        self._functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        for cls in syntax.classes:
            self._classes[self.definition_name(cls)] = cls
        for function in syntax.functions:
            self._functions[self.definition_name(function)] = function
        self._fixed = self._bound_once()
        self._attributes: dict[tuple[int, str], list[Binding]] = {}
        self._stored: dict[int, dict[str, list[Binding]]] = {}
        self._selves: dict[tuple[int, str], ast.ClassDef | None] = {}

    def _bound_once(self) -> dict[str, Names]:
        """What imports and definitions at the top bring in, where nothing else in the file has that name, and the builtins that it leaves
        as they are: the same wherever it is read.
        """
        top = self.syntax.scope.bindings
        bound: set[str] = set()
        for scope in self.syntax.scopes[1:]:
            bound.update(scope.bindings)
        unbound = _BUILTINS.intersection(self.syntax.names).difference(bound, top)
        fixed: dict[str, Names] = {name: (name,) for name in unbound}
        for name, bindings in top.items():
            if len(bindings) == 1 and name not in bound and bindings[0].kind in ("import", "def", "class"):
                fixed[name] = self.names_of_binding(bindings[0])
        return fixed

    def release(self) -> None:
        """Let go of the tree; nothing may be asked afterwards."""
        self.__dict__.clear()

    # definitions

    def definition_name(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """The dotted name of a definition of this module: module, enclosing definitions, own name."""
        module, own = self.syntax.module_name, node.own_scope.qualified  # type: ignore[union-attr]
        return f"{module}.{own}" if module and own else module or own

    def class_named(self, name: str) -> ast.ClassDef | None:
        return self._classes.get(name.removesuffix("()"))

    def function_named(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function of this module with that dotted name; methods also under `Class().method`, inherited ones included."""
        found = self._functions.get(name)
        if found is None and "()." in name:
            owner, _, method = name.rpartition("().")
            for ancestor in self.lineage(owner):
                found = self._functions.get(f"{ancestor}.{method}")
                if found is not None:
                    break
        return found

    def lineage(self, name: str) -> list[str]:
        """A class and all that it inherits from, as far as this module shows, nearest first."""
        order: list[str] = []
        queue = [name.removesuffix("()")]
        while queue and len(order) < 30:
            current = queue.pop(0)
            if current in order:
                continue
            order.append(current)
            cls = self._classes.get(current)
            if cls is not None:
                for base in cls.bases:
                    queue.extend(self.names(base))
        return order

    def returns_of(self, function: ast.AST) -> list[ast.Return]:
        return self._returns.get(id(function), [])

    @lazily
    def _returns(self) -> dict[int, list[ast.Return]]:
        """By the id of a function's node: its `return` statements, not those of functions in it."""
        found: dict[int, list[ast.Return]] = {}
        for node in self.syntax.returns:
            owner = node.scope.enclosing("function", "module", "class")  # type: ignore[attr-defined]
            if owner is not None:
                found.setdefault(id(owner.node), []).append(node)
        return found

    # names of expressions

    def names(self, node: ast.expr) -> Names:
        if node.__class__ is ast.Name:
            fixed = self._fixed.get(node.id)
            if fixed is not None:
                return fixed
        elif node.__class__ is ast.Attribute and node.value.__class__ is ast.Name:
            fixed = self._fixed.get(node.value.id)
            if fixed is not None:
                return _joined(fixed[0], node.attr)
        key = id(node)
        known = self._names.get(key)
        if known is not None:
            return known
        handler = _HANDLERS.get(node.__class__)
        if handler is None or key in self._busy or len(self._busy) > _DEPTH:
            return ()
        self._busy.add(key)
        try:
            names: Names = handler(self, node)  # type: ignore[operator]
        finally:
            self._busy.discard(key)
        if len(names) > 1:
            names = tuple(dict.fromkeys(names))[:_MOST]
        self._names[key] = names
        return names

    @lazily
    def calls_by_name(self) -> dict[str, list[ast.Call]]:
        """Calls by what is called, under each of its names, in source order."""
        table: dict[str, list[ast.Call]] = {}
        for node in self.syntax.calls:
            for name in self.names(node.func):
                if name in table:
                    table[name].append(node)
                else:
                    table[name] = [node]
        return table

    def name(self, node: ast.expr) -> str:
        """The one name of an expression, or an empty string where it has none or several."""
        names = self.names(node)
        return names[0] if len(names) == 1 else ""

    def _of_name(self, node: ast.Name) -> Names:
        bindings = self.reaching(node)
        if not bindings:
            if self.bound_anywhere(node):
                return ()
            if node.id in _BUILTINS:
                return (node.id,)
            stars = self.syntax.star_imports
            return (canonical(f"{stars[0]}.{node.id}"),) if len(stars) == 1 else ()
        if len(bindings) == 1:
            return self.names_of_binding(bindings[0])
        return tuple(name for binding in bindings for name in self.names_of_binding(binding))

    def _of_attribute(self, node: ast.Attribute) -> Names:
        value = node.value
        if value.__class__ is ast.Name:
            own = self._of_self(node)
            if own is not None:
                return own
        bases = self.names(value)
        if len(bases) == 1:
            return self._member(bases[0], node.attr)
        return tuple([name for base in bases for name in self._member(base, node.attr)])

    def _member(self, base: str, attribute: str) -> Names:
        """What `base.attribute` is: what this module's class gives it, or the two words joined."""
        if base.endswith("()"):
            cls = self._classes.get(base[:-2])
            values = self.attribute_bindings(cls, attribute) if cls is not None else []
            if values:
                return tuple([name for binding in values for name in self.names_of_binding(binding)])
        return _joined(base, attribute)

    def _of_self(self, node: ast.Attribute) -> Names | None:
        """`self.x` inside a method: what the class's methods assign to it. None where this is no such attribute."""
        cls = self.class_of_self(node.value)
        if cls is None:
            return None
        bindings = self.attribute_bindings(cls, node.attr)
        if bindings:
            return tuple(name for binding in bindings for name in self.names_of_binding(binding))
        return (f"{self.definition_name(cls)}().{node.attr}",)

    def class_of_self(self, node: ast.expr) -> ast.ClassDef | None:
        """The class whose instance the expression is, where it is the first parameter of a method (`self`)."""
        if not isinstance(node, ast.Name) or node.id not in self._first_parameters:
            return None
        scope = scope_of(node)
        key = (id(scope), node.id)
        if key not in self._selves:
            self._selves[key] = self._class_of_self(scope, node)
        return self._selves[key]

    @lazily
    def _first_parameters(self) -> set[str]:
        """What the methods of this module call their own object: `self`, as a rule."""
        found: set[str] = set()
        for function in self.syntax.functions:
            arguments = function.args.posonlyargs or function.args.args
            if arguments and function.own_scope.parent.kind == "class":  # type: ignore[union-attr]
                found.add(arguments[0].arg)
        return found

    def _class_of_self(self, scope: Scope | None, node: ast.Name) -> ast.ClassDef | None:
        while scope is not None and node.id not in scope.bindings:
            scope = scope.parent
        if scope is None or scope.kind != "function" or scope.parent is None or scope.parent.kind != "class":
            return None
        arguments = scope.node.args  # type: ignore[attr-defined]
        first = (arguments.posonlyargs + arguments.args)[:1]
        if first and first[0].arg == node.id and len(scope.bindings[node.id]) - _stores(scope.bindings[node.id]) == 1:
            decorators = {getattr(d, "id", "") for d in scope.node.decorator_list}  # type: ignore[attr-defined]
            if not decorators & {"staticmethod", "classmethod"}:
                return scope.parent.node  # type: ignore[return-value]
        return None

    def attribute_bindings(self, cls: ast.ClassDef, attribute: str) -> list[Binding]:
        """Assignments to an attribute by the class's own body and methods, then those of its bases in this module."""
        key = (id(cls), attribute)
        known = self._attributes.get(key)
        if known is None:
            lineage = self.lineage(self.definition_name(cls)) if cls.bases else [self.definition_name(cls)]
            found = (self._own_bindings(self._classes[name], attribute) for name in lineage if name in self._classes)
            known = self._attributes[key] = next(filter(None, found), [])
        return known

    def _own_bindings(self, cls: ast.ClassDef, attribute: str) -> list[Binding]:
        scope: Scope = cls.own_scope  # type: ignore[attr-defined]
        found = [b for b in scope.bindings.get(attribute, ()) if b.kind == "assign"]
        stored = self._stored.get(id(cls))
        if stored is None:
            stored = self._stored[id(cls)] = _stored_by_methods(cls)
        return found + stored.get(attribute, [])

    def _of_call(self, node: ast.Call) -> Names:
        found: list[str] = []
        for name in self.names(node.func):
            if name in _TRANSPARENT or name in ("functools.partial", "functools.partialmethod"):
                found.extend(self.names(node.args[0]) if node.args else ())
            elif name == "super":
                found.extend(self._of_super(node))
            else:
                found.extend(self._result(name, node))
        return tuple(found)

    def _result(self, name: str, node: ast.Call) -> Names:
        owner, _, method = name.rpartition(".")
        if owner.endswith("()") and method in _SELF_RETURNING:
            return (owner,)
        if method == "fit" and owner.startswith(("sklearn.", "imblearn.", "xgboost.", "lightgbm.")):
            return (owner,)
        function = self.function_named(name)
        if function is not None and not isinstance(function, ast.AsyncFunctionDef):
            results = [r for ret in self.returns_of(function) if ret.value is not None for r in self.names(ret.value)]
            if results and len(set(results)) <= 2:
                return tuple(results)
        return (f"{name}()",) if len(name) < 160 else ()

    def _of_super(self, node: ast.Call) -> Names:
        scope = scope_of(node).enclosing("class")
        if scope is None or not isinstance(scope.node, ast.ClassDef):
            return ()
        return tuple(f"{name}()" for base in scope.node.bases for name in self.names(base))

    def _of_subscript(self, node: ast.Subscript) -> Names:
        key = node.slice
        if isinstance(key, ast.Constant):
            for value in self.values(node.value):
                picked = _pick(value, key.value)
                if picked is not None:
                    return self.names(picked)
        mark = f"[{key.value}]" if isinstance(key, ast.Constant) and isinstance(key.value, int) else "[]"
        return tuple(f"{name}{mark}" for name in self.names(node.value) if len(name) < 160)

    def names_of_binding(self, binding: Binding) -> Names:
        """What a name refers to by one of its bindings."""
        kind = binding.kind
        if kind == "import":
            return (canonical(binding.origin),)
        if kind in ("def", "class"):
            return (self.definition_name(binding.node),)
        if kind == "parameter":
            return self._of_annotation(binding.node.annotation)
        if binding.value is None:
            return ()
        names = self.names(binding.value)
        if kind == "assign":
            return names if binding.index is None else tuple(f"{name}[{binding.index}]" for name in names)
        if kind == "with":
            return names
        if kind == "for":
            return self._of_iteration(binding, names)
        return ()

    def _of_iteration(self, binding: Binding, names: Names) -> Names:
        value, index = binding.value, binding.index
        if isinstance(value, ast.Call) and names and names[0] in ("enumerate()", "zip()"):
            position = 0 if names[0] == "enumerate()" else index
            if names[0] == "enumerate()" and index != 1:
                return ()
            if position is not None and position < len(value.args):
                return tuple(f"{name}[]" for name in self.names(value.args[position]))
            return ()
        mark = "[]" if index is None else f"[][{index}]"
        return tuple(f"{name}{mark}" for name in names)

    def _of_annotation(self, annotation: ast.expr | None) -> Names:
        if annotation is None:
            return ()
        if isinstance(annotation, ast.BinOp):  # `DataLoader | None`
            return tuple(n for side in (annotation.left, annotation.right) for n in self._of_annotation(side))
        if isinstance(annotation, ast.Subscript):
            if self.name(annotation.value) == "typing.Optional":
                return self._of_annotation(annotation.slice)
            return self._of_annotation(annotation.value)
        if isinstance(annotation, (ast.Name, ast.Attribute)):
            return tuple(f"{name}()" for name in self.names(annotation) if "." in name)
        return ()

    def _of_either(self, node: ast.IfExp) -> Names:
        return self.names(node.body) + self.names(node.orelse)

    def _of_or(self, node: ast.BoolOp) -> Names:
        return tuple(name for value in node.values for name in self.names(value))

    def _of_inner(self, node: ast.NamedExpr | ast.Await | ast.Starred) -> Names:
        return self.names(node.value)

    # bindings and values

    def bound_anywhere(self, node: ast.Name) -> bool:
        scope: Scope | None = scope_of(node)
        while scope is not None:
            if node.id in scope.bindings:
                return True
            scope = scope.parent
        return False

    def reaching(self, node: ast.Name) -> list[Binding]:
        """The bindings from which a name at this node can have its value: the last ones before it, by branch."""
        here = scope_of(node)
        scope: Scope | None = here
        while scope is not None:
            if scope.kind != "class" or scope is here:
                bindings = scope.bindings.get(node.id)
                if bindings:
                    live = [b for b in bindings if b.kind not in _SILENT_KINDS] if len(bindings) > 1 else bindings
                    if live and live[0].kind not in _SILENT_KINDS:
                        return self._flow(live, node) if _same_flow(scope, here) else self._written_globally(live)
            scope = scope.parent
        return []

    def _written_globally(self, bindings: list[Binding]) -> list[Binding]:
        return [] if bindings[0].name in self.syntax.global_writes else bindings

    def _flow(self, bindings: list[Binding], node: ast.Name) -> list[Binding]:
        if len(bindings) == 1:
            return bindings
        place, block = (node.lineno, node.col_offset), block_of(node)
        found: list[Binding] = []
        for binding in reversed(bindings):
            if binding.place > place or binding.block.excludes(block):
                continue
            found.append(binding)
            if binding.block.contains(block) and binding.kind != "augment":
                break
        else:
            loop = block.loop()
            found.extend(b for b in bindings if b.place > place and loop is not None and b.block.loop() is loop)
        return found or bindings

    def values(self, node: ast.expr) -> list[ast.expr]:
        """The expressions an expression stands for: itself, or what its name or `self` attribute was assigned, by branch."""
        if isinstance(node, ast.Name):
            bindings = self.reaching(node)
        elif isinstance(node, ast.Attribute):
            cls = self.class_of_self(node.value)
            bindings = self.attribute_bindings(cls, node.attr) if cls is not None else []
        else:
            return [node]
        out: list[ast.expr] = []
        for binding in bindings:
            if binding.kind != "assign" or binding.value is None or binding.index is not None:
                return [node]
            if binding.value is node or len(out) > _MOST:
                return [node]
            out.extend([binding.value] if not isinstance(binding.value, ast.Name) else self._chased(binding.value, node))
        return out or [node]

    def _chased(self, value: ast.Name, origin: ast.expr) -> list[ast.expr]:
        key = -id(value)
        if key in self._busy or len(self._busy) > _DEPTH:
            return [value]
        self._busy.add(key)
        try:
            return self.values(value)
        finally:
            self._busy.discard(key)


@lru_cache(maxsize=20_000)
def _joined(base: str, attribute: str) -> Names:
    """A project repeats most of them in all its files."""
    return (canonical(f"{base}.{attribute}"),) if len(base) < 160 else ()


def _stored_by_methods(cls: ast.ClassDef) -> dict[str, list[Binding]]:
    """What the methods of a class assign to attributes of their own object, by attribute."""
    found: dict[str, list[Binding]] = {}
    for method in cls.body:
        if method.__class__ is ast.FunctionDef or method.__class__ is ast.AsyncFunctionDef:
            arguments = method.args.posonlyargs or method.args.args
            for stored, bindings in method.own_scope.attributes.items() if arguments else ():  # type: ignore[union-attr]
                owner, _, attribute = stored.partition(".")
                if owner == arguments[0].arg:
                    found.setdefault(attribute, []).extend(bindings)
    return found


def _same_flow(scope: Scope, here: Scope) -> bool:
    """Whether both are executed in one run of statements (a comprehension runs within its scope)."""
    while here.kind in ("comprehension", "lambda") and here is not scope and here.parent is not None:
        here = here.parent
    return here is scope


def _stores(bindings: list[Binding]) -> int:
    return sum(binding.kind == "store" for binding in bindings)


def _pick(value: ast.expr, key: object) -> ast.expr | None:
    """The element of a literal dict, list or tuple, or of `dict(key=…)`, under a constant key."""
    if isinstance(value, ast.Dict):
        for name, element in zip(value.keys, value.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                return element
    elif isinstance(value, (ast.List, ast.Tuple)) and isinstance(key, int) and -len(value.elts) <= key < len(value.elts):
        return value.elts[key]
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        for keyword in value.keywords:
            if keyword.arg == key:
                return keyword.value
    return None


_HANDLERS = {
    ast.Name: Resolver._of_name, ast.Attribute: Resolver._of_attribute, ast.Call: Resolver._of_call,
    ast.Subscript: Resolver._of_subscript, ast.IfExp: Resolver._of_either, ast.BoolOp: Resolver._of_or,
    ast.NamedExpr: Resolver._of_inner, ast.Await: Resolver._of_inner, ast.Starred: Resolver._of_inner,
}  # fmt: skip
