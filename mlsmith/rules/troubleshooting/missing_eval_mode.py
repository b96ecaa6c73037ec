"""TRB102."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Edit, Finding, Function, Loop, Module, Project, Rule, Severity, tokens, training
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.statements import fix_of, plain_edits, put_after, put_before, put_first

_UNCERTAINTY = frozenset({"mc", "dropout", "uncertainty", "bayes", "bayesian", "montecarlo", "monte"})


class MissingEvalMode(Rule):
    """A network is evaluated in training mode, or trained on in evaluation mode.

    ## What it finds
    A function that measures a PyTorch network over batches (compares its outputs with labels, or takes a loss), or the validation loop of
    a training function, where the network is known to hold dropout or batch normalisation, the same file trains it or loads its weights, and
    no `.eval()` stands in the file or in a caller, two calls up. And the twin: a training loop that switches to `.eval()` every epoch and never back.

    ## Why it is debt
    Dropout goes on dropping and batch normalisation goes on learning from the test data; nothing fails, the reported figure is just
    wrong, and differs with the batch size. Arpteg et al. (2018, troubleshooting) describe how such small bugs surface neither at compile
    time nor at run time.

    ## Bad
    ```python
    import torch
    from torch import nn

    def evaluate(model, loader):  # finding: TRB102
        with torch.no_grad():
            return sum((model(x).argmax(1) == y).sum() for x, y in loader)

    def main(loader, loss):
        model = nn.Sequential(nn.Linear(9, 9), nn.Dropout(), nn.Linear(9, 2))
        for x, y in loader:
            model.train()
            loss(model(x), y).backward()
        print(evaluate(model, loader))
    ```

    ## Good
    ```python
    import torch
    from torch import nn

    def evaluate(model, loader):
        model.eval()
        with torch.no_grad():
            return sum((model(x).argmax(1) == y).sum() for x, y in loader)

    def main(loader, loss):
        model = nn.Sequential(nn.Linear(9, 9), nn.Dropout(), nn.Linear(9, 2))
        for x, y in loader:
            model.train()
            loss(model(x), y).backward()
        print(evaluate(model, loader))
    ```

    ## Fix
    Unsafe, as it changes the figures: `.eval()` becomes the first line of the function, or the line before the loop, with `.train()` behind it;
    for the twin, `.train()` becomes the first line of the training loop. None where nothing in the file would go back to training mode
    after the function, or the network is no parameter, attribute or global name.
    ```python
    import torch
    from torch import nn

    def evaluate(model, loader):
        model.eval()
        with torch.no_grad():
            return sum((model(x).argmax(1) == y).sum() for x, y in loader)

    def main(loader, loss):
        model = nn.Sequential(nn.Linear(9, 9), nn.Dropout(), nn.Linear(9, 2))
        for x, y in loader:
            model.train()
            loss(model(x), y).backward()
        print(evaluate(model, loader))
    ```

    ## When it stays silent
    When a caller sets the mode, or the file sets it anywhere; when the network's layers are not known: those of a class of the project, of
    a Sequential, or of torchvision are, a parameter that no caller of this file fills is not; when dropout or normalisation depends on a
    condition; where nothing in the file trains or loads weights, or outputs are drawn and not measured; when no caller of the function can be seen; inside
    Lightning, Trainer and ignite hooks; for `.eval()` in the last round of a loop around which another calls `.train()`;
    in methods of the network; where gradients are used; for dropout left on to estimate uncertainty.

    So much evidence is rare: in some 390 repositories never seen before the rule spoke six times, and was right five times, as it stands
    always; see the page on precision.

    ## References
    PyTorch documentation of `torch.nn.Module.eval` and of autograd mechanics, evaluation mode.
    """

    code = "TRB102"
    severity = Severity.ERROR
    minutes = 20

    def collect(self, module: Module) -> Any:
        if not training.uses_torch(module):
            return None
        holders = training.stochastic_classes(module)
        modes = training.mode_facts(module)
        loads = any(True for _ in module.method_calls("load_state_dict"))
        if "backward" not in training.methods_called(module) and not loads:
            return {"holders": holders, "passes": (), "twins": (), "modes": modes}
        passes = [] if modes["eval"] or modes["module_eval"] else [self._fact(module, found) for found in _measurements(module)]
        twins = [
            (tuple(where(module, call.node)), _receiver(call.node), plain_edits(_training(module, loop, call)))
            for loop, call in _never_back(module)
            if training.is_stochastic_network(module, call.receiver)
        ]
        return {"holders": holders, "passes": passes, "twins": twins, "modes": modes}

    def _fact(self, module: Module, found: training.EvaluationPass) -> tuple[Any, ...]:
        networks = training.networks_called(module, found.forwards)
        sure = any(training.is_stochastic_network(module, network) for network in networks)
        elsewhere = () if sure else tuple(name for network in networks for name in module.names(network) if name.endswith("()"))
        name = found.function.scope.qualified if found.function is not None else ""
        place = tuple(where(module, found.at.node))
        return (
            name, isinstance(found.at, Loop), place, _network(found.forwards[0].node), plain_edits(_evaluating(module, found)), sure, elsewhere
        )  # fmt: skip

    def project(self, project: Project) -> Iterator[Finding]:
        collected = dict(project.collected(self))
        modes = {path: data["modes"] for path, data in collected.items()}
        holders = {name for data in collected.values() for name in data["holders"]}
        for path, data in collected.items():
            for function, is_loop, seen, network, edits, sure, elsewhere in data["passes"]:
                if not sure and not any(project.absolute(path, name.removesuffix("()")) in holders for name in elsewhere):
                    continue
                reached = training.reached_by_mode(project, modes, path, function, "eval") if function else False
                if reached or (reached is None and not is_loop):
                    continue
                what = "this loop over evaluation data" if is_loop else f"`{function.rpartition('.')[2]}`"
                yield self.finding(
                    place_from(path, project, seen),
                    f"{what} measures `{network}`, which has dropout or batch normalisation, in training mode: no `.eval()` reaches it",
                    advice=f"call `{network}.eval()` before, and `{network}.train()` when training goes on",
                    fix=fix_of(f"call `{network}.eval()`", edits),
                )  # fmt: skip
            for seen, network, edits in data["twins"]:
                yield self.finding(
                    place_from(path, project, seen),
                    f"`{network}.eval()` is called in the training loop and nothing in the loop calls `.train()`: "
                    "from the second round on, training runs in evaluation mode",
                    advice=f"call `{network}.train()` at the start of each epoch",
                    fix=fix_of(f"call `{network}.train()` in each round", edits),
                )


def _measurements(module: Module) -> Iterator[training.EvaluationPass]:
    """Passes over many batches whose outputs are compared with labels; dropout left on for uncertainty is meant."""
    for found in training.evaluation_passes(module):
        meant = found.function is not None and set(tokens(found.function.node.name)) & _UNCERTAINTY
        calls = found.at.calls
        in_batches = isinstance(found.at, Loop) or all(_in_loop(call.node) for call in found.forwards)
        if not meant and in_batches and training.computes_metric(calls):
            yield found


def _in_loop(node: ast.AST) -> bool:
    while not isinstance(node, (ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.GeneratorExp)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            return False
        node = node.up  # type: ignore[attr-defined]
    return True


def _evaluating(module: Module, found: training.EvaluationPass) -> tuple[Edit | None, ...]:
    """`.eval()` before the pass, and `.train()` behind it where it stands in a loop that trains."""
    network = _network(found.forwards[0].node)
    if len({_network(call.node) for call in found.forwards}) > 1:
        return ()
    if isinstance(found.at, Loop):
        return _around(module, found.at, network)
    if not _is_known_at_start(found.at, network) or ("backward" in training.methods_called(module) and not _goes_back(module)):
        return ()
    return (put_first(module, found.at.node.body, f"{network}.eval()"),)


def _around(module: Module, loop: Loop, network: str) -> tuple[Edit | None, ...]:
    if not network.replace(".", "").isidentifier() or training.is_bound_within(loop, network.partition(".")[0]):
        return ()
    before = put_before(module, loop.node, f"{network}.eval()")
    return (before, put_after(module, loop.node, f"{network}.train()")) if training.trains_around(module, loop) else (before,)


def _is_known_at_start(function: Function, network: str) -> bool:
    """Whether the name means the network as soon as the function begins: a parameter, `self`, or a name from outside."""
    root = network.partition(".")[0]
    bindings = function.scope.bindings.get(root, [])
    return network.replace(".", "").isidentifier() and all(b.kind in ("parameter", "store") for b in bindings)


def _goes_back(module: Module) -> bool:
    """Whether the file's training sets its own mode, so that evaluation mode does not outlive the evaluation."""
    return training.sets_training_mode([call for call in module.method_calls("train") if not call.node.args])


