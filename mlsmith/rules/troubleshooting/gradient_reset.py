"""TRB104."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Confidence, Finding, Module, Rule, Severity, block_of, last_word, optimisation, statement_of, tokens

_ZEROED_OTHERWISE = regex(
    r"zero_grad|zero_gradients|clear_grad|\.grad\s*=|\.grad(\.data)?\.(zero_|fill_|detach_)|autograd\.grad\(|reset_grad"
)
_ZERO_THEMSELVES = (
    "accelerate",
    "lightning",
    "pytorch_lightning",
    "ignite",
    "deepspeed",
    "fastai",
    "apex",
    "mmcv",
    "mmengine",
    "colossalai",
)
_TRAINING = frozenset(
    {"train", "trainer", "training", "fit", "learn", "finetune", "epoch", "run", "main", "optimize", "optimise", "update"}
)
_ACCUMULATION = frozenset({"accum", "accumulation", "accumulate", "accumulations", "accumulated", "acc", "gas", "subdivisions"})


class GradientReset(Rule):
    """Gradients are not zeroed where they must be.

    ## What it finds
    In a loop with `loss.backward()` and `optimizer.step()`: nothing in the file ever zeroes gradients; they are zeroed between
    `backward()` and `step()` of the same optimiser; they are zeroed in one branch only, without mixed precision, while the other steps too;
    they are zeroed for every micro-batch while the step comes once in several; the step that accumulation puts off stands under the
    wrong condition (`if i % steps:`).

    ## Why it is debt
    PyTorch adds to gradients. Without a reset every step uses the sum of all batches so far; zeroed at the wrong place it uses none, or
    the last of those that were to count. The loss goes down all the same, only to a worse place, and nothing fails (Arpteg et al. 2018,
    troubleshooting).

    ## Bad
    ```python
    import torch

    for i, (x, y) in enumerate(loader):
        optimizer.zero_grad()  # finding: TRB104
        (criterion(model(x), y) / 4).backward()
        if (i + 1) % 4 == 0:
            optimizer.step()
    ```

    ## Good
    ```python
    import torch

    for i, (x, y) in enumerate(loader):
        (criterion(model(x), y) / 4).backward()
        if (i + 1) % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
    ```

    ## Fix
    None: where the gradients belong depends on whether they are accumulated on purpose.

    ## When it stays silent
    Where the optimiser is made anew in every round, or handed to a function that is not named for training, whose caller may zero; where a
    library zeroes gradients itself, or the file touches `.grad`; where a method of the optimiser does it; where step and `backward()` stand
    in different functions. Whether an accumulated loss is divided by the number of micro-batches is not looked at, since a sum may be meant.

    ## References
    PyTorch documentation of `Optimizer.zero_grad`, and its recipe on zeroing out gradients.
    """

    code = "TRB104"
    severity = Severity.ERROR
    minutes = 20

    def python(self, module: Module) -> Iterator[Finding]:
        for loop in optimisation.training_loops(module):
            if loop.steps and not module.imports(*_ZERO_THEMSELVES):
                yield from self._never(module, loop)
                yield from self._lost(loop)
                yield from self._in_one_branch(module, loop)
                yield from self._each_micro_batch(loop)
                yield from self._inverted(loop)

    def _never(self, module: Module, loop: optimisation.TrainingLoop) -> Iterator[Finding]:
        if loop.resets or _ZEROED_OTHERWISE.search(module.source.text) or "closure" in module.source.text:
            return
        step = loop.steps[0]
        if _is_made_in(module, loop, step) or _is_lent(module, loop, step):
            return
        if any(argument.arg is None or argument.arg == "closure" for argument in step.node.keywords) or step.node.args:
            return
        known = [name for name in module.names(step.receiver) if name.startswith("torch.optim.")] if step.receiver is not None else []
        yield self.finding(
            step, "nothing in this loop zeroes the gradients: every step uses the sum over all rounds before",
            advice="call `optimizer.zero_grad()` once a step, before `backward()`",
            confidence=Confidence.HIGH if known else Confidence.MEDIUM,
        )  # fmt: skip

    def _lost(self, loop: optimisation.TrainingLoop) -> Iterator[Finding]:
        """`backward`, `zero_grad`, `step`, one after the other."""
        for reset in loop.resets:
            step = next((s for s in loop.steps if s.order > reset.order and _together(s, reset)), None)
            before = [b for b in loop.backward if b.order < reset.order and block_of(b.node) is block_of(reset.node)]
            between = step is not None and any(reset.order < b.order < step.order for b in loop.backward)
            if step is None or not before or between or not optimisation.same_object(step.receiver, reset.receiver):
                continue
            earlier_step = any(before[-1].order < s.order < reset.order for s in loop.steps)
            if not earlier_step:
                yield self.finding(
                    reset, "the gradients are zeroed between `backward()` and `step()`: the step has none",
                    advice="zero them before `backward()`, or after `step()`",
                )  # fmt: skip

    def _in_one_branch(self, module: Module, loop: optimisation.TrainingLoop) -> Iterator[Finding]:
        """`if amp: scaler.step(optimizer)`, `else: optimizer.step(); optimizer.zero_grad()`."""
        resets = [call for call in module.method_calls("zero_grad") if call.function is loop.function]
        if len(resets) != 1 or resets != loop.resets or not isinstance(block_of(resets[0].node).owner, ast.If):
            return
        own = block_of(resets[0].node)
        for step in module.method_calls("step"):
            other = block_of(step.node)
            given = step.node.args[0] if step.node.args else None
            if other.owner is own.owner and other.field != own.field and optimisation.same_object(given, resets[0].receiver):
                yield self.finding(
                    resets[0], f"gradients are zeroed in one branch only: after `{ast.unparse(step.node)[:40]}` in the other they add up",
                    advice="zero them behind both branches",
                )  # fmt: skip

    def _each_micro_batch(self, loop: optimisation.TrainingLoop) -> Iterator[Finding]:
        for step, test in _put_off(loop):
            for reset in loop.resets:
                own = block_of(reset.node)
                outside = own.contains(block_of(loop.backward[0].node)) and own is not block_of(step.node)
                if (
                    outside
                    and block_of(reset.node).contains(block_of(step.node))
                    and optimisation.same_object(step.receiver, reset.receiver)
                ):
                    yield self.finding(
                        reset, f"gradients are zeroed for every batch, and the step comes only when `{ast.unparse(test)}`: the others are lost",
                        advice="zero them right after `step()`, under the same condition",
                    )  # fmt: skip

    def _inverted(self, loop: optimisation.TrainingLoop) -> Iterator[Finding]:
        for step, test in _put_off(loop):
            modulus = _modulus(test)
            if modulus is None or not _speaks_of_accumulation(modulus):
                continue
            if isinstance(test, ast.BinOp) or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq)):
                yield self.finding(
                    step, f"the step is taken for all batches but each `{ast.unparse(modulus.right)}`-th: `{ast.unparse(test)}`",
                    advice=f"take it when `(i + 1) % {ast.unparse(modulus.right)} == 0`",
                )  # fmt: skip


def _is_made_in(module: Module, loop: optimisation.TrainingLoop, step: Call) -> bool:
    """Whether the optimiser is made anew in every round, for something that has no gradient yet."""
    made = module.resolver.reaching(step.receiver) if isinstance(step.receiver, ast.Name) else []
    return any(binding.kind == "assign" and loop.holds(binding.node) for binding in made)


def _is_lent(module: Module, loop: optimisation.TrainingLoop, step: Call) -> bool:
    """Whether the optimiser is handed to a function that is not named for training, whose callers may zero before they ask it."""
    function = loop.function
    if (
        function is None
        or not isinstance(step.receiver, ast.Name)
        or all(step.receiver.id != parameter.name for parameter in function.parameters)
    ):
        return False
    stem = module.path.rpartition("/")[2].partition(".")[0]
    return not _TRAINING.intersection((*tokens(function.node.name), *tokens(stem)))


def _together(one: Call, other: Call) -> bool:
    return block_of(one.node) is block_of(other.node)


def _put_off(loop: optimisation.TrainingLoop) -> Iterator[tuple[Call, ast.expr]]:
    """Steps under a condition `… % n …` that `backward()` is not under, with the condition."""
    for step in loop.steps:
        for block in block_of(statement_of(step.node)).chain():
            owner = block.owner
            if not isinstance(owner, ast.If):
                break
            if block.field == "body" and _modulus(owner.test) is not None:
                if not any(outer.owner is owner for call in loop.backward for outer in block_of(call.node).chain()):
                    yield step, owner.test
                break


def _modulus(test: ast.expr) -> ast.BinOp | None:
    """`i % n` of `i % n`, `i % n == 0` and `i % n != 0`."""
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == 0
    ):
        test = test.left
    return test if isinstance(test, ast.BinOp) and isinstance(test.op, ast.Mod) else None


def _speaks_of_accumulation(modulus: ast.BinOp) -> bool:
    name = last_word(modulus.right)
    return bool(_ACCUMULATION & set(tokens(name)))
