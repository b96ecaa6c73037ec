"""Which files of the project another one imports, by names as scripts write them: they need not count from the project's top."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from mlsmith.index.project import Project
from mlsmith.rules.kit.memo import once_a_project


def imported_files(project: Project, path: str) -> Iterator[str]:
    """The files that one imports, each perhaps several times; what it takes from a package may stand in any file of that name."""
    facts = project.files[path]
    for origin in {origin for _, origin in facts.imports} | set(facts.stars):
        modules = _inside(project, path, origin) or _nearest(path, _called(project, path, origin))
        yield from modules
        near = min((_shared(path, other) for other in modules), default=0)
        around = _called(project, path, origin.rpartition(".")[0])
        yield from [other for other in _nearest(path, around) if _shared(path, other) >= near]


def _called(project: Project, path: str, name: str) -> list[str]:
    """The other files whose dotted name ends with one."""
    ending = f".{name}"
    found = _by_last_word(project).get(name.rpartition(".")[2], ()) if name else ()
    return list(dict.fromkeys(other for whole, other in found if whole.endswith(ending) and other != path))


@once_a_project
def _by_last_word(project: Project) -> dict[str, list[tuple[str, str]]]:
    """Last word → (dotted name, path) of the files that are called so. `src` is left out of a module's name, but not always of its import."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path, facts in project.files.items():
        for name in {f".{facts.module}", "." + path.removesuffix(".py").replace("/", ".")}:
            found.setdefault(name.rpartition(".")[2], []).append((name, path))
    return found


def _inside(project: Project, path: str, origin: str) -> list[str]:
    """The files of a folder without `__init__.py` beside that one, or further out, of which `import utils.data` names one and is kept as `utils`."""
    above = path.split("/")[:-1]
    for depth in range(len(above), -1, -1) if "." not in origin else ():
        found = _by_folder(project).get("/".join([*above[:depth], origin]), [])
        if found:
            return found if not any(other.endswith("/__init__.py") for other in found) else []
    return []


@once_a_project
def _by_folder(project: Project) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in project.files:
        found.setdefault(path.rpartition("/")[0], []).append(path)
    return found


def _nearest(path: str, others: list[str]) -> list[str]:
    """Of several files of one name, those in the same folder are meant, or those that share most folders with the one that imports."""
    beside = [other for other in others if other.rpartition("/")[0] == path.rpartition("/")[0]]
    most = max((_shared(path, other) for other in others), default=0)
    return beside or [other for other in others if _shared(path, other) == most]


def _shared(path: str, other: str) -> int:
    """How many folders two files have in common."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
