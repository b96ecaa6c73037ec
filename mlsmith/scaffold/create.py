"""`mlsmith new`: from a plan to a project on disk, or to nothing at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsmith import __version__
from mlsmith.errors import UserError
from mlsmith.scaffold.compose import compose
from mlsmith.scaffold.first_commit import commit_all
from mlsmith.scaffold.layers import PURPOSES, Layer
from mlsmith.scaffold.locks import Lock, Pin, closure, lock_text
from mlsmith.scaffold.pristine import read_project, write_pristine
from mlsmith.scaffold.record import RECORD, write_record
from mlsmith.scaffold.render import render
from mlsmith.scaffold.staging import publish, staging
from mlsmith.scaffold.target import require_free
from mlsmith.scaffold.validate import validate

_INSTALL = "python -m pip install --require-hashes -r requirements/{purpose}.txt"
_HEADER = """\
# Every package the project needs to {verb}, exact and hashed, for every platform and Python 3.11 to 3.13.
#     {install}
# The direct ones and their ranges stand in pyproject.toml.
"""
_APART = """\
# Apart from the others, because the right build depends on the machine: requirements/README.md says which to take.
#     python -m pip install --require-hashes --no-deps -r requirements/{name}.txt
"""
_VERBS = {
    "run": "run",
    "test": "run and be tested",
    "dev": "run, be tested and be worked on",
    "scale": "run on the engines of conf/engine and be tested there",
}
_WITHOUT_MLSMITH = "# mlsmith is not among them: its own release cannot hold its own hash. Install it beside them.\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides what a project will be. `answers` hold at least `slug`, `package` and `author`."""

    target: Path
    kind: str
    layers: tuple[Layer, ...]
    answers: Mapping[str, str]
    lock: Lock


@dataclass(frozen=True, slots=True)
class Created:
    """A project that exists now: its files, sorted, and what the user should know about it."""

    directory: Path
    kind: str
    layers: tuple[str, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def create(plan: Plan, *, git: bool = True) -> Created:
    """Write the project to `plan.target`, with a first commit unless `git` is false.

    Raises `UserError` where the target is not free, a layer is faulty or the disk does not take it; then
    nothing has been written.
    """
    require_free(plan.target)
    with staging(plan.target) as box:
        project = build(plan, box)
        files = listing(project)
        note = ""
        if git:
            title = f"Set up as a {plan.kind} project by mlsmith {__version__}"
            note = commit_all(project, author=plan.answers["author"], message=title, beside=plan.target.parent)
        publish(project, plan.target)
    return Created(plan.target, plan.kind, _names(plan), files, (note,) if note else ())


def preview(plan: Plan) -> Created:
    """What `create` would write, without writing near the target."""
    require_free(plan.target)
    with tempfile.TemporaryDirectory(prefix="mlsmith-") as box:
        files = listing(build(plan, Path(box)))
    return Created(plan.target, plan.kind, _names(plan), files)


def build(plan: Plan, box: Path) -> Path:
    """The whole project in a new folder inside the directory `box`, checked. Raises as `create` does."""
    composed = compose(plan.layers, into=box / "template")
    context = {
        **plan.answers,
        "mlsmith_version": __version__,
        "kind": plan.kind,
        "layers": list(_names(plan)),
    }
    project, verbatim = render(composed, context, into=box / "rendered")
    _write_requirements(project, plan)
    validate(project, verbatim=verbatim)
    write_record(project, kind=plan.kind, layers=_names(plan), answers=plan.answers, template={})
    write_pristine(project, read_project(project, without=frozenset({RECORD})))
    return project


def listing(project: Path) -> tuple[str, ...]:
    """The files of a project as sorted paths, git's own left out."""
    files = (path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    return tuple(sorted(path for path in files if not path.startswith(".git/")))


def requirements(layers: Iterable[Layer], purpose: str) -> tuple[str, ...]:
    """The direct requirements for `purpose` and the purposes it includes, in order, each once."""
    found = [text for name in PURPOSES[purpose] for layer in layers for text in layer.dependencies[name]]
    return tuple(dict.fromkeys(found))


def _names(plan: Plan) -> tuple[str, ...]:
    return tuple(layer.name for layer in plan.layers)


def _write_requirements(project: Path, plan: Plan) -> None:
    folder = project / "requirements"
    folder.mkdir(exist_ok=True)
    apart: dict[str, list[Pin]] = {}
    for purpose in PURPOSES:
        if purpose == "scale" and not any(layer.dependencies[purpose] for layer in plan.layers):
            continue
        wanted = requirements(plan.layers, purpose)
        header = _HEADER.format(verb=_VERBS[purpose], install=_INSTALL.format(purpose=purpose))
        if any(text.startswith("mlsmith") for text in wanted):
            header += _WITHOUT_MLSMITH
        pins = closure(plan.lock, wanted)
        _write_lock(folder / f"{purpose}.txt", [pin for pin in pins if not pin.apart], header)
        apart |= {pin.apart: [other for other in pins if other.apart == pin.apart] for pin in pins if pin.apart}
    for name, pins_apart in sorted(apart.items()):
        _write_lock(folder / f"{name}.txt", pins_apart, _APART.format(name=name))


def _write_lock(path: Path, pins: Iterable[Pin], header: str) -> None:
    if path.exists():
        raise UserError(f"a layer writes requirements/{path.name}, which comes from the lock")
    path.write_text(lock_text(pins, header=header), encoding="utf-8", newline="\n")
