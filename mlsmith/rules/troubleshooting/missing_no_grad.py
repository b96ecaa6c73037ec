"""TRB103."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Confidence, Edit, Finding, Function, Loop, Module, Project, Rule, Severity, training
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.statements import block_around, decorated, fix_of, plain_edits


class MissingNoGrad(Rule):
    """A network is evaluated with gradients recorded that nobody uses.

    ## What it finds
    A function that evaluates, tests or predicts with a PyTorch network, or the validation loop of a training function, outside of
    `no_grad`, `inference_mode` and `set_grad_enabled(False)`: as a decorator, as a block around the pass or around the call of the
    function, two calls up, across files. In a script that is named for evaluation (`eval.py`, `predict.py`) every function, and every loop
    at its top, counts as one that evaluates.

    ## Why it is debt
    The graph of every batch is built and thrown away: two to three times the memory, and time. Where outputs are kept in a list, their
    graphs are kept too, until memory ends. Limited resources are one of the challenges of Arpteg et al. (2018).

    ## Bad
    ```python
    import torch
    from torch import nn

    def predict(model, batches):  # finding: TRB103
        model.eval()
        return [model(batch) for batch in batches]

    def main(batches):
        return predict(nn.Linear(9, 2), batches)
    ```

    ## Good
    ```python
    import torch
    from torch import nn

    @torch.inference_mode()
    def predict(model, batches):
        model.eval()
        return [model(batch) for batch in batches]

    def main(batches):
        return predict(nn.Linear(9, 2), batches)
    ```

    ## Fix
    Unsafe: the function is decorated with `@torch.no_grad()`, which unlike `inference_mode` lets its outputs take part in training later; a loop
    is put into a block `with torch.no_grad():`. None for generators and coroutines, and where the file does not `import torch`.
    ```python
    import torch
    from torch import nn

    @torch.no_grad()
    def predict(model, batches):
        model.eval()
        return [model(batch) for batch in batches]

    def main(batches):
        return predict(nn.Linear(9, 2), batches)
    ```

    ## When it stays silent
    Where gradients are used in the function (`backward`, `autograd.grad`, `requires_grad_`: saliency, adversarial examples, meta-learning),
    or parameters are frozen; where a caller turns them off, or calls a method of this name where they are off; where no caller can be seen,
    unless the function sets `.eval()` itself and nothing of its name is called where gradients are off; inside Lightning, Trainer and
    ignite hooks, which turn them off themselves; in methods of the network.

    ## References
    PyTorch documentation, autograd mechanics: locally disabling gradient computation.
    """

    code = "TRB103"
    severity = Severity.WARNING
    minutes = 10

    def collect(self, module: Module) -> Any:
        if not training.uses_torch(module):
            return None
        off = training.gradients_off_lines(module)
        candidates = []
        for found in training.evaluation_passes(module):
            if found.function is not None and not isinstance(found.at, Loop) and training.turns_gradients_off(found.function):
                continue
            if any(first <= call.node.lineno <= last for call in found.forwards for first, last in off):
                continue
            if isinstance(found.at, Loop) and found.function is not None and _switches(found.function):
                continue
            if isinstance(found.at, Loop) and any(_is_within(first, found.at) for first, _ in off):
                continue
            if any(keyword.arg == "no_grad" for call in found.at.calls for keyword in call.node.keywords):
                continue
            if found.function is not None and _is_frozen(found.function):
                continue
            if _is_volatile(found.at) or (found.function is not None and _is_volatile(found.function)):
                continue
            name = found.function.scope.qualified if found.function is not None else ""
            whole = found.function is not None and training.sets_evaluation_mode(found.function.calls)
            candidates.append(
                (name, isinstance(found.at, Loop), tuple(where(module, found.at.node)), plain_edits(_switched_off(module, found)), whole)
            )
        modes = training.mode_facts(module)
        return {"modes": modes, "passes": candidates, "silenced": sorted(_silenced(module, modes))}

    def project(self, project: Project) -> Iterator[Finding]:
        collected = dict(project.collected(self))
        modes = {path: data["modes"] for path, data in collected.items()}
        silenced = {method for data in collected.values() for method in data["silenced"]}
        for path, data in collected.items():
            for function, is_loop, seen, edits, whole in data["passes"]:
                owner, _, last = function.rpartition(".")
                if owner and last in silenced:  # a method, which any object may be asked for
                    continue
                reached = training.reached_by_mode(project, modes, path, function, "no_grad") if function else False
                unknown = reached is None and not is_loop and (not whole or last in silenced)
                if reached or unknown or data["modes"]["module_off"]:
                    continue
                what = "this loop over evaluation data" if is_loop else f"`{function.rpartition('.')[2]}`"
                yield self.finding(
                    place_from(path, project, seen), f"{what} records gradients that nobody uses: memory grows, and time",
                    advice="decorate it with `@torch.inference_mode()`, or put the pass under `with torch.no_grad():`",
                    confidence=Confidence.MEDIUM, fix=fix_of("turn gradients off", edits),
                )  # fmt: skip


def _silenced(module: Module, modes: dict[str, Any]) -> set[str]:
    """The words of what is called where gradients are off."""
    if modes["module_off"]:
        return set(module.words_called)
    scopes = set(modes["no_grad"])
    calls = [call for function in module.functions if function.scope.qualified in scopes for call in function.calls] if scopes else []
    calls += [call for first, last in modes["off"] for call in module.calls_between(first, last)] if scopes else []
    return {call.method for call in calls}


def _switched_off(module: Module, found: training.EvaluationPass) -> tuple[Edit | None, ...]:
    """The function decorated, or the loop put into a block."""
    if not any(binding.kind == "import" and binding.origin == "torch" for binding in module.syntax.scope.bindings.get("torch", ())):
        return ()
    if isinstance(found.at, Loop):
        return block_around(module, found.at, "with torch.no_grad():")
    node = found.at.node
    if isinstance(node, ast.AsyncFunctionDef) or any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node)):
        return ()
    return (decorated(found.at, "@torch.no_grad()"),)


def _is_within(line: int, loop: Loop) -> bool:
    return loop.node.lineno <= line <= (loop.node.end_lineno or loop.node.lineno)


def _is_volatile(function: Function | Loop) -> bool:
    """`Variable(x, volatile=True)` is how PyTorch before 0.4 kept no graph."""
    return any(keyword.arg == "volatile" for call in function.calls for keyword in call.node.keywords)


def _is_frozen(function: Function) -> bool:
    """Whether the function freezes parameters one by one (`p.requires_grad = False`): then no graph is kept."""
    return any(
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "requires_grad"
        for node in ast.walk(function.node)
    )


def _switches(function: Any) -> bool:
    """Whether `set_grad_enabled` is used as a statement, whose reach lines do not tell."""
    return any(call.method == "set_grad_enabled" for call in function.calls)
