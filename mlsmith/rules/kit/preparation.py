"""What one file does to the inputs of a model, small enough to be kept: constants by name, statistics, scales of pixels, orders of names, formulas."""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from mlsmith.regex import regex
from mlsmith.rules.kit.accesses import accesses
from mlsmith.rules.kit.collect import where
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.formulas import formula, leaves
from mlsmith.rules.kit.knowledge import preprocessing as known
from mlsmith.rules.kit.knowledge.storage import MODEL_ENDINGS
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.places import places
from mlsmith.rules.kit.roles import tokens
from mlsmith.rules.kit.serving import is_serving

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

UNSURE = "?"
"""Stands for a value that the code does not show: whatever is called so cannot be compared."""
_MOST = 24
_LONG = 300
_TRAINS = frozenset({"fit_generator", "backward", "train_on_batch"})
_PREDICTS = frozenset(
    {"predict", "predict_proba", "predict_on_batch", "decision_function", "predict_classes", "load_model", "load_state_dict", "eval"}
)
_ANSWERING = frozenset({
    "predict", "prediction", "predictor", "infer", "inference", "serve", "serving", "server", "app", "api", "demo", "deploy", "deployment", "webcam",
    "realtime", "live", "camera", "service",
})  # fmt: skip
_ROLES = _ANSWERING | {"train", "training", "trainer", "fit", "model", "main", "build", "script"}
_FRONTS = ("streamlit", "gradio", "flask", "fastapi", "bentoml", "litserve")
_WEIGHTS = MODEL_ENDINGS | {"pkl", "pickle", "sav", "h5", "hdf5", "bin", "model", "weights"}
_COUNTS = regex(
    r"(max_?(seq(uence)?|text|sent(ence)?|doc|input|pad)?_?len(gth)?|(seq(uence)?|input|text|pad)_?len(gth)?|max_?(nb_?)?(words|features)|vocab(ulary)?_?size"
    r"|im(a)?g(e)?_?(size|width|height|shape|dim)|(target_?)?(sample|sampling)_?rate|sr|n_?mfcc|n_?fft|hop(_?len(gth)?)?|n_?mels|look_?back|window(_?size)?"
    r"|time_?steps|(norm(alize)?|pixel|img|image|rgb|imagenet)?_?(mean|std)s?)",
    re.IGNORECASE,
)
"""Names of constants that the inputs of a model depend on"""
_HOLDS_CONSTANTS = frozenset({"module", "class"})
_COMPUTED = frozenset({ast.BinOp, ast.Call})
_ORDERED = frozenset({"class", "classes", "label", "labels", "feature", "features", "column", "columns", "cols", "categories", "emotions"})


@once_a_module
def preparation(module: Module) -> Any:
    """(side, key of its name, weights written, weights read, values); a value is (what, text, where). None where a file has nothing of it.

    The side is `t` for code that trains, `s` for code that answers with predictions, and empty for what either may import.
    """
    if module.is_test:
        return None
    side = _side(module)
    values = tuple(
        (what, text, tuple(where(module, node)) if text != UNSURE else ())
        for what, text, node in islice((value for value in _values(module, side) if len(value[1]) < _LONG), _MOST)
    )
    if not values and not side:
        return None
    written = _weights(module, "w") if side == "t" else ()
    read = _weights(module, "r") if side == "s" else ()
    return side, _stem(module), written, read, values


def _side(module: Module) -> str:
    words = module.words_called
    if not _TRAINS.isdisjoint(words) or any(len(call.node.args) + len(call.node.keywords) > 1 for call in module.method_calls("fit")):
        return "t"
    if _PREDICTS.isdisjoint(words) or module.notebook is not None:
        return ""
    named = set(tokens(module.path.rpartition("/")[2].removesuffix(".py")))
    return "s" if named & _ANSWERING or module.imports(*_FRONTS) or is_serving(module) else ""


def _stem(module: Module) -> str:
    """What is left of a file's name without the words for its part: `train_digits.py` and `predict_digits.py` have one."""
    return "_".join(word for word in tokens(module.path.rpartition("/")[2].rpartition(".")[0]) if word not in _ROLES)


