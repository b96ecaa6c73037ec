"""TRB107."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity, block_of, last_word, optimisation, scope_of, tokens

_READERS = frozenset({
    "read_csv", "read_parquet", "read_excel", "imread", "imdecode", "open", "load", "loads", "decode", "read_image", "load_img", "read_file",
})  # fmt: skip
_DATASETS = ("torch.utils.data.Dataset", "torch.utils.data.IterableDataset", "tensorflow.keras.utils.Sequence", "keras.utils.Sequence")
_MODEL = frozenset({"forward", "backward", "predict", "predict_proba", "fit", "partial_fit", "train_on_batch", "transform", "encode"})
_OF_DATA = ("PIL.", "cv2.", "imageio.", "skimage.io.", "librosa.", "soundfile.", "torchaudio.", "numpy.load", "pandas.read_", "torchvision.io.", "pydicom.",
            "nibabel.", "scipy.io.", "tensorflow.keras.preprocessing.", "tensorflow.io.")  # fmt: skip
_ESTIMATORS = ("sklearn.", "xgboost.", "lightgbm.", "catboost.", "tensorflow.keras.", "keras.")
_MODEL_WORDS = frozenset({"model", "net", "network", "clf", "classifier", "regressor", "estimator", "encoder"})
_HARMLESS = frozenset({"max", "min", "int", "float", "len", "range", "abs", "round", "str", "sum", "append", "zip", "enumerate"})
_BROAD = frozenset({"Exception", "BaseException"})


class SwallowedTrainingError(Rule):
    """An error of the model or of the data is caught and forgotten.

    ## What it finds
    `except:` or `except Exception:` that does nothing but `pass`, `continue` or `return None`, around a training step, a prediction
    in a loop, or the reading of a sample in a data set's `__getitem__`, `__iter__` or loop over samples.

    ## Why it is debt
    Half of the images may be unreadable, or every other step run out of memory, and the run goes on with less data and another
    distribution; its log looks like that of a good one (Arpteg et al. 2018, troubleshooting).

    ## Bad
    ```python
    import torch

    for x, y in loader:
        try:
            loss = criterion(model(x), y)
            loss.backward()
        except Exception:  # finding: TRB107
            continue
        optimizer.step()
    ```

    ## Good
    ```python
    import torch

    for x, y in loader:
        try:
            loss = criterion(model(x), y)
            loss.backward()
        except torch.cuda.OutOfMemoryError:
            skipped += 1
            continue
        optimizer.step()
    ```

    ## Fix
    None: what is to happen after a failed batch is a decision; at least it has to be counted.

    ## When it stays silent
    When the handler says, counts or keeps anything; when it names the error; when the body only imports, converts a value, plots, writes or
    removes files; outside training, prediction and the reading of samples. Off by default: of eleven findings on repositories that it had
    not seen, nine were defended, which is less than nine of ten.

    ## References
    Python documentation, handling exceptions.
    """

    code = "TRB107"
    severity = Severity.WARNING
    minutes = 15
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        for node in module.syntax.tries:
            for handler in node.handlers:
                if _is_broad(handler) and _forgets(handler):
                    what = _guarded(module, node)
                    if what:
                        yield self.finding(
                            module.at(handler), f"every error of {what} is caught and forgotten",
                            advice="name the error you expect, and count or log what is left out",
                        )  # fmt: skip


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _BROAD) for kind in kinds)


def _forgets(handler: ast.ExceptHandler) -> bool:
    """Whether the handler does nothing at all with the error."""
    return all(
        isinstance(statement, (ast.Pass, ast.Continue))
        or (isinstance(statement, ast.Return) and (statement.value is None or isinstance(statement.value, ast.Constant)))
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in handler.body
    )


def _guarded(module: Module, node: ast.Try) -> str:
    """What the try block does for training, prediction or data; empty where it does none of it."""
    first, last = node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno
    calls = [call for call in module.calls_between(first, last) if scope_of(call.node) is scope_of(node)]
    loop = block_of(node).loop()
    methods = {call.method for call in calls if call.receiver is not None}
    if loop is not None and any(loop is found.node for found in optimisation.training_loops(module)) and "backward" in methods:
        return "the training step"
    function = module.function_around(node)
    dataset = function is not None and function.owner is not None and function.owner.extends(*_DATASETS)
    reads = any(call.method not in _HARMLESS for call in calls)
    if dataset and reads and function is not None and function.node.name in ("__getitem__", "__iter__"):
        return "the reading of a sample"
    if loop is None:
        return ""
    fitted = [call for call in calls if call.method in _MODEL and call.receiver is not None and _is_model(module, call.receiver)]
    if fitted:
        return f"`{ast.unparse(fitted[0].node.func)}`"
    read = [call for call in calls if call.method in _READERS and any(name.startswith(_OF_DATA) for name in call.names)]
    return f"`{ast.unparse(read[0].node.func)}`" if read and _keeps(module, node) else ""


def _is_model(module: Module, node: ast.expr) -> bool:
    if any(name.startswith(_ESTIMATORS) for name in module.names(node)):
        return True
    last = last_word(node)
    return bool(set(tokens(last)) & _MODEL_WORDS)


def _keeps(module: Module, node: ast.Try) -> bool:
    """Whether what was read is appended to something or yielded: it is a sample, or the features of one."""
    last = node.end_lineno or node.lineno
    loop = block_of(node).loop()
    end = (loop.end_lineno or last) if loop is not None else last  # type: ignore[attr-defined]
    return any(node.lineno <= call.node.lineno <= end for call in module.method_calls("append", "extend"))
