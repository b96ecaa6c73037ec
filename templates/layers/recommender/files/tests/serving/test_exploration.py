"""What is never shown is never played: a share of slots is left to chance, logged, or the model feeds itself."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.config import Config, ExplorationConfig
from {{ cookiecutter.package }}.serve import Service

AT = 3_000_000


def test_a_share_of_the_slots_is_left_to_chance_with_its_propensity(
    service: Service, settings: Config, log: io.StringIO
) -> None:
    slots = [slot for user in range(60) for slot in service.recommend({"user": user, "at": AT}).items]
    explored = [slot for slot in slots if slot.explored]
    share = settings.exploration.share_of_slots
    assert abs(len(explored) / len(slots) - share) < 4 * np.sqrt(share * (1 - share) / len(slots))
    assert all(1 / 400 < slot.propensity < 1 / 50 for slot in explored)
    assert all(slot.propensity == 1.0 for slot in slots if not slot.explored)
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert sum(sum(entry["explored"]) for entry in entries) == len(explored)


def test_chance_reaches_items_that_the_model_would_not_show(service: Service, settings: Config) -> None:
    service.config = settings.model_copy(update={"exploration": ExplorationConfig(share_of_slots=0.9)})
    slots = [slot for user in range(60) for slot in service.recommend({"user": user, "at": AT}).items]
    by_chance, chosen = ({slot.item for slot in slots if slot.explored == kind} for kind in (True, False))
    assert len(by_chance) > 120
    assert len(chosen) < len(by_chance) / 2


def test_asking_again_does_not_change_the_draw(service: Service) -> None:
    assert service.recommend({"user": 3, "at": AT}) == service.recommend({"user": 3, "at": AT})
    draws = np.array([service._draw(user, 3, 0) for user in range(4_000)])
    assert draws.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.03)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.06


def test_the_made_past_was_explored_as_the_configuration_says(tables: dict[str, Columns], settings: Config) -> None:
    shown = tables["impressions"]
    drawn = shown["explored"] == 1
    assert drawn.mean() == pytest.approx(settings.exploration.share_of_slots, abs=0.05)
    assert (shown["propensity"][drawn] < 0.02).all()
    assert (shown["propensity"][~drawn] == 1).all()
    chosen = ~drawn & (shown["shown_at"] < 86_400)
    assert len(np.unique(shown["item"][drawn])) > 5 * len(np.unique(shown["item"][chosen]))


def test_without_exploration_the_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        ExplorationConfig(share_of_slots=0.0)