def _weights(module: Module, way: str) -> tuple[str, ...]:
    """Names of the files that a model is kept in, written out."""
    names = {access.place.rpartition("/")[2] for access in accesses(module) if access.way == way}
    for call in module.calls_spelt(*(("ModelCheckpoint", "save", "save_weights") if way == "w" else ("load_model", "load_weights"))):
        given = call.node.args[0] if call.node.args else call.argument("filepath").node
        names.update(place.rpartition("/")[2] for place in places(module, given))
    return tuple(sorted(n for n in names if n.rpartition(".")[2].lower() in _WEIGHTS and not set("*<{%") & set(n)))[:8]


def _values(module: Module, side: str) -> Iterator[tuple[str, str, ast.AST]]:
    yield from _constants(module)
    yield from _arguments(module)
    yield from _scales(module, side)
    yield from _formulas(module, side)


# constants


def _constants(module: Module) -> Iterator[tuple[str, str, ast.AST]]:
    for node in module.syntax.assignments:
        if node.scope.kind not in _HOLDS_CONSTANTS or node.__class__ is not ast.Assign or len(node.targets) > 1:  # type: ignore[union-attr]
            continue
        target = node.targets[0]
        if not isinstance(target, ast.Name):
            continue
        name = target.id.lower()
        if isinstance(node.value, ast.Dict):
            text = _mapping(node.value)
            if text:
                yield f"mapping {name}", text if _is_bound_once(node, target.id) else UNSURE, node
        elif isinstance(node.value, (ast.List, ast.Tuple)) and _ORDERED & set(tokens(name)):
            text = _order(node.value)
            if text:
                yield f"order {name}", text if _is_bound_once(node, target.id) else UNSURE, node
        elif _COUNTS.fullmatch(name):
            yield f"constant {name}", number_text(module.constant(node.value)) if _is_bound_once(node, target.id) else UNSURE, node


def _is_bound_once(node: ast.AST, name: str) -> bool:
    return len(node.scope.bindings.get(name, ())) == 1  # type: ignore[attr-defined]


def number_text(value: Any) -> str:
    """A number, or several, as a text in which equal ones are equal."""
    if isinstance(value, bool) or value is UNKNOWN:
        return UNSURE
    if isinstance(value, (int, float)):
        return f"{value:.6g}"
    if isinstance(value, (tuple, list)) and value and all(isinstance(v, (int, float)) for v in value):
        texts = [f"{v:.6g}" for v in value]
        return texts[0] if len(set(texts)) == 1 else ", ".join(texts)  # the same for each channel
    return UNSURE


def _mapping(node: ast.Dict) -> str:
    """`key=number` of each entry, sorted; empty where it is no plain mapping of words to numbers, or the other way round."""
    found = []
    for key, value in zip(node.keys, node.values, strict=True):
        pair = (key.value, value.value) if isinstance(key, ast.Constant) and isinstance(value, ast.Constant) else (None, None)
        if {type(pair[0]), type(pair[1])} != {str, int}:
            return ""
        found.append("=".join(str(part).replace("\n", " ") for part in pair))
    return "\n".join(sorted(found)) if len(found) > 1 else ""


def _order(node: ast.List | ast.Tuple) -> str:
    """What a list of names holds, and in which order, as two numbers."""
    texts = [element.value for element in node.elts if isinstance(element, ast.Constant) and isinstance(element.value, str)]
    if len(texts) < 2 or len(texts) != len(node.elts) or len(set(texts)) != len(texts):
        return ""
    return f"{zlib.crc32(chr(0).join(sorted(texts)).encode()):x} {zlib.crc32(chr(0).join(texts).encode()):x}"


# arguments


def _arguments(module: Module) -> Iterator[tuple[str, str, ast.AST]]:
    if not known.WORDS.isdisjoint(module.words_called):
        for call in module.calls_spelt(*known.WORDS):
            word = call.method
            if not any(name.startswith(known.OF[word]) for name in call.names):
                continue
            for argument, position, default in known.ARGUMENTS[word]:
                given = call.argument(argument, position)
                if given.state == "unknown":
                    yield f"argument {word} {argument}", UNSURE, call.node
                    continue
                value = given.value if given.given else default
                text = value if isinstance(value, str) else number_text(value)
                if given.given or default is not None:
                    yield f"argument {word} {argument}", text, call.node
    for call in module.method_calls("map", "replace"):
        target = _column(call.receiver)
        first = call.node.args[0] if call.node.args else None
        if target and isinstance(first, ast.Dict) and (text := _mapping(first)):
            yield f"mapping of {target}", text, call.node


