"""Which files of a tree are looked at, and as what.

A walk honours every .gitignore (from the repository's root down), leaves out virtual environments, caches,
nested repositories and what the settings exclude, and follows no link. It never asks git, so it is the same
inside and outside of a repository; a file that is committed although it is ignored is looked at when it is
named.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.engine.ignore import Patterns, Stack
from mlsmith.engine.snapshot import Stamp, is_racy, stamp_from
from mlsmith.errors import SourceError, UnreadableInput
from mlsmith.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlsmith.engine.state import State
    from mlsmith.settings import Settings
    from mlsmith.sources.tree import Tree

_SKIPPED = frozenset({
    ".git", ".hg", ".svn", ".bzr", ".jj", ".sl", "__pycache__", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".tox", ".nox", ".venv", "venv", ".eggs", "node_modules", "__pypackages__",
    ".ipynb_checkpoints", ".hypothesis", ".cache", ".direnv", ".mlsmith", ".pytype", ".pyre",
    ".pyenv", ".pixi", ".conda", "site-packages", ".idea", ".vscode", ".ipython",
    ".import_linter_cache",
})  # fmt: skip
_MARKERS = ("pyvenv.cfg", "conda-meta", ".git")
"""Entries that make a folder a virtual environment, or another repository."""

DATA_FROM = 1 << 20
"""A YAML, TOML or JSON file of a walk from this many bytes on is data, not configuration; a script or page is generated."""

_REQUIREMENTS = regex(
    r"(?:^|/)(?:"
    r"[^/]*requirements?[^/]*\.(?:txt|in)|requirements?/[^/]+\.(?:txt|in)|constraints[^/]*\.txt"
    r"|(?:poetry|uv|pdm|Pipfile|pixi)\.lock|pylock\.toml|conda-lock\.ya?ml"
    r"|pyproject\.toml|setup\.cfg|Pipfile|environment[^/]*\.ya?ml|conda[^/]*env[^/]*\.ya?ml)\Z"
)
_DOCKERFILE = regex(r"(?:^|/)(?:(?:Dockerfile|Containerfile)(?:[.-][^/]*)?|[^/]+\.[Dd]ockerfile)\Z")
_FOREIGN_CONFIG = regex(r"(?:^|/)(?:[tj]sconfig[^/]*\.json|devcontainer\.json|package(?:-lock)?\.json|composer\.json)\Z")
_CONFIG = (".yaml", ".yml", ".toml", ".json")
_TEXTS = (".sh", ".bash", ".md", ".rst", ".mk", ".sbatch", ".slurm", ".bat", ".ps1")
_MAKEFILES = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "tox.ini", "Jenkinsfile", "Taskfile", "CODEOWNERS"})


class Walk(NamedTuple):
    """What a walk of a working tree saw. Paths are relative to the root, with `/`, sorted."""

    files: dict[str, Stamp]
    folders: dict[str, Stamp]
    """Every folder that was looked into, or that a marker kept from being looked into"""
    guards: dict[str, Stamp]
    """The .gitignore files that had a say; absolute where they stand above the root"""
    taken_ns: int


def kind_of(path: str) -> str | None:
    """python, notebook, requirements, dockerfile, config or text by name alone; None for what is not looked at.

    A text says how the project is run: scripts, continuous integration, documentation.
    """
    if path.endswith(".py"):
        return "python"
    if path.endswith(".ipynb"):
        return "notebook"
    if _REQUIREMENTS.search(path):
        return "requirements"
    if path.endswith(_CONFIG):
        return None if _FOREIGN_CONFIG.search(path) else "config"
    if _DOCKERFILE.search(path):
        return "dockerfile"
    return "text" if path.endswith(_TEXTS) or _name(path) in _MAKEFILES else None


def walk(root: Path, *, exclude: Sequence[str] = (), before: State | None = None) -> Walk:
    """Look through the working tree at `root`. A file that was seen `before` need not be judged again where the same patterns hold."""
    patterns = before.guards.values() if before is not None else ()
    if before is not None and before.excluded == tuple(exclude) and not any(is_racy(stamp, before.taken_ns) for stamp in patterns):
        found = _walk(root, exclude, before.files)
        if found.guards == before.guards:
            return found
    return _walk(root, exclude, {})


def _walk(root: Path, exclude: Sequence[str], known: Mapping[str, Stamp]) -> Walk:
    taken = time.time_ns()
    guards: dict[str, Stamp] = {}
    stack = _from_above(root, guards)
    found = Walk({}, {}, guards, taken)
    excluded = Patterns("\n".join(exclude))
    pending = [("", stack)]
    while pending:
        folder, stack = pending.pop()
        pending.extend(_enter(str(root), folder, stack, excluded, known, found))
    return found._replace(files={path: found.files[path] for path in sorted(found.files)})


def lintable(tree: Tree, *, exclude: Sequence[str] = ()) -> list[str]:
    """The paths of any tree that a walk of the same files on disk would find, sorted."""
    every = tree.paths()
    ignores = {path.rpartition("/")[0]: _decoded(tree.read(path)) for path in every if _name(path) == ".gitignore"}
    marked = {path.rpartition("/")[0] for path in every if _name(path) == "pyvenv.cfg"}
    excluded = Patterns("\n".join(exclude))
    known: dict[str, tuple[bool, Stack]] = {}
    return [path for path in every if _is_lintable(path, tree, known, ignores, marked, excluded)]


def named(root: Path, paths: Iterable[Path]) -> tuple[str, ...]:
    """Paths from the command line relative to the root, sorted, each once; the root itself is the empty
    string.

    Raises UnreadableInput for what does not exist, is neither file nor folder, or lies outside the project.
    """
    found = set()
    for path in paths:
        try:
            real = path.resolve(strict=True)
        except FileNotFoundError:
            raise UnreadableInput(f"{path} does not exist", advice="check the path") from None
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a loop of links"
            raise UnreadableInput(f"{path} cannot be followed: {reason}") from None
        if not real.is_relative_to(root):
            advice = "run mlsmith inside the project that it belongs to"
            raise UnreadableInput(f"{path} is outside the project at {root}", advice=advice)
        if not (real.is_file() or real.is_dir()):
            raise UnreadableInput(f"{path} is neither a file nor a folder")
        relative = real.relative_to(root).as_posix()
        found.add("" if relative == "." else relative)
    return tuple(sorted(found))


def within(path: str, wanted: Sequence[str]) -> bool:
    """Whether a path is one of those wanted, or below one."""
    return any(not want or path == want or path.startswith(want + "/") for want in wanted)


def excluded_by(settings: Settings, path: str) -> bool:
    """Whether the settings exclude a path, or a folder above it."""
    patterns = Patterns("\n".join(settings.exclude))
    parts = path.split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return bool(patterns.decide(path, folder=False)) or any(patterns.decide(p, folder=True) for p in above)


def _enter(root: str, folder: str, stack: Stack, excluded: Patterns, known: Mapping[str, Stamp], found: Walk) -> list[tuple[str, Stack]]:
    """Take in one folder; the folders to enter next, each with the patterns that hold there."""
    where = f"{root}/{folder}" if folder else root
    try:
        with os.scandir(where) as scan:
            entries = list(scan)
        seen = os.lstat(where)
    except OSError:
        return []  # Gone since, or not ours to read: nothing to lint in it.
    found.folders[folder] = stamp_from(seen)
    names = {entry.name for entry in entries}
    if folder and any(marker in names for marker in _MARKERS):
        return []
    prefix = folder + "/" if folder else ""
    if ".gitignore" in names:
        stack = _with_patterns(where, folder, stack, found.guards, prefix)
    inside: list[tuple[str, Stack]] = []
    for entry in entries:
        path = prefix + entry.name
        stamp = known.get(path)
        if stamp is not None and _stamp(entry) == stamp:
            found.files[path] = stamp
            continue
        if entry.is_dir(follow_symlinks=False):
            if not _closed(entry.name) and not _out(path, stack, excluded, folder=True):
                inside.append((path, stack))
            continue
        kind = kind_of(path)
        if kind is None or not entry.is_file(follow_symlinks=False) or _out(path, stack, excluded, folder=False):
            continue
        stamp = _stamp(entry)
        if stamp is not None and (kind not in ("config", "text") or stamp[2] < DATA_FROM) and _is_text(path):
            found.files[path] = stamp
    return inside


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        return stamp_from(entry.stat(follow_symlinks=False))
    except OSError:
        return None


def _out(path: str, stack: Stack, excluded: Patterns, *, folder: bool) -> bool:
    return bool(excluded.decide(path, folder=folder)) or stack.ignores(path, folder=folder)


def _closed(name: str) -> bool:
    """Whether a folder is shut by its name: caches, environments, and templates, which are no source yet."""
    return name in _SKIPPED or name.endswith(".egg-info") or "{{" in name


def _with_patterns(where: str, folder: str, stack: Stack, guards: dict[str, Stamp], prefix: str) -> Stack:
    text = _patterns_at(f"{where}/.gitignore", guards, f"{prefix}.gitignore")
    return stack.below(folder, Patterns(text)) if text is not None else stack


def _from_above(root: Path, guards: dict[str, Stamp]) -> Stack:
    """The patterns of folders above the root, up to the root of the repository that holds it."""
    if (root / ".git").exists():
        return Stack()
    above = next((parent for parent in root.parents if (parent / ".git").exists()), None)
    if above is None:
        return Stack()
    stack = Stack()
    for folder in reversed([parent for parent in root.parents if parent.is_relative_to(above)]):
        text = _patterns_at(f"{folder}/.gitignore", guards, f"{folder}/.gitignore")
        if text is not None:
            stack = stack.above(root.relative_to(folder).as_posix() + "/", Patterns(text))
    return stack


def _patterns_at(file: str, guards: dict[str, Stamp], name: str) -> str | None:
    try:
        if os.path.islink(file):
            return None  # Git does not follow such a link either.
        with open(file, "rb") as stream:
            data = stream.read()
            stat = os.fstat(stream.fileno())
    except OSError:
        return None
    guards[name] = stamp_from(stat)
    return _decoded(data)


def _decoded(data: bytes) -> str:
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _is_text(path: str) -> bool:
    """Whether the name can be printed and kept: names that are not UTF-8 cannot stand in a report."""
    return path.isascii() or not any("\ud800" <= char <= "\udfff" for char in path)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_lintable(
    path: str,
    tree: Tree,
    known: dict[str, tuple[bool, Stack]],
    ignores: dict[str, str],
    marked: set[str],
    excluded: Patterns,
) -> bool:
    kind = kind_of(path)
    if kind is None or not _is_text(path):
        return False
    is_open, stack = _open(path.rpartition("/")[0], known, ignores, marked, excluded)
    if not is_open or _out(path, stack, excluded, folder=False):
        return False
    if kind not in ("config", "text"):
        return True
    try:
        return len(tree.read(path)) < DATA_FROM
    except SourceError:
        return False  # So large that it is data, too.


def _open(
    folder: str,
    known: dict[str, tuple[bool, Stack]],
    ignores: dict[str, str],
    marked: set[str],
    excluded: Patterns,
) -> tuple[bool, Stack]:
    """Whether a walk would look into a folder of a tree, and the patterns that hold in it."""
    if folder in known:
        return known[folder]
    if not folder:
        is_open, stack = True, Stack()
    else:
        up, _, name = folder.rpartition("/")
        is_open, stack = _open(up, known, ignores, marked, excluded)
        shut = _closed(name) or folder in marked or _out(folder, stack, excluded, folder=True)
        is_open = is_open and not shut
    if folder in ignores:
        stack = stack.below(folder, Patterns(ignores[folder]))
    known[folder] = (is_open, stack)
    return known[folder]
