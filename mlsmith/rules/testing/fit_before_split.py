"""TST101."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import UNKNOWN, Call, Confidence, Finding, Module, Role, Rule, Severity, tokens
from mlsmith.rules.kit.knowledge import sklearn
from mlsmith.rules.kit.splits import Split, is_used, splits

_STATELESS = (*sklearn.LEARNS_NOTHING, *sklearn.LEARNS_VALUES)
_LEARNING = (
    *sklearn.TRANSFORMERS, "sklearn.feature_extraction.", "sklearn.kernel_approximation.", "sklearn.discriminant_analysis.", "category_encoders.",
    "imblearn.over_sampling.", "imblearn.combine.", "umap.UMAP", "feature_engine.", "keras.layers.Normalization",
)  # fmt: skip
_WRONG = regex(r"\b(improper|leak|leaks|leaking|leakage|wrong|incorrect|cheating)\b")
_FITS = ("fit", "fit_transform", "fit_resample", "fit_sample", "partial_fit", "adapt")
_FUNCTIONS = tuple(
    f"sklearn.preprocessing.{name}"
    for name in ("scale", "minmax_scale", "maxabs_scale", "robust_scale", "quantile_transform", "power_transform")
)
"""Functions that learn from what they are given and forget it"""
_STATISTICS = ("mean", "median", "mode", "quantile")
_JOINS = ("concat", "concatenate", "append", "vstack", "hstack", "row_stack")
_LABELS = frozenset({"y", "label", "labels", "target", "targets", "ytest"})


class FitBeforeSplit(Rule):
    """A scaler, imputer, selector or statistic has seen the test data before the split.

    ## What it finds
    A transformer that learns from data (scaling, imputation, selection, decomposition, text vectorising, target encoding, resampling)
    fitted on data that is divided into training and test parts later, where the transformed data reaches the split: through names,
    columns, attributes and functions of the same file; functions that do so at once (`sklearn.preprocessing.scale`) too. Splits are
    `train_test_split`, folds, `cross_val_score`, `random_split`, and slices kept as train and test. Also `fillna` with the mean of all
    rows, and `(x - x.mean()) / x.std()`.

    ## Why it is debt
    The reported score is of a model that knows something about its test set; in production it meets data that its scaler has never
    seen. Neither an error nor a warning tells (Arpteg et al. 2018, testing; Kapoor and Narayanan 2023 count such leaks in 17 fields).

    ## Bad
    ```python
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    def prepare(X, y):
        X = StandardScaler().fit_transform(X)  # finding: TST101
        return train_test_split(X, y, random_state=7)
    ```

    ## Good
    ```python
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    def prepare(X, y):
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7)
        scaler = StandardScaler().fit(X_train)
        return scaler.transform(X_train), scaler.transform(X_test), y_train, y_test
    ```

    ## Fix
    None: moving the fit behind the split changes what the program computes, which is the point.

    ## When it stays silent
    For transformers inside a Pipeline that is cross-validated; for stateless ones (`Normalizer`, `PolynomialFeatures`, hashing) and
    plain encodings of categories and labels (`OneHotEncoder`, `LabelEncoder`, `get_dummies`); when the fit saw only a training part, or one single row;
    for slices of what was concatenated from a training and an unlabelled test table just before, as in competitions;
    when the file never reads the test part, or a comment just above says that this leaks, as lessons on leakage do. A `fit` that a
    `fit_transform` of the same transformer repeats is reported once, there.

    ## References
    scikit-learn user guide, common pitfalls: data leakage; Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
    """

    code = "TST101"
    severity = Severity.ERROR
    minutes = 45

    def python(self, module: Module) -> Iterator[Finding]:
        leaks: dict[int, tuple[ast.expr, Split]] = {}
        for split in splits(module):
            if _only_parts_again(module, split):
                continue
            for index, data in enumerate(split.data):
                if _parts_are_used(module, split, index):
                    for leak in _leaks(module, split, data):
                        leaks.setdefault(id(leak), (leak, split))
        for leak, split in leaks.values():
            if not _is_shown_as_wrong(module, leak) and not any(_is_fitted_again(module, leak, other) for other, _ in leaks.values()):
                yield self._report(module, leak, split)

    def _report(self, module: Module, leak: ast.expr, split: Split) -> Finding:
        call = module.call(leak)
        name = _learner(call) if call is not None else ""
        what = f"`{name}` learns from" if name else "these statistics are of"
        span = module.source.span(split.node)
        where = f"line {span.start.line}" if span.cell is None else f"cell {span.cell}, line {span.start.line}"
        return self.finding(
            module.at(leak), f"{what} all rows before {split.name} ({where}) sets the test rows apart",
            advice="split first, then fit on the training part only, or put the step into a Pipeline",
            confidence=Confidence.HIGH if name else Confidence.MEDIUM,
        )  # fmt: skip


def _leaks(module: Module, split: Split, data: ast.expr) -> Iterator[ast.expr]:
    """Fits and statistics that the divided data comes through."""
    trace = module.flow.trace(data)
    for call in trace.calls:
        if call.order > (split.node.end_lineno, split.node.end_col_offset) and call.function is module.function_around(split.node):
            continue
        if _learner(call):
            if not _saw_training_part_only(module, call):
                yield call.node
        elif _is_mean_filling(module, call) and not _saw_training_part_only(module, call):
            yield call.node
        else:
            yield from _inside(module, call)
    for binding in trace.bindings:
        if binding.value is not None and _is_standardising(binding.value):
            yield binding.value


def _parts_are_used(module: Module, split: Split, index: int) -> bool:
    """Whether the test part of this data is read anywhere; where the parts get no names of their own, that is taken for granted."""
    statement = split.node.up  # type: ignore[attr-defined]
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Tuple):
        return True
    parts = statement.targets[0].elts[2 * index : 2 * index + 2]
    return len(parts) != 2 or is_used(module, parts[1])


def _is_shown_as_wrong(module: Module, leak: ast.expr) -> bool:
    """A lesson on leakage: a comment just above says that this is how not to do it."""
    above = module.source.lines[max(0, leak.lineno - 4) : leak.lineno]
    return any(_WRONG.search(line.partition("#")[2].lower()) for line in above)


def _is_fitted_again(module: Module, leak: ast.expr, other: ast.expr) -> bool:
    """`scaler.fit(x)` and then `scaler.fit_transform(x)`: one leak, which the later fit makes."""
    one, two = module.call(leak), module.call(other)
    if one is None or two is None or one is two or one.method != "fit" or one.receiver is None or two.receiver is None:
        return False
    return ast.dump(one.receiver) == ast.dump(two.receiver) and one.order < two.order and two.method == "fit_transform"


def _learner(call: Call | None) -> str:
    """The transformer's class where the call fits one that learns from data."""
    if call is not None and any(name in _FUNCTIONS for name in call.names) and call.argument("axis").value in (0, None, UNKNOWN):
        return call.method
    if call is None or call.method not in _FITS or _only_encodes(call):
        return ""
    for name in call.names:
        owner = name.rpartition(".")[0]
        if owner.endswith("()") and owner.startswith(_LEARNING) and not owner.removesuffix("()").endswith(_STATELESS):
            return owner.removesuffix("()").rpartition(".")[2]
    return ""


