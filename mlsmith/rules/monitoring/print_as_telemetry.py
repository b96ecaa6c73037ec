"""MON103."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.rules.kit import Context, Finding, Module, Rule, Severity, metrics, optimisation

_SPOKEN = re.compile(r"\b(loss|accuracy|acc|auc|f1|rmse|mae|precision|recall|epoch)\b", re.I)
_OTHERWISE = re.compile(
    r"logging|logger|loguru|SummaryWriter|tensorboard|wandb|mlflow|neptune|comet|add_scalar|tracker|csv|to_csv|json\.dump|\.log\(|history|__main__|click|typer|argparse|absl"
)


class PrintAsTelemetry(Rule):
    """A package reports its training by print only.

    ## What it finds
    In a module of a package that trains with PyTorch: losses and metrics printed in the training loop, in a file that logs, tracks and stores
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

    ## When it stays silent
    In scripts, commands, notebooks, examples and tests; when the file logs, tracks, stores or returns a history. One finding a file.

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
        loops = optimisation.training_loops(module)
        if not loops or _OTHERWISE.search(module.source.text):
            return
        for loop in loops:
            if loop.function is None:
                continue
            for call in module.calls_to("print"):
                if call.function is loop.function and _reports(call.node):
                    yield self.finding(
                        call, "the course of training is printed, and kept nowhere", advice="log it, or give it to a tracker of experiments"
                    )  # fmt: skip
                    return


def _reports(call: ast.Call) -> bool:
    """Whether a loss or a metric is printed as a number."""
    texts = " ".join(part.value for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    names = {part.id for part in ast.walk(call) if isinstance(part, ast.Name)}
    return bool(_SPOKEN.search(texts)) and any("loss" in name or metrics.metrics_named(name) for name in names)
