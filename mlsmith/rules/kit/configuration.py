"""Configuration as code meets it: which files are loaded, which keys are read from them, and where a whole configuration escapes."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.collect import where
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.index.project import Project
    from mlsmith.index.scopes import Binding
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_LOADERS = (
    "yaml.safe_load", "yaml.load", "yaml.full_load", "json.load", "json.loads", "toml.load", "tomli.load", "tomllib.load", "omegaconf.OmegaConf.load",
    "ruamel.yaml.YAML().load", "hydra.compose",
)  # fmt: skip
_RESULTS = tuple(f"{name}()" for name in _LOADERS)
_WRAPPERS = (
    "omegaconf.OmegaConf.create", "easydict.EasyDict", "box.Box", "munch.munchify", "addict.Dict", "ml_collections.ConfigDict", "dict",
    "types.SimpleNamespace", "argparse.Namespace",
)  # fmt: skip
"""Calls whose result is the configuration that they are given"""
_NAMED = frozenset({"cfg", "config", "conf", "configs", "hparams", "opt", "opts", "settings", "hyp", "cfgs"})
_FILE = re.compile(r"\.(ya?ml|json|toml)$")
_TALKS = frozenset({"print", "pprint", "pformat", "info", "debug", "warning", "log", "dump", "dumps", "safe_dump", "to_yaml", "save", "log_params",
                    "log_hyperparams", "init", "str", "repr", "len", "type", "isinstance", "set_struct", "resolve"})  # fmt: skip
"""Calls that only show or store a configuration."""


class Read(NamedTuple):
    """A key read from a file: its path in the file, and the place."""

    file: str
    keys: tuple[str, ...]
    where: tuple[Any, ...]


class ConfigurationUse(NamedTuple):
    """What one Python file does with configuration files, as plain data."""

    files: tuple[str, ...]
    """Paths of the files it loads, as written"""
    folders: tuple[str, ...]
    """Folders that hydra composes from, relative to the file"""
    reads: tuple[tuple[str, tuple[str, ...], tuple[Any, ...]], ...]
    escapes: tuple[str, ...]
    """Files whose whole configuration goes where mlsmith cannot follow; `*` for one that came in by a parameter"""
    passed: tuple[tuple[str, str], ...]
    """(file, callee): whole configurations handed on to functions that may be the project's; an empty callee: returned"""
    spread: tuple[str, ...]
    """Keys whose mapping is unpacked by `**` or instantiated"""
    written: tuple[str, ...]
    """Keys set by code"""


@once_a_module
def configuration_use(module: Module) -> ConfigurationUse | None:
    """None where the file has nothing to do with configuration."""
    if not module.imports("yaml", "json", "toml", "tomli", "tomllib", "omegaconf", "hydra", "ruamel"):
        return None
    loads = {id(call.node): path for call in _loading(module) for path in [_loaded(module, call)] if path}
    folders = tuple(_hydra_folders(module))
    if not loads and not folders and not _has_parameter(module):
        return None
    candidates = {
        name for scope in module.syntax.scopes for name, bindings in scope.bindings.items()
        if any(_brings(binding, loads) for binding in bindings)
    }  # fmt: skip
    handles: list[tuple[ast.expr, str]] = [
        (node, _file_of(module, node, loads))
        for node in module.syntax.names
        if node.id in candidates and isinstance(node.ctx, ast.Load) and _holds(module, node, loads)
    ]
    reads, written, spread = [], [], []
    escapes: set[str] = set()
    passed: set[tuple[str, str]] = set()
    for call in module.calls:
        path = loads.get(id(call.node), "")
        if path:
            kept, more = _kept(module, call.node)
            handles += [(node, path) for node in more]
            if not kept and not more:
                escapes.add(path)
    for node, path in handles:
        keys, top, state = _chain(module, node)
        if state == "read" and path and keys and not _is_guarded(top):
            reads.append((path, tuple(keys), tuple(where(module, top))))
        elif state == "written" and keys:
            written.append(keys[-1])
        elif state == "spread":
            spread.append(keys[-1] if keys else "*")
        elif state == "escape":
            escapes.add(path or "*")
            if keys:
                spread.append(keys[-1])
        elif state.startswith("handed"):
            passed.add((path or "*", state.partition(" ")[2]))
    return ConfigurationUse(
        tuple(sorted(set(loads.values()))), folders, tuple(reads), tuple(sorted(escapes)), tuple(sorted(passed)), tuple(sorted(set(spread))),
        tuple(sorted(set(written))),
    )  # fmt: skip


