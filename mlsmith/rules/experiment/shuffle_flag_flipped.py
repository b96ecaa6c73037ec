"""EXP106."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mlsmith.rules.kit import Change, Finding, Module, Place, Rule, Severity, Significance
from mlsmith.rules.kit.order import order_facts


class ShuffleFlagFlipped(Rule):
    """Since the base revision, data is read in another order, whatever else moved around it.

    ## What it finds
    A shuffle decision (data loaders, splits, folds, keras' `fit` and generators) whose effective value, the library's default included,
    differs from the base revision: `HEAD` for the working tree, or the revision of `--since`. Calls are matched across moved and
    renamed functions and files, renamed variables and reformatting; an argument that vanished counts as the default it leaves behind. As
    information only: what a commit of its own (three files at most) changed whose subject speaks of shuffling; it is named.

    ## Why it is debt
    This is the incident of the real-estate project in Arpteg et al. (2018): a refactoring flipped a shuffle flag, the valuation got
    worse, and days were lost because the change could not be seen among a thousand harmless ones.

    ## Bad
    ```python @base
    from torch.utils.data import DataLoader

    def loader(train_set):
        return DataLoader(train_set, shuffle=True)
    ```
    ```python
    from torch.utils.data import DataLoader

    def make_training_batches(train_set):
        return DataLoader(train_set)  # finding: EXP106
    ```

    ## Good
    ```python
    from torch.utils.data import DataLoader

    def make_training_batches(train_set):
        return DataLoader(train_set, shuffle=True)
    ```

    ## Fix
    None: the change may be meant; if it is not, the base has the old value.

    ## When it stays silent
    Without git; when a call is new or gone rather than changed; when the value is not a literal on one of the sides; when the batch size
    became 1 or None where shuffling ended, because the data set makes its own batches from then on; when the flag went because the data comes as a stream now.

    ## References
    Arpteg et al. 2018, project EST.
    """

    code = "EXP106"
    severity = Severity.ERROR
    minutes = 60
    needs_history = True

    def collect(self, module: Module) -> Any:
        return order_facts(module)

    def changes(self, changes: Iterable[Change]) -> Iterator[Finding]:
        for change in changes:
            if change.kind == "order" and change.significance is Significance.HIGH:
                callee = change.subject.removesuffix("(shuffle)").rpartition(".")[2]
                moved = f" (moved from {change.moved_from})" if change.moved_from else ""
                yield self.finding(
                    Place.of_line(change.path, (change.line, 1, change.line, 2), f"{change.subject} {change.symbol} {change.new}"),
                    f"the shuffle flag of `{callee}` was {change.old} and is now {change.new}{moved}",
                    advice="restore it, or say in a commit of its own why the order of samples changes",
                )  # fmt: skip
