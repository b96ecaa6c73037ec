"""The digest of a policy binds approvals to it: how mlsmith holds a policy must never change it."""

from __future__ import annotations

from mlsmith.review.policy import policy_in
from mlsmith.sources.tree import MemoryTree

SETTINGS = """
[review]
configs = ["conf/**"]
[[review.rule]]
key = "lr"
risk = "high"
range = [0.1, 1]
[[review.bot]]
principal = "tuner@example.org"
keys = ["lr", "model.*"]
[[review.schema]]
path = "conf/*.yaml"
schema = "conf/schema.json"
"""


def test_a_policy_with_records_in_it_has_the_digest_that_approvals_were_given_under() -> None:
    tree = MemoryTree({"mlsmith.toml": SETTINGS, "conf/schema.json": "{}", ".mlsmith/allowed_signers": "a@example.org ssh-ed25519 AAAA\n"})
    assert policy_in(tree).digest == "01c76166ae06e155cc5ae4bf17bbda413f09d9975336e9cbc2ba39d611edb65b"
