"""Blocked payments never get a label: a share goes through by chance, logged, or the next model learns from itself."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }}.config import Config, ExplorationConfig
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared, training_rows


def test_a_share_of_blocked_payments_goes_through_with_its_propensity(
    service: Service, messages: list[dict[str, Any]], settings: Config, log: io.StringIO
) -> None:
    service.config = settings.model_copy(update={"exploration": ExplorationConfig(share_of_blocked=0.5)})
    decisions = [service.decide(message) for message in messages]
    blocked = [decision for decision in decisions if decision.wanted == "block"]
    explored = [decision for decision in blocked if decision.explored]
    assert len(blocked) >= 8
    assert 0.2 < len(explored) / len(blocked) < 0.8
    assert all(decision.action == "approve" and decision.propensity == 0.5 for decision in explored)
    assert all(decision.propensity == 1.0 for decision in decisions if decision.wanted != "block")
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    assert sum(entry["explored"] for entry in entries) == len(explored)


def test_asking_again_does_not_change_the_draw(service: Service) -> None:
    draws = [service._draw(payment) for payment in range(4_000)]
    assert draws == [service._draw(payment) for payment in range(4_000)]
    assert np.mean(draws) == pytest.approx(0.5, abs=0.03)


def test_training_learns_from_payments_that_would_have_been_blocked(prepared: Prepared, settings: Config) -> None:
    rows = np.concatenate(training_rows(prepared))
    weight = prepared.labels_then.weight[rows]
    explored = prepared.tables["decisions"]["explored"][rows] == 1
    assert explored.sum() > 10
    assert np.allclose(weight[explored], 1 / settings.exploration.share_of_blocked)
    assert np.allclose(weight[~explored], 1.0)


def test_without_exploration_the_configuration_is_refused(settings: Config) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        ExplorationConfig(share_of_blocked=0.0)
    assert settings.exploration.share_of_blocked > 0
