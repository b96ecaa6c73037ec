"""DEP106."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Place, RequirementsDocument, Rule, Severity

_BRANCHES = frozenset({"main", "master", "develop", "dev", "head", "latest", "nightly", "trunk"})
_OF_PAGES = regex(r"(^|/)docs?[/._-]|[_-]docs?\.\w+$")
_REFERENCE = regex(r"^git\+[a-z+]+://[^#]*?[^/#]/[^@#]*(?:@([^#]+))?(?:#.*)?$")


class UnlocatedVcsDependency(Rule):
    """A dependency is taken from the tip of a git branch.

    ## What it finds
    `git+https://…` and `git+ssh://…` in requirements, pyproject.toml and conda environments with no commit or tag behind the `@`, or
    with the name of a branch there.

    ## Why it is debt
    Every installation fetches what the branch holds that day, without even a version number that would tell two of them apart: the
    unstable dependency of Sculley et al. (2015), and what Arpteg et al. (2018) call dependency management.

    ## Bad
    ```requirements requirements.txt
    transformers @ git+https://github.com/huggingface/transformers  # finding: DEP106
    ```

    ## Good
    ```requirements requirements.txt
    transformers @ git+https://github.com/huggingface/transformers@052e652d6d53c2b26ffde87e039b723949a53493
    ```

    ## Fix
    None: which commit works is not written in the file; `pip freeze` prints it.

    ## When it stays silent
    For commits and tags; for references with variables in them; for archives and local paths, which are not looked at; for what
    builds the documentation.

    ## References
    pip documentation, VCS support.
    """

    code = "DEP106"
    severity = Severity.WARNING
    minutes = 10

    def requirements(self, document: RequirementsDocument) -> Iterator[Finding]:
        if _OF_PAGES.search(document.path):
            return
        for requirement in document.requirements:
            match = _REFERENCE.match(requirement.url) if requirement.url.startswith("git+") and "$" not in requirement.url else None
            if match is None or (match.group(1) or "main").lower() not in _BRANCHES:
                continue
            span, branch = requirement.span, match.group(1)
            name = requirement.name or requirement.url.partition("#")[0].rpartition("/")[2]
            where = f"the branch `{branch}`" if branch else "the default branch"
            line = document.lines[span.start.line - 1].strip()
            yield self.finding(
                Place.of_line(document.path, (span.start.line, span.start.column, span.end.line, span.end.column), line),
                f"`{name}` is installed from {where}: every installation may fetch other code", advice="put a commit behind the address: `…@<commit>`",
            )  # fmt: skip
