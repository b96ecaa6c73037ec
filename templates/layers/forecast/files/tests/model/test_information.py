"""The incident of the paper's weather team, as tests: what the code can hold, and what it holds after seconds of
training.

A mean error does not tell a blurred forecast from a sharp one that is a cell off. Energy by wavelength does.
"""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from {{ cookiecutter.package }} import information
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.information import TooNarrow
from {{ cookiecutter.package }}.network import ConvAutoencoder, initialised
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.train import Prepared, origins, train

Bounds = dict[str, tuple[float, float]]


@pytest.fixture(scope="module")
def scenes(prepared: Prepared, settings: Config) -> list[np.ndarray]:
    """Scenes of training whose image is whole."""
    found = (prepared.scene(int(hour)).channels for hour in origins(prepared, settings)[::6])
    return [channels for channels in found if channels[1].all()][:24]


def test_every_layer_can_hold_the_image_before_anything_is_trained(scenes: list[np.ndarray], settings: Config) -> None:
    found = information.layers(initialised(seed=1).fields, scenes)
    information.require(found, settings.information)
    assert found[-1].channels >= found[-1].cells ** 2


def test_the_reconstruction_keeps_short_waves_after_seconds_of_training(
    scenes: list[np.ndarray], bounds: Bounds
) -> None:
    kept = information.kept_soon(initialised(seed=7).fields, scenes)
    assert kept["middle"] >= bounds["quick_middle"][0]
    assert kept["short"] >= bounds["quick_short"][0]


def test_pooling_before_the_encoder_is_seen_by_both(scenes: list[np.ndarray], settings: Config, bounds: Bounds) -> None:
    pooled = pooled_fields()
    found = information.layers(pooled, scenes)
    assert found[0].energy["short"] < 0.5 * settings.information.min_short_energy
    with pytest.raises(TooNarrow, match="MaxPool2d"):
        information.require(found, settings.information)
    assert information.kept_soon(pooled, scenes)["middle"] < bounds["quick_middle"][0]


def test_training_refuses_a_code_too_narrow_before_the_first_step(
    prepared: Prepared, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrow(*, seed: int) -> object:
        network = initialised(seed=seed)
        network.fields = pooled_fields()
        return network

    monkeypatch.setattr("{{ cookiecutter.package }}.train.initialised", narrow)
    monkeypatch.setattr("{{ cookiecutter.package }}.train.fit", lambda *_: pytest.fail("a step was taken"))
    with pytest.raises(TooNarrow):
        train(prepared, settings, version="narrow")


def test_the_trained_model_keeps_energy_of_image_and_wind(finished: Finished, bounds: Bounds) -> None:
    found = finished.assessment.metrics
    for band in ("long", "middle", "short"):
        low, high = bounds[f"retention_image_{band}"]
        assert low <= found.retention_image[band] <= high, band
    assert found.retention_wind["long"] >= bounds["retention_wind_long"][0]


def pooled_fields() -> ConvAutoencoder:
    """The autoencoder with the weather team's pooling in front, and an enlargement at its end."""
    fields = initialised(seed=7).fields
    fields.encoder = nn.Sequential(nn.MaxPool2d(4), *fields.encoder)
    fields.decoder = nn.Sequential(*fields.decoder, nn.Upsample(scale_factor=4))
    return fields
