"""`[tool.mlsmith]` in pyproject.toml, or mlsmith.toml: found, read, and checked against the declaration."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlsmith.errors import SettingsError, nearest
from mlsmith.settings.declared import (
    OPTIONS,
    Bot,
    DataSettings,
    Declared,
    Described,
    GateSettings,
    KeyRule,
    Option,
    ReviewSettings,
    Settings,
    TargetSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILES = ("mlsmith.toml", "pyproject.toml")
"""Where settings stand, in order of precedence inside one folder."""

_T = TypeVar("_T")
_Number = TypeVar("_Number", int, float)


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
    return settings._replace(
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
        target[key] = plain(getattr(owner, key.replace("-", "_")))
    return data


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
    records = {table: record(**_within(table, values)) for table, record in _TABLES.items()}
    settings = Settings(**{name: value for name, value in values.items() if "." not in name}, **records)
    _check_flow(settings.data, where)
    _check_target(settings.target, where)
    return settings


def _within(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(f"{table}."): value for name, value in values.items() if name.startswith(f"{table}.")}


def _check_flow(data: DataSettings, where: str) -> None:
    """Every name is declared once, and what is read one step before it."""
    steps = {"source": data.source, "feature": data.feature, "model": data.model, "consumer": data.consumer}
    before: list[str] = []
    seen: dict[str, str] = {}
    for step, entries in steps.items():
        for entry in entries:
            if entry.name in seen:
                raise SettingsError(f'{where}: data.{step} "{entry.name}" is declared as data.{seen[entry.name]} already')
            for read in entry.reads:
                if read not in before:
                    hint = nearest(read, before) or (f"declared before it: {', '.join(before)}" if before else "declare it first")
                    raise SettingsError(f'{where}: data.{step} "{entry.name}" reads "{read}", which is not declared', advice=hint)
            seen[entry.name] = step
        before += [entry.name for entry in entries]


def _check_target(target: TargetSettings, where: str) -> None:
    if bool(target.metric) != (target.value is not None):
        raise SettingsError(f"{where}: target needs both metric and value", advice="say which figure, and from where on it is good enough")
    if target.deadline:
        try:
            date.fromisoformat(target.deadline)
        except ValueError:
            raise SettingsError(f'{where}: target.deadline cannot be "{target.deadline}"', advice="write a day as 2026-12-31") from None


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
    if kind == "tables":
        listed = _typed(list, value, f"{where}: {option.key}", wanted="a list of tables")
        return tuple(_record(option, number, item, where) for number, item in enumerate(listed, 1))
    if kind == "numbers":
        listed = _typed(list, value, f"{where}: {option.key}", wanted="a list of numbers")
        return tuple(_number(item, option, where) for item in listed)
    if kind == "boolean":
        return _typed(bool, value, f"{where}: {option.key}")
    if kind == "choice":
        chosen = _typed(str, value, f"{where}: {option.key}")
        if chosen not in option.choices:
            hint = nearest(chosen, list(option.choices)) or f"known are {', '.join(option.choices)}"
            raise SettingsError(f'{where}: {option.key} cannot be "{chosen}"', advice=hint)
        return chosen
    if kind == "integer":
        return _not_negative(_typed(int, value, f"{where}: {option.key}"), option, where)
    if kind == "number":
        return _not_negative(_number(value, option, where), option, where)
    return _typed(str, value, f"{where}: {option.key}")


def _record(option: Option, number: int, item: Any, where: str) -> KeyRule | Bot | Described | Declared:
    """One table of a list of tables; its first field must be there."""
    table = _typed(dict, item, f"{where}: entry {number} of {option.key}")
    fields = {inner.key: inner for inner in option.fields}
    for key in table:
        if key not in fields:
            hint = nearest(key, list(fields)) or f"known are {', '.join(fields)}"
            raise SettingsError(f'{where}: unknown key "{key}" in entry {number} of {option.key}', advice=hint)
    first = option.fields[0].key
    if first not in table:
        raise SettingsError(
            f"{where}: entry {number} of {option.key} has no {first}",
            advice=f"say {fields[first].help[:1].lower()}{fields[first].help[1:]}",
        )
    values = {key: _checked(fields[key]._replace(key=f"{option.key}.{key}"), value, where) for key, value in table.items()}
    record: KeyRule | Bot | Described | Declared = _RECORDS.get(option.key, Declared)(**values)
    return record


_RECORDS: dict[str, Any] = {"review.rule": KeyRule, "review.bot": Bot, "review.schema": Described}
"""What the entries of a list of tables are; steps of the data elsewhere"""

_TABLES: dict[str, Any] = {"gate": GateSettings, "review": ReviewSettings, "data": DataSettings, "target": TargetSettings}


def _number(value: Any, option: Option, where: str) -> float:
    return float(value if isinstance(value, float) else _typed(int, value, f"{where}: {option.key}", wanted="a number"))


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


def plain(value: Any) -> Any:
    """A value of the settings as TOML and JSON have it: a record as the table that it is written as."""
    if isinstance(value, (ReviewSettings, KeyRule, Bot, Described, Declared)):
        return {name: plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, dict):
        return {key: plain(inside) for key, inside in value.items()}
    return [plain(inside) for inside in value] if isinstance(value, tuple) else value
