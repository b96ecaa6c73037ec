"""Training and evaluation in PyTorch: passes of a model over data, and the modes (train/eval, gradients on/off) in force there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlsmith.rules.kit.call import Call
from mlsmith.rules.kit.definitions import Function, Loop
from mlsmith.rules.kit.knowledge.torch import BATCH_NORMS, DROPOUTS, GRADIENT_OFF, MADE_UP, RECURRENT, STOCHASTIC
from mlsmith.rules.kit.memo import TellingWords, once_a_module
from mlsmith.rules.kit.roles import Role, tokens

if TYPE_CHECKING:
    from mlsmith.index.callers import SeenCall
    from mlsmith.index.project import Project
    from mlsmith.rules.kit.module import Module

_MODEL_WORDS = frozenset({
    "model", "net", "network", "encoder", "decoder", "generator", "discriminator", "classifier", "backbone", "autoencoder", "vae", "unet",
    "resnet", "detector", "segmenter", "transformer", "regressor",
})  # fmt: skip
_USES_GRADIENT = frozenset(
    {"backward", "requires_grad_", "grad", "jacobian", "vjp", "jvp", "retain_grad", "register_full_backward_hook", "register_backward_hook"}
)
_OF_NETWORKS = ("eval", "train", "parameters", "named_parameters", "load_state_dict")
"""Methods that a network of PyTorch has, whatever its class"""
_FRAMEWORKS = ("lightning.pytorch.LightningModule", "transformers.Trainer", "transformers.Seq2SeqTrainer", "ignite.engine.Engine",
               "fastai.learner.Learner", "lightning.pytorch.Callback", "keras.Model", "torch.autograd.Function")  # fmt: skip
_COUNTS = frozenset(
    {"eq", "max", "argmax", "topk", "accuracy_score", "f1_score", "roc_auc_score", "classification_report", "confusion_matrix"}
)
_METRIC_WORDS = frozenset({"loss", "criterion", "accuracy", "acc", "metric", "metrics", "entropy", "nll", "mse", "dice", "iou"})


class EvaluationPass(NamedTuple):
    """A run of a model over data that is not for training: an evaluating function, or the evaluating loop inside another one."""

    at: Function | Loop
    function: Function | None
    forwards: tuple[Call, ...]


def uses_torch(module: Module) -> bool:
    return module.imports("torch", "torchvision", "timm")


def forward_calls(module: Module, calls: list[Call]) -> list[Call]:
    """Calls of a network on data: `model(x)`, `self.net(x)`, `model.forward(x)`; not of methods of the network's own class."""
    return [
        call
        for call in calls
        if (call.node.args or call.node.keywords)
        and _is_forward(module, call)
        and not (call.node.args and _is_made_up(module, call.node.args[0]))
        and not (call.function is not None and _is_network_method(call.function))
    ]


def _is_made_up(module: Module, node: ast.expr) -> bool:
    """Noise or zeros given to a network to see whether it runs, or its shapes: nothing is evaluated."""
    return bool(names := module.names(node)) and all(name.removesuffix("()") in MADE_UP for name in names)


def _is_forward(module: Module, call: Call) -> bool:
    func = call.node.func
    if isinstance(func, ast.Attribute) and func.attr == "forward":
        func = func.value
    if not isinstance(func, (ast.Name, ast.Attribute)):
        return False
    names = module.names(func)
    if any(_is_network(module, name) for name in names):
        return True
    last = func.id if isinstance(func, ast.Name) else func.attr
    words = tokens(last)
    if not words or not _is_value(module, func):
        return False
    if not names and words[-1] in _MODEL_WORDS and not last[0].isupper():
        return True
    made = all(name.endswith(("()", "()[0]")) for name in names) and not _METRIC_WORDS & set(words)
    return made and ast.unparse(func) in _treated_as_networks(module)


@once_a_module
def _treated_as_networks(module: Module) -> frozenset[str]:
    """What a file treats as a network of PyTorch (`model.eval()`, `model.parameters()`), though its class stands in another file."""
    return frozenset(ast.unparse(call.receiver) for call in module.method_calls(*_OF_NETWORKS) if call.receiver is not None)


