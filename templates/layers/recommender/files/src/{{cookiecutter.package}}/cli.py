"""The command line: world, train, evaluate, explain, serve, monitor, report."""

from __future__ import annotations

import argparse
import sys

import numpy as np
import torch

from {{ cookiecutter.package }} import als, assess, card, contract, explain, features, model, pipeline, record
from {{ cookiecutter.package }}.catalogue import DAY, Media
from {{ cookiecutter.package }}.columns import Columns
from {{ cookiecutter.package }}.commands import PROJECT, SHARED, Command, asking, concluded, run
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.desk import by_lines
from {{ cookiecutter.package }}.monitor import Reference
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.train import prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a model below the bar or an alarm, 2 a mistake the user can mend."""
    torch.set_num_threads(1)
    return run(_COMMANDS, arguments, engine="duckdb")


def _train(given: argparse.Namespace, settings: Config) -> int:
    pipeline.make_world(settings, given.data)
    finished = pipeline.run(settings, data=given.data, project=PROJECT, runs=given.runs)
    excesses = [f"  over budget: {excess}" for excess in finished.ledger.excesses(settings.budget)]
    return concluded(finished, "\n".join([card.summary(finished.assessment), *excesses]))


def _evaluate(given: argparse.Namespace, settings: Config) -> int:
    judged, _ = model.load(record.latest(given.runs))
    found = assess.assess(judged, prepare(*_data(given), settings), settings)
    print(card.summary(found))
    return 1 if found.shortfalls else 0


def _explain(given: argparse.Namespace, settings: Config) -> int:
    judged, _ = model.load(record.latest(given.runs))
    prepared = prepare(*_data(given), settings)
    moment = prepared.periods.end
    vectors = judged.learned.vectors(prepared.media)
    state = prepared.history.state(moment, recent_days=settings.blend.recent_days)
    if given.item not in state.item or not prepared.history.has_user(given.user):
        raise ValueError(f"no user {given.user} or no item {given.item} in {given.data}")
    seen = prepared.history.interactions_of(given.user, moment)
    taste = als.fold_in(seen, np.array([given.user]), vectors.item, vectors.als, settings.als)[0]
    found = explain.explain(
        seen, given.item, vectors=vectors, state=state, values=features.rows(taste, vectors, state, settings.blend),
        taste=taste, candidates=features.candidates(state, seen.item), weights=judged.weights, config=settings,
    )  # fmt: skip
    where = f"place {found.place}" if found.place else "not to be shown: not published, or played before"
    print(f"score {found.score:.3f} ± {found.spread:.3f}, {where} on day {moment // DAY}")
    print(f"  {found.words(warm_plays=settings.split.warm_plays)}")
    for name, adds in sorted(found.adds.items(), key=lambda pair: -pair[1]):
        print(f"  {explain.text(name)} ({name}, adds {adds:+.3f})")
    print(f"  most alike of what was played: {', '.join(map(str, found.because)) or 'nothing'}")
    return 0


def _serve(given: argparse.Namespace, settings: Config) -> int:
    with open_desk(settings, project=PROJECT, data=given.data, runs=given.runs) as desk:
        if desk.problem:
            print(f"the popular items answer: {desk.problem}", file=sys.stderr)
        for answer in by_lines(desk, sys.stdin):
            print(answer, flush=True)
    return 0


def _monitor(given: argparse.Namespace, settings: Config) -> int:
    _, plain = model.load(record.latest(given.runs))
    windows = pipeline.watch(prepare(*_data(given), settings), Reference.of(plain), settings)
    alarms = [alarm for window in windows for alarm in window.alarms(settings.monitor)]
    print("\n".join(map(str, alarms)) or f"{len(windows)} windows, no alarm")
    return 1 if alarms else 0


def _data(given: argparse.Namespace) -> tuple[dict[str, Columns], Media]:
    return pipeline.read_all(given.data, contract.load(PROJECT / "data" / "contract.yaml"))


_COMMANDS = {
    "train": Command("generate what is missing, train, evaluate, write card and report", _train),
    "evaluate": Command("assess the newest run's model again", _evaluate),
    "explain": Command("why an item stands where it stands on a user's list", _explain, asking("user", "item")),
    "serve": Command('requests on stdin, one JSON a line: {"user": 1, "at": 4838400}; lists on stdout', _serve),
    "monitor": Command("alarms since the test period began", _monitor),
    **SHARED,
}
