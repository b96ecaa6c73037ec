"""What stands for a configuration in one file: parameters, names, attributes and results that hold one, or a part of it.

Told from names (`cfg`, `config`, `args` …) and from what is loaded. A part is given as `(node, keys)`: the place where a whole
configuration is held, and the keys that lead from it to the part. Nodes are strings:

- `p:function:parameter`, `r:dotted callee` (a result, an instance), `l:number` (a load in this file);
- `a:attribute` and `g:name`: whatever is kept under an attribute or a module's name of that spelling, anywhere in the project.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from mlsmith.index.scopes import Binding, last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

Keys = tuple[str, ...]
Part = tuple[str, Keys]
ANY = "*"
"""A key that is computed"""
TOP = "."
"""The path of a whole, where paths are written as text"""
ALL_OF_THEM = "*"
"""At the end of the node of a load that gives several documents"""
COMMAND_LINE = "r:parse_args"
"""The result of parsing the command line, the same in all files"""

NAMED = frozenset({
    "cfg", "cfgs", "config", "configs", "configuration", "conf", "confs", "hparams", "hparam", "hp", "hps", "hyp", "opt", "opts", "args", "settings",
    "hyperparams", "hyperparameters",
})  # fmt: skip
_OF_FILES = frozenset(
    {"path", "paths", "file", "files", "filename", "dir", "folder", "fn", "fname", "name", "names", "url", "yaml", "str", "key", "keys"}
)
LOADERS = (
    "yaml.safe_load", "yaml.load", "yaml.full_load", "yaml.unsafe_load", "yaml.load_all", "yaml.safe_load_all", "json.load", "json.loads", "toml.load",
    "toml.loads", "tomli.load", "tomli.loads", "tomllib.load", "tomllib.loads", "omegaconf.OmegaConf.load", "ruamel.yaml.YAML().load",
    "ruamel.yaml.safe_load", "ruamel.yaml.load", "ruamel_yaml.load", "ruamel_yaml.safe_load", "commentjson.load", "hjson.load", "json5.load",
)  # fmt: skip
_SAME = frozenset({
    "omegaconf.OmegaConf.create", "omegaconf.OmegaConf.to_container", "omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.unsafe_merge",
    "omegaconf.OmegaConf.structured", "omegaconf.DictConfig", "easydict.EasyDict", "box.Box", "munch.munchify", "munch.Munch", "addict.Dict",
    "dotmap.DotMap", "attrdict.AttrDict", "ml_collections.ConfigDict", "dict", "vars", "copy.copy", "copy.deepcopy", "types.SimpleNamespace",
    "argparse.Namespace", "edict", "AttrDict", "Namespace",
})  # fmt: skip
"""Calls whose result holds the keys of all that they are given"""
_MAYBE = regex("conf|cfg|hp|hyp|opt|args|settings|param")
"""Of names in small letters: a search that ignores case takes four times as long"""
_SAME_WORDS = {name.rpartition(".")[2] for name in _SAME} | {"getattr"}
_WRAPPER = regex(
    r"(?i)^(dot|attr|attribute|easy|e)_?(dict|map)$|^(simple|nested)?namespace$|^munch|^bunch$"
    r"|^(dict|json|yaml|cfg|config|d)_?(2|to)_?[a-z_]+$|^(to|as)_?(namespace|attr_?dict|dot_?dict|object)$|^recursive_?namespace$"
)
"""A project's own dictionaries that are read by attribute"""
_SAME_METHODS = frozenset({"copy", "to_dict", "as_dict", "toDict"})


@lru_cache(maxsize=8_000)
def is_configuration_name(name: str) -> bool:
    """Whether a name says that it holds a configuration: `cfg`, `model_config`, `args`; not `config_path`, `*_args` of something."""
    if not _MAYBE.search(name.lower()):
        return False
    words = set(tokens(name))
    return bool(words & NAMED) and not words & _OF_FILES


@lru_cache(maxsize=8_000)
def speaks_of_configuration(name: str) -> bool:
    """Whether the name of a function or class says that it gives a configuration."""
    return bool(_MAYBE.search(name.lower())) and bool(set(tokens(name)) & (NAMED | {"params"}))


