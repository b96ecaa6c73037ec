"""EFF103."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Finding, Module, Project, Rule, Severity
from mlsmith.rules.kit.collect import place_from, where

_LIBRARIES = ("torch", "tensorflow", "keras", "sklearn", "lightgbm", "xgboost", "catboost")


class NoTarget(Rule):
    """A project trains models, and nobody has said when one is good enough.

    ## What it finds
    Code that trains (`.fit(…)`, `.backward()`) in a project whose settings declare no `target`. One finding a project, at the first such
    place by path.

    ## Why it is debt
    Without a target nobody can say how far it is away, what reaching it may cost, or when to stop: a promising detector of poker bots was
    cancelled for that (Arpteg et al. 2018, effort estimation).

    ## Bad
    ```python
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=0.1)
    model.fit(features, labels)  # finding: EFF103
    ```

    ## Good
    ```toml settings
    [target]
    metric = "r2"
    value = 0.7
    deadline = "2027-03-31"
    experiments = 20
    ```
    ```python
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=0.1)
    model.fit(features, labels)
    ```

    ## Fix
    None: the target is an agreement between those who make the model and those who wait for it.

    ## When it stays silent
    Where a target is declared; in tests, examples and vendored code. Off by default: a library and a course have none to declare.

    ## References
    Arpteg et al. 2018, sections on experiment management and effort estimation.
    """

    code = "EFF103"
    severity = Severity.INFO
    minutes = 20
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        if module.settings.target.metric or not module.imports(*_LIBRARIES):
            return None
        first = next(iter(module.method_calls("fit", "backward")), None)
        return tuple(where(module, first.node)) if first is not None else None

    def project(self, project: Project) -> Iterator[Finding]:
        for path, seen in sorted(project.collected(self))[:1]:
            yield self.finding(
                place_from(path, project, seen), "models are trained here, and no target says when one is good enough",
                advice="agree on one, and write it down: [tool.mlsmith.target] with metric and value",
            )  # fmt: skip
