"""CFG108."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlsmith.rules.kit import Finding, Place, Reviewed, Rule, Severity

_MOST = 4
"""Keys that are named"""


class UnreviewedConfigChange(Rule):
    """A configuration was changed, and nobody but its author has approved the change.

    ## What it finds
    A file that `[tool.mlsmith.review] configs` names, the policy itself, or its signers, that differs in meaning from the base without the
    approvals that the policy of the base asks for. The base is where the branch left the one that it is headed for (`origin/HEAD`,
    `origin/main`, `origin/master`, `main` or `master`, the first there is), or, with `--since REV`, where it left that revision. Edits that
    are not committed count, so that it is known before the commit what will have to be approved; only while git makes a commit (in a pre-commit
    hook) what is being committed does not, for nobody could approve it before. A change that passes as an emergency is
    reported as an info until a second person has approved it.

    ## Why it is debt
    A learning rate, a path or a flag in a configuration changes a model as surely as code does, is harder to test, and is reviewed less;
    configuration should be reviewed and versioned as code is (Sculley et al. 2015, configuration debt).

    ## Bad
    ```toml mlsmith.toml @base
    [review]
    configs = ["conf/**"]
    require-signature = false
    ```
    ```yaml conf/train.yaml @base
    lr: 0.1
    shuffle: true
    ```
    ```yaml conf/train.yaml
    lr: 0.1
    shuffle: false  # finding: CFG108
    ```

    ## Good
    ```toml mlsmith.toml @base
    [review]
    configs = ["conf/**"]
    require-signature = false
    ```
    ```yaml conf/train.yaml @base
    lr: 0.1
    shuffle: true
    ```
    ```yaml conf/train.yaml
    # Order, remarks and layout are no change.
    shuffle: true
    lr:      0.1
    ```

    ## Fix
    None: somebody else has to look at it; `mlsmith review` says who may, and `mlsmith review approve` takes it down.

    ## When it stays silent
    Without git, and in a project without a policy. In a shallow clone, or without `ssh-keygen`, it cannot judge; `mlsmith lint` says so on
    standard error, and `mlsmith review verify` fails. A comment in the file does not suppress it: a change cannot excuse itself.

    ## References
    Sculley et al. 2015, Hidden Technical Debt in Machine Learning Systems, configuration debt; Breck et al. 2017, The ML Test Score, test Model 1.
    """

    code = "CFG108"
    severity = Severity.ERROR
    minutes = 30
    needs_history = True

    def reviews(self, reviewed: Iterable[Reviewed]) -> Iterator[Finding]:
        for one in reviewed:
            if one.record or one.state == "approved":
                continue
            place = Place.of_line(one.path, (one.line, 1, one.line, 2), " ".join(one.keys))
            if one.state == "emergency":
                said, severity = f"{_named(one)} passed as an emergency: {one.reasons[0] if one.reasons else ''}", Severity.INFO
            else:
                said, severity = f"{_named(one)} changed without approval{_why(one)}", None
            yield self.finding(place, said, advice="let somebody else look at it: mlsmith review", severity=severity)


def _named(one: Reviewed) -> str:
    shown = ", ".join(f"`{key}`" for key in one.keys[:_MOST])
    return shown + (f" and {len(one.keys) - _MOST} more" if len(one.keys) > _MOST else "") if shown else "it"


def _why(one: Reviewed) -> str:
    if one.state in ("rejected", "refused"):
        return f": {'; '.join(one.reasons)}"
    authors = f" (changed by {', '.join(one.authors)})" if one.authors else ""
    return f"; {one.lacking} {'is' if one.lacking == 1 else 'are'} missing{authors}"
