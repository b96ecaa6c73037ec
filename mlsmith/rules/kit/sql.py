"""Tables and files that a text of SQL reads and writes."""

from __future__ import annotations

import re

from mlsmith.regex import regex

_SQL = regex(r"^\s*(?:--[^\n]*\n\s*)*(select|with|insert|create|merge|update|copy|delete|replace|from)\b", re.IGNORECASE)
_NAME = r"""(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|'[^'\n]+'|[A-Za-z_][\w$]*)"""
_TABLE = rf"({_NAME}(?:\s*\.\s*{_NAME})*)(?!\s*\(|[\w$])"
_READ = regex(rf"\b(?:from|join)\s+(?:only\s+|lateral\s+)?{_TABLE}", re.IGNORECASE)
_FILE = regex(r"\b(?:read_\w+|parquet_scan|iceberg_scan|delta_scan)\s*\(\s*\[?\s*'([^'\n]+)'", re.IGNORECASE)
_COPIED_IN = regex(rf"\bcopy\s+{_TABLE}[^;']*?\bfrom\s+'([^'\n]+)'", re.IGNORECASE)
_COPIED_OUT = regex(r"\bcopy\b[^;]*?\bto\s+'([^'\n]+)'", re.IGNORECASE | re.DOTALL)
_WRITE = regex(
    rf"\b(?:insert\s+(?:or\s+\w+\s+)?(?:into|overwrite)(?:\s+table)?|merge\s+into|replace\s+into|update)\s+{_TABLE}(?!\s+of\b)|"
    rf"\binsert\s+(?:or\s+\w+\s+)?into\s+({_NAME}(?:\s*\.\s*{_NAME})*)\s*\(|"
    rf"\bcreate\s+(?:or\s+replace\s+)?(?:table|(?:materialized\s+)?view)\s+(?:if\s+not\s+exists\s+)?({_NAME}(?:\s*\.\s*{_NAME})*)\s+as\b",
    re.IGNORECASE,
)
_NOT_OF_TABLES = regex(r"\b(?:extract|substring|trim|overlay|position)\s*\([^()]*\)|\bis\s+(?:not\s+)?distinct\s+from\b", re.IGNORECASE)
_COMMENT = regex(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAMED = regex(rf"(?:\bwith\s+(?:recursive\s+)?|\)\s*,\s*)({_NAME})\s*(?:\([^()]*\))?\s+as\s+(?:materialized\s+)?\(", re.IGNORECASE)
_KEYWORDS = frozenset({"select", "values", "unnest", "lateral", "set", "where", "dual", "table", "generate_series", "stdin"})


def is_sql(text: str) -> bool:
    return _SQL.match(text) is not None


def touched(text: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What a text reads and what it writes, each as (`table` or `file`, name); what it defines by `WITH` is neither."""
    text = _NOT_OF_TABLES.sub(" ", _COMMENT.sub(" ", text))
    own = {_bare(name).lower() for name in _NAMED.findall(text)}
    reads = [_kind(name) for name in _READ.findall(text)]
    reads += [("file", name) for name in _FILE.findall(text)] + [("file", name) for _, name in _COPIED_IN.findall(text)]
    writes = [_kind(next(filter(None, groups))) for groups in _WRITE.findall(text)]
    writes += [("file", name) for name in _COPIED_OUT.findall(text)] + [_kind(table) for table, _ in _COPIED_IN.findall(text)]
    removed = {_kind(name) for name in re.findall(rf"\bdelete\s+from\s+{_TABLE}", text, re.IGNORECASE)}
    return _distinct(reads, own, removed), _distinct(writes, own, set())


def _kind(name: str) -> tuple[str, str]:
    bare = _bare(name)
    return ("file" if name.startswith("'") else "table", bare if name.startswith("'") else bare.lower())


def _bare(name: str) -> str:
    return ".".join(re.sub(r"""^["`'\[]|["`'\]]$""", "", part.strip()) for part in ([name] if name.startswith("'") else name.split(".")))


def _distinct(found: list[tuple[str, str]], own: set[str], removed: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return [each for each in dict.fromkeys(found) if each[1] not in own | _KEYWORDS and each not in removed and "*" not in each[1][:1]]