def _kept(module: Module, node: ast.expr) -> tuple[bool, list[ast.expr]]:
    """Whether a loaded configuration is kept where its uses can be seen (a name, or what calls the function that returns it), and the
    expressions that stand for it otherwise: itself, or the attributes of `self` that hold it.
    """
    up = node.up  # type: ignore[attr-defined]
    while isinstance(up, ast.Call) and node in up.args and any(name in _WRAPPERS for name in module.names(up.func)):
        node, up = up, up.up  # type: ignore[attr-defined]
    if isinstance(up, (ast.Subscript, ast.Attribute)) and up.value is node:
        return False, [node]
    if isinstance(up, ast.keyword) and up.arg is None:
        return False, [node]
    if isinstance(up, ast.Return):
        function = module.function_around(up)
        return function is not None and bool(module.callers(function)), []
    if not isinstance(up, ast.Assign) or len(up.targets) != 1:
        return False, []
    target = up.targets[0]
    if isinstance(target, ast.Name):
        return True, []
    cls = module.resolver.class_of_self(target.value) if isinstance(target, ast.Attribute) else None
    if cls is None or not isinstance(target, ast.Attribute):
        return False, []
    same = [
        other for other in module.syntax.attributes
        if other.attr == target.attr and isinstance(other.ctx, ast.Load) and module.resolver.class_of_self(other.value) is cls
    ]  # fmt: skip
    return False, list(same)


def key_read(module: Module, node: ast.expr | None) -> tuple[str, tuple[str, ...]] | None:
    """(file as written or `*`, keys) of an expression that reads a key of a configuration, such as `cfg.data.shuffle`."""
    keys: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            keys.append(node.attr)
        elif isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            keys.append(node.slice.value)
        else:
            return None
        node = node.value
    if not keys or not isinstance(node, ast.Name):
        return None
    loads = {id(call.node): path for call in _loading(module) for path in [_loaded(module, call)] if path}
    return (_file_of(module, node, loads) or "*", tuple(reversed(keys))) if _holds(module, node, loads) else None


def _loading(module: Module) -> list[Call]:
    """Calls of loaders, and of this module's functions that call one."""
    direct = list(module.calls_to(*_LOADERS))
    functions = {id(f.node): f for call in direct if (f := call.function) is not None}
    return [*direct, *(caller for function in functions.values() for caller in module.callers(function))]


def _loaded(module: Module, call: Call) -> str:
    """The path of the file that a call loads, where it is literal: by itself, through `open`, or through a project's own loader."""
    if not any(name in _LOADERS for name in call.names) and not any(name in _RESULTS for name in module.resolver.names(call.node)):
        return ""
    for other in (call, *module.flow.trace(call.node).calls):
        for argument in other.node.args:
            value = module.constant(argument)
            if isinstance(value, str) and _FILE.search(value):
                return value
            last = argument.args[-1] if isinstance(argument, ast.Call) and argument.args else None
            value = module.constant(last) if last is not None else None
            if isinstance(value, str) and _FILE.search(value):
                return value
            if isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Div):
                value = module.constant(argument.right)
                if isinstance(value, str) and _FILE.search(value):
                    return value
    return ""


def _hydra_folders(module: Module) -> list[str]:
    found = []
    for call in module.calls_to("hydra.main", "hydra.initialize"):
        folder = call.argument("config_path", 0).value
        if isinstance(folder, str):
            found.append(posixpath.normpath(posixpath.join(posixpath.dirname(module.path), folder)))
    return found


def _has_parameter(module: Module) -> bool:
    return any(set(tokens(p.name)) & _NAMED for f in module.functions for p in f.parameters)


def _holds(module: Module, node: ast.Name, loads: dict[int, str]) -> bool:
    return any(_brings(binding, loads) for binding in module.resolver.reaching(node))


