"""The classes by which mlsmith is set beside its peers speak of rules that there are."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from mlsmith.rules.catalogue import all_rules

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"


def test_the_classes_know_only_rules_that_there_are_each_in_one() -> None:
    classes = tomllib.loads((PEERS / "classes.toml").read_text(encoding="utf-8"))["class"]
    counted = Counter(code for found in classes for code in found["mlsmith"])
    assert {code for code, number in counted.items() if number > 1} == set()
    assert set(counted) <= {rule.info().code for rule in all_rules()}  # one that is in none is counted under "everything else"


def test_no_rule_of_a_peer_is_counted_twice() -> None:
    classes = tomllib.loads((PEERS / "classes.toml").read_text(encoding="utf-8"))["class"]
    for tool in ("ruff", "torchfix", "bandit", "vulture", "pylint", "dslinter"):
        counted = Counter(rule for found in classes for rule in found.get(tool, []))
        assert max(counted.values()) == 1