def _training(module: Module, loop: Loop, call: Any) -> tuple[Edit | None, ...]:
    return (put_first(module, loop.node.body, f"{_receiver(call.node)}.train()"),)


def _never_back(module: Module) -> Iterator[tuple[Loop, Any]]:
    """Loops with `.eval()` calls of a training loop in which nothing goes back to `.train()`."""
    if not {"backward", "eval"} <= training.methods_called(module).keys():
        return
    for loop in module.loops:
        direct = loop.calls
        evals = [
            c
            for c in direct
            if c.method == "eval" and isinstance(c.receiver, ast.Name) and not c.node.args and not c.name.startswith("pandas.")
        ]
        if not evals:
            continue
        nested = [call for called in _called(module, loop) for call in called.calls]
        if any(call.method == "backward" for call in (*direct, *nested)) and not training.sets_training_mode([*direct, *nested]):
            if any(not call.names and "train" in call.method for call in direct) or _calls_unknown_training(module, loop):
                continue
            before = [c for c in evals if not _after_last_backward_forever(loop, c) and not _in_last_round(module, loop, c)]
            yield from [(loop, c) for c in before if c.receiver is not None and not training.is_deterministic_network(module, c.receiver)][
                :1
            ]


def _called(module: Module, loop: Loop) -> list[Function]:
    found = []
    for call in loop.calls:
        for name in call.names:
            node = module.resolver.function_named(name)
            if node is not None:
                found.append(module.function(node))
    return found


