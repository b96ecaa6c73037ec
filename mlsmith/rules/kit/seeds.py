"""Seeds: which calls set one for a whole process, and under which name a project keeps its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlsmith.rules.kit.memo import TellingWords, once_a_module
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.module import Module

_VERBS = frozenset({"set", "everything", "manual", "fix", "init", "all", "seed", "global", "setup"})
_SEEDING = TellingWords(lambda word: "seed" in word.lower() or "determinism" in word)


def sets_global_seed(call: Call) -> bool:
    """`np.random.seed(7)`, `torch.manual_seed(7)`, `seed_everything(7)`, `set_seed(args.seed)`, `enable_determinism()` and their like."""
    words = tokens(call.method)
    if "seed" in words and (len(words) == 1 or set(words) & _VERBS):
        return not call.names or not any(
            name.startswith(("numpy.random.SeedSequence", "numpy.random.Generator", "torch.Generator")) for name in call.names
        )
    return call.method in ("enable_determinism", "enable_op_determinism")


@once_a_module
def global_seeds(module: Module) -> list[Call]:
    """Calls that set a seed for the whole process."""
    words = _SEEDING.among(module.words_called)
    return list(filter(sets_global_seed, module.calls_spelt(*words))) if words else []


def has_global_seed(module: Module) -> bool:
    """Whether the file sets a seed for the whole process anywhere."""
    return bool(global_seeds(module))


def seed_name(module: Module, call: Call) -> str:
    """The name under which a seed is at hand where the call stands: a parameter, an argument namespace, a constant; empty if none."""
    function = call.function
    while function is not None:
        for parameter in function.parameters:
            if tokens(parameter.name)[-1:] == ("seed",) or parameter.name == "random_state":
                return parameter.name
        function = function.outer
    for name, bindings in module.syntax.scope.bindings.items():
        if tokens(name)[-1:] == ("seed",) and bindings[0].kind == "assign" and isinstance(bindings[0].value, ast.Constant):
            return name
    return ""
