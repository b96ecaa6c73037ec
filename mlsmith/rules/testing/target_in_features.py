"""TST110."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import UNKNOWN, Call, Finding, Module, Rule, Severity

_SPLITS = ("sklearn.model_selection.train_test_split", "sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate")
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
    "Perceptron",
    "Pipeline",
    "SearchCV",
)


class TargetInFeatures(Rule):
    """The label is among the features.

    ## What it finds
    `fit(X, y)`, `train_test_split(X, y)` or `cross_val_score(model, X, y)` where `y` is a column of a frame, and `X` is that very frame
    whole, or a selection of its columns that lists the label's.

    ## Why it is debt
    The model reads the answer. Scores are near perfect in development and of no use on the first row whose label is not known yet
    (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = pd.read_csv("houses.csv")
    parts = train_test_split(frame, frame["price"], random_state=1)  # finding: TST110
    ```

    ## Good
    ```python
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = pd.read_csv("houses.csv")
    parts = train_test_split(frame.drop(columns="price"), frame["price"], random_state=1)
    ```

    ## Fix
    None: which columns are known at the time of the prediction is not in the code.

    ## When it stays silent
    When the frame is split whole to be taken apart later (the label's column is dropped, popped, deleted or left out anywhere in the file,
    or no call gets the part that holds it whole); for column lists that are computed; for models that are given the frame and pick their columns.

    ## References
    Kapoor and Narayanan 2023, Leakage and the reproducibility crisis: illegitimate features.
    """

    code = "TST110"
    severity = Severity.ERROR
    minutes = 45

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("sklearn", "xgboost", "lightgbm", "catboost"):
            return
        for call, features, label in _supervised(module):
            frame, column = _column(module, label)
            if frame is None:
                continue
            if _holds(module, features, frame, column) and not _is_left_out(module, column) and not _is_taken_apart(module, call):
                yield self.finding(
                    module.at(features), f"`{ast.unparse(features)[:40]}` holds the column `{column}`, which `{call.method}` is given as the label",
                    advice=f"leave `{column}` out of the features: `.drop(columns={column!r})`",
                )  # fmt: skip


def _supervised(module: Module) -> Iterator[tuple[Call, ast.expr, ast.expr]]:
    """Calls that are given features and a label, with both."""
    for call in module.calls_to(*_SPLITS):
        first = 0 if call.method == "train_test_split" else 1
        if len(call.node.args) >= first + 2:
            yield call, call.node.args[first], call.node.args[first + 1]
    for call in module.method_calls("fit"):
        made = [name.removesuffix("().fit") for name in call.names]
        known = made and all(name.startswith(("sklearn.", "xgboost.", "lightgbm.")) and name.endswith(_SUPERVISED) for name in made)
        if known and len(call.node.args) >= 2 and not all(name.endswith(("Pipeline", "SearchCV")) for name in made):
            yield call, call.node.args[0], call.node.args[1]


def _value(module: Module, node: ast.expr) -> ast.expr:
    """What a name was given last, without `.values` and `.to_numpy()`."""
    for _ in range(4):
        if isinstance(node, ast.Name):
            values = module.resolver.values(node)
            if len(values) != 1 or values[0] is node:
                return node
            node = values[0]
        elif isinstance(node, ast.Attribute) and node.attr == "values":
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("to_numpy", "ravel", "copy")
            and not node.args
        ):
            node = node.func.value
        else:
            return node
    return node


def _column(module: Module, label: ast.expr) -> tuple[ast.Name | None, str]:
    """Frame and column of `frame["price"]`, through names."""
    node = _value(module, label)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        column = module.constant(node.slice)
        if isinstance(column, str):
            return node.value, column
    return None, ""


def _holds(module: Module, features: ast.expr, frame: ast.Name, column: str) -> bool:
    """Whether the features are the very frame, or a selection of its columns that lists the label's."""
    node = features
    while isinstance(node, ast.Name) and not _is_frame(module, node, frame):
        bindings = module.resolver.reaching(node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None or bindings[0].index is not None:
            return False
        node = bindings[0].value
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        columns = module.constant(node.slice)
        return columns is not UNKNOWN and isinstance(columns, (list, tuple)) and column in columns and node.value.id == frame.id
    return isinstance(node, ast.Name)


def _is_frame(module: Module, node: ast.Name, frame: ast.Name) -> bool:
    """The same name without another value in between, that is a frame read from somewhere."""
    mine, theirs = module.resolver.reaching(node), module.resolver.reaching(frame)
    if node.id != frame.id or {id(b) for b in mine} != {id(b) for b in theirs} or not mine:
        return False
    return all(binding.kind == "assign" for binding in mine) and any(name.startswith("pandas.") for name in module.names(node))


def _is_left_out(module: Module, column: str) -> bool:
    """Whether the column is dropped, popped, deleted or compared with anywhere in the file."""
    for call in module.method_calls("drop", "pop", "difference", "remove", "isin", "set_index"):
        if any(isinstance(part, ast.Constant) and part.value == column for part in ast.walk(call.node)) or not _names_columns(call):
            return True
    if any(isinstance(node, ast.Delete) and f"[{column!r}]" in ast.unparse(node) for node in ast.walk(module.source.tree)):
        return True
    return any(
        isinstance(node.ops[0], (ast.NotEq, ast.NotIn))
        and any(isinstance(part, ast.Constant) and part.value == column for part in ast.walk(node))
        for node in module.syntax.comparisons
    )


def _is_taken_apart(module: Module, call: Call) -> bool:
    """Whether the part of a split that holds the frame goes nowhere whole: columns are selected from it by whoever learns."""
    if call.method != "train_test_split" or not call.target_names:
        return False
    whole = call.target_names[0]
    given = [node for other in module.calls for node in (*other.node.args, *(k.value for k in other.node.keywords))]
    if any(isinstance(node, ast.Name) and node.id == whole for node in given):
        return False
    taken = (node.value for node in ast.walk(module.source.tree) if isinstance(node, ast.Subscript))
    return any(isinstance(node, ast.Name) and node.id == whole for node in taken)


def _names_columns(call: Call) -> bool:
    """Whether a `drop` says which columns by literals; otherwise the label may be among them."""
    if call.method != "drop":
        return True
    given = [*call.node.args[:1], *(k.value for k in call.node.keywords if k.arg in ("columns", "labels", "index"))]
    return all(call.module.constant(node) is not UNKNOWN for node in given)
