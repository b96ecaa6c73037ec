"""Steps of an optimiser in PyTorch: the loops that call `backward()`, what they step, zero and keep."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import block_of, last_word
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.definitions import Function
    from mlsmith.rules.kit.module import Module

_OPTIMISER_WORDS = frozenset({"opt", "optim", "optimizer", "optimiser", "optimizers", "adam", "sgd", "solver"})


class TrainingLoop(NamedTuple):
    """An innermost loop with `loss.backward()` in its body; `steps` and `resets` are of optimisers, in the same loop."""

    node: ast.For | ast.While | ast.AsyncFor
    function: Function | None
    backward: list[Call]
    steps: list[Call]
    resets: list[Call]

    @property
    def body(self) -> list[ast.stmt]:
        return self.node.body

    def holds(self, node: ast.AST) -> bool:
        """Whether the loop's body has the node, in nested loops and branches too."""
        return any(block.owner is self.node for block in block_of(node).chain())


@once_a_module
def training_loops(module: Module) -> tuple[TrainingLoop, ...]:
    """The innermost loops of a PyTorch module that call `backward()`, in source order."""
    if not module.imports("torch"):
        return ()
    found: dict[int, TrainingLoop] = {}
    for call in module.method_calls("backward"):
        loop = call.loop
        if loop is not None:
            found.setdefault(id(loop), TrainingLoop(loop, call.function, [], [], [])).backward.append(call)  # type: ignore[arg-type]
    if found:
        for call in module.method_calls("step"):
            if id(call.loop) in found and is_optimiser(call.receiver):
                found[id(call.loop)].steps.append(call)
        for call in module.method_calls("zero_grad"):
            if id(call.loop) in found:
                found[id(call.loop)].resets.append(call)
    return tuple(found.values())


def is_optimiser(node: ast.expr | None) -> bool:
    """Whether an expression is an optimiser by its last name: `optimizer`, `self.optim_g`, `opts["d"]`, not `lr_scheduler`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    words = tokens(last_word(node))
    return bool(_OPTIMISER_WORDS & set(words)) and not {"scheduler", "sched", "lr", "wrapper"} & set(words)


def same_object(one: ast.expr | None, other: ast.expr | None) -> bool:
    """Whether two expressions are written alike: `self.opt_g` and `self.opt_g`."""
    return one is not None and other is not None and ast.dump(one) == ast.dump(other)


def losses_of(module: Module, loop: TrainingLoop) -> Iterator[tuple[ast.Name, Call]]:
    """The names whose `backward()` a loop calls, with the calls."""
    for call in loop.backward:
        receiver = call.receiver
        given: list[ast.expr | None] = [receiver, *call.node.args[:1]]  # accelerator.backward(loss)
        if isinstance(receiver, ast.Call):  # scaler.scale(loss).backward()
            given.extend(receiver.args[:1])
        yield from ((name, call) for name in given if isinstance(name, ast.Name))


def step_loop(module: Module, loop: TrainingLoop) -> ast.AST:
    """The loop one round of which is one step of the optimiser: this one, or the one around it where this goes over parts of a batch."""
    if loop.steps:
        return loop.node
    stepping = {id(call.loop) for call in module.method_calls("step") if is_optimiser(call.receiver)}
    around = (block.owner for block in block_of(loop.node).chain() if isinstance(block.owner, (ast.For, ast.While, ast.AsyncFor)))
    return next((node for node in around if id(node) in stepping), loop.node)