_SEEN: set[str] = set()
_NAMES: set[str] = set()
_PATHS: set[str] = set()
_EITHER = regex(r"conf|cfg|opt|hp|hyp|yaml|setting|param|json|toml|args")


def configuration_names(mentioned: set[str]) -> set[str]:
    """Those of many names that hold a configuration. Names come again and again, so each is looked at once."""
    new = mentioned - _SEEN
    if new:
        _SEEN.update(new)
        candidates = [name for name in new if _EITHER.search(name.lower())]
        _PATHS.update(candidates)
        _NAMES.update(filter(is_configuration_name, candidates))
    return mentioned & _NAMES


def path_names(mentioned: set[str]) -> set[str]:
    """Those of many names that could hold the path of a configuration."""
    configuration_names(mentioned)
    return mentioned & _PATHS


class Handles:
    """The parts that expressions of one module stand for."""

    def __init__(self, module: Module, loads: dict[int, str]) -> None:
        self.module = module
        self.loads = loads
        self._known: dict[int, tuple[Part, ...]] = {}
        self._depth = 0

    def parts(self, node: ast.expr) -> tuple[Part, ...]:
        """What an expression may stand for; nothing where it is no configuration."""
        known = self._known.get(id(node))
        if known is None and node.__class__ is ast.Name:
            bindings = node.scope.bindings.get(node.id)  # type: ignore[attr-defined]
            if bindings is not None and len(bindings) == 1:
                key = id(bindings[0])
                known = self._known.get(key)
                if known is None and bindings[0].kind == "parameter":
                    known = self._known[key] = tuple(self.of_binding(bindings[0]))
        if known is None:
            if self._depth > 12:
                return ()
            self._depth += 1
            self._known[id(node)] = ()
            known = self._known[id(node)] = tuple(dict.fromkeys(self._parts(node)))[:4]
            self._depth -= 1
        return known

    def _parts(self, node: ast.expr) -> list[Part]:
        if isinstance(node, ast.Name):
            reaching = self.module.resolver.reaching(node)
            if not reaching and is_configuration_name(node.id) and self.module.resolver.bound_anywhere(node):
                return [(f"g:{node.id}", ())]  # written by functions, as a global name
            return [part for binding in reaching for part in self.of_binding(binding)]
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node)
        if isinstance(node, ast.Subscript):
            key = node.slice
            name = str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)) else ANY
            return [(handle, (*keys, name)) for handle, keys in self.parts(node.value)]
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, (ast.BoolOp, ast.IfExp)):
            either = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return [part for value in either for part in self.parts(value)]
        return list(self.parts(node.value)) if isinstance(node, (ast.NamedExpr, ast.Await)) else []

    def of_binding(self, binding: Binding) -> list[Part]:
        kind = binding.kind
        if kind == "parameter":
            function = binding.scope
            return [(f"p:{function.qualified}:{binding.name}", ())] if is_configuration_name(binding.name) else []
        if kind == "import":
            return [(f"g:{binding.name}", ())] if is_configuration_name(binding.name) else []
        if kind == "for" and binding.value is not None and binding.index is None:
            return [(handle, keys) for handle, keys in self.parts(binding.value) if handle.endswith(ALL_OF_THEM) and not keys]
        if kind != "assign" or binding.value is None:
            return []
        if binding.index is not None:
            call = binding.value
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "parse_known_args" and binding.index == 0:
                return [(COMMAND_LINE, ())] if self.loads else []
            if not isinstance(call, ast.Call):
                return [(handle, (*keys, str(binding.index))) for handle, keys in self.parts(call)]
            named = is_configuration_name(binding.name) or _speaks_of_configuration(call)
            return [(f"r:{name}#{binding.index}", ()) for name in self.module.names(call.func) if "." in name] if named else []
        found = list(self.parts(binding.value))
        if not found and getattr(getattr(binding.value, "func", None), "attr", "") in ("parse_args", "parse_known_args"):
            return []
        if not found and isinstance(binding.value, ast.Call) and is_configuration_name(binding.name):
            found = self._result(binding.value)
        if not found and is_configuration_name(binding.name) and (binding.scope.kind == "module" or _is_collector(binding.value)):
            found.append((f"g:{binding.name}" if binding.scope.kind == "module" else f"p:{binding.scope.qualified}:{binding.name}", ()))
        return found

    def of_target(self, target: ast.expr) -> list[Part]:
        """The place that an assignment gives a whole to."""
        if isinstance(target, ast.Name) and is_configuration_name(target.id):
            scope = target.scope  # type: ignore[attr-defined]
            inside = scope.kind != "module" and target.id not in scope.globals
            return [(f"p:{scope.qualified}:{target.id}" if inside else f"g:{target.id}", ())]
        if isinstance(target, ast.Attribute) and is_configuration_name(target.attr) and not self.parts(target.value):
            return [(f"a:{target.attr}", ())]
        return []

    def _of_attribute(self, node: ast.Attribute) -> list[Part]:
        if node.attr == "__dict__":
            return list(self.parts(node.value))
        found = [(handle, (*keys, node.attr)) for handle, keys in self.parts(node.value)]
        if not found and is_configuration_name(node.attr):
            found = [(f"a:{node.attr}", ())]
        if not found:
            cls = self.module.resolver.class_of_self(node.value)
            bindings = self.module.resolver.attribute_bindings(cls, node.attr) if cls is not None else []
            found = [
                part for binding in bindings if binding.value is not None and binding.index is None for part in self.parts(binding.value)
            ]
        return found

    def _of_call(self, node: ast.Call) -> list[Part]:
        load = self.loads.get(id(node))
        if load is not None:
            return [(load, ())]
        func = node.func
        method = func.attr if isinstance(func, ast.Attribute) else ""
        if method in ("get", "pop", "setdefault") and node.args and isinstance(func, ast.Attribute):
            key = node.args[0]
            name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY
            return [(handle, (*keys, name)) for handle, keys in self.parts(func.value)]
        if method in _SAME_METHODS and isinstance(func, ast.Attribute):
            return list(self.parts(func.value))
        if method in ("parse_args", "parse_known_args"):
            return [(COMMAND_LINE, ())] if self.loads else []
        names = self.module.resolver.names(func)
        if (names and names[0] in _SAME) or _WRAPPER.search(method or getattr(func, "id", "")) or is_filled(node):
            values = [*node.args, *(k.value for k in node.keywords if k.arg is None)]
            return [part for value in values for part in self.parts(value.value if isinstance(value, ast.Starred) else value)]
        if names == ("getattr",) and len(node.args) > 1:
            key = node.args[1]
            name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ANY
            return [(handle, (*keys, name)) for handle, keys in self.parts(node.args[0])]
        return self._result(node) if _speaks_of_configuration(node) else []

    def _result(self, node: ast.Call) -> list[Part]:
        """What a function of the project, or a class of its own, gives."""
        return [(f"r:{name}", ()) for name in self.module.resolver.names(node.func) if "." in name and not name.endswith("()")]


def joined(keys: Keys) -> str:
    """A path of keys as text."""
    return "\t".join(keys) or TOP


def _is_collector(node: ast.expr) -> bool:
    """`{}`, `dict()`, `Namespace()`: something that is filled afterwards."""
    return isinstance(node, ast.Dict) or (isinstance(node, ast.Call) and not node.args and gives_the_same(node))


def is_filled(node: ast.Call) -> bool:
    """`HParams(**config)`: a class for configurations that takes all keys."""
    return bool(node.keywords) and not node.args and all(k.arg is None for k in node.keywords) and _speaks_of_configuration(node)


def gives_the_same(call: ast.Call) -> bool:
    """Whether a call may give what it is given, by the last word of what it calls."""
    func = call.func
    name = func.attr if func.__class__ is ast.Attribute else getattr(func, "id", "")
    return name in _SAME_WORDS or bool(_WRAPPER.search(name)) or is_filled(call)


def _speaks_of_configuration(node: ast.Call) -> bool:
    func = node.func
    return speaks_of_configuration(last_word(func))
