"""PRV101."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity, last_word, personal, tokens

_FEATURES = frozenset({"features", "feature", "predictors", "inputs", "covariates"})
_KEPT_OUT = frozenset({
    "sensitive", "protected", "private", "pii", "garbage", "drop", "dropped", "exclude", "excluded", "ignore", "ignored", "remove", "removed",
    "forbidden", "banned", "leak", "leaky", "leaking", "unused", "non", "not",
})  # fmt: skip
"""Words of lists of what is no feature, or watched"""


class PersonalDataAsFeature(Rule):
    """A column about persons is given to a model.

    ## What it finds
    Columns that the setting `sensitive` names, in a list of features, or in what `fit` is given as features.

    ## Why it is debt
    The model can repeat what it was given, and learn to tell people apart by what it must not. Taking the column out later means to train
    anew and to withdraw what was published (Arpteg et al. 2018, privacy and safety).

    ## Bad
    ```toml settings
    sensitive = ["email", "birth*"]
    ```
    ```python
    import pandas as pd

    frame = pd.read_csv("customers.csv")
    FEATURES = ["visits", "birthdate"]  # finding: PRV101
    model.fit(frame[FEATURES], frame["bought"])
    ```

    ## Good
    ```toml settings
    sensitive = ["email", "birth*"]
    ```
    ```python
    import pandas as pd

    frame = pd.read_csv("customers.csv")
    FEATURES = ["visits", "age_group"]
    model.fit(frame[FEATURES], frame["bought"])
    ```

    ## Fix
    None: the model has to be trained without the column, or with a reason that is written down.

    ## When it stays silent
    Where nothing is declared sensitive: what a name such as `city` means only its owners know; for columns that are dropped, hashed or
    compared; for lists that are named for what stays out or is watched (`sensitive_features`); for the label.

    ## References
    GDPR, article 5: data minimisation.
    """

    code = "PRV101"
    severity = Severity.WARNING
    minutes = 60

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.settings.sensitive:
            return
        seen: set[int] = set()
        for node in module.syntax.assignments:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = last_word(target)
            if set(tokens(name)) & _FEATURES and not set(tokens(name)) & _KEPT_OUT and isinstance(node.value, (ast.List, ast.Tuple)):
                for column in node.value.elts:
                    if isinstance(column, ast.Constant) and personal.is_sensitive(module, column.value):
                        seen.add(id(node.value))
                        yield self._found(module, column, str(column.value))
        for call in module.method_calls("fit", "fit_transform"):
            for features in call.node.args[:1]:
                yield from self._in_features(module, features, seen)

    def _in_features(self, module: Module, features: ast.expr, seen: set[int]) -> Iterator[Finding]:
        for value in module.resolver.values(features):
            if not isinstance(value, ast.Subscript) or any(id(inner) in seen for inner in module.resolver.values(value.slice)):
                continue
            columns = module.constant(value.slice)
            for column in columns if isinstance(columns, (list, tuple)) else []:
                if personal.is_sensitive(module, column):
                    yield self._found(module, value, column)

    def _found(self, module: Module, node: ast.AST, column: str) -> Finding:
        return self.finding(
            module.at(node), f"`{column}` is declared sensitive, and is a feature here",
            advice="leave it out, or put something coarser in its place, and say why in the model card",
        )  # fmt: skip
