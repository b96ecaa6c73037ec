"""FBL105."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, ConfigDocument, Finding, Module, Project, Rule, Severity, TextDocument, last_word, tokens
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.exposure import ANSWERED, TREATED, choice_of, columns, leaves_to_chance
from mlsmith.rules.kit.sql import is_sql

_IN_SIGHT = "in sight"
_MOST = 20
_CONTROLS = (
    "controlgroup", "control user", "control_user", "control arm", "control_arm", "control cohort", "control_cohort", "control case", "control_case",
    "is_control", "'control'", '"control"', "'variant'", '"variant"', "'treatment'", '"treatment"', "'baseline'", '"baseline"', "untreated", "not_treated",
    "uplift", " lift", "_lift", "incrementality", "a/b", "ab test", "ab_test", "ab-test", "abtest", "placebo", "causal", "treatment effect", "treatment_effect",
)  # fmt: skip
"""What code may say of those who were left alone, or treated in another way"""
_GROUPS = (
    "control group",
    "control_group",
    "holdout",
    "hold-out",
    "hold_out",
    "uplift",
    "a/b test",
    "a/b-test",
    "ab test",
    "propensity",
    "treatment effect",
)
"""What a page or a configuration may say of those who were left alone"""
_MODELS = frozenset({
    "sklearn", "torch", "tensorflow", "keras", "lightgbm", "xgboost", "catboost", "jax", "lightning", "pytorch_lightning", "implicit", "surprise",
    "transformers", "mlflow", "joblib", "onnxruntime", "pyspark",
})  # fmt: skip
_CONDITION = regex(r"\b(\w+)\s*(==?|!=|<>|\bis\b|>=?)?\s*(not\s+)?(\w+)?", re.I)
_AVERAGE = regex(
    r"\bavg\s*\(\s*(?:cast\s*\(\s*)?(?:\w+\.)?(\w+)|\bsum\s*\(\s*(?:\w+\.)?(\w+)\s*\)\s*(?:\*\s*[\d.]+\s*)?/\s*count\s*\(", re.I
)
_WHERE = regex(r"\bwhere\b(.*?)(?:\bgroup\s+by\b|\border\s+by\b|\blimit\b|;|\Z)", re.I | re.S)


class _Fact(NamedTuple):
    figures: tuple[tuple[str, str, tuple[Any, ...]], ...]
    """What was averaged, over which column's chosen, and where"""
    models: bool


class EvaluationOnTreated(Rule):
    """How well a model does is measured only on those whom it chose itself.

    ## What it finds
    A mean of what people answered (`clicked`, `converted`, `accepted`, `purchased` …), or a sum of it over a count, of rows that were chosen
    by what the model did to them (`shown`, `recommended`, `treated`, `contacted`, `targeted` …), in a project that uses a model and in
    which nothing speaks of a control group, a holdout, a test against a variant, or chance. In pandas, in polars, and in SQL in strings.

    ## Why it is debt
    Whoever would have bought anyway is counted as a success, and whoever was passed over is not counted at all: the figure rises when the
    model picks the sure ones, and no change of it says what the model is worth (Sculley et al. 2015, hidden feedback loops; Arpteg et al. 2018).

    ## Bad
    ```python
    import joblib
    import pandas as pd

    model = joblib.load("model.joblib")
    log = pd.read_parquet("campaign.parquet")
    reached = log[log["contacted"] == 1]
    conversion = reached["converted"].mean()  # finding: FBL105
    ```

    ## Good
    ```python
    import joblib
    import pandas as pd

    model = joblib.load("model.joblib")
    log = pd.read_parquet("campaign.parquet")
    reached = log[log["contacted"] == 1]
    held_back = log[log["control_group"] == 1]
    gained = reached["converted"].mean() - held_back["converted"].mean()
    ```

    ## Fix
    None: it takes people whom the model leaves alone.

    ## When it stays silent
    When those who were not chosen are looked at, too (`== 0`, `~`, a `groupby` of the column); when code, a configuration or a page of
    documentation speaks of a control group, a holdout, uplift, a variant, a propensity or exploration; in projects without a library for
    models; when columns have names that only a run knows; in tests and examples.

    Off unless it is asked for: of 141 repositories that were looked at, 24 of them for their recommenders, it speaks in none, and none
    takes such a mean of rows that were chosen so. Figures of a model in use are seldom published with the code that computes them, so its
    precision is not known.

    ## References
    Kohavi et al. 2009, Controlled experiments on the web; Sculley et al. 2015, section 4.
    """

    code = "FBL105"
    severity = Severity.INFO
    minutes = 60
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        text = module.source.text.lower()
        if leaves_to_chance(text) or any(word in text for word in _CONTROLS):
            return _IN_SIGHT
        if module.is_test:
            return None
        chosen = _chosen(module)
        if chosen is None:
            return _IN_SIGHT
        figures = (*_means(module, chosen), *_queries(module))[:_MOST]
        fact = _Fact(figures, module.imports(*_MODELS))
        return tuple(fact) if any(fact) else None

    def collect_config(self, document: ConfigDocument) -> Any:
        return _IN_SIGHT if any(word in line.lower() for line in document.lines for word in _GROUPS) else None

    def collect_text(self, document: TextDocument) -> Any:
        text = document.text.lower()
        return _IN_SIGHT if any(word in text for word in _GROUPS) else None

    def project(self, project: Project) -> Iterator[Finding]:
        facts: list[tuple[str, _Fact]] = []
        for path, collected in project.collected(self):
            if collected == _IN_SIGHT:
                return
            facts.append((path, _Fact(*collected)))
        if not any(fact.models for _, fact in facts):
            return
        for path, fact in facts:
            for answer, choice, place in fact.figures:
                yield self.finding(
                    place_from(path, project, place),
                    f"the mean of `{answer}` is taken only of what was `{choice}`, and nothing is held back to compare it with",
                    advice="leave a share of the cases alone, by chance, and report the difference to them",
                )  # fmt: skip


