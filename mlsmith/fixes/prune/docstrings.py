"""The lines that a docstring has on a parameter: of Google's, NumPy's, Sphinx's and Epydoc's making."""

from __future__ import annotations

import re

from mlsmith.regex import regex

_SECTION = regex(r"\s*(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Attributes)\s*:?\s*\Z")
_RULE = regex(r"\s*-{3,}\s*\Z")


def without_parameter(text: str, name: str) -> str:
    """The source of a docstring, quotes and all, without what it says on a parameter."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    tags = re.compile(rf"\s*[:@](?:param|parameter|arg|argument|key|keyword|type|kwarg)\s+(?:[^:]*\s)?{name}\s*:")
    found = _tagged(lines, tags) or _listed(lines, name)
    if not found:
        return text
    kept = [line for number, line in enumerate(lines) if number not in found]
    return end.join(_without_empty_sections(lines, kept, found))


def _tagged(lines: list[str], tags: re.Pattern[str]) -> set[int]:
    found: set[int] = set()
    for number, line in enumerate(lines[:-1]):
        if tags.match(line):
            found |= _entry(lines, number)
    return found


def _listed(lines: list[str], name: str) -> set[int]:
    """The entry of a parameter in a section of its kind."""
    google = re.compile(rf"\s+\*{{0,2}}{name}\s*(\([^)]*\))?\s*:(\s|\Z)")
    numpy = re.compile(rf"\s*{name}\s*(:.*)?\Z")
    inside = ruled = False
    level = 0
    for number, line in enumerate(lines[:-1]):
        if _SECTION.match(line):
            inside, level = True, _indent(line)
            ruled = bool(_RULE.match(lines[number + 1]))
        elif inside and line.strip() and not _RULE.match(line):
            if _indent(line) < level or (not ruled and _indent(line) == level) or _RULE.match(lines[number + 1]):
                inside = False
            elif (numpy if ruled else google).match(line):
                return _entry(lines, number)
    return set()


def _entry(lines: list[str], number: int) -> set[int]:
    """A line with those that go on from it, being further in. Never the last one, which holds the quotes."""
    found, level = {number}, _indent(lines[number])
    for following in range(number + 1, len(lines) - 1):
        if lines[following].strip() and _indent(lines[following]) <= level:
            break
        found.add(following)
    while found and not lines[max(found)].strip():
        found.remove(max(found))
    return found


def _without_empty_sections(lines: list[str], kept: list[str], found: set[int]) -> list[str]:
    """The lines that stay, less the heading over the entry that was the only one."""
    first, last = min(found), max(found)
    above = first - 1
    headed = above >= 0 and (bool(_SECTION.match(lines[above])) or (bool(_RULE.match(lines[above])) and above > 0))
    below = lines[last + 1] if last + 1 < len(lines) else ""
    if not headed or (below.strip() and _indent(below) >= _indent(lines[first]) and not below.strip().startswith(('"""', "'''"))):
        return kept
    top = above - 1 if _RULE.match(lines[above]) else above
    result = kept[:top] + kept[first:]
    if top > 0 and top < len(result) and not result[top - 1].strip() and (not result[top].strip() or '"""' in result[top]):
        del result[top - 1]
    return result


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
