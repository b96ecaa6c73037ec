"""All rules: found by walking the area folders, switched by the settings, fingerprinted by their own source."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mlsmith.errors import SettingsError, nearest
from mlsmith.finding import Severity
from mlsmith.regex import regex
from mlsmith.rules.kit.context import Context
from mlsmith.rules.kit.rule import Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from mlsmith.settings import Settings


_ROOMS = ("sources", "index", "rules", "engine")
"""What an analysis depends on"""


@lru_cache(maxsize=1)
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule class, by code: the built-in ones, and those of the entry point group `mlsmith.rules`."""
    found: list[type[Rule]] = []
    top = os.path.dirname(__file__)
    for file in _sources_below(top):  # `pkgutil` would import `inspect`
        area, _, name = file[len(top) + 1 : -3].rpartition("/")
        if area and not area.startswith("kit") and name != "__init__":
            found.extend(_rules_in(f"mlsmith.rules.{area}.{name}"))
    found.extend(_foreign_rules())
    return tuple(sorted(_distinct(found), key=lambda rule: rule.code))


Asked = tuple[str, Callable[[Any], Any]]
"""A rule's code, and a hook of it"""


class RuleSet:
    """The rules of one run, with the project's prices, severities and options applied."""

    def __init__(self, rules: tuple[Rule, ...], fingerprint: str) -> None:
        self.rules = rules
        self.fingerprint = fingerprint

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        return {rule.code: rule for rule in self.rules}

    @cached_property
    def by_hook(self) -> dict[str, tuple[Rule, ...]]:
        """Hook name → the rules that have it."""
        hooks: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for hook in type(rule).hooks():
                hooks.setdefault(hook, []).append(rule)
        return {hook: tuple(found) for hook, found in hooks.items()}

    def asked(self, hook: str) -> tuple[Asked, ...]:
        """The rules that have a hook, each by its code with the hook."""
        return self._asked.get(hook, ())

    def collecting(self, hook: str) -> tuple[tuple[str, Asked], ...]:
        """As `asked`, by the name that the facts are kept under; of rules that collect the same, one."""
        return self._collecting.get(hook, ())

    def speaking(self, hook: str, context: Context) -> tuple[Asked, ...]:
        """As `asked`, those that are wanted in code that stands there."""
        return self._speaking.get((hook, context), ())

    @cached_property
    def _asked(self) -> dict[str, tuple[Asked, ...]]:
        return {hook: tuple((rule.code, getattr(rule, hook)) for rule in rules) for hook, rules in self.by_hook.items()}

    @cached_property
    def _collecting(self) -> dict[str, tuple[tuple[str, Asked], ...]]:
        kept: dict[str, dict[str, Asked]] = {hook: {} for hook in self._asked}
        for hook, asked in self._asked.items():
            for code, ask in asked:
                kept[hook].setdefault(self.by_code[code].collects_as or code, (code, ask))
        return {hook: tuple(by_name.items()) for hook, by_name in kept.items()}

    @cached_property
    def _speaking(self) -> dict[tuple[str, Context], tuple[Asked, ...]]:
        return {
            (hook, context): tuple(one for one in self._asked[hook] if self.by_code[one[0]].speaks_in(context))
            for hook in self.by_hook
            for context in Context
        }


def load_rules(settings: Settings) -> RuleSet:
    """The rules that the settings switch on. Raises SettingsError on unknown codes and options."""
    known = {rule.code: rule for rule in all_rules()}
    _check_codes(settings, known)
    chosen = [rule for rule in known.values() if _selected(rule, settings)]
    instances = tuple(
        rule(
            _options(rule, dict(settings.rules.get(rule.code, {}))),
            severity=Severity(settings.severity[rule.code]) if rule.code in settings.severity else None,
            minutes=settings.minutes.get(rule.code),
        )
        for rule in chosen
    )
    return RuleSet(instances, rules_fingerprint())


def ignored_for(path: str, code: str, settings: Settings) -> bool:
    """Whether `per-file-ignores` switches a code off for a path."""
    return any(
        fnmatch(path, pattern) and any(matches(code, wanted) for wanted in codes) for pattern, codes in settings.per_file_ignores.items()
    )


def matches(code: str, pattern: str) -> bool:
    """Whether a code, a prefix of one, or `ALL` names this code."""
    return pattern == "ALL" or code.startswith(pattern)


@lru_cache(maxsize=1)
def rules_fingerprint() -> str:
    """A hash of the source of everything an analysis depends on, so that a cache never outlives a change of the rules."""
    digest = hashlib.sha256()
    top = str(Path(__file__).parent.parent)
    for file in (f"{top}/finding.py", f"{top}/regex.py", *(file for name in _ROOMS for file in _sources_below(f"{top}/{name}"))):
        with open(file, "rb", buffering=0) as stream:  # some 250 files at each start
            digest.update(file[len(top) :].encode() + b"\0" + stream.read())
    for rule in all_rules():
        if not _is_built_in(rule):
            digest.update(f"{rule.__module__}.{rule.__qualname__}".encode())
    for source in foreign_sources():
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:16]


