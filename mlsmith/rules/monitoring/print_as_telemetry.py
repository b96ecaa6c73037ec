"""MON103."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Context, Finding, Function, Module, Rule, Severity, metrics, optimisation

_SPOKEN = regex(r"\b(loss|accuracy|acc|auc|f1|rmse|mae|precision|recall|epoch)\b", re.I)
_FORMATTED = regex(r"\b(loss|accuracy|acc|auc|f1|rmse|mae)\b\W{1,5}(%[\d.]*f|\{[^{}]*f\})", re.I)
"""A metric that is spoken of, with the place of its number"""
_OTHERWISE = regex(
    r"logging|logger|loguru|SummaryWriter|tensorboard|wandb|mlflow|neptune|comet|add_scalar|tracker|csv|to_csv|json\.dump|\.log\(|history|\.write\(|__main__|click|typer|argparse|absl"
)


class PrintAsTelemetry(Rule):
    """A package reports its training by print only.

    ## What it finds
    In a module of a package that trains with PyTorch: losses and metrics printed in the function with the training loop, in a file that logs, tracks and stores
    nothing.

    ## Why it is debt
    What was printed is gone with the terminal. Nobody can draw it, compare it with last month's run, or be called by it (Arpteg et al.
    2018, monitoring and logging).

    ## Bad
    ```python
    import torch


    def train(model, loader, optimizer, criterion):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            print("loss", loss.item())  # finding: MON103
    ```

    ## Good
    ```python
    import logging

    import torch

    log = logging.getLogger(__name__)


    def train(model, loader, optimizer, criterion):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            log.info("loss %.4f", loss.item())
    ```

    ## Fix
    None: which tracker or log is the team's is not in the file.

    ## When it stays silent
    In scripts, commands, notebooks, examples and tests; when the file logs, tracks or stores, and when the printed figures are
    returned or put into a record, as a checkpoint is. One finding a file.

    ## References
    Python logging how-to: when to use logging.
    """

    code = "MON103"
    severity = Severity.INFO
    minutes = 5
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.notebook is not None or module.context is not Context.CODE or not module.imports("torch"):
            return
        loops = [loop.function for loop in optimisation.training_loops(module) if loop.function is not None]
        functions = [*loops, *_looping_over_steps(module)]
        if not functions or _OTHERWISE.search(module.source.text):
            return
        for function in functions:
            for call in module.calls_to("print"):
                if call.function is function and _reports(call.node) and not _is_kept(function.node, call.node):
                    yield self.finding(
                        call, "the course of training is printed, and kept nowhere", advice="log it, or give it to a tracker of experiments"
                    )  # fmt: skip
                    return


def _looping_over_steps(module: Module) -> Iterator[Function]:
    """Functions with a loop that calls what trains a step, at most two calls away in this file: `for …: self._train_step(batch)`."""
    reached = {call.function for call in module.method_calls("backward") if call.function is not None}
    for _ in range(2):
        callers = [call for function in reached for call in module.callers(function) if call.function is not None]
        yield from sorted({call.function for call in callers if call.loop is not None}, key=lambda each: each.node.lineno)  # type: ignore[union-attr, misc]
        reached = {call.function for call in callers if call.function is not None}


def _reports(call: ast.Call) -> bool:
    """Whether a loss or a metric is printed as a number."""
    texts = " ".join(part.value for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return bool(_SPOKEN.search(texts)) and "stop" not in texts.lower() and bool(_figures(call) or _FORMATTED.search(texts))


def _figures(node: ast.AST) -> set[str]:
    return {name for name in _names(node) if "loss" in name or metrics.metrics_named(name)}


def _is_kept(function: ast.AST, call: ast.Call) -> bool:
    """Whether a figure that is printed, or what it is summed or collected in, is returned or put into a record."""
    kept, nodes = _figures(call), list(ast.walk(function))
    for _ in range(2):
        for node in nodes:
            kept |= _taken_into(node, kept)
    ends = [node.value for node in nodes if isinstance(node, ast.Return) and node.value]
    ends += [value for node in nodes if isinstance(node, ast.Dict) for value in node.values]
    return any(_names(end) & kept for end in ends)


def _taken_into(node: ast.AST, kept: set[str]) -> set[str]:
    """Names that a statement puts one of the figures into: `total += loss`, `course.append(loss)`."""
    if isinstance(node, (ast.Assign, ast.AugAssign)) and _figures(node.value) & kept:
        return {name for target in (node.targets if isinstance(node, ast.Assign) else [node.target]) for name in _names(target)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        return _names(node.func.value) if any(_figures(argument) & kept for argument in node.args) else set()
    return set()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
