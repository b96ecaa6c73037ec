"""Where a path expression points, as far as the code says: `data/*.parquet`, `<folder>/orders.csv`.

`*` stands for a part that is not known. `<name>` stands for the parameter `name` of the function around, and `<.key>` for a value that is read
from somewhere under that key: callers and configuration may know more, and are asked once all files have been seen.
"""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from mlsmith.regex import regex

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

UNKNOWN_PART = "*"
TEMPORARY = "/tmp/-"
"""A folder or file that does not outlive the process"""
HOLE = regex(r"<(\.?)(\w+)>")
_DEPTH = 8
_MOST = 3
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "os.path.join", "posixpath.join"})
_SAME = frozenset({
    "str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.expanduser", "os.path.normpath", "io.BytesIO", "gzip.open",
    "hydra.utils.to_absolute_path", "sorted", "list", "os.fsdecode",
})  # fmt: skip
"""Calls whose result points where their first argument does"""
_SAME_METHODS = frozenset({"resolve", "absolute", "expanduser", "as_posix", "strip"})
_CALLS_OF_METHODS = _SAME_METHODS | {"joinpath", "with_suffix", "with_name", "format", "glob", "rglob"}
_FIELD = regex(r"\{[^{}]*\}")
_PERCENT = regex(r"%[-+ #0-9.]*[sdifr]")


def places(module: Module, node: ast.expr | None, depth: int = 0) -> list[str]:
    """Where an expression points, one place for each branch; none where nothing of it is known."""
    if node is None or depth > _DEPTH:
        return [UNKNOWN_PART]
    if isinstance(node, ast.Constant):
        return [_of_constant(node.value)]
    if isinstance(node, ast.JoinedStr):
        return _of_formatted(module, node, depth)
    if isinstance(node, ast.FormattedValue):
        return places(module, node.value, depth + 1)
    if isinstance(node, ast.BinOp):
        return _of_operation(module, node, depth)
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        return places(module, node.elt, depth + 1)
    if isinstance(node, (ast.List, ast.Tuple)):
        return [place for element in node.elts[:_MOST] for place in places(module, element, depth + 1)] or [UNKNOWN_PART]
    if isinstance(node, ast.IfExp):
        return (places(module, node.body, depth + 1) + places(module, node.orelse, depth + 1))[:_MOST]
    if isinstance(node, ast.BoolOp):
        return [place for value in node.values for place in places(module, value, depth + 1)][:_MOST]
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return _of_reference(module, node, depth)
    return [UNKNOWN_PART]


def normal(place: str) -> str:
    """One spelling: no `./`, no `//`, no `a/../b`; addresses of object stores stay as they are."""
    scheme, found, rest = place.partition("://")
    if found:
        return f"{scheme.replace('s3a', 's3').replace('s3n', 's3')}://{posixpath.normpath(rest)}"
    short = posixpath.normpath(place) if place else ""
    return "" if short == "." else short


def _of_constant(value: object) -> str:
    if isinstance(value, str):
        return value if "<" not in value or " " in value else UNKNOWN_PART
    return str(value) if isinstance(value, int) else UNKNOWN_PART


def _first(module: Module, node: ast.expr, depth: int) -> str:
    return places(module, node, depth + 1)[0]


def _glued(text: str) -> str:
    """Neighbouring unknown parts are one."""
    return re.sub(r"\*{2,}", "*", text)


def _of_formatted(module: Module, node: ast.JoinedStr, depth: int) -> list[str]:
    found = [""]
    for part in node.values:
        found = [before + each for each in places(module, part, depth + 1) for before in found][: 2 * _MOST]
    return [_glued(text) for text in found]


def _of_operation(module: Module, node: ast.BinOp, depth: int) -> list[str]:
    if isinstance(node.op, ast.Mod):
        return [_glued(_PERCENT.sub(UNKNOWN_PART, place)) for place in places(module, node.left, depth + 1)]
    if not isinstance(node.op, (ast.Div, ast.Add)):
        return [UNKNOWN_PART]
    join = _joined if isinstance(node.op, ast.Div) else lambda left, right: _glued(left + right)
    rights = places(module, node.right, depth + 1)
    return [join(left, right) for left in places(module, node.left, depth + 1) for right in rights][: 2 * _MOST]


def _joined(left: str, right: str) -> str:
    return right if right.startswith("/") or "://" in right else posixpath.join(left, right) if left else right


def _of_call(module: Module, node: ast.Call, depth: int) -> list[str]:
    func = node.func
    names = module.resolver.names(func)
    if any(name in _PATHS for name in names):
        parts = [_first(module, argument, depth) for argument in node.args]
        whole = ""
        for part in parts:
            whole = _joined(whole, part)
        return [whole]
    if any(name in ("pathlib.Path.cwd", "os.getcwd", "hydra.utils.get_original_cwd") for name in names):
        return [""]
    if any(name in _SAME for name in names) and node.args:
        return places(module, node.args[0], depth + 1)
    if any(name == "os.path.dirname" for name in names) and node.args:
        return [_above(place) for place in places(module, node.args[0], depth + 1)]
    if any(name in ("os.environ.get", "os.getenv") for name in names):
        return places(module, node.args[1], depth + 1) if len(node.args) > 1 else [UNKNOWN_PART]
    if any(name.startswith("tempfile.") for name in names):
        return [TEMPORARY]
    if isinstance(func, ast.Attribute) and func.attr in _CALLS_OF_METHODS:
        return _of_method(module, func, node, depth)
    return [UNKNOWN_PART]


