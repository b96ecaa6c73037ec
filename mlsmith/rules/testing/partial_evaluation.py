"""TST109."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Role, Rule, Safety, Severity, with_argument


class PartialEvaluation(Rule):
    """The loader of a test or validation set drops its last samples.

    ## What it finds
    `torch.utils.data.DataLoader` with `drop_last=True`, where the names around the call say that it serves validation or test.

    ## Why it is debt
    Up to a batch of samples is never scored, and which ones depends on the batch size: two runs with other batch sizes report
    accuracies on other sets (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256, drop_last=True)  # finding: TST109
    ```

    ## Good
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256)
    ```

    ## Fix
    Unsafe, since code behind the loader may count on full batches.
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256, drop_last=False)
    ```

    ## When it stays silent
    When neither the result nor the data is named for evaluation; when the flag is no literal; for training. Loops that stop early and
    slices of evaluation data are not looked at.

    ## References
    PyTorch documentation of DataLoader.
    """

    code = "TST109"
    severity = Severity.ERROR
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("torch"):
            return
        for call in module.calls_to("torch.utils.data.DataLoader"):
            flag = call.argument("drop_last")
            named = {role for name in (*call.target_names, *call.data_names) for role in module.roles_of(name)}
            if flag.value is True and flag.keyword is not None and flag.is_literal and named and Role.TRAIN not in named:
                names = call.target_names or call.data_names
                yield self.finding(
                    call, f"`{names[0]}` drops its last incomplete batch: those samples are never evaluated",
                    advice="take `drop_last=True` away from evaluation loaders",
                    fix=with_argument(call, "drop_last", "False", title="set drop_last=False", safety=Safety.UNSAFE),
                )  # fmt: skip