def _column(node: ast.expr | None) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value.lower()
    return ""


# pixels


def _scales(module: Module, side: str) -> Iterator[tuple[str, str, ast.AST]]:
    """How pixels become numbers for a network of keras, told only where the file opens pictures."""
    words, text = module.words_called, module.source.text
    if known.OPENS.isdisjoint(words) or not ("keras" in text or "tensorflow" in text) or "torchvision" in text:
        return
    seen: list[tuple[str, ast.AST]] = []
    for call in module.calls_spelt("preprocess_input"):
        family = next((name.split(".")[-2] for name in call.names if ".applications." in name), "")
        seen.append((known.PREPROCESSES.get(family, UNSURE), call.node))
    for name in module.names_spelt({"preprocess_input"}):
        if isinstance(name.ctx, ast.Load) and not (isinstance(name.up, ast.Call) and name.up.func is name):  # type: ignore[attr-defined]
            family = next((n.split(".")[-2] for n in module.names(name) if ".applications." in n), "")
            seen.append((known.PREPROCESSES.get(family, UNSURE), name))
    for call in module.calls_spelt("ImageDataGenerator"):
        if any(k.arg in ("featurewise_center", "samplewise_center", "featurewise_std_normalization", None) for k in call.node.keywords):
            seen.append((UNSURE, call.node))
        rescale = call.argument("rescale")
        function = call.argument("preprocessing_function")
        if rescale.given:
            seen.append((_factor(rescale.value), call.node))
        elif function.node is not None:
            named = any(name.endswith(".preprocess_input") for name in module.names(function.node))
            seen += [] if named else [(UNSURE, call.node)]  # what it names is seen above
        else:
            seen.append((known.RAW, call.node))
    for call in module.calls_spelt(
        "Rescaling", "Normalization", "normalize", "per_image_standardization", "BatchNormalization" if side == "s" else "Rescaling"
    ):
        seen.append((UNSURE, call.node))
    if "255" in text or "127" in text:
        seen += [(scale, node) for node in module.syntax.nodes if (scale := _division(module, node))]
    if not seen and side == "s":
        call = next(iter(module.calls_spelt(*known.OPENS)))
        seen.append((known.RAW if not _hands_on(module) else UNSURE, call.node))
    for scale, node in seen:
        yield "pixels", scale, node


def _hands_on(module: Module) -> bool:
    """Whether functions that are not seen here may have scaled the picture."""
    return any(
        node.level or (node.module or "").split(".")[0] not in known.USUAL
        for node in module.syntax.imports
        if isinstance(node, ast.ImportFrom)
    )


def _factor(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value:
        return known.UNIT if abs(1 / value - 255) < 1 else f"divided by {1 / value:.6g}"
    return UNSURE


def _division(module: Module, node: ast.AST) -> str:
    """The scale that `x / 255`, `x / 127.5 - 1` and `(x - 127.5) / 127.5` give; empty where a node is nothing of that."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
        value = module.constant(node.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        if isinstance(node.left, ast.Constant):
            return ""  # 1 / 255 is an argument of something
        value = module.constant(node.right)
    else:
        return ""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return ""
    return known.UNIT if value == 255 else known.SIGNED if value == 127.5 else UNSURE if value in (127, 128, 256) else ""


# formulas


def _formulas(module: Module, side: str) -> Iterator[tuple[str, str, ast.AST]]:
    """What a column, or in code that answers also a variable or an entry, is computed by."""
    for node in module.syntax.assignments if side == "s" else _stores(module):
        if node.value.__class__ not in _COMPUTED or not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0]
        name = _column(target) or (target.id.lower() if side == "s" and isinstance(target, ast.Name) else "")
        if name:
            text = formula(module, node.value)
            if text and leaves(text):
                yield f"formula {name}", text, node
            elif _column(target):
                yield f"formula {name}", UNSURE, node


def _stores(module: Module) -> list[Any]:
    """Assignments to columns and other items."""
    stored = [node for node in module.syntax.subscripts if node.ctx.__class__ is ast.Store]
    return [node.up for node in stored if node.up.__class__ is ast.Assign]  # type: ignore[attr-defined]
