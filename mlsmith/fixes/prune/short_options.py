"""Short options that are written together: `-abc` is `-a -b -c`, as far as none before the last takes a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.fixes.prune.declared import LIBRARIES
from mlsmith.fixes.prune.sight import Sight
from mlsmith.regex import regex
from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.module import Module

TOGETHER = regex(r"(?<![\w-])-[A-Za-z]\w+")
_SWITCHES = frozenset({"store_true", "store_false", "store_const", "append_const", "count", "help", "version"})
_EITHER = frozenset({True, False})
_HELP = {"h": frozenset({False})}


class ShortOptions:
    """The letters that a project's programs know, and whether they take a value: `{True}`, `{False}`, or both where it is not seen."""

    def __init__(self, sight: Sight) -> None:
        self.takes_value: dict[str, frozenset[bool]] = dict(_HELP)
        self.whole: set[str] = set()
        """Words after a single dash that are options of their own, such as `-lr`"""
        self.all_seen = True
        for module, call, takes in _declarations(sight):
            texts = [module.constant(node) for node in call.node.args]
            self.all_seen = self.all_seen and UNKNOWN not in texts and not call.has_unknown_arguments
            for text in (text for text in texts if isinstance(text, str)):
                for word in map(str.strip, text.split("/")):
                    if re.fullmatch(r"-\w", word):
                        self.takes_value[word[1]] = self.takes_value.get(word[1], frozenset()) | takes
                    elif TOGETHER.fullmatch(word):
                        self.whole.add(word)

    def passes(self, word: str, letter: str) -> bool:
        """Whether a word such as `-vf` may give the option of a letter. One with a letter that no program knows ends each of them."""
        met = False
        for character in "" if word in self.whole else word[1:]:
            met = met or character == letter
            takes = self.takes_value.get(character)
            if takes is None:
                return letter in word and not self.all_seen
            if met and True in takes:
                return True
            if False not in takes:
                return False
        return met


def _declarations(sight: Sight) -> Iterator[tuple[Module, Call, frozenset[bool]]]:
    for module in sight.modules_with("add_argument", all_of_them=False):
        for call in module.method_calls("add_argument"):
            yield module, call, _takes_value(call)
    for word in ("option", "Option"):
        for module in sight.modules_with(word, all_of_them=False):
            for call in module.calls_spelt(word) if module.imports(*LIBRARIES) else ():
                yield module, call, _EITHER


def _takes_value(call: Call) -> frozenset[bool]:
    if call.argument("nargs").given or call.has_unknown_arguments:
        return _EITHER
    action: Any = call.argument("action").value if call.argument("action").given else "store"
    if action in _SWITCHES:
        return frozenset({False})
    return frozenset({True}) if action in ("store", "append", "extend") else _EITHER
