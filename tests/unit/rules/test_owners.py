"""How CODEOWNERS is read."""

from __future__ import annotations

import pytest

from mlsmith.rules.kit.owners import Owners, owner_rules


@pytest.mark.parametrize(
    ("rule", "owned", "not_owned"),
    [
        ("*", ["a.py", "src/deep/a.py"], []),
        ("/*", ["a.py"], ["src/a.py"]),
        ("*.py", ["a.py", "src/a.py"], ["src/a.pyi"]),
        ("/src/", ["src/a.py", "src/deep/a.py"], ["lib/src/a.py"]),
        ("src/", ["src/a.py", "lib/src/a.py"], ["lib/src"]),
        ("src/*", ["src/a.py"], ["src/deep/a.py"]),
        ("src/deep", ["src/deep/a.py", "src/deep"], ["lib/src/deep/a.py"]),
        ("**/deep", ["src/deep/a.py", "deep/a.py"], ["src/deeper/a.py"]),
        ("./src/a.py", ["src/a.py"], ["lib/src/a.py"]),
        (r"/my\ models/", ["my models/a.py"], ["my/models/a.py"]),
    ],
)
def test_a_pattern_matches_as_the_forges_say(rule: str, owned: list[str], not_owned: list[str]) -> None:
    owners = Owners(owner_rules(f"{rule} @shop/models # whose\n"))
    assert [path for path in [*owned, *not_owned] if owners.has_owner(path)] == owned


def test_lines_that_the_forges_pass_over_decide_nothing() -> None:
    text = "* @shop/models\n!src/a.py @other\n/src/[ab].py\n/src/ nobody\n"
    assert [rule.pattern for rule in owner_rules(text)] == ["*"]


def test_a_section_of_gitlab_decides_for_itself_and_counts_paths_from_any_folder() -> None:
    owners = Owners(owner_rules("[Models][2] @shop/models\nfit/train.py\n*.sql\n[Data]\nraw/ @shop/data\nraw/old/\n"))
    assert owners.has_owner("src/fit/train.py")
    assert owners.has_owner("raw/a.csv")
    assert not owners.has_owner("raw/old/a.csv")
    assert owners.has_owner("raw/old/a.sql")
