"""TRA101."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Context, Finding, Function, Module, Project, Rule, Severity, last_word, serving, tokens
from mlsmith.rules.kit.collect import place_from, where

_LOADERS = (
    "joblib.load", "pickle.load", "pickle.loads", "cloudpickle.load", "dill.load", "sklearn.externals.joblib.load", "skops.io.load",
    "mlflow.sklearn.load_model", "mlflow.xgboost.load_model", "mlflow.lightgbm.load_model", "mlflow.catboost.load_model",
)  # fmt: skip
"""What gives back a model of a library that has `predict_proba`, quantiles or a standard deviation beside `predict`"""
_FITTED = ("sklearn.", "xgboost.XGB", "lightgbm.LGBM", "catboost.CatBoost")
_NETWORKS = ("torch", "tensorflow", "keras", "onnxruntime", "tflite_runtime", "fastai")
_MODELS = frozenset({"model", "models", "classifier", "clf", "regressor", "reg", "estimator", "pipeline", "pipe", "net", "network"})
_DOUBT = regex(
    r"prob|confiden|uncertain|certainty|interval|quantile|\bstd|conformal|softmax|sigmoid|entropy|likelihood|threshold|varianc|margin|top_?[k\d]"
    r"|(?<![/\"'])scores?\b|\b(?:lower|upper)\b(?!\()|_(?:lower|upper)\b|\bmax\(|decision_function",
    re.I,
)
"""Words of a function that tell, compute or look at how sure a model is"""
_REACH = 3


class DecisionWithoutUncertainty(Rule):
    """A costly decision is taken by a model that says what, and not how sure it is.

    ## What it finds
    Code that the setting `costly-decisions` names and that answers requests (a handler of a web framework, or anything in a file that the setting
    `serving` names), which with what it calls gives on only a model's `predict`, or the arg-max of its output. The model is one of a library
    that has more to say: scikit-learn, XGBoost, LightGBM, CatBoost (`predict_proba`, quantiles, a standard deviation), or a network whose scores
    are thrown away.

    ## Why it is debt
    A point value looks the same when the model knows and when it guesses: nobody can hold the doubtful cases for a person, ask for more data, or weigh
    the loss against the chance (Arpteg et al. 2018, limited transparency; Gal and Ghahramani 2016).

    ## Bad
    ```toml settings
    costly-decisions = ["loans/*.py"]
    ```
    ```python loans/serve.py
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")


    @app.post("/loan")
    def loan(applicant):
        return {"granted": bool(model.predict([applicant])[0])}  # finding: TRA101
    ```

    ## Good
    ```toml settings
    costly-decisions = ["loans/*.py"]
    ```
    ```python loans/serve.py
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")


    @app.post("/loan")
    def loan(applicant):
        probability = float(model.predict_proba([applicant])[0, 1])
        return {"granted": probability > limits.grant, "probability": probability, "by_hand": limits.doubt < probability <= limits.grant}
    ```

    ## Fix
    None: what is done with a doubtful case is a decision of those who bear its cost.

    ## When it stays silent
    Where no code is marked by `costly-decisions = ["loans/*.py", "pricing.api.quote"]`, globs of files or of dotted names of functions. Where the
    handler or anything that it calls within three calls, or a script anywhere, mentions probability, confidence, interval, quantile, score, threshold or
    the like; for models whose library is not known, and for methods of the project's own classes that cannot be followed; in tests, examples and
    notebooks. Where a decision costs much is known to its owners: on 34 services that were marked for trial it held in 42 of 45 places.

    ## References
    Arpteg et al. 2018, section on limited transparency; Gal and Ghahramani 2016, Dropout as a Bayesian approximation.
    """

    code = "TRA101"
    severity = Severity.INFO
    minutes = 60
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        """(kinds of models that are loaded, scopes of marked handlers, scopes that doubt, [(scope, how, what is called, where), …])"""
        if not module.settings.costly_decisions or module.context is not Context.CODE or module.notebook is not None:
            return None
        pickled = any(True for _ in module.calls_to(*_LOADERS))
        loaded = ("p" if pickled else "") + ("n" if module.imports(*_NETWORKS) else "")
        handlers = tuple(_marked(module))
        asks = tuple(_asks(module, pickled))
        doubts = tuple(function.scope.qualified for function in module.functions if _DOUBT.search(_body(module, function)))
        return (loaded, handlers, doubts, asks) if loaded or handlers or asks or doubts else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        handlers = [(path, handler) for path, (_, marked, *_) in collected for handler in marked]
        if not handlers:
            return
        only_pickled = {kind for _, (kinds, *_) in collected for kind in kinds} == {"p"}
        doubting = {(path, scope) for path, (_, _, doubts, _) in collected for scope in doubts}
        asked: dict[tuple[str, str], tuple[str, Any]] = {}  # the first of a function stands for all
        for path, (*_, asks) in collected:
            for scope, how, callee, seen in asks:
                if how != "?" or (only_pickled and not project.called(path, callee)):
                    asked.setdefault((path, scope), (how, seen))
        callees = _callees(project)
        reached = [found for path, handler in handlers if doubting.isdisjoint(found := _reached(project, callees, path, handler))]
        told = dict.fromkeys(place for found in reached for place in found if place in asked)
        for path, how, seen in ((place[0], *asked[place]) for place in told):
            yield self.finding(
                place_from(path, project, seen),
                f"a decision that is marked as costly rests on {_SAID[how]}: nobody is told how sure the model is",
                advice="give on a probability, an interval or quantiles with it, and say what is done with doubtful cases",
            )


_SAID = {"p": "the value of `predict` alone", "?": "the value of `predict` alone", "a": "the arg-max of the model's output alone"}


def _marked(module: Module) -> Iterator[str]:
    """Scopes that answer requests and are marked as costly; empty for a script as a whole."""
    marks = module.settings.costly_decisions
    whole = any(fnmatch(module.path, mark) for mark in marks)
    answering = serving.endpoints(module)
    if any(fnmatch(module.path, pattern) for pattern in module.settings.serving) and not _DOUBT.search(module.source.text):
        answering = module.functions  # who calls whom in a script is not told: what any of it says is said for all
        if whole:
            yield ""
    for function in answering:
        if whole or any(fnmatch(function.name, mark) for mark in marks):
            yield function.scope.qualified


def _body(module: Module, function: Function) -> str:
    """The text of a function's statements."""
    first, last = function.node.body[0], function.node.body[-1]
    return "\n".join(module.source.lines[first.lineno - 1 : last.end_lineno])