def _is_network(module: Module, name: str) -> bool:
    if not name.endswith("()"):
        return False
    if name == "torch.nn.Sequential()" or name.startswith(("torchvision.models.", "timm.create_model", "segmentation_models_pytorch.")):
        return True
    cls = module.resolver.class_named(name)
    return cls is not None and module.class_(cls).extends("torch.nn.Module", "torch.nn.Sequential")


def _is_value(module: Module, func: ast.expr) -> bool:
    """A parameter or an attribute may hold a network; a function of this module or an import does not."""
    if isinstance(func, ast.Name):
        reaching = module.resolver.reaching(func)
        return bool(reaching) and all(binding.kind in ("parameter", "assign", "for", "with") for binding in reaching)
    return True


@once_a_module
def evaluation_passes(module: Module) -> tuple[EvaluationPass, ...]:
    """All evaluation passes of a PyTorch module, outermost first; those run by a framework's hooks are left out."""
    return tuple(_passes(module))


def _passes(module: Module) -> Iterator[EvaluationPass]:
    if not uses_torch(module):
        return
    for function in module.functions:
        if not (_evaluates(function) or (_is_of_evaluation(module) and _has_no_role(function))):
            continue
        if _is_network_method(function) or _belongs_to_framework(function):
            continue
        calls = function.calls
        if uses_gradients(calls):
            continue
        forwards = forward_calls(module, calls)
        if forwards and not _hands_on_gradients(module, calls):
            yield EvaluationPass(function, function, tuple(forwards))
    for loop in module.loops if _asks_for_gradients(module) or _is_of_evaluation(module) else ():
        if isinstance(loop.node, (ast.For, ast.AsyncFor)):
            yield from _loop_pass(module, loop)


def _hands_on_gradients(module: Module, calls: list[Call]) -> bool:
    """Whether a function of this file that is called on the way uses gradients: `perturb(model, …)` of steered generation, attacks."""
    if not _asks_for_gradients(module):
        return False
    called = (module.resolver.function_named(name) for call in calls for name in call.names)
    return any(node is not None and uses_gradients(module.function(node).calls) for node in called)


def _loop_pass(module: Module, loop: Loop) -> Iterator[EvaluationPass]:
    """A loop over evaluation data in a function that also trains."""
    function = loop.function
    if function is None and _is_of_evaluation(module):
        is_outer = not any(inner.node is loop.node for outer in module.loops if outer.function is None for inner in outer.inner)
        forwards = forward_calls(module, loop.calls) if is_outer else []
        if forwards and not _hands_on_gradients(module, loop.calls):
            yield EvaluationPass(loop, None, tuple(forwards))
        return
    names = _names_in(loop.node.iter)  # type: ignore[union-attr]
    roles = {role for name in names for role in module.roles_of(name)}
    if not roles or Role.TRAIN in roles or not any("load" in n.lower() or "batch" in n.lower() or "_dl" in n.lower() for n in names):
        return
    if function is not None and (_evaluates(function) or _belongs_to_framework(function) or _is_network_method(function)):
        return
    forwards = forward_calls(module, loop.calls)
    around = function.calls if function is not None else module.calls
    if forwards and not uses_gradients(loop.calls) and uses_gradients(around) and not _hands_on_gradients(module, loop.calls):
        yield EvaluationPass(loop, function, tuple(forwards))


