"""CODEOWNERS: which paths have an owner, as GitHub and GitLab read the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mlsmith.regex import regex

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may stand; the first one counts"""
_SECTION = regex(r"\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>.*)")
_COMMENT = regex(r"(?:^|\s)#.*")
_FIELD = regex(r"(?:\\.|\S)+")


class OwnerRule(NamedTuple):
    section: int
    pattern: str
    owned: bool
    """Whether the line names somebody; one that names nobody takes the owners away"""


def owner_rules(text: str) -> list[OwnerRule]:
    """The rules of a file in order. Lines that the forges pass over as invalid are no rules."""
    rules: list[OwnerRule] = []
    section, owned_by_default = 0, False
    for line in text.splitlines():
        stripped = _COMMENT.sub("", line).strip()
        heading = _SECTION.fullmatch(stripped)
        if heading:
            section += 1
            owned_by_default = "@" in heading["owners"]
            continue
        fields = _FIELD.findall(stripped)
        if not fields or fields[0][0] == "!" or "[" in fields[0] or not all("@" in owner for owner in fields[1:]):
            continue
        pattern = re.sub(r"\A\./", "/", fields[0]).replace("\\ ", " ")
        rules.append(OwnerRule(section, pattern, len(fields) > 1 or owned_by_default))
    return rules


class Owners:
    """Whether paths have an owner: in a section the last rule that matches decides, and one section is enough."""

    def __init__(self, rules: Iterable[OwnerRule]) -> None:
        from pathspec import GitIgnoreSpec

        self._rules = [(rule, GitIgnoreSpec.from_lines([rule.pattern])) for rule in rules]
        if any(rule.section for rule, _ in self._rules):  # of GitLab, where a path that does not begin with / counts from any folder
            self._rules = [
                (rule, spec if rule.pattern.startswith(("/", "*")) else GitIgnoreSpec.from_lines([f"**/{rule.pattern}"]))
                for rule, spec in self._rules
            ]

    def has_owner(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        decided: dict[int, bool] = {}
        for rule, spec in self._rules:
            # Unlike in .gitignore, `docs/*` means the files of the folder, not what lies below folders in it.
            if spec.match_file(path) and not (rule.pattern.endswith("/*") and folder and spec.match_file(folder)):
                decided[rule.section] = rule.owned
        return any(decided.values())
