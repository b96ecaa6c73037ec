"""DEX107."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Fix, Module, Rule, Safety, Severity, branches, replace_expression, tokens
from mlsmith.rules.kit.statements import body_of

_DEBUGGERS = ("breakpoint", "pdb.set_trace", "ipdb.set_trace", "pudb.set_trace", "IPython.embed", "IPython.core.debugger.set_trace")
_EXITS = ("exit", "quit", "sys.exit", "os._exit")
_ANOMALY = "torch.autograd.set_detect_anomaly"
_SWITCHES = frozenset({"debug", "debugging", "debugger", "pdb", "ipdb", "interactive", "embed", "shell", "breakpoint", "anomaly"})


class DebuggerLeft(Rule):
    """A stop for the debugger, or its slow mode, is left in the code.

    ## What it finds
    `breakpoint()`, `set_trace()` of pdb, ipdb and pudb, and `IPython.embed()` as statements; `torch.autograd.set_detect_anomaly(True)`
    outside of any `if`; an early `exit()`, with more of the same block behind it that is never run (warnings).

    ## Why it is debt
    A run without a terminal hangs or dies at the stop, often hours into training; anomaly detection, made for debugging,
    slows down every step. Both are traces of an experiment (Sculley et al. 2015, dead experimental code paths).

    ## Bad
    ```python
    def step(batch):
        breakpoint()  # finding: DEX107
        return batch.mean()
    ```

    ## Good
    ```python
    def step(batch):
        return batch.mean()
    ```

    ## Fix
    A stop is removed (safe), or becomes `pass` where its body holds nothing else; anomaly detection is left to the author.
    ```python
    def step(batch):
        return batch.mean()
    ```

    ## When it stays silent
    Under a condition, or in a function, that is named for debugging (`if args.debug:`, `def open_shell`); when anomaly detection is
    given a variable or stands under any `if`; for the handler of a signal, by which a running training is looked into; in notebooks, which
    are run by hand.

    ## References
    PyTorch documentation of anomaly detection; Python documentation of pdb.
    """

    code = "DEX107"
    severity = Severity.ERROR
    minutes = 5

    def python(self, module: Module) -> Iterator[Finding]:
        if module.notebook is not None:
            return
        for call in module.calls_to(*_DEBUGGERS):
            if isinstance(call.statement, ast.Expr) and call.statement.value is call.node and not _is_meant(call):
                runs = "the run" if _conditions(call) else "every run"
                yield self.finding(
                    call, f"`{call.method}()` stops {runs} here and waits for a hand", advice="remove it",
                    fix=_removal(module, call),
                )  # fmt: skip
        for call in module.calls_to(*_EXITS):
            rest = _behind(call)
            if rest:
                runs = "the run" if _conditions(call) else "every run"
                never = f"{rest} lines behind it are" if rest > 1 else "1 line behind it is"
                yield self.finding(
                    call, f"`{call.method}()` ends {runs} here: {never} never run",
                    advice="remove it, or what stands behind it", severity=Severity.WARNING,
                )  # fmt: skip
        for call in module.calls_to(_ANOMALY) if module.imports("torch") else ():
            if call.argument("mode").is_literal and call.argument("mode").value is True and not _conditions(call) and not _is_meant(call):
                yield self.finding(
                    call, "anomaly detection is on in every run, and slows down each step",
                    advice="remove it, or put it under an option for debugging", severity=Severity.WARNING,
                )  # fmt: skip


def _removal(module: Module, call: Call) -> Fix | None:
    """A fix that takes the stop away; where it is all that a body holds, `pass` keeps the body."""
    title = "remove the stop for the debugger"
    around: ast.AST = call.statement.up  # type: ignore[attr-defined]
    if not isinstance(around, ast.Module) and all(_is_stop(module, statement) for statement in body_of(call.statement)):
        return Fix(title, Safety.SAFE, (replace_expression(module, call.node, "pass"),))
    return branches.removal_of(module, [call.statement], title)


def _behind(call: Call) -> int:
    """Lines of the same block behind an exit that stands as a statement of its own; definitions are not counted."""
    statement = call.statement
    if not isinstance(statement, ast.Expr) or statement.value is not call.node:
        return 0
    body = body_of(statement)
    quiet = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Return, ast.Break, ast.Continue, ast.Raise)
    return sum((s.end_lineno or s.lineno) - s.lineno + 1 for s in body[body.index(statement) + 1 :] if not isinstance(s, quiet))


def _is_stop(module: Module, statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and module.refers_to(statement.value.func, *_DEBUGGERS)


def _conditions(call: Call) -> list[ast.expr]:
    """Tests of the `if` statements around a call."""
    found: list[ast.expr] = []
    node: ast.AST | None = call.statement
    while node is not None:
        if isinstance(node, ast.If):
            found.append(node.test)
        node = getattr(node, "up", None)
    return found


def _is_meant(call: Call) -> bool:
    """Whether a condition or a function around the call is named for debugging."""
    words = {word for test in _conditions(call) for part in ast.walk(test) for word in tokens(_name(part))}
    function = call.function
    while function is not None:
        words.update(tokens(function.node.name))
        function = function.outer
    return bool(words & _SWITCHES) or _handles_signal(call)


def _handles_signal(call: Call) -> bool:
    """Whether the function around the call is given to `signal.signal`."""
    function = call.function
    handlers = {part.id for other in call.module.calls_to("signal.signal") for part in other.node.args[1:] if isinstance(part, ast.Name)}
    return function is not None and function.node.name in handlers


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