def _asks(module: Module, pickled: bool) -> Iterator[tuple[str, str, str, Any]]:
    """Where a function takes a point value of a model: (scope, how, what is called, where)."""
    for call in module.method_calls("predict"):
        if not call.node.args or call.receiver is None:
            continue
        known = any(name.startswith((*(f"{loader}()" for loader in _LOADERS), *_FITTED)) for name in call.names)
        named = not _MODELS.isdisjoint(tokens(last_word(call.receiver)))
        elsewhere = any("()" in name for name in call.names)  # an instance of what is no model of a library, or what a function gave
        if known or (named and pickled and not elsewhere and not module.imports(*_NETWORKS)):
            yield _scope(call), "p", "", tuple(where(module, call.node))
        elif named:
            yield _scope(call), "?", call.name, tuple(where(module, call.node))
    for call in module.method_calls("argmax"):
        value = call.node.args[0] if call.name.startswith(("numpy.", "torch.", "tensorflow.")) and call.node.args else call.receiver
        if (
            value is not None
            and module.imports(*_NETWORKS)
            and any(map(_is_asked, module.flow.trace(value).calls))
            and not _is_only_printed(call)
        ):
            yield _scope(call), "a", "", tuple(where(module, call.node))


def _is_asked(call: Call) -> bool:
    """`model(x)`, `self.net(x)`, `model.predict(x)`."""
    asked = call.receiver if call.method in ("predict", "run", "forward") else call.node.func
    return isinstance(asked, (ast.Name, ast.Attribute)) and not _MODELS.isdisjoint(tokens(last_word(asked)))


def _is_only_printed(call: Call) -> bool:
    """Whether a result is kept under a name that nothing but `print` reads."""
    statement, function = call.statement, call.function
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if function is None or not isinstance(target, ast.Name):
        return isinstance(statement, ast.Expr)
    reads = [name for name in call.module.names_spelt({target.id}) if isinstance(name.ctx, ast.Load) and function.contains(name)]
    return all(isinstance(up := name.up, ast.Call) and last_word(up.func) == "print" for name in reads)  # type: ignore[attr-defined]


def _scope(call: Call) -> str:
    function = call.function
    return function.scope.qualified if function is not None else ""


def _callees(project: Project) -> dict[tuple[str, str], set[str]]:
    """(file, scope) → what is called there."""
    found: dict[tuple[str, str], set[str]] = {}
    for path, facts in project.files.items():
        for fact in facts.calls():
            found.setdefault((path, fact.where[4]), set()).add(fact.callee)
    return found


def _reached(project: Project, callees: dict[tuple[str, str], set[str]], path: str, scope: str) -> list[tuple[str, str]]:
    """Functions of the project that run when one is called, within reach, itself first."""
    found = [(path, scope)]
    fringe = list(found)
    for _ in range(_REACH):
        names = {project.called(file, callee) for file, inner in fringe for callee in sorted(callees.get((file, inner), ()))}
        reached = [project.definitions[name] for name in sorted(names) if name in project.definitions]
        fringe = [key for one in reached if (key := (one.path, one.function.name)) not in found]
        found += fringe
    return found
