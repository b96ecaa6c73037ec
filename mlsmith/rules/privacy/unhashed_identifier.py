"""PRV106."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from mlsmith.rules.kit import Call, Finding, Module, Role, Rule, Severity, Trace, personal, tokens

_WRITES = frozenset({"to_csv", "to_parquet", "to_feather", "to_pickle", "to_json", "to_sql", "to_hdf", "write_parquet", "write_csv", "sink_parquet",
                     "parquet", "csv", "orc", "saveAsTable", "insertInto"})  # fmt: skip
_TRAINING = frozenset({"features", "samples", "dataset", "training", "trainset"})
_IDENTIFIERS = (
    "user_id", "userid", "customer_id", "client_id", "patient_id", "member_id", "person_id", "account_id", "subscriber_id", "employee_id",
    "device_id",
)  # fmt: skip


class UnhashedIdentifier(Rule):
    """The identifier of a person goes into training data as it is.

    ## What it finds
    A table that is written for training (its name or path says so) from a frame whose columns are listed, where one of them identifies
    persons: by the option `identifiers`, or by the setting `sensitive`; and nothing puts a hash in its place.

    ## Why it is debt
    Training data are copied, and outlive the tables that they came from. With the raw identifier each row can be joined to its person again,
    and a request to erase has to find every copy (Arpteg et al. 2018, privacy and safety).

    ## Bad
    ```python
    import pandas as pd

    orders = pd.read_parquet("orders.parquet")
    features = orders[["user_id", "amount", "visits"]]
    features.to_parquet("train.parquet")  # finding: PRV106
    ```

    ## Good
    ```python
    import pandas as pd

    orders = pd.read_parquet("orders.parquet")
    orders["user_id"] = orders["user_id"].map(lambda raw: hmac.new(KEY, raw.encode(), "sha256").hexdigest())
    features = orders[["user_id", "amount", "visits"]]
    features.to_parquet("train.parquet")
    ```

    ## Fix
    None: which key the hash takes, and where it is kept, is a decision.

    ## When it stays silent
    Where the columns are not listed; where the file drops the column or gives it a new value, which is taken for a keyed hash; for tables whose
    name does not speak of training. Off by default: whether an identifier may stand in training data is a question of policy, and whoever
    turns the rule on has answered it.

    ## Options
    `identifiers`: names of columns, in lower case, that identify persons.

    ## References
    GDPR, article 4 (5): pseudonymisation.
    """

    code = "PRV106"
    severity = Severity.WARNING
    minutes = 30
    default_on = False
    options = {"identifiers": list(_IDENTIFIERS)}  # noqa: RUF012

    def python(self, module: Module) -> Iterator[Finding]:
        for call in module.method_calls(*_WRITES):
            if call.receiver is None or not _is_for_training(module, call):
                continue
            trace = module.flow.trace(call.receiver)
            column = next((name for name in _columns(module, call.receiver, trace) if self._identifies(module, name)), "")
            if column and not _is_replaced(module, column):
                yield self.finding(
                    call, f"`{column}` identifies persons, and is written into training data as it is",
                    advice="write a keyed hash (HMAC) in its place, and keep the key away from the data; or leave the column out",
                )  # fmt: skip

    def _identifies(self, module: Module, column: object) -> bool:
        return isinstance(column, str) and (column.lower() in self.option["identifiers"] or personal.is_sensitive(module, column))


def _is_for_training(module: Module, call: Call) -> bool:
    said = [
        part.value
        for node in call.node.args[:1]
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    said += [
        part.id
        for node in (call.receiver, *call.node.args[:1])
        if node is not None
        for part in ast.walk(node)
        if isinstance(part, ast.Name)
    ]
    return any(module.role_of(name) is Role.TRAIN or set(tokens(name)) & _TRAINING for name in said)


def _columns(module: Module, frame: ast.expr, trace: Trace) -> Iterator[str]:
    """Columns that are listed where the frame is made: `df[["a", "b"]]`, `.select("a", "b")`, `usecols=[…]`, `DataFrame({"a": …})`."""
    made = [call.node for call in trace.calls] + [b.value for b in trace.bindings if b.value is not None] + [frame]
    for node in made:
        listed: Sequence[object] = ()
        if isinstance(node, ast.Subscript):
            listed = _strings(module, node.slice)
        elif isinstance(node, ast.Call):
            call = module.call(node)
            chosen = [keyword.value for keyword in node.keywords if keyword.arg in ("usecols", "columns")] if call is not None else []
            if call is not None and call.method in ("select", "filter"):
                chosen += node.args
            listed = [name for value in chosen for name in _strings(module, value)] if call is not None and call.method != "drop" else ()
            if call is not None and call.method == "DataFrame" and node.args and isinstance(node.args[0], ast.Dict):
                listed = [key.value for key in node.args[0].keys if isinstance(key, ast.Constant)]
        yield from (name for name in listed if isinstance(name, str))


def _strings(module: Module, node: ast.expr) -> Sequence[object]:
    value = module.constant(node)
    return value if isinstance(value, (list, tuple)) else [value]


def _is_replaced(module: Module, column: str) -> bool:
    """Whether the file gives the column another value, drops it, or renames it."""
    for node in module.syntax.assignments:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Subscript) and module.constant(target.slice) == column:
            return True
    for call in module.method_calls("drop", "pop", "withColumn", "with_columns", "assign", "rename"):
        if any(isinstance(part, ast.Constant) and part.value == column for part in ast.walk(call.node)):
            return True
        if any(keyword.arg == column for keyword in call.node.keywords):
            return True
    return False
