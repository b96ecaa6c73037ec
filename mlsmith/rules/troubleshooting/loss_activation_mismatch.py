"""TRB105."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mlsmith.rules.kit import UNKNOWN, Argument, Call, Finding, Fix, Module, Rule, Safety, Severity, with_argument
from mlsmith.rules.kit.activations import activation_of, compiled, last_layer, last_of
from mlsmith.rules.kit.knowledge import keras, torch
from mlsmith.rules.kit.mending import another_loss, log_instead, without_activation

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


class LossActivationMismatch(Rule):
    """A loss gets what it does not expect: probabilities for logits, or logits for probabilities.

    ## What it finds
    In PyTorch, the value that reaches `CrossEntropyLoss`, `NLLLoss`, `BCEWithLogitsLoss` or `BCELoss` (or their functional forms), followed
    through names, attributes, `nn.Sequential`, blocks of the file and `forward`, when its last step contradicts the loss. In keras, a compiled
    loss whose `from_logits` contradicts the activation of the last layer of a Sequential, functional or subclassed model. In both, softmax
    over a single unit; in PyTorch also softmax without `dim`, whose axis depends on the number of axes (a warning).

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
    Unsafe, as outputs or losses take on other values. Softmax before `CrossEntropyLoss` is removed (the largest class stays the largest), before
    `NLLLoss` it becomes `log_softmax`; otherwise the loss is switched to the one that expects what it gets, if all that it gets is such;
    in keras `from_logits` is set.
    ```python
    import torch.nn.functional as F
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
            for call in module.calls_to(*torch.LOSSES):
                yield from self._torch(module, call)
            for call in module.calls_to(*torch.AXIS_BY_SHAPE):
                yield from self._without_dim(call)
            for call in module.calls_to("torch.nn.Sequential"):
                yield from self._one_unit(module, call)
        if module.imports("keras", "tensorflow", "tf_keras"):
            for call in module.calls_to("keras.layers.Dense"):
                if call.argument("activation").value == "softmax" and call.argument("units").value == 1:
                    yield self._alone(call)
            for call in module.method_calls("compile"):
                yield from self._keras(module, call)

    def _torch(self, module: Module, call: Call) -> Iterator[Finding]:
        loss = next((name for name in call.names if name in torch.LOSSES), "")
        if not loss:  # a class of the file that extends the loss, and may expect something else
            return
        given = call.argument("input").node
        activation = activation_of(module, given) if given is not None else ""
        problem = _WRONG[torch.LOSSES[loss]].get(activation)
        if problem and given is not None:
            name = loss.removesuffix("()").rpartition(".")[2]
            yield self.finding(
                call, f"`{name}` expects {torch.LOSSES[loss]} and gets the output of {activation}: {problem}", advice=_ADVICE[torch.LOSSES[loss]],
                fix=_mended(module, call, activation),
            )  # fmt: skip

    def _without_dim(self, call: Call) -> Iterator[Finding]:
        if any(name in torch.AXIS_BY_SHAPE for name in call.names) and call.argument("dim").absent:
            yield self.finding(
                call, f"`{call.method}` without `dim` runs over axis 0 of one or three axes, and over axis 1 otherwise: over the batch, where it "
                "has three", advice="name the axis of the classes, as `dim=-1`", severity=Severity.WARNING,
            )  # fmt: skip

    def _one_unit(self, module: Module, call: Call) -> Iterator[Finding]:
        for linear, softmax in pairwise(module.call(node) for node in call.node.args):
            if linear is None or softmax is None or (linear.name, softmax.name) != ("torch.nn.Linear", "torch.nn.Softmax"):
                continue
            if linear.argument("out_features").value == 1 and softmax.argument("dim").value == -1:
                yield self._alone(softmax)

    def _alone(self, call: Call) -> Finding:
        return self.finding(call, "softmax over one unit is always 1", advice="use sigmoid for one unit, or one unit a class")

    def _keras(self, module: Module, call: Call) -> Iterator[Finding]:
        loss = call.argument("loss", "keras.Model().compile")
        expected, from_logits, made = _keras_loss(module, loss)
        if not expected or from_logits is None:
            return
        network = compiled(module, call)
        kind, last = last_of(network), last_layer(network)
        if last is not None and last.kind == "linear" and last.outputs == 1 and kind == "softmax":
            return
        if from_logits and kind in ("softmax", "sigmoid"):
            yield self.finding(
                call, f"the loss is told to expect logits, and the last layer ends with {kind}", advice="drop the activation, or `from_logits=True`",
                fix=_told(made, "False"),
            )  # fmt: skip
        elif not from_logits and kind == "linear":
            yield self.finding(
                call, f"the loss expects the output of {expected}, and the last layer has no activation", advice="set `from_logits=True`",
                fix=_told(made, "True"),
            )  # fmt: skip


def _mended(module: Module, call: Call, activation: str) -> Fix | None:
    given = call.argument("input").node
    if given is None:
        return None
    loss = call.names[0].removesuffix("()").rpartition(".")[2]
    if loss in ("CrossEntropyLoss", "cross_entropy") and activation == "softmax":
        return without_activation(module, given)
    if loss in ("NLLLoss", "nll_loss") and activation == "softmax":
        return log_instead(module, given)
    return another_loss(module, call, activation_of)


def _told(loss: Call | None, value: str) -> Fix | None:
    if loss is None:
        return None
    return with_argument(loss, "from_logits", value, title=f"say `from_logits={value}`", safety=Safety.UNSAFE)


def _keras_loss(module: Module, loss: Argument) -> tuple[str, bool | None, Call | None]:
    """(activation the loss goes with, whether it is told to expect logits; None where that is not known, the call that makes it)."""
    if isinstance(loss.value, str):
        return keras.LOSS_NAMES.get(loss.value, ""), False, None
    for candidate in module.resolver.values(loss.node) if loss.node is not None else ():
        call = module.call(candidate)
        if call is not None and call.method in keras.LOSSES:
            logits = call.argument("from_logits", f"keras.losses.{call.method}")
            told = False if logits.absent else logits.value if logits.value is not UNKNOWN else None
            return keras.LOSSES[call.method], told, call if logits.keyword is not None or logits.absent else None
    return "", None, None
