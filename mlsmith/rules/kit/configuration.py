"""What one Python file does with configurations: which it loads, which keys it reads, and where a whole one goes.

Everything is kept by the place that holds a configuration (see configuration_handles), as plain data; the project puts it together.
"""

from __future__ import annotations

import ast
import marshal
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.configuration_handles import ANY, LOADERS, Handles, Keys, configuration_names, path_names, speaks_of_configuration
from mlsmith.rules.kit.configuration_paths import OVERRIDE, Source, folder_of, loads_of, options_of, paths_passed
from mlsmith.rules.kit.configuration_uses import Uses
from mlsmith.rules.kit.memo import once_a_module

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_LIBRARIES = frozenset(name.partition(".")[0] for name in LOADERS)


class ConfigurationUse(NamedTuple):
    """Paths of keys are joined by tabs, several of them by line ends."""

    loads: tuple[tuple[str, str, Source], ...]
    """(node, format, what is loaded)"""
    composed: tuple[tuple[str, str, str], ...]
    """(node, folder, file) of hydra's entry points, as written"""
    nodes: tuple[tuple[str, str, str, str], ...]
    """(node, keys that are read, keys under which everything is read, keys that go where nobody sees them)"""
    links: tuple[tuple[str, str, str, str, str | int], ...]
    """(node, keys, how, target, slot): a part is held by another node too, or given to a function"""
    reads: tuple[tuple[Any, ...], ...]
    """(node, keys, line, column, end line, end column, cell, scope): reads that fail where the key is missing"""
    guards: tuple[tuple[str, str], ...]
    """(node, keys) of the conditions of branches"""
    paths: tuple[tuple[str, str | int, Source], ...]
    """(callee, slot, source): paths of configurations given to functions"""
    options: tuple[tuple[str, str], ...]
    written: str
    """Last words of keys that code sets"""
    fields: tuple[tuple[str, str], ...]
    """(class, fields) of dataclasses and of pydantic's models that are named for configurations"""
    overrides: str
    """Strings such as `model=small`, which choose and set on hydra's behalf"""
    defaults: tuple[tuple[Any, ...], ...]
    """(node, keys, literal, line, column, end line, end column, cell, scope): reads that bring a value for where the key is missing"""


@once_a_module
def configuration_facts(module: Module) -> bytes | None:
    """A `ConfigurationUse` packed, as few are looked at where few files are asked for; None where the file has nothing to do with
    configurations.
    """
    use = _use(module)
    return marshal.dumps(tuple(use)) if use is not None else None


class UsesByPath(Mapping[str, ConfigurationUse]):
    """What files do with configurations, by path, unpacked when it is looked at."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed
        self._unpacked: dict[str, ConfigurationUse] = {}

    def __getitem__(self, path: str) -> ConfigurationUse:
        known = self._unpacked.get(path)
        if known is None:
            known = self._unpacked[path] = ConfigurationUse(*marshal.loads(self._packed[path]))
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def key_read(module: Module, node: ast.expr | None) -> tuple[str, Keys] | None:
    """(file as written, or `*` where that is not literal; keys) of an expression that reads a key of a configuration: `cfg.data.shuffle`."""
    loads = _loads(module)
    parts = Handles(module, {id_: name for id_, (name, _, _) in loads.items()}).parts(node) if node is not None else ()
    sources = {name: source for name, _, source in loads.values()}
    for handle, keys in parts:
        if keys and ANY not in keys:
            source = sources.get(handle, ("?",))
            return (source[1] if source[0] == "file" else "*"), keys
    return None


@once_a_module
def _loads(module: Module) -> dict[int, tuple[str, str, Source]]:
    return loads_of(module) if module.imports(*_LIBRARIES) else {}


def _use(module: Module) -> ConfigurationUse | None:
    syntax = module.syntax
    options = options_of(module)
    loads = _loads(module)
    composed = _composed(module) if module.imports("hydra", "dora") else ()
    names = configuration_names(syntax.mentioned)
    if not loads and not composed and not names:
        fields = _fields(module)
        return ConfigurationUse((), (), (), (), (), (), (), options, "", fields, "", ()) if options or fields else None
    uses = Uses(module, {id_: node for id_, (node, _, _) in loads.items()}, names)
    uses.follow()
    if loads:  # defaults stand in a dictionary beside the loader
        uses.written.update(str(s.value) for s in syntax.strings if isinstance(s.up, ast.Dict) and s in s.up.keys)  # type: ignore[attr-defined]
    paths = tuple(dict.fromkeys(paths_passed(module, path_names(syntax.mentioned))))
    found = ConfigurationUse(
        tuple(loads.values()), composed, uses.nodes(), tuple(dict.fromkeys(uses.links)), tuple(uses.reads), tuple(dict.fromkeys(uses.guards)), paths,
        options, "\n".join(sorted(uses.written)), _fields(module),
        "\n".join(sorted(_overrides(module))) if composed or module.imports("hydra") else "", tuple(uses.defaults),
    )  # fmt: skip
    return found if any(found) else None


def _composed(module: Module) -> tuple[tuple[str, str, str], ...]:
    """(node, folder, name) for functions under `@hydra.main` and results of `compose`."""
    found: list[tuple[str, str, str]] = []
    folder = ""
    for call in module.calls_to("hydra.initialize", "hydra.initialize_config_dir", "hydra.experimental.initialize"):
        given = call.argument("config_path", 0).value
        folder = given if isinstance(given, str) else folder_of(module, call.argument("config_path", 0).node)
    for call in module.calls_to("hydra.compose", "hydra.experimental.compose"):
        name = call.argument("config_name", 0).value
        found.append(("r:hydra.compose", folder, name if isinstance(name, str) else "?"))
    for call in module.calls_to("hydra.main", "dora.hydra_main", "dora.hydra.hydra_main"):
        up = call.node.up  # type: ignore[attr-defined]
        if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and up.args.args:
            given, name = call.argument("config_path", 0), call.argument("config_name", 1)
            path = (
                given.value
                if isinstance(given.value, str)
                else folder_of(module, given.node)
                if given.given and given.value is not None
                else ""
            )
            function = module.function(up)
            node = f"p:{function.scope.qualified}:{up.args.args[0].arg}"
            found.append((node, path, name.value if isinstance(name.value, str) else "?" if name.given else ""))
    return tuple(found)


def _fields(module: Module) -> tuple[tuple[str, str], ...]:
    if not module.imports("dataclasses", "pydantic", "pydantic_settings", "attr", "attrs", "msgspec"):
        return ()
    found = []
    for cls in module.classes:
        names = [s.target.id for s in cls.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        if names and speaks_of_configuration(cls.node.name):
            found.append((cls.node.own_scope.qualified, "\n".join(names)))  # type: ignore[attr-defined]
    return tuple(found)


def _overrides(module: Module) -> set[str]:
    return {s.value for s in module.syntax.strings if isinstance(s.value, str) and len(s.value) < 100 and OVERRIDE.fullmatch(s.value)}
