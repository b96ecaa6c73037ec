"""Commands and settings that name a file or module of the project which was moved: they are the same, and what differs in the file is
told of it. So are lists of defaults that choose a file by its name.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from mlsmith.regex import regex

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.sources.git import Changed

_FILE = regex(r"(?<![\w./$*{}-])[\w./-]+\.py(?![\w./*-])")
_MODULE = regex(r"(?<![\w-])-m[\"',\s]+([A-Za-z_][\w.]*)(?![\w*/-])")
_FINDS = regex(r"\A(?:project\.(?:gui-)?scripts|project\.entry-points|tool\.poetry\.(?:scripts|plugins))\.|(?:\A|[.\]])_target_\Z")
_CHOICE = regex(r"\Adefaults\.\[\d+\](?:\.(?:(?:override|optional) )*/?([^\s@]+)(?:@\S+)?)?\Z")
_ENDING = ".yaml"


def with_moved_programs(
    paths: tuple[str, str], old: bytes | None, new: bytes | None, changed: Mapping[str, Changed], modules: Mapping[str, str]
) -> bytes | None:
    """The old text of what runs commands, with the files and modules in it called as they are now.

    Only what the new text names no longer is taken for moved, and only for a name that the old text did not have. `paths` are those of
    both texts; `modules` what moved modules and packages are called.
    """
    if old is None or new is None:
        return old
    before, after = old.decode("utf-8", "surrogateescape"), new.decode("utf-8", "surrogateescape")
    folders = [posixpath.dirname(path) for path in paths]
    moved = {how.old_path: path for path, how in changed.items() if how.status == "R" and how.old_path is not None}

    def is_moved_file(one: str, other: str) -> bool:
        return any(moved.get(a) == b for a, b in _in_one_way(one, other, folders))

    def is_moved_module(one: str, other: str) -> bool:
        return _is_moved_module(one, other, modules)

    for pattern, group, is_moved in ((_FILE, 0, is_moved_file), (_MODULE, 1, is_moved_module)):
        ours, theirs = ({match[group] for match in pattern.finditer(text)} for text in (before, after))
        pairs = [(one, other) for one in ours - theirs for other in theirs - ours if is_moved(one, other)]
        known = {one: other for one, other in pairs if _is_alone(one, other, pairs)}
        for match in reversed(list(pattern.finditer(before)) if known else []):
            start, end = match.span(group)
            before = before[:start] + known.get(match[group], match[group]) + before[end:]
    return before.encode("utf-8", "surrogateescape")


def names_what_was_moved(change: Change, modules: Mapping[str, str]) -> bool:
    """Whether a setting by which programs find what to run or make (`project.scripts`, `_target_`) names the same by its new name."""
    if change.kind != "changed" or change.old is None or change.new is None or not _FINDS.search(change.subject):
        return False
    (one, _, within), (other, _, now) = (_bare(text).partition(":") for text in (change.old, change.new))
    return within == now and _is_moved_module(one, other, modules)


def chooses_what_was_renamed(change: Change, changed: Mapping[str, Changed], paths: Callable[[], Iterable[str]]) -> bool:
    """Whether a list of defaults chooses the same file by its new name, which no other option of such a group has. `paths`: of the new tree."""
    choice = _CHOICE.match(change.subject) if change.kind == "changed" else None
    if choice is None or change.old is None or change.new is None:
        return False
    one, other = (f"/{posixpath.join(choice[1] or '', _bare(text).removesuffix(_ENDING))}{_ENDING}" for text in (change.old, change.new))
    for path, how in changed.items():
        if how.status == "R" and how.old_path is not None and f"/{path}".endswith(other):
            root = f"/{path}".removesuffix(other)
            if f"/{how.old_path}" == f"{root}{one}" and f"/{change.path}".startswith(f"{root}/"):
                return sum(f"/{name}".endswith(other) for name in paths()) == 1
    return False


def _bare(text: str) -> str:
    return text.strip("\"'").lstrip("/")


def _in_one_way(one: str, other: str, folders: list[str]) -> Iterator[tuple[str, str]]:
    """The files that two words are: found from the root of the project, or from where the command stands."""
    yield posixpath.normpath(one), posixpath.normpath(other)
    yield posixpath.normpath(posixpath.join(folders[0], one)), posixpath.normpath(posixpath.join(folders[1], other))


def _is_moved_module(one: str, other: str, modules: Mapping[str, str]) -> bool:
    """Whether a module, or a package around it, is called so now; both may be found in a folder that is no package itself."""
    parts = one.split(".")
    for keep in range(len(parts), 0, -1):
        head, rest = ".".join(parts[:keep]), "".join(f".{part}" for part in parts[keep:])
        known = other.removesuffix(rest) if other.endswith(rest) else ""
        for name, now in modules.items() if known else ():
            folder = name.removesuffix(head)
            if name.endswith(head) and now == f"{folder}{known}" and (not folder or (folder.endswith(".") and "." in head)):
                return True
    return False


def _is_alone(one: str, other: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether neither of the two could be paired with anything else."""
    return sum(one == a or other == b for a, b in pairs) == 1
