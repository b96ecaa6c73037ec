"""RES106."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, block_of, optimisation

_MOST = 3


class HostSyncInStep(Rule):
    """The processor waits for the GPU in every step.

    ## What it finds
    Four or more of `.item()`, `.cpu()`, `.numpy()` and `.tolist()` in the body of a loop that calls `backward()` on a GPU, in every step.
    Also `total.add_(loss.item())`, which takes a number from the GPU to bring it there again.

    ## Why it is debt
    Each of them stops until all work queued on the GPU is done; the next step's kernels are not launched meanwhile, and the card
    idles (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    import torch

    for x, y in loader:
        loss = criterion(model(x.cuda()), y.cuda())
        loss.backward()
        seen.append(loss.item())  # finding: RES106
        writer.add_scalar("loss", loss.item())
        print(loss.item())
        norms.append(norm.cpu().numpy())
    ```

    ## Good
    ```python
    import torch

    for step, (x, y) in enumerate(loader):
        loss = criterion(model(x.cuda()), y.cuda())
        loss.backward()
        total += loss.detach()
        if step % 100 == 0:
            writer.add_scalar("loss", total.item() / 100)
    ```

    ## Fix
    None: how often the figure is wanted is a decision.

    ## When it stays silent
    For up to three a step, the usual price of a log; for those under a condition; without a GPU in the file. Off by default: whether it
    costs anything depends on the size of the model, which cannot be seen.

    ## References
    PyTorch performance tuning guide: avoid unnecessary synchronisation between CPU and GPU.
    """

    code = "RES106"
    severity = Severity.INFO
    minutes = 10
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("torch") or not ("cuda" in module.source.text or "device" in module.source.text):
            return
        for loop in optimisation.training_loops(module):
            waits = [
                call
                for call in module.method_calls("item", "cpu", "numpy", "tolist")
                if call.loop is loop.node and _is_in_every_step(call, loop.node)
            ]
            if len(waits) > _MOST:
                yield self.finding(
                    waits[0], f"the GPU is waited for {len(waits)} times in every step",
                    advice="keep sums on the GPU (`.detach()`), and read them every so many steps",
                )  # fmt: skip
        for call in module.method_calls("item") if any(True for _ in module.method_calls("backward")) else ():
            if _goes_back(call.node):
                yield self.finding(
                    call, "a number is fetched from the GPU, only to be added there again",
                    advice="add the tensor itself, without its graph (`.detach()`)",
                )  # fmt: skip


def _goes_back(node: ast.Call) -> bool:
    """`total.add_(loss.item())`: into a tensor again, which may stand on the GPU."""
    up = node.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Call) and up.args == [node] and isinstance(up.func, ast.Attribute) and up.func.attr in ("add_", "sub_")


def _is_in_every_step(call: Call, loop: ast.AST) -> bool:
    return block_of(call.node).owner is loop and not call.node.args