def _sources_below(folder: str) -> Iterator[str]:
    with os.scandir(folder) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(".py"):
            yield f"{folder}/{entry.name}"
        elif "." not in entry.name and not entry.name.startswith("_"):
            yield from _sources_below(f"{folder}/{entry.name}")


def _rules_in(module_name: str) -> list[type[Rule]]:
    module = importlib.import_module(module_name)
    return [
        value for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value is not Rule and value.__module__ == module_name
        and not value.__name__.startswith("_")
    ]  # fmt: skip


def foreign_sources() -> tuple[str, ...]:
    """All source of the packages that bring rules which are not mlsmith's own: a change there can change any result."""
    found: set[str] = set()
    for package in {rule.__module__.partition(".")[0] for rule in all_rules() if not _is_built_in(rule)}:
        module = sys.modules[package]
        for folder in getattr(module, "__path__", ()):
            found.update(map(str, Path(folder).rglob("*.py")))
        if getattr(module, "__file__", None):
            found.add(str(module.__file__))
    return tuple(sorted(found))


def _is_built_in(rule: type[Rule]) -> bool:
    return rule.__module__.startswith("mlsmith.")


def _foreign_rules() -> list[type[Rule]]:
    """Rules of the entry point group `mlsmith.rules`; each entry names a rule, or a module of rules. Raises SettingsError."""
    if not _may_bring_rules():
        return []
    from importlib.metadata import entry_points

    found: list[type[Rule]] = []
    for point in entry_points(group="mlsmith.rules"):
        try:
            loaded = point.load()
        except Exception as error:
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise SettingsError(
                f'the rules "{point.name}" of {_distribution(point)} cannot be loaded: {said}', advice="mend or uninstall that package"
            ) from None
        rules = _rules_in(loaded.__name__) if isinstance(loaded, ModuleType) else [loaded]
        for rule in rules:
            if not (isinstance(rule, type) and issubclass(rule, Rule) and _CODE.match(getattr(rule, "code", ""))):
                raise SettingsError(
                    f'the entry "{point.name}" of {_distribution(point)} is no rule with a code such as ACM901',
                    advice="let it name a subclass of mlsmith.rules.kit.Rule, or a module of such",
                )
        found.extend(rules)
    return found


_CODE = regex(r"^[A-Z]{3}\d{3}$")


def _may_bring_rules() -> bool:
    """Whether any distribution could have the entry points: a look at their files takes a tenth of what `importlib.metadata` takes.

    True where packages come from archives and eggs, into which only that can look.
    """
    for place in sys.path:
        try:
            entries = list(os.scandir(place or "."))
        except NotADirectoryError:
            return True
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(".egg"):
                return True
            if entry.name.endswith((".dist-info", ".egg-info")):
                with suppress(OSError), open(f"{entry.path}/entry_points.txt", "rb") as file:
                    if b"mlsmith.rules" in file.read():
                        return True
    return False


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _distinct(rules: list[type[Rule]]) -> Iterator[type[Rule]]:
    """The rules, once each. Raises SettingsError where two have one code."""
    seen: dict[str, type[Rule]] = {}
    for rule in rules:
        other = seen.setdefault(rule.code, rule)
        if other is rule:
            yield rule
        elif other.__module__ != rule.__module__ or other.__qualname__ != rule.__qualname__:
            raise SettingsError(
                f"two rules have the code {rule.code}: {other.__module__}.{other.__qualname__} and {rule.__module__}.{rule.__qualname__}",
                advice="choose a code that is free, see `mlsmith rule --list`",
            )


def _check_codes(settings: Settings, known: dict[str, type[Rule]]) -> None:
    named = [*settings.select, *settings.ignore, *settings.extend_select, *settings.severity, *settings.minutes, *settings.rules]
    named += [code for codes in settings.per_file_ignores.values() for code in codes]
    for pattern in named:
        if pattern != "ALL" and not any(code.startswith(pattern) for code in known):
            raise SettingsError(f'unknown rule code "{pattern}"', advice=nearest(pattern, list(known)) or "see `mlsmith rule --list`")


def _selected(rule: type[Rule], settings: Settings) -> bool:
    """The most specific pattern that names the code decides; at equal length, ignoring wins."""
    chosen = [len(p) if p != "ALL" else 0 for p in (*settings.select, *settings.extend_select) if matches(rule.code, p)]
    dropped = [len(p) if p != "ALL" else 0 for p in settings.ignore if matches(rule.code, p)]
    if settings.select:
        on = bool(chosen)
    else:
        on = rule.default_on or bool(chosen)
    return on and (not dropped or max(chosen, default=-1) > max(dropped))


def _options(rule: type[Rule], given: dict[str, object]) -> dict[str, object]:
    for name, value in given.items():
        if name not in rule.options:
            raise SettingsError(
                f'unknown option "{name}" of rule {rule.code}', advice=nearest(name, list(rule.options)) or "it has no such option"
            )
        default = rule.options[name]
        if default is not None and not isinstance(value, type(default)):
            raise SettingsError(f'option "{name}" of rule {rule.code} must be {type(default).__name__}, not {type(value).__name__}')
    return given
