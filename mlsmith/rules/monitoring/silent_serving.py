"""MON102."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Module, Rule, Severity, serving

_SPEAKING = frozenset({
    "info", "debug", "warning", "error", "exception", "log", "print", "observe", "inc", "labels", "set", "send", "produce", "publish", "emit", "record",
    "capture", "track", "gauge", "increment", "histogram", "timing", "put_record", "put_metric_data", "insert_one", "insert", "execute", "add", "commit",
    "write", "append", "log_prediction", "captureMessage", "capture_message", "start_as_current_span", "set_attribute", "put_item", "to_sql", "save",
    "add_task",
})  # fmt: skip
_WATCHED = regex(
    r"logging|logger|loguru|structlog|prometheus|opentelemetry|statsd|datadog|ddtrace|newrelic|evidently|whylogs|mlflow|wandb|sentry|[mM]iddleware|instrument"
)


class SilentServing(Rule):
    """A service predicts, and nothing of it is kept.

    ## What it finds
    A function that a web framework calls for a request, or a handler of a cloud function, that asks a model for a prediction, in a file
    that logs, counts, stores and traces nothing at all.

    ## Why it is debt
    When customers complain, nobody can say what the model answered to what, nor which model it was. Drift is seen when revenue is
    (Arpteg et al. 2018, monitoring and logging).

    ## Bad
    ```python
    from fastapi import FastAPI

    app = FastAPI()


    @app.post("/price")
    def price(row):
        return {"price": model.predict([row])[0]}  # finding: MON102
    ```

    ## Good
    ```python
    import logging

    from fastapi import FastAPI

    app = FastAPI()


    @app.post("/price")
    def price(row):
        value = model.predict([row])[0]
        logging.info("price %s of %s by model %s", value, row, VERSION)
        return {"price": value}
    ```

    ## Fix
    None: what may be logged of a person, and where it goes, is a decision.

    ## When it stays silent
    When the file logs, measures, stores or sends anything, or names a tool of observability; for calls to a service of one's own that predicts;
    for demonstrations (streamlit, gradio) and examples. One finding a file.

    ## References
    Breck et al. 2017, The ML test score: monitoring.
    """

    code = "MON102"
    severity = Severity.WARNING
    minutes = 45
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        endpoints = serving.endpoints(module) if module.notebook is None else []
        if not endpoints or _WATCHED.search(module.source.text):
            return
        for function in endpoints:
            asked = serving.asked(function)
            if asked and _SPEAKING.isdisjoint(module.words_called):
                yield self.finding(
                    asked[0], f"`{function.node.name}` answers with a prediction, and neither input, answer nor model version is kept anywhere",
                    advice="log or emit input, prediction and model version for each request",
                )  # fmt: skip
                return
