"""PRV107."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity
from mlsmith.rules.kit.accesses import accesses
from mlsmith.rules.kit.data_dependencies import is_covered
from mlsmith.rules.kit.places import HOLE, UNKNOWN_PART

_TRAINS = (".fit(", ".backward(", "train")


class UndeclaredDataUse(Rule):
    """Training reads data that the declaration of the project's data does not know.

    ## What it finds
    A file or table that training code reads by a place that it says in full (literals, constants, joined paths, SQL), in a project that declares
    its sources (`data.source` of the settings), where no declared path matches it: neither a source's, nor a feature table's, nor a model's.

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
        for access in accesses(module):
            if access.reads and access.kind in ("data", "table") and _is_whole(access.place) and not is_covered(access.place, declared):
                yield self.finding(
                    access.call, f"training reads `{access.place[:80]}`, which no declared source covers",
                    advice="declare it with its owner: [[tool.mlsmith.data.source]] with name, owner and paths",
                )  # fmt: skip


def _is_whole(place: str) -> bool:
    """Whether the code says all of a place."""
    return UNKNOWN_PART not in place and HOLE.search(place) is None
