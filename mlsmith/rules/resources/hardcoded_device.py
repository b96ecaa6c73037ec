"""RES104."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Project, Rule, Severity, block_of, tokens
from mlsmith.rules.kit.collect import place_from, where

_ASKED = (
    "is_available(", "device_count(", "list_physical_devices", "list_gpus", "no_cuda", "use_cuda", "use_gpu", "accelerator", "current_device(",
    "local_rank",
)  # fmt: skip
_MPS = regex(r"\bmps\b")
_ONLY_CUDA = ("cuda.Stream", "current_stream(", "tensorrt", "torch2trt", "custom_fwd")
_TRITON = regex(r"\btriton\b")
_SWITCH = frozenset({"cuda", "gpu", "gpus", "device", "use", "rank", "distributed"})
_PINNED = regex(r"^cuda(:\d+)?$")


class HardcodedDevice(Rule):
    """Tensors are put on a GPU that may not be there.

    ## What it finds
    `.cuda()`, `.to("cuda")`, `device="cuda:0"` and `torch.device("cuda")` in a file that does not ask for what there is: one finding a
    file where other files of the project do ask, one for the whole project where none does. And `CUDA_VISIBLE_DEVICES` set in code.

    ## Why it is debt
    The code runs on its author's machine: neither in continuous integration, nor on a laptop, nor on the second card of a shared server.
    What cannot run where tests run is not tested (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    import torch

    model = torch.nn.Linear(8, 2).cuda()  # finding: RES104
    ```

    ## Good
    ```python
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = torch.nn.Linear(8, 2).to(device)
    ```

    ## Fix
    None: where the device is chosen, and by whom, is a decision; one name for it has to reach all places.

    ## When it stays silent
    When the file asks whether there is a GPU, or uses what only CUDA has (streams, TensorRT, triton), or takes the answer from an option;
    for a call under a condition on the device; for a device that arrives as a parameter; for `cuda(device)` with an argument; in examples,
    where the reader is told what machine is needed. There is no fix, since the right place for the device is the code's to choose.
    `torch.load` without `map_location` is not looked at.

    ## References
    PyTorch documentation, CUDA semantics: device-agnostic code.
    """

    code = "RES104"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if "CUDA_VISIBLE_DEVICES" in module.source.text:
            yield from self._visible(module)

    def collect(self, module: Module) -> Any:
        text = module.source.text
        if "cuda" not in text or not module.imports("torch"):
            return None
        found = [call for call in module.method_calls("cuda", "to", "device") if _is_pinned(module, call) and not _is_conditional(call)]
        if "device=" in text:
            found.extend(
                call
                for call in module.calls_under("torch.")
                if call.method != "device" and _is_made_there(call) and not _is_conditional(call)
            )
        asks = any(word in text for word in _ASKED) or ("mps" in text and _MPS.search(text) is not None)
        if not found or asks or any(word in text for word in _ONLY_CUDA) or ("triton" in text and _TRITON.search(text)):
            return (asks, 0, ())
        return (asks, len(found), tuple(where(module, min(found, key=lambda call: call.order).node)))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = list(project.collected(self))
        pinned = [(count, path, seen) for path, (asks, count, seen) in collected if count and not asks]
        if any(asks for _, (asks, _, _) in collected):
            for count, path, seen in pinned:
                yield self._found(
                    path, project, seen, f"{_places(count)} on a GPU without asking whether there is one, as other files of the project do"
                )
        elif pinned:
            count, path, seen = max(pinned, key=lambda item: (item[0], item[1]))
            total = sum(item[0] for item in pinned)
            within = f", in {len(pinned)} files" if len(pinned) > 1 else ""
            everywhere = f"{_places(total)} on a GPU{within}; nothing in the project asks whether there is one"
            yield self._found(path, project, seen, everywhere)

    def _found(self, path: str, project: Project, seen: tuple[Any, ...], message: str) -> Finding:
        return self.finding(
            place_from(path, project, seen), message,
            advice='choose `device` once ("cuda" if torch.cuda.is_available() else "cpu"), and use `.to(device)`',
        )  # fmt: skip

    def _visible(self, module: Module) -> Iterator[Finding]:
        for node in module.syntax.assignments:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Subscript) and module.constant(target.slice) == "CUDA_VISIBLE_DEVICES":
                value = module.constant(node.value) if node.value is not None else None
                if isinstance(value, str) and value.strip() not in ("", "-1"):
                    yield self.finding(
                        module.at(node), f'the code chooses GPU "{value}" for whoever runs it',
                        advice="leave CUDA_VISIBLE_DEVICES to the environment in which the program is started",
                    )  # fmt: skip


def _places(count: int) -> str:
    return f"{count} places put tensors" if count > 1 else "this puts tensors"


def _is_pinned(module: Module, call: Call) -> bool:
    if call.receiver is None:
        return False
    if call.method == "cuda":
        arguments = [*call.node.args, *(k.value for k in call.node.keywords if k.arg != "non_blocking")]
        return not arguments and not any(name.startswith("torch.cuda") for name in call.names)
    if call.method == "device" and "torch.device" not in call.names:
        return False
    device = call.argument("device", 0).node
    return isinstance(device, ast.Constant) and isinstance(device.value, str) and bool(_PINNED.match(device.value))


def _is_made_there(call: Call) -> bool:
    device = next((keyword.value for keyword in call.node.keywords if keyword.arg == "device"), None)
    return isinstance(device, ast.Constant) and isinstance(device.value, str) and bool(_PINNED.match(device.value))


def _is_conditional(call: Call) -> bool:
    """Whether a condition around the call speaks of the device, or the function is one that brings its object there (`def cuda(self)`)."""
    if call.function is not None and {"cuda", "gpu"} & set(tokens(call.function.node.name)):
        return True
    tests = [block.owner.test for block in block_of(call.node).chain() if isinstance(block.owner, ast.If)]
    node: ast.AST = call.node
    while not isinstance(node, ast.stmt):
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, ast.IfExp):
            tests.append(node.test)
    names = {
        part.id if isinstance(part, ast.Name) else part.attr
        for test in tests
        for part in ast.walk(test)
        if isinstance(part, (ast.Name, ast.Attribute))
    }
    texts = {part.value for test in tests for part in ast.walk(test) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return any(_SWITCH & set(tokens(name)) for name in names | texts)
