"""`mlsmith add`, `remove` and `update`: the project rendered anew, and the difference brought into what the user has made of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath

from mlsmith import __version__
from mlsmith.errors import UserError, nearest
from mlsmith.scaffold.answers import Ask, complete
from mlsmith.scaffold.create import Plan, build
from mlsmith.scaffold.kinds import Catalogue, find_kind, questions_of, stack
from mlsmith.scaffold.locks import read_locks
from mlsmith.scaffold.merge_files import is_binary, merge_file
from mlsmith.scaffold.pristine import PRISTINE, read_pristine, read_project
from mlsmith.scaffold.record import RECORD, Record, read_record
from mlsmith.sources.git import Repository

_ALIKE = 0.6
"""Share of equal lines from which a file that is gone lives on under another name"""
_OURS = frozenset({RECORD, PRISTINE})


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file. `what`: added, changed, removed, kept (yours, although the template's is gone or was deleted by you) or
    conflict; `data` is None where nothing is written."""

    path: str
    what: str
    why: str = ""
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """The way from a project to its newer rendering."""

    project: Path
    changes: tuple[FileChange, ...]
    layers: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_due(self) -> bool:
        return any(change.what != "kept" for change in self.changes)

    @property
    def conflicts(self) -> tuple[FileChange, ...]:
        return tuple(change for change in self.changes if change.what == "conflict")


def plan_update(
    catalogue: Catalogue, project: Path, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = (), ask: Ask | None = None
) -> Update:
    """What would change in the project. Raises `UserError` where it is none of ours, a layer is unknown or needed by another one."""
    record = read_record(project)
    plan = _planned(catalogue, project, record, add, remove, ask)
    old = read_pristine(project, record.pristine)
    with tempfile.TemporaryDirectory(prefix="mlsmith-") as box:
        rendered = build(replace(plan, target=Path(box, "project")), Path(box))
        new = read_project(rendered, without=_OURS)
        own = {name: (rendered / name).read_bytes() for name in sorted(_OURS)}
    changes = list(_changes(project, old, new))
    names = tuple(layer.name for layer in plan.layers)
    if changes or names != record.layers:
        changes += [FileChange(name, "changed", data=data) for name, data in own.items()]
    return Update(project, tuple(changes), names, _missing(names, record.layers), _missing(record.layers, names))


def require_clean(project: Path) -> None:
    """Raise `UserError` unless git could show, and take back, everything that is about to be done."""
    repository = Repository.require(project)
    if repository.run("status", "--porcelain", "--untracked-files=all", "--", ".").strip():
        raise UserError(
            "the project has changes that are not committed", advice="commit or stash them, then an update can be told from them"
        )


def apply_update(update: Update) -> None:
    """Write the changes: each file whole or not at all, the record last; what an interrupt leaves, `git restore` takes back."""
    last = [change for change in update.changes if change.path in _OURS]
    for change in (*(c for c in update.changes if c.path not in _OURS), *last):
        target = update.project / change.path
        if change.what == "removed":
            target.unlink(missing_ok=True)
            _drop_empty(target.parent, update.project)
        elif change.data is not None:
            _write(target, change.data, update.project)


def _planned(catalogue: Catalogue, project: Path, record: Record, add: tuple[str, ...], remove: tuple[str, ...], ask: Ask | None) -> Plan:
    if not record.kind:
        raise UserError("the project was made from a template of others", advice="update it with the tool of that template")
    kind = find_kind(catalogue, record.kind)
    _check_removed(catalogue, record, kind.layers, remove)
    extra = [name for name in (*record.layers, *add) if name not in remove]
    layers = stack(catalogue, kind, extra=extra)
    for name in remove:
        needing = next((layer.name for layer in layers if name in layer.requires), "")
        if needing:
            raise UserError(f'the layer "{needing}" needs "{name}"', advice=f"remove {needing} as well")
    questions = questions_of(layers, kind)
    known = {question.key for question in questions}
    answers = complete(questions, {key: value for key, value in record.answers.items() if key in known}, ask=ask)
    return Plan(project, kind.name, layers, answers, read_locks(catalogue.root / "locks"))


