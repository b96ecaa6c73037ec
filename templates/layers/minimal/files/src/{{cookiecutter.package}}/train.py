"""One run from data to release: features, split, model, assessment, and a folder that holds all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from {{ cookiecutter.package }} import card, contract, model, read, record
from {{ cookiecutter.package }}.columns import Array, Columns, length
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics, carrier_rates, evaluate, shortfalls
from {{ cookiecutter.package }}.features import compute
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.split import Split, split


@dataclass(frozen=True, slots=True)
class Prepared:
    """One entry an order, in order of time: features, label, carrier, and the periods."""

    order: Array
    placed_on: Array
    values: Array
    late: Array
    carrier: Array
    split: Split


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has been written."""

    run: record.Run
    model: Model
    metrics: Metrics
    baseline: Metrics
    shortfalls: list[str]


def prepare(orders: Columns, config: Config) -> Prepared:
    """Features, labels and periods of all orders."""
    by_time = np.lexsort((orders["order"], orders["placed_on"]))
    orders = {name: values[by_time] for name, values in orders.items()}
    return Prepared(
        order=orders["order"],
        placed_on=orders["placed_on"],
        values=compute(orders),
        late=(orders[read.LABEL] > 0).astype(np.int64),
        carrier=orders["carrier"],
        split=split(orders["placed_on"], config.split),
    )


def train(prepared: Prepared, config: Config, *, version: str) -> Model:
    """A model of the training period."""
    rows = prepared.split.train
    return model.fit(prepared.values[rows], prepared.late[rows], config.model, version=version)


def order_digest(prepared: Prepared) -> str:
    """SHA-256 of the orders' ids in the order in which the model sees them, with their labels."""
    rows = prepared.split.train
    return record.digest([prepared.order[rows].tolist(), prepared.late[rows].tolist()])


def assess(made: Model, prepared: Prepared) -> tuple[Metrics, Metrics]:
    """Metrics of the model and of the baseline on the test period."""
    rows, seen = prepared.split.test, prepared.split.train
    rates = carrier_rates(prepared.carrier[seen], prepared.late[seen], asked=prepared.carrier[rows])
    late = prepared.late[rows]
    return evaluate(made.probability(prepared.values[rows]), late), evaluate(rates, late)


def run(config: Config, *, data: Path, project: Path, runs: Path) -> Finished:
    """Train and assess on `data`/orders.csv; the run's folder in `runs` then holds all there is to know about it."""
    started = record.start(runs, configuration=config.digest())
    orders = read.read(data / "orders.csv", contract.load(project / "data" / "contract.yaml"))
    prepared = prepare(orders, config)
    made = train(prepared, config, version=started.id)
    metrics, baseline = assess(made, prepared)
    missed = shortfalls(metrics, baseline, config.quality)
    finished = Finished(started, made, metrics, baseline, missed)
    components = {
        "configuration": {"digest": config.digest(), "values": config.plain()},
        "data": {
            "files": record.digests(data, "*.csv"),
            "rows": {"orders": length(orders)},
            "order": order_digest(prepared),
        },
        "model": {"digest": model.save(made, started.folder / "model.json")},
    }
    text = card.write(made, metrics, baseline, missed, config, data=record.digest(components["data"]))
    record.write_atomically(started.folder / "MODEL_CARD.md", text)
    record.write_atomically(started.folder / "result.svg", card.picture(metrics, baseline))
    figures = {"model": metrics.plain(), "baseline": baseline.plain(), "shortfalls": missed}
    record.finish(started, project=project, components=components, metrics=figures, passed=not missed)
    return finished
