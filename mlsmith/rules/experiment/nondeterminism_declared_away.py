"""EXP111."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity, block_of, scope_of

_BENCHMARK = "torch.backends.cudnn.benchmark"
_DETERMINISTIC = "torch.backends.cudnn.deterministic"


class NondeterminismDeclaredAway(Rule):
    """The code says that it is deterministic, and takes it back.

    ## What it finds
    `cudnn.benchmark = True` in the same function as `cudnn.deterministic = True` or `use_deterministic_algorithms(True)`, with nothing
    that sets it back behind; and `PYTHONHASHSEED` set while the program runs.

    ## Why it is debt
    `benchmark` times several algorithms and takes the fastest of that moment: two runs choose differently, in a program whose authors rely
    on the declaration. The hash seed is read when Python starts; later it does nothing (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import torch

    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = True  # finding: EXP111
    ```

    ## Good
    ```python
    import torch

    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    ```

    ## Fix
    None: speed or determinism, the code asks for both.

    ## When it stays silent
    When the two stand in branches of which only one runs; when a later line sets `benchmark` to False; when the value comes from an option;
    for `PYTHONHASHSEED` that is handed to a new process.

    ## References
    PyTorch documentation, reproducibility: CUDA convolution benchmarking; Python documentation of PYTHONHASHSEED.
    """

    code = "EXP111"
    severity = Severity.WARNING
    minutes = 10

    def python(self, module: Module) -> Iterator[Finding]:
        text = module.source.text
        if "cudnn" in text and "benchmark" in text and "eterministic" in text:
            yield from self._taken_back(module)
        if "PYTHONHASHSEED" in text:
            yield from self._too_late(module)

    def _taken_back(self, module: Module) -> Iterator[Finding]:
        switches = list(_switches(module))
        declared = [node for node, name, value in switches if name == _DETERMINISTIC and value is True]
        declared.extend(call.node for call in module.calls_to("torch.use_deterministic_algorithms") if call.argument("mode").value is True)
        for node, name, value in switches:
            if name != _BENCHMARK or value is not True:
                continue
            scope = scope_of(node)
            with_it = [other for other in declared if scope_of(other) is scope and not block_of(other).excludes(block_of(node))]
            with_it = with_it or [other for other in declared if scope_of(other) is not scope and _leads_to(module, other, node)]
            later = [o for o, n, v in switches if n == _BENCHMARK and v is not True and scope_of(o) is scope and o.lineno > node.lineno]  # type: ignore[attr-defined]
            if with_it and not later:
                promise = module.source.span(with_it[0]).start.line
                yield self.finding(
                    module.at(node), f"`cudnn.benchmark = True` lets every run choose its algorithms anew, and line {promise} promises determinism",
                    advice="set `benchmark` to False, or take the promise away",
                )  # fmt: skip

    def _too_late(self, module: Module) -> Iterator[Finding]:
        for node in module.syntax.assignments:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(target, ast.Subscript) or module.constant(target.slice) != "PYTHONHASHSEED":
                continue
            if module.names(target.value) == ("os.environ",) and not _starts_a_process(module):
                yield self.finding(
                    module.at(node), "PYTHONHASHSEED is read when Python starts: setting it here changes nothing in this process",
                    advice="set it in the environment that starts the program; sort what comes from sets",
                    severity=Severity.INFO,
                )  # fmt: skip


def _leads_to(module: Module, declared: ast.AST, node: ast.AST) -> bool:
    """Whether one run does both: the function that promises is called where the switch is set, before it, or goes on to the one that sets it."""
    first, second = module.function_around(declared), module.function_around(node)
    if first is None or isinstance(block_of(node).owner, ast.If):
        return False
    if any(
        module.function_around(name) is second and name.lineno < node.lineno  # type: ignore[attr-defined]
        for name in module.names_spelt({first.node.name})
    ):
        return True
    return second is not None and any(
        module.function_around(name) is first and name.lineno > declared.lineno  # type: ignore[attr-defined]
        for name in module.names_spelt({second.node.name})
    )


def _switches(module: Module) -> Iterator[tuple[ast.AST, str, object]]:
    """Assignments to the two switches of cuDNN, under whatever alias."""
    for node in module.syntax.assignments:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in ("benchmark", "deterministic"):
                for name in module.names(target.value):
                    if name == "torch.backends.cudnn" and node.value is not None:
                        yield node, f"{name}.{target.attr}", module.constant(node.value)


def _starts_a_process(module: Module) -> bool:
    """Whether the setting may be meant for a process that is started, or for the program started again."""
    return module.imports("subprocess", "multiprocessing") or any(
        True for _ in module.calls_under("os.exec", "os.spawn", "os.system", "torch.multiprocessing")
    )
