"""Under which rules a configuration may change: always those of the base, never of the change itself."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from mlsmith.engine.ignore import Patterns
from mlsmith.errors import SettingsError, SourceError
from mlsmith.review.people import People
from mlsmith.review.signing import Signers
from mlsmith.settings import FILES, ReviewSettings, Settings, load_settings_text, plain

if TYPE_CHECKING:
    from mlsmith.change import Change
    from mlsmith.revisions.configuration import Touched
    from mlsmith.revisions.meaning import Node
    from mlsmith.settings import KeyRule
    from mlsmith.sources.tree import Tree

RISKS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one revision, with the signers and schemas that it names."""

    settings: ReviewSettings
    people: People
    file: str
    """Where it stands, empty where there is none"""
    schemas: tuple[tuple[str, bytes], ...] = ()
    """File → content"""

    @property
    def digest(self) -> str:
        text = json.dumps(plain(self.settings), sort_keys=True)
        digest = hashlib.sha256(text.encode() + b"\0" + self.people.signers.allowed)
        for name, content in self.schemas:
            digest.update(b"\0" + name.encode() + b"\0" + content)
        return digest.hexdigest()

    def covers(self, path: str) -> bool:
        """Whether a change of the path needs an approval; what the policy itself consists of always does."""
        return bool(self.settings.configs) and (path in self.parts or bool(self._patterns.decide(path, folder=False)))

    def covers_folder(self, path: str) -> bool:
        """Whether what stands below the path would be covered: a submodule, or a link to a folder."""
        return self.covers(f"{path}/x") or self.covers(f"{path}/x.yaml") or self.covers(path)

    @property
    def parts(self) -> tuple[str, ...]:
        """The files that the policy consists of, besides its own settings."""
        return (self.settings.allowed_signers, self.revoked, *(one.schema for one in self.settings.schema))

    @property
    def revoked(self) -> str:
        """The list of revoked keys stands beside the signers."""
        return f"{self.settings.allowed_signers.rpartition('/')[0]}/revoked_keys".lstrip("/")

    def demands(self, changes: tuple[Change, ...], touched: tuple[Touched, ...]) -> Demands:
        """What the keys that changed ask for. Where none can be told, every rule may be meant."""
        rules = self.settings.rule
        if not touched and changes:
            return Demands(max((self.settings.approvals, *(rule.approvals for rule in rules))), "high" if rules else "medium", ())
        approvals, risk, refusals = self.settings.approvals, "low", []
        for one in touched:
            for rule in self._rules_for(one.key):
                approvals = max(approvals, rule.approvals)
                refusals += _out_of_range(one, rule)
            risk = max(risk, self._risk_of(one), key=RISKS.index)
        return Demands(approvals, risk, tuple(dict.fromkeys(refusals)))

    def risky(self, touched: tuple[Touched, ...]) -> frozenset[str]:
        """The keys of high risk among those that changed."""
        return frozenset(one.key for one in touched if self._risk_of(one) == "high")

    def violations(self, path: str, data: bytes) -> list[str]:
        """Where a configuration does not satisfy the schemas that are meant for it. Raises SettingsError where one is no schema."""
        wanted = [one.schema for one in self.settings.schema if Patterns(one.path).decide(path, folder=False)]
        if not wanted:
            return []
        from mlsmith.review.described import violations

        known = dict(self.schemas)
        return [said for name in wanted for said in violations(path, data, known.get(name), name)]

    @property
    def is_without_signers(self) -> bool:
        """Whether nobody can approve anything, so that the first signers need no approval of others."""
        return self.settings.require_signature and not self.people.lines

    @property
    def speaks_of_values(self) -> bool:
        """Whether any rule can only be held against values that are read."""
        return any(rule.range for rule in self.settings.rule)

    def is_bot(self, person: str) -> bool:
        return any(self.people.person(bot.principal) == person for bot in self.settings.bot)

    def bot_may(self, person: str, touched: tuple[Touched, ...]) -> bool:
        """Whether a bot may change these keys on its own."""
        keys = [key for bot in self.settings.bot if self.people.person(bot.principal) == person for key in bot.keys]
        return bool(touched) and all(any(fnmatchcase(one.key, key) for key in keys) for one in touched)

    def _rules_for(self, key: str) -> list[KeyRule]:
        return [rule for rule in self.settings.rule if fnmatchcase(key, rule.key)]

    def _risk_of(self, one: Touched) -> str:
        return max(["high" if _grows(one, rule) else rule.risk for rule in self._rules_for(one.key)], key=RISKS.index, default="medium")

    @property
    def _patterns(self) -> Patterns:
        return _patterns_of(self.settings.configs)


@lru_cache(maxsize=8)
def _patterns_of(globs: tuple[str, ...]) -> Patterns:
    return Patterns("\n".join(globs))


@dataclass(frozen=True, slots=True)
class Demands:
    approvals: int
    risk: str
    refusals: tuple[str, ...]
    """Why nobody may approve it"""


def policy_in(tree: Tree) -> Policy:
    """The policy that stands in a tree. Raises SettingsError where its settings are no settings."""
    settings, file = settings_in(tree)
    review = settings.review
    probe = Policy(review, People(Signers(b"")), file)
    signers = Signers(_read(tree, review.allowed_signers), _read(tree, probe.revoked))
    schemas = {one.schema: _read(tree, one.schema) for one in review.schema}
    return Policy(review, People(signers), file, tuple(sorted(schemas.items())))


def policy_section(tree: Tree) -> bytes | None:
    """The policy's own settings in a tree, wherever they stand, as canonical JSON: the rest of the file is not under review."""
    for name in FILES:
        data = _read(tree, name)
        if (name == "mlsmith.toml" and data) or b"mlsmith" in data:
            section = section_of(data, name)
            if section is not None or name == "mlsmith.toml" or b"[tool.mlsmith" in data:
                return section
    return None


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


def settings_in(tree: Tree) -> tuple[Settings, str]:
    """The settings of a tree's root, and their file; defaults where there is none."""
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


def _number(node: Node | None) -> float | None:
    value = node.value if node is not None else None
    try:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except OverflowError:
        return math.inf


def _grows(one: Touched, rule: KeyRule) -> bool:
    old, new = _number(one.old), _number(one.new)
    if not rule.factor or old is None or new is None or not (math.isfinite(old) and math.isfinite(new)):
        return False
    if not old or not new:
        return old != new
    return max(abs(new / old), abs(old / new)) >= rule.factor


def _out_of_range(one: Touched, rule: KeyRule) -> list[str]:
    if len(rule.range) != 2 or one.new is None:
        return []
    lowest, highest = rule.range
    value = _number(one.new)
    if value is None:
        return [f"{one.key} must be a number from {lowest:g} to {highest:g}, not {one.new.shown}"]
    return [] if lowest <= value <= highest else [f"{one.key} = {one.new.shown} is not within {lowest:g} to {highest:g}"]
