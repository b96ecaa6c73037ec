"""TRA104."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Module, Rule, Severity, block_of, statement_of

_BETTER = regex(r"permutation_importance|PermutationImportance|\bshap\b|\beli5\b|\blime\b|drop_?col", re.I)
_TREES = ("sklearn.ensemble.", "sklearn.tree.")
_BIASING = {
    "LabelEncoder": "numbers for categories", "OrdinalEncoder": "numbers for categories", "factorize": "numbers for categories",
    "get_dummies": "categories spread over many columns", "OneHotEncoder": "categories spread over many columns",
    "PolynomialFeatures": "columns made of one another", "shift": "lags of one another", "rolling": "windows of one another",
}  # fmt: skip
"""What makes columns of many values, or such as say the same → what they are"""
_SHOWING = frozenset({
    "bar", "barh", "barplot", "plot", "print", "stem", "scatter", "log", "log_metric", "info", "display", "DataFrame", "Series", "zip", "argsort", "sorted",
})  # fmt: skip


class BiasedImportance(Rule):
    """The importance of features is read from the impurity of trees, which favours columns of many values.

    ## What it finds
    `feature_importances_` of a tree or forest of scikit-learn that is plotted, printed, ranked or put into a table, in a file that makes
    columns of many values, or such as depend on each other (categories turned into numbers or into dummies, lags, polynomials), and that
    knows no permutation importance and no SHAP.

    ## Why it is debt
    A column with many values offers many splits, and wins some by chance; columns that say the same share their importance. What is
    shown as the explanation of the model is then partly one of its encoding, and it is computed on the training data (Arpteg et al. 2018,
    limited transparency).

    ## Bad
    ```python
    import matplotlib.pyplot as plt
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.preprocessing import OrdinalEncoder

    x_train = OrdinalEncoder().fit_transform(raw)
    forest = RandomForestClassifier().fit(x_train, y_train)
    plt.barh(names, forest.feature_importances_)  # finding: TRA104
    ```

    ## Good
    ```python
    import matplotlib.pyplot as plt
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.inspection import permutation_importance
    from sklearn.preprocessing import OrdinalEncoder

    x_train = OrdinalEncoder().fit_transform(raw)
    forest = RandomForestClassifier().fit(x_train, y_train)
    plt.barh(names, permutation_importance(forest, x_test, y_test).importances_mean)
    ```

    ## Fix
    None: permutation takes time and held-out rows, which are not at hand where the importance is read.

    ## When it stays silent
    When the model is not known to be scikit-learn's; when importances only choose columns; when permutation importance, SHAP or their like
    appear anywhere in the file; without a sign of columns that bias it. One finding a file. Off by default: whether the ranking is taken
    for an explanation is a matter of its readers, and what it would change cannot be seen.

    ## References
    Strobl et al. 2007, bias in random forest variable importance measures; scikit-learn user guide, permutation importance against
    impurity-based importance.
    """

    code = "TRA104"
    severity = Severity.INFO
    minutes = 10
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        text = module.source.text
        if "feature_importances_" not in text or not module.imports("sklearn") or _BETTER.search(text):
            return
        sign = next((call.method for call in module.calls_spelt(*_BIASING)), "")
        if not sign:
            return
        for node in module.attributes_spelt(["feature_importances_"]):
            if _is_of_trees(module, node.value) and _is_shown(module, node):
                yield self.finding(
                    module.at(node), f"importances by impurity favour columns of many values, and `{sign}` makes {_BIASING[sign]}",
                    advice="show `permutation_importance` on held-out data, or SHAP values",
                )  # fmt: skip
                return


def _is_of_trees(module: Module, node: ast.expr) -> bool:
    names = module.names(node)
    return bool(names) and all(name.startswith(_TREES) for name in names)


def _is_shown(module: Module, node: ast.Attribute) -> bool:
    """Whether the importances, or the name they are given, go into something that shows or ranks them."""
    up: ast.AST = node
    while not isinstance(up, ast.stmt):
        up = up.up  # type: ignore[attr-defined]
        call = module.call(up) if isinstance(up, ast.Call) else None
        if call is not None and call.method in _SHOWING:
            return True
    kept = statement_of(node)
    if not isinstance(kept, ast.Assign) or kept.value is not node or not isinstance(kept.targets[0], ast.Name):
        return False
    name, block = kept.targets[0].id, block_of(kept)
    shown = (call for call in module.calls_spelt(*_SHOWING) if block.contains(block_of(call.node)))
    return any(isinstance(part, ast.Name) and part.id == name for call in shown for part in ast.walk(call.node))
