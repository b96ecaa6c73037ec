"""`.mlsmith/project.toml`: what a project was made from, so that it can be replayed and updated."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlsmith import __version__
from mlsmith.errors import UnreadableInput, UserError
from mlsmith.scaffold.pristine import PRISTINE
from mlsmith.scaffold.toml_values import dump_table

RECORD = ".mlsmith/project.toml"
_HEADER = "# Written by `mlsmith new`; `mlsmith update` compares with it. Edit the answers only to replay them.\n"
_KEYS = {"version", "mlsmith", "kind", "layers", "template", "answers", "pristine"}


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replayed file says; empty where it says nothing."""

    kind: str = ""
    layers: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a project's own record says. `pristine` is path → SHA-256 of every file as it was rendered."""

    kind: str
    layers: tuple[str, ...]
    answers: Mapping[str, str]
    pristine: Mapping[str, str]
    mlsmith: str


def read_record(project: Path) -> Record:
    """The record of the project in a folder. Raises `UserError` where there is none, or one of a later mlsmith."""
    path = project / RECORD
    if not path.is_file():
        raise UserError(f"{project} has no {RECORD}", advice="go to the top of a project that `mlsmith new` has made")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        if data.get("version") != 1:
            raise UserError(f"{RECORD} is of a later mlsmith", advice="update mlsmith")
        pristine = {str(name): str(digest) for name, digest in data["pristine"].items()}
        replayed = _replay(data, path)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UnreadableInput(f"{RECORD} cannot be read: {error}", advice="restore it from version control") from None
    return Record(replayed.kind, replayed.layers, replayed.answers, pristine, str(data.get("mlsmith", "")))


def write_record(
    project: Path,
    *,
    kind: str,
    layers: tuple[str, ...],
    answers: Mapping[str, str],
    template: Mapping[str, str],
) -> None:
    """Write the record into `project`, with the SHA-256 of every file as it was rendered.

    `template` names a foreign template's source and revision; empty for mlsmith's own.
    """
    made_from: dict[str, Any] = {"version": 1, "mlsmith": __version__}
    if kind:
        made_from |= {"kind": kind, "layers": list(layers)}
    parts = [dump_table((), made_from)]
    parts += [dump_table(("template",), template)] if template else []
    parts += [dump_table(("answers",), answers), dump_table(("pristine",), digests(project))]
    path = project / RECORD
    path.parent.mkdir(exist_ok=True)
    path.write_text(_HEADER + "\n".join(parts), encoding="utf-8", newline="\n")


def digests(project: Path) -> dict[str, str]:
    """Path → SHA-256 of each file but the record itself and git's, sorted."""
    files = (path for path in project.rglob("*") if path.is_file() and not path.is_symlink())
    named = {path.relative_to(project).as_posix(): path for path in files}
    return {
        name: hashlib.sha256(named[name].read_bytes()).hexdigest()
        for name in sorted(named)
        if name not in (RECORD, PRISTINE) and not name.startswith(".git/")
    }


def read_replay(path: Path) -> Replay:
    """The answers in `path`: a project's record, a table of answers (TOML, JSON), or cookiecutter's replay.

    Raises `UserError` where it is none of them.
    """
    if path.is_dir():
        path = path / RECORD
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"{path} cannot be read", advice="--replay takes a project.toml or a JSON file") from error
    try:
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise UserError(f"{path} does not parse: {error}", advice="--replay takes TOML, or JSON named .json") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} holds no answers", advice="write a table of KEY = VALUE")
    return _replay(data, path)


def _replay(data: dict[str, Any], path: Path) -> Replay:
    answers = data.get("answers", data.get("cookiecutter"))
    if answers is None:
        answers = {key: value for key, value in data.items() if key not in _KEYS}
    kind, layers = data.get("kind", ""), data.get("layers", [])
    if not isinstance(answers, dict) or not isinstance(layers, list) or not isinstance(kind, str):
        raise UserError(f"{path} holds no answers", advice="write them under [answers] as KEY = VALUE")
    # cookiecutter keeps its own settings in the same table, marked by an underscore.
    kept = {str(key): value for key, value in answers.items() if not str(key).startswith("_")}
    for key, value in kept.items():
        if not isinstance(value, str | int | float):
            raise UserError(f"{path}: {key} is not a plain value", advice="answers are texts or numbers")
    made_from = data.get("template", {})
    made_from = made_from if isinstance(made_from, dict) else {}
    answered = {key: _text(value) for key, value in kept.items()}
    source, revision = (str(made_from.get(key, "")) for key in ("source", "revision"))
    return Replay(kind, tuple(map(str, layers)), answered, source, revision)


def _text(value: str | int | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
