"""EFF101."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Finding, Module, Place, Project, Rule, Severity

_MACHINE_LEARNING = frozenset({
    "torch", "tensorflow", "keras", "sklearn", "jax", "flax", "transformers", "datasets", "lightning", "pytorch_lightning", "xgboost", "lightgbm",
    "catboost", "pandas", "numpy", "polars", "pyspark", "mlflow",
})  # fmt: skip
_TAG = re.compile(r"#[ \t#!:]*(TODO|FIXME|HACK|XXX)\b([^\n]*)")
_OWNED = re.compile(r"^\s*[(\[<{]\s*@?\w|@\w|#\d|\b[A-Z][A-Z0-9]+-\d+\b|https?://|\bissue\b|\bticket\b", re.I)
_DAYS = 90


class UnownedTodo(Rule):
    """A task was left in the code without anybody's name, and has stood there for months.

    ## What it finds
    Comments that begin with `TODO`, `FIXME`, `HACK` or `XXX` in code that uses a library of machine learning or data, name neither a
    person nor a ticket, and stood in the same file 90 days before the newest commit already. Asked of git; without a history: nothing.

    ## Why it is debt
    What nobody owns nobody does. The estimate of the next experiment leaves it out, and pays for it (Arpteg et al. 2018, effort estimation).

    ## Bad
    ```python
    # a comment of last year; the example needs a history and stands in the tests
    import torch

    weights = torch.ones(3)  # TODO: balance the classes
    ```

    ## Good
    ```python
    import torch

    weights = torch.ones(3)  # TODO(ann, #412): balance the classes
    ```

    ## Fix
    None: who will do it, and whether, is for people to say.

    ## When it stays silent
    When a person (`TODO(ann)`, `@ann`), a ticket (`#412`, `ML-12`) or an address is named; for younger ones; where the line has changed since,
    or the file was renamed; in notebooks, tests and examples. There is no fix: who will do it, and whether, is for people to say.

    ## Options
    `days = 180` reports only what is older; 90 by default.

    ## References
    Potdar and Shihab 2014, An exploratory study on self-admitted technical debt.
    """

    code = "EFF101"
    severity = Severity.INFO
    minutes = 10
    needs_history = True
    speaks_in_examples = False
    options = {"days": _DAYS}  # noqa: RUF012

    def collect(self, module: Module) -> Any:
        text = module.source.text
        if module.notebook is not None or not _TAG.search(text) or not module.packages & _MACHINE_LEARNING:
            return None
        import textwrap

        inside = [(n.lineno, n.end_lineno or n.lineno) for n in module.syntax.strings if n.lineno != (n.end_lineno or n.lineno)]
        found = []
        for number, line in enumerate(module.source.lines, start=1):
            match = _TAG.search(line)
            if match and not _OWNED.search(match[2]) and not any(first <= number <= last for first, last in inside):
                found.append(
                    (
                        number,
                        match.start() + 1,
                        len(line) + 1,
                        match[1],
                        textwrap.shorten(match[2].strip(" :-."), 60, placeholder=" …"),
                        line.strip(),
                    )
                )
        return tuple(found) or None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        if not collected or project.history is None:
            return
        stood = project.history.lines_before([path for path, _ in collected], "TODO|FIXME|HACK|XXX", int(self.option["days"]))
        for path, tasks in collected:
            old = stood.get(path, frozenset())
            for line, column, end, tag, task, whole in tasks:
                if whole in old:
                    said = f": {task}" if task else ""
                    yield self.finding(
                        Place.of_line(path, (line, column, line, end), whole),
                        f"{tag} without owner or ticket, older than {self.option['days']} days{said}",
                        advice=f"do it, delete it, or say whose it is: `{tag}(name, #ticket)`",
                    )  # fmt: skip
