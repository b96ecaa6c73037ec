"""From the user's words to a plan: which layers, which answers, which directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlsmith.errors import UserError
from mlsmith.regex import regex
from mlsmith.scaffold.answers import Ask, complete
from mlsmith.scaffold.compose import layer_files
from mlsmith.scaffold.create import Plan, requirements
from mlsmith.scaffold.kinds import Catalogue, find_kind, questions_of, stack
from mlsmith.scaffold.layers import Layer
from mlsmith.scaffold.locks import closure, read_locks
from mlsmith.scaffold.target import check_slug, find_target, require_free

_IN_PATH = regex(r"\{\{ cookiecutter\.(\w+) \}\}")
# Import names that differ from the distribution's, which is all that a lock knows.
_IMPORTED_AS = {"yaml", "sklearn", "dateutil", "attr", "pkg_resources"}
_MENTION = regex(r"\bcookiecutter\.(\w+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user said. `given` are answers by key; `directory` and `output_dir` as typed."""

    kind: str
    layers: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    output_dir: Path | None = None


def make_plan(catalogue: Catalogue, wish: Wish, *, ask: Ask | None = None) -> Plan:
    """The plan for `wish`; missing answers come from `ask`, or from the defaults where it is None.

    Raises `UserError` for an unknown kind, layer, key or value and for a target that is not free.
    """
    kind = find_kind(catalogue, wish.kind)
    layers = stack(catalogue, kind, extra=wish.layers)
    lock = read_locks(catalogue.root / "locks")
    given = with_directory(wish.given, wish.directory)
    if wish.directory:
        # Before the first question: nobody answers seven of them to hear that the directory is taken.
        require_free(find_target(wish.directory, slug=given["slug"], output_dir=wish.output_dir))
    taken = {name.replace("-", "_") for name in lock} | _IMPORTED_AS
    answers = complete(questions_of(layers, kind), given, ask=ask, taken=taken)
    target = find_target(wish.directory, slug=answers["slug"], output_dir=wish.output_dir)
    return Plan(target, kind.name, layers, answers, lock)


def with_directory(given: Mapping[str, str], directory: str | None) -> dict[str, str]:
    """`given`, with the slug that the typed directory implies. Raises `UserError` where the two differ."""
    if not directory:
        return dict(given)
    name = check_slug(Path(directory).name) if Path(directory).name else directory
    if given.get("slug", name) != name:
        raise UserError(f'the directory is "{name}", the slug "{given["slug"]}"', advice="say it once")
    return {**given, "slug": name}


@dataclass(frozen=True, slots=True)
class Contents:
    """What layers bring: how many files, direct requirements, and locked packages for `dev`."""

    files: int
    requirements: int
    packages: int


def contents(catalogue: Catalogue, layers: Iterable[Layer]) -> Contents:
    """The size of a stack of layers, for a preview before anything is asked or written."""
    chosen = tuple(layers)
    wanted = requirements(chosen, "dev")
    locked = closure(read_locks(catalogue.root / "locks"), wanted)
    return Contents(sum(1 for _ in _files(chosen)), len(wanted), len(locked))


def mentions(layers: Iterable[Layer]) -> dict[str, tuple[str, ...]]:
    """Answer key → the files whose name or text it goes into, answers in their names as `<key>`."""
    found: dict[str, list[str]] = {}
    for path, source in _files(tuple(layers)):
        text = path + source.read_bytes().decode("utf-8", errors="replace")
        for key in sorted(set(_MENTION.findall(text))):
            found.setdefault(key, []).append(_IN_PATH.sub(r"<\1>", path))
    return {key: tuple(dict.fromkeys(paths)) for key, paths in found.items()}


def _files(layers: tuple[Layer, ...]) -> Iterator[tuple[str, Path]]:
    for layer in layers:
        yield from layer_files(layer, beside=[other.name for other in layers])
