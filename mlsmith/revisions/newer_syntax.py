"""What is written for a newer Python than the one that runs, put in the way of that, line for line."""

from __future__ import annotations

import re

from mlsmith.regex import regex

_PARAMETERS = regex(r"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)[ \t]*\[[^\n]*?\](?=[ \t]*[(:])", re.MULTILINE)
_ALIAS = regex(r"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:\[[^\n]*?\][ \t]*)?=(?!=)", re.MULTILINE)


def without_type_parameters(text: str) -> str | None:
    """`class A[T]:` as `class A:`, and `type B = A` as `B = A`: only who checks types reads more. None where there is nothing of that."""
    known = _ALIAS.sub(r"\1\2 =", _PARAMETERS.sub(r"\1", text))
    return known if known != text else None
