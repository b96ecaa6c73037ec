"""Configuration that is lines of keys and values: INI, gin, properties, environment files."""

from __future__ import annotations

from mlsmith.change import Change, Component, Significance
from mlsmith.regex import regex

_SECTION = regex(r"\[([^\]]+)\]\s*(?:[#;].*)?\Z")
_PAIR = regex(r"(?:export\s+)?([^\s=:#;][^=:]*?)\s*(?:=|:(?!/))\s*(.*)\Z")
_COMMENT = regex(r"\s+[#;].*\Z")

Settings = dict[str, tuple[str, int]]


def line_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Keys whose values differ, by line; a line that is no pair is its own key."""
    before, after = (_read(data) for data in (old, new))
    changes = []
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        if (was and was[0]) != (now and now[0]):
            kind = "added" if was is None else "removed" if now is None else "changed"
            line = (now or was or ("", 1))[1]
            changes.append(
                Change(
                    component=Component.CONFIGURATION, kind=kind, path=path, line=line, symbol="", subject=name, old=was and was[0],
                    new=now and now[0], significance=Significance.MEDIUM, moved_from=moved_from,
                )
            )  # fmt: skip
    return tuple(sorted(changes, key=lambda change: (change.line, change.subject)))


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
    found[free] = (_bare(pair[2]) if pair else "given", number)
    return free


def _bare(text: str) -> str:
    return " ".join(_COMMENT.sub("", text).split()) if "'" not in text and '"' not in text else text.strip()
