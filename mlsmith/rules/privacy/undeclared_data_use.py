"""PRV107."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity

_READERS = (
    "pandas.read_", "polars.read_", "polars.scan_", "duckdb.read_", "duckdb.from_", "pyarrow.parquet.read_", "pyarrow.csv.read_",
    "dask.dataframe.read_", "numpy.load", "numpy.genfromtxt",
)  # fmt: skip
_TRAINS = (".fit(", ".backward(", "train")


class UndeclaredDataUse(Rule):
    """Training reads data that the declaration of the project's data does not know.

    ## What it finds
    A file or table that training code reads by a literal path, in a project that declares its sources (`data.source` of the settings), where
    no declared path matches it: neither a source's, nor a feature table's, nor a model's.

    ## Why it is debt
    A source that nobody declared has no owner who is told of a change, no sensitivity, and no answer when a person asks to be forgotten
    (Arpteg et al. 2018, privacy and safety; Sculley et al. 2015, data dependencies).

    ## Bad
    ```toml settings
    [[data.source]]
    name = "orders"
    owner = "shop"
    paths = ["data/orders/*.parquet"]
    ```
    ```python train.py
    import pandas as pd

    orders = pd.read_parquet("data/orders/2024.parquet")
    people = pd.read_csv("data/customers.csv")  # finding: PRV107
    model.fit(orders.merge(people), labels)
    ```

    ## Good
    ```toml settings
    [[data.source]]
    name = "orders"
    owner = "shop"
    paths = ["data/orders/*.parquet"]

    [[data.source]]
    name = "customers"
    owner = "accounts"
    paths = ["data/customers.csv"]
    ```
    ```python train.py
    import pandas as pd

    orders = pd.read_parquet("data/orders/2024.parquet")
    people = pd.read_csv("data/customers.csv")
    model.fit(orders.merge(people), labels)
    ```

    ## Fix
    None: who owns the source, and whether it may be used, has to be asked.

    ## When it stays silent
    Where no source with paths is declared; for paths that are computed or come from configuration; in code that does not train. Off by
    default: it needs the declaration.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 3.
    """

    code = "PRV107"
    severity = Severity.INFO
    minutes = 20
    default_on = False
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        data = module.settings.data
        declared = [path for step in (data.source, data.feature, data.model) for entry in step for path in entry.paths]
        if not any(entry.paths for entry in data.source) or not any(word in module.source.text for word in _TRAINS):
            return
        for call in module.calls_under(*_READERS):
            path = _read(module, call)
            if path and not any(fnmatchcase(path.removeprefix("./"), pattern) for pattern in declared):
                yield self.finding(
                    call, f"training reads `{path[:80]}`, which no declared source covers",
                    advice="declare it with its owner: [[tool.mlsmith.data.source]] with name, owner and paths",
                )  # fmt: skip


def _read(module: Module, call: Call) -> str:
    if not call.node.args:
        return ""
    path = module.constant(call.node.args[0])
    return path if isinstance(path, str) and "." in path and "\n" not in path and " " not in path else ""
