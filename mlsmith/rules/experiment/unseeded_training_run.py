"""EXP101."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Module, Project, Rule, Severity, optimisation, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.imported import imported_files
from mlsmith.rules.kit.knowledge.sklearn import RANDOM_ESTIMATORS
from mlsmith.rules.kit.seeds import global_seeds

_SEEDED = ("seed", "Seed", "SEED", "random_state", "enable_determinism", "enable_op_determinism", "PRNGKey")
_TRAINING = frozenset({"backward", "fit", "fit_generator", "apply_gradients"})
_READING = frozenset({"load", "loader", "read", "open", "dataset", "data", "fetch", "download", "get", "make", "build", "env", "reset"})
_DRAWING = ("torch.randn", "torch.rand", "torch.randint", "numpy.random.")
_SHAPING = frozenset({"super", "__init__", "len", "int", "range", "float", "long", "type", "tensor", "astype", "from_numpy"})
_COMMANDS = ("click.", "typer.", "hydra.main", "fire.", "absl.app")
_TRAINERS = ("pytorch_lightning.Trainer", "lightning.Trainer", "lightning.pytorch.Trainer")
_ROUNDS = frozenset({"epochs", "nb_epoch", "steps_per_epoch"})
_LIBRARIES = ("torch", "tensorflow", "keras", "sklearn", "lightning", "pytorch_lightning")
_REACH = 3


class UnseededTrainingRun(Rule):
    """A program trains a model and sets no seed.

    ## What it finds
    A script, command or notebook that trains (`backward()` and an optimiser's step, keras `fit` or the step of a tape, `fit` of an estimator of scikit-learn
    that draws, Lightning's `Trainer`), where the file does not speak of a seed, and no file of the project that it imports, three imports deep, sets one.

    ## Why it is debt
    Weights, order and dropout differ from run to run. A change that made it better cannot be told from luck, and a failure cannot be
    had again (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import torch

    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches:
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()  # finding: EXP101
        optimizer.step()
    ```

    ## Good
    ```python
    import torch

    torch.manual_seed(7)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches:
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    ```

    ## Fix
    None: where the seed comes from and where it is recorded is a decision; one that is only written in hides it.

    ## When it stays silent
    When any seed is mentioned, from wherever it comes; in modules that nobody starts (`entry-points` of the settings names others); for
    estimators that are told a `random_state` or draw nothing; when an input is optimised rather than a network; in demonstrations that
    draw their data and read none, also by a data set that makes each sample up; when training itself stands in another file. One finding a file.

    ## References
    PyTorch documentation, reproducibility; Henderson et al. 2018, Deep reinforcement learning that matters.
    """

    code = "EXP101"
    severity = Severity.WARNING
    minutes = 20

    def collect(self, module: Module) -> Any:
        if not module.imports(*_LIBRARIES) and "seed" not in module.source.text:
            return None
        if _seeds(module):
            return (True, ())
        if _TRAINING.isdisjoint(module.words_called) or any(word in module.source.text for word in _SEEDED):
            return None
        trains = _trains(module) if _is_started(module) else None
        return (False, tuple(where(module, trains.node))) if trains is not None else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = list(project.collected(self))
        seeded = {path for path, (seeds, _) in collected if seeds}
        for path, (_, seen) in collected:
            if seen and not _reaches(project, path, seeded):
                yield self.finding(
                    place_from(path, project, seen), "this run trains a model from random draws, and nothing sets a seed",
                    advice="set one at the start, from an option that is logged: `torch.manual_seed`, `keras.utils.set_random_seed`, `random_state=`",
                )  # fmt: skip


def _is_started(module: Module) -> bool:
    """Whether somebody runs this file: a notebook, a script, a command, or training at its top level."""
    if module.notebook is not None or _has_guard(module) or module.is_started_from_outside:
        return True
    if any(name.startswith(_COMMANDS) for function in module.functions for name in function.decorators):
        return True
    trains = {call.function.node.name if call.function is not None else "" for call in module.method_calls("backward", "fit")}
    return "" in trains or any(call.function is None for call in module.calls_spelt(*trains))


def _has_guard(module: Module) -> bool:
    """`if __name__ == "__main__":`; a logger may be called `__main__` too."""
    return "__main__" in module.source.text and any(
        isinstance(node, ast.If) and any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
        for node in module.source.tree.body
    )


def _seeds(module: Module) -> bool:
    """Whether a program that imports the file may be seeded by it; a helper that seeds is not, until somebody calls it by its name."""
    return any(
        not (call.function is not None and any(word in call.function.node.name for word in _SEEDED)) for call in global_seeds(module)
    )


def _is_made_up(module: Module) -> bool:
    """Whether the file draws its data itself, outside of loops, and reads none: a demonstration of how to train."""
    if not any(call.loop is None for call in module.calls_to("torch.randn", "torch.rand", "torch.randint")):
        return False
    made_up = {node.name for node in module.syntax.classes if _makes_samples_up(module, node)}
    words = set(module.words_called) - made_up - {"load_state_dict"} - ({"DataLoader"} if made_up else set())
    return not any(_READING.intersection(split := tokens(word)) and "parallel" not in split for word in words)


def _makes_samples_up(module: Module, node: ast.ClassDef) -> bool:
    """Whether a data set draws each sample when it is asked for it, and does nothing else."""
    methods = module.class_(node).methods
    calls = [call for method in methods.values() for call in method.calls]
    drawn = [call for call in calls if any(name.startswith(_DRAWING) for name in call.names)]
    return "__getitem__" in methods and bool(drawn) and all(call in drawn or call.method in _SHAPING for call in calls)


def _trains(module: Module) -> Call | None:
    if _is_made_up(module):
        return None
    if _learns_weights(module):
        for loop in optimisation.training_loops(module):
            if loop.steps:
                return loop.backward[0]
    for call in module.method_calls("fit", "fit_generator"):
        if _is_of_keras(call) or any(name.startswith((*RANDOM_ESTIMATORS, *_TRAINERS)) for name in call.names):
            return call
    return next(filter(_looks_like_keras, module.method_calls("fit", "fit_generator", "apply_gradients")), None)


def _learns_weights(module: Module) -> bool:
    """Whether an optimiser steps a network, and not an input: its parameters are spoken of, or it is told to train."""
    return "parameters()" in module.source.text or any(not call.node.args for call in module.method_calls("train"))


def _is_of_keras(call: Call) -> bool:
    return any(
        name.startswith(("tensorflow.keras.", "keras.")) and "preprocessing" not in name and "layers" not in name for name in call.names
    )


def _looks_like_keras(call: Call) -> bool:
    """`model.fit` of a model from elsewhere that is told how many epochs, and the step of a tape outside of a class of models."""
    if not call.module.imports("tensorflow", "keras"):
        return False
    if call.method == "apply_gradients":
        return call.module.class_around(call.node) is None
    return any(keyword.arg in _ROUNDS for keyword in call.node.keywords)


def _reaches(project: Project, path: str, seeded: set[str]) -> bool:
    """Whether a seeded file is imported, directly or through others."""
    front, known = {path}, {path}
    for _ in range(_REACH):
        front = {other for each in front for other in imported_files(project, each)} - known
        if front & seeded:
            return True
        known |= front
    return False
