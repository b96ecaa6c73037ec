"""The settings there are: the frozen records that everything else reads, and the one list that checks, messages and schema come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

_SEVERITIES = ("error", "warning", "info")
_ROLES = ("train", "validation", "test")


_NOTHING: Mapping[str, Any] = {}


class GateSettings(NamedTuple):
    """Limits of `mlsmith gate`; None where there is none."""

    max_ratio: float | None = None
    min_grade: str | None = None
    max_new_minutes: int | None = None
    max_new_suppressions: int | None = None


class KeyRule(NamedTuple):
    """What holds for configuration keys that match `key`, a glob over dotted names."""

    key: str
    risk: str = "medium"
    approvals: int = 0
    """At least so many, where that is more than the policy's"""
    factor: float = 0.0
    """A number that grows or shrinks at least so many times is of high risk; 0: never"""
    range: tuple[float, ...] = ()
    """Lowest and highest value that may be approved"""


class Bot(NamedTuple):
    """A signer that may approve its own changes, of these keys only."""

    principal: str
    keys: tuple[str, ...] = ()


class Described(NamedTuple):
    """Configurations that must satisfy a JSON Schema."""

    path: str
    """A glob"""
    schema: str = ""


class ReviewSettings(NamedTuple):
    """The policy of `mlsmith review`; without `configs` nothing is reviewed."""

    configs: tuple[str, ...] = ()
    approvals: int = 1
    require_signature: bool = True
    allowed_signers: str = ".mlsmith/allowed_signers"
    bind: str = "semantic"
    expires: int = 0
    emergency_due: int = 7
    rule: tuple[KeyRule, ...] = ()
    bot: tuple[Bot, ...] = ()
    schema: tuple[Described, ...] = ()


class Declared(NamedTuple):
    """A source, feature table, model or consumer of the project's data: who answers for it, what it reads, where it stands."""

    name: str
    owner: str = ""
    reads: tuple[str, ...] = ()
    """Names of what is declared one step before it"""
    paths: tuple[str, ...] = ()
    """Globs of its files, tables or code"""
    legacy: bool = False
    """Whether it is still there only until nobody reads it any more"""


class DataSettings(NamedTuple):
    """What flows where: sources → features → models → consumers. Without `source` nothing is declared."""

    source: tuple[Declared, ...] = ()
    feature: tuple[Declared, ...] = ()
    model: tuple[Declared, ...] = ()
    consumer: tuple[Declared, ...] = ()


class TargetSettings(NamedTuple):
    """When the model is good enough; without `metric` nobody has said."""

    metric: str = ""
    value: float | None = None
    direction: str = "higher"
    deadline: str = ""
    experiments: int | None = None


