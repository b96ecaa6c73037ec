"""TRB108."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import (
    Call,
    Class,
    Finding,
    Fix,
    Function,
    Module,
    Project,
    RequirementsDocument,
    Rule,
    Safety,
    Severity,
    TextDocument,
    block_of,
    environments,
    from_plain,
    last_word,
    optimisation,
    scope_of,
    statement_of,
    to_plain,
    tokens,
)
from mlsmith.rules.kit.concrete import replace_expression
from mlsmith.rules.kit.removals import highest_allowed

_NEW_TENSORS = ("torch.tensor", "torch.Tensor", "torch.FloatTensor", "torch.autograd.Variable", "torch.as_tensor", "torch.from_numpy")
_LIGHTNING = ("pytorch_lightning.LightningModule", "lightning.LightningModule", "lightning.pytorch.LightningModule")
_SCHEDULER_AFTER = (1, 1)
"""The PyTorch since which the scheduler goes behind the optimiser"""
_OF_RATES = frozenset({"scheduler", "sched", "lr", "learning", "rate", "optimizer", "optimiser", "optim", "opt", "warmup", "cosine", "step",
                       "g", "d", "gen", "disc", "train", "main"})  # fmt: skip
"""Words of a scheduler of learning rates; others schedule momenta, noise or losses"""
_GRAPH = ("tensorflow.function", "tensorflow.function()")
_NO_LAYERS = ("Loss", "Parameter", "init.", "utils.", "functional.", "Module")


class BypassedAutograd(Rule):
    """Training that does not reach what it is to train.

    ## What it finds
    A loss made anew as a tensor before `backward()` (`torch.tensor(loss, requires_grad=True)`, `loss.requires_grad = True`); layers that a
    network keeps in a plain list or dict, written out or appended one by one, and metrics of torchmetrics likewise; a learning-rate
    scheduler stepped before the optimiser, in each step or at the start of each epoch; `require_grad` set where `requires_grad` is meant;
    a list that grows inside a `@tf.function`.

    ## Why it is debt
    Nothing fails. The new tensor has no graph, so its gradients end there; a plain list hides its layers from `parameters()` and `to()`;
    a scheduler in front skips the first rate; a traced function appends once, symbolically (Arpteg et al. 2018, troubleshooting).

    ## Bad
    ```python
    import torch


    class Stack(torch.nn.Module):
        def __init__(self, depth):
            super().__init__()
            self.layers = [torch.nn.Linear(8, 8) for _ in range(depth)]  # finding: TRB108

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x
    ```

    ## Good
    ```python
    import torch


    class Stack(torch.nn.Module):
        def __init__(self, depth):
            super().__init__()
            self.layers = torch.nn.ModuleList(torch.nn.Linear(8, 8) for _ in range(depth))

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x
    ```

    ## Fix
    Of the misspelt attribute only, and unsafe: what was trained or frozen in vain no longer is. The gradient that comes back otherwise changes
    the training, and may change its outcome much.

    ## When it stays silent
    When the list is handed on to `ModuleList`, `Sequential` or `add_module`; when the tensor is made of literals, or is an input whose gradient
    is asked for; when the scheduler is told the epoch or a metric, or stands under a condition; in files of the days of `Variable`, and
    in projects that ask for no PyTorch, or for one below 1.1, when the scheduler had to go first. `.data` and in-place edits are not looked at.

    Off by default: of 5 findings on unseen code in rounds 13 to 18 the authors of the rule would defend 1. All five were about
    schedulers, of which it speaks less now; that has not been looked at on unseen code since. Of layers in plain lists none was met.

    ## References
    PyTorch documentation of `ModuleList` and of `torch.optim`; TensorFlow guide, better performance with tf.function.
    """

    code = "TRB108"
    severity = Severity.WARNING
    minutes = 15
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.imports("torch"):
            yield from self._new_losses(module)
            yield from self._hidden_layers(module)
            yield from self._misspelt(module)
        if module.imports("tensorflow"):
            yield from self._traced_lists(module)

    def collect(self, module: Module) -> Any:
        found = [to_plain(finding) for finding in self._schedulers(module)] if module.imports("torch") else []
        return ("steps", tuple(found)) if found else None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        return _age([(r.name, r.specifier) for r in document.requirements])

    def collect_text(self, document: TextDocument) -> Any:
        """A README that installs an old one says as much."""
        is_readme = document.path.lower().startswith("readme")
        return _age(list(environments.of_command(document.text))) if is_readme else None

    def project(self, project: Project) -> Iterator[Finding]:
        """Schedulers that go first, in a project that asks for PyTorch, and not for the old one in which they had to."""
        collected = project.collected(self)
        ages = {kind for _, (kind, *_) in collected} & {"old", "new"}
        if ages == {"new"}:
            for path, (kind, *found) in collected:
                if kind == "steps":
                    yield from (from_plain(finding, path) for finding in found[0])

    def _new_losses(self, module: Module) -> Iterator[Finding]:
        for loop in optimisation.training_loops(module):
            for name, _ in optimisation.losses_of(module, loop):
                values = module.resolver.values(name)
                call = module.call(values[0]) if len(values) == 1 else None
                if call is None or not call.node.args or not any(made in _NEW_TENSORS for made in call.names):
                    continue
                if call.argument("requires_grad").value is True and _is_computed(call.node.args[0]):
                    yield self.finding(
                        call, f"`{name.id}` is a new tensor: `backward()` ends here, and no parameter gets a gradient",
                        advice="call `backward()` on the loss as it was computed, from tensors that carry gradients",
                        severity=Severity.ERROR,
                    )  # fmt: skip

    def _hidden_layers(self, module: Module) -> Iterator[Finding]:
        for cls in module.classes:
            made = cls.methods.get("__init__")
            if made is None or not cls.extends("torch.nn.Module", *_LIGHTNING):
                continue
            yield from self._hidden_metrics(module, cls)
            for attribute, value in _kept_plainly(module, cls):
                if not _is_registered(module, cls, attribute):
                    yield self.finding(
                        module.at(value), f"`self.{attribute}` is a plain {_kind(value)}: its layers are no part of the network, and are never trained",
                        advice=f"make it a `torch.nn.{'ModuleDict' if _kind(value) == 'dict' else 'ModuleList'}`",
                        severity=Severity.ERROR,
                    )  # fmt: skip

    def _hidden_metrics(self, module: Module, cls: Class) -> Iterator[Finding]:
        made = cls.methods["__init__"]
        for node in module.syntax.assignments:
            if not isinstance(node, ast.Assign) or node.scope is not made.scope or len(node.targets) != 1:  # type: ignore[attr-defined]
                continue
            target, elements = node.targets[0], _elements(node.value)
            if not isinstance(target, ast.Attribute) or not elements or not all(_is_metric(module, element) for element in elements):
                continue
            if not _is_registered(module, cls, target.attr):
                kind = _kind(node.value)
                yield self.finding(
                    module.at(node.value), f"`self.{target.attr}` is a plain {kind}: its metrics stay where they are when the network moves to a device",
                    advice=f"make it a `torch.nn.{'ModuleDict' if kind == 'dict' else 'ModuleList'}`",
                )  # fmt: skip

    def _schedulers(self, module: Module) -> Iterator[Finding]:
        for loop in optimisation.training_loops(module):
            if not loop.steps or "Variable" in module.source.text:
                continue  # before PyTorch 1.1 it was the scheduler that went first
            first = loop.steps[0]
            for call in module.method_calls("step"):
                if call.node.args or call.node.keywords:
                    continue  # told which epoch it is, or what it is to go by
                early = call.order < min(loop.backward[0].order, first.order)
                if early and _is_in_front(module, call, loop) and _is_scheduler(module, call.receiver):
                    yield self.finding(
                        call, "the scheduler is stepped before the optimiser: the first value of the schedule is skipped",
                        advice="call `optimizer.step()` first, then the scheduler's",
                    )  # fmt: skip

    def _misspelt(self, module: Module) -> Iterator[Finding]:
        """Python lets one set any attribute; PyTorch looks at one of them."""
        for node in module.attributes_spelt(("require_grad",)):
            if isinstance(node.ctx, ast.Store):
                yield self.finding(
                    module.at(node), "`require_grad` sets an attribute that PyTorch does not know: the tensor goes on asking for gradients, or not, as before",
                    advice="write `requires_grad`", fix=_spelt_right(module, node),
                )  # fmt: skip

    def _traced_lists(self, module: Module) -> Iterator[Finding]:
        for function in module.functions:
            if not any(name in _GRAPH for name in function.decorators):
                continue
            for call in function.calls:
                if call.method == "append" and isinstance(call.receiver, ast.Name):
                    outside = [b for b in module.resolver.reaching(call.receiver) if b.scope is not scope_of(call.node)]
                    if outside and isinstance(statement_of(call.node), ast.Expr):
                        yield self.finding(
                            call, f"`{call.receiver.id}` grows when the function is traced, not when it runs",
                            advice="return the value, or keep it in a tf.Variable or tf.TensorArray",
                        )  # fmt: skip


def _age(pins: list[environments.Pin]) -> tuple[str] | None:
    ends = [highest_allowed(text) for name, text in pins if name in ("torch", "pytorch")]
    if not ends:
        return None
    return ("old",) if any(end is not None and end[0] < _SCHEDULER_AFTER for end in ends) else ("new",)


def _spelt_right(module: Module, node: ast.Attribute) -> Fix | None:
    if node.lineno != node.end_lineno:
        return None
    edit = replace_expression(module, node, f"{module.source.segment(node.value)}.requires_grad")
    return Fix("spell it `requires_grad`", Safety.UNSAFE, (edit,))


def _is_computed(node: ast.expr) -> bool:
    """Not a literal, nor a list of literals."""
    return any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node))


def _kind(value: ast.expr) -> str:
    return "dict" if isinstance(value, (ast.Dict, ast.DictComp)) else "list"


def _kept_plainly(module: Module, cls: Class) -> Iterator[tuple[str, ast.expr]]:
    """Attributes that the constructor sets to a list or dict of layers."""
    made = cls.methods["__init__"]
    for node in module.syntax.assignments:
        if not isinstance(node, ast.Assign) or node.scope is not made.scope or len(node.targets) != 1:  # type: ignore[attr-defined]
            continue
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            elements = _elements(node.value) or _appended(module, made, target.attr, node.value)
            sure = [_is_layer(module, element) for element in elements]
            if any(sure) and all(known or _is_module(module, element) for known, element in zip(sure, elements, strict=True)):
                yield target.attr, node.value


def _elements(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.List):
        return value.elts
    if isinstance(value, ast.ListComp):
        return [value.elt]
    if isinstance(value, ast.Dict):
        return value.values
    return [value.value] if isinstance(value, ast.DictComp) else []


def _is_metric(module: Module, node: ast.expr) -> bool:
    """Whether an expression makes a metric of torchmetrics, a module with a state of its own, and leaves it where it was made."""
    call = module.call(node)
    return (
        call is not None
        and bool(call.names)
        and all(
            name.startswith("torchmetrics.") and name.rpartition(".")[2][:1].isupper() and "functional" not in name for name in call.names
        )
    )


def _is_module(module: Module, node: ast.expr) -> bool:
    """Whether an expression makes a network of this file, though maybe one without parameters."""
    own = [module.resolver.class_named(name) for name in module.names(node)]
    return bool(own) and all(cls is not None and module.class_(cls).extends("torch.nn.Module") for cls in own)


def _appended(module: Module, made: Function, attribute: str, value: ast.expr) -> list[ast.expr]:
    """What the constructor appends to `self.x = []`, item by item; nothing where it does anything else with the list than going over it."""
    if not isinstance(value, ast.List) or value.elts:
        return []
    found = []
    for call in made.calls:
        of_list = isinstance(call.receiver, ast.Attribute) and call.receiver.attr == attribute
        if of_list and (call.method != "append" or len(call.node.args) != 1):
            return []
        if of_list:
            found.append(call.node.args[0])
    return found


def _is_layer(module: Module, node: ast.expr, depth: int = 0) -> bool:
    """Whether an expression surely makes a layer with parameters."""
    call = module.call(node)
    if call is None or not call.names or depth > 3:
        return False
    for name in call.names:
        own = module.resolver.class_named(name)
        if own is not None and module.class_(own).extends("torch.nn.Module"):
            made = module.class_(own).methods.get("__init__")
            if made is not None and any("torch.nn.Parameter" in c.names or _is_layer(module, c.node, depth + 1) for c in made.calls):
                continue
            return False
        kind = name.removeprefix("torch.nn.")
        if kind == name or not kind[:1].isupper() or kind.startswith(_NO_LAYERS) or kind.endswith("Loss") or kind in _WITHOUT_PARAMETERS:
            return False
    return True


_WITHOUT_PARAMETERS = frozenset({
    "ReLU", "LeakyReLU", "Tanh", "Sigmoid", "Softmax", "LogSoftmax", "GELU", "ELU", "SELU", "SiLU", "Hardtanh", "Dropout", "Dropout2d", "MaxPool1d",
    "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Upsample", "Flatten", "Identity",
    "ReflectionPad2d", "ZeroPad2d", "ReplicationPad2d", "PixelShuffle", "Softplus", "ReLU6", "UpsamplingBilinear2d", "UpsamplingNearest2d",
})  # fmt: skip


def _is_registered(module: Module, cls: Class, attribute: str) -> bool:
    """Whether the list is handed on as a whole, or its members are kept elsewhere too: then they may be registered there."""
    for node in module.attributes_spelt({attribute}):
        if not isinstance(node.value, ast.Name) or node.value.id != "self":
            continue
        function = module.function_around(node)
        if function is None or function.owner is None or function.owner.node is not cls.node:
            continue
        if isinstance(node.ctx, ast.Store):
            value = getattr(statement_of(node), "value", None)
            if value is not None and not isinstance(value, ast.List) and not _elements(value):
                return True
            continue
        up: ast.AST = node.up  # type: ignore[attr-defined]
        if isinstance(up, (ast.Starred, ast.keyword)) or (isinstance(up, ast.Call) and node in up.args):
            called = up.func if isinstance(up, ast.Call) else None
            if not (isinstance(called, ast.Name) and called.id in ("len", "enumerate", "zip", "range", "reversed", "list", "print")):
                return True
        names = {call.method for call in function.calls}
        if names & {"add_module", "register_module", "setattr", "__setattr__", "ModuleList", "Sequential", "ParameterList"}:
            return True
    methods = {call.method for method in cls.methods.values() for call in method.calls}
    return any(name == "setattr" or ({"add", "register"} & set(tokens(name)) and _MEMBERS & set(tokens(name))) for name in methods)


_MEMBERS = frozenset({"module", "modules", "parameter", "parameters", "layer", "layers"})


def _is_in_front(module: Module, call: Call, loop: optimisation.TrainingLoop) -> bool:
    """In the step itself; or once an epoch: in front of the loop over batches, in the loop over epochs or in a function called there."""
    if block_of(call.node) is block_of(loop.steps[0].node):
        return True
    if block_of(call.node) is not block_of(loop.node) or "warmup" in ast.unparse(call.node.func).lower().replace("_", ""):
        return False  # the first rate of a warm-up is zero
    called = module.callers(loop.function) if loop.function is not None and call.loop is None else []
    return call.loop is not None or any(caller.loop is not None for caller in called)


def _is_scheduler(module: Module, node: ast.expr | None) -> bool:
    if node is None or optimisation.is_optimiser(node):
        return False
    if any(name.startswith("torch.optim.lr_scheduler.") for name in module.names(node)):
        return True
    words = set(tokens(last_word(node)))
    return bool(words & {"scheduler", "sched"}) and words <= _OF_RATES