def _check_removed(catalogue: Catalogue, record: Record, of_kind: tuple[str, ...], remove: tuple[str, ...]) -> None:
    for name in remove:
        if name not in record.layers:
            advice = nearest(name, list(record.layers)) or f"it has {', '.join(record.layers)}"
            raise UserError(f'the project has no layer "{name}"', advice=advice)
        if name in of_kind or any(name in catalogue.layers[other].requires for other in of_kind):
            raise UserError(f'a {record.kind} project is made of "{name}"', advice="only layers that were added can be removed")


def _changes(project: Path, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[FileChange]:
    moved: dict[str, str] | None = None
    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before == after:
            continue
        _refuse_links(project, path)
        yours = (project / path).read_bytes() if (project / path).is_file() else None
        if yours is None and before is not None:
            if moved is None:
                moved = _moved(project, old)
            if path in moved and after is not None:
                yield from _merged(moved[path], (project / moved[path]).read_bytes(), before, after, f"you have it as {moved[path]}")
            elif after is not None:
                yield FileChange(path, "kept", "you deleted it; the template has changed it")
        else:
            yield from _one(path, yours, before, after)


def _one(path: str, yours: bytes | None, before: bytes | None, after: bytes | None) -> Iterator[FileChange]:
    """One path on which the two renderings differ, and which you have, or never had."""
    if yours == after:
        return
    if after is None:
        if yours == before:
            yield FileChange(path, "removed")
        else:
            yield FileChange(path, "kept", "the template no longer has it; you have changed it")
    elif yours is None:
        yield FileChange(path, "added", data=after)
    elif yours == before:
        yield FileChange(path, "changed", data=after)
    else:
        yield from _merged(path, yours, before or b"", after, "")


def _merged(path: str, yours: bytes, before: bytes, after: bytes, why: str) -> Iterator[FileChange]:
    if any(map(is_binary, (yours, before, after))):
        yield FileChange(path, "kept", why)
        yield FileChange(f"{path}.mlsmith-new", "conflict", f"{path} is not text: yours stays, this is the template's", after)
        return
    merged = merge_file(path, yours, before, after)
    if merged.data != yours:
        said = f"{merged.conflicts} conflict{'s' if merged.conflicts > 1 else ''} to settle"
        yield FileChange(path, "conflict" if merged.conflicts else "changed", said if merged.conflicts else why, merged.data)


def _moved(project: Path, old: Mapping[str, bytes]) -> dict[str, str]:
    """Rendered files that are gone → the file of another name that each lives on in: the same bytes, or most of the same lines."""
    repository = Repository.find(project)
    tracked = repository.run("ls-files", "-z").decode("utf-8", "surrogateescape").split("\0") if repository else []
    strangers = {
        name: (project / name).read_bytes() for name in tracked if name not in old and name not in _OURS and (project / name).is_file()
    }
    found: dict[str, str] = {}
    for path, data in old.items():
        if data and not (project / path).exists():
            alike = {
                name: _likeness(data, other)
                for name, other in strangers.items()
                if PurePosixPath(name).suffix == PurePosixPath(path).suffix
            }
            best = max(alike, key=lambda name: (alike[name], name), default="")
            if best and alike[best] >= _ALIKE:
                found[path] = best
                del strangers[best]
    return found


def _likeness(one: bytes, other: bytes) -> float:
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one.split(b"\n"), other.split(b"\n"), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _refuse_links(project: Path, path: str) -> None:
    """A symbolic link on the way would lead the writing out of the project."""
    place = project
    for part in PurePosixPath(path).parts:
        place = place / part
        if place.is_symlink():
            raise UserError(f"{place.relative_to(project)} is a symbolic link", advice="put a file or folder there, then update")


def _write(target: Path, data: bytes, project: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = project / ".mlsmith" / f".{os.getpid()}.part"
    part.parent.mkdir(exist_ok=True)
    try:
        part.write_bytes(data)
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _drop_empty(folder: Path, project: Path) -> None:
    with suppress(OSError):
        while folder != project:
            folder.rmdir()
            folder = folder.parent


def _missing(names: tuple[str, ...], among: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in among)


def check_version(wanted: str) -> None:
    """Raise `UserError` where templates of another version are wanted: each mlsmith brings its own."""
    if wanted and wanted != __version__:
        raise UserError(
            f"this is mlsmith {__version__}, with its own templates", advice=f"install mlsmith {wanted} and run its `mlsmith update`"
        )
