"""TRB105."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import UNKNOWN, Call, Finding, Module, Rule, Severity
from mlsmith.rules.kit.activations import activation_of

_LOSSES = {
    "torch.nn.CrossEntropyLoss()": "logits", "torch.nn.functional.cross_entropy": "logits", "torch.nn.NLLLoss()": "log-probabilities",
    "torch.nn.functional.nll_loss": "log-probabilities", "torch.nn.BCEWithLogitsLoss()": "one logit",
    "torch.nn.functional.binary_cross_entropy_with_logits": "one logit", "torch.nn.BCELoss()": "a probability",
    "torch.nn.functional.binary_cross_entropy": "a probability",
}  # fmt: skip
_WRONG = {
    "logits": {"softmax": "softmax is applied twice, and gradients fade", "sigmoid": "classes are squashed one by one before softmax"},
    "log-probabilities": {"softmax": "probabilities without their logarithm", "linear": "logits that never went through log_softmax"},
    "one logit": {"sigmoid": "sigmoid is applied twice, and gradients fade", "softmax": "softmax comes before sigmoid"},
    "a probability": {"linear": "logits outside of 0 to 1", "log_softmax": "negative numbers"},
}  # fmt: skip
_ADVICE = {
    "logits": "give the loss the output of the last linear layer; apply softmax only to predict",
    "log-probabilities": "end the network with `log_softmax(dim=1)`, or use `CrossEntropyLoss` on logits",
    "one logit": "give the loss the output of the last linear layer; apply sigmoid only to predict",
    "a probability": "use `BCEWithLogitsLoss`",
}  # fmt: skip
_MODELS = ("keras.Sequential()", "keras.models.Sequential()", "keras.Model()", "keras.models.Model()")
_KERAS_LOSSES = {"CategoricalCrossentropy": "softmax", "SparseCategoricalCrossentropy": "softmax", "BinaryCrossentropy": "sigmoid"}
_KERAS_NAMES = {"categorical_crossentropy": "softmax", "sparse_categorical_crossentropy": "softmax", "binary_crossentropy": "sigmoid"}


class LossActivationMismatch(Rule):
    """A loss gets what it does not expect: probabilities for logits, or logits for probabilities.

    ## What it finds
    In PyTorch, the value that reaches `CrossEntropyLoss`, `NLLLoss`, `BCEWithLogitsLoss` or `BCELoss` (or their functional forms), followed
    through names, attributes, `nn.Sequential` and `forward`, when its last step contradicts the loss. In keras, a compiled loss whose
    `from_logits` contradicts the activation of the last `Dense` layer of a Sequential model, and softmax over a single unit.

    ## Why it is debt
    The network trains, slower and worse than it could, and nothing fails: the kind of small bug that Arpteg et al. (2018,
    troubleshooting) describe, which surfaces neither when compiled nor when run.

    ## Bad
    ```python
    import torch.nn.functional as F
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(8, 3)

        def forward(self, x):
            return F.softmax(self.last(x), dim=1)

    net, criterion = Net(), nn.CrossEntropyLoss()

    def step(x, y):
        return criterion(net(x), y)  # finding: TRB105
    ```

    ## Good
    ```python
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(8, 3)

        def forward(self, x):
            return self.last(x)

    net, criterion = Net(), nn.CrossEntropyLoss()

    def step(x, y):
        return criterion(net(x), y)
    ```

    ## Fix
    None: whether the network or the loss is to change decides what its outputs mean elsewhere.

    ## When it stays silent
    When the last step is not known, or differs by branch; for `log_softmax` before `CrossEntropyLoss`, which is redundant but right; for
    losses with weights of their own making, and custom losses.

    ## References
    PyTorch documentation of the losses, "the input is expected to contain"; keras documentation of `from_logits`.
    """

    code = "TRB105"
    severity = Severity.ERROR
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if module.imports("torch"):
            for call in module.calls_to(*_LOSSES):
                yield from self._torch(module, call)
        if module.imports("keras", "tensorflow"):
            for call in module.calls_to(*(f"{model}.compile" for model in _MODELS)):
                yield from self._keras(module, call)

    def _torch(self, module: Module, call: Call) -> Iterator[Finding]:
        loss = next(name for name in call.names if name in _LOSSES)
        given = call.argument("input", 0).node
        activation = activation_of(module, given) if given is not None else ""
        problem = _WRONG[_LOSSES[loss]].get(activation)
        if problem:
            name = loss.removesuffix("()").rpartition(".")[2]
            yield self.finding(
                call, f"`{name}` expects {_LOSSES[loss]} and gets the output of {activation}: {problem}", advice=_ADVICE[_LOSSES[loss]]
            )

    def _keras(self, module: Module, call: Call) -> Iterator[Finding]:
        last = _last_dense(module, call)
        if last is None:
            return
        activation = last.argument("activation", 1)
        kind = "linear" if activation.absent or activation.value in (None, "linear") else activation.value
        if kind == "softmax" and last.argument("units", 0).value == 1:
            yield self.finding(last, "softmax over one unit is always 1", advice="use sigmoid for one unit, or one unit a class")
            return
        loss = call.argument("loss", 1)
        expected, from_logits = _keras_loss(module, loss.node, loss.value)
        if expected and from_logits is not None:
            if from_logits and kind in ("softmax", "sigmoid"):
                yield self.finding(
                    call,
                    f"the loss is told to expect logits, and the last layer ends with {kind}",
                    advice="drop the activation, or `from_logits=True`",
                )
            elif not from_logits and kind == "linear":
                yield self.finding(
                    call,
                    f"the loss expects the output of {expected}, and the last layer has no activation",
                    advice="set `from_logits=True`",
                )


def _last_dense(module: Module, compile_call: Call) -> Call | None:
    """The last `Dense` layer of the Sequential model that is compiled: of its list, or the last one added."""
    receiver = compile_call.receiver
    if receiver is None:
        return None
    values = module.resolver.values(receiver)
    if len(values) != 1 or not isinstance(values[0], ast.Call):
        return None
    name = ast.dump(receiver)
    added = [
        c
        for c in module.method_calls("add")
        if c.receiver is not None and ast.dump(c.receiver) == name and c.order < compile_call.order and c.function is compile_call.function
    ]
    layers = values[0].args[0].elts if values[0].args and isinstance(values[0].args[0], (ast.List, ast.Tuple)) else []
    last = added[-1].node.args[0] if added and added[-1].node.args else layers[-1] if layers else None
    dense = module.call(last) if last is not None else None
    return dense if dense is not None and "keras.layers.Dense" in dense.names else None


def _keras_loss(module: Module, node: ast.expr | None, value: object) -> tuple[str, bool | None]:
    """(activation the loss goes with, whether it is told to expect logits; None where that is not known)."""
    if isinstance(value, str):
        return _KERAS_NAMES.get(value, ""), False
    for candidate in module.resolver.values(node) if node is not None else ():
        call = module.call(candidate)
        if call is not None and call.method in _KERAS_LOSSES:
            logits = call.argument("from_logits", 0)
            return _KERAS_LOSSES[call.method], False if logits.absent else logits.value if logits.value is not UNKNOWN else None
    return "", None
