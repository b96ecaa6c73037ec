"""What each release of the made app really logs. The plan, `data/logging_plan.yaml`, says what it should."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns, take
from {{ cookiecutter.package }}.population import DAY

RELEASES = {"4.0": 0, "4.1": 35, "4.2": 70}
"""Version → the day on which it reached the stores."""

LAYOUT_2_SINCE = 1
"""Position of the first release whose app sends lengths in milliseconds (layout 2) rather than seconds (layout 1)."""

LOGGED = {
    "4.0": (
        "session_start",
        "session_end",
        "lesson_done",
        "error_shown",
    ),
    "4.1": (
        "session_start",
        "session_end",
        "lesson_done",
        "error_shown",
    ),
    "4.2": (
        "session_start",
        "session_end",
        "lesson_done",
        "error_shown",
    ),
}
"""Version → the events of source `app` that its code sends. The server and the push service log the rest themselves."""

_VERSIONS = np.array(list(RELEASES))


def installed(at: Array, registered: Array, update_lag: Array) -> Array:
    """Position of the release in use at each time: the newest at registration, later ones after the user's lag."""
    position = np.zeros(len(at), dtype=np.int64)
    for number, day in enumerate(RELEASES.values()):
        there = (registered >= day * DAY) | (at >= day * DAY + update_lag)
        position = np.where(there, number, position)
    return position


def log(happened: Columns) -> Columns:
    """Of all that happened, what was logged, with `version`, `layout` and `length` as that release writes them.

    `happened` has `source`, `name`, `release` (a position) and `seconds`.
    """
    sends = np.ones(len(happened["name"]), dtype=bool)
    for number, version in enumerate(RELEASES):
        silent = ~np.isin(happened["name"], LOGGED[version])
        sends &= ~((happened["source"] == "app") & (happened["release"] == number) & silent)
    logged = take(happened, sends)
    release, seconds = logged.pop("release"), logged.pop("seconds")
    layout = np.where((logged["source"] == "app") & (release < LAYOUT_2_SINCE), 1, 2)
    length = np.where(layout == 1, seconds, 1_000 * seconds)
    return {**logged, "version": _VERSIONS[release], "layout": layout, "length": length}
