"""Under which rules a configuration may change: always those of the base, never of the change itself."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mlsmith.engine.ignore import Patterns
from mlsmith.errors import SettingsError, SourceError
from mlsmith.review.people import People
from mlsmith.review.signing import Signers
from mlsmith.settings import FILES, ReviewSettings, Settings, load_settings_text

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.settings import KeyRule
    from mlsmith.sources.tree import Tree

RISKS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one revision, with the signers that it names."""

    settings: ReviewSettings
    people: People
    file: str
    """Where it stands, empty where there is none"""

    @property
    def digest(self) -> str:
        said = {name: getattr(self.settings, name) for name in self.settings.__slots__}
        text = json.dumps(said, sort_keys=True, default=lambda record: {name: getattr(record, name) for name in record.__slots__})
        return hashlib.sha256(text.encode() + b"\0" + self.people.signers.allowed).hexdigest()

    def covers(self, path: str) -> bool:
        """Whether a change of the path needs an approval; what the policy itself consists of always does."""
        if not self.settings.configs:
            return False
        return path in (self.settings.allowed_signers, self.revoked) or bool(
            Patterns("\n".join(self.settings.configs)).decide(path, folder=False)
        )

    @property
    def revoked(self) -> str:
        """The list of revoked keys stands beside the signers."""
        return f"{self.settings.allowed_signers.rpartition('/')[0]}/revoked_keys".lstrip("/")

    def demands(self, changes: tuple[Change, ...]) -> Demands:
        """What the keys that changed ask for."""
        approvals, risk, refusals = self.settings.approvals, "low", []
        for change in changes:
            graded = "medium"
            for rule in self._rules_for(change.subject):
                approvals = max(approvals, rule.approvals)
                graded = "high" if _grows(change, rule) else rule.risk
                refusals += _out_of_range(change, rule)
            risk = max(risk, graded, key=RISKS.index)
        return Demands(approvals, risk, tuple(refusals))

    def risk_of(self, change: Change) -> str:
        rules = self._rules_for(change.subject)
        return max(["high" if _grows(change, rule) else rule.risk for rule in rules], key=RISKS.index, default="medium")

    def _rules_for(self, key: str) -> list[KeyRule]:
        return [rule for rule in self.settings.rule if fnmatchcase(key, rule.key)]

    def may_itself(self, principal: str, changes: tuple[Change, ...]) -> bool:
        """Whether a bot may approve its own change: its keys, and no others."""
        keys = [key for bot in self.settings.bot if self.people.person(bot.principal) == self.people.person(principal) for key in bot.keys]
        return bool(changes) and all(any(fnmatchcase(change.subject, key) for key in keys) for change in changes)


@dataclass(frozen=True, slots=True)
class Demands:
    approvals: int
    risk: str
    refusals: tuple[str, ...]
    """Why nobody may approve it"""


def policy_in(tree: Tree) -> Policy:
    """The policy that stands in a tree. Raises SettingsError where its settings are no settings."""
    settings, file = _settings_in(tree)
    review = settings.review
    probe = Policy(review, People(Signers(b"")), file)
    signers = Signers(_read(tree, review.allowed_signers), _read(tree, probe.revoked))
    return Policy(review, People(signers), file)


def section_of(data: bytes | None, name: str) -> bytes | None:
    """The policy's own part of a settings file, as canonical JSON: the rest of the file is not under review."""
    if data is None:
        return None
    import tomli

    try:
        found = tomli.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return data
    section = found if name.endswith("mlsmith.toml") else found.get("tool", {}).get("mlsmith", {})
    review = section.get("review") if isinstance(section, dict) else None
    return None if review is None else json.dumps(review, sort_keys=True, default=str).encode()


def _settings_in(tree: Tree) -> tuple[Settings, str]:
    for name in FILES:
        data = _read(tree, name)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SettingsError(f"{name} of the base is not valid UTF-8", advice="choose a later --base") from None
        if (name == "mlsmith.toml" and data) or "[tool.mlsmith" in text:
            return load_settings_text(text, name), name
    return Settings(), ""


def _read(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except SourceError:
        return b""


def _numbers(change: Change) -> tuple[float, float] | None:
    try:
        old, new = float(change.old or ""), float(change.new or "")
    except ValueError:
        return None
    return (old, new) if math.isfinite(old) and math.isfinite(new) else None


def _grows(change: Change, rule: KeyRule) -> bool:
    numbers = _numbers(change)
    if not rule.factor or numbers is None:
        return False
    old, new = numbers
    if not old or not new:
        return old != new
    return max(abs(new / old), abs(old / new)) >= rule.factor


def _out_of_range(change: Change, rule: KeyRule) -> list[str]:
    if len(rule.range) != 2 or change.new is None:
        return []
    lowest, highest = rule.range
    try:
        value = float(change.new)
    except ValueError:
        return [f"{change.subject} must be a number from {lowest:g} to {highest:g}, not {change.new}"]
    return [] if lowest <= value <= highest else [f"{change.subject} = {change.new} is not within {lowest:g} to {highest:g}"]
