"""DEP105."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    ConfigDocument,
    Dockerfile,
    Edit,
    Finding,
    Fix,
    Module,
    Project,
    RequirementsDocument,
    Rule,
    Safety,
    Severity,
    environments,
    plain_span,
    replace_expression,
    span_from,
)  # fmt: skip
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.removals import Removal, highest_allowed, importing, lowest_allowed, parts, prefixes, removals

_GUARDS = regex("(?i)version|hasattr|py3|major|minor")
"""What conditions on a version speak of"""
_PYTHON_2 = regex(r"(^|[/_.-])(py|python)_?2(\.?7)?(\.x)?([/_.-]|$)", re.I)
_WRITTEN = regex(r"^([A-Za-z][\w.-]*)(?:\[[\w, -]*\])?\s*([<>=!~][^;#]*)")


class RemovedOrDeprecatedApi(Rule):
    """A name or argument is used that the library's pinned version has removed or deprecated.

    ## What it finds
    Uses of what NumPy, pandas, scikit-learn, PyTorch, torchvision, torchtext, Keras, TensorFlow, Lightning and Transformers have removed
    (error) or deprecated (warning) in the version that the nearest requirements file fixes. The many names of TensorFlow 1 are one
    finding. Where the project fixes none, only what no supported version has any more. One finding a file and name, at its first use.

    ## Why it is debt
    The next fresh installation stops with an AttributeError, often hours into a run. Arpteg et al. (2018, dependency management) name
    the pace of libraries as a reason why experiments can not be repeated a year later.

    ## Bad
    ```python
    import numpy as np

    ages = np.zeros(3, dtype=np.float)  # finding: DEP105
    ```

    ## Good
    ```python
    import numpy as np

    ages = np.zeros(3, dtype=float)
    ```

    ## Fix
    Safe, where the successor is the same thing under another name.
    ```python
    import numpy as np

    ages = np.zeros(3, dtype=float)
    ```

    ## When it stays silent
    When the requirements, a Dockerfile or the notebook's own `pip install` keep the library below the version in question, or an old
    Python does (`python=3.7` of a conda file or an image); inside `try` with a handler, and under a condition, as code for
    several versions has it; for methods of objects whose class the file does not tell; for deprecations where the version is not known;
    where a lock file stands at or above the file and no requirements file fixes the version (locks are not read).

    ## References
    Release notes of NumPy 1.20, 1.24 and 2.0, pandas 1.0 and 2.0, scikit-learn 0.20 to 1.7, PyTorch 1.8 to 2.7, Lightning 1.5 to 2.0;
    migration guides of TensorFlow 2, Keras 3 and Transformers 5.
    """

    code = "DEP105"
    severity = Severity.ERROR
    minutes = 15

    def collect(self, module: Module) -> Any:
        if module.path.rpartition("/")[2] == "setup.py":
            return _set_up(module)
        found: dict[tuple[str, str, str], tuple[Any, list[Edit]]] = {}
        own = _own_pins(module)
        libraries = importing(module.packages)
        imported = [
            (node, removed) for node in module.syntax.imports for name in _imported(node) if (removed := _of_import(name))
        ] if libraries else []  # fmt: skip
        for library in libraries:
            if library == "tensorflow" and "compat.v1" in module.source.text:
                continue  # says that it is of the first version, and runs
            for node, removal, edit in _uses(module, library, imported):
                if not _is_guarded(module, node) and not _is_kept(removal, own):
                    key = (library, removal.name, removal.argument)
                    _, edits = found.setdefault(key, (tuple(where(module, node)), []))
                    edits.extend([edit] if edit is not None else [])
        uses = tuple((key, seen, tuple((plain_span(edit.span), edit.text) for edit in edits)) for key, (seen, edits) in found.items())
        return ("uses", uses, tuple(own)) if uses or own else None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return _pins([(r.name, r.specifier) for r in document.requirements], is_lock=document.kind == "lock")

    def collect_config(self, document: ConfigDocument) -> Any:
        return _pins(list(environments.of_configuration(document)))

    def collect_dockerfile(self, document: Dockerfile) -> Any:
        return _pins(list(environments.of_dockerfile(document)))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        pins: dict[str, list[Any]] = {}
        installed: dict[str, list[environments.Pin]] = {}
        for path, data in collected:
            folder = posixpath.dirname(path)
            if data[0] == "pins":
                pins.setdefault(folder, []).append(data)
            else:
                installed.setdefault(folder, []).extend(data[2])
        bundles: dict[tuple[str, str], list[tuple[str, Removal, Severity, str, Any]]] = {}
        for path, (kind, uses, *_) in collected:
            for (library, name, argument), seen, edits in sorted(uses, key=lambda use: use[1][:2]) if kind == "uses" else ():
                removal = removals()[library][name, argument]
                severity, why = _verdict(removal, path, pins, installed[posixpath.dirname(path)])
                if severity is None:
                    continue
                place = place_from(path, project, seen)
                if removal.together:
                    bundles.setdefault((removal.together, _nearest(path, pins)), []).append((path, removal, severity, why, place))
                else:
                    yield self._report(removal, severity, why, place, edits)
        for (together, _), found in bundles.items():
            used = Counter(entry[0] for entry in found)
            _, removal, severity, why, place = max(found, key=lambda entry: used[entry[0]])
            names, files = len({entry[1].name for entry in found}) - 1, len(used)
            also = f" (so {'are' if names > 1 else 'is'} {names} more name{'s' * (names > 1)} of {together})" if names else ""
            yield self._report(removal, severity, f"{why}{also}{f', in {files} files' if files > 1 else ''}", place, ())

    def _report(self, removal: Removal, severity: Severity, why: str, place: Any, edits: Any) -> Finding:
        owner, _, word = removal.name.rpartition(".")
        shown = f"{word}` of what `{owner.removesuffix('()')}` gives" if owner.endswith("()") else f"{removal.name}`"
        what = f"`{removal.argument}=` of `{shown.replace('()', '')}" if removal.argument else f"`{shown}"
        instead = f"`{removal.instead}`" if "`" not in removal.instead and removal.renamed else removal.instead
        made = tuple(Edit(span_from(span), text) for span, text in edits)
        return self.finding(
            place, f"{what} {why}", advice=f"use {instead}", severity=severity,
            fix=Fix(f"use {instead}", Safety.SAFE, made) if made else None,
        )  # fmt: skip


@lru_cache(maxsize=1)
def _distributions() -> frozenset[str]:
    return frozenset(name for table in removals().values() for removal in table.values() for name in removal.distributions)


def _pins(written: list[environments.Pin], *, is_lock: bool = False) -> tuple[Any, ...] | None:
    """What is asked for of the libraries in question, whether a lock is there, and what an old Python does not let in."""
    named = [(environments.named_as_imported(name), specifier) for name, specifier in written]
    kept = tuple(pin for pin in named if pin[0] in _distributions())
    bounds = tuple(environments.bounds(written))
    return ("pins", kept, is_lock, bounds) if kept or is_lock or bounds else None


def _set_up(module: Module) -> tuple[Any, ...] | None:
    """What a setup.py writes down of the libraries in question, in `install_requires` or elsewhere."""
    written = [_WRITTEN.match(str(node.value)) for node in module.syntax.strings]
    return _pins([(match[1], match[2].strip()) for match in written if match])


def _own_pins(module: Module) -> list[environments.Pin]:
    """What a notebook installs for itself."""
    cells = module.notebook.cells if module.notebook is not None else ()
    pins = [(environments.named_as_imported(name), text) for cell in cells for name, text in environments.of_magics(cell.magics)]
    return [*pins, *environments.bounds(pins)]


def _is_kept(removal: Removal, pins: list[environments.Pin]) -> bool:
    """Whether one of these still has the name."""
    ends = [_end(removal, name, text) for name, text in pins if name in removal.distributions]
    return any(end is not None and _at(removal, end)[0] is not Severity.ERROR for end in ends)


def _uses(
    module: Module, library: str, imported: Sequence[tuple[ast.stmt, dict[str, Removal]]]
) -> Iterator[tuple[ast.expr | ast.stmt, Removal, Edit | None]]:
    table, asked = removals()[library], _asked(library)
    for node in module.attributes_spelt(asked.words):
        if isinstance(node.ctx, ast.Load):
            removal = next((table[name, ""] for name in module.names(node) if (name, "") in table), None)
            if removal is not None:
                yield node, removal, _renamed(module, node, removal)
    for statement, removed in imported:
        if library in removed:
            yield statement, removed[library], None
    for cls in module.classes if asked.hooks else ():
        for owner, method, removal in asked.hooks:
            if method in cls.methods and cls.extends(owner):
                yield cls.methods[method].node, removal, None
    for call in module.calls_to(*asked.takers):
        for keyword in call.node.keywords:
            if keyword.arg in asked.arguments:
                removal = next((table[name, keyword.arg] for name in call.names if (name, keyword.arg) in table), None)
                if removal is not None:
                    yield call.node, removal, _rekeyed(module, call.node, keyword, removal)


class _Asked(NamedTuple):
    """What every file is asked of one library."""

    words: frozenset[str]
    """Last words of the names that went"""
    takers: tuple[str, ...]
    """Callables that lost an argument"""
    arguments: frozenset[str]
    hooks: tuple[tuple[str, str, Removal], ...]
    """(class, method that subclasses defined, what went)"""


@lru_cache(maxsize=16)
def _asked(library: str) -> _Asked:
    table = removals()[library]
    return _Asked(
        frozenset(name.rpartition(".")[2] for name, argument in table if not argument),
        tuple(sorted({name for name, argument in table if argument})),
        frozenset(argument for _, argument in table if argument),
        tuple((*removal.name.rpartition(".")[::2], removal) for removal in table.values() if removal.hook),
    )


@lru_cache(maxsize=8_000)
def _of_import(name: str) -> dict[str, Removal]:
    """Library → what went of what an import names; the same few hundred are imported in file after file."""
    gone, found = _names_gone(), dict[str, Removal]()
    for prefix in prefixes(name):
        for library, removal in gone.get(prefix, ()):
            found.setdefault(library, removal)
    return found


@lru_cache(maxsize=1)
def _names_gone() -> dict[str, list[tuple[str, Removal]]]:
    """Name → the libraries that gave it up."""
    table: dict[str, list[tuple[str, Removal]]] = {}
    for library, gone in removals().items():
        for (name, argument), removal in gone.items():
            if not argument:
                table.setdefault(name, []).append((library, removal))
    return table


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if node.module and not node.level else []


def _renamed(module: Module, node: ast.Attribute, removal: Removal) -> Edit | None:
    if not removal.renamed or node.lineno != node.end_lineno:
        return None
    if removal.instead in ("int", "float", "complex", "object", "str"):
        return replace_expression(module, node, removal.instead)
    return replace_expression(module, node, f"{module.source.segment(node.value)}.{removal.instead.rpartition('.')[2]}")


def _rekeyed(module: Module, call: ast.Call, keyword: ast.keyword, removal: Removal) -> Edit | None:
    """`sparse=False` → `sparse_output=False`, where the call does not give the new one as well."""
    text = module.source.segment(keyword)
    if not removal.renamed or "\n" in text or any(k.arg == removal.instead for k in call.keywords):
        return None
    return Edit(module.source.span(keyword), removal.instead + text[len(removal.argument) :])


def _is_guarded(module: Module, node: ast.AST) -> bool:
    """Under a condition or in a `try`: code that may be meant for another version."""
    up: Any = node
    while up is not None and not isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
        if isinstance(up, ast.Try) and up.handlers:
            return True
        if isinstance(up, (ast.If, ast.IfExp)) and _GUARDS.search(module.source.segment(up.test)):
            return True
        up = up.up
    return False


def _nearest(path: str, pins: dict[str, list[Any]]) -> str:
    """The folder, from a file's own upwards, in which requirements stand; the top where none does."""
    folder = posixpath.dirname(path)
    while folder and folder not in pins:
        folder = posixpath.dirname(folder)
    return folder


