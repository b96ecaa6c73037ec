"""EXP108."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity

_RESUMES = regex(r"resume|start_epoch|begin_epoch|init_epoch|last_epoch|epoch_start")
_OPTIMISER_KEYS = ("optimizer", "optim", "opt", "optimizer_state_dict")
_KEEPS_ITSELF = ("accelerate", "lightning", "pytorch_lightning", "ignite", "deepspeed", "fastai", "transformers", "composer")


class IncompleteCheckpoint(Rule):
    """A checkpoint for going on lacks the state that going on needs.

    ## What it finds
    In a file that trains and resumes: `torch.save` of a dict with the model's state and the epoch, but without the optimiser's; a resume
    path that loads the model's state and the epoch from a checkpoint, and leaves the optimiser's state in it unread; a checkpoint with
    the optimiser's state and the epoch, without that of a scheduler which counts its own steps. In any file: the model's state saved
    once more under the name of the optimiser's.

    ## Why it is debt
    After a restart momentum and adaptive rates begin at zero, in the middle of training. The run goes on with a jump that a run
    without interruption does not have, and the two cannot be compared (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import torch

    start_epoch = 0
    if args.resume:
        checkpoint = torch.load(args.resume)
        model.load_state_dict(checkpoint["model"])
        start_epoch = checkpoint["epoch"]
    for epoch in range(start_epoch, 90):
        for x, y in loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "epoch": epoch}, "last.pt")  # finding: EXP108
    ```

    ## Good
    ```python
    import torch

    start_epoch = 0
    if args.resume:
        checkpoint = torch.load(args.resume)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        start_epoch = checkpoint["epoch"]
    for epoch in range(start_epoch, 90):
        for x, y in loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, "last.pt")
    ```

    ## Fix
    None: old checkpoints lack the state, and what to do with them is a decision.

    ## When it stays silent
    For weights alone, which are an export; in files that do not resume; when another checkpoint of the file has the optimiser's state; for
    libraries that keep the state themselves; for schedulers that are told the epoch (`step(epoch)`, `last_epoch=`), or stand in another
    file. Scalers are not looked at: they find their scale again in a few steps.

    Off by default: of 3 findings on unseen code the authors of the rule would defend 1; one of the others is silent now.

    ## References
    PyTorch tutorials, saving and loading a general checkpoint.
    """

    code = "EXP108"
    severity = Severity.WARNING
    minutes = 30
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("torch") or module.imports(*_KEEPS_ITSELF):
            return
        yield from self._exchanged(module)
        if not any(True for _ in module.method_calls("backward")) or not any(True for _ in module.method_calls("load_state_dict")):
            return
        if not _RESUMES.search(module.source.text):
            return
        saved = [(call, saves) for call, state in _saves(module) if (saves := _keys(module, state)) is not None]
        if any(_speaks_of_optimiser(keys) for _, keys in saved):
            yield from self._unread(module)
            yield from self._unscheduled(module, saved)
            return
        for call, keys in saved:
            if any("epoch" in key for key in keys) and _saves_weights(keys):
                yield self.finding(
                    call, "the checkpoint holds the model and the epoch, but not the optimiser's state, from which training is to go on",
                    advice='add `"optimizer": optimizer.state_dict()`, and load it where the run resumes',
                )  # fmt: skip
                return

    def _exchanged(self, module: Module) -> Iterator[Finding]:
        """`{"model": model.state_dict(), "optimizer": model.state_dict()}`."""
        for call in module.method_calls("state_dict"):
            up = call.node.up  # type: ignore[attr-defined]
            if not isinstance(up, ast.Dict) or call.receiver is None:
                continue
            kept = {str(module.constant(key)): ast.unparse(value) for key, value in zip(up.keys, up.values, strict=True) if key is not None}
            own = [key for key, value in zip(up.keys, up.values, strict=True) if value is call.node and key is not None]
            key = str(module.constant(own[0])) if own else ""
            twice = any(name != key and value == ast.unparse(call.node) for name, value in kept.items())
            if twice and key in _OPTIMISER_KEYS and not _speaks_of_optimiser([ast.unparse(call.receiver).lower()]):
                yield self.finding(
                    call, f"`{key}` gets the state of `{ast.unparse(call.receiver)}` once more, not the optimiser's",
                    advice="save `optimizer.state_dict()`", severity=Severity.ERROR,
                )  # fmt: skip

    def _unscheduled(self, module: Module, saved: list[tuple[Call, list[str]]]) -> Iterator[Finding]:
        """A scheduler that counts its own steps begins anew in a run that goes on."""
        text = module.source.text
        steps = [call for call in module.method_calls("step") if _is_scheduler(call.receiver)]
        if not steps or any(call.node.args or call.node.keywords for call in steps) or "last_epoch" in text or "sched" not in text:
            return
        states = (*module.method_calls("state_dict"), *module.method_calls("load_state_dict"))
        if any(_is_scheduler(call.receiver) for call in states) or any(call.loop is None and call.function is None for call in steps):
            return
        if not any(_restores_epoch(module, node) for node in module.syntax.assignments):
            return
        for call, keys in saved:
            if _speaks_of_optimiser(keys) and any("epoch" in key for key in keys) and not any("sched" in key for key in keys):
                yield self.finding(
                    call, "the checkpoint holds model, optimiser and epoch, but not the scheduler's state: the schedule begins anew where the run goes on",
                    advice='add `"scheduler": scheduler.state_dict()`, and load it where the run resumes',
                )  # fmt: skip
                return

    def _unread(self, module: Module) -> Iterator[Finding]:
        """The optimiser's state is saved; where the epoch is restored, it is not loaded."""
        loads = list(module.method_calls("load_state_dict"))
        if any("optim" in ast.unparse(call.node).lower() or "opt_" in ast.unparse(call.node).lower() for call in loads):
            return
        for call in loads:
            if any(_restores_epoch(module, node) and module.function_around(node) is call.function for node in module.syntax.assignments):
                yield self.finding(
                    call, "the run goes on from the saved epoch without the optimiser's state, which the checkpoint holds",
                    advice="load it too: `optimizer.load_state_dict(checkpoint[…])`",
                )  # fmt: skip
                return


def _is_scheduler(node: ast.expr | None) -> bool:
    return node is not None and "sched" in ast.unparse(node).rpartition(".")[2].lower()


def _restores_epoch(module: Module, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    """`start_epoch = checkpoint["epoch"] + 1`, of something that `torch.load` gave."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if "epoch" not in ast.unparse(target) or node.value is None:
        return False
    for part in ast.walk(node.value):
        if isinstance(part, ast.Subscript) and module.constant(part.slice) in ("epoch", "epochs", "start_epoch"):
            loaded = [module.call(value) for value in module.resolver.values(part.value)]
            if any(call is not None and "torch.load" in call.names for call in loaded):
                return True
    return False


def _saves(module: Module) -> Iterator[tuple[Call, ast.expr]]:
    """What is saved, and by which call; a function that saves its own parameter is followed to its callers."""
    for call in module.calls_to("torch.save"):
        state = call.node.args[0] if call.node.args else None
        function = call.function
        parameter = function.parameter(state.id) if isinstance(state, ast.Name) and function is not None else None
        if parameter is not None and function is not None and len(function.scope.bindings[parameter.name]) == 1:
            position = parameter.position - (1 if function.owner is not None else 0)
            for caller in module.callers(function):
                given = caller.argument(parameter.name, position)
                if given.given and given.node is not None:
                    yield caller, given.node
        elif state is not None:
            yield call, state


def _keys(module: Module, state: ast.expr) -> list[str] | None:
    """Keys and values of the dict that is saved, as texts; None where it is none, or not known whole."""
    values = module.resolver.values(state)
    found: list[str] = []
    for value in values:
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
            value = value.right  # `state | {…}`: what a caller adds is no state of training
        if isinstance(value, ast.Dict) and None not in value.keys:
            found.extend(
                f"{ast.unparse(key)}={ast.unparse(each)}".lower()
                for key, each in zip(value.keys, value.values, strict=True)
                if key is not None
            )
        elif (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "dict"
            and all(k.arg for k in value.keywords)
        ):
            found.extend(f"{keyword.arg}={ast.unparse(keyword.value)}".lower() for keyword in value.keywords)
        else:
            return None
    if isinstance(state, ast.Name):  # state["optimizer"] = … afterwards
        name = state.id
        found.extend(ast.unparse(node).lower() for node in module.syntax.assignments if ast.unparse(node).startswith(f"{name}["))
    return found


def _speaks_of_optimiser(keys: list[str]) -> bool:
    return any("optim" in key or "opt_" in key or "_opt" in key or "solver" in key for key in keys)


def _saves_weights(keys: list[str]) -> bool:
    return any("state_dict" in key for key in keys)
