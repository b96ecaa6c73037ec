"""Changes without the keys of services that stand in them: what is compared may hold secrets, what is shown must not."""

from __future__ import annotations

from mlsmith.change import Change
from mlsmith.regex import regex
from mlsmith.sources.secrets import masked

_CUT = regex(r"\b(?:hf_|sk-|AKIA|AIza|gh[pousr]_|github_pat_|xox[abprs]-|r8_|eyJhcGlf)[\w+/=-]{8,}(?=…)")
"""A key that the width of a line cut off; half of it has no form that tells it"""


def discreet(change: Change) -> Change:
    """The change with stars for keys, told by their form or by the name of what holds them."""
    old, new = (None if text is None else _masked(change.subject, text) for text in (change.old, change.new))
    return change._replace(subject=masked(change.subject), old=old, new=new, steps=tuple(map(discreet, change.steps)))


def _masked(name: str, text: str) -> str:
    text = _CUT.sub(lambda cut: "*" * len(cut[0]), masked(text))
    quote = "" if text[:1] in ("'", '"') else '"'
    before = f"{name} = {quote}"
    return masked(f"{before}{text}{quote}")[len(before) :].removesuffix(quote)
