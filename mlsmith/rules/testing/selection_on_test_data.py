"""TST103."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, last_word, tokens

_STOPPERS = ("EarlyStopping", "ReduceLROnPlateau")
_BOOSTERS = ("xgboost.", "lightgbm.", "catboost.")
_SAVES = frozenset(
    {"save", "save_checkpoint", "save_model", "save_weights", "save_pretrained", "save_state", "deepcopy", "save_best_model", "dump"}
)
_BEST = frozenset({"best", "min", "max", "lowest", "highest", "top"})
_TEST = frozenset({"test", "testing", "holdout", "tst", "xtest", "ytest", "testloader", "testset", "testdata"})
_EVALUATIONS = frozenset({"evaluate", "predict", "score", "predict_proba", "predict_classes", "evaluate_generator", "predict_generator"})


class SelectionOnTestData(Rule):
    """The test set chooses the model that it is to judge.

    ## What it finds
    A checkpoint, or the score itself, kept when the score on test data is the best of the epochs so far; keras' `EarlyStopping` or
    `ModelCheckpoint(save_best_only=True)` with the test set as `validation_data`; early stopping of XGBoost, LightGBM and CatBoost on a
    test set that is predicted afterwards.

    ## Why it is debt
    The reported figure is the best of many tries on that very set. It is too good, by more the longer one tries, and nobody has a
    set left to notice (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    import torch

    for epoch in range(100):
        train(model, train_loader)
        test_accuracy = evaluate(model, test_loader)
        if test_accuracy > best_accuracy:  # finding: TST103
            best_accuracy = test_accuracy
            torch.save(model.state_dict(), "best.pt")
    ```

    ## Good
    ```python
    import torch

    for epoch in range(100):
        train(model, train_loader)
        accuracy = evaluate(model, validation_loader)
        if accuracy > best_accuracy:
            best_accuracy = accuracy
            torch.save(model.state_dict(), "best.pt")
    print(evaluate(model, test_loader))
    ```

    ## Fix
    None: the choice needs a validation set that has to be set apart first.

    ## When it stays silent
    For agents and their rewards; when the set is named for validation or evaluation, as `eval` may be either; when only curves are drawn of
    the test set; when nothing is saved, stopped or remembered as the best epoch. Which hyper-parameters were chosen by looking at test
    scores cannot be seen.

    ## References
    Kapoor and Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science.
    """

    code = "TST103"
    severity = Severity.ERROR
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if module.imports("torch", "tensorflow", "keras", "paddle", "mxnet", "jax"):
            yield from self._checkpoints(module)
        if module.imports("tensorflow", "keras", "xgboost", "lightgbm", "catboost"):
            yield from self._stopped(module)

    def _checkpoints(self, module: Module) -> Iterator[Finding]:
        for node in module.syntax.branches:
            if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare) or len(node.test.ops) != 1:
                continue
            metric = _compared_with_best(node.test)
            if metric is None or {"reward", "return", "env"} & {word for name in _names(node.test) for word in tokens(name)}:
                continue  # an agent is judged in its environment, which is no test set
            said = _test_name(module, metric) if _saves(node) else ""
            if said:
                yield self.finding(
                    module.at(node.test), f"the model is kept when `{said}` is the best so far: the test set chooses it",
                    advice="keep it by a validation set, and use the test set once, at the end",
                )  # fmt: skip
            elif _is_test(_last_name(metric)) and _keeps_best_epoch(module, node):
                yield self.finding(
                    module.at(node.test), f"of all epochs the best `{_last_name(metric)}` is kept: the test set chooses the epoch that is reported",
                    advice="choose the epoch by a validation set, and report the test score of that one",
                )  # fmt: skip

    def _stopped(self, module: Module) -> Iterator[Finding]:
        for call in module.method_calls("fit", "fit_generator"):
            booster = any(name.startswith(_BOOSTERS) for name in call.names)
            given = call.argument("eval_set" if booster else "validation_data").node
            name = _named_for_test(module, given) if given is not None else ""
            if not name or not (_stops_early(module, call) if booster else _chooses(module, call)):
                continue
            later = [other for other in module.method_calls(*_EVALUATIONS) if other.order > call.order]
            if given is not None and any(name in _names(argument) for other in later for argument in other.node.args):
                yield self.finding(
                    module.at(given), f"training stops, or keeps its best state, by `{name}`, which is evaluated as the test set later",
                    advice="stop by a part of the training data, and use the test set once, at the end",
                )  # fmt: skip


def _compared_with_best(test: ast.Compare) -> ast.expr | None:
    """`acc` of `acc > best_acc`, whichever side it stands on."""
    if not isinstance(test.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
        return None
    sides = [test.left, test.comparators[0]]
    best = [bool(_BEST & set(tokens(_last_name(side)))) for side in sides]
    return None if best[0] == best[1] else sides[0] if best[1] else sides[1]


def _last_name(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.slice.value
        node = node.value
    return last_word(node)


def _saves(node: ast.If) -> bool:
    """Whether the branch keeps the model: a file, or a copy of its weights."""
    for part in node.body:
        for call in ast.walk(part):
            if isinstance(call, ast.Call):
                called = last_word(call.func)
                if called in _SAVES or "save_check" in called or "save_model" in called:
                    return True
    return False


def _keeps_best_epoch(module: Module, node: ast.If) -> bool:
    """`best = accuracy` in a loop over epochs, where nothing else than the test score decides."""
    best = next(side for side in (node.test.left, node.test.comparators[0]) if _BEST & set(tokens(_last_name(side))))  # type: ignore[attr-defined]
    keeps = any(isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == ast.unparse(best) for each in node.body)
    up: ast.AST | None = node.up  # type: ignore[attr-defined]
    while keeps and up is not None and not isinstance(up, ast.FunctionDef):
        if isinstance(up, ast.For) and {"epoch", "epochs"} & {
            word for name in _names(up.target) | _names(up.iter) for word in tokens(name)
        }:
            return True
        if isinstance(up, ast.If) and any(set(tokens(name)) & {"val", "valid", "validation", "dev"} for name in _names(up.test)):
            return False
        up = getattr(up, "up", None)
    return False


def _test_name(module: Module, metric: ast.expr) -> str:
    """What says that a score is of test data: its name, what it was computed from, or the function over a test loader it stands in."""
    name = _last_name(metric)
    if _is_test(name):
        return name
    if set(tokens(name)) & {"val", "valid", "validation", "dev", "train"}:
        return ""
    for value in _sources(module, metric):
        call = module.call(value)
        if call is not None and any(_is_test(each) for argument in call.node.args for each in _names(argument)):
            return "" if any(_is_for_validation(module, argument) for argument in call.node.args) else name
    if "eval" in tokens(name):
        return ""
    if isinstance(metric, ast.Name) and not any(binding.value is not None for binding in module.resolver.reaching(metric)):
        return ""
    function = module.function_around(metric)
    if function is not None and tokens(function.node.name)[:1] == ("test",) and not module.is_test:
        over = {
            each
            for loop in module.loops
            if isinstance(loop.node, ast.For) and function.contains(loop.node)
            for each in _names(loop.node.iter)
        }
        if any(_is_test(each) for each in over):
            return name
    return ""


def _sources(module: Module, metric: ast.expr) -> list[ast.expr]:
    """What a score was given: `evaluate(…)` of `loss, accuracy = evaluate(…)` too."""
    bound = module.resolver.reaching(metric) if isinstance(metric, ast.Name) else []
    return [*module.resolver.values(metric), *(b.value for b in bound if b.index is not None and b.value is not None)]


def _is_for_validation(module: Module, node: ast.expr) -> bool:
    """Whether what is evaluated, or what that was made from, is named for validation."""
    seen = [node, *(value for part in ast.walk(node) if isinstance(part, ast.Name) for value in module.resolver.values(part))]
    return any(set(tokens(name)) & {"val", "valid", "validation", "dev"} for each in seen for name in _names(each))


def _is_test(name: str) -> bool:
    words = set(tokens(name))
    return bool(words & _TEST) and not words & {"val", "valid", "validation", "dev", "train"}


def _names(node: ast.expr) -> set[str]:
    return {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}


def _named_for_test(module: Module, given: ast.expr) -> str:
    """The name of the data in `validation_data=(X_test, y_test)` and `eval_set=[(X_train, y_train), (X_test, y_test)]`."""
    node = module.resolver.values(given)[0] if isinstance(given, ast.Name) else given
    while isinstance(node, (ast.Tuple, ast.List)) and node.elts:
        node = node.elts[-1] if isinstance(node, ast.List) else node.elts[0]
    found = _last_name(node)
    return found if _is_test(found) else ""


def _stops_early(module: Module, call: Call) -> bool:
    rounds = [call.argument("early_stopping_rounds")]
    if call.receiver is not None:
        made = (module.call(value) for value in module.resolver.values(call.receiver))
        rounds.extend(each.argument("early_stopping_rounds") for each in made if each is not None)
    if any(each.given and each.value is not None for each in rounds):
        return True
    callbacks = call.argument("callbacks").node
    return callbacks is not None and "early_stopping" in ast.dump(callbacks)


def _chooses(module: Module, call: Call) -> bool:
    """Whether a callback of keras stops training or keeps the best state by the validation data."""
    given = call.argument("callbacks").node
    if given is None:
        return False
    for value in module.resolver.values(given):
        for element in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
            for made in module.resolver.values(element):
                callback = module.call(made)
                if callback is None or callback.argument("monitor").value in ("loss", "accuracy", "acc"):
                    continue
                if callback.method in _STOPPERS or (
                    callback.method == "ModelCheckpoint" and callback.argument("save_best_only").value is True
                ):
                    return True
    return False