def _chosen(module: Module) -> list[tuple[str, ast.expr]] | None:
    """Expressions that choose rows by what was done to them, with the column; None where a file looks at the others, too."""
    found: list[tuple[str, ast.expr]] = []
    for name, node in columns(module, TREATED):
        if _groups(node):
            return None
        condition, positive = choice_of(node)
        if condition is None:
            continue
        if not positive:
            return None
        found.append((name, condition))
    for call in module.method_calls("query", "filter", "where"):
        text = call.node.args[0] if call.node.args else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            said = _told(text.value)
            if said is not None and not said[1]:
                return None
            if said is not None:
                found.append((said[0], text))
    return found


def _groups(node: ast.expr) -> bool:
    """Whether a column is one that rows are grouped by, or spread over columns."""
    up: Any = node
    while not isinstance(up, ast.stmt):
        up = up.up
        if isinstance(up, ast.Call) and last_word(up.func) in ("groupby", "group_by", "pivot_table", "crosstab", "groupBy", "value_counts"):
            return True
    return False


def _told(text: str) -> tuple[str, bool] | None:
    """A column of what was done and whether those with it are meant, in a condition that is a text; None where it speaks of none."""
    for name, op, negated, value in _CONDITION.findall(text):
        if TREATED.intersection(tokens(name)):
            no = value.lower() in ("0", "false", "no") or bool(negated)
            return name, no is (op in ("!=", "<>"))
    return None


def _means(module: Module, chosen: list[tuple[str, ast.expr]]) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Means of answers of rows that were chosen so."""
    for call in module.method_calls("mean", "sum") if chosen else ():
        answer = _answer(call)
        if not answer or (call.method == "sum" and not _is_divided(call.node)):
            continue
        assert call.receiver is not None
        trace = module.flow.trace(call.receiver)
        choice = next((name for name, condition in chosen if trace.passes(condition)), "")
        if choice:
            yield answer, choice, tuple(where(module, call.node))


def _answer(call: Call) -> str:
    """The column of answers that a figure is computed of."""
    of = call.receiver
    if isinstance(of, ast.Attribute):
        name = of.attr
    elif isinstance(of, ast.Subscript):
        part = of.slice.elts[-1] if isinstance(of.slice, ast.Tuple) and of.slice.elts else of.slice
        name = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
    else:
        return ""
    return name if ANSWERED.intersection(tokens(name)) else ""


def _is_divided(node: ast.expr) -> bool:
    value: Any = node
    while isinstance(value.up, ast.Call) and last_word(value.up.func) in ("float", "int"):
        value = value.up
    return isinstance(value.up, ast.BinOp) and isinstance(value.up.op, ast.Div) and value.up.left is value


def _queries(module: Module) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """The same in SQL."""
    for text in module.syntax.strings:
        if not isinstance(text.value, str) or not is_sql(text.value):
            continue
        answers = [name for pair in _AVERAGE.findall(text.value) for name in pair if ANSWERED.intersection(tokens(name))]
        if not answers or re.search(r"\bgroup\s+by\b", text.value, re.I):
            continue
        told = next(filter(None, map(_told, _WHERE.findall(text.value))), None)
        if told is not None and told[1]:
            yield answers[0], told[0], tuple(where(module, text))