def _names_in(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    return {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}


def _evaluates(function: Function) -> bool:
    """By its name, or (a method called `run`, `__call__`…) by its class's."""
    roles = function.module.roles_of(function.node.name)
    if not roles or Role.TRAIN in roles:
        return False
    words = tokens(function.node.name)
    return not (
        "loss" in words
        or "mode" in words
        or words[-1:] == ("step",)
        or words[:1] == ("get",)
        or (words[:1] == ("test",) and function.module.is_test)
    )


@once_a_module
def _is_of_evaluation(module: Module) -> bool:
    """A script that is named for evaluation or prediction (`eval.py`, `predict.py`), and uses no gradients."""
    roles = module.roles_of(module.path.rpartition("/")[2].rpartition(".")[0])
    return bool(roles) and Role.TRAIN not in roles and not module.is_test and not _asks_for_gradients(module)


def _has_no_role(function: Function) -> bool:
    """Neither a role of its own, nor a name that says that it gives something to others (`get_model`, `build_net`, `training_step`)."""
    words = tokens(function.node.name)
    giving = {"loss", "mode", "get", "build", "make", "create", "init", "forward", "call", "step"}
    return not function.module.roles_of(function.node.name) and not giving & set(words) and function.outer is None


def _is_network_method(function: Function) -> bool:
    return function.owner is not None and function.owner.extends("torch.nn.Module")


def _belongs_to_framework(function: Function) -> bool:
    owner = function.owner or (function.outer.owner if function.outer is not None else None)
    if any("ignite" in name or "on(" in name for name in function.decorators):
        return True
    return owner is not None and (
        owner.extends(*_FRAMEWORKS) or any(base.endswith(("Trainer", "LightningModule")) for base in owner.lineage[1:])
    )


def uses_gradients(calls: list[Call]) -> bool:
    """Whether gradients are asked for: training, adversarial examples, saliency, meta-learning."""
    return any(call.method in _USES_GRADIENT for call in calls)


def _asks_for_gradients(module: Module) -> bool:
    """Whether anything in the file uses gradients."""
    return not _USES_GRADIENT.isdisjoint(module.words_called)


def trains_around(module: Module, loop: Loop) -> bool:
    """Whether the loop stands in one that trains, so that training goes on behind it."""
    return any(
        any(inner.node is loop.node for inner in outer.inner) and any(call.method == "backward" for call in outer.calls)
        for outer in module.loops
    )  # fmt: skip


def is_bound_within(loop: Loop, name: str) -> bool:
    """Whether the loop itself gives the name a value, which it therefore lacks before."""
    return any(isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store) for part in ast.walk(loop.node))


# modes


def sets_evaluation_mode(calls: list[Call]) -> bool:
    """`x.eval()`, `x.train(False)`, `x.train(mode)`, or a helper whose name says so."""
    return any(_sets_evaluation(call) for call in calls)


def _sets_evaluation(call: Call) -> bool:
    method = call.method
    if not _may_set_evaluation(method):
        return False
    if method == "eval":
        return call.receiver is not None and not call.node.args and not call.name.startswith(("pandas.", "polars."))
    if method == "train":
        return call.receiver is not None and bool(call.node.args or call.node.keywords)
    if method in ("set_eval", "to_eval", "switch_to_eval", "freeze", "eval_mode", "prepare_for_eval"):
        return True
    words = tokens(method)
    if _in_with(call) and {"eval", "evaluating", "evaluation", "inference"} & set(words) and call.name not in GRADIENT_OFF:
        return True
    return "mode" in words and ("eval" in words or "evaluation" in words or ("inference" in words and call.name not in GRADIENT_OFF))


@lru_cache(maxsize=4_000)
def _may_set_evaluation(method: str) -> bool:
    """Decided by the word alone, as nearly every call of a file is none of these."""
    return method in ("train", "freeze") or "eval" in method.lower() or "inference" in method.lower()


def sets_training_mode(calls: list[Call]) -> bool:
    return any(
        call.method in ("train", "set_train", "train_mode", "switch_to_train") and call.receiver is not None and len(call.node.args) <= 1
        for call in calls
    )  # fmt: skip


def turns_gradients_off(function: Function) -> bool:
    """By a decorator, or by a block or a switch anywhere in its body."""
    if any(name.removesuffix("()") in GRADIENT_OFF or name == "?" for name in function.decorators):
        return True
    if function.outer is not None and turns_gradients_off(function.outer):
        return True
    return any(_is_gradient_switch(call) for call in function.calls)


def _is_gradient_switch(call: Call) -> bool:
    if not _may_switch_gradients(call.method):
        return False
    if any(name in GRADIENT_OFF for name in call.names):
        return True
    words = tokens(call.method)
    return "grad" in words and ("no" in words or "off" in words or "disable" in words or "enabled" in words)


@lru_cache(maxsize=4_000)
def _may_switch_gradients(method: str) -> bool:
    return "grad" in method.lower() or "inference" in method


