"""Runs of statements that work with data, as hashes that are the same up to the names of variables."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import last_word
from mlsmith.regex import regex
from mlsmith.rules.kit.origins import is_quoted

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

LENGTH = 8
"""Statements of a run"""
MOST = 40
"""Runs that are kept of a file"""
_LEAST_WORK = 4
"""Of them work with data"""
_LEAST_DIFFERENT = 6
_GUARANTEE = 2
"""Of so many runs that begin one after the other one is kept: whatever is the same for one statement more is found"""
WORK = frozenset({
    "pandas", "numpy", "sklearn", "torch", "torchvision", "torchaudio", "tensorflow", "keras", "scipy", "PIL", "cv2", "skimage", "librosa", "nltk",
    "spacy", "transformers", "xgboost", "lightgbm", "catboost", "polars", "pyspark", "imblearn", "soundfile", "albumentations", "jax", "xarray",
    "rasterio", "geopandas", "statsmodels", "datasets", "gensim", "SimpleITK", "nibabel", "pydicom", "category_encoders", "feature_engine",
})  # fmt: skip
"""Packages whose calls work with data or models"""
_TEXT = r"[rbfuRBFU]{0,2}(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
_COMMENT = regex(rf"({_TEXT})|\s*#[^\n]*")
_NAME = regex(rf"({_TEXT})|(?<![\w.])[A-Za-z_]\w*(?!\w|=(?!=))")
_SILENT = frozenset(
    {"print", "display", "info", "debug", "warning", "add_argument", "append_line", "set_postfix", "set_description", "update"}
)
"""What is called for its effect on the screen or the command line, and may stand anywhere"""


class Run(NamedTuple):
    digest: int
    line: int
    """Of its first statement, counted in the whole text"""


class _Statement(NamedTuple):
    first: int
    last: int
    """Of a compound statement the last line of its head"""
    works: bool


def runs(module: Module) -> tuple[Run, ...]:
    """The runs of a file that are kept, in source order."""
    lines = _lines_of_work(module)
    if len(lines) < _LEAST_WORK:
        return ()
    shapes = _Shapes(module)
    found: list[Run] = []
    for body in _bodies(module, sorted(lines)):
        found += _kept(list(_runs_in([*_statements(body, lines)], shapes)))
    return tuple(sorted(sorted(set(found))[:MOST], key=lambda run: run.line))


def _lines_of_work(module: Module) -> set[int]:
    called = module.resolver.calls_by_name
    return {node.lineno for name, nodes in called.items() if name.partition(".")[0] in WORK for node in nodes}


def _bodies(module: Module, lines: list[int]) -> Iterator[list[ast.stmt]]:
    """The file's own statements, and those of each function, where enough of them work with data; what defines a network is left out."""
    for node in (module.source.tree, *module.syntax.functions):
        first, last = node.body[0].lineno if node.body else 0, node.body[-1].end_lineno or 0 if node.body else 0
        if (
            last - first >= LENGTH - 1
            and bisect_right(lines, last) - bisect_left(lines, first) >= _LEAST_WORK
            and not _defines(module, node)
        ):
            yield node.body


def _defines(module: Module, node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function sets up an object, is a part of a network, or says that it was taken from elsewhere."""
    if isinstance(node, ast.Module):
        return False
    if is_quoted(module, module.function(node)):
        return True
    owner = module.function(node).owner
    if node.name == "__init__" or node.name in _PARTS:
        return True
    return owner is not None and bool(_PARTS & owner.methods.keys()) and "training_step" not in owner.methods


def _statements(body: list[ast.stmt], lines: set[int]) -> Iterator[_Statement]:
    """Each statement, and those of its blocks; definitions have their own."""
    for node in body:
        kind = node.__class__
        if kind in _APART or (isinstance(node, ast.Expr) and _is_silent(node)):
            continue
        first = node.lineno
        if kind not in _COMPOUND:
            last = node.end_lineno or first
            yield _Statement(first, last, first in lines or (last > first and not lines.isdisjoint(range(first, last + 1))))
            continue
        blocks = [block for field in _BLOCKS if (block := getattr(node, field, None))]
        blocks += [handler.body for handler in getattr(node, "handlers", ())]
        last = max(first, blocks[0][0].lineno - 1)
        yield _Statement(first, last, not lines.isdisjoint(range(first, last + 1)))
        for block in blocks:
            yield from _statements(block, lines)


_PARTS = frozenset({"forward", "call"})
_APART = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass})
_COMPOUND = frozenset({ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.TryStar})
_DEFINED = frozenset({"import", "def", "class"})
_BLOCKS = ("body", "orelse", "finalbody")


def _is_silent(node: ast.Expr) -> bool:
    """A docstring, a remark on the screen, an option of the command line."""
    value = node.value
    return last_word(value.func) in _SILENT if isinstance(value, ast.Call) else isinstance(value, ast.Constant)


class _Shapes:
    """The text of statements without the names of variables: strings, and what is imported, defined, an attribute or a keyword, stay."""

    def __init__(self, module: Module) -> None:
        self._variables = {
            name for scope in module.syntax.scopes for name, bindings in scope.bindings.items() if bindings[0].kind not in _DEFINED
        }
        self._lines = module.source.lines
        self._known: dict[int, str] = {}

    def of(self, statement: _Statement) -> str:
        known = self._known.get(statement.first)
        if known is None:
            text = "\n".join(self._lines[statement.first - 1 : statement.last])
            if "#" in text:
                text = _COMMENT.sub(r"\1", text)
            known = self._known[statement.first] = "".join(_NAME.sub(self._masked, text).split())
        return known

    def _masked(self, found: re.Match[str]) -> str:
        return "_" if found[0] in self._variables else found[0]


def _runs_in(statements: list[_Statement], shapes: _Shapes) -> Iterator[Run]:
    works = [statement.works for statement in statements]
    for first in range(len(statements) - LENGTH + 1):
        if sum(works[first : first + LENGTH]) < _LEAST_WORK:
            continue
        window = [shapes.of(statement) for statement in statements[first : first + LENGTH]]
        if len(set(window)) >= _LEAST_DIFFERENT:
            digest = blake2b("\n".join(window).encode("utf-8", "surrogatepass"), digest_size=6).digest()
            yield Run(int.from_bytes(digest, "big"), statements[first].first)


def _kept(found: list[Run]) -> list[Run]:
    """The first run, where a copied function begins, and the least of every few: the same ones wherever the statements stand."""
    width = min(_GUARANTEE, len(found))
    return [*found[:1], *(min(found[first : first + width]) for first in range(len(found) - width + 1))] if found else []
