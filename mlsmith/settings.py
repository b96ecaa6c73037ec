"""`[tool.mlsmith]` in pyproject.toml, or mlsmith.toml: read, checked against one declaration, and frozen.

The declaration (`OPTIONS`) is the only list of settings: checks, messages and the JSON Schema come from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from mlsmith.errors import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILES = ("mlsmith.toml", "pyproject.toml")
"""Where settings stand, in order of precedence inside one folder."""

_T = TypeVar("_T")
_Number = TypeVar("_Number", int, float)
_SEVERITIES = ("error", "warning", "info")
_ROLES = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Limits of `mlsmith gate`; None where there is none."""

    max_ratio: float | None = None
    min_grade: str | None = None
    max_new_minutes: int | None = None
    max_new_suppressions: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one project. Globs match paths relative to the project's root, with `/`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    severity: dict[str, str] = field(default_factory=dict)
    minutes: dict[str, int] = field(default_factory=dict)
    rules: dict[str, dict[str, object]] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wrappers: dict[str, str] = field(default_factory=dict)
    sensitive: tuple[str, ...] = ()
    training: tuple[str, ...] = ()
    serving: tuple[str, ...] = ()
    project: Literal["auto", "application", "library"] = "auto"
    baseline: str = ".mlsmith/baseline.jsonl"
    gate: GateSettings = GateSettings()

    @property
    def fingerprint(self) -> str:
        """A hash of all that can change what an analysis finds; files chosen and limits are no part of it."""
        said = [(name, _canonical(getattr(self, name))) for name in _ANALYTIC]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


_ANALYTIC = (
    "select", "ignore", "extend_select", "per_file_ignores", "severity", "minutes", "rules", "roles",
    "wrappers", "sensitive", "training", "serving", "project",
)  # fmt: skip


class Option(NamedTuple):
    """One setting: its key as written in TOML, its shape, and what it is for."""

    key: str
    kind: str
    """strings, string, choice, number, integer, `table of` one of them, or options: a table of tables"""
    help: str
    choices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """The only keys of a table, where they are fixed"""


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
    Option("sensitive", "strings", "Columns that hold personal data; globs, such as `*_iban`."),
    Option("training", "strings", "Globs of the scripts that train, beyond those mlsmith recognises."),
    Option("serving", "strings", "Globs of the code that serves predictions."),
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
)


def load_settings(start: Path) -> tuple[Settings, Path, dict[str, str]]:
    """The settings for what is linted at `start`, the project's root, and the file each setting came from.

    The nearest mlsmith.toml, or pyproject.toml with `[tool.mlsmith]`, at or above `start` and not above the
    git repository decides; its folder is the root. Without one, the root is the repository's, else the folder
    of `start`. Settings that are defaults have no origin.
    Raises SettingsError naming file and key.
    """
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for place in candidates(folder):
        if place.name == ".git":
            return Settings(), place.parent, {}
        if place.is_file():
            found = _read(place)
            if found is not None:
                settings = _build(found, place.name)
                return settings, place.parent, dict.fromkeys(_said(found), place.name)
    return Settings(), folder, {}


def candidates(folder: Path) -> Iterator[Path]:
    """Every place that has a say in where settings come from, nearest first; a `.git` ends the search.

    Also what must be unchanged for the answer of `load_settings` to stay the same.
    """
    for parent in (folder, *folder.parents):
        for name in FILES:
            yield parent / name
        if (parent / ".git").exists():
            yield parent / ".git"
            return


def load_settings_text(text: str, where: str) -> Settings:
    """Settings from the text of an mlsmith.toml or pyproject.toml, such as one of another revision.

    `where` is the file's name: it decides how the text is read, and stands in error messages.
    """
    found = _parse(text, where)
    if not where.endswith("mlsmith.toml"):
        found = _section(found, where) or {}
    return _build(found, where)


def with_codes(
    settings: Settings,
    *,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    extend_select: tuple[str, ...] = (),
) -> Settings:
    """The settings with what the command line says: `select` replaces, the others add."""
    return replace(
        settings,
        select=select or settings.select,
        ignore=(*settings.ignore, *ignore),
        extend_select=(*settings.extend_select, *extend_select),
    )


