"""CUL105."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mlsmith.rules.kit import Finding, Place, Rule, Severity


class UnexplainedSuppression(Rule):
    """A suppression without a reason, or one that suppresses nothing.

    ## What it finds
    `# mlsmith: ignore[…]` and `# mlsmith: ignore-file[…]` comments that give no reason, that suppress nothing any more, that name a rule
    which does not exist, or that are malformed and therefore have no effect.

    ## Why it is debt
    A silenced finding is a decision. Without its reason the next reader, often of another profession, cannot tell an accepted risk from a
    forgotten one; cultural differences between data scientists, engineers and product owners are a challenge of their own in Arpteg et
    al. (2018). A suppression that suppresses nothing hides the next real finding on its line.

    ## Bad
    ```python
    import torch

    state = torch.load("model.pt", weights_only=False)  # mlsmith: ignore[PRV103]
    # finding on the line above: CUL105
    ```

    ## Good
    ```python
    import torch

    state = torch.load("model.pt", weights_only=False)  # mlsmith: ignore[PRV103] written by our own pipeline, digest checked
    ```

    ## Fix
    None: the reason is yours to give; a suppression that suppresses nothing can go, once you agree that the code is mended.

    ## When it stays silent
    For `# noqa: …`, which belongs to other tools too. Nothing is called unused that may be meant for a rule which did not speak: one that
    is switched off in this run or for this file, one of a prefix such as `ignore[EXP]`, one that speaks only where the clone has its
    history.

    ## References
    Sculley et al. 2015, section on cultural debt.
    """

    code = "CUL105"
    severity = Severity.INFO
    minutes = 5
    speaks_in_tests = True

    def suppressions(self, uses: Iterable[Any]) -> Iterator[Finding]:
        for use in uses:
            directive = use.directive
            place = Place(use.path, directive.span, anchor=f"{','.join(directive.codes)}:{directive.kind}")
            if directive.kind == "noqa":
                continue
            if directive.malformed:
                yield self.finding(
                    place, f"this suppression {directive.malformed}", advice="write `# mlsmith: ignore[CODE] reason`, or delete it",
                    severity=Severity.WARNING,
                )  # fmt: skip
                continue
            listed = ", ".join(directive.codes)
            if use.unknown:
                yield self.finding(place, f"no rule is called {', '.join(use.unknown)}", advice="see `mlsmith rule --list`")
            if use.unused:
                yield self.finding(place, f"nothing here needs the suppression of {', '.join(use.unused)}", advice="delete it")
            elif not directive.reason:
                yield self.finding(
                    place, f"the suppression of {listed} gives no reason", advice="say after the bracket why it is acceptable here"
                )
