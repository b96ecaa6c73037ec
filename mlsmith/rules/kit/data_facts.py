"""What one file says about the project's data, small enough to be kept: its accesses, what it passes to functions that may open a path, and what of
it reaches training or comes from predictions.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mlsmith.index.scopes import last_word, scope_of
from mlsmith.rules.kit.accesses import Access, accesses
from mlsmith.rules.kit.collect import is_foreign, where
from mlsmith.rules.kit.exposure import is_remedied
from mlsmith.rules.kit.knowledge import storage
from mlsmith.rules.kit.memo import once_a_document, once_a_module
from mlsmith.rules.kit.places import UNKNOWN_PART, normal, places
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.definitions import Function
    from mlsmith.rules.kit.flow import Trace
    from mlsmith.rules.kit.module import Module
    from mlsmith.sources.config import ConfigDocument

_ENDINGS = storage.DATA_ENDINGS | storage.MODEL_ENDINGS | {"json", "txt", "model", "gz"}
_MOST = 40
_FITS = frozenset({"fit", "fit_generator", "partial_fit", "fit_resample"})
_TRAINING = ("train", "fit", "retrain", "finetune")
_OF_DATA = frozenset({"test", "split", "dataloader", "loader", "data", "transform"})
_NO_MODEL = ("sklearn.preprocessing.", "sklearn.decomposition.", "sklearn.impute.", "sklearn.feature_", "sklearn.manifold.", "sklearn.isotonic.",
             "sklearn.calibration.", "sklearn.cluster.", "scipy.")  # fmt: skip
_PREDICTING = frozenset({"predict", "predict_proba", "predict_on_batch", "decision_function", "predict_generator", "predict_log_proba"})
_FIGURES = frozenset({
    "metric", "metrics", "accuracy", "auc", "rmse", "mse", "mae", "mape", "report", "confusion", "evaluate", "evaluation", "precision", "recall", "loss",
    "error", "f1", "r2", "roc", "plot", "importance", "shap",
})  # fmt: skip
_OF_THEIR_RECEIVER = {*storage.WRITTEN_BY_METHOD, *storage.WRITTEN_TABLES, *storage.SPARK_WRITES, *storage.SPARK_TABLE_WRITES} - {
    "save",
    "save_model",
}


@once_a_module
def data_facts(module: Module) -> Any:
    """(accesses, given, fed, remedied) as plain tuples; None where the file touches nothing.

    An access is (way, kind, place, marks, where): mark `p` where what is written was predicted, `t` where what is read reaches training, `r` where
    the function around gives it back. `given` are places passed to functions that may be the project's: (callee, position or keyword, place, (scope,
    line, cell)). `fed` names the functions whose results reach training. Tests are no part of how data flow.
    """
    if module.is_test:
        return None
    seen = accesses(module)
    given = tuple(_given(module))
    trains = _training_inputs(module)
    if not seen and not given and not trains:
        return None
    own = f"{module.name}."
    fed = sorted({name for trace in trains for call in trace.calls for name in call.names if not is_foreign(name, own)})
    kept = tuple((a.way, a.kind, a.place, _marks(module, a, trains), tuple(where(module, a.call.node))) for a in seen[:_MOST])
    if not kept and not given and not fed:
        return None
    remedied = any(marks for _, _, _, marks, _ in kept) and is_remedied(module.source.text.lower())
    return kept, given, tuple(fed[:_MOST]), remedied


def may_come_back(files: Sequence[Any], readers: Sequence[Any]) -> bool:
    """Whether any file writes something, and one of the readers reads what may reach training: there, or where others call its functions."""
    feeds = any(fed for _, _, fed, _ in files)
    reads = any(way == "r" and ("t" in marks or (feeds and marks)) for kept, *_ in readers for way, _, _, marks, _ in kept)
    return reads and any(way == "w" for kept, *_ in files for way, *_ in kept)


def _is_path(text: str) -> bool:
    """Whether a string names data by its ending or its address."""
    return "\n" not in text and ("://" in text or ("." in text and text.rpartition(".")[2].lower() in _ENDINGS))


@once_a_document
def values_in(document: ConfigDocument) -> Any:
    """Places that a configuration names, by their last key: ((key, place), …)."""
    found = []
    for entry in document.entries:
        value = entry.value
        if isinstance(value, str) and entry.path and " " not in value and _is_path(value):
            found.append((entry.path[-1], normal(value)))
    return tuple(found[:_MOST])


# training and predictions


def _training_inputs(module: Module) -> tuple[Trace, ...]:
    return tuple(trace for _, trace in training_calls(module))


@once_a_module
def training_calls(module: Module) -> tuple[tuple[Call, Trace], ...]:
    """Calls that train, each with what it is given, once for every value."""
    words = list(filter(_is_training, module.words_called))
    found: list[tuple[Call, Trace]] = []
    for call in module.calls_spelt(*words) if words else ():
        if any(name.startswith(_NO_MODEL) for name in call.names):
            continue
        for node in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
            found += [(call, trace) for trace in traced(module, node)]
    return tuple(found)


@lru_cache(maxsize=16_000)
def _is_training(word: str) -> bool:
    """`fit`, `train_model`, `fit_forest`, `retrain`; not `train_test_split` or `train_dataloader`."""
    if not word.lower().lstrip("_").startswith(_TRAINING):
        return word in _FITS
    parts = tokens(word)
    return word in _FITS or (parts[0] in _TRAINING and _OF_DATA.isdisjoint(parts))


def traced(module: Module, node: ast.expr, reach: int = 0) -> Iterator[Trace]:
    """What a value is made from, in its function and in those of this file that pass it in."""
    trace = module.flow.trace(node)
    yield trace
    function = module.function_around(node)
    if function is None or reach == 2:
        return
    for parameter in trace.parameters:
        for call in module.callers(function):
            passed = _passed(function, call, parameter.name)
            if passed is not None:
                yield from traced(module, passed, reach + 1)


def _passed(function: Function, call: Call, name: str) -> ast.expr | None:
    parameter = function.parameter(name)
    if parameter is None:
        return None
    position = parameter.position - (1 if function.owner is not None else 0)
    return call.argument(name, position).node if position >= 0 else call.argument(name).node


def _marks(module: Module, access: Access, trains: tuple[Trace, ...]) -> str:
    node = access.call.node
    if access.reads:
        reached = any(trace.passes(node) for trace in trains)
        return ("t" if reached else "") + ("r" if _is_returned(module, access.call) else "")
    return "p" if _may_predict(module) and any(_is_predicted(module, value) for value in _written(module, access.call)) else ""


@once_a_module
def _may_predict(module: Module) -> bool:
    return any(word.startswith("predict") or word in _PREDICTING for word in module.words_called)


def _is_returned(module: Module, call: Call) -> bool:
    function = call.function
    return function is not None and any(r.value is not None and module.flow.trace(r.value).passes(call.node) for r in function.returns)


def _is_predicted(module: Module, node: ast.expr) -> bool:
    """Whether a value is made from predictions; figures made of them are none."""
    return any(any(map(_predicts, trace.calls)) and not any(map(_measures, trace.calls)) for trace in traced(module, node, 1))


def _measures(call: Call) -> bool:
    return bool(_FIGURES.intersection(tokens(call.method))) or any(name.startswith("sklearn.metrics.") for name in call.names)


def _predicts(call: Call) -> bool:
    word = call.method
    return word in _PREDICTING or (tokens(word)[:1] == ("predict",) and call.receiver is None)


def _written(module: Module, call: Call) -> list[ast.expr]:
    """What a call writes: the receiver of a method, the arguments of a function, and for what was opened whatever goes through its handle."""
    if call.method == "open":
        return _through_handle(module, call)
    if call.receiver is not None and call.method in _OF_THEIR_RECEIVER:
        return [call.receiver]
    return [*call.node.args, *(keyword.value for keyword in call.node.keywords)]


def _through_handle(module: Module, call: Call) -> list[ast.expr]:
    names = {binding.name for binding in module.flow.bindings_of(call.node)}
    if not names:
        return []
    statement = call.statement
    last = statement.end_lineno if isinstance(statement, (ast.With, ast.AsyncWith)) else None
    function = call.function
    end = last or (function.node.end_lineno if function is not None else len(module.source.lines)) or statement.lineno
    found: list[ast.expr] = []
    for other in module.calls_between(statement.lineno, end):
        parts = [*other.node.args, *(keyword.value for keyword in other.node.keywords)]
        if other is not call and any(
            isinstance(n, ast.Name) and n.id in names for n in (*parts, *([other.receiver] if other.receiver is not None else []))
        ):
            found += parts
    return found


# what is passed on


def _given(module: Module) -> Iterator[tuple[str, int | str, str, tuple[str, int, int]]]:
    """Places that are passed to functions which may be the project's, in source order."""
    kept = 0
    bound: set[str] = set()
    tops: list[ast.expr] = []
    for text in module.syntax.strings:
        value: str = text.value  # type: ignore[assignment]
        if ("." in value or "://" in value) and _is_path(value):
            top = _whole(text)
            tops.append(top)
            up = top.up  # type: ignore[attr-defined]
            if isinstance(up, ast.Assign) and isinstance(up.targets[0], ast.Name):
                bound.add(up.targets[0].id)
    names, own = module.syntax.names, f"{module.name}."
    bound.update([word for word in names if word.endswith(_PATHISH)])
    passed = [name for word in names.keys() & bound for name in names[word] if name.up.__class__ in _AROUND]  # type: ignore[attr-defined]
    tops += [_whole(name) for name in sorted(passed, key=_place)]
    seen: set[int] = set()
    for top in tops:
        argument = _argument(top)
        if argument is None or id(top) in seen or kept >= _MOST:
            continue
        seen.add(id(top))
        call, slot = argument
        callee = next((name for name in module.resolver.names(call.func) if name not in _BUILTINS and not is_foreign(name, own)), "")
        for place in places(module, top)[:2] if callee else ():
            if place != UNKNOWN_PART:
                kept += 1
                line, *_, cell = module.source.numbers(top)
                yield callee, slot, normal(place), (scope_of(call).qualified, line, cell)


