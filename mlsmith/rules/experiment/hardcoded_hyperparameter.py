"""EXP109."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Module, Project, Rule, Severity
from mlsmith.rules.kit.collect import place_from, where

_OPTIMISERS = ("torch.optim.", "tensorflow.keras.optimizers.", "keras.optimizers.")
_CONFIGURED = frozenset(
    {"argparse", "wandb", "hydra", "omegaconf", "click", "typer", "yaml", "absl", "pydantic_settings", "ml_collections", "gin", "fire"}
)
_NAMES = {"lr": "learning rate", "learning_rate": "learning rate", "weight_decay": "weight decay", "momentum": "momentum"}


class HardcodedHyperparameter(Rule):
    """A hyper-parameter is a literal in a project that has a configuration.

    ## What it finds
    Learning rate, weight decay, momentum, batch size and number of epochs written as a number inside a function, in a file or beside files
    that read a configuration or options; at the top of a script that reads options itself.

    ## Why it is debt
    What is written in two ways is logged in one: the record of the run has the configuration, and the value that counted is not in it
    (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import argparse

    import torch


    def main(args):
        model = build(args)
        return torch.optim.SGD(model.parameters(), lr=0.01)  # finding: EXP109
    ```

    ## Good
    ```python
    import argparse

    import torch


    def main(args):
        model = build(args)
        return torch.optim.SGD(model.parameters(), lr=args.lr)
    ```

    ## Fix
    None: the name under which it is to stand in the configuration is yours to choose.

    ## When it stays silent
    Where no file of the project reads options or configurations; for module constants, parameters and their defaults; for evaluation
    loaders. Off by default: many literals are meant never to change.

    ## References
    Arpteg et al. 2018, section on experiment management.
    """

    code = "EXP109"
    severity = Severity.INFO
    minutes = 5
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        configured = bool(module.packages & _CONFIGURED)
        found = (
            [(name, tuple(where(module, node))) for name, node in _literals(module)]
            if module.imports("torch", "tensorflow", "keras")
            else []
        )
        return (configured, found) if configured or found else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = list(project.collected(self))
        if not any(configured for _, (configured, _) in collected):
            return
        for path, (_, found) in collected:
            for name, seen in found:
                yield self.finding(
                    place_from(path, project, seen), f"the {name} is written here, beside a configuration that does not know it",
                    advice="read it from the configuration, so that the record of a run holds it",
                )  # fmt: skip


def _literals(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for call in module.calls_under(*_OPTIMISERS):
        if _is_beside(module, call):
            yield from ((_NAMES[k.arg], k.value) for k in call.node.keywords if k.arg in _NAMES and _is_number(k.value))
    for call in module.calls_to("torch.utils.data.DataLoader"):
        size = call.argument("batch_size")
        if _is_beside(module, call) and size.node is not None and _is_number(size.node) and not _evaluates(call):
            yield "batch size", size.node
    for call in module.method_calls("fit"):
        if _is_beside(module, call) and any(name.startswith(("tensorflow.keras.", "keras.")) for name in call.names):
            yield from (("number of epochs", k.value) for k in call.node.keywords if k.arg == "epochs" and _is_number(k.value))


def _is_beside(module: Module, call: Call) -> bool:
    """Inside a function; at the top of a script only where the script itself reads options."""
    return call.function is not None or bool(module.packages & _CONFIGURED)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _evaluates(call: Call) -> bool:
    return call.role is not None and call.role.evaluates
