"""Which configuration files code loads: by a literal path, by an option of the command line, or by what a function is given."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.configuration_handles import ALL_OF_THEM, LOADERS, is_configuration_name

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

OVERRIDE = regex(r"[+~]{0,2}[A-Za-z_][\w./@-]*=[^\s=`'\"|]*")
"""`model=small`, `+data.shuffle=true`"""
FILE = regex(r"^\S+\.(ya?ml|json|toml)$")
_ENDINGS = (".yaml", ".yml", ".json", ".toml")
OPTION = regex(
    r"^(\w+_)?(configs?|cfg|conf|configuration|opts?|hparams|hyp|yaml|settings|hp|params|options)(_?(file|path|yaml|fn|name|json|fname|filename))?$"
)
_OPENERS = frozenset({"open", "Path", "str", "abspath", "realpath", "expanduser", "to_absolute_path", "read_text", "read_bytes", "read", "resolve", "fspath",
                      "absolute", "normpath", "PurePath", "StringIO", "FileIO"})  # fmt: skip

Source = tuple[str, ...]
"""("file", path) · ("option", name) · ("parameter", function, name) · ("?",)"""


def loads_of(module: Module) -> dict[int, tuple[str, str, Source]]:
    """Calls that load a configuration, by the id of their node: the node's name, the format, and what is loaded."""
    found: dict[int, tuple[str, str, Source]] = {}
    for call in module.calls_to(*LOADERS):
        arguments = [*call.node.args, *(k.value for k in call.node.keywords if k.arg in ("f", "fp", "stream", "file_", "s"))]
        if arguments:
            several = ALL_OF_THEM if call.method.endswith("_all") else ""
            name = next(name for name in call.names if name in LOADERS)
            form = "json" if "js" in name else "toml" if name.startswith("tom") else "yaml"
            source = source_of(module, arguments[0], 0)
            found[id(call.node)] = (f"l:{len(found)}{several}", form, source if source[0] != "?" else _opened_beside(module, call))
    return found


def _opened_beside(module: Module, call: Call) -> Source:
    """The one file that the function around a load opens: its text may have been changed before it is loaded."""
    function = call.function
    opened = [other for other in function.calls if other.name == "open" and other.node.args] if function is not None else []
    return source_of(module, opened[0].node.args[0], 0) if len(opened) == 1 else ("?",)


def source_of(module: Module, node: ast.expr, depth: int) -> Source:
    """What a path, a stream or a text stands for."""
    if depth > 8:
        return ("?",)
    value = module.constant(node)
    if isinstance(value, str):
        return ("file", value) if FILE.search(value) else ("?",)
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
        return source_of(module, node.right, depth + 1)
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node.slice, "value", "")
        if isinstance(name, str) and OPTION.match(name):
            return ("option", name)
        bindings = _bindings(module, node)
        return source_of(module, bindings[0].value, depth + 1) if len(bindings) == 1 and bindings[0].value is not None else ("?",)
    if isinstance(node, ast.Name):
        bindings = module.resolver.reaching(node)
        if bindings and bindings[0].kind == "parameter":
            return ("parameter", bindings[0].scope.qualified, node.id)
        values = [b.value for b in bindings if b.kind in ("assign", "with") and b.index is None and b.value is not None]
        sources = [source_of(module, value, depth + 1) for value in values]
        return next((source for source in sources if source[0] != "?"), ("?",))
    return ("?",)


def _of_call(module: Module, node: ast.Call, depth: int) -> Source:
    func = node.func
    name = last_word(func)
    if name in ("join", "joinpath") and node.args:
        parts = [module.constant(argument) for argument in node.args]
        tail = parts[next((i + 1 for i in range(len(parts) - 1, -1, -1) if not isinstance(parts[i], str)), 0) :]
        path = posixpath.join(*tail) if tail else ""
        return ("file", path) if FILE.search(path) else source_of(module, node.args[-1], depth + 1)
    if name in _OPENERS:
        inner = node.args[0] if node.args and name not in ("read", "read_text") else func.value if isinstance(func, ast.Attribute) else None
        return source_of(module, inner, depth + 1) if inner is not None else ("?",)
    return ("?",)


def folder_of(module: Module, node: ast.expr | None, depth: int = 0) -> str:
    """A folder told by `__file__`, as a path from the folder of the file; `?` where it is not told so."""
    found = _from_here(module, node, depth)
    return found if found not in ("", _HERE) else "?"


_HERE = "__file__"


def _from_here(module: Module, node: ast.expr | None, depth: int) -> str:
    if node is None or depth > 8:
        return ""
    if isinstance(node, ast.Name):
        if node.id == _HERE:
            return _HERE
        binding = module.constants.single_binding(node)
        return (
            _from_here(module, binding.value, depth + 1)
            if binding is not None and binding.kind == "assign" and binding.index is None
            else ""
        )
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _above(_from_here(module, node.value, depth + 1), 1)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        steps = module.constant(node.slice)
        return _above(_from_here(module, node.value.value, depth + 1), steps + 1) if isinstance(steps, int) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _below(_from_here(module, node.left, depth + 1), [module.constant(node.right)])
    if isinstance(node, ast.Call):
        func = node.func
        name = last_word(func)
        if name == "joinpath" and isinstance(func, ast.Attribute):
            return _below(_from_here(module, func.value, depth + 1), [module.constant(part) for part in node.args])
        if name == "join" and node.args:
            return _below(_from_here(module, node.args[0], depth + 1), [module.constant(part) for part in node.args[1:]])
        if name == "dirname" and node.args:
            return _above(_from_here(module, node.args[0], depth + 1), 1)
        if name in _OPENERS or name == "as_posix":
            inner = node.args[0] if node.args else func.value if isinstance(func, ast.Attribute) else None
            return _from_here(module, inner, depth + 1)
    return ""


