"""CFG110."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import ConfigDocument, Entry, Finding, Module, Place, Rule, Severity

_DEBUGGING = regex(
    r"debug|test|dev|local|example|sample|smoke|ci|tiny|toy|demo|quick|fast|mini|unit|overfit|dummy|minimal|profil|hparams_search|docker-compose",
    re.I,
)
_TRAINERS = ("lightning.Trainer", "lightning.pytorch.Trainer", "pytorch_lightning.Trainer", "lightning.pytorch.trainer.Trainer")
_LIMITS = ("limit_train_batches", "limit_test_batches", "overfit_batches")
_MOST_BATCHES = 200
"""More of them are what somebody calls an epoch."""
_REASON = regex(r"\s*#\s*\S+(\s+\S+){2}")
"""A comment beside a value that says why"""
_TRAINING_KEYS = frozenset({
    "epochs", "max_epochs", "num_epochs", "batch_size", "lr", "learning_rate", "optimizer", "trainer", "training", "train", "num_train_epochs",
})  # fmt: skip


class DebugValueLeft(Rule):
    """What was set to try something out stayed in the configuration.

    ## What it finds
    In configurations of training, and in calls of Lightning's `Trainer`: `fast_dev_run` on, `overfit_batches` and the limits of batches for
    training and testing below the whole, `debug: true`.

    ## Why it is debt
    The model that goes into use saw a hundred rows, or its test did. The run looks like any other, only faster (Arpteg et al. 2018,
    configuration).

    ## Bad
    ```yaml
    max_epochs: 90
    batch_size: 256
    fast_dev_run: true  # finding: CFG110
    ```

    ## Good
    ```yaml
    max_epochs: 90
    batch_size: 256
    fast_dev_run: false
    ```

    ## Fix
    None: which value production has is not written in the file.

    ## When it stays silent
    In files and sections named for debugging, tests, examples or profiling; in examples, documentation and notebooks,
    which show it; for values that an option decides, and
    beside a comment that says why; for more than 200 batches, which are what somebody calls an epoch; for a limit on validation alone.
    One epoch and a small subset may be meant, and are not looked at.

    ## References
    Lightning documentation, debug your model.
    """

    code = "CFG110"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("lightning", "pytorch_lightning") or _DEBUGGING.search(module.path) or module.notebook is not None:
            return
        for call in module.calls_to(*_TRAINERS):
            for keyword in call.node.keywords:
                if keyword.arg and _is_debugging(keyword.arg, module.constant(keyword.value)) and isinstance(keyword.value, ast.Constant):
                    around = call.function.node.name if call.function is not None else ""
                    if not _DEBUGGING.search(around):
                        yield self.finding(
                            module.at(keyword.value), f"`{keyword.arg}={ast.unparse(keyword.value)}` is for trying out: this run is not the whole one",
                            advice="take it away, or let an option decide",
                        )  # fmt: skip

    def config(self, document: ConfigDocument) -> Iterator[Finding]:
        if _DEBUGGING.search(document.path) or not any(entry.path and entry.path[-1] in _TRAINING_KEYS for entry in document.entries):
            return
        for entry in document.scalars:
            if _REASON.match(document.lines[entry.value_span.end.line - 1][entry.value_span.end.column - 1 :]):
                continue
            if entry.path and _is_debugging(entry.path[-1], entry.value) and not any(_DEBUGGING.search(part) for part in entry.path[:-1]):
                span = entry.value_span
                place = Place.of_line(document.path, (span.start.line, span.start.column, span.end.line, span.end.column), entry.dotted)
                yield self.finding(
                    place, f"`{_written(entry)}`: {_consequence(entry)}",
                    advice="set it back, and keep such values in a configuration of their own",
                )  # fmt: skip


def _is_debugging(name: str, value: Any) -> bool:
    if name == "fast_dev_run":
        return value is True or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
    if name in _LIMITS:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return 0 < value < 1.0 if isinstance(value, float) else 0 < value <= _MOST_BATCHES
    return name in ("debug", "debug_mode") and value is True


def _consequence(entry: Entry) -> str:
    if entry.path[-1].startswith("debug"):
        return "a switch for debugging is on in a configuration of training"
    return "what runs with this configuration is not the whole"


def _written(entry: Entry) -> str:
    return f"{entry.dotted}: {entry.raw}"
