"""Layers put together into one temporary cookiecutter template."""

from __future__ import annotations

import fnmatch
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mlsmith.regex import regex
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.layers import Layer
from mlsmith.scaffold.toml_values import dump_table

PROJECT = "{{ cookiecutter.slug }}"
"""The name of the project's folder inside the template."""

FRAGMENTS = ".mlsmith-fragments"
"""Where the parts of shared files are rendered, one numbered folder a layer, until they are merged."""

LINES = (".gitignore", ".gitattributes", ".dockerignore", "CODEOWNERS", ".github/CODEOWNERS")
_STRUCTURED = (
    "pyproject.toml",
    ".pre-commit-config.yaml",
    ".gitlab-ci.yml",
    ".github/**.yml",
    ".github/**.yaml",
)
_BRACES = regex(r"\{\{\s*(.*?)\s*\}\}")
_IGNORED = {"__pycache__", ".DS_Store", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A template on disk: its folder, its files' paths as templates, and those copied as they are."""

    folder: Path
    files: tuple[str, ...]
    verbatim: tuple[str, ...]


def compose(layers: Iterable[Layer], *, into: Path) -> Composed:
    """Write the layers as one template into the new folder `into`.

    The first layer to name a file owns it. A later one may add to it where the format can be merged, or take
    it over when its `replaces` says so; an empty file adds nothing. All else raises `TemplateDefect` with
    both layers' names.
    """
    owners: dict[str, tuple[Layer, Path]] = {}
    fragments: dict[str, Path] = {}
    tables: dict[str, str] = {}
    chosen = tuple(layers)
    names = tuple(layer.name for layer in chosen)
    for number, layer in enumerate(chosen):
        for path, source in layer_files(layer, beside=names):
            if path in owners and not source.stat().st_size:
                continue  # An empty file only says that it must exist, as `__init__.py` does.
            place = _place(path, layer, owners, number)
            if place == path:
                owners[path] = (layer, source)
            else:
                fragments[place] = source
        if text := pyproject_fragment(layer):
            tables[f"{FRAGMENTS}/{number:02}-{layer.name}-tables/pyproject.toml"] = text
    _refuse_clashes(owners)
    project = into / PROJECT
    for path, source in ({path: source for path, (_, source) in owners.items()} | fragments).items():
        _copy(source, project / path)
    for path, text in tables.items():
        _write(project / path, text)
    return Composed(into, tuple(sorted((*owners, *fragments, *tables))), _verbatim(owners))


def layer_files(layer: Layer, *, beside: Iterable[str]) -> Iterable[tuple[str, Path]]:
    """The layer's files as (path in the project, source), incidents under docs/incidents.

    With them come those of the layer's folders `with/<name>` for each other layer `beside` it.
    """
    folders = [(layer.folder / "files", ""), *((layer.folder / "with" / name, "") for name in beside)]
    for folder, prefix in (*folders, (layer.folder / "incidents", "docs/incidents/")):
        for source in sorted(folder.rglob("*")):
            if source.is_symlink():
                raise TemplateDefect(f"layer {layer.name}: {source.name} is a symbolic link")
            relative = source.relative_to(folder)
            if source.is_file() and not _IGNORED.intersection(relative.parts):
                yield prefix + _spelling(relative.as_posix()), source


def can_merge(path: str) -> bool:
    """Whether several layers may write parts of the file at `path`."""
    return path in LINES or any(fnmatch.fnmatch(path, pattern) for pattern in _STRUCTURED)


def pyproject_fragment(layer: Layer) -> str:
    """What the layer adds to pyproject.toml, as TOML: its tables and its direct dependencies by purpose."""
    tables: dict[str, Any] = dict(layer.pyproject)
    project = dict(tables.pop("project", {}))
    if layer.dependencies["run"]:
        project["dependencies"] = [*project.get("dependencies", []), *layer.dependencies["run"]]
    extras = {purpose: list(texts) for purpose, texts in layer.dependencies.items() if purpose != "run" and texts}
    if extras:
        project["optional-dependencies"] = {**project.get("optional-dependencies", {}), **extras}
    if project:
        tables = {"project": project, **tables}
    return "".join(_sections((), tables))


def _sections(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterable[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    if plain or (path and not table):
        yield dump_table(path, plain) + "\n"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _sections((*path, key), value)


def _spelling(path: str) -> str:
    """One spelling for `{{cookiecutter.x}}` and `{{ cookiecutter.x }}`: two layers cannot miss each other."""
    return _BRACES.sub(r"{{ \1 }}", path)


def _place(path: str, layer: Layer, owners: Mapping[str, tuple[Layer, Path]], number: int) -> str:
    if path not in owners or path in map(_spelling, layer.replaces):
        return path
    if can_merge(path):
        return f"{FRAGMENTS}/{number:02}-{layer.name}/{path}"
    first = owners[path][0]
    advice = f"if {layer.name} is meant to, list the path under `replaces` in its layer.toml"
    raise TemplateDefect(f'the layers "{first.name}" and "{layer.name}" both write {path}', advice=advice)


def _refuse_clashes(owners: Mapping[str, tuple[Layer, Path]]) -> None:
    """Names that differ only in case, a file where another layer has a folder: one would be lost."""
    seen: dict[str, str] = {}
    for path in owners:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            raise TemplateDefect(f"{other} and {path} are one file on some systems")
    for path in owners:
        for parent in PurePosixPath(path).parents:
            if (name := seen.get(parent.as_posix().casefold())) is not None:
                raise TemplateDefect(f"{name} is a file and the folder of {path}")


def _verbatim(owners: Mapping[str, tuple[Layer, Path]]) -> tuple[str, ...]:
    """Exact paths: cookiecutter would match a glob against the files of every layer."""
    return tuple(path for path, (layer, _) in owners.items() if any(fnmatch.fnmatch(path, pattern) for pattern in layer.verbatim))


def _copy(source: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)
    shutil.copymode(source, destination)


def _write(destination: Path, text: str) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text(text, encoding="utf-8", newline="\n")