def _of_method(module: Module, func: ast.Attribute, node: ast.Call, depth: int) -> list[str]:
    whole = places(module, func.value, depth + 1)
    if func.attr in _SAME_METHODS:
        return whole
    given = _first(module, node.args[0], depth) if node.args else UNKNOWN_PART
    if func.attr == "with_suffix":
        return [posixpath.splitext(place)[0] + given for place in whole]
    if func.attr == "with_name":
        return [_joined(_above(place), given) for place in whole]
    if func.attr == "format":
        return [_glued(_FIELD.sub(UNKNOWN_PART, place)) for place in whole]
    if func.attr == "rglob":
        return [_joined(place, f"*/{given}") for place in whole]
    parts = [given, *(_first(module, argument, depth) for argument in node.args[1:])]
    return [posixpath.join(place, *parts) for place in whole]


def _above(place: str) -> str:
    """The folder of a path."""
    return UNKNOWN_PART if place == UNKNOWN_PART else posixpath.dirname(place)


def _of_reference(module: Module, node: ast.Name | ast.Attribute | ast.Subscript, depth: int) -> list[str]:
    if isinstance(node, ast.Name):
        if node.id == "__file__":
            return [module.path]
        return _of_name(module, node, depth)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return [_above(place) for place in places(module, node.value, depth + 1)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        index = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int) else -1
        found = places(module, node.value.value, depth + 1)
        for _ in range(index + 1):
            found = [_above(place) for place in found]
        return found if index >= 0 else [UNKNOWN_PART]
    if isinstance(node, ast.Attribute):
        cls = module.resolver.class_of_self(node.value)
        if cls is not None:
            bindings = module.resolver.attribute_bindings(cls, node.attr)
            values = [b.value for b in bindings if b.kind == "assign" and b.index is None and b.value is not None]
            if values and len(values) == len(bindings) <= _MOST:
                return [place for value in values for place in places(module, value, depth + 1)][:_MOST]
            return [UNKNOWN_PART]
        default = _defaults(module).get(node.attr)
        return [default] if default is not None else [f"<.{node.attr}>"]
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return [f"<.{key}>"] if isinstance(key, str) and key.isidentifier() else [UNKNOWN_PART]


def _of_name(module: Module, node: ast.Name, depth: int) -> list[str]:
    bindings = module.resolver.reaching(node)
    found: list[str] = []
    for binding in bindings[:_MOST]:
        if binding.kind == "parameter":
            found.append(f"<{binding.name}>")
        elif binding.kind in ("assign", "with") and binding.index is None and binding.value is not None:
            found += places(module, binding.value, depth + 1)
        elif binding.kind == "for" and binding.index is None and isinstance(binding.value, (ast.Tuple, ast.List)):
            found += [_first(module, element, depth) for element in binding.value.elts]
        elif binding.kind == "for" and binding.index is None and isinstance(binding.value, ast.Call):
            found += _of_iterated(module, binding.value, depth)
        else:
            found.append(UNKNOWN_PART)
    return list(dict.fromkeys(found))[: 2 * _MOST] or [UNKNOWN_PART]


def _of_iterated(module: Module, call: ast.Call, depth: int) -> list[str]:
    """Of `for path in sorted(folder.glob("*.parquet"))` what it runs over."""
    inner: ast.expr = call
    if isinstance(call.func, ast.Name) and call.func.id in ("sorted", "list", "tqdm") and call.args:
        inner = call.args[0]
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in ("glob", "rglob"):
        if any(name == "glob.glob" for name in module.resolver.names(inner.func)) and inner.args:
            return places(module, inner.args[0], depth + 1)
        return _of_method(module, inner.func, inner, depth)
    return [UNKNOWN_PART]


def _defaults(module: Module) -> dict[str, str]:
    """Options of the command line by name → the path they have where none is given; those that two parsers know differently are left out."""
    known: dict[str, str] | None = module.answers.get("paths of options")
    if known is None:
        known = module.answers["paths of options"] = {}  # for a default that names another option
        known.update(_paths_of_options(module))
    return known


def _paths_of_options(module: Module) -> dict[str, str]:
    found: dict[str, str | None] = {}
    for call in module.calls_spelt("add_argument"):
        flags = [a.value for a in call.node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        default = next((k.value for k in call.node.keywords if k.arg == "default"), None)
        if flags and default is not None:
            name = max(flags, key=len).lstrip("-").replace("-", "_")
            place = places(module, default, 1)[0]
            found[name] = None if name in found and found[name] != place else place
    return {name: place for name, place in found.items() if place is not None and place != UNKNOWN_PART}