@once_a_module
def gradients_off_lines(module: Module) -> list[tuple[int, int]]:
    """Line ranges of the `with` blocks in which gradients are off."""
    ranges = []
    for node in module.syntax.withs:
        for item in node.items:
            call = module.call(item.context_expr)
            if call is not None and _is_gradient_switch(call):
                ranges.append((node.lineno, node.end_lineno or node.lineno))
    return ranges


def is_deterministic_network(module: Module, node: ast.expr) -> bool:
    """Whether an expression surely is a network of this module without dropout and normalisation by batch."""
    names = module.names(node)
    return bool(names) and (all(_is_plain_network(module, name, 0) for name in names) or _is_plain_sequence(module, node, 0))


def is_known_deterministic(module: Module, forwards: tuple[Call, ...]) -> bool:
    """Whether every network called is one of this module that surely has neither dropout nor normalisation by batch."""
    for call in forwards:
        func = call.node.func.value if isinstance(call.node.func, ast.Attribute) and call.method == "forward" else call.node.func
        networks = [func] if module.names(func) else _passed(module, call, func)
        if not networks or not all(is_deterministic_network(module, network) for network in networks):
            return False
    return True


def _passed(module: Module, call: Call, func: ast.expr) -> list[ast.expr]:
    """What the callers of this file pass for the parameter that is called; nothing where one of them is not known."""
    function = call.function
    parameter = function.parameter(func.id) if function is not None and isinstance(func, ast.Name) else None
    if function is None or parameter is None:
        return []
    position = parameter.position - (1 if function.owner is not None and "staticmethod" not in function.decorators else 0)
    given = [caller.argument(parameter.name, position).node for caller in module.callers(function)]
    return [node for node in given if node is not None] if None not in given else []


def comes_in_evaluation_mode(module: Module, found: EvaluationPass) -> bool:
    """Whether the network arrives in evaluation mode though nobody says so here: as `from_pretrained` gives it, in a file that does not train;
    or because whoever calls the function has called another one before that sets the mode.
    """
    if any(word == "from_pretrained" for word in _methods(module)) and "backward" not in _methods(module):
        return True
    function = found.function
    if function is None or isinstance(found.at, Loop):
        return False
    for caller in module.callers(function):
        around = caller.function.calls if caller.function is not None else module.calls
        earlier = (call for call in around if call.order < caller.order)
        called = (module.resolver.function_named(name) for call in earlier for name in call.names)
        if any(node is not None and sets_evaluation_mode(module.function(node).calls) for node in called):
            return True
    return False


def _methods(module: Module) -> set[str]:
    return set(module.words_called)


# networks that surely behave differently in training and evaluation


def networks_called(module: Module, forwards: tuple[Call, ...]) -> tuple[ast.expr, ...]:
    """The networks that are called, as expressions that say what they are: a name of this file, or what its callers pass for a parameter."""
    found: list[ast.expr] = []
    for call in forwards:
        func = call.node.func.value if isinstance(call.node.func, ast.Attribute) and call.method == "forward" else call.node.func
        found += [func] if module.names(func) else _passed(module, call, func)
    return tuple(found)


def is_stochastic_network(module: Module, node: ast.expr) -> bool:
    """Whether an expression surely is a network with dropout or normalisation by batch: a class or sequence of this file, or torchvision's."""
    names = module.names(node)
    return bool(names) and (all(_is_stochastic_name(module, name, 0) for name in names) or _is_stochastic_sequence(module, node))


def stochastic_classes(module: Module) -> list[str]:
    """Networks of this file that surely hold dropout or normalisation by batch, for the files that import them."""
    return [cls.name for cls in module.classes if _holds_stochastic_layers(module, cls.node, 0)]


def computes_metric(calls: list[Call]) -> bool:
    """Whether outputs are compared with labels: predictions are counted, or a loss is taken."""
    return any(call.method in _COUNTS or _METRIC_WORDS & set(tokens(call.method)) for call in calls)


def _is_stochastic_name(module: Module, name: str, depth: int) -> bool:
    if name.startswith("torchvision.models.") and name.endswith("()"):
        return not name.rpartition(".")[2].startswith(("vit", "maxvit"))
    cls = module.resolver.class_named(name)
    return cls is not None and _holds_stochastic_layers(module, cls, depth)


