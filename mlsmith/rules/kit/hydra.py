"""hydra's configurations: where each file of a configuration folder ends up in the whole, and which options of a group are chosen."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mlsmith.rules.kit.configuration_files import Document, Keys


class Composition(NamedTuple):
    """A folder that hydra composes from."""

    folder: str
    """Relative to the project's root; empty for the root itself"""
    primary: frozenset[str]
    """Paths of the files that entry points name"""

    def holds(self, path: str) -> bool:
        return not self.folder or path.startswith(self.folder + "/")

    def group(self, path: str) -> str:
        """`model/encoder` of `conf/model/encoder/small.yaml`; empty for a primary configuration."""
        return posixpath.dirname(path[len(self.folder) :].lstrip("/"))


_MENU = 3
"""Where more options of a group are chosen by nobody, the group is a menu"""


def entry_point(path: str, written: str, name: str) -> tuple[str, str] | None:
    """(folder, primary file) that an entry point in the file `path` composes from; None where that is not literal.

    Old versions of hydra took the path of the primary file itself as `config_path`.
    """
    if written == "?" or "://" in written:
        return None
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
    if whole.endswith((".yaml", ".yml")):
        return posixpath.dirname(whole), whole
    folder = "" if whole == "." else whole
    file = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    return None if folder.startswith("..") else (folder, posixpath.join(folder, file) if name not in ("", "?") else "")


def packages_of(composition: Composition, path: str, documents: Mapping[str, Document]) -> set[Keys]:
    """Where the keys of a file may stand in the whole: by its group, its own directive, and what defaults lists ask for."""
    group = composition.group(path)
    default = tuple(part for part in group.split("/") if part)
    own = documents[path].fact.package
    found = {_package(own, default)} if own else {default, ()}  # before version 1.1 the default was the top
    for other, document in documents.items():
        if composition.holds(other):
            above = composition.group(other)
            for chosen, _, package in document.fact.defaults:
                if package and _group(chosen, above) == group:
                    asked = _package(package, default)
                    found |= {asked, (*tuple(part for part in above.split("/") if part), *asked)}
    return found


def unchosen(
    composition: Composition, documents: Mapping[str, Document], chosen_elsewhere: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """(path, group, option) of the options of groups that have a default, where nothing chooses them."""
    chosen: dict[str, set[str]] = {}
    for path, document in documents.items():
        if composition.holds(path):
            for group, option, _ in document.fact.defaults:
                full = _group(group, composition.group(path))
                chosen.setdefault(full, set()).add(option.removesuffix(".yaml"))
    by_default = {group for group, options in chosen.items() if options - {"", "null", "_self_"}}
    for group, option in chosen_elsewhere:
        chosen.setdefault(group, set()).update(option.split(","))
    left: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(documents):
        group = composition.group(path) if composition.holds(path) else ""
        option = posixpath.basename(path).rpartition(".")[0]
        computed = any("$" in other or "*" in other or "(" in other for other in chosen.get(group, ()))
        if group in by_default and option not in chosen[group] and not computed:
            left.setdefault(group, []).append((path, option))
    for group, options in left.items():
        if len(options) <= _MENU:
            yield from ((path, group, option) for path, option in options)


def _group(written: str, above: str) -> str:
    """The group that a defaults list in the group `above` means."""
    if written.startswith("/"):
        return written[1:]
    return posixpath.normpath(posixpath.join(above, written)) if written else above


def _package(written: str, group: Keys) -> Keys:
    if written in ("_global_", "_here_", "__global__"):
        return ()
    written = written.removeprefix("_global_.").replace("_group_", ".".join(group)).replace("_name_", group[-1] if group else "")
    return tuple(part for part in written.split(".") if part)
