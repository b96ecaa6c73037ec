"""EFF102."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import UNKNOWN, Argument, Finding, Module, Rule, Severity, last_word

_OF_JAX = frozenset({"learn", "train_step", "update_step"})
"""What functions of a step are called, where the library has no name for it"""


class UnboundedSearch(Rule):
    """A search or a training run that nothing ends.

    ## What it finds
    `study.optimize` of Optuna without `n_trials`, `timeout` and callbacks; `fmin` of Hyperopt without `max_evals` and `timeout`; Ray Tune with
    `num_samples=-1` and no time budget; `while True` around a training step with no way out.

    ## Why it is debt
    It ends when somebody notices, so its cost is not planned, and what it found depends on when that was: another run of the same code has
    other trials (Arpteg et al. 2018, effort estimation).

    ## Bad
    ```python
    import optuna

    study = optuna.create_study()
    study.optimize(objective)  # finding: EFF102
    ```

    ## Good
    ```python
    import optuna

    study = optuna.create_study()
    study.optimize(objective, n_trials=100)
    ```

    ## Fix
    None: how long a search may take is your budget.

    ## When it stays silent
    When a bound is given in any form, also as a variable; when a callback is given, which may stop it; when the loop has a `break`, `return` or
    `raise`, or goes on by iterators that end.

    ## References
    Documentation of `optuna.study.Study.optimize`: with neither bound it goes on until it is stopped; of `hyperopt.fmin`.
    """

    code = "EFF102"
    severity = Severity.WARNING
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        if module.imports("optuna"):
            for call in module.calls_to(
                "optuna.create_study().optimize", "optuna.study.create_study().optimize", "optuna.load_study().optimize"
            ):
                if _is_open(call.argument("n_trials"), call.argument("timeout"), call.argument("callbacks")):
                    yield self.finding(
                        call, "nothing bounds this search: it goes on until somebody stops it", advice="give it `n_trials=` or `timeout=`"
                    )  # fmt: skip
        if module.imports("hyperopt"):
            for call in module.calls_to("hyperopt.fmin", "hyperopt.fmin.fmin"):
                if _is_open(
                    call.argument("max_evals"),
                    call.argument("timeout"),
                    call.argument("early_stop_fn"),
                    call.argument("loss_threshold"),
                ):
                    yield self.finding(
                        call, "nothing bounds this search: it goes on until somebody stops it", advice="give it `max_evals=` or `timeout=`"
                    )  # fmt: skip
        if module.imports("ray"):
            for call in module.calls_to("ray.tune.run", "ray.tune.TuneConfig", "ray.tune.tune_config.TuneConfig"):
                if call.argument("num_samples").value == -1 and _is_open(call.argument("time_budget_s"), call.argument("stop")):
                    yield self.finding(
                        call, "`num_samples=-1` goes on until somebody stops it", advice="give it `time_budget_s=` or a number of samples"
                    )
        if module.imports("torch", "tensorflow", "keras", "jax"):
            yield from self._loops(module)

    def _loops(self, module: Module) -> Iterator[Finding]:
        for loop in module.loops:
            node = loop.node
            if (
                isinstance(node, ast.While)
                and isinstance(node.test, ast.Constant)
                and node.test.value
                and _trains(module, node)
                and not _ends(module, node)
            ):
                yield self.finding(
                    loop, "this loop trains and nothing ends it", advice="bound it by steps, by time, or by patience on a validation metric"
                )  # fmt: skip


def _is_open(*bounds: Argument) -> bool:
    """Whether no bound is given, or only None."""
    return all(bound.absent or (bound.given and bound.value is None and bound.value is not UNKNOWN) for bound in bounds)


def _trains(module: Module, loop: ast.While) -> bool:
    parts = list(ast.walk(loop))
    if {part.attr for part in parts if isinstance(part, ast.Attribute)} & {"backward", "train_on_batch", "apply_gradients", "minimize"}:
        return True
    called = {part.func.id for part in parts if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
    return module.imports("jax") and bool(called & _OF_JAX)


def _ends(module: Module, loop: ast.AST) -> bool:
    """Whether anything in the loop may leave it: of its own, not of a loop or function inside it."""
    todo: list[ast.AST] = list(loop.body)  # type: ignore[attr-defined]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, ast.Call) and (
            _exits(node) or (last_word(node.func) in ("next", "__next__") and not _is_endless(module, node))
        ):
            return True
        if isinstance(node, (ast.For, ast.While)):
            if any(isinstance(part, (ast.Return, ast.Raise)) or (isinstance(part, ast.Call) and _exits(part)) for part in ast.walk(node)):
                return True
            continue
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo.extend(ast.iter_child_nodes(node))
    return False


def _is_endless(module: Module, call: ast.Call) -> bool:
    """Whether what `next` is asked of is a generator of this file that goes round and round."""
    of = call.func.value if isinstance(call.func, ast.Attribute) else next(iter(call.args), None)
    values = module.resolver.values(of) if of is not None else []
    makers = [module.resolver.function_named(name) for value in values if isinstance(value, ast.Call) for name in module.names(value.func)]
    return bool(makers) and len(makers) == len(values) and all(maker is not None and _goes_round(maker) for maker in makers)


def _goes_round(maker: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`while True:` with a `yield`, which nothing leaves."""
    for loop in maker.body:
        if isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and loop.test.value:
            parts = list(ast.walk(loop))
            return any(isinstance(part, ast.Yield) for part in parts) and not any(
                isinstance(part, (ast.Return, ast.Raise)) for part in parts
            )
    return False


def _exits(call: ast.Call) -> bool:
    return last_word(call.func) in ("exit", "_exit", "quit", "abort")