def _is_stochastic_sequence(module: Module, node: ast.expr) -> bool:
    values = module.resolver.values(node)
    call = module.call(values[0]) if len(values) == 1 else None
    while call is not None and call.receiver is not None and call.method in ("to", "cuda", "cpu", "float", "half"):
        call = module.call(call.receiver)
    layers = [module.call(argument) for argument in call.node.args] if call is not None and call.name == "torch.nn.Sequential" else []
    return any(layer is not None and _is_stochastic_layer(layer) for layer in layers)


def _holds_stochastic_layers(module: Module, node: ast.ClassDef, depth: int) -> bool:
    cls = module.class_(node)
    init = cls.methods.get("__init__")
    if depth > 3 or init is None or not cls.extends("torch.nn.Module"):
        return False
    forward = cls.methods.get("forward")
    for call in init.calls if forward is None else (*init.calls, *forward.calls):
        held = _is_stochastic_layer(call) or any(_is_stochastic_name(module, f"{name}()", depth + 1) for name in call.names)
        if held and not _is_conditional(call):
            return True
    return False


def _is_stochastic_layer(call: Call) -> bool:
    """A layer that dropout or batch statistics make differ for certain: not `Dropout(0)`, not one without running statistics."""
    for name in call.names:
        if not name.startswith("torch.nn."):
            continue
        last = name.rpartition(".")[2]
        if name in ("torch.nn.functional.dropout", "torch.nn.functional.dropout2d"):
            mode = call.argument("training")
            return not mode.absent and not mode.is_literal  # `self.training`; left out, it always drops, in either mode
        if last.startswith(DROPOUTS):
            probability = call.argument("p")
            return probability.absent or (probability.value not in (0, 0.0) and probability.state != "unknown")
        if last.startswith(BATCH_NORMS):
            return call.argument("track_running_stats").absent
    return False


def _is_conditional(call: Call) -> bool:
    node: ast.AST = call.node
    while not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, (ast.If, ast.IfExp, ast.Lambda)):
            return True
    return False


def _is_plain_sequence(module: Module, node: ast.expr, depth: int) -> bool:
    """Whether an expression is an `nn.Sequential` written out, without dropout and normalisation by batch."""
    values = module.resolver.values(node)
    call = module.call(values[0]) if len(values) == 1 else None
    while call is not None and call.receiver is not None and call.method in ("to", "cuda", "cpu", "float", "half"):
        call = module.call(call.receiver)
    if call is None or call.name != "torch.nn.Sequential" or depth > 4 or call.has_unknown_arguments:
        return False
    added = [other.node.args[-1] for other in module.method_calls("add_module", "append") if other.node.args and _on_sequence(other)]
    layers = [*call.node.args, *added]
    return bool(layers) and all(_is_plain_layer(module, layer, depth) for layer in layers)


def _on_sequence(call: Call) -> bool:
    return call.name in ("torch.nn.Sequential().add_module", "torch.nn.Sequential().append")


def _is_plain_layer(module: Module, node: ast.expr, depth: int) -> bool:
    names = module.names(node)
    if names == ("torch.nn.Sequential()",):
        return _is_plain_sequence(module, node, depth + 1)
    if all(name.startswith("torch.nn.") for name in names):
        return bool(names) and not any(name.removeprefix("torch.nn.").startswith((*STOCHASTIC, *RECURRENT)) for name in names)
    return all(_is_plain_network(module, name, depth + 1) for name in names)


def _names_passed(module: Module, call: Call, func: ast.expr) -> tuple[str, ...]:
    """What the callers of this file pass for the parameter that is called; empty where one of them is not known."""
    function = call.function
    parameter = function.parameter(func.id) if function is not None and isinstance(func, ast.Name) else None
    if function is None or parameter is None:
        return ()
    found: list[str] = []
    for caller in module.callers(function):
        passed = caller.argument(parameter.name, parameter.position - (1 if function.owner is not None else 0))
        names = module.names(passed.node) if passed.node is not None else ()
        if not names:
            return ()
        found.extend(names)
    return tuple(found)


