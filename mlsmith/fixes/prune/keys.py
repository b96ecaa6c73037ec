"""Keys of configurations that have one value everywhere: proven by every word of the project that could mean them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlsmith.engine.discover import kind_of
from mlsmith.errors import SourceError
from mlsmith.fixes.prune.captures import refuse_shown
from mlsmith.fixes.prune.found import Found, same
from mlsmith.fixes.prune.options import reads_by_name
from mlsmith.fixes.prune.parameters import take_along
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.rules.dead_code.dead_config_flag import DeadConfigFlag
from mlsmith.rules.kit.command_line import NAMESPACES
from mlsmith.sources.config import ConfigDocument, Entry, read_config

_CONFIGURATIONS = NAMESPACES | {"conf", "configuration", "settings", "hparams", "hps", "FLAGS"}


def documents_with(sight: Sight, keys: tuple[str, ...]) -> Iterator[tuple[ConfigDocument, Entry]]:
    """Configuration files and their entry under a path of keys, or one that ends so."""
    for path in sight.holding(keys[-1]):
        if kind_of(path) != "config":
            continue
        try:
            document = read_config(sight.data(path), path)
        except SourceError:
            raise Refusal("a configuration that may have the key cannot be parsed", path, sort="unseen file") from None
        for entry in document.entries:
            if entry.path[-len(keys) :] == keys:
                yield document, entry


def take_key(sight: Sight, found: Found, keys: tuple[str, ...]) -> None:
    """Add a key, its reads, and what they are passed on to. Raises Refusal where it may have another value."""
    name = keys[-1]
    sight.refuse_beyond(name)
    bases = set(_CONFIGURATIONS)
    lacking: dict[str, str] = {}
    for document, entry in documents_with(sight, (name,)):
        line = entry.span.start.line
        if entry.kind != "scalar" or not same(entry.value, found.value):
            shown = repr(entry.value) if entry.kind == "scalar" else f"a {entry.kind}"
            raise Refusal(f"`{'.'.join(entry.path)}` is {shown}", document.path, line, sort="another value")
        if any(other.path[:-1] == entry.path[:-1] and other.path[-1].startswith("_target") for other in document.entries):
            raise Refusal("the mapping around the key is given to a `_target_`", document.path, line, sort="given to a _target_")
        bases.update(entry.path[-2:-1])
        found.keys.append((document.path, entry.path))
        lacking.update({path: document.path for path in sight.paths if _beside(path, document.path)})
    holders = {path for path, _ in found.keys}
    without = sorted(path for path in lacking if path not in holders)
    if found.value and without:
        raise Refusal(f"`{name}` is missing here, so that it has another value", without[0], sort="missing in a configuration")
    _refuse_overrides(sight, name)
    _refuse_whole(sight, found)
    for module in sight.modules_with(name):
        for node in reads_by_name(module, name, frozenset(bases), set()):
            refuse_shown(module, node)
            found.read(module.path, node)
    if not found.reads:
        raise Refusal(f"nothing reads `{name}` by its name", *found.keys[0][:1], sort="no reads")
    take_along(sight, found)
    _refuse_filled(sight, found, name)


def _beside(path: str, document: str) -> bool:
    return kind_of(path) == "config" and path.rpartition("/")[0] == document.rpartition("/")[0] and path[-4:] == document[-4:]


def _refuse_overrides(sight: Sight, name: str) -> None:
    """Raises Refusal where a command line sets the key."""
    pattern = re.compile(rf"(?<!\w){re.escape(name)}\s?=|--[\w.-]*{re.escape(name)}(?!\w)")
    for path in sight.holding(name):
        if kind_of(path) in ("text", "config", "dockerfile", "notebook"):
            for number, line in enumerate(sight.text(path).split("\n"), 1):
                if pattern.search(line):
                    raise Refusal(f"`{name}` is set, or written of, here", path, number, sort="overridden on a command line")


def _refuse_whole(sight: Sight, found: Found) -> None:
    """Raises Refusal where a mapping with the key goes somewhere as a whole, or it is not seen which code gets it."""
    known = DeadConfigFlag({}).known(sight.project)
    loaded = [(path, keys) for path, keys in found.keys if path in known.loaded]
    if not loaded:
        path, keys = found.keys[0]
        raise Refusal("no code is seen to load this configuration", path, sight.line_of(path, keys[-1]), sort="loaded out of sight")
    for path, keys in loaded:
        flowed = known.flow(path)
        for package in known.loaded[path].packages:
            whole = (*package, *keys)
            if flowed.reads_unnamed(whole) or flowed.loses(whole):
                line = sight.line_of(path, keys[-1])
                raise Refusal("the mapping with the key goes out of sight as a whole", path, line, sort="configuration out of sight")


def _refuse_filled(sight: Sight, found: Found, name: str) -> None:
    """Raises Refusal where a function or class could be given the key by `**`."""
    for module in sight.modules_with(name):
        for function in module.functions:
            slot = f"{function.name}.{name}"
            if function.parameter(name) is not None and slot not in {str(known) for known in found.slots}:
                raise Refusal(
                    f"`{function.node.name}` has a parameter of that name", module.path, function.node.lineno, sort="filled by name"
                )
        for cls in module.classes:
            if name in cls.node.own_scope.bindings:  # type: ignore[attr-defined]
                raise Refusal(f"`{cls.node.name}` has a field of that name", module.path, cls.node.lineno, sort="filled by name")
