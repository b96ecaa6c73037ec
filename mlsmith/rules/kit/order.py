"""Decisions about the order of samples: which calls take a shuffle flag, where, with which default, and what overrides it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.constants import UNKNOWN
from mlsmith.rules.kit.knowledge import keras, sklearn, torch
from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import tokens
from mlsmith.rules.kit.signatures import signature_of

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module


class ShuffleArgument(NamedTuple):
    """`position` is 0-based, None where the argument is keyword-only; `overridden_by` are arguments that decide the order instead."""

    position: int | None
    default: bool
    overridden_by: tuple[str, ...] = ()


def _argument(callee: str, overridden_by: tuple[str, ...]) -> ShuffleArgument:
    signature = signature_of(callee)
    assert signature is not None
    return ShuffleArgument(signature.positions.get("shuffle"), bool(signature.defaults["shuffle"]), overridden_by)


SHUFFLING = {callee: _argument(callee, others) for library in (torch, sklearn, keras) for callee, others in library.SHUFFLES.items()}
LOADERS = tuple(name for name in SHUFFLING if not name.startswith("sklearn.") and "timeseries" not in name)
"""Callees whose flag has a right value for training and another for evaluation."""

_PACKAGES = frozenset({"torch", "sklearn", "keras", "tensorflow", "torch_geometric", "monai", "lightning", "pytorch_lightning"})
_CALLED = frozenset(name.rpartition(".")[2] for name in SHUFFLING)
_OWN_LOADERS = frozenset({"loader", "dataloader", "loaders", "dataloaders", "dataset", "datasets", "batches", "iterator", "generator"})


class OrderDecision(NamedTuple):
    """One call that decides on order: the effective `value` (UNKNOWN where it is not literal), and whether it was written down.
    `sometimes`: a sampler that is None in some runs decides in the others."""

    call: Call
    callee: str
    value: Any
    given: bool
    argument: ast.expr | None
    sometimes: bool = False


def may_decide(text: str) -> bool:
    """Whether a file of such a text can have `order_facts`: by the words that it must hold for that."""
    return "shuffle" in text or (any(name in text for name in _PACKAGES) and any(word in text for word in _CALLED))


@once_a_module
def order_decisions(module: Module) -> tuple[OrderDecision, ...]:
    """All calls of the module that take a shuffle flag, in source order; those whose order something else decides are left out."""
    return tuple(_decisions(module))


def _decisions(module: Module) -> Iterator[OrderDecision]:
    if not module.packages & _PACKAGES:
        return
    for call in module.calls_to(*SHUFFLING):
        callee = next((name for name in call.names if name in SHUFFLING), "") or _inherited(module, call)
        if not callee:
            continue
        spec = SHUFFLING[callee]
        deciders = [call.argument(name) for name in spec.overridden_by]
        deciders = [decider for decider in deciders if not decider.absent and decider.value is not None]
        if any(decider.node is None or not _may_be_none(module, decider.node) for decider in deciders):
            continue
        if call.argument("batch_size", callee).value is None:
            continue  # the data set makes the batches, and their order
        argument = call.argument("shuffle", callee)
        if argument.state == "unknown":
            continue
        value = argument.value if argument.given else spec.default
        yield OrderDecision(call, callee, value if isinstance(value, bool) else UNKNOWN, argument.given, argument.node, bool(deciders))


def _may_be_none(module: Module, node: ast.expr) -> bool:
    """`sampler = DistributedSampler(x) if distributed else None`, or the same by two branches."""
    values = [
        part for value in module.resolver.values(node) for part in ([value.body, value.orelse] if isinstance(value, ast.IfExp) else [value])
    ]
    return any(isinstance(value, ast.Constant) and value.value is None for value in values)


def _inherited(module: Module, call: Call) -> str:
    """The library class that a project class called here extends."""
    for name in call.names:
        cls = module.resolver.class_named(name)
        if cls is not None:
            found = next((ancestor for ancestor in module.class_(cls).lineage if ancestor in SHUFFLING), "")
            if found:
                return "" if _decides_itself(cls, call) else found
    return ""


def _decides_itself(cls: ast.ClassDef, call: Call) -> bool:
    """Whether a class has a constructor that may choose the order for itself: it hands on a flag of its own, or has another default."""
    made = next((node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None)
    if made is None:
        return False
    fixed = any(
        keyword.arg == "shuffle" and isinstance(keyword.value, ast.Constant)
        for node in ast.walk(made) if isinstance(node, ast.Call) for keyword in node.keywords
    )  # fmt: skip
    return fixed or all(keyword.arg != "shuffle" for keyword in call.node.keywords)


class OrderFact(NamedTuple):
    """An order decision as facts keep it. `rest` is the call without the flag, `names` what the result and the data are called."""

    callee: str
    value: bool | None
    given: bool
    scope: str
    role: str
    names: str
    rest: str
    line: int
    classes: str = ""
    """Last words of the classes that the data is known to be of"""


def order_facts(module: Module) -> tuple[tuple[Any, ...], ...]:
    """The order decisions of a file, as plain tuples; those that are handed to a loader of the project's own are known by its name. Calls whose
    order something else decides, or nobody knows, are among them without a value: they are what other calls are not to be taken for."""
    decisions = order_decisions(module)
    known = {id(decision.call.node) for decision in decisions}
    own = [decision for decision in _of_own_loaders(module) if id(decision.call.node) not in known]
    known |= {id(decision.call.node) for decision in own}
    others = [
        OrderDecision(call, next((name for name in call.names if name in SHUFFLING), call.name), None, False, None)
        for call in module.calls_to(*SHUFFLING)
        if id(call.node) not in known
    ]
    return tuple(tuple(_fact(module, decision)) for decision in (*decisions, *own, *others))


def _fact(module: Module, decision: OrderDecision) -> OrderFact:
    call, place = decision.call, decision.call.place
    return OrderFact(
        callee=decision.callee, value=decision.value if isinstance(decision.value, bool) and not decision.sometimes else None,
        given=decision.given, scope=place.scope, role=str(call.role or ""), names=" ".join((*call.target_names, *call.data_names)),
        rest=_without_flag(decision), line=place.span.start.line, classes=" ".join(_classes_of_data(module, call)),
    )  # fmt: skip


def _classes_of_data(module: Module, call: Call) -> list[str]:
    given = call.argument("dataset", 0).node
    names = module.names(given) if given is not None else ()
    return sorted({name[:-2].rpartition(".")[2] for name in names if name.endswith("()")})


def _of_own_loaders(module: Module) -> Iterator[OrderDecision]:
    """`self.store.create_loader(size, shuffle=True)`: whatever it does, its order is decided here."""
    if "shuffle" not in module.source.text:
        return
    words = [word for word in module.words_called if _OWN_LOADERS.intersection(tokens(word))]
    for call in module.calls_spelt(*words):
        flag = next((keyword.value for keyword in call.node.keywords if keyword.arg == "shuffle"), None)
        if isinstance(flag, ast.Constant) and isinstance(flag.value, bool):
            yield OrderDecision(call, call.method, flag.value, True, flag)


def _without_flag(decision: OrderDecision) -> str:
    """The call's text, normalised, without the shuffle argument."""
    node = decision.call.node
    arguments = [ast.unparse(a) for a in node.args if a is not decision.argument]
    keywords = sorted(f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords if k.arg != "shuffle")
    return ", ".join([*arguments, *keywords])[:300]
