"""TST107."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.data_facts import data_facts
from mlsmith.rules.kit.knowledge import storage

_VALIDATORS = (
    "pandera", "great_expectations", "pydantic", "cerberus", "jsonschema", "tensorflow_data_validation", "deepchecks", "whylogs", "soda", "frictionless",
    "voluptuous", "schema", "dataframely", "patito", "pydeequ", "evidently",
)  # fmt: skip
_CHECKS = frozenset(
    {"validate", "check", "verify", "require", "ensure", "expect", "assert", "sanity", "contract", "schema", "expectations", "quality"}
)
_LOOKS = frozenset(
    {
        "columns",
        "dtypes",
        "isnull",
        "isna",
        "notnull",
        "shape",
        "empty",
        "duplicated",
        "min",
        "max",
        "between",
        "isin",
        "nunique",
        "is_unique",
    }
)
_DECLARED = frozenset({"dtype", "dtypes", "schema", "usecols", "converters", "columns"})
_TABLES = frozenset(name for name in storage.READS if name.startswith(("pandas.", "polars.", "dask.dataframe.", "duckdb.", "pyarrow.")))


class UncheckedData(Rule):
    """A model is trained on a table that nothing in the project ever looked over.

    ## What it finds
    A table that is read (`pandas`, `polars`, `dask`) and reaches a `fit` or a `train…` call, in a project in which nothing checks data: no library for
    it (`pandera`, `great_expectations`, `pydantic`), no assertion or `raise` after a look at columns, types, gaps or ranges, no function named for
    checking, no column types or columns given where tables are read. One finding a project, at the first such place by path.

    ## Why it is debt
    Data change without a word: a column in cents, a code for missing, a join that doubles rows. Code that is wrong fails; data that are wrong train a
    model that is wrong, weeks before anyone sees it (Arpteg et al. 2018, testing; Breck et al. 2017, tests for features and data).

    ## Bad
    ```python train.py
    import pandas as pd

    payments = pd.read_csv("payments.csv")  # finding: TST107
    model.fit(payments[FEATURES], payments["fraud"])
    ```

    ## Good
    ```python train.py
    import pandas as pd

    payments = pd.read_csv("payments.csv")
    if payments["amount"].isnull().any() or payments["amount"].max() > 100_000:
        raise ValueError("payments.csv: amounts are missing or out of range")
    model.fit(payments[FEATURES], payments["fraud"])
    ```

    ## Fix
    None: what data have to be like is known to those who make and use them.

    ## When it stays silent
    As soon as anything in the project checks data, whichever it is; for arrays, pictures and texts; for tables whose place is put together at run
    time, and where it is not seen that what is read reaches training; in tests, examples and notebooks. Off by default: small studies look at
    their data by eye. Of 53 projects that it was tried on it named one, the samples of a book.

    ## References
    Breck et al. 2017, The ML test score, tests for features and data; Arpteg et al. 2018, section on testing.
    """

    code = "TST107"
    severity = Severity.INFO
    minutes = 30
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        """(whether the file checks data, places of reads that reach training, functions that give what they read back, functions that feed training)"""
        facts = data_facts(module) if module.notebook is None else None
        checked = _checks(module)
        found = []
        for way, _, _, marks, seen in facts[0] if facts else ():
            if way == "r" and "t" in marks:
                found.append(tuple(seen))
        read = [tuple(where(module, call.node)) for call in module.calls_to(*_TABLES)] if found else []
        places = tuple(seen for seen in found if any(seen[:2] == other[:2] for other in read))
        return (checked, places[:1]) if checked or places else None

    def collect_config(self, document: ConfigDocument) -> Any:
        return (True, ()) if {"expectations", "expectation_suite_name", "great_expectations"} & set(tokens(document.path)) else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = sorted(project.collected(self))
        if any(checked for _, (checked, _) in collected):
            return
        for path, (_, places) in [one for one in collected if one[1][1]][:1]:
            yield self.finding(
                place_from(path, project, places[0]), "what is read here is trained on, and nothing in the project checks what data are like",
                advice="say what columns, types, gaps and ranges are expected, and refuse what differs before training",
            )  # fmt: skip


def _checks(module: Module) -> bool:
    if module.is_test:
        return False
    if module.imports(*_VALIDATORS):
        return True
    if any(_CHECKS & set(tokens(function.node.name)) for function in module.functions):
        return True
    if any(k.arg in _DECLARED for call in module.calls_to(*_TABLES) for k in call.node.keywords):
        return True
    tested = [node.test for node in module.syntax.branches if isinstance(node, ast.If) and any(isinstance(s, ast.Raise) for s in node.body)]
    if "assert" in module.source.text:
        tested += [node.test for node in module.syntax.nodes if isinstance(node, ast.Assert)]
    return any(isinstance(part, ast.Attribute) and part.attr in _LOOKS for test in tested for part in ast.walk(test))
