"""Names and arguments that libraries have given up: the tables of `kit/knowledge`, by library, and what versions a project may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from mlsmith.index.canonical import canonical
from mlsmith.regex import regex
from mlsmith.rules.kit.knowledge import keras, lightning, numpy, pandas, sklearn, tensorflow, torch, torchtext, torchvision, transformers

_LIBRARIES = (
    # packages that are imported, distributions whose version counts, what is known
    (("numpy",), ("numpy",), numpy),
    (("pandas",), ("pandas",), pandas),
    (("sklearn",), ("scikit-learn",), sklearn),
    (("torch",), ("torch",), torch),
    (("torchvision",), ("torchvision",), torchvision),
    (("torchtext",), ("torchtext",), torchtext),
    (("keras", "tensorflow"), ("keras", "tensorflow", "tensorflow-gpu", "tensorflow-cpu"), keras),
    (("tensorflow",), ("tensorflow", "tensorflow-gpu", "tensorflow-cpu"), tensorflow),
    (("pytorch_lightning", "lightning"), ("pytorch-lightning", "lightning"), lightning),
    (("transformers",), ("transformers",), transformers),
)
_PACKAGES = frozenset(name for names, *_ in _LIBRARIES for name in names)
_CLAUSE = regex(r"(?<![<>=!~])(===|==|~=|<=|<|=)\s*(\d+(?:\.\d+)*)(\.\*)?")

_LEAST = regex(r"(?<![<>=!~])>=?\s*(\d+(?:\.\d+)*)")


class Removal(NamedTuple):
    """One name (or one argument of it) that went; `argument` is empty for the name itself, `name` a method that subclasses defined if `hook`."""

    distributions: tuple[str, ...]
    """The one it is spoken of first, and others whose version tells as much"""
    name: str
    argument: str
    deprecated: str
    removed: str
    instead: str
    renamed: bool
    """Whether writing `instead` in its place changes nothing else"""
    everywhere: bool
    """Whether no supported version has it any more"""
    hook: bool = False
    together: str = ""
    """What all names of its kind in a file are reported as"""

    @property
    def distribution(self) -> str:
        return self.distributions[0]

    def numbered(self, distribution: str, version: tuple[int, ...]) -> tuple[int, ...]:
        """A version in the numbering that the removal speaks of: TensorFlow has that of the Keras it brings, and brings Keras 3 since 2.16."""
        if distribution != self.distribution and self.distribution == "keras":
            return (3,) if version >= (2, 16) else version
        return version


@lru_cache(maxsize=1)
def removals() -> dict[str, dict[tuple[str, str], Removal]]:
    """Library → (name, argument) → what went."""
    return {distributions[0]: {(r.name, r.argument): r for r in _of(distributions, table)} for _, distributions, table in _LIBRARIES}


def importing(packages: frozenset[str]) -> tuple[str, ...]:
    """The libraries, as `removals` names them, of which a file that imports these packages may use something."""
    return _known_of(_PACKAGES & packages)


@lru_cache(maxsize=1_000)
def _known_of(packages: frozenset[str]) -> tuple[str, ...]:
    return tuple(distributions[0] for names, distributions, _ in _LIBRARIES if not packages.isdisjoint(names))


def prefixes(name: str) -> Iterator[str]:
    """`a.b.c` → `a.b`, `a.b.c`, as an import writes it and as the kit calls it; nothing for the private copy of Keras in TensorFlow."""
    if name.startswith("tensorflow.python."):
        return
    for spelling in dict.fromkeys((name, canonical(name))):
        words = spelling.split(".")
        yield from (".".join(words[:length]) for length in range(2, len(words) + 1))


@lru_cache(maxsize=4_000)
def highest_allowed(specifier: str) -> tuple[tuple[int, ...], bool] | None:
    """The highest version that a specifier lets in and whether it is included; None where it sets no upper end.

    `==1.3.*` and `~=1.3.2` let in all below 1.4, `~=1.3` all below 2.
    """
    ends = []
    for operator, text, star in _CLAUSE.findall(specifier):
        if star or operator == "~=":
            numbers = tuple(int(number) for number in text.split("."))  # `~=1.23.0` is not `~=1.23`
            stem = numbers if star else numbers[:-1] or numbers
            ends.append(((*stem[:-1], stem[-1] + 1), False))
        else:
            ends.append((parts(text), operator != "<"))
    return min(ends) if ends else None


@lru_cache(maxsize=4_000)
def lowest_allowed(specifier: str) -> tuple[int, ...]:
    """The lowest version that the `>=` of a specifier lets in; empty, which is below every version, where it has none."""
    return max((parts(text) for text in _LEAST.findall(specifier)), default=())


def parts(version: str) -> tuple[int, ...]:
    """`1.20.3` → (1, 20, 3), `2.0.0` → (2,): so that versions that are the same compare so."""
    numbers = [int(number) for number in version.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _of(distributions: tuple[str, ...], table: object) -> Iterable[Removal]:
    oldest = parts(table.OLDEST_SUPPORTED)  # type: ignore[attr-defined]
    together = getattr(table, "TOGETHER", "")
    rows = [(name, "", *rest) for name, *rest in table.REMOVED]  # type: ignore[attr-defined]
    for name, argument, deprecated, removed, instead, renamed in (*rows, *table.REMOVED_ARGUMENTS):  # type: ignore[attr-defined]
        yield Removal(
            distributions, name, argument, deprecated, removed, instead, renamed, parts(removed) <= oldest,
            together=together if removed == "2.0" else "",
        )  # fmt: skip
    for owner, method, deprecated, removed, instead in getattr(table, "REMOVED_HOOKS", ()):
        yield Removal(distributions, f"{owner}.{method}", "", deprecated, removed, instead, False, parts(removed) <= oldest, hook=True)
