"""What nothing uses any more once a branch is gone: imports, local names, functions and classes that only it needed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from mlsmith.engine.discover import kind_of
from mlsmith.fixes.prune.bindings import scope_that_binds
from mlsmith.fixes.prune.marks import Marks, extent_of, point_of
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.scopes import Binding, Scope, block_of, scope_of, statement_of
from mlsmith.rules.kit.closed import QUIET_DECORATORS, is_called_by_others
from mlsmith.rules.kit.module import Module

_KNOWN_BASES = ("torch.nn.Module", "object", "torch.utils.data.", "typing.NamedTuple", "abc.ABC")


def leftovers(before: Sight, after: Sight, changed: Iterable[str]) -> dict[str, Marks]:
    """By path, what has become unused between two states of a project; `changed` are the files that differ."""
    marks: dict[str, Marks] = {}
    lost: Counter[str] = Counter()
    for path in sorted(changed):
        old, new = before.module(path), after.module(path)
        if old is None or new is None or path.endswith(".ipynb"):
            continue
        found = Marks()
        _imports(found, after, old, new)
        _locals(found, old, new)
        if found:
            marks[path] = found
        lost.update(_mentions(old))
        lost.subtract(_mentions(new))
    for name, number in lost.items():
        if number > 0:
            for path, found in _definitions(after, name):
                marks.setdefault(path, Marks()).definitions |= found.definitions
    return marks


def _mentions(module: Module) -> Counter[str]:
    words = Counter({name: len(nodes) for name, nodes in module.syntax.names.items()})
    words.update({name: len(nodes) for name, nodes in module.syntax.attributes.items()})
    words.update(alias.name for node in module.syntax.imports for alias in node.names)
    return words


def _loads(module: Module, name: str, scope: Scope | None = None) -> int:
    """Reads of a name, of one scope or of all; texts that hold it, such as annotations and `__all__`, count."""
    nodes = [node for node in module.syntax.names.get(name, ()) if isinstance(node.ctx, ast.Load)]
    if scope is not None:
        return sum(scope_that_binds(node, name) is scope for node in nodes)
    texts = sum(isinstance(text.value, str) and name in text.value for text in module.syntax.strings if not isinstance(text.up, ast.Expr))  # type: ignore[attr-defined]
    return len(nodes) + texts


def _imports(marks: Marks, after: Sight, old: Module, new: Module) -> None:
    """Names that an import brings in, that something used and nothing does now."""
    if new.syntax.is_package:
        return
    for node in new.syntax.imports:
        statement = statement_of(node)
        if any(isinstance(block.owner, ast.Try) for block in block_of(statement).chain()):
            continue
        needless = [a for a in node.names if _is_needless(old, new, node, a) and not after.project.importers(new.path, _own_name(a))]
        stays = isinstance(node, ast.ImportFrom) and len(needless) < len(node.names)
        marks.aliases |= {extent_of(new.source, alias) for alias in needless if not _acts(after, new, node, alias, stays=stays)}


def _own_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_needless(old: Module, new: Module, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    """Whether only what is gone used the name that an import brings in, and nothing else in its scope brings it in."""
    name, scope = _own_name(alias), scope_of(node)
    earlier = next((s for s in old.syntax.scopes if (s.kind, s.qualified) == (scope.kind, scope.qualified)), None)
    if name == "*" or earlier is None or len(scope.bindings.get(name, ())) != 1:
        return False
    inside = None if scope.kind == "module" else scope
    return not _loads(new, name, inside) and _loads(old, name, earlier) > 0


def _acts(after: Sight, module: Module, node: ast.Import | ast.ImportFrom, alias: ast.alias, *, stays: bool) -> bool:
    """Whether importing a module of the project does something: registers, starts, sets. `stays` where the statement imports it all the same."""
    name = alias.name if isinstance(node, ast.Import) else module.syntax.absolute(node)
    for path, facts in after.project.files.items():
        is_it = not stays and (facts.module == name or facts.module.endswith(f".{name}"))
        if name and (is_it or facts.module == f"{name}.{alias.name}" or facts.module.endswith(f".{name}.{alias.name}")):
            imported = after.module(path)
            if imported is None or any(_does(statement) for statement in imported.source.tree.body):
                return True
    return False


def _does(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return bool(statement.decorator_list)
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return not all(isinstance(target, ast.Name) for target in targets)
    return not isinstance(statement, (ast.Import, ast.ImportFrom, ast.If, ast.Pass))


def _locals(marks: Marks, old: Module, new: Module) -> None:
    """Local names that were read and are no more, where giving them their value does nothing."""
    functions = {function.scope.qualified: function for function in old.functions}
    for function in new.functions:
        earlier = functions.get(function.scope.qualified)
        for name, bindings in function.scope.bindings.items():
            if earlier is None or name in function.scope.globals or not all(map(_is_plain, bindings)):
                continue
            if not _loads(new, name, function.scope) and _loads(old, name, earlier.scope) and not _is_elsewhere(new, function.node, name):
                marks.statements |= {extent_of(new.source, statement_of(binding.node)) for binding in bindings}


def _is_elsewhere(module: Module, node: ast.AST, name: str) -> bool:
    """Whether a function names it otherwise: `nonlocal`, `del`, or reads all its names at once."""
    return any(
        (isinstance(part, (ast.Nonlocal, ast.Global)) and name in part.names)
        or (isinstance(part, ast.Call) and getattr(part.func, "id", "") in ("locals", "vars", "eval", "exec"))
        for part in ast.walk(node)
    )


def _is_plain(binding: Binding) -> bool:
    """Whether a binding is `name = value` alone, with a value that nothing happens for."""
    statement = binding.node
    if binding.kind != "assign" or binding.index is not None or not isinstance(statement, ast.Assign):
        return False
    return len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name) and _is_pure(statement.value)


def _is_pure(node: ast.expr) -> bool:
    if isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, ast.Attribute):
        return _is_pure(node.value)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(_is_pure, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_pure(key) for key in node.keys) and all(map(_is_pure, node.values))
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and _is_pure(node.operand)


def _definitions(after: Sight, name: str) -> Iterator[tuple[str, Marks]]:
    """Functions and classes at the top of a file that nothing outside of themselves names any more."""
    if is_called_by_others(name) or name == "main":
        return
    for path, facts in after.project.files.items():
        classes = {cls for cls, _ in facts.classes}
        if path.endswith(".ipynb") or (name not in facts.defined and name not in classes) or after.project.is_public(path, name):
            continue
        module = after.module(path)
        node = next((n for n in module.source.tree.body if getattr(n, "name", "") == name), None) if module is not None else None
        if module is None or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or not _is_quiet(module, node):
            continue
        inside = sum(text.count(name) for text in module.source.lines[node.lineno - 1 : node.end_lineno])
        outside = sum(after.text(other).count(name) for other in after.holding(name) if kind_of(other) != "text") - inside
        if not outside:
            marks = Marks()
            marks.definitions.add(_name_point(module, node))
            yield path, marks


def _is_quiet(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether nothing registers a definition: decorators, a metaclass, a base that looks at its heirs."""
    if isinstance(node, ast.ClassDef):
        bases = [name for base in node.bases for name in (module.names(base) or ("?",))]
        return not node.decorator_list and not node.keywords and all(base.startswith(_KNOWN_BASES) for base in bases)
    return all(decorator in QUIET_DECORATORS for decorator in module.function(node).decorators)


def _name_point(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[int, int]:
    """Where the name of a definition stands."""
    line, column = point_of(module.source, node)
    text = module.source.lines[line - 1]
    keyword = "class" if isinstance(node, ast.ClassDef) else "def"
    return line, text.index(node.name, text.index(keyword, column) + len(keyword))
