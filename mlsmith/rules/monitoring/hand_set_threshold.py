"""MON101."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, last_word, serving, tokens

_NEUTRAL = (0, 0.5, 1, -1, 0.0, 1.0)
_SCORES = frozenset({"probability", "probabilities", "proba", "prob", "score", "scores", "confidence", "predict"})
_MODELS = frozenset({"model", "classifier", "clf", "estimator", "predictor", "detector", "scorer", "booster", "ensemble"})
_LOADS = frozenset({"load", "load_model", "from_pretrained", "load_from_checkpoint"})
_ASKED = frozenset({"probabilities", "return_probabilities", "return_proba", "proba", "return_probs"})
_STUDIES = frozenset({
    "train", "training", "fit", "finetune", "tune", "eval", "evaluate", "evaluation", "test", "testing", "val", "valid", "validate", "validation",
    "benchmark", "metrics", "analyse", "analyze", "analysis", "plot", "experiment", "experiments", "explore",
})  # fmt: skip
"""Words of files and functions that learn or measure, rather than decide"""


class HandSetThreshold(Rule):
    """A decision is taken by a number that somebody once put into the code.

    ## What it finds
    In code that serves, or that loads a model to decide by it and neither trains nor measures: a model's score compared with a literal other
    than 0, 0.5 and 1. A score is what `predict`, `predict_proba` and their like give, or what something called a model or classifier gives
    when it is asked for a probability, score or confidence, also by an argument (`classify(x, probabilities=True)`).

    ## Why it is debt
    The number was right for one model and one time. The next model's scores mean something else, the share of decisions moves, and the
    number has no owner, no history and no test (Sculley et al. 2015, fixed thresholds in dynamic systems).

    ## Bad
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()


    @app.post("/decide")
    def decide(row):
        score = model.predict_proba([row])[0, 1]
        return {"block": bool(score > 0.83)}  # finding: MON101
    ```

    ## Good
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()


    @app.post("/decide")
    def decide(row):
        score = model.predict_proba([row])[0, 1]
        return {"block": bool(score > settings.threshold)}
    ```

    ## Fix
    None: where the threshold is derived, and kept, is a decision.

    ## When it stays silent
    For thresholds from a configuration, an artefact, a parameter or a named constant; in training, evaluation and notebooks; for scores that
    cannot be traced to a model of the same function. What serves is told by `serving` in the settings, by web frameworks, or by the name of
    file and folder; elsewhere only a score between 0 and 1 is looked at.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 7.
    """

    code = "MON101"
    severity = Severity.WARNING
    minutes = 20
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        serves = module.notebook is None and serving.is_serving(module) and not _STUDIES.intersection(tokens(_stem(module)))
        if not serves and not _decides(module):
            return
        for node in module.syntax.comparisons:
            if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
                continue
            for score, literal in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                if _is_threshold(literal) and (serves or _is_share(literal)) and _is_score(module, score):
                    yield self.finding(
                        module.at(node), f"a model's score is compared with {ast.unparse(literal)}, which stands only here",
                        advice="keep the threshold with the model or in a reviewed configuration, and derive it from costs",
                    )  # fmt: skip


def _decides(module: Module) -> bool:
    """Whether a script loads a model to decide by it: nothing in it learns or measures, nor is it named for that."""
    if _LOADS.isdisjoint(module.words_called):
        return False
    if module.notebook is not None or _STUDIES.intersection(tokens(_stem(module))) or module.imports("torchmetrics", "evaluate"):
        return False
    if any(module.method_calls("fit", "fit_transform", "partial_fit", "train", "backward")):
        return False
    if any(module.calls_under("sklearn.metrics.", "torch.optim.")):
        return False
    return any(_MODELS.intersection(tokens(last_word(call.receiver))) or _is_kept_as_model(call) for call in module.method_calls(*_LOADS))


def _stem(module: Module) -> str:
    return module.path.rpartition("/")[2].rpartition(".")[0]


def _is_kept_as_model(call: Call) -> bool:
    statement = call.statement
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(_MODELS.intersection(tokens(last_word(target))) for target in targets)


def _is_share(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < 1


def _is_threshold(node: ast.expr) -> bool:
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return (
        isinstance(value, ast.Constant)
        and isinstance(value.value, (int, float))
        and not isinstance(value.value, bool)
        and value.value not in _NEUTRAL
    )


def _is_score(module: Module, node: ast.expr) -> bool:
    """Whether an expression is what a model gave, through names and elements, but not its length or shape."""
    if not isinstance(node, (ast.Name, ast.Subscript, ast.Call)):
        return False
    inner: ast.expr = node
    while isinstance(inner, ast.Subscript):
        inner = inner.value
    values = module.resolver.values(inner) if isinstance(inner, ast.Name) else [inner]
    for value in values:
        call = module.call(_source(value))
        studied = call is not None and call.function is not None and _STUDIES.intersection(tokens(call.function.node.name))
        if call is not None and call.receiver is not None and not studied and (serving.predicts(call) or _scores(call)):
            return True
    return False


def _scores(call: Call) -> bool:
    """`self.model.classifier.probability(x)`: a model, by the word that it goes by, asked for a score."""
    receiver = call.receiver
    holder = last_word(receiver)
    asked = _SCORES.intersection(tokens(call.method)) or any(
        keyword.arg in _ASKED and isinstance(keyword.value, ast.Constant) and keyword.value.value is True for keyword in call.node.keywords
    )
    return bool(asked and _MODELS.intersection(tokens(holder)) and call.node.args)


def _source(value: ast.expr) -> ast.expr:
    """What an element, a property or a conversion was taken of."""
    while True:
        if isinstance(value, (ast.Subscript, ast.Attribute)):
            value = value.value
        elif isinstance(value, ast.Call) and _converts(value):
            value = value.func.value if isinstance(value.func, ast.Attribute) else value.args[0]
        else:
            return value


def _converts(call: ast.Call) -> bool:
    """`float(…)`, `round(…)`, `….item()`, `….tolist()`, `….max()`."""
    if isinstance(call.func, ast.Name):
        return call.func.id in ("float", "round", "max", "min", "abs") and bool(call.args)
    return isinstance(call.func, ast.Attribute) and call.func.attr in (
        "item",
        "tolist",
        "max",
        "min",
        "mean",
        "squeeze",
        "flatten",
        "numpy",
    )