def _only_encodes(call: Call) -> bool:
    """A ColumnTransformer written out whose steps are all stateless or plain encodings."""
    if not any(name.startswith("sklearn.compose.ColumnTransformer()") for name in call.names) or call.receiver is None:
        return False
    module = call.module
    values = module.resolver.values(call.receiver)
    made = module.call(values[0]) if len(values) == 1 else None
    nodes = [node for node in ast.walk(made.node) if node is not made.node] if made else []
    steps = [module.call(node) for node in nodes if isinstance(node, ast.Call)]
    for node in nodes:
        if isinstance(node, ast.Tuple) and len(node.elts) > 1 and isinstance(node.elts[1], ast.Name):  # `("encode", encoder, columns)`
            steps += [module.call(value) for value in module.resolver.values(node.elts[1])]
    return bool(steps) and all(step is not None and step.method in _STATELESS for step in steps)


def _saw_training_part_only(module: Module, call: Call) -> bool:
    """Whether what is fitted on has been taken apart before, or is named for training."""
    if not call.node.args:
        return False
    trace = module.flow.trace(call.node.args[0])
    if any(other.method in ("train_test_split", "random_split") for other in trace.calls):
        return True
    if _is_of_one(call) or any(_is_of_one(other) for other in trace.calls if other.method in _FITS):
        return True
    values = module.resolver.values(call.node.args[0])
    return _speaks_of_training(call.node.args[0]) or (
        bool(values) and all(_speaks_of_training(value) and "test" not in ast.dump(value).lower() for value in values)
    )


