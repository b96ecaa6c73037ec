"""What the model sees of a user on the seventh day: names in order, what they mean, and the table that holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns

FEATURES = (
    "sessions", "active_days", "sessions_last_3d", "hours_since_last", "sessions_first_day", "minutes", "lessons",
    "errors", "messages", "purchases", "pushes_opened", "on_ios", "on_web", "from_advert", "from_friend",
)  # fmt: skip
"""The inputs of the model, in its order; `sql/features.sql` computes each for training and serving alike."""

HEARD = ("events_heard", "sources_heard", "events_late")
"""How well a user was heard: told with each prediction, never an input."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an input says, in words for a product team. `direction` +1 or -1 forbids the model to learn the opposite."""

    unit: str
    text: str
    sources: str
    direction: int = 0


MEANINGS = {
    "sessions": Meaning("count", "sessions in the first week", "app.session_start"),
    "active_days": Meaning("days", "days with a session", "app.session_start", direction=1),
    "sessions_last_3d": Meaning("count", "sessions in the last three days", "app.session_start", direction=1),
    "hours_since_last": Meaning("hours", "time since the last session", "app.session_start", direction=-1),
    "sessions_first_day": Meaning("count", "sessions on the first day", "app.session_start"),
    "minutes": Meaning("minutes", "time in the app", "app.session_end", direction=1),
    "lessons": Meaning("count", "lessons done", "app.lesson_done", direction=1),
    "errors": Meaning("count", "errors shown", "app.error_shown"),
    "messages": Meaning("count", "messages sent", "server.message_sent", direction=1),
    "purchases": Meaning("count", "purchases", "server.purchase"),
    "pushes_opened": Meaning("count", "notifications opened", "push.push_opened"),
    "on_ios": Meaning("0 or 1", "on iOS", "users.platform"),
    "on_web": Meaning("0 or 1", "in the browser", "users.platform"),
    "from_advert": Meaning("0 or 1", "came by an advert", "users.channel"),
    "from_friend": Meaning("0 or 1", "came by a friend", "users.channel"),
}


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Users in order of their ids, the moment of prediction (seconds), a row of `FEATURES` each, and of `HEARD`."""

    user_id: Array
    moment: Array
    values: Array
    heard: Array

    @classmethod
    def of(cls, table: Columns) -> FeatureTable:
        """From the answer of `sql/features.sql`; NaN where there is nothing to tell."""
        return cls(
            np.asarray(table["user_id"]), np.asarray(table["moment"]), _matrix(table, FEATURES), _matrix(table, HEARD)
        )

    def column(self, name: str) -> Array:
        """One feature of all users."""
        return np.asarray(self.values[:, FEATURES.index(name)])

    def rows(self, chosen: Array) -> FeatureTable:
        """The users chosen by a mask or by positions."""
        return FeatureTable(self.user_id[chosen], self.moment[chosen], self.values[chosen], self.heard[chosen])


def _matrix(table: Columns, names: tuple[str, ...]) -> Array:
    return np.column_stack([np.ma.filled(np.ma.asarray(table[name], dtype=np.float64), np.nan) for name in names])
