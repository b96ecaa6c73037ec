"""The one place that decides which findings a comment in the source suppresses, and which comments suppress
nothing.

Findings are sorted by it, never dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlsmith.finding import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mlsmith.engine.packing import Extent
    from mlsmith.sources.directives import Directive


class DirectiveUse(NamedTuple):
    """One suppression and what became of it."""

    path: str
    directive: Directive
    used: tuple[str, ...]
    """Its codes that suppressed something"""
    unused: tuple[str, ...]
    """Its codes whose rules all spoke here, and that suppressed nothing"""
    unknown: tuple[str, ...]
    """Its codes that name no rule at all"""


def suppress(
    findings: Iterable[Finding],
    directives: Mapping[str, Sequence[tuple[Directive, Extent]]],
    *,
    active: Iterable[str],
    known: Iterable[str],
    silenced: Callable[[str, str], bool] = lambda path, code: False,
) -> tuple[list[Finding], list[DirectiveUse]]:
    """The findings, each with its status, and what each directive did.

    `active` are the codes of the rules that ran, `known` those of all rules there are; `silenced` says whether the settings switch a
    code off for a path. Nothing is said of a suppression that may be meant for a rule that did not speak.
    """
    hits: dict[tuple[str, int], set[str]] = {}
    decided = []
    for finding in findings:
        quiet = False
        for number, (directive, extent) in enumerate(directives.get(finding.path, ())):
            wanted = _covering(directive, extent, finding)
            if wanted:
                quiet = True
                hits.setdefault((finding.path, number), set()).update(wanted)
        decided.append(finding.with_status(Status.SUPPRESSED) if quiet else finding)
    active, known = tuple(active), tuple(known)
    uses = [
        _use(path, directive, hits.get((path, number), set()), known, [code for code in active if not silenced(path, code)])
        for path in sorted(directives)
        for number, (directive, _) in enumerate(directives[path])
    ]
    return decided, uses


def _covering(directive: Directive, extent: Extent, finding: Finding) -> list[str]:
    """The codes of the directive that name this finding; none where it stands elsewhere."""
    first, last = extent
    here = directive.cell == finding.span.cell and first <= finding.span.start.line <= last
    if directive.kind != "file" and not here:
        return []
    return [code for code in directive.codes if finding.code.startswith(code)]


def _use(path: str, directive: Directive, used: set[str], known: Sequence[str], spoke: Sequence[str]) -> DirectiveUse:
    meant = {code: [rule for rule in known if rule.startswith(code)] for code in directive.codes}
    unknown = [code for code, rules in meant.items() if not rules]
    unused = [code for code, rules in meant.items() if rules and code not in used and set(rules) <= set(spoke)]
    return DirectiveUse(path, directive, tuple(sorted(used)), tuple(unused), tuple(unknown))
