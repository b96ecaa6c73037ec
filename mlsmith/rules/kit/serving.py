"""Code that answers with a model's predictions while it is in use: endpoints, handlers, consumers of a stream."""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from mlsmith.rules.kit.memo import once_a_module
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.call import Call
    from mlsmith.rules.kit.definitions import Function
    from mlsmith.rules.kit.module import Module

FRAMEWORKS = (
    "fastapi",
    "flask",
    "bentoml",
    "starlette",
    "litserve",
    "aiohttp",
    "sanic",
    "tornado",
    "falcon",
    "quart",
    "ts",
    "mlserver",
    "grpc",
    "azureml",
)
"""Packages of web services, checked by import name"""
_ROUTES = frozenset({"route", "post", "get", "put", "api", "websocket"})
_FOLDERS = frozenset({"serve", "serving", "server", "api", "endpoint", "endpoints", "deploy", "deployment", "service", "inference"})
_PREDICTING = frozenset({"predict", "predict_proba", "decision_function", "predict_on_batch", "score_samples", "predict_log_proba"})


@once_a_module
def is_serving(module: Module) -> bool:
    """Whether a file answers with predictions: by the settings, by the web framework it imports, or by its folder or name."""
    if any(fnmatch(module.path, pattern) for pattern in module.settings.serving):
        return True
    if module.imports(*FRAMEWORKS):
        return True
    parts = module.path.rsplit(".", 1)[0].split("/")
    return module.notebook is None and any(not _FOLDERS.isdisjoint(tokens(part)) for part in parts)


def endpoints(module: Module) -> list[Function]:
    """Functions that a web framework calls for each request: `@app.post("/score")`, `@app.route(…)`, handlers of Lambda and TorchServe."""
    if not module.imports(*FRAMEWORKS):
        return [f for f in module.functions if f.node.name == "lambda_handler" and len(f.parameters) == 2]
    return [function for function in module.functions if any(_is_route(decorator) for decorator in function.node.decorator_list)]


def _is_route(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr in _ROUTES


def predictions(calls: list[Call]) -> list[Call]:
    """Calls that ask a model: `model.predict(x)`, `clf.predict_proba(x)`."""
    return [call for call in calls if call.method in _PREDICTING and call.receiver is not None and call.node.args]


def asked(function: Function, reach: int = 2) -> list[Call]:
    """Calls that ask a model, in a function or in those of its file that it calls."""
    found = predictions(function.calls)
    if found or not reach:
        return found
    module = function.module
    for call in function.calls:
        for name in call.names:
            node = module.resolver.function_named(name)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.extend(asked(module.function(node), reach - 1))
    return found


def predicts(call: Call) -> bool:
    return call.method in _PREDICTING