def _calls_unknown_training(module: Module, loop: Loop) -> bool:
    return any("train" in call.method and not any(module.resolver.function_named(n) for n in call.names) for call in loop.calls)


def _after_last_backward_forever(loop: Loop, call: Any) -> bool:
    """Whether the loop ends (break, return) behind this call, so that no second round sees the mode."""
    block = call.statement.block
    ends = [s for s in _body_of(block) if isinstance(s, (ast.Break, ast.Return)) and s.lineno > call.node.lineno]
    return bool(ends)


def _in_last_round(module: Module, loop: Loop, call: Any) -> bool:
    """`if step == len(steps) - 1: model.eval()`, in a loop around which another goes back to `.train()`."""
    conditions = []
    up: Any = call.node
    while up is not loop.node:
        up = up.up
        conditions += [up.test] if isinstance(up, ast.If) else []
    last = any(
        isinstance(part, ast.Compare) and isinstance(part.ops[0], (ast.Eq, ast.GtE)) and "len" in ast.unparse(part.comparators[0])
        for test in conditions for part in ast.walk(test)
    )  # fmt: skip
    around = [other for other in module.loops if other is not loop and any(part is loop.node for part in ast.walk(other.node))]
    return last and any(training.sets_training_mode(other.calls) for other in around)


def _body_of(block: Any) -> list[ast.stmt]:
    body = getattr(block.owner, block.field, [])
    return body if isinstance(body, list) else []


def _network(node: ast.Call) -> str:
    func = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "forward" else node.func
    return ast.unparse(func)


def _receiver(node: ast.Call) -> str:
    return ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else "model"