def _brings(binding: Binding, loads: dict[int, str]) -> bool:
    """Whether a binding gives its name a whole configuration: one that was loaded, or a parameter called so."""
    if binding.kind == "parameter":
        words = tokens(binding.name)
        return bool(words) and set(words) <= _NAMED
    return binding.kind == "assign" and binding.index is None and isinstance(binding.value, ast.Call) and id(binding.value) in loads


def _file_of(module: Module, node: ast.Name, loads: dict[int, str]) -> str:
    reaching = module.resolver.reaching(node)
    return loads.get(id(reaching[0].value), "") if len(reaching) == 1 and reaching[0].kind == "assign" else ""


def _chain(module: Module, node: ast.expr) -> tuple[list[str], ast.expr, str]:
    """(keys, outermost expression of the chain, read | written | spread | escape) of `cfg["a"].b.get("c")`."""
    keys: list[str] = []
    while True:
        up = node.up  # type: ignore[attr-defined]
        if isinstance(up, ast.Subscript) and up.value is node and isinstance(up.slice, ast.Constant) and isinstance(up.slice.value, str):
            keys.append(up.slice.value)
        elif isinstance(up, ast.Attribute) and up.value is node:
            if up.attr in ("get", "pop", "setdefault", "items", "keys", "values", "copy", "update"):
                return keys, up, "escape" if up.attr in ("items", "values", "copy") else "read" if keys and up.attr == "get" else "passed"
            keys.append(up.attr)
        else:
            return keys, node, _ending(module, node, up, keys)
        node = up
        if isinstance(getattr(node, "ctx", None), ast.Store):
            return keys, node, "written"


def _ending(module: Module, node: ast.expr, up: ast.AST, keys: list[str]) -> str:
    if isinstance(up, ast.keyword) and up.arg is None:
        return "spread"
    call = up.up if isinstance(up, ast.keyword) else up  # type: ignore[attr-defined]
    if isinstance(call, ast.Call) and call.func is not node:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ("instantiate", "call", "build", "from_config", "build_from_cfg"):
            return "spread"
        if keys:
            return "read"
        if name in _TALKS:
            return "passed"
        names = [n for n in module.resolver.names(call.func) if "." in n and not n.startswith(("torch.", "transformers."))]
        return f"handed {names[0]}" if names else "escape"
    if keys:
        return "read"
    if isinstance(up, (ast.For, ast.comprehension, ast.Return, ast.Dict, ast.List, ast.Tuple, ast.Starred, ast.Yield)):
        return "handed " if isinstance(up, ast.Return) else "escape"
    if isinstance(up, ast.Subscript) and up.value is node:
        return "escape"  # a key that is computed
    return "passed"


def _is_guarded(node: ast.expr) -> bool:
    """Whether the read may fail on purpose: inside a try, or behind `"key" in cfg`."""
    up: ast.AST | None = node
    while up is not None:
        if isinstance(up, ast.Try):
            return True
        if isinstance(up, (ast.If, ast.IfExp)) and any(
            isinstance(op, (ast.In, ast.NotIn)) for c in ast.walk(up.test) if isinstance(c, ast.Compare) for op in c.ops
        ):
            return True
        up = up.up  # type: ignore[attr-defined]
    return False


def document_at(documents: dict[str, Any], path: str, written: str) -> str:
    """The configuration file that a literal path in the file `path` means: from its folder outwards; empty where there is none."""
    folder = posixpath.dirname(path)
    while True:
        candidate = posixpath.normpath(posixpath.join(folder, written))
        if candidate in documents:
            return candidate
        if not folder:
            break
        folder = posixpath.dirname(folder)
    matching = [name for name in documents if name.endswith("/" + posixpath.normpath(written).lstrip("./"))]
    return matching[0] if len(matching) == 1 else ""


def words_of(project: Project) -> set[str]:
    """Every word by which Python code of the project could read a key: attributes, names, strings, parameters."""
    words: set[str] = set()
    for facts in project.files.values():
        methods, keywords, references, strings = facts.mentions()
        words.update(methods, keywords, references)
        for text in strings:
            words.update(text.split("."))
        for function in facts.functions():
            words.update(parameter.name for parameter in function.parameters)
        for call in facts.calls():
            words.update(name for name, _ in call.keywords)
            words.update(call.callee.replace("()", "").split("."))
    return words
