"""GLU101."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Finding, Module, Place, Project, Rule, Severity, last_word
from mlsmith.rules.kit.ecosystems import MACHINE_LEARNING, Glue, glue_of, may_be_glue

_LEAST_SHARE = 0.1
_LEAST_ECOSYSTEMS = 3
_LEAST_ENTROPY = 1.5
_LEAST_STATEMENTS = 20
_LEAST_CALLS = 8
_DENSE = 0.05
_MANY_ECOSYSTEMS = 5
_MANY_CALLS = 15
_LEAST_DENSITY = 0.035
_LEAST_CHURN = 5
_MOST = 10


class GlueHotspot(Rule):
    """A file that mostly carries data between libraries, and is changed all the time.

    ## What it finds
    Files in which at least 10 % of the statements that call something do nothing but carry data - convert, copy, rename, reshape,
    (de)serialise or move it, or start a process -, and cross the borders of libraries: at least eight calls that do, across at least three
    ecosystems, one of them a machine-learning library, mixed by at least 1.5 bits of entropy, five for a hundred statements that call
    something; or at least fifteen calls across at least five ecosystems, three and a half for a hundred statements: the drawer through which
    everything passes. What writes or reads a library's own format is not counted among them. Both only where git shows the
    file among the quarter most often changed, at least five commits in 180 days. At most ten a project, ranked by density × entropy ×
    log2(1 + commits). Never without a git history.

    ## Why it is debt
    Five percent of a mature system is the model, 95 % is glue (Sculley et al. 2015). Where glue is also touched weekly, each change of a
    library or of the data has to be made there first, by hand, without tests; Arpteg et al. (2018) count it among the twelve challenges.

    ## Bad
    ```python
    # a file of converters with many commits; the example needs a history and stands in the tests
    ```

    ## Good
    ```python
    # one function per border between two ecosystems, typed and tested, that the rest of the code calls
    ```

    ## Fix
    None: it takes a design.

    ## When it stays silent
    Without git; in tests, examples and generated files; in files of fewer than 20 such statements; when the file is rarely changed; in
    loops that step an optimiser and in trainers, which carry what they log and save (2 of 2 on an unseen project). A
    print, a logged line, a path that is joined, a list that grows and an attribute that is set count neither as glue nor as work: with them,
    algorithms and data sets of one library were reached, and 3 of 22 findings on unseen projects held. At 1.2 bits, two libraries and
    a call of a third, trainers and renderers were among them, and at 1.4 what adapts one library to another. A tensor that is reshaped or moved
    to a device, a picture whose colours are
    converted and an array whose numbers are written out cross no border. Before crossings were counted for each statement, large files of
    models and of web handlers were found for twenty calls in thousands of lines: 6 of 11 held in round 20; with it 4 of 7 in rounds 21 and
    23, before a library's own format stopped counting and the bits came to 1.5.

    ## References
    Sculley et al. 2015, section 4; Tornhill 2015, hotspots as complexity × change.
    """

    code = "GLU101"
    severity = Severity.WARNING
    minutes = 60
    needs_history = True
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        if not may_be_glue(module) or _trains(module):
            return None
        glue = glue_of(module)
        if glue.share < _LEAST_SHARE or not MACHINE_LEARNING & set(glue.counts) or not (_is_dense(glue) or _is_drawer(glue)):
            return None
        return (round(glue.share, 4), glue.statements, glue.counts, glue.own)

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        churn = project.history.churn() if collected and project.history is not None else {}
        limit = _limit([count for path, count in churn.items() if path.endswith((".py", ".ipynb"))])
        ranked = []
        for path, facts in collected:
            commits = churn.get(path, 0)
            if commits >= limit:
                glue = Glue(*facts)
                ranked.append((glue.density * glue.entropy * math.log2(1 + commits), path, glue, commits))
        for _, path, glue, commits in sorted(ranked, key=lambda row: (-row[0], row[1]))[:_MOST]:
            listed = ", ".join(sorted(glue.counts, key=lambda name: (-glue.counts[name], name))[:4])
            yield self.finding(
                Place.of_line(path, (1, 1, 1, 2), "glue hotspot"),
                f"{glue.crossings} calls of this file only carry data between {len(glue.counts)} ecosystems ({listed}), one for every "
                f"{round(1 / glue.density)} statements that do something, and it changed in {commits} commits of 180 days",
                advice="give each border between two libraries one tested function, and keep the steps on one side of it",
            )  # fmt: skip


def _trains(module: Module) -> bool:
    """Whether the file steps an optimiser or is a trainer: what it carries from library to library is what it logs and saves."""
    bases = (last_word(base) for node in module.syntax.classes for base in node.bases)
    return {"backward", "step"} <= set(module.words_called) or any(base.endswith("Trainer") for base in bases)


def _is_dense(glue: Glue) -> bool:
    mixed = len(glue.counts) >= _LEAST_ECOSYSTEMS and glue.entropy >= _LEAST_ENTROPY
    return mixed and glue.crossings >= _LEAST_CALLS and glue.statements >= _LEAST_STATEMENTS and glue.density >= _DENSE


def _is_drawer(glue: Glue) -> bool:
    """Whether everything passes through the file, whatever else it does."""
    return len(glue.counts) >= _MANY_ECOSYSTEMS and glue.crossings >= _MANY_CALLS and glue.density >= _LEAST_DENSITY


def _limit(churn: list[int]) -> int:
    """Five commits, or what the most often changed quarter of the files has, whichever is more."""
    ranked = sorted(churn)
    third_quartile = ranked[(3 * len(ranked)) // 4] if ranked else 0
    return max(_LEAST_CHURN, third_quartile)
