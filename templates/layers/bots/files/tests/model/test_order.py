"""The order digest: which accounts the networks see, in which order, with which labels."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Columns, length, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.model import order
from {{ cookiecutter.package }}.train import Prepared, labelled, order_digest, prepare


def test_the_same_data_in_another_order_gives_the_same_digest(
    tables: dict[str, Columns], prepared: Prepared, settings: Config
) -> None:
    rng = np.random.default_rng(5)
    mixed = {name: take(table, rng.permutation(length(table))) for name, table in tables.items()}
    assert order_digest(prepare(mixed, settings), settings) == order_digest(prepared, settings)


def test_another_seed_or_number_of_rounds_changes_the_digest(prepared: Prepared, settings: Config) -> None:
    longer = settings.model.model_copy(update={"rounds": settings.model.rounds + 1})
    others = [settings.model_copy(update={"seed": 8}), settings.model_copy(update={"model": longer})]
    assert len({order_digest(prepared, one) for one in (settings, *others)}) == 3


def test_every_batch_is_half_bots_and_no_round_repeats_the_one_before(prepared: Prepared, settings: Config) -> None:
    _, bot = labelled(prepared)
    rounds = list(order(bot, settings.model, seed=1))
    assert [len(batches) for batches in rounds] == [settings.model.steps] * settings.model.rounds
    assert {float(bot[rows].mean()) for batches in rounds for rows in batches} == {0.5}
    assert len({tuple(np.concatenate(batches).tolist()) for batches in rounds}) == len(rounds)
