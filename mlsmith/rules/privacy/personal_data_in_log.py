"""PRV102."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, personal, tokens

_LOGGERS = frozenset({"info", "debug", "warning", "error", "exception", "critical", "log"})
_TRACKERS = ("wandb.", "mlflow.log", "neptune.", "comet_ml.")
_HASHING = frozenset({
    "hash", "sha256", "sha1", "md5", "blake2b", "hexdigest", "mask", "anonymise", "anonymize", "pseudonymise", "pseudonymize", "len", "nunique",
    "count", "mean", "isna", "isnull", "notna", "sum", "shape", "dtype", "value_counts",
})  # fmt: skip
_GROUPS = frozenset({
    "age", "caste", "citizenship", "country", "disability", "education", "employment", "ethnic", "ethnicity", "gender", "income", "job", "language",
    "level", "marital", "nationality", "occupation", "orientation", "party", "race", "region", "religion", "sex", "skin", "status",
})  # fmt: skip
"""Words of columns by which persons are grouped: which values they have tells of nobody"""


class PersonalDataInLog(Rule):
    """A column about persons is written into a log.

    ## What it finds
    Columns that the setting `sensitive` names, taken from a row or frame inside a call that prints, logs, tracks (wandb, MLflow, Neptune, Comet)
    or raises.

    ## Why it is debt
    Logs are copied, kept, and read by people who may not read the table; a request to erase a person does not reach them (Arpteg et al.
    2018, privacy and safety).

    ## Bad
    ```toml settings
    sensitive = ["email"]
    ```
    ```python
    import logging

    for row in rows:
        logging.info("scored %s", row["email"])  # finding: PRV102
    ```

    ## Good
    ```toml settings
    sensitive = ["email"]
    ```
    ```python
    import logging

    for row in rows:
        logging.info("scored %s", row["row_number"])
    ```

    ## Fix
    None: whether the line goes or names a pseudonym instead depends on what it is for.

    ## When it stays silent
    Where nothing is declared sensitive; for hashes, counts and summaries of the column, and for which values a column has by which persons are
    grouped (`df["gender"].unique()`); for a whole frame that is printed, as its columns are
    not known here; for what anything may have (`folder.name`, `spec["name"]`) unless it is a row's. Outputs of notebooks are `rows-in-notebook-output`.

    ## References
    GDPR, article 5; OWASP logging cheat sheet.
    """

    code = "PRV102"
    severity = Severity.WARNING
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.settings.sensitive:
            return
        for call in module.calls:
            if not _logs(call):
                continue
            shown = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
            told = (
                name for node in shown if not _is_summary(node) for name in personal.sensitive_columns(module, node) if _tells(node, name)
            )
            column = next(told, "")
            if column:
                yield self.finding(
                    call, f"`{column}` is declared sensitive, and is written out by `{call.method}`",
                    advice="log a key that means nothing outside, or a keyed hash",
                )  # fmt: skip


def _logs(call: Call) -> bool:
    if call.name == "print" or any(name.startswith(_TRACKERS) for name in call.names):
        return True
    if isinstance(call.node.up, ast.Raise):  # type: ignore[attr-defined]
        return True
    if call.method not in _LOGGERS or call.receiver is None:
        return False
    text = ast.unparse(call.receiver).lower()
    return "log" in text


def _is_summary(node: ast.expr) -> bool:
    """Whether what is shown is a hash, a count or another summary."""
    return any(
        (isinstance(part, ast.Attribute) and part.attr in _HASHING) or (isinstance(part, ast.Name) and part.id in _HASHING)
        for part in ast.walk(node)
    )


def _tells(node: ast.expr, column: str) -> bool:
    """Whether what is shown of a column tells of a person: `frame["email"].unique()` does, `frame["gender"].unique()` does not."""
    values = any(isinstance(part, ast.Attribute) and part.attr in ("unique", "drop_duplicates") for part in ast.walk(node))
    return not (values and _GROUPS.intersection(tokens(column)))
