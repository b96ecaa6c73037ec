"""Layers: the building blocks of a project, each a folder of Jinja files and a `layer.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlsmith.scaffold.defects import TemplateDefect

PURPOSES = {"run": ("run",), "test": ("run", "test"), "dev": ("run", "test", "dev"), "scale": ("run", "test", "scale")}
"""Why a project needs a package → the purposes whose packages are then needed too. `scale` is for engines that few machines have."""

_KEYS = {
    "title", "summary", "requires", "conflicts", "questions", "dependencies", "pyproject", "replaces",
    "verbatim",
}  # fmt: skip
_QUESTION_KEYS = {"prompt", "default", "choices", "pattern", "help"}


@dataclass(frozen=True, slots=True)
class Question:
    """One answer a layer needs. `default` may be a Jinja expression over other answers."""

    key: str
    prompt: str
    default: str
    choices: tuple[str, ...] = ()
    pattern: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """One building block.

    `replaces` lists files it takes over from earlier layers, `verbatim` globs of its files never rendered; `conflicts` is
    layer → why the two exclude each other, empty where that goes without saying.
    """

    name: str
    folder: Path
    title: str
    summary: str
    requires: tuple[str, ...]
    conflicts: Mapping[str, str]
    questions: tuple[Question, ...]
    dependencies: Mapping[str, tuple[str, ...]]
    pyproject: Mapping[str, Any]
    replaces: tuple[str, ...]
    verbatim: tuple[str, ...]


def read_layers(root: Path) -> dict[str, Layer]:
    """Every layer under `root`/layers by name, sorted. Raises `TemplateDefect` for one out of shape."""
    folders = sorted(path.parent for path in (root / "layers").glob("*/layer.toml"))
    return {folder.name: _read_layer(folder) for folder in folders}


def read_toml(path: Path, *, known: set[str]) -> dict[str, Any]:
    """A template's TOML file, whose keys must all be `known`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateDefect(f"{path.parent.name}/{path.name}: {error}") from error
    if unknown := sorted(set(data) - known):
        raise TemplateDefect(f"{path.parent.name}/{path.name}: unknown key {unknown[0]!r}")
    return data


def texts(data: Mapping[str, Any], key: str, *, where: str) -> tuple[str, ...]:
    """The list of strings under `key`; empty where the key is absent."""
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TemplateDefect(f"{where}: {key} must be a list of strings")
    return tuple(value)


def _read_layer(folder: Path) -> Layer:
    where = f"{folder.name}/layer.toml"
    data = read_toml(folder / "layer.toml", known=_KEYS)
    wanted = data.get("dependencies", {})
    if unknown := sorted(set(wanted) - set(PURPOSES)):
        raise TemplateDefect(f"{where}: {unknown[0]!r} is no purpose of a dependency ({', '.join(PURPOSES)})")
    return Layer(
        name=folder.name,
        folder=folder,
        title=str(data.get("title", folder.name)),
        summary=str(data.get("summary", "")),
        requires=texts(data, "requires", where=where),
        conflicts=_conflicts(data, where=where),
        questions=tuple(_question(key, entry, where) for key, entry in data.get("questions", {}).items()),
        dependencies={purpose: texts(wanted, purpose, where=where) for purpose in PURPOSES},
        pyproject=data.get("pyproject", {}),
        replaces=texts(data, "replaces", where=where),
        verbatim=texts(data, "verbatim", where=where),
    )


def _conflicts(data: Mapping[str, Any], *, where: str) -> Mapping[str, str]:
    """A list of names, or a table of names and reasons."""
    value = data.get("conflicts", [])
    if not isinstance(value, Mapping):
        return dict.fromkeys(texts(data, "conflicts", where=where), "")
    if not all(isinstance(reason, str) for reason in value.values()):
        raise TemplateDefect(f"{where}: each of conflicts must be a reason in words")
    return dict(value)


def _question(key: str, entry: Mapping[str, Any], where: str) -> Question:
    if unknown := sorted(set(entry) - _QUESTION_KEYS):
        raise TemplateDefect(f"{where}: unknown key {unknown[0]!r} in question {key}")
    if "default" not in entry:
        raise TemplateDefect(f"{where}: question {key} has no default, so it could not be answered without a terminal")
    return Question(
        key=key,
        prompt=str(entry.get("prompt", key)),
        default=str(entry["default"]),
        choices=tuple(str(choice) for choice in entry.get("choices", [])),
        pattern=str(entry.get("pattern", "")),
        help=str(entry.get("help", "")),
    )