class Settings(NamedTuple):
    """The settings of one project. Globs match paths relative to the project's root, with `/`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = _NOTHING
    severity: Mapping[str, str] = _NOTHING
    minutes: Mapping[str, int] = _NOTHING
    rules: Mapping[str, dict[str, object]] = _NOTHING
    roles: Mapping[str, tuple[str, ...]] = _NOTHING
    wrappers: Mapping[str, str] = _NOTHING
    entry_points: tuple[str, ...] = ()
    serving: tuple[str, ...] = ()
    costly_decisions: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    project: Literal["auto", "application", "library"] = "auto"
    baseline: str = ".mlsmith/baseline.jsonl"
    gate: GateSettings = GateSettings()
    review: ReviewSettings = ReviewSettings()
    data: DataSettings = DataSettings()
    target: TargetSettings = TargetSettings()

    @property
    def fingerprint(self) -> str:
        """A hash of all that can change what an analysis finds; files chosen and limits are no part of it."""
        said = [(name, _canonical(getattr(self, name))) for name in _ANALYTIC]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


_ANALYTIC = (
    "select", "ignore", "extend_select", "per_file_ignores", "severity", "minutes", "rules", "roles",
    "wrappers", "entry_points", "serving", "costly_decisions", "sensitive", "project", "data", "target",
)  # fmt: skip


class Option(NamedTuple):
    """One setting: its key as written in TOML, its shape, and what it is for."""

    key: str
    kind: str
    """strings, string, choice, number, numbers, integer, boolean, `table of` one of them, options: a table of tables, or tables: a list
    of tables with these `fields`"""
    help: str
    choices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """The only keys of a table, where they are fixed"""
    fields: tuple[Option, ...] = ()


_STEP = (
    Option("name", "string", "Its name."),
    Option("owner", "string", "Who answers for it."),
    Option("reads", "strings", "Names of what it reads, declared one step before it."),
    Option("paths", "strings", "Globs of its files, tables or code."),
    Option("legacy", "boolean", "Whether it shall go as soon as nothing reads it."),
)

OPTIONS: tuple[Option, ...] = (
    Option("select", "strings", "Only these rules: codes, prefixes such as EXP, or ALL."),
    Option("ignore", "strings", "Rules that stay silent."),
    Option("extend-select", "strings", "Rules in addition to those that are on by default."),
    Option("exclude", "strings", "Paths that are not looked at: patterns as in .gitignore."),
    Option("per-file-ignores", "table of strings", "Glob of paths to the rules that stay silent there."),
    Option(
        "severity",
        "table of choice",
        "Rule code to the severity it has in this project.",
        choices=_SEVERITIES,
    ),
    Option("minutes", "table of integer", "Rule code to the minutes of debt one finding costs in this project."),
    Option("rules", "options", "Rule code to the rule's own options."),
    Option(
        "roles",
        "table of strings",
        "Names that stand for a role of data, beyond those mlsmith knows.",
        keys=_ROLES,
    ),
    Option(
        "wrappers",
        "table of string",
        "Dotted name of an own function or class to the library's that it stands for, with the same keywords.",
    ),
    Option(
        "entry-points",
        "strings",
        "What is started from outside, such as by a scheduler: globs of files, or of dotted names of functions.",
    ),
    Option("serving", "strings", "Globs of the code that serves predictions."),
    Option(
        "costly-decisions",
        "strings",
        "Serving code whose wrong answers cost much: globs of files, or of dotted names of functions.",
    ),
    Option("sensitive", "strings", "Columns with data about persons, as globs of their names, case aside."),
    Option(
        "project",
        "choice",
        "Whether others may import what is public here.",
        choices=("auto", "application", "library"),
    ),
    Option("baseline", "string", "The file of known findings, relative to the project's root."),
    Option("gate.max-ratio", "number", "Debt over development cost that still passes, such as 0.003."),
    Option("gate.min-grade", "choice", "The worst grade that still passes.", choices=("A", "B", "C", "D", "E")),
    Option("gate.max-new-minutes", "integer", "Minutes of debt that one change may add."),
    Option("gate.max-new-suppressions", "integer", "Suppressions that one change may add."),
    Option("review.configs", "strings", "Globs of the configuration files that need an approval to change."),
    Option("review.approvals", "integer", "People other than the author who must approve."),
    Option("review.require-signature", "boolean", "Whether an approval must be signed."),
    Option("review.allowed-signers", "string", "The file of signers, as ssh-keygen reads it."),
    Option(
        "review.bind",
        "choice",
        "Whether an approval survives edits of comments and layout (semantic) or not (bytes).",
        choices=("semantic", "bytes"),
    ),
    Option("review.expires", "integer", "Days after which an approval that has not been merged is void; 0: never."),
    Option("review.emergency-due", "integer", "Days within which an emergency approval needs a second person."),
    Option(
        "review.rule",
        "tables",
        "What holds for keys: their risk, how many must approve, what may be approved.",
        fields=(
            Option("key", "string", "Glob over dotted keys."),
            Option("risk", "choice", "How much hangs on it.", choices=("low", "medium", "high")),
            Option("approvals", "integer", "At least so many people."),
            Option("factor", "number", "A number that grows or shrinks so many times is of high risk."),
            Option("range", "numbers", "Lowest and highest value that may be approved."),
        ),
    ),
    Option(
        "review.bot",
        "tables",
        "Signers that may approve their own changes, of some keys only.",
        fields=(
            Option("principal", "string", "The name it signs with."),
            Option("keys", "strings", "Globs over the dotted keys that it may change."),
        ),
    ),
    Option(
        "review.schema",
        "tables",
        "JSON Schemas that configurations must satisfy to be approved.",
        fields=(
            Option("path", "string", "Glob of the configurations."),
            Option("schema", "string", "The file of the schema."),
        ),
    ),
    Option("data.source", "tables", "Where data come from, with owner and the paths they are read from.", fields=_STEP),
    Option("data.feature", "tables", "Tables of features, and the sources that they read.", fields=_STEP),
    Option("data.model", "tables", "Models, and the features or sources that they read.", fields=_STEP),
    Option("data.consumer", "tables", "Who uses a model's output, and which model's.", fields=_STEP),
    Option("target.metric", "string", "The figure that decides whether the model is good enough, as the run's record names it."),
    Option("target.value", "number", "The value at which it is."),
    Option("target.direction", "choice", "Whether higher or lower is better.", choices=("higher", "lower")),
    Option("target.deadline", "string", "The day by which it shall be reached, as 2026-12-31."),
    Option("target.experiments", "integer", "How many more experiments may be spent on it."),
)


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _canonical(inside)) for key, inside in value.items())
    return value
