"""CFG104."""

from __future__ import annotations

import ast
import hashlib
import math
import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Context, Finding, Module, Project, RequirementsDocument, Rule, Severity
from mlsmith.rules.kit.collect import place_from, where

_LEAST = 3
"""Files with names of their own in which a constant stands"""
_MOST = 40
"""Constants of a file that are kept"""
_SHORT, _SHOWN = 4, 40
"""Characters of a name at least, and of a value at most"""
_LONG = 2_000
_INSTALLED = "requirements"
"""The fact of a file that says what is installed for its folder"""
_ROUND = regex(r"[1-9]0*(\.0)?|0\.0*1|1e[-+]?\d+")
"""Numbers that anybody may choose for themselves: 1000, 0.001, 1e-8"""
_MOST_VALUES = 2
"""Of one name; where there are more, each file chooses for itself, and some happen to agree"""
_SMALL = 1_000
"""Smaller whole numbers are sizes that come again in any model"""


class DuplicatedConstant(Rule):
    """A constant is defined again and again.

    ## What it finds
    Constants of modules (names in capitals, assigned once) that have the same name and the same value in three files or more of one
    application. What stands in the same files is one finding.

    ## Why it is debt
    Somebody changes one of them. Training then prepares data in one way and serving in another, and no error says so: constants without a
    home are configuration that nobody lists or tests (Sculley et al. 2015, on configuration debt, and on glue that is copied).

    ## Bad
    ```python prepare.py
    SAMPLE_RATE = 22050  # finding: CFG104
    ```
    ```python train.py
    from model import Speech

    SAMPLE_RATE = 22050
    ```
    ```python serve.py
    from model import Speech

    SAMPLE_RATE = 22050
    ```
    ```python model.py
    class Speech: ...
    ```

    ## Good
    ```python model.py
    SAMPLE_RATE = 22050


    class Speech: ...
    ```
    ```python prepare.py
    from model import SAMPLE_RATE
    ```
    ```python train.py
    from model import SAMPLE_RATE, Speech
    ```
    ```python serve.py
    from model import SAMPLE_RATE, Speech
    ```

    ## Fix
    None: which module the constant belongs to, people know.

    ## When it stays silent
    For values that say little (round numbers, whole ones below 1000, powers of two, short texts, fewer than three elements) and names of few
    letters; for names that have two other values or more in other files, each of which chooses for itself; where one of two files is the
    other's copy by its name (`a/config.py`, `b/config.py`); where fewer than two of the files import anything of the project, as in a
    collection of examples; for files of applications with requirements of their own, which cannot import from each other; in notebooks,
    tests and examples.

    ## References
    Sculley et al. 2015, section 6.
    """

    code = "CFG104"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        if module.context is not Context.CODE or module.notebook is not None:
            return None
        return tuple(_constants(module))[:_MOST] or None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return _INSTALLED

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        roots = {posixpath.dirname(path) for path, constants in collected if constants == _INSTALLED}
        roots |= {posixpath.dirname(path) for path in project.files if path.endswith("setup.py") and posixpath.basename(path) == "setup.py"}
        places: dict[tuple[str, str, str], list[tuple[str, str, Any]]] = {}
        for path, constants in collected:
            if constants == _INSTALLED:
                continue
            for name, value, shown, seen in constants:
                places.setdefault((_application(path, roots), name, value), []).append((path, shown, seen))
        values = Counter((application, name) for application, name, _ in places)
        groups: dict[tuple[str, ...], list[tuple[Any, str, str]]] = {}
        for (application, name, _), found in places.items():
            if values[application, name] > _MOST_VALUES:
                continue
            paths = tuple(path for path, *_ in found)
            if len({posixpath.basename(path) for path in paths}) >= _LEAST:
                groups.setdefault(paths, []).append((found[0][2], name, found[0][1]))
        modules = {facts.module for facts in project.files.values()}
        for paths, told in sorted(groups.items()):
            if sum(_imports_of_its_own(project, path, modules) for path in paths) < _LEAST - 1:
                continue
            (seen, name, shown), *others = sorted(told)
            beside = (
                f", and so {'does' if len(others) == 1 else 'do'} {', '.join(f'`{other}`' for _, other, _ in others[:3])}" if others else ""
            )
            more = f" and {len(paths) - _LEAST} more" if len(paths) > _LEAST else ""
            yield self.finding(
                place_from(paths[0], project, seen),
                f"`{name} = {shown}` stands in {len(paths)} files, also in {', '.join(paths[1:_LEAST])}{more}{beside}",
                advice="keep it in one module and import it from there",
            )  # fmt: skip


def _application(path: str, roots: set[str]) -> str:
    """The nearest folder above a file that says what it needs installed; the project's own otherwise."""
    folder = posixpath.dirname(path)
    while folder and folder not in roots:
        folder = posixpath.dirname(folder)
    return folder


def _imports_of_its_own(project: Project, path: str, modules: set[str]) -> bool:
    """Whether a file imports another one of the project; what stands alone, as in a collection of examples, has nowhere to import from."""
    facts = project.files[path]
    parts = facts.module.split(".")
    heads = [".".join([*parts[:keep], ""]) for keep in range(len(parts))]
    for origin in {*(origin for _, origin in facts.imports), *facts.stars}:
        named = origin.split(".")
        for length in range(1, len(named) + 1):
            if any(head + ".".join(named[:length]) in modules for head in heads):
                return True
    return False


def _constants(module: Module) -> Iterator[tuple[str, str, str, tuple[Any, ...]]]:
    """(name, value or its digest, value as shown, place)"""
    for name, bindings in module.syntax.scope.bindings.items():
        if len(bindings) > 1 or len(name) < _SHORT or not name.isupper() or name[0] == "_":
            continue
        binding = bindings[0]
        value = _literal(binding.value) if binding.kind == "assign" and binding.index is None else None
        if binding.value is not None and _says_something(value):
            text = repr(value) if not isinstance(value, set) else f"{{{', '.join(sorted(map(repr, value)))}}}"
            short = len(text) <= _SHOWN
            key = text if short else hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
            yield name, key, text if short else f"{text[: _SHOWN - 1]}…", tuple(where(module, binding.value))


def _literal(node: ast.expr | None) -> Any:
    if not isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp)):
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _says_something(value: Any) -> bool:
    """Whether two people would hardly choose the value for two things."""
    if value is None or value is ... or isinstance(value, (bool, complex)):
        return False
    if isinstance(value, int):
        return abs(value) >= _SMALL and abs(value).bit_count() > 1 and not _ROUND.fullmatch(repr(abs(value)))
    if isinstance(value, float):
        return math.isfinite(value) and len(repr(abs(value)).strip("0.")) > 1 and not _ROUND.fullmatch(repr(abs(value)))
    if isinstance(value, (str, bytes)):
        return 8 <= len(value) <= _LONG
    return len(value) >= _LEAST
