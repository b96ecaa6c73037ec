"""Configuration that is lines of keys and values: INI, gin, properties, environment files."""

from __future__ import annotations

from collections import Counter

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex

_SECTION = regex(r"\[([^\]]+)\]\s*(?:[#;].*)?\Z")
_PAIR = regex(r"(?:export\s+)?([^\s=:#;][^=:]*?)\s*(?:=|:(?!/))\s*(.*)\Z")
_COMMENT = regex(r"\s+[#;].*\Z")

_GIVEN = "given"
"""What a line says that is no pair"""

_FOR_DEVELOPERS = frozenset({"DEFAULT.dev_requirements"})
"""Of `settings.ini` of nbdev"""

Settings = dict[str, tuple[str, int]]


def line_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Keys whose values differ, by line; a line that is no pair is its own key."""
    before, after = (_read(data) for data in (old, new))
    renamed = _renamed(before, after)
    changes = []
    for name in [*(name for name in before if name not in renamed.values()), *(name for name in after if name not in before)]:
        was, now = before.get(renamed.get(name, name)), after.get(name)
        kind = "renamed" if name in renamed else "added" if was is None else "removed" if now is None else "changed"
        if name not in _FOR_DEVELOPERS and (kind == "renamed" or (was and was[0]) != (now and now[0])):
            changes.append(
                Change(
                    component=Component.CONFIGURATION, kind=kind, path=path, line=(now or was or ("", 1))[1], symbol="", subject=name,
                    old=renamed.get(name, was and was[0]), new=now and now[0], significance=Significance.MEDIUM, moved_from=moved_from,
                    rewritten=kind == "renamed",
                )
            )  # fmt: skip
    return tuple(sorted(changes, key=lambda change: (change.line, change.subject)))


def _renamed(before: Settings, after: Settings) -> dict[str, str]:
    """New names of what stands under another one of the same section, where only two can be meant."""
    gone = [name for name in before if name not in after and before[name][0] != _GIVEN]
    come = [name for name in after if name not in before]
    pairs = [(one, other) for one in gone for other in come if before[one][0] == after[other][0] and _are_near(one, other)]
    ours, theirs = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    return {other: one for one, other in pairs if ours[one] == theirs[other] == 1}


def _are_near(one: str, other: str) -> bool:
    return one.rpartition(".")[0] == other.rpartition(".")[0]


def _read(data: bytes | None) -> Settings:
    found: Settings = {}
    section, last = "", ""
    for number, line in enumerate((data or b"").decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith(("#", ";", "//", "!")):
            continue
        match = _SECTION.match(text)
        if match:
            section, last = f"{match[1].strip()}.", ""
        elif line[0] in " \t" and last:
            found[last] = (f"{found[last][0]} {_bare(text)}".strip(), found[last][1])
        else:
            last = _put(found, section, text, number)
    return found


def _put(found: Settings, section: str, text: str, number: int) -> str:
    """Take in one line, and say under which name. Of a name that stands twice, each has a number."""
    pair = _PAIR.match(text)
    name = f"{section}{pair[1]}" if pair else f"{section}{_bare(text)}"
    free, again = name, 2
    while free in found:
        free, again = f"{name}#{again}", again + 1
    found[free] = (_bare(pair[2]) if pair else _GIVEN, number)
    return free


def _bare(text: str) -> str:
    return " ".join(_COMMENT.sub("", text).split()) if "'" not in text and '"' not in text else text.strip()