def _verdict(removal: Removal, path: str, pins: dict[str, list[Any]], installed: list[environments.Pin]) -> tuple[Severity | None, str]:
    """What the nearest requirements, or what notebooks beside it install, say of it: removed, deprecated, or nothing to say."""
    folder = posixpath.dirname(path)
    while True:
        beside = pins.get(folder, [])
        specifiers = [(name, text) for data in beside for name, text in data[1] if name in removal.distributions]
        ends = [end for name, text in specifiers if (end := _end(removal, name, text)) is not None]
        exact = [end for end in ends if end[1]]
        locked = any(data[2] for data in beside)
        if exact or (ends and not locked):
            lets = [
                end for data in beside for name, text in data[3] if name in removal.distributions and (end := _end(removal, name, text))
            ]
            return _at(removal, min(exact or [*ends, *lets]))
        least = min((removal.numbered(name, lowest_allowed(text)) for name, text in specifiers), default=())
        if least >= parts(removal.removed):
            shown = ".".join(str(part) for part in least)
            return Severity.ERROR, f"is gone since {removal.distribution} {removal.removed}; the requirements ask for {shown} or later"
        if locked:
            return None, ""
        if not folder:
            break
        folder = posixpath.dirname(folder)
    everywhere = [
        end for beside in pins.values() for _, kept, _, bounds in beside for name, text in (*kept, *bounds)
        if name in removal.distributions and (end := _end(removal, name, text))
    ]  # fmt: skip
    if _PYTHON_2.search(path):
        installed = [*installed, *environments.bounds([("python", "2.7")])]
    if not removal.everywhere or _is_kept(removal, installed) or any(_at(removal, end)[0] is not Severity.ERROR for end in everywhere):
        return None, ""
    return Severity.ERROR, f"is gone since {removal.distribution} {removal.removed}, and nothing here asks for an older one"


def _end(removal: Removal, distribution: str, specifier: str) -> tuple[tuple[int, ...], bool] | None:
    """The highest version that a specifier lets in, in the numbering of the removal."""
    end = highest_allowed(specifier)
    return (removal.numbered(distribution, end[0]), end[1]) if end is not None else None


def _at(removal: Removal, end: tuple[tuple[int, ...], bool]) -> tuple[Severity | None, str]:
    version, included = end
    shown = ".".join(str(part) for part in version)
    reached = f"{removal.distribution} {shown}" if included else f"{removal.distribution} below {shown}"
    if parts(removal.removed) < version or (included and parts(removal.removed) <= version):
        return Severity.ERROR, f"is gone since {removal.distribution} {removal.removed}; the requirements let in {reached}"
    if included and parts(removal.deprecated) <= version:
        return Severity.WARNING, f"is deprecated since {removal.deprecated} and goes in {removal.removed}; the requirements fix {reached}"
    return None, ""
