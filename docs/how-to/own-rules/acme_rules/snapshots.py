"""How Acme's warehouse is read."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity


class UndatedSnapshot(Rule):
    """The warehouse is read without the date of a snapshot.

    ## What it finds
    Calls of `acme.warehouse.read` that give no `as_of`, by keyword or as the second argument.

    ## Why it is debt
    The table moves on every night, so that two trainings on "the same" data differ and nobody can say why.

    ## Bad
    ```python
    from acme import warehouse

    orders = warehouse.read("orders")  # finding: ACM101
    ```

    ## Good
    ```python
    from acme import warehouse

    orders = warehouse.read("orders", as_of="2026-01-31")
    ```

    ## When it stays silent
    When `**options` may bring the date; in tests.

    ## Options
    `tables = ["currencies"]` names tables that never change and need no date.

    ## References
    Acme's handbook, chapter "Data that holds still".
    """

    code = "ACM101"
    severity = Severity.WARNING
    minutes = 15
    options = {"tables": []}

    def python(self, module: Module) -> Iterator[Finding]:
        for call in module.calls_to("acme.warehouse.read"):
            table = call.argument("table", 0).value
            if call.argument("as_of", 1).absent and table not in self.option["tables"]:
                yield self.finding(
                    call,
                    f"`{table}` is read as it happens to be today",
                    advice='name a snapshot: `as_of="2026-01-31"`',
                )
