"""The network: it can learn at all, starts where theory says, every parameter gets a gradient, no number is lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch

from {{ cookiecutter.package }} import tower, tower_fit
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.tower import Tower
from {{ cookiecutter.package }}.tower_fit import Lessons, Place
from {{ cookiecutter.package }}.train import Prepared, order_digest


@pytest.fixture(scope="module")
def batch(media: Media) -> Lessons:
    """Sixteen items with factors of unit size that media cannot explain."""
    part = Media(media.item[:16], media.image[:16], media.audio[:16])
    return Lessons(part, np.random.default_rng(3).normal(size=(16, 8)), np.ones(16))


def test_one_batch_can_be_learned_by_heart(batch: Lessons, settings: Config) -> None:
    config = settings.tower.model_copy(update={"epochs": 400, "batch": 16, "weight_decay": 1e-9})
    fitted = tower_fit.fit(batch, config, seed=1)
    assert _loss(fitted, batch) < 0.1 * _loss(_fresh(settings), batch)


def test_the_loss_at_the_start_is_that_of_knowing_nothing(batch: Lessons, settings: Config) -> None:
    assert _loss(_fresh(settings), batch) == pytest.approx(float((batch.factors**2).sum(axis=1).mean()), rel=0.1)


def test_gradients_reach_every_parameter_and_are_numbers(batch: Lessons, settings: Config) -> None:
    made = _fresh(settings)
    image, audio = tower.tensors(batch.media)
    target = torch.from_numpy(batch.factors).float()
    tower_fit.loss(made(image, audio), target, torch.ones(16), of=16).backward()
    for name, parameter in made.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad != 0).any(), name


def test_what_an_item_gets_does_not_depend_on_its_company(finished: Finished, media: Media) -> None:
    towers = finished.model.learned.towers
    alone = Media(media.item[5:6], media.image[5:6], media.audio[5:6])
    assert np.array_equal(tower.encode(towers, alone)[0][0], tower.encode(towers, media)[0][5])


def test_picture_and_sound_both_matter(finished: Finished, media: Media) -> None:
    towers = finished.model.learned.towers
    part = Media(media.item[:40], media.image[:40], media.audio[:40])
    whole, _ = tower.encode(towers, part)
    for other in (replace(part, image=part.image[::-1].copy()), replace(part, audio=part.audio[::-1].copy())):
        assert np.abs(tower.encode(towers, other)[0] - whole).mean() > 0.1


def test_every_epoch_has_an_order_of_its_own_and_shows_every_item(media: Media, settings: Config) -> None:
    epochs = list(tower_fit.order(media.item, settings.tower, seed=3))
    assert len({tuple(one) for one in epochs}) == settings.tower.epochs
    assert all(sorted(one) == list(range(len(media.item))) for one in epochs)
    again = tower_fit.order_digest(media.item, settings.tower, seed=3)
    assert tower_fit.order_digest(media.item, settings.tower, seed=3) == again
    assert not set(again) & set(tower_fit.order_digest(media.item, settings.tower, seed=4))
    longer = settings.tower.model_copy(update={"epochs": settings.tower.epochs + 2})
    assert tower_fit.order_digest(media.item, longer, seed=3)[:-2] == again


def test_the_order_of_the_run_is_the_one_on_record(prepared: Prepared, finished: Finished, settings: Config) -> None:
    text = (finished.run.folder / "run.json").read_text(encoding="utf-8")
    digests = order_digest(prepared, settings)
    assert len(set(digests)) == settings.tower.epochs
    assert [one for one in digests if one not in text] == []


@pytest.mark.parametrize("workers", [2, 3])
def test_processes_share_each_batch_of_each_epoch(media: Media, settings: Config, workers: int) -> None:
    """No item is left out and none comes twice, whether or not their number can be shared out evenly."""
    items, batch = media.item[:97], settings.tower.batch
    places = [Place(rank, workers) for rank in range(workers)]
    alone = tower_fit.order(items, settings.tower, seed=3)
    shares = [tower_fit.order(items, settings.tower, seed=3, place=place) for place in places]
    for one, *parts in zip(alone, *shares, strict=True):
        for begin in range(0, len(items), batch):
            end = min(begin + batch, len(items))
            mine = [part[place.share(begin) : place.share(end)] for place, part in zip(places, parts, strict=True)]
            assert sorted(chain(*mine)) == sorted(one[begin:end])
            assert max(map(len, mine)) - min(map(len, mine)) <= 1


def _fresh(settings: Config) -> Tower:
    torch.manual_seed(1)
    return Tower(channels=settings.tower.channels, factors=8)


def _loss(made: Tower, batch: Lessons) -> float:
    image, audio = tower.tensors(batch.media)
    with torch.inference_mode():
        return float(tower_fit.loss(made(image, audio), torch.from_numpy(batch.factors).float(), torch.ones(16), of=16))
