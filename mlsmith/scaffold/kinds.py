"""Kinds: named stacks of layers, and the rules by which layers may stand together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsmith.errors import UserError, nearest
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.layers import Layer, Question, read_layers, read_toml, texts

_KEYS = {"title", "summary", "layers", "answers"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project: an ordered stack of layers, with defaults of its own for some answers."""

    name: str
    title: str
    summary: str
    layers: tuple[str, ...]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that this installation can build."""

    root: Path
    kinds: Mapping[str, Kind]
    layers: Mapping[str, Layer]


def read_catalogue(root: Path) -> Catalogue:
    """The kinds and layers under `root`. Raises `TemplateDefect` where one of them is out of shape."""
    kinds = {path.stem: _read_kind(path) for path in sorted((root / "kinds").glob("*.toml"))}
    return Catalogue(root=root, kinds=kinds, layers=read_layers(root))


def find_kind(catalogue: Catalogue, name: str) -> Kind:
    """The kind called `name`. Raises `UserError` naming the nearest one."""
    if name not in catalogue.kinds:
        known = list(catalogue.kinds)
        advice = nearest(name, known) or f"kinds are {', '.join(known)}"
        raise UserError(f'no kind of project is called "{name}"', advice=advice)
    return catalogue.kinds[name]


def stack(catalogue: Catalogue, kind: Kind, *, extra: Iterable[str] = ()) -> tuple[Layer, ...]:
    """The layers of `kind` and `extra` in order, each after what it requires.

    Raises `UserError` for an unknown layer (naming the nearest) and for two that exclude each other.
    """
    ordered: dict[str, Layer] = {}
    for name in (*kind.layers, *extra):
        _place(catalogue, name, ordered, wanted_by=())
    _refuse_conflicts(ordered)
    return tuple(ordered.values())


def questions_of(layers: Iterable[Layer], kind: Kind | None = None) -> tuple[Question, ...]:
    """The questions of all layers, the first layer's wording winning, with the kind's defaults in place."""
    questions: dict[str, Question] = {}
    for layer in layers:
        for question in layer.questions:
            questions.setdefault(question.key, question)
    presets = kind.answers if kind else {}
    if unknown := sorted(set(presets) - set(questions)):
        raise TemplateDefect(f"the kind answers {unknown[0]!r}, which none of its layers asks")
    return tuple(_with_default(question, presets.get(key)) for key, question in questions.items())


def _with_default(question: Question, default: str | None) -> Question:
    from dataclasses import replace

    return question if default is None else replace(question, default=default)


def _read_kind(path: Path) -> Kind:
    data = read_toml(path, known=_KEYS)
    return Kind(
        name=path.stem,
        title=str(data.get("title", path.stem)),
        summary=str(data.get("summary", "")),
        layers=texts(data, "layers", where=path.name),
        answers={key: str(value) for key, value in data.get("answers", {}).items()},
    )


def _place(catalogue: Catalogue, name: str, ordered: dict[str, Layer], *, wanted_by: tuple[str, ...]) -> None:
    if name in ordered:
        return
    if name in wanted_by:
        raise TemplateDefect(f"layers require each other in a circle: {' → '.join((*wanted_by, name))}")
    if name not in catalogue.layers:
        known = list(catalogue.layers)
        raise UserError(f'no layer is called "{name}"', advice=nearest(name, known) or f"layers are {', '.join(known)}")
    layer = catalogue.layers[name]
    for requirement in layer.requires:
        _place(catalogue, requirement, ordered, wanted_by=(*wanted_by, name))
    ordered[name] = layer


def _refuse_conflicts(ordered: Mapping[str, Layer]) -> None:
    for layer in ordered.values():
        for other, reason in layer.conflicts.items():
            if other in ordered:
                raise UserError(f'the layers "{layer.name}" and "{other}" exclude each other', advice=reason or "choose one")
