"""Features of a payment: one registered list and one query, used by training and by serving alike.

Every window ends one second before the payment, so a feature can only know what had happened by then; a session
counts from its end, since its length is not known before. Money is summed in whole cents: integer sums do not depend on
their order, so both paths agree to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from {{ cookiecutter.package }}.columns import Array, Columns


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of the model. `direction` +1 or -1 forbids the model to learn the opposite; 0 leaves it free."""

    name: str
    unit: str
    reason: str
    sql: str
    direction: int = 0


FEATURES = (
    Feature("amount_eur", "euro", "the amount is unusual", "cents / 100"),
    Feature("amount_to_usual", "ratio", "far more than this customer's usual amount",
            "cents / nullif(sum(cents) OVER customer_90d / nullif(sum(paid) OVER customer_90d, 0), 0)"),
    Feature("usual_eur_90d", "euro", "this customer's usual amount",
            "sum(cents) OVER customer_90d / nullif(sum(paid) OVER customer_90d, 0) / 100"),
    Feature("card_payments_1h", "count", "many payments with this card within an hour",
            "coalesce(sum(paid) OVER card_1h, 0)", direction=1),
    Feature("customer_payments_24h", "count", "many payments by this customer within a day",
            "coalesce(sum(paid) OVER customer_24h, 0)"),
    Feature("customer_eur_24h", "euro", "a large sum by this customer within a day",
            "coalesce(sum(cents) OVER customer_24h, 0) / 100"),
    Feature("device_payments_24h", "count", "many payments from this device within a day",
            "coalesce(sum(paid) OVER device_24h, 0)"),
    Feature("device_cards_30d", "count", "several cards new to this device",
            "coalesce(sum(card_arrives) OVER device_30d, 0)", direction=1),
    Feature("customer_chargebacks_90d", "count", "chargebacks by this customer",
            "coalesce(sum(disputed) OVER customer_90d, 0)", direction=1),
    Feature("account_age_days", "days, at most 30", "the account is new",
            "least(moment - registered_at, 2592000) / 86400", direction=-1),
    Feature("card_age_days", "days, at most 30", "the card is new here",
            "least(moment - min(moment) OVER card_ever, 2592000) / 86400"),
    Feature("device_age_days", "days, at most 30", "the device is new for this customer",
            "least(moment - min(moment) OVER customer_on_device, 2592000) / 86400"),
    Feature("foreign_network", "0 or 1", "paid from another country than the card's",
            "CAST(country <> card_country AS INTEGER)", direction=1),
    Feature("hour", "hours", "an unusual time of day", "(moment % 86400) / 3600"),
    Feature("card_method", "0 or 1", "paid by card", "CAST(method = 'card' AS INTEGER)"),
    Feature("minutes_played_7d", "minutes", "deposits without playing",
            "coalesce(sum(minutes) OVER customer_7d, 0)"),
)  # fmt: skip

NAMES = tuple(feature.name for feature in FEATURES)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Payments in order of their ids, their times (seconds) and a row of `NAMES` each; NaN where history is missing."""

    payment: Array
    at: Array
    values: Array

    @classmethod
    def of(cls, table: Columns) -> FeatureTable:
        """From the answer to the query."""
        columns = [np.ma.filled(np.ma.asarray(table[name], dtype=np.float64), np.nan) for name in NAMES]
        return cls(np.asarray(table["payment"]), np.asarray(table["moment"]), np.column_stack(columns))

    def column(self, name: str) -> Array:
        """One feature of all payments."""
        return np.asarray(self.values[:, NAMES.index(name)])

    def rows(self, chosen: Array) -> FeatureTable:
        """The payments chosen by a mask or by positions."""
        return FeatureTable(self.payment[chosen], self.at[chosen], self.values[chosen])


def compute(database: duckdb.DuckDBPyConnection, *, only: int | None = None) -> FeatureTable:
    """Features of all payments in the database, or of the one payment `only`, whose relatives alone are then read."""
    if only is None:
        return FeatureTable.of(database.execute(query()).fetchnumpy())
    related = _QUERY.format(related=_RELATED, wanted="= $only")
    return FeatureTable.of(database.execute(related, {"only": only}).fetchnumpy())


def query() -> str:
    """The features of all payments, in words that every engine understands alike: no quotient is cut off or of 0."""
    return _QUERY.format(related="SELECT * FROM payments", wanted="IS NOT NULL")


# A session has no card and no device: numbers below zero, which no payment has, keep sessions in small groups of their
# own, where one group of all of them would cost most of the query's time.
_RELATED = """
    SELECT every.* FROM payments AS every, (SELECT * FROM payments WHERE payment = $only) AS this
    WHERE every.card = this.card OR every.device = this.device OR every.customer = this.customer
"""

_QUERY = (
    """
WITH related AS ({related}),
stream AS (
    SELECT payment, paid_at AS moment, customer, card, device, CAST(round(amount * 100) AS BIGINT) AS cents,
           1 AS paid, 0 AS disputed, 0 AS minutes, method, country, card_country,
           CAST(paid_at = min(paid_at) OVER (PARTITION BY device, card) AS INTEGER) AS card_arrives
    FROM related
    UNION ALL
    SELECT NULL, reported_at, customer, card, device, 0, 0, 1, 0, NULL, NULL, NULL, 0
    FROM chargebacks JOIN related USING (payment)
    UNION ALL
    SELECT NULL, began_at + 60 * minutes, customer, -1 - customer, -1 - customer, 0, 0, 0, minutes, NULL, NULL, NULL, 0
    FROM activity WHERE customer IN (SELECT customer FROM related)
),
known AS (
    SELECT payment, moment, """
    + ", ".join(f"{feature.sql} AS {feature.name}" for feature in FEATURES)
    + """
    FROM stream JOIN (SELECT customer, registered_at FROM customers) USING (customer)
    WINDOW
        card_1h AS (PARTITION BY card ORDER BY moment RANGE BETWEEN 3600 PRECEDING AND 1 PRECEDING),
        card_ever AS (PARTITION BY card),
        customer_24h AS (PARTITION BY customer ORDER BY moment RANGE BETWEEN 86400 PRECEDING AND 1 PRECEDING),
        customer_7d AS (PARTITION BY customer ORDER BY moment RANGE BETWEEN 604800 PRECEDING AND 1 PRECEDING),
        customer_90d AS (PARTITION BY customer ORDER BY moment RANGE BETWEEN 7776000 PRECEDING AND 1 PRECEDING),
        customer_on_device AS (PARTITION BY customer, device),
        device_24h AS (PARTITION BY device ORDER BY moment RANGE BETWEEN 86400 PRECEDING AND 1 PRECEDING),
        device_30d AS (PARTITION BY device ORDER BY moment RANGE BETWEEN 2592000 PRECEDING AND 1 PRECEDING)
)
SELECT * FROM known WHERE payment {wanted} ORDER BY payment
"""
)
