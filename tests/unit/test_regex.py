import importlib
import pkgutil
import re

import pytest

import mlsmith
from mlsmith.regex import _Regex, regex


def test_every_regular_expression_of_mlsmith_is_one():
    """They are compiled when first used, which may be in somebody's project only."""
    seen = 0
    for module in pkgutil.walk_packages(mlsmith.__path__, "mlsmith."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, _Regex):
                assert value.pattern is not None
                seen += 1
    assert seen > 100


def test_it_answers_as_the_compiled_pattern_does():
    late, now = regex(r"(?P<word>b+)", re.I), re.compile(r"(?P<word>b+)", re.I)
    assert late.sub("-", "aBba") == now.sub("-", "aBba")
    assert [match["word"] for match in late.finditer("bab")] == ["b", "b"]
    assert (late.pattern, late.flags, late.groupindex) == (now.pattern, now.flags, now.groupindex)
    assert regex(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_what_is_no_pattern_is_told_at_its_first_use():
    late = regex("(")
    with pytest.raises(re.error):
        late.match("")
    with pytest.raises(AttributeError):
        late.sing  # noqa: B018
