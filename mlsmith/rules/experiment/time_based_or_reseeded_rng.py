"""EXP103."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, block_of, last_word, tokens
from mlsmith.rules.kit.knowledge import lightning, numpy, tensorflow, torch

_SEEDING = ("random.seed", "random.Random", "random.Random().seed", *numpy.SEEDS, *torch.SEEDS, *tensorflow.SEEDS, *lightning.SEEDS)
_CLOCKS = ("time.time", "time.time_ns", "datetime.datetime.now", "os.getpid", "os.urandom", "uuid.uuid4", "time.perf_counter", "datetime.datetime.utcnow",
           "random.SystemRandom", "secrets.randbits", "time.monotonic")  # fmt: skip
_LIBRARIES = ("torch", "tensorflow", "keras", "sklearn", "numpy", "jax")


class TimeBasedOrReseededRng(Rule):
    """A random generator is seeded by the clock, or seeded anew where it draws.

    ## What it finds
    A seed taken from the clock, the process or the system's entropy and not written down; a global generator seeded with a constant inside
    a training loop over data, in a loop over samples that draws from it, in `forward`, or in `__getitem__`.

    ## Why it is debt
    A seed nobody knows is none. A constant one in `__getitem__` makes every augmentation the same, and with it the draws of all other
    code that uses the same generator (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import time

    import numpy as np

    np.random.seed(int(time.time()))  # finding: EXP103
    ```

    ## Good
    ```python
    import time

    import numpy as np

    seed = int(time.time())
    print(f"seed {seed}")
    np.random.seed(seed)
    ```

    ## Fix
    None: which seed the run is to have, and where it is kept, is a decision.

    ## When it stays silent
    When the seed is printed, logged or kept; when the seed in a loop depends on what the loop goes over; for loops over runs, folds or
    seeds, which start anew on purpose; where the generator is handed to a call (`generator=torch.manual_seed(1)`). That numpy's state
    is the same in all workers of a `DataLoader` holds for PyTorch below 1.9 only, and is not looked at.

    Off by default: of 8 findings read (3 of them on code it was tuned on) the authors of the rule would defend 5.

    ## References
    PyTorch documentation, `torch.utils.data`: randomness in multi-process data loading.
    """

    code = "EXP103"
    severity = Severity.WARNING
    minutes = 15
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports(*_LIBRARIES):
            return
        for call in (*module.calls_to(*_SEEDING), *_seeded_shuffles(module)):
            seed = next((k.value for k in call.node.keywords if k.arg in ("seed", "a")), None) or next(iter(call.node.args), None)
            if seed is None:
                continue
            if _from_clock(module, seed) and not _is_told(module, seed):
                yield self.finding(
                    call, f"the seed is taken from `{ast.unparse(seed)[:50]}` and written down nowhere: the run cannot be repeated",
                    advice="log the seed, or take it from an option",
                )  # fmt: skip
            elif _seeds_globally(module, call, seed):
                where = _drawn_again(module, call)
                if where:
                    yield self.finding(
                        call, f"the global generator is seeded with a constant {where}: every draw after it is the same",
                        advice="seed once, at the start of the run; give an augmentation a generator of its own",
                    )  # fmt: skip


def _seeded_shuffles(module: Module) -> list[Call]:
    """`dataset.shuffle(buffer, seed=…)` of tf.data, whatever its receiver is known to be."""
    if not module.imports("tensorflow"):
        return []
    return [call for call in module.method_calls("shuffle") if any(k.arg == "seed" for k in call.node.keywords)]


def _seeds_globally(module: Module, call: Call, seed: ast.expr) -> bool:
    """A statement that seeds with a constant, or an attribute that is one, the generator everybody draws from."""
    alone = isinstance(call.statement, ast.Expr) and call.statement.value is call.node
    own = isinstance(seed, ast.Attribute) and isinstance(seed.value, ast.Name) and seed.value.id == "self" and call.loop is not None
    constant = isinstance(module.constant(seed), int) or own
    return alone and constant and not call.method.endswith(("default_rng", "RandomState", "Random", "shuffle"))


def _from_clock(module: Module, seed: ast.expr) -> bool:
    if isinstance(seed, ast.Attribute) and isinstance(seed.value, ast.Name):
        return False  # `options.seed`: a clock may be in another field of the same object
    trace = module.flow.trace(seed)
    clocks = [call for call in trace.calls if any(name in _CLOCKS for name in call.names)]
    return bool(clocks) and (not trace.parameters or any(_adds_to(call.node, seed) for call in clocks))


def _adds_to(clock: ast.AST, seed: ast.expr) -> bool:
    """`worker + int(time.time())`: the clock is a part of the seed in any case, not what stands in for a seed that is not given."""
    node = clock
    while node is not seed:
        node = getattr(node, "up", None)  # type: ignore[assignment]
        if node is None or isinstance(node, (ast.BoolOp, ast.IfExp, ast.stmt)):
            return False
    return True


def _is_told(module: Module, seed: ast.expr) -> bool:
    """Whether the seed has a name that is used otherwise too: printed, logged, kept in a file."""
    if not isinstance(seed, ast.Name):
        return False
    return any(isinstance(name.ctx, ast.Load) and not _seeds(name) for name in module.names_spelt({seed.id}))


def _seeds(name: ast.Name) -> bool:
    """Whether a use of the name is as an argument of another call that seeds."""
    up: ast.AST = name.up  # type: ignore[attr-defined]
    called = up.func if isinstance(up, ast.Call) else None
    word = last_word(called)
    return "seed" in word.lower() or word in ("RandomState", "default_rng", "Random", "PRNGKey", "int")


def _drawn_again(module: Module, call: Call) -> str:
    function = call.function
    if function is not None and function.owner is not None:
        owner = function.owner
        if function.node.name == "__getitem__" and not _is_conditional(call):
            return "in `__getitem__`"
        if function.node.name == "forward" and owner.extends("torch.nn.Module") and not _is_conditional(call):
            return "in `forward`"
    loop = call.loop
    if not isinstance(loop, ast.For) or _is_conditional(call):
        return ""
    trains = any(
        isinstance(part, ast.Attribute) and part.attr in ("backward", "fit", "partial_fit", "train_on_batch") for part in ast.walk(loop)
    )
    if not trains and not (isinstance(loop.iter, ast.Call) and _draws(module, call)):
        return ""
    words = set(tokens(f"{ast.unparse(loop.target) if trains else ''} {ast.unparse(loop.iter)}"))
    over_data = any(word.endswith(("loader", "batch", "batches", "images", "samples")) for word in words)
    return "in a loop over data" if over_data and not {"seed", "fold", "run", "trial", "repeat"} & words else ""


def _draws(module: Module, seeding: Call) -> bool:
    """Whether the loop draws from numpy's generator behind the seed, itself."""
    return seeding.name == "numpy.random.seed" and any(
        call.loop is seeding.loop and call.order > seeding.order for call in module.calls_under("numpy.random.")
    )


def _is_conditional(call: Call) -> bool:
    return any(isinstance(block.owner, ast.If) for block in block_of(call.node).chain())
