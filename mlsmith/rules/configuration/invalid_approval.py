"""CFG109."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlsmith.rules.kit import Finding, Place, Reviewed, Rule, Severity


class InvalidApproval(Rule):
    """An approval of a configuration was edited, deleted, forged, given by the author, or is past its day.

    ## What it finds
    Files under `.mlsmith/approvals/` that were changed, moved or deleted since the base, or do not bear the name that their content has;
    approvals of a change that waits which do not count because the approver is one of its authors, the signature is damaged or not
    theirs, the key is not allowed, expired or revoked, or the approval has expired; and emergencies that nobody else approved in time, merged
    ones too. The base is that of CFG108.

    ## Why it is debt
    Approvals are proof of who agreed to what. One that was tampered with proves nothing, and casts doubt on the others; one that the author
    gave is a formality (Sculley et al. 2015, configuration debt).

    ## Bad
    ```toml mlsmith.toml @base
    [review]
    configs = ["conf/**"]
    require-signature = false
    ```
    ```json .mlsmith/approvals/ab/abcd.json
    {"decision": "approve"}  # finding: CFG109
    ```

    ## Good
    ```toml mlsmith.toml @base
    [review]
    configs = ["conf/**"]
    require-signature = false
    ```
    ```toml mlsmith.toml
    # Approvals are written by `mlsmith review approve`, and left alone.
    [review]
    configs = ["conf/**"]
    require-signature = false
    ```

    ## Fix
    None: take the edit back, or ask for an approval that holds.

    ## When it stays silent
    Where CFG108 does; and once a change has the approvals that it needs, whatever else was said of it.

    ## References
    Sculley et al. 2015, Hidden Technical Debt in Machine Learning Systems, configuration debt.
    """

    code = "CFG109"
    severity = Severity.ERROR
    minutes = 30
    needs_history = True

    def reviews(self, reviewed: Iterable[Reviewed]) -> Iterator[Finding]:
        for one in reviewed:
            if one.invalid and one.state != "approved":
                place = Place.of_line(one.path, (one.line, 1, one.line, 2), " ".join(one.keys))
                said = f"this approval does not hold: {'; '.join(one.invalid)}" if one.record else "; ".join(one.invalid)
                advice = (
                    "restore what was there; approvals are only ever added"
                    if one.record
                    else "ask for an approval that holds: mlsmith review"
                )
                yield self.finding(place, said, advice=advice)