_PATHISH = ("path", "paths", "file", "filename", "fname", "folder", "dir", "directory", "root", "target", "dest", "table")
"""Ends of names that hold a place and are passed on: `save(model, path)`"""
_BUILTINS = frozenset(dir(builtins))
_place = attrgetter("lineno", "col_offset")
_AROUND = frozenset({ast.Call, ast.keyword, ast.BinOp, ast.FormattedValue})
"""What a name stands in that is passed on, or that a place is put together from"""
_MAKES_PATHS = frozenset({"Path", "PurePath", "join", "str", "joinpath", "abspath", "realpath", "expanduser"})


def _whole(node: ast.expr) -> ast.expr:
    """The path expression that a part of a path belongs to."""
    while True:
        up = node.up  # type: ignore[attr-defined]
        inside = isinstance(up, (ast.BinOp, ast.JoinedStr, ast.FormattedValue)) or (isinstance(up, ast.Call) and _makes_a_path(up, node))
        if not inside:
            return node
        node = up


def _makes_a_path(call: ast.Call, node: ast.expr) -> bool:
    return last_word(call.func) in _MAKES_PATHS and node in call.args


def _argument(node: ast.expr) -> tuple[ast.Call, int | str] | None:
    up = node.up  # type: ignore[attr-defined]
    if isinstance(up, ast.keyword) and up.arg is not None and isinstance(up.up, ast.Call):  # type: ignore[attr-defined]
        return up.up, up.arg  # type: ignore[attr-defined]
    if isinstance(up, ast.Call) and node in up.args and ast.Starred not in map(type, up.args):
        return up, up.args.index(node)
    return None