def _speaks_of_training(node: ast.expr) -> bool:
    return any("train" in part.id.lower() for part in ast.walk(node) if isinstance(part, ast.Name))


def _only_parts_again(module: Module, split: Split) -> bool:
    """`both[:n]` and `both[n:]` of `both = concat([train, test])`, which came apart and whose test rows have no labels here: a competition's."""
    if split.name != "slicing":
        return False
    calls = module.flow.trace(split.data[0]).calls
    if any(call.method == "train_test_split" for call in calls):
        return False
    joined = any(call.method in _JOINS and {Role.TRAIN, Role.TEST} <= _roles_in(module, call.node) for call in calls)
    return joined and not any(set(tokens(name)) & _LABELS and Role.TEST in module.roles_of(name) for name in module.syntax.names)


def _roles_in(module: Module, node: ast.expr) -> set[Role]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return {role for role in map(module.role_of, names) if role is not None}


def _is_of_one(call: Call) -> bool:
    """`vectorizer.fit_transform([document])`: it learns from one row, for that row."""
    return bool(call.node.args) and isinstance(call.node.args[0], ast.List) and len(call.node.args[0].elts) == 1


def _inside(module: Module, call: Call) -> Iterator[ast.expr]:
    """Fits inside a function of this file whose result the call gives."""
    for name in call.names:
        function = module.resolver.function_named(name)
        if function is None:
            continue
        for result in module.resolver.returns_of(function):
            if result.value is not None:
                for inner in module.flow.trace(result.value).calls:
                    if _learner(inner) and not _saw_training_part_only(module, inner):
                        yield inner.node


def _is_mean_filling(module: Module, call: Call) -> bool:
    """`df.fillna(df.mean())`."""
    if call.method != "fillna" or not call.node.args or call.receiver is None:
        return False
    value = call.node.args[0]
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _STATISTICS


def _is_standardising(value: ast.expr) -> bool:
    """`(x - x.mean()) / x.std()` and `(x - x.min()) / (x.max() - x.min())`, of one and the same x, down the rows."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and isinstance(value.left, ast.BinOp)):
        return False
    inner = value.left
    if not isinstance(inner.op, ast.Sub) or not isinstance(inner.right, ast.Call) or not isinstance(inner.right.func, ast.Attribute):
        return False
    centre = inner.right
    if centre.func.attr not in ("mean", "min", "median") or _over_columns(centre):  # type: ignore[attr-defined]
        return False
    same = ast.dump(inner.left) == ast.dump(centre.func.value)  # type: ignore[attr-defined]
    spread = {node.func.attr for node in ast.walk(value.right) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    return same and bool(spread & {"std", "max", "var"}) and "train" not in ast.dump(inner.left).lower()


def _over_columns(call: ast.Call) -> bool:
    return any(k.arg in ("axis", "dim") and not (isinstance(k.value, ast.Constant) and k.value.value == 0) for k in call.keywords)
