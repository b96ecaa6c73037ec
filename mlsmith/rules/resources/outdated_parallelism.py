"""RES107."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Role, Rule, Severity, tokens

_TRAINERS = ("lightning", "pytorch_lightning", "accelerate", "ignite", "transformers")
"""Libraries that tell the sampler the epoch themselves."""


class OutdatedParallelism(Rule):
    """Training on several devices in a way that wastes them.

    ## What it finds
    In a file that also calls `backward()`: a network wrapped in `torch.nn.DataParallel`. In a file that calls it, or loops over epochs: a
    `DistributedSampler` for training, or the only one, that shuffles while nothing in the file calls `set_epoch`.

    ## Why it is debt
    `DataParallel` copies the network to every device in every step and computes in threads of one process; PyTorch's documentation itself
    recommends `DistributedDataParallel`. A sampler that is not told the epoch gives the same order in each: the shuffling that was asked
    for takes place once (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    import torch

    net = torch.nn.DataParallel(net)  # finding: RES107
    for x, y in loader:
        loss(net(x), y).backward()
    ```

    ## Good
    ```python
    import torch

    net = torch.nn.parallel.DistributedDataParallel(net)
    for x, y in loader:
        loss(net(x), y).backward()
    ```

    ## Fix
    None: going over to DistributedDataParallel changes how the program is started; the number of workers depends on the machine.

    ## When it stays silent
    In files without `backward()`, where the wrapper may only serve prediction; where the file also speaks of
    `DistributedDataParallel`, so that somebody chose; after the first wrapper of a file; for samplers under Lightning, Accelerate,
    Ignite and Transformers, which set the epoch; for `shuffle=False`, for samplers that are returned to
    another file, or one of several that is not named for training.
    `num_workers=0` is not looked at.

    ## References
    PyTorch documentation of DataParallel and of DistributedSampler.
    """

    code = "RES107"
    severity = Severity.INFO
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("torch"):
            return
        propagates = any(True for _ in module.method_calls("backward"))
        both = "DistributedDataParallel" in module.source.text or "DDP" in module.source.text
        parallel = module.calls_to("torch.nn.DataParallel", "torch.nn.parallel.DataParallel")
        first = next(parallel, None) if propagates and not both else None
        if first is not None:
            yield self.finding(
                first, "`DataParallel` copies the network to every device in every step, from one process",
                advice="train with `DistributedDataParallel`, one process a device",
            )  # fmt: skip
        if module.imports(*_TRAINERS) or any(True for _ in module.method_calls("set_epoch")):
            return
        samplers = list(module.calls_to("torch.utils.data.DistributedSampler", "torch.utils.data.distributed.DistributedSampler"))
        epochs = bool(samplers) and any(_is_of_epochs(loop.node) for loop in module.loops)
        for call in samplers:
            shuffle = call.argument("shuffle")
            named = {role for name in (*call.target_names, *call.data_names) for role in module.roles_of(name)}
            to_train = named == {Role.TRAIN} or (not named and len(samplers) == 1 and propagates and epochs)
            shuffles = shuffle.absent or shuffle.value is True or (epochs and named == {Role.TRAIN} and not shuffle.is_literal)
            if shuffles and to_train and (propagates or epochs) and not _is_handed_on(module, call):
                yield self.finding(
                    call, "the sampler is never told the epoch, so that every epoch has the same order",
                    advice="call `sampler.set_epoch(epoch)` at the start of each epoch",
                )  # fmt: skip


def _is_of_epochs(loop: ast.AST) -> bool:
    return isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and "epoch" in tokens(loop.target.id)


def _is_handed_on(module: Module, call: Call) -> bool:
    """Whether the sampler, or its loader, is returned to somebody outside of this file."""
    return isinstance(call.statement, ast.Return) and (call.function is None or not module.callers(call.function))