def _is_plain_network(module: Module, name: str, depth: int) -> bool:
    cls = module.resolver.class_named(name)
    if cls is None or depth > 3:
        return False
    layers = module.class_(cls)
    for method in layers.methods.values():
        for call in method.calls:
            for called in call.names:
                last = called.rpartition(".")[2]
                recurrent = last in RECURRENT and not call.argument("dropout").absent
                if (called.startswith("torch.nn.") and (recurrent or last.startswith(STOCHASTIC))) or last in ("dropout", "batch_norm"):
                    return False
                if module.resolver.class_named(called) is not None:
                    if not _is_plain_network(module, called, depth + 1):
                        return False
                elif last[:1].isupper() and not called.startswith("torch."):
                    return False
            if not call.names and not isinstance(call.node.func, ast.Attribute):
                return False
    return layers.lineage[1:] == ["torch.nn.Module"]


# across files


@once_a_module
def methods_called(module: Module) -> dict[str, list[Call]]:
    """Calls whose last word may speak of modes or gradients, by that word: they are few, and found without wrapping the others."""
    return {word: list(module.calls_spelt(word)) for word in _OF_MODES.among(module.words_called)}


_OF_MODES = TellingWords(lambda word: word == "backward" or _may_set_evaluation(word) or _may_switch_gradients(word))


@once_a_module
def mode_facts(module: Module) -> dict[str, Any]:
    """Which functions of a file set evaluation mode or turn gradients off, and the blocks in which gradients are off."""
    called = methods_called(module)
    evaluating = [call for word, calls in called.items() if _may_set_evaluation(word) for call in calls if _sets_evaluation(call)]
    switches = [call for word, calls in called.items() if _may_switch_gradients(word) for call in calls if _is_gradient_switch(call)]
    off = _scopes_around(switches)
    off.update(f.scope.qualified for f in module.functions if f.node.decorator_list and turns_gradients_off(f))
    within = tuple(f"{name}." for name in off if name)
    if within:
        off.update(f.scope.qualified for f in module.functions if f.scope.qualified.startswith(within))
    return {
        "eval": sorted(_scopes_around(evaluating)),
        "no_grad": sorted(off),
        "off": gradients_off_lines(module),
        "module_eval": any(module.function_around(call.node) is None for call in evaluating) or _runs_evaluation(module),
        "module_off": any(module.function_around(c.node) is None and not _in_with(c) for c in switches),
    }


def _scopes_around(calls: list[Call]) -> set[str]:
    """Qualified names of the functions in whose text the calls stand, enclosing functions included."""
    found: set[str] = set()
    for call in calls:
        function = call.function
        while function is not None:
            found.add(function.scope.qualified)
            function = function.outer
    return found


def _at_top(module: Module) -> list[Call]:
    return [call for call in module.calls if module.function_around(call.node) is None]


def _runs_evaluation(module: Module) -> bool:
    """Whether cells of a notebook call a function that sets the mode, which then stays in force for the cells below."""
    if module.notebook is None:
        return False
    called = [module.resolver.function_named(name) for call in _at_top(module) for name in call.names]
    return any(sets_evaluation_mode(module.function(node).calls) for node in called if node is not None)


def _in_with(call: Call) -> bool:
    return isinstance(call.node.up, ast.withitem)  # type: ignore[attr-defined]


def reached_by_mode(project: Project, modes: dict[str, Any], path: str, function: str, mode: str, reach: int = 2) -> bool | None:
    """Whether a caller (or a caller's caller) puts the mode in force before it calls the function.

    None where no call of the function can be seen, so that nothing is known.
    """
    definition = project.definitions.get(f"{project.files[path].module}.{function}")
    calls = project.calls_of(definition) if definition is not None else []
    if not calls:
        return None
    answers = [_in_force(project, modes, call, mode, reach) for call in calls]
    if any(answer for answer in answers):
        return True
    return None if all(answer is None for answer in answers) else False


def _in_force(project: Project, modes: dict[str, Any], call: SeenCall, mode: str, reach: int) -> bool | None:
    facts = modes.get(call.path)
    scope, line = call.fact.where[4], call.fact.where[0]
    if facts is None:
        return False
    if mode == "no_grad" and any(first <= line <= last for first, last in facts["off"]):
        return True
    if scope in facts[mode] or facts["module_eval" if mode == "eval" else "module_off"]:
        return True
    if not scope or reach <= 1:
        return False
    return bool(reached_by_mode(project, modes, call.path, scope, mode, reach - 1))
