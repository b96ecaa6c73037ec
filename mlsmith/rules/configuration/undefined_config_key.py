"""CFG102."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.rules.kit import Finding, Project, Severity
from mlsmith.rules.kit.configuration_files import Keys
from mlsmith.rules.kit.configuration_rule import ConfigurationRule
from mlsmith.rules.kit.configurations import Configurations, place_of_read


class UndefinedConfigKey(ConfigurationRule):
    """Code reads a configuration key that the file does not define.

    ## What it finds
    Reads of a key, by subscript or attribute, wherever a configuration has been handed to, where none of the files that can be loaded
    there defines the key and no code sets it. All of them must be known: a literal path, an option with the files beside its default,
    or what hydra composes. The nearest key is named.

    ## Why it is debt
    The run fails after the data has been loaded, or, where the library gives an empty value instead, trains with a default that nobody
    chose. Configuration is changed more often than code and tested less (Sculley et al. 2015).

    ## Bad
    ```yaml config.yaml
    training:
      learning_rate: 0.1
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    rate = config["training"]["learning_rat"]  # finding: CFG102
    ```

    ## Good
    ```yaml config.yaml
    training:
      learning_rate: 0.1
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    rate = config["training"]["learning_rate"]
    ```

    ## Fix
    None: whether the key is misspelt in the code or missing in the file is for people to say; the nearest key is named.

    ## When it stays silent
    For `.get`, `getattr` and reads behind `in`, `hasattr` or inside `try`; where a function may get something else than these files;
    where another file of the folder has the key, or an option of a defaults list is no file of the project; for the names of command
    lines (`args`, `opt`).

    ## References
    Sculley et al. 2015, section 6.
    """

    code = "CFG102"
    severity = Severity.ERROR
    minutes = 15

    def project(self, project: Project) -> Iterator[Finding]:
        known = self.known(project)
        read = {name for use in known.uses_asked() for _, keys, *_ in use.reads for name in keys.split("\t")}
        if not read or all(read <= names for names in known.names_by_folder.values()):
            return  # `_is_defined_beside` holds of all, whatever is loaded where
        if not known.loaded or project.spells("from_cli"):
            return
        from difflib import get_close_matches

        found = {place: missing for place, missing in _missing(known).items() if project.is_asked(place[0])}
        written = known.written() | known.holders.fields  # a class of configurations brings the defaults of its fields
        for (path, seen), missing in sorted(found.items()):
            last = missing.keys[-1]
            if last in written or last.startswith("_") or (path in known.uses and last in {name for name, _ in known.uses[path].options}):
                continue  # an option of the command line, into whose answers the file is copied
            close = get_close_matches(last, sorted(missing.beside), n=1, cutoff=0.6) or get_close_matches(
                last, sorted(missing.anywhere), n=1, cutoff=0.75
            )
            hint = f'; did you mean "{close[0]}"?' if close else ""
            yield self.finding(
                place_of_read(project, path, seen, missing.keys),
                f"`{missing.document}` has no key `{'.'.join(missing.keys)}`{hint}", advice="correct the key, or define it in the file"
            )  # fmt: skip


class _Missing(NamedTuple):
    keys: Keys
    """Up to the first one that nothing defines"""
    document: str
    beside: set[str]
    """Keys that stand where it should"""
    anywhere: set[str]


class _Family:
    """Everything that the configurations which are loaded in one way define."""

    def __init__(self, known: Configurations, paths: list[str]) -> None:
        self.paths = paths
        self.kinds: dict[Keys, str] = {}
        for path in paths:
            for package in known.loaded[path].packages:
                self.kinds.update({package[:length]: "m" for length in range(1, len(package) + 1)})
                for key in known.documents[path].keys:
                    whole = (*package, *key.keys)
                    self.kinds[whole] = key.kind if self.kinds.get(whole, key.kind) == key.kind else "?"
        missing = set(known.missing_options(paths))
        self.is_open = bool(missing & {(), ("_global_",)})
        """Whether an option that is no file of the project goes into the root"""
        self.kinds.update(dict.fromkeys(missing - {()}, "?"))
        self.names = {keys[-1] for keys in self.kinds}

    def first_missing(self, keys: Keys) -> Keys:
        """The path up to the first key that is not defined where all that could hold it is known; empty where there is none."""
        for length in range(1, len(keys) + 1) if not self.is_open else ():
            here = keys[:length]
            if here not in self.kinds:
                return here if length == 1 or self.kinds[here[:-1]] == "m" else ()
        return ()


def _missing(known: Configurations) -> dict[tuple[str, Any], _Missing]:
    """By place: keys that are read, and missing in every configuration that gets there."""
    unknown = known.loaded_unseen()
    found: dict[tuple[str, Any], _Missing | None] = {}
    for nodes, paths in known.families().items():
        if not all(known.loaded[path].certain for path in paths) or _is_named_elsewhere(known, paths):
            continue
        family = _Family(known, paths)
        flowed = known.holders.flow(nodes)
        for keys, path, seen, node, above in flowed.reads_of:
            missing = family.first_missing(keys)
            place = (path, seen)
            if not all(known.is_near(document, path) for document in paths):
                continue
            if (
                len(missing) <= above
                or node in unknown
                or not known.holders.is_private(node, nodes)
                or _is_defined_beside(known, paths, missing[-1])
            ):
                found[place] = None
            elif place not in found:
                beside = {other[-1] for other in family.kinds if other[:-1] == missing[:-1]}
                found[place] = _Missing(missing, _primary(known, paths), beside, family.names)
    return {place: missing for place, missing in found.items() if missing is not None}


def _is_named_elsewhere(known: Configurations, paths: list[str]) -> bool:
    """Whether only the command line or the environment tells which file of a folder is composed."""
    composition = known.loaded[paths[0]].composition
    return composition is not None and not composition.primary & known.documents.keys()


def _primary(known: Configurations, paths: list[str]) -> str:
    composition = known.loaded[paths[0]].composition
    return min(composition.primary & set(paths), default=composition.folder) if composition is not None else min(paths)


def _is_defined_beside(known: Configurations, paths: list[str], name: str) -> bool:
    """Whether another configuration file of the same folder has the key: it may be merged in."""
    return any(name in known.names_by_folder[posixpath.dirname(path)] for path in paths)
