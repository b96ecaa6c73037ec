"""What the kit knows of the arguments that libraries take."""

from __future__ import annotations

from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.signatures import position_of, read, signature_of


def test_a_signature_says_where_and_with_which_default() -> None:
    signature = read("a, b=1, *, c=None, d=...")
    assert signature.positions == {"a": 0, "b": 1}
    assert signature.defaults == {"b": 1, "c": None, "d": UNKNOWN}


def test_former_positions_hold_for_former_code_and_the_present_defaults_win() -> None:
    signature = signature_of("sklearn.model_selection.KFold")
    assert signature is not None
    assert signature.positions["random_state"] == 2
    assert signature.defaults["shuffle"] is False


def test_a_pool_by_norm_takes_its_kernel_second() -> None:
    assert position_of(["torch.nn.MaxPool2d"], "kernel_size") == 0
    assert position_of(["torch.nn.LPPool2d"], "kernel_size") == 1
    assert position_of(["torch.nn.LazyLinear"], "out_features") == 0


def test_what_is_not_known_is_taken_by_keyword_only() -> None:
    assert position_of(["torch.utils.data.DataLoader"], "worker_init_fn") is None
    assert position_of(["somewhere.else"], "shuffle") is None
    assert position_of([], "shuffle") is None
