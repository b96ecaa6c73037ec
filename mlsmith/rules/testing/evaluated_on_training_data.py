"""TST104."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Context, Finding, Module, Role, Rule, Severity, last_word, metrics, tokens

_SUPERVISED = (
    "Classifier",
    "Regressor",
    "Regression",
    "SVC",
    "SVR",
    "NB",
    "Lasso",
    "Ridge",
    "ElasticNet",
    "LogisticRegressionCV",
    "Perceptron",
)
_OTHER_EVALUATIONS = ("cross_val", "cross_validate", "train_test_split", "GridSearchCV", "RandomizedSearchCV", "KFold", "TimeSeriesSplit", "ShuffleSplit",
                      "oob_score", "learning_curve", "validation_curve", "LeaveOneOut", "test", "holdout", "valid")  # fmt: skip

_HELD_OUT = frozenset({"test", "testing", "val", "valid", "validation", "dev", "holdout", "eval"})
"""Words by which a name says that it is of data set aside; `score` alone says nothing of the kind"""

_DATA = frozenset({"loader", "dataloader", "trainloader", "dl", "dataset", "ds", "iterator", "generator", "batches", "data"})
_MAY_BE_DATA = regex(r"loader|set|dl|ds|iterator|generator|batches|data")
"""Most names are none of these: a search costs less than taking them apart"""
_INDICES = frozenset({"idx", "idxs", "index", "indices", "inds", "ids", "mask"})
_RESULTS = frozenset({"score", "scores", "loss", "losses", "metric", "metrics"})
_VALIDATING = frozenset({"valid", "validate", "validation", "val"})

_MEASURES = frozenset({"distance", "divergence", "discrepancy"})


class EvaluatedOnTrainingData(Rule):
    """A score is computed on what the model was fitted on.

    ## What it finds
    With scikit-learn's interface: a model fitted on `X, y` and scored on the same `X, y`, in a file that evaluates nothing otherwise; and a
    score of training data kept under a name of the test or the validation. In deep learning: a training loader that is given to what is kept
    as the test's score (`test_acc = accuracy(train_loader, net)`), goes by its name (`test_batches = iter(train_loader)`,
    `testloader = DataLoader(trainset)`), or is all that a function `validate` ever gets; `val_data = data[train_indices]`.

    ## Why it is debt
    It measures memory. A model that has learnt its rows by heart scores best, and the figure says nothing of the next row
    (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import accuracy_score

    model = RandomForestClassifier(random_state=1)
    model.fit(X, y)
    print(accuracy_score(y, model.predict(X)))  # finding: TST104
    ```

    ## Good
    ```python
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    model = RandomForestClassifier(random_state=1)
    print(cross_val_score(model, X, y).mean())
    ```

    ## Fix
    None: the rows to be scored have to be held out first.

    ## When it stays silent
    When the score is named for training, or measures the distance of two domains; when the file splits, cross-validates, or speaks of
    test or validation data at all; for models without labels, and for weighted fits, as surrogates are; for rows
    that were drawn or made up (`np.random`, `make_blobs`), on which nothing can be learnt. The only score of an example may be
    of what it was fitted on, as it shows an interface.

    ## References
    scikit-learn user guide, cross-validation: learning and testing on the same data is a methodological mistake.
    """

    code = "TST104"
    severity = Severity.ERROR
    minutes = 20

    def python(self, module: Module) -> Iterator[Finding]:
        yield from self._indexed(module)
        if module.imports("torch", "tensorflow", "keras", "jax"):
            yield from self._loaders(module)
        if not module.imports("sklearn", "xgboost", "lightgbm", "catboost"):
            return
        yield from self._misnamed(module)
        text = module.source.text
        if module.context is not Context.CODE or any(word in text for word in _OTHER_EVALUATIONS):
            return
        fits = [call for call in module.method_calls("fit") if len(call.node.args) >= 2 and _is_supervised(call)]
        for fit in fits:
            if fit.function is not None and _MEASURES & set(tokens(fit.function.node.name)):
                continue  # the error of a classifier is a measure of how far two domains lie apart
            if _is_made_up(module, fit):
                continue
            score = next((call for call in _scores(module) if call.order > fit.order and _is_of(module, call, fit)), None)
            if score is not None:
                yield self.finding(
                    score, f"the only score is of `{ast.unparse(fit.node.args[0])[:40]}`, which the model was fitted on",
                    advice="set a test part aside before the fit, or cross-validate",
                )  # fmt: skip
                return

    def _misnamed(self, module: Module) -> Iterator[Finding]:
        """`test_accuracy = accuracy_score(y_train, model.predict(X_train))`."""
        for call in _scores(module):
            kept = call.target_names[:1]
            if not kept or not metrics.metrics_named(kept[0]) | ({"score"} & set(tokens(kept[0]))):
                continue
            said = module.role_of(kept[0]) if _HELD_OUT & set(tokens(kept[0])) else None
            names = {part.id for argument in call.node.args for part in ast.walk(argument) if isinstance(part, ast.Name)}
            roles = {module.role_of(name) for name in names} - {None}
            if said is not None and said.evaluates and roles == {Role.TRAIN}:
                yield self.finding(
                    call, f"`{kept[0]}` is computed on training data: `{ast.unparse(call.node)[:60]}`",
                    advice="compute it on the data it is named for",
                )  # fmt: skip

    def _indexed(self, module: Module) -> Iterator[Finding]:
        """`val_data = data[train_indices]`."""
        for taken in module.syntax.subscripts:
            node = taken.up  # type: ignore[attr-defined]
            if node.__class__ is not ast.Assign or node.value is not taken or not isinstance(node.targets[0], ast.Name):
                continue
            kept = node.targets[0].id
            if not _is_held_out(module, kept):
                continue
            if any(isinstance(part, (ast.UnaryOp, ast.Compare, ast.BinOp, ast.Call)) for part in ast.walk(taken.slice)):
                continue
            by = {part.id for part in ast.walk(taken.slice) if isinstance(part, ast.Name)}
            trains = [name for name in by if module.role_of(name) is Role.TRAIN and _INDICES & set(tokens(name))]
            if len(trains) == len(by) == 1 and module.role_of(_name(taken.value)) is None:
                yield self.finding(
                    module.at(node), f"`{kept}` is taken by `{trains[0]}`: it is what the model is trained on",
                    advice="take it by the indices that were set aside",
                )  # fmt: skip

    def _loaders(self, module: Module) -> Iterator[Finding]:
        """`test_accuracy = evaluate(model, train_loader)`, `for batch in validation_batches` of `iter(train_loader)`, `validate(train_loader)`."""
        for call in _given_data(module):
            given = [_name(argument) for argument in [*call.node.args, *(keyword.value for keyword in call.node.keywords)]]
            if call.method == "__iter__" and call.receiver is not None:
                given.append(_name(call.receiver))
            data = [name for name in given if _is_data(name)]
            if (
                not data
                or {module.role_of(name) for name in given} - {None} != {Role.TRAIN}
                or not all(module.role_of(name) for name in data)
            ):
                continue
            kept = call.target_names[0] if call.target_names[:1] else ""
            held_out = _is_held_out(module, kept)
            if call.method in ("iter", "__iter__"):
                wrong = held_out and _is_data(kept) and isinstance(call.node.up, ast.Assign)  # type: ignore[attr-defined]
            elif call.method == "DataLoader":
                chosen = any(keyword.arg in ("sampler", "batch_sampler", None) for keyword in call.node.keywords)
                wrong = held_out and not chosen and _is_data(kept) and "torch.utils.data.DataLoader" in call.names
            elif held_out:
                said = set(tokens(kept)) - _HELD_OUT - {"epoch", "avg", "mean", "final", "set"}
                measured = bool(said) and all(metrics.metrics_named(word) or word in _RESULTS for word in said)
                wrong = measured and not ({"train", "fit", "training", "epoch"} | _HELD_OUT) & set(tokens(call.method))
            else:
                wrong = call.method in _VALIDATING and Role.TRAIN not in module.roles_of(kept) and _only_on_training(module, call)
            if wrong:
                yield self.finding(
                    call, f"`{kept or call.method}` is of training data: `{ast.unparse(call.node)[:60]}`",
                    advice="give it the data that it is named for",
                )  # fmt: skip


def _given_data(module: Module) -> list[Call]:
    """Calls that are given something named for training data, in source order."""
    words = [word for word in filter(_is_data, module.syntax.mentioned) if module.role_of(word) is Role.TRAIN]
    picked = [node for node in module.syntax.subscripts if node.slice.__class__ is ast.Constant and _is_of_training(module, _name(node))]
    found: dict[int, ast.Call] = {}
    for node in (*module.names_spelt(words), *module.attributes_spelt(words), *picked):
        up: Any = node.up  # type: ignore[attr-defined]
        while isinstance(up, (ast.Subscript, ast.keyword)) or (isinstance(up, ast.Attribute) and up.attr == "__iter__"):
            up = up.up  # type: ignore[union-attr]
        if up.__class__ is ast.Call:
            found[id(up)] = up
    return sorted((call for node in found.values() if (call := module.call(node))), key=lambda call: call.order)


@lru_cache(maxsize=16_000)
def _is_data(name: str) -> bool:
    return _MAY_BE_DATA.search(name.lower()) is not None and any(word in _DATA or word.endswith(("loader", "set")) for word in tokens(name))


def _is_of_training(module: Module, name: str) -> bool:
    """Whether a name says that it is of data to train on, and of nothing else."""
    return _is_data(name) and module.role_of(name) is Role.TRAIN


def _is_held_out(module: Module, name: str) -> bool:
    """Whether a name says that it is of the validation or the test, and of nothing else."""
    if not _speaks_of_held_out(name):
        return False
    role = module.role_of(name)
    return role is not None and role is not Role.TRAIN


@lru_cache(maxsize=16_000)
def _speaks_of_held_out(name: str) -> bool:
    words = tokens(name)
    if len(words) > 1 and words[-1] == "val":
        return False  # `loss_val`: a value
    return not _HELD_OUT.isdisjoint(words) or any(
        word.startswith(("test", "val", "eval")) and word.endswith(("loader", "set")) for word in words
    )


def _name(node: ast.expr) -> str:
    """The last name of `loader`, `self.loader` or `loaders["train"]`."""
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
        return f"{key}_{_name(node.value)}" if key else ""
    return last_word(node)


def _only_on_training(module: Module, call: Call) -> bool:
    """Whether nothing else in the file calls this function of validation."""
    return sum(other.method == call.method for other in module.calls) == 1


def _scores(module: Module) -> Iterator[Call]:
    yield from (call for call in module.calls_under("sklearn.metrics.") if call.method in metrics.METRICS)
    yield from (call for call in module.method_calls("score") if len(call.node.args) >= 2)


def _is_supervised(call: Call) -> bool:
    made = [name.removesuffix("().fit") for name in call.names]
    if any(keyword.arg == "sample_weight" for keyword in call.node.keywords):
        return False  # a surrogate: its score says how well it fits
    return bool(made) and all(
        name.startswith(("sklearn.", "xgboost.", "lightgbm.", "catboost.")) and name.endswith(_SUPERVISED) for name in made
    )


def _is_made_up(module: Module, fit: Call) -> bool:
    """Rows that were drawn or made (`make_blobs`), on which an interface, a picture or a solver is shown."""
    trace = module.flow.trace(fit.node.args[0])
    return any(
        name.startswith(("numpy.random.", "np.random.", "sklearn.datasets.make_"))
        for call in trace.calls for name in (*call.names, ast.unparse(call.node.func))  # `%pylab` brings `np` unseen
    )  # fmt: skip


def _is_of(module: Module, score: Call, fit: Call) -> bool:
    """Whether a score is of the fitted model, on the very data of the fit."""
    if score.function is not fit.function or fit.receiver is None:
        return False
    if score.method == "score":
        return _same(module, score.receiver, fit.receiver) and _same(module, score.node.args[0], fit.node.args[0])
    if len(score.node.args) < 2 or not _same(module, score.node.args[0], fit.node.args[1]):
        return False
    values = module.resolver.values(score.node.args[1])
    predicted = module.call(values[0]) if len(values) == 1 else None
    if predicted is None or predicted.method not in ("predict", "predict_proba") or not predicted.node.args:
        return False
    return _same(module, predicted.receiver, fit.receiver) and _same(module, predicted.node.args[0], fit.node.args[0])


def _same(module: Module, one: ast.expr | None, other: ast.expr | None) -> bool:
    """Two uses of one name without a new value in between, or the same attribute or column of such."""
    if isinstance(one, ast.Name) and isinstance(other, ast.Name):
        return one.id == other.id and {id(b) for b in module.resolver.reaching(one)} == {id(b) for b in module.resolver.reaching(other)}
    return one is not None and other is not None and not isinstance(one, ast.Name) and ast.dump(one) == ast.dump(other)