def _above(path: str, steps: int) -> str:
    """So many folders above a path; the first step up from the file is its folder."""
    if path == _HERE:
        path, steps = ".", steps - 1
    return posixpath.normpath(posixpath.join(path, *[".."] * steps)) if path and steps >= 0 else ""


def _below(path: str, parts: list[Any]) -> str:
    known = bool(path) and path != _HERE and all(isinstance(part, str) for part in parts)
    return posixpath.normpath(posixpath.join(path, *parts)) if known else ""


def _bindings(module: Module, node: ast.expr) -> list[Any]:
    if not isinstance(node, ast.Attribute):
        return []
    cls = module.resolver.class_of_self(node.value)
    return module.resolver.attribute_bindings(cls, node.attr) if cls is not None else []


def paths_passed(module: Module, names: set[str]) -> Iterator[tuple[str, str | int, Source]]:
    """(callee, slot, what is passed): paths of configurations, and options that name one, given to what may be the project's own."""
    mentioned = {name for name in names if OPTION.match(name)}
    plain = {name for name in mentioned if not is_configuration_name(name)}
    nodes: list[ast.expr] = [
        s
        for s in module.syntax.strings
        if s.value.endswith(_ENDINGS) and FILE.match(s.value) and len(s.value) < 200  # type: ignore[union-attr, arg-type]
    ]
    nodes += module.attributes_spelt(mentioned)
    if plain:
        nodes += module.names_spelt(plain)
    for node in nodes:
        at: ast.AST = node
        call = _call_of(at)
        while call is not None and _is_path_work(call):
            at, call = call, _call_of(call)
        if call is None:
            at = _through_name(module, at)
            call = _call_of(at)
        if call is None:
            continue
        source = source_of(module, at, 0)  # type: ignore[arg-type]
        if source[0] in ("file", "option", "parameter"):
            holder: Any = at.up  # type: ignore[attr-defined]
            slot: str | int = (holder.arg or "**") if isinstance(holder, ast.keyword) else call.args.index(at)  # type: ignore[arg-type]
            for name in module.resolver.names(call.func):
                if "." in name and name not in LOADERS and not name.startswith(("argparse.", "os.", "logging.", "print")):
                    yield name, slot, source


def _call_of(node: ast.AST) -> ast.Call | None:
    """The call of which a node is an argument."""
    up = getattr(node, "up", None)
    if isinstance(up, ast.keyword) and up.arg is not None:
        up = up.up  # type: ignore[attr-defined]
        return up if isinstance(up, ast.Call) else None
    return up if isinstance(up, ast.Call) and node in up.args else None


def _is_path_work(call: ast.Call) -> bool:
    func = call.func
    name = last_word(func)
    return name in _OPENERS or name in ("join", "joinpath")


def _through_name(module: Module, node: ast.AST) -> ast.AST:
    """`path = "a.yaml"` … `load(path)`: the one use of the name as an argument."""
    up = getattr(node, "up", None)
    if isinstance(up, ast.Assign) and len(up.targets) == 1 and isinstance(up.targets[0], ast.Name):
        name, scope = up.targets[0].id, up.targets[0].scope  # type: ignore[attr-defined]
        for use in module.names_spelt({name}):
            if isinstance(use.ctx, ast.Load) and (use.scope is scope or scope.kind == "module"):  # type: ignore[attr-defined]
                call = _call_of(use)
                if call is not None and not _is_path_work(call):
                    return use
    return node


def options_of(module: Module) -> tuple[tuple[str, str], ...]:
    """(name, default where it is the path of a configuration) of the command-line options that a file declares: `--use-old` as `use_old`."""
    if not module.imports("argparse", "click", "typer", "absl", "configargparse", "fire", "jsonargparse", "simple_parsing", "tap"):
        return ()
    found: dict[str, str] = {}
    for call in module.method_calls("add_argument", "option", "Option", "DEFINE_bool", "DEFINE_boolean", "DEFINE_string", "add"):
        names = [value for node in call.node.args if isinstance(value := getattr(node, "value", None), str)]
        default = next((module.constant(k.value) for k in call.node.keywords if k.arg == "default"), "")
        path = default if isinstance(default, str) and FILE.search(default) else ""
        for name in names[:3] if call.method != "DEFINE_string" else names[:1]:
            if len(name) < 60:
                found[name if len(name) == 2 and name[0] == "-" else name.lstrip("-").replace("-", "_")] = path
    return tuple(sorted(found.items()))


def document_at(documents: Mapping[str, Any], path: str, written: str) -> str:
    """The configuration file that a literal path in the file `path` means: from its folder outwards; empty where there is none."""
    folder = posixpath.dirname(path)
    while True:
        candidate = posixpath.normpath(posixpath.join(folder, written))
        if candidate in documents:
            return candidate
        if not folder:
            break
        folder = posixpath.dirname(folder)
    ending = "/" + posixpath.normpath(written).lstrip("./")
    below = posixpath.dirname(path) + "/" if "/" not in ending[1:] and posixpath.dirname(path) else ""  # a bare name is nobody's elsewhere
    matching = [name for name in documents if name.endswith(ending) and name.startswith(below)]
    return matching[0] if len(matching) == 1 else ""