def as_data(settings: Settings) -> dict[str, Any]:
    """Key as in TOML → value, every setting, nested as in the file."""
    data: dict[str, Any] = {}
    for option in OPTIONS:
        table, _, key = option.key.rpartition(".")
        owner: Any = getattr(settings, table) if table else settings
        target = data.setdefault(table, {}) if table else data
        target[key] = _plain(getattr(owner, key.replace("-", "_")))
    return data


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `[tool.mlsmith]`."""
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of mlsmith: [tool.mlsmith] in pyproject.toml, or mlsmith.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    defaults = as_data(Settings())
    for option in OPTIONS:
        table, _, key = option.key.rpartition(".")
        home, default = root["properties"], defaults.get(key)
        if table:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            home, default = home.setdefault(table, empty)["properties"], defaults[table][key]
        entry = {"description": option.help, **_schema(option)}
        home[key] = entry if default is None else {**entry, "default": default}
    return root


def _read(place: Path) -> dict[str, Any] | None:
    try:
        data = place.read_bytes()
    except OSError as error:
        raise SettingsError(f"{place} cannot be read: {error.strerror}") from None
    if place.name == "pyproject.toml" and b"mlsmith" not in data:
        return None  # Most are not about us; and one that is broken is somebody else's to report.
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{place} is not valid UTF-8", advice="TOML files are UTF-8") from None
    found = _parse(text, place.name)
    return found if place.name == "mlsmith.toml" else _section(found, place.name)


def _parse(text: str, where: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise SettingsError(f"{where} is not valid TOML: {error}", advice="mend it there") from None
    except RecursionError:
        raise SettingsError(f"{where} is not valid TOML: nested too deeply") from None


def _section(found: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    tool = found.get("tool", {})
    section = tool.get("mlsmith") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise SettingsError(f"{where}: tool.mlsmith must be a table", advice="write [tool.mlsmith]")
    return section


def _build(found: Mapping[str, Any], where: str) -> Settings:
    tables = sorted({option.key.partition(".")[0] for option in OPTIONS if "." in option.key})
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if key in tables:
            if not isinstance(value, dict):
                raise SettingsError(f"{where}: {key} must be a table, not {_kind_of(value)}")
            flat.update({f"{key}.{inner}": inside for inner, inside in value.items()})
        else:
            flat[key] = value
    known = {option.key: option for option in OPTIONS}
    values: dict[str, Any] = {}
    for key, value in flat.items():
        if key not in known:
            hint = nearest(key, list(known)) or f"known are {', '.join(known)}"
            raise SettingsError(f'{where}: unknown setting "{key}"', advice=hint)
        values[key.replace("-", "_")] = _checked(known[key], value, where)
    gate = GateSettings(**{name[5:]: value for name, value in values.items() if name.startswith("gate.")})
    return Settings(**{name: value for name, value in values.items() if "." not in name}, gate=gate)


def _checked(option: Option, value: Any, where: str) -> Any:
    kind = option.kind
    if kind.startswith("table of "):
        table = _typed(dict, value, f"{where}: {option.key}")
        for key in table:
            if option.keys and key not in option.keys:
                hint = nearest(key, list(option.keys)) or f"known are {', '.join(option.keys)}"
                raise SettingsError(f'{where}: unknown key "{key}" in {option.key}', advice=hint)
        item = option._replace(kind=kind.removeprefix("table of "), keys=())
        return {key: _checked(item._replace(key=f"{option.key}.{key}"), inside, where) for key, inside in table.items()}
    if kind == "options":
        table = _typed(dict, value, f"{where}: {option.key}")
        return {code: _typed(dict, inside, f"{where}: {option.key}.{code}") for code, inside in table.items()}
    if kind == "strings":
        listed = _typed(list, value, f"{where}: {option.key}")
        return tuple(_typed(str, item, f"{where}: an entry of {option.key}") for item in listed)
    if kind == "choice":
        chosen = _typed(str, value, f"{where}: {option.key}")
        if chosen not in option.choices:
            hint = nearest(chosen, list(option.choices)) or f"known are {', '.join(option.choices)}"
            raise SettingsError(f'{where}: {option.key} cannot be "{chosen}"', advice=hint)
        return chosen
    if kind == "integer":
        return _not_negative(_typed(int, value, f"{where}: {option.key}"), option, where)
    if kind == "number":
        number = value if isinstance(value, float) else _typed(int, value, f"{where}: {option.key}", wanted="a number")
        return _not_negative(float(number), option, where)
    return _typed(str, value, f"{where}: {option.key}")


def _typed(kind: type[_T], value: Any, what: str, *, wanted: str = "") -> _T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingsError(f"{what} must be {wanted or _NAMES[kind]}, not {_kind_of(value)}")
    return value


def _not_negative(number: _Number, option: Option, where: str) -> _Number:
    if not 0 <= number < float("inf"):
        raise SettingsError(f"{where}: {option.key} cannot be {number}", advice="0 or more is meant")
    return number


_NAMES: dict[type, str] = {
    dict: "a table", list: "a list of strings", str: "a string", int: "a whole number", float: "a number",
    bool: "true or false",
}  # fmt: skip


def _kind_of(value: object) -> str:
    return _NAMES.get(type(value), type(value).__name__)


def _said(found: Mapping[str, Any]) -> Iterator[str]:
    for key, value in found.items():
        nested = isinstance(value, dict) and not any(option.key == key for option in OPTIONS)
        yield from (f"{key}.{inner}" for inner in value) if nested else (key,)


def _schema(option: Option) -> dict[str, Any]:
    kind = option.kind
    if kind.startswith("table of "):
        inside = _schema(option._replace(kind=kind.removeprefix("table of "), keys=()))
        if option.keys:
            return {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(option.keys, inside),
            }
        return {"type": "object", "additionalProperties": inside}
    if kind == "options":
        return {"type": "object", "additionalProperties": {"type": "object"}}
    if kind == "strings":
        return {"type": "array", "items": {"type": "string"}}
    if kind == "choice":
        return {"enum": list(option.choices)}
    if kind in ("integer", "number"):
        return {"type": kind, "minimum": 0}
    return {"type": "string"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inside) for key, inside in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _canonical(inside)) for key, inside in value.items())
    return value
