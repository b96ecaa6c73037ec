"""CFG103."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.rules.kit import Confidence, Context, Finding, Project, Severity, tokens
from mlsmith.rules.kit.configuration_files import Keys
from mlsmith.rules.kit.configuration_rule import ConfigurationRule
from mlsmith.rules.kit.configurations import Configurations, place_of_read
from mlsmith.rules.kit.context import context_of_path

_OF_A_RUN = frozenset({
    "name", "names", "title", "project", "entity", "env", "environment", "path", "paths", "dir", "dirs", "directory", "folder", "root", "file", "files",
    "filename", "output", "outputs", "url", "uri", "host", "port", "endpoint", "seed", "device", "devices", "gpu", "gpus", "workers", "threads", "jobs",
    "log", "level", "verbose", "debug", "version", "description", "key", "token", "user", "id", "interval", "every", "frequency", "freq", "timeout",
    "retries", "message", "prompt", "tag", "tags", "group", "mode", "cache", "display", "plot", "save",
})  # fmt: skip
"""Words of keys that differ from machine to machine and from run to run"""
_NEUTRAL = (0, 1, -1)
"""Numbers that stand for nothing, or for no effect, as a default"""
_NO_VALUE = frozenset({"", "none", "null", "unknown", "default", "auto", "n/a", "na", "?", "???", "-", "off", "no"})


class DefaultContradictsConfig(ConfigurationRule):
    """A default beside a read is not what the configurations say, or not what another read says.

    ## What it finds
    Defaults that code brings to `.get` and `getattr` on a part of a configuration. Two reads of one key that bring two different ones; and
    a number or a word that contradicts the one value which every configuration near the code gives the key, wherever it has the part. What
    a function takes from one part is one finding.

    ## Why it is debt
    The default is no part of what was tried. Once a key is misspelt, renamed or left out, the run goes on with another model than the one
    that was tuned, or two programs that belong together disagree, and nothing fails. It should be easy to see what a configuration changes,
    and hard to leave something out (Sculley et al. 2015, on configuration debt).

    ## Bad
    ```yaml config.yaml
    model:
      embedding: 16
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    model = build(config["model"].get("embedding", 50))  # finding: CFG103
    ```

    ## Good
    ```yaml config.yaml
    model:
      embedding: 16
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    model = build(config["model"]["embedding"])
    ```

    ## Fix
    None: which of the values is meant, people know.

    ## When it stays silent
    For defaults that stand for nothing or for no effect (0, 1, -1, none, auto; against configurations also False and True: what is new is off by
    default); where any configuration has the default, lacks the key, or gives it another value than the next one does; for what differs from
    machine to machine and from run to run (names, paths, devices, seeds, intervals); for variants that stand side by side
    (`lora_gui.py`, `leco_gui.py`); for keys at the top, whose names are the same in the configurations of different programs; for reads
    of either of two parts; in tests and examples. Defaults of command lines and of dataclasses are meant to be overridden, and silent.

    ## References
    Sculley et al. 2015, section 6.
    """

    code = "CFG103"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def project(self, project: Project) -> Iterator[Finding]:
        known = self.known(project)
        if not any(use.defaults for use in known.uses_asked()):
            return
        every = list(_reads(known))
        parts = Counter((read.path, read.seen) for read in every)
        reads = [read for read in every if len(read.keys) > 1 and parts[read.path, read.seen] == 1 and _may_be_told(read)]
        for read, other in _two_defaults(reads):
            yield self.finding(
                place_of_read(project, read.path, read.seen, read.keys),
                f"without `{'.'.join(read.keys)}` this takes {read.literal!r}, and {other.path}:{other.seen[0]} takes {other.literal!r}",
                advice="keep one default where the configuration is loaded, or let both fail where the key is missing",
            )  # fmt: skip
        for told in _contradictions(known, [read for read in reads if not _is_neutral(read.literal)]):
            (first, value, document), *others = told
            more = f"; so do {', '.join(f'`{read.keys[-1]}`' for read, *_ in others[:3])} beside it" if others else ""
            yield self.finding(
                place_of_read(project, first.path, first.seen, first.keys),
                f"without `{'.'.join(first.keys)}` this takes {first.literal!r}, and every configuration says {value!r} ({document}){more}",
                advice="read the key without a default, so that a missing one fails, or make the default the value that is used",
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


class _Read(NamedTuple):
    path: str
    keys: Keys
    literal: bool | int | float | str
    seen: tuple[Any, ...]


def _reads(known: Configurations) -> Iterator[_Read]:
    for path, use in sorted(known.uses.items()):
        if context_of_path(path) is Context.CODE:
            for _, keys, literal, *seen in use.defaults:
                yield _Read(path, tuple(keys.split("\t")), literal, tuple(seen))


def _may_be_told(read: _Read) -> bool:
    """Whether a default says how something is trained or served, and not where, for whom or how loudly."""
    literal = read.literal
    if isinstance(literal, str) and (not literal.replace("_", "").replace("-", "").isalnum() or literal.lower() in _NO_VALUE):
        return False
    return len(read.keys[-1]) > 1 and not _OF_A_RUN & {read.keys[-1].lower(), *tokens(read.keys[-1])}


def _is_neutral(literal: bool | int | float | str) -> bool:
    return isinstance(literal, bool) or literal in _NEUTRAL


def _two_defaults(reads: list[_Read]) -> Iterator[tuple[_Read, _Read]]:
    """Pairs of reads of one key that bring different defaults with them; one for each key."""
    by_key: dict[Keys, list[_Read]] = {}
    for read in reads:
        by_key.setdefault(read.keys, []).append(read)
    for first, *others in by_key.values():
        differing = [other for other in others if _differ(first.literal, other.literal) and not _are_variants(first.path, other.path)]
        if differing and len({read.literal for read in others} | {first.literal}) == 2:
            yield first, differing[0]


def _differ(one: bool | int | float | str, other: bool | int | float | str) -> bool:
    """Whether two defaults of one kind are not equal."""
    kinds = [bool if isinstance(value, bool) else str if isinstance(value, str) else float for value in (one, other)]
    return kinds[0] is kinds[1] and one != other


def _are_variants(one: str, other: str) -> bool:
    """Whether two files are variants of one thing, which may want defaults of their own: `lora_gui.py` and `leco_gui.py`."""
    if one == other or posixpath.dirname(one) != posixpath.dirname(other):
        return False
    return bool(set(tokens(posixpath.basename(one)[:-3])) & set(tokens(posixpath.basename(other)[:-3])))


def _contradictions(known: Configurations, reads: list[_Read]) -> Iterator[list[tuple[_Read, Any, str]]]:
    """Defaults that no configuration has, by the function and the part of the configuration that they belong to."""
    found: dict[tuple[str, str, Keys], list[tuple[_Read, Any, str]]] = {}
    for read in reads:
        said = _said(known, read)
        if said is not None and _contradicts(read.literal, said[0]):
            found.setdefault((read.path, read.seen[-1], read.keys[:-1]), []).append((read, *said))
    yield from found.values()


def _said(known: Configurations, read: _Read) -> tuple[Any, str] | None:
    """The one value that all files which have what is above the key give it, and the first of them; None where they do not."""
    keys = read.keys
    values: set[Any] = set()
    paths: list[str] = []
    for path, document in sorted(known.documents.items()):
        if context_of_path(path) is not Context.CODE or not known.is_near(path, read.path):
            continue
        for package in _packages(known, path):
            own = keys[len(package) :] if keys[: len(package)] == package else ()
            if own and (own in document.by_path or own[:-1] in document.by_path or (len(own) == 1 and package)):
                values.add(_as_number(document.values.get(own)))
                paths.append(path)
    return (values.pop(), paths[0]) if len(values) == 1 and None not in values else None


def _packages(known: Configurations, document: str) -> frozenset[Keys]:
    return known.loaded[document].packages if document in known.loaded else frozenset({()})


def _as_number(value: Any) -> Any:
    """A text that is a number as one: PyYAML reads `1e-3` as text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _contradicts(literal: bool | int | float | str, value: Any) -> bool:
    if isinstance(value, str) or isinstance(literal, str):
        words = isinstance(value, str) and isinstance(literal, str)
        return words and literal.lower() != value.lower() and value.lower() not in _NO_VALUE  # type: ignore[union-attr]
    return not isinstance(value, bool) and value != literal
