"""The flags that lint found dead, and what prune would make of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.errors import UserError
from mlsmith.fixes.prune.found import Asked
from mlsmith.fixes.prune.plan import prune
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.sight import Sight
from mlsmith.index.project import History
from mlsmith.rules.dead_code.dead_config_flag import DeadConfigFlag
from mlsmith.rules.dead_code.never_toggled_flag import NeverToggledFlag


class Flag(NamedTuple):
    """A flag by its full name, and where lint speaks of it."""

    flag: str
    value: Any
    code: str
    path: str
    line: int


class Candidate(NamedTuple):
    """`lines` would go, or `refusal` says why not. `owner` and `date` are of the last change to the line, where git knows."""

    flag: str
    value: Any
    code: str
    path: str
    line: int
    lines: int
    refusal: str
    kind: str
    """What refusals of one kind have in common"""
    owner: str
    date: str


def candidates(sight: Sight, history: History | None = None) -> Iterator[Candidate]:
    """Flags of functions, then of configurations, in the order of their files."""
    for flag, value, code, path, line in flags_of(sight):
        last = history.last_change(path, line) if history is not None else None
        owner, date = (last[0], last[1][:10]) if last else ("", "")
        try:
            result = prune(sight, Asked(flag, value))
        except (Refusal, UserError) as refusal:
            kind = refusal.sort if isinstance(refusal, Refusal) else "not found"
            yield Candidate(flag, value, code, path, line, 0, str(refusal), kind, owner, date)
        else:
            yield Candidate(flag, value, code, path, line, result.lines, "", "", owner, date)


def flags_of(sight: Sight) -> Iterator[Flag]:
    rule = NeverToggledFlag({})
    for definition, parameter, value, finding in rule.candidates(sight.project):
        dotted = f"{sight.project.files[definition.path].module}.{definition.function.name}"
        yield Flag(f"{dotted}.{parameter}", value, rule.code, finding.path, finding.span.start.line)
    for path, key, _ in DeadConfigFlag({}).dead_keys(sight.project):
        yield Flag(".".join(key.keys), key.value, DeadConfigFlag.code, path, key.line)
