"""TRB106."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Edit, Finding, Fix, Module, Rule, Safety, Severity, block_of, optimisation, scope_of, statement_of


class GraphKeptAcrossSteps(Rule):
    """A loss is summed or listed together with its graph.

    ## What it finds
    In a loop that calls `loss.backward()`: `total += loss` (or `total = total + loss * n`) and `losses.append(loss)`, where `total` and
    `losses` are from before the loop and nothing calls `backward` on them.

    ## Why it is debt
    The sum keeps the computation graph of every step since its last reset alive: memory grows with the steps of an epoch, until a larger
    data set or batch runs out of it (Arpteg et al. 2018, resource limitations; the message of the crash points elsewhere).

    ## Bad
    ```python
    import torch

    total = 0.0
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss  # finding: TRB106
    ```

    ## Good
    ```python
    import torch

    total = 0.0
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
    ```

    ## Fix
    Safe: a detached tensor has the same value and methods.
    ```python
    import torch

    total = 0.0
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.detach()
    ```

    ## When it stays silent
    When the sum or the list is propagated back itself, or set anew in every step; when the loss was turned into a number or detached
    before, or is appended to an object of a class, such as a metric. Outputs that are collected with their graph are not looked at, nor are
    metrics made of the loss by a function.

    ## References
    PyTorch documentation, frequently asked questions: a model that reports running out of memory.
    """

    code = "TRB106"
    severity = Severity.WARNING
    minutes = 10

    def python(self, module: Module) -> Iterator[Finding]:
        for loop in optimisation.training_loops(module):
            losses = {name.id: name for name, _ in optimisation.losses_of(module, loop)}
            for kept, into in _kept(module, loop):
                loss = losses.get(kept.id)
                if loss is None or not _same_value(module, kept, loss) or into in losses or _is_propagated(module, loop, into):
                    continue
                if not _outlives(optimisation.step_loop(module, loop), into, kept):
                    continue
                yield self.finding(
                    module.at(kept), f"`{into}` keeps the graph of every step: `{kept.id}` is put into it as a tensor with gradients",
                    advice=f"put `{kept.id}.item()`, or `{kept.id}.detach()`, into `{into}`",
                    fix=Fix("detach the loss", Safety.SAFE, (Edit(module.source.span(kept), f"{kept.id}.detach()"),)),
                )  # fmt: skip


def _kept(module: Module, loop: optimisation.TrainingLoop) -> Iterator[tuple[ast.Name, str]]:
    """Names that a loop adds to a sum or a list as they are, and what they are put into."""
    for node in module.syntax.assignments:
        if not loop.holds(node):
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name):
            yield from ((name, node.target.id) for name in _terms(node.value))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.BinOp):
            into, terms = node.targets[0].id, list(_terms(node.value))
            if isinstance(node.value.op, ast.Add) and any(name.id == into for name in terms):
                yield from ((name, into) for name in terms if name.id != into)
    for call in module.method_calls("append"):
        if loop.holds(call.node) and isinstance(call.receiver, ast.Name) and len(call.node.args) == 1 and _is_list(module, call.receiver):
            yield from ((name, call.receiver.id) for name in _terms(call.node.args[0]))


def _is_list(module: Module, node: ast.Name) -> bool:
    """Not an object of a class (a metric, an average), which may keep numbers only."""
    values = [module.call(value) for value in module.resolver.values(node)]
    return not any(call is not None and call.method not in ("list", "deque") for call in values)


def _terms(node: ast.expr) -> Iterator[ast.Name]:
    """The names in a sum, product or quotient; not what is inside calls, which may turn them into numbers."""
    if isinstance(node, ast.Name):
        yield node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
        yield from _terms(node.left)
        yield from _terms(node.right)


def _same_value(module: Module, one: ast.Name, other: ast.Name) -> bool:
    """Whether both loads see the same definition, or the loss has only grown in between (`loss += penalty`): it has not become a number."""
    mine, theirs = module.resolver.reaching(one), module.resolver.reaching(other)
    if not mine or any(b.kind not in ("assign", "augment") for b in mine):
        return False
    seen = {id(b) for b in mine}
    return seen in ({id(b) for b in theirs}, {id(b) for b in theirs if b.kind != "augment"})


def _outlives(step: ast.AST, into: str, kept: ast.Name) -> bool:
    """Whether the sum is from before the loop of the steps, and not set anew in each of them."""
    own = statement_of(kept)
    bindings = [b for b in scope_of(kept).bindings.get(into, ()) if b.kind == "assign" and b.node is not own]
    inside = [b for b in bindings if any(block.owner is step for block in b.block.chain())]
    return len(inside) < len(bindings) and not any(b.block.contains(block_of(kept)) for b in inside)


def _is_propagated(module: Module, loop: optimisation.TrainingLoop, into: str) -> bool:
    """Whether the sum, or what is made of it, is propagated back somewhere in the function, or handed to the caller as a tensor."""
    for call in module.method_calls("backward", "grad"):
        if call.function is not loop.function:
            continue
        for given in (call.receiver, *call.node.args[:1]):
            if given is not None and any(binding.name == into for binding in module.flow.trace(given).bindings):
                return True
    return False
