"""Training: windows of each period, verdicts as they stood on the day of deployment, networks, calibration, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from {{ cookiecutter.package }} import baseline, features, limits, monitor
from {{ cookiecutter.package }} import model as models
from {{ cookiecutter.package }}.baseline import Baseline
from {{ cookiecutter.package }}.columns import Array, Columns
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import Windows
from {{ cookiecutter.package }}.limits import Limits
from {{ cookiecutter.package }}.model import Ensemble, Model
from {{ cookiecutter.package }}.record import digest
from {{ cookiecutter.package }}.split import DAY, Labels, Period, Split, labels, split


@dataclass(frozen=True, slots=True)
class Part:
    """One period: its accounts as windows, and what was known about them when it mattered."""

    windows: Windows
    labels: Labels


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything training needs. Labels of the test period are those of today, the others those of deployment."""

    tables: Mapping[str, Columns]
    split: Split
    train: Part
    calibration: Part
    test: Part

    def bots(self, account: Array) -> Array | None:
        """The truth about accounts, which only a made world knows: 1 for a bot."""
        truth = self.tables.get("truth")
        return None if truth is None else truth["bot"][np.searchsorted(truth["account"], account)]


def prepare(tables: Mapping[str, Columns], config: Config) -> Prepared:
    """Windows and labels of the three periods."""
    sessions = tables["sessions"]
    today = (int(sessions["began_at"].max()) // DAY + 1) * DAY
    periods = split(sessions, config.split, today=today)

    def part(period: Period, as_of: int) -> Part:
        found = features.encode(sessions, tables["actions"], begin=period.begin, end=period.end)
        own = found.rows(np.isin(found.account, period.accounts))
        return Part(own, labels(own.account, tables["verdicts"], as_of=as_of))

    return Prepared(
        tables, periods, part(periods.train, periods.deployed_at), part(periods.calibration, periods.deployed_at),
        part(periods.test, today),
    )  # fmt: skip


def train(prepared: Prepared, config: Config, *, version: str) -> Model:
    """Networks fitted on the training period's verdicts, calibrated and given limits on accounts they have not seen."""
    ensemble = fit(prepared, config)
    slope, offset = calibrate(ensemble, prepared.calibration)
    return Model(ensemble, slope, offset, limits_of(ensemble, prepared, config), version, config.digest())


def fit(prepared: Prepared, config: Config) -> Ensemble:
    """The networks, as the configured engine trains them."""
    windows, bot = labelled(prepared)
{%- if "torchrun" in cookiecutter.layers %}
    if config.engine.engine == "torchrun":
        from {{ cookiecutter.package }} import torchrun_fit  # processes are started only if they are asked for

        return torchrun_fit.fit(windows, bot, config)
{%- endif %}
    return models.fit(windows, bot, config.model, seed=config.seed, threads=config.engine.threads)


def labelled(prepared: Prepared, chosen: Array | None = None) -> tuple[Windows, Array]:
    """Windows and labels that are learned from: all of the training period's verdicts, or the chosen ones of them.

    People met in person are left out; they are the yardstick.
    """
    rows = np.flatnonzero(prepared.train.labels.known)
    rows = rows if chosen is None else rows[chosen]
    return prepared.train.windows.rows(rows), prepared.train.labels.bot[rows]


def limits_of(scorer: Ensemble | Baseline, prepared: Prepared, config: Config) -> Limits:
    """Limits from people met in person before deployment, none of whom was learned from."""
    sure = [part.windows.rows(part.labels.certain) for part in (prepared.train, prepared.calibration)]
    return limits.choose(np.concatenate([scorer.score(windows) for windows in sure]), config.limit)


def calibrate(ensemble: Ensemble, part: Part) -> tuple[float, float]:
    """Slope and offset from log-odds to probability, from audited accounts, among whom bots are as rare as anywhere."""
    rows = part.labels.audited
    score, bot = ensemble.score(part.windows.rows(rows)), part.labels.bot[rows]
    if len(set(bot.tolist())) < 2:
        raise ValueError("the audits of the calibration period found no bot, or nothing else; take a longer period")
    fitted = LogisticRegression(C=100.0).fit(score[:, None], bot)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def fit_baseline(prepared: Prepared) -> Baseline:
    """The baseline, from the same verdicts."""
    return baseline.fit(*labelled(prepared))


def order_digest(prepared: Prepared, config: Config) -> str:
    """SHA-256 of the accounts in the order in which the first network sees them, round by round, with their labels."""
    windows, bot = labelled(prepared)
    seen = [np.concatenate(batches) for batches in models.order(bot, config.model, seed=config.seed)]
    return digest([[windows.account[rows].tolist(), bot[rows].tolist()] for rows in seen])


def reference(prepared: Prepared, model: Model, config: Config) -> monitor.Reference:
    """What is normal: all accounts of the calibration period, known or not; few of them were ever learned from."""
    part = prepared.calibration
    return monitor.describe(part.windows, model.ensemble.score(part.windows), model.limits.watch, config.monitor)
