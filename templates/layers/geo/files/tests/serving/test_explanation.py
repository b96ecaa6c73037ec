"""Each advice carries what an engineer needs to trust or doubt it: drivers, data quality, nearest wells, interval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from {{ cookiecutter.package }} import caution, explain
from {{ cookiecutter.package }}.caution import FLAGS
from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES, Sites
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.read import Tables
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared, nearest_km


def quality_at(tables: Tables, message: dict[str, Any]) -> float:
    """Data quality by the map itself."""
    row, column = int(message["northing"] // 1_000), int(message["easting"] // 1_000)
    return float(tables.maps.layers["quality"][row, column])


def test_every_advice_explains_itself(service: Service, messages: list[dict[str, Any]], settings: Config) -> None:
    for message in messages:
        advice = service.advise(message)
        assert advice.low_kbbl is not None
        assert advice.high_kbbl is not None
        assert advice.low_kbbl < advice.eur_kbbl < advice.high_kbbl
        assert len(advice.drivers) == settings.serving.drivers
        assert len(advice.nearest_wells) == settings.serving.nearest_wells


def test_the_data_quality_shown_is_that_of_the_map(
    service: Service, messages: list[dict[str, Any]], tables: Tables
) -> None:
    shown = [service.advise(message).data_quality for message in messages]
    assert shown == [quality_at(tables, message) for message in messages]
    assert min(shown) < 0.3 < 0.8 < max(shown)


def test_where_data_is_poor_nothing_is_drilled_without_corroboration(
    service: Service, messages: list[dict[str, Any]], tables: Tables, settings: Config
) -> None:
    poor = [message for message in messages if quality_at(tables, message) < settings.interval.poor_quality]
    assert len(poor) > 5
    for message in poor:
        advice = service.advise(message)
        assert "POOR_DATA" in advice.flags
        assert advice.action != "drill"


def test_where_all_is_well_there_is_no_flag(service: Service, messages: list[dict[str, Any]]) -> None:
    advices = [service.advise(message) for message in messages]
    clear = [advice for advice in advices if not advice.flags]
    assert len(clear) > len(advices) / 4
    assert "drill" in {advice.action for advice in clear}


def test_drivers_add_up_to_the_prediction(finished: Finished, prepared: Prepared) -> None:
    regressor = finished.model.regressor
    base, by_feature, by_ground = explain.contributions(regressor, prepared.sites)
    assert by_feature.shape == (len(prepared.sites.id), len(NAMES))
    assert np.allclose(base + by_feature.sum(axis=1) + by_ground, regressor.mean(prepared.sites), atol=1e-10)


def test_a_driver_points_where_the_law_points(finished: Finished, prepared: Prepared) -> None:
    _, by_feature, _ = explain.contributions(finished.model.regressor, prepared.sites)
    for place, name in enumerate(NAMES[:4]):
        follows = np.corrcoef(by_feature[:, place], np.log(prepared.sites.column(name)))[0, 1]
        assert follows > 0.7, name


def test_the_nearest_wells_are_the_nearest(service: Service, messages: list[dict[str, Any]], tables: Tables) -> None:
    advice = service.advise(messages[0])
    east, north = messages[0]["easting"] / 1_000, messages[0]["northing"] / 1_000
    mature = tables.wells["months_produced"] >= 24
    distance = np.hypot(tables.wells["east_km"] - east, tables.wells["north_km"] - north)[mature]
    assert [well.km for well in advice.nearest_wells] == np.round(np.sort(distance)[:3], 2).tolist()


def raised(finished: Finished, sites: Sites, nearest: Array, settings: Config, prepared: Prepared) -> dict[str, Array]:
    """Flags of these sites."""
    model, known = finished.model, caution.ranges(prepared.sites)
    return caution.flags(model, sites, model.predict(sites), nearest, known, settings.caution)


@pytest.mark.parametrize("flag", list(FLAGS))
def test_each_flag_is_raised_by_its_cause_alone(
    finished: Finished, prepared: Prepared, settings: Config, flag: str
) -> None:
    quiet = np.flatnonzero((prepared.sites.quality > 0.8) & ~prepared.sites.borrowed)[:1]
    site, near = prepared.sites.rows(quiet), np.array([0.5])
    assert not any(hits[0] for hits in raised(finished, site, near, settings, prepared).values())
    thick = site.values.copy()
    thick[0, 0] = 2 * prepared.sites.column("thickness_m").max()
    careful = settings.model_copy(update={"caution": settings.caution.model_copy(update={"max_high_to_low": 1.01})})
    causes: dict[str, tuple[Sites, Array, Config]] = {
        "POOR_DATA": (replace(site, quality=np.array([0.2])), near, settings),
        "NO_MAP": (replace(site, borrowed=np.array([True])), near, settings),
        "FAR_FROM_WELLS": (site, np.array([settings.caution.max_nearest_well_km + 1]), settings),
        "UNLIKE_WELLS": (replace(site, values=thick), near, settings),
        "WIDE_INTERVAL": (site, near, careful),
    }
    found = raised(finished, *causes[flag], prepared)
    assert found[flag][0]
    assert not [other for other, hits in found.items() if hits[0] and other not in (flag, "WIDE_INTERVAL")]


def test_nearest_distances_are_those_to_the_given_wells(prepared: Prepared) -> None:
    assert nearest_km(prepared.sites, prepared.known).max() == 0.0
