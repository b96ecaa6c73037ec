"""TRA106."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Module, Rule, Severity, block_of, last_word, optimisation, scope_of, statement_of

_LAST = regex(r"last|batch|step|iter|final", re.I)
_LOSSES = regex(r"^(running|total|epoch|train|sum|avg|batch)?_?(loss|losses|cost|costs)(_(sum|total|list|history))?$", re.I)
_BEST = regex(r"^(best|min|lowest|smallest)(_|$)|_best$", re.I)
_REPORTING = frozenset(
    {"print", "append", "info", "debug", "write", "log", "add_scalar", "set_description", "set_postfix", "format", "log_metric", "scalar"}
)


class LastBatchMetric(Rule):
    """The loss reported for an epoch is that of its last batch.

    ## What it finds
    In PyTorch: a loop over epochs that prints, logs, appends or chooses the best epoch by, behind its inner loop over batches, the loss
    that each batch sets anew and propagates back; a sum of the epoch that gets this loss behind the inner loop instead of in it, or is
    begun anew for each batch.

    ## Why it is debt
    The curve that decides about the run shows one batch of it: noise of a few samples, often of a smaller last batch. Two runs are
    compared, and stopped, by chance (Arpteg et al. 2018, limited transparency).

    ## Bad
    ```python
    import torch

    for epoch in range(10):
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item()}")  # finding: TRA106
    ```

    ## Good
    ```python
    import torch

    for epoch in range(10):
        total = 0.0
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch}: loss {total / len(loader.dataset)}")
    ```

    ## Fix
    None: a sum over batches, or a mean weighted by their size, depends on how the loss is reduced.

    ## When it stays silent
    When what is reported is named or described as the last batch's; when the loss is added up, or set by the outer loop too; when the inner
    loop goes over the parts of one step, or over random draws rather than data. Metrics without `backward()` are not looked at.

    ## References
    PyTorch tutorials, training with PyTorch: per-epoch loss as a mean over batches.
    """

    code = "TRA106"
    severity = Severity.WARNING
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        for loop in optimisation.training_loops(module):
            for node, name_of in _begun_anew(module, loop):
                yield self.finding(
                    module.at(node), f"`{name_of}` is begun anew for each batch: what is reported of it is the last batch's",
                    advice="leave only the one in front of the loop",
                )  # fmt: skip
            over = _over_batches(loop)
            if over is None or not loop.steps:
                continue
            outer, losses = block_of(over).loop(), {name.id for name, _ in optimisation.losses_of(module, loop)}
            seen: set[str] = set()
            for name in module.names_spelt(losses):
                if name.id in seen or not isinstance(name.ctx, ast.Load) or name.lineno <= (over.end_lineno or 0):
                    continue
                if block_of(name).loop() is not outer or not _is_of_batch(name, over):
                    continue
                total = _added_to(name, over)
                chosen = _is_compared(name)
                if not total and not chosen and not _is_reported(name):
                    continue
                seen.add(name.id)
                yield self.finding(
                    module.at(name),
                    f"the best epoch is chosen by `{name.id}`, which is the loss of its last batch"
                    if chosen
                    else f"`{total}` is added to after the loop over the batches: it gets `{name.id}` of the last one only"
                    if total else f"`{name.id}` is reported for the epoch, and is the loss of its last batch",
                    advice=f"add `{name.id}.item()` inside the loop" if total else f"add up `{name.id}.item()` over the batches and report the mean",
                )  # fmt: skip


def _begun_anew(module: Module, loop: optimisation.TrainingLoop) -> Iterator[tuple[ast.Assign, str]]:
    """`losses = []` at the top of each batch, which was begun before the loop already, and is added to in it."""
    for node in module.syntax.assignments:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            continue
        name, block = node.targets[0].id, block_of(node)
        if block.owner is not loop.node or not isinstance(node.value, (ast.List, ast.Constant)) or not _LOSSES.search(name):
            continue
        bindings = scope_of(node.targets[0]).bindings.get(name, ())
        starts = [b for b in bindings if b.kind == "assign" and ast.dump(getattr(b.node, "value", None) or node) == ast.dump(node.value)]
        before = [b for b in starts if b.node.lineno < loop.node.lineno and block_of(b.node).contains(block_of(loop.node))]
        grows = any(
            loop.holds(call.node) and isinstance(call.receiver, ast.Name) and call.receiver.id == name
            for call in module.method_calls("append")
        )
        if before and (grows or any(b.kind == "augment" and loop.holds(b.node) for b in bindings)):
            yield node, name


def _over_batches(loop: optimisation.TrainingLoop) -> ast.For | None:
    """The loop over data that one of epochs is around: the training loop, or the one around it where that goes over parts of a batch."""
    node: ast.AST | None = loop.node
    while isinstance(node, ast.For):
        around = block_of(node).loop()
        if _goes_over_data(node) and _is_of_epochs(around):
            return node
        if loop.node is not node or not loop.steps or not isinstance(around, ast.For) or not _goes_over_data(around):
            return None
        node = around
    return None


def _added_to(name: ast.Name, over: ast.For) -> str:
    """The sum that is set anew in each epoch, and gets the loss behind the loop over batches instead of in it."""
    statement = statement_of(name)
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.op, ast.Add) or not isinstance(statement.target, ast.Name):
        return ""
    if block_of(statement) is not block_of(over) or _LAST.search(statement.target.id):
        return ""
    own = scope_of(name).bindings.get(statement.target.id, ())
    starts = [b for b in own if b.kind == "assign" and isinstance(getattr(b.node, "value", None), ast.Constant)]
    if any(b.node is not statement and b.kind == "augment" for b in own):
        return ""
    return statement.target.id if any(block_of(b.node) is block_of(over) and b.node.lineno < over.lineno for b in starts) else ""


def _goes_over_data(loop: ast.For) -> bool:
    """Over a loader or its like: not over a fixed number of draws, nor over networks or tasks."""
    text = ast.unparse(loop.iter).lower()
    return any(word in text for word in ("load", "batch", "data", "_dl", "train")) and "epoch" not in text


def _is_of_epochs(loop: ast.AST | None) -> bool:
    """Whether a loop repeats what is in it: it goes over epochs or numbers, not over data itself."""
    if not isinstance(loop, ast.For):
        return isinstance(loop, ast.While)
    return "epoch" in ast.unparse(loop.target).lower() or "epoch" in ast.unparse(loop.iter).lower() or not _goes_over_data(loop)


def _is_of_batch(name: ast.Name, over: ast.For) -> bool:
    """Whether all values the name has in this scope are those that the batches give it, and nothing is added up over them."""
    bindings = [b for b in scope_of(name).bindings.get(name.id, ()) if b.kind not in ("declare", "delete")]
    inside = [b for b in bindings if any(block.owner is over for block in block_of(b.node).chain())]
    behind = [b for b in bindings if b not in inside and over.lineno < b.node.lineno < name.lineno]
    if not inside or behind or any(b.block is None or b.kind not in ("assign", "augment") for b in inside):
        return False
    if all(b.kind == "assign" for b in inside):
        return True
    first = block_of(inside[0].node)  # `loss = 0`, and then a sum of its terms, anew in each batch
    return inside[0].kind == "assign" and not any(isinstance(block.owner, ast.If) for block in first.chain())


def _is_compared(name: ast.Name) -> bool:
    """`if loss < best_loss:`, of an epoch."""
    up = name.up  # type: ignore[attr-defined]
    if isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute):  # loss.item()
        up = up.up  # type: ignore[attr-defined]
    elif isinstance(up, ast.Attribute) and isinstance(up.up, ast.Call):  # type: ignore[attr-defined]
        up = up.up.up  # type: ignore[attr-defined]
    if not isinstance(up, ast.Compare) or not isinstance(up.up, ast.If) or len(up.ops) != 1:  # type: ignore[attr-defined]
        return False
    return isinstance(up.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) and any(
        isinstance(part, ast.Name) and _BEST.search(part.id) for side in (up.left, *up.comparators) for part in ast.walk(side)
    )


def _is_reported(name: ast.Name) -> bool:
    """Whether the name goes as a number into something that reports, which does not call it the last one."""
    statement = statement_of(name)
    if not isinstance(statement, ast.Expr) or _LAST.search(" ".join(_texts(statement))):
        return False
    node: ast.AST = name
    while node is not statement:
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            called = last_word(node.func)
            if called in _REPORTING:
                return True
            if called not in ("item", "float", "numpy", "cpu", "detach", "round", "str", "tolist"):
                return False
    return False


def _texts(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id if node.id.startswith(("last", "batch")) else ""
