"""Regular expressions that are compiled when they are first used: at start that would take longer than many runs."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_OFFERED = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "pattern", "flags", "groups", "groupindex")


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, to call methods of; functions of `re` do not take it. Its first use raises `re.error` where the pattern is none."""
    return cast("re.Pattern[AnyStr]", _Regex(pattern, flags))


class _Regex:
    """Becomes like the pattern: after the first use, its methods are found without a detour."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._said = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name not in _OFFERED:
            raise AttributeError(name)
        compiled: Any = re.compile(*self._said)
        self.__dict__.update((offered, getattr(compiled, offered)) for offered in _OFFERED)
        return self.__dict__[name]
