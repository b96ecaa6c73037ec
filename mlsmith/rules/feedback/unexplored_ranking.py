"""FBL102."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlsmith.regex import regex
from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity, TextDocument, last_word, serving, tokens
from mlsmith.rules.kit.collect import is_foreign, place_from, where
from mlsmith.rules.kit.data_facts import traced, training_calls
from mlsmith.rules.kit.exposure import CLICKED, SHOWN, columns, is_remedied, leaves_to_chance
from mlsmith.rules.kit.sql import is_sql

_CHANCE = "chance"
_MOST = 20
_PLACES = frozenset({"position", "rank", "slot", "display_position", "display_rank", "shown_position", "impression_position", "rank_shown"})
"""Columns that hold where in a ranking something was shown"""
_AS_LABEL = CLICKED | {"is", "was", "has", "y", "label", "target"}
"""Words of a column that says whether somebody clicked, and not how often somebody did before"""
_ORDERING = frozenset({"sorted", "sort", "sort_values", "sort_by", "argsort", "argpartition", "topk", "top_k", "nlargest", "heappush"})
_ASKING = ("predict", "score", "decision_function", "infer")
_RANKING = frozenset({"recommend", "rank", "rerank"})
_OF_OTHERS = (
    "criteo", "avazu", "outbrain", "kuairec", "kuairand", "tenrec", "taobao", "aliccp", "ali-ccp", "tianchi", "diginetica", "yoochoose", "adressa", "ebnerd",
    "eb-nerd", "retailrocket", "mind dataset", "mindsmall", "mindlarge", "mind_small", "mind_large", "behaviors.tsv", "kaggle", "movielens", "trivago",
    "expedia", "istella", "yahoo",
)  # fmt: skip
"""Logs of other people's rankings that are public"""
_MADE_UP = ("synthetic", "simulat", "fake", "dummy", "mock")
_MADE_UP_DATA = regex(
    r"\b(?:synthetic|simulated|fake|dummy|mock)(?:ed)?[-_ ](?:\w+[-_ ]){0,2}(?:data|datasets?|logs?|clicks?|events?|interactions|impressions)\b"
)


class _Fact(NamedTuple):
    foreign: bool
    """The file speaks of clicks on somebody else's ranking, or on nobody's"""
    log: bool
    """It speaks of clicks and of what was shown"""
    serves: bool
    """It answers requests with a ranking"""
    trains: tuple[tuple[str, tuple[Any, ...]], ...]
    """Where it trains on a column of clicks, and which"""
    gives: tuple[tuple[str, str], ...]
    """Functions that give such a column back, and which"""
    fed: tuple[tuple[str, tuple[Any, ...]], ...]
    """What is called for the values that it trains on, and where it does"""
    declared: bool
    """The settings declare such a log, and who uses the model"""


class UnexploredRanking(Rule):
    """A ranking is trained on the clicks that it got itself, and nothing is ever shown by chance.

    ## What it finds
    A call that trains on a column of clicks, in a project whose code also reads what was shown (impressions, exposures, the position in
    the list) and which serves a ranking: code that answers requests, asks a model and sorts by what it says, or a source of such logs and a
    consumer of the model in `[tool.mlsmith.data]`. Nothing in the project - code, configuration, documentation - speaks of exploration, a
    propensity, a random bucket or a group held back.

    ## Why it is debt
    What is never shown is never clicked: the next model learns the taste of the last one, not that of the people, and each figure computed
    from the same log agrees (Sculley et al. 2015, direct feedback loops; Schnabel et al. 2016).

    ## Bad
    ```python train.py
    import lightgbm as lgb
    import pandas as pd

    rows = pd.read_parquet("logs/impressions.parquet")
    model = lgb.LGBMClassifier().fit(rows[["user_age", "item_age", "position"]], rows["clicked"])  # finding: FBL102
    ```
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()


    @app.get("/feed")
    def feed(user: int):
        items = candidates(user)
        scores = model.predict_proba(features(user, items))[:, 1]
        return [item for _, item in sorted(zip(scores, items), reverse=True)]
    ```

    ## Good
    ```python train.py
    import lightgbm as lgb
    import pandas as pd

    rows = pd.read_parquet("logs/impressions.parquet")
    model = lgb.LGBMClassifier()
    model.fit(rows[["user_age", "item_age", "position"]], rows["clicked"], sample_weight=1 / rows["propensity"])
    ```
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()


    @app.get("/feed")
    def feed(user: int):
        items = candidates(user)
        scores = model.predict_proba(features(user, items))[:, 1]
        ranked = [item for _, item in sorted(zip(scores, items), reverse=True)]
        return with_a_random_slot(ranked)
    ```

    ## Fix
    None: how much is left to chance, and what that may cost, has to be decided.

    ## When it stays silent
    When anything in the project speaks of chance: exploration, a propensity, weights by its inverse, a random bucket, a bandit, a group held
    back; when the clicks are from a public log of somebody else's ranking, or made up; in a project that serves no ranking; when the column
    reaches training through another file, or by a name that only a run knows; in tests and examples.

    Off unless it is asked for: of 75 repositories with recommenders, rankings or logs of clicks, 39 of them chosen for it, it speaks in one, and
    rightly; before it knew kinds of events from columns it spoke in another one, wrongly. Most of the others rank public or made-up logs, or
    speak of exploration; who trains on what was really shown seldom publishes it.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 4; Schnabel et al. 2016, Recommendations as treatments;
    Joachims et al. 2017, Unbiased learning-to-rank with biased feedback.
    """

    code = "FBL102"
    severity = Severity.WARNING
    minutes = 90
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        text = module.source.text.lower()
        if leaves_to_chance(text):
            return _CHANCE
        if module.is_test:
            return None
        speaks = "click" in text
        labels = list(_labels(module)) if speaks else []
        trains, fed = _training(module, labels)
        fact = _Fact(
            foreign=(speaks or "impression" in text) and _is_of_others(text), log=speaks and _is_log(module), serves=_serves(module),
            trains=trains, gives=_given_back(module, labels), fed=fed, declared=bool(trains or fed) and _is_declared(module),
        )  # fmt: skip
        return tuple(fact) if any(fact) else None

    def collect_config(self, document: ConfigDocument) -> Any:
        keys = {entry.path[-1].lower() for entry in document.entries if entry.path}
        return _CHANCE if any(map(leaves_to_chance, keys)) or _is_told("\n".join(document.lines).lower()) else None

    def collect_text(self, document: TextDocument) -> Any:
        text = document.text.lower()
        return _CHANCE if _is_told(text) or any(word in text for word in _OF_OTHERS) or _MADE_UP_DATA.search(text) else None

    def project(self, project: Project) -> Iterator[Finding]:
        facts: list[tuple[str, _Fact]] = []
        for path, collected in project.collected(self):
            if collected == _CHANCE:
                return
            facts.append((path, _Fact(*collected)))
        if any(fact.foreign for _, fact in facts) or not any(fact.log for _, fact in facts):
            return
        server = next((f"as {path} serves it" for path, fact in facts if fact.serves), "")
        given = {f"{project.files[path].module}.{name}": column for path, fact in facts for name, column in fact.gives}
        for path, fact in facts:
            handed = ((given.get(project.called(path, name), ""), place) for name, place in fact.fed if given)
            first = next((one for one in (*fact.trains, *handed) if one[0]), None)
            if first is not None and (server or fact.declared):
                column, place = first
                yield self.finding(
                    place_from(path, project, place),
                    f"this trains on `{column}` of what the project's own ranking showed, {server or 'as the settings declare it'}, and nothing is ever "
                    "shown by chance",
                    advice="fill a small share of the places by chance, keep the probability of each with the impression, and weight by its inverse",
                )  # fmt: skip


def _is_told(text: str) -> bool:
    """Whether a page or a configuration says that something is left to chance: Bandit is also a program that looks for holes in Python."""
    return "random bucket" in text or "armed bandit" in text or is_remedied(text.replace("bandit", ""))


def _is_of_others(text: str) -> bool:
    """Whether a text speaks of public logs, or of logs that were made up."""
    return any(word in text for word in (*_OF_OTHERS, *_MADE_UP))


def _labels(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Columns that say whether somebody clicked: `rows["clicked"]`, `rows.pop("clicked")`, `LABEL = "clicked"`. In a table of weights,
    `{"view": 0, "click": 1}`, and in `isin(["click"])` it is a kind of event.
    """
    for name, node in columns(module, CLICKED):
        if not _AS_LABEL.issuperset(tokens(name)):
            continue
        up: Any = node.up  # type: ignore[attr-defined]
        if isinstance(up, ast.List) and len(up.elts) == 1 and isinstance(up.up, ast.Subscript) and up.up.slice is up:  # type: ignore[attr-defined]
            up = up.up  # type: ignore[attr-defined]
        taken = isinstance(up, ast.Call) and last_word(up.func) in ("col", "pop", "get", "select")
        if taken or isinstance(node, ast.Attribute) or isinstance(up, (ast.Subscript, ast.Assign, ast.AnnAssign)):
            yield name, node


def _training(module: Module, labels: list[tuple[str, ast.expr]]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Where a file first trains on a column of clicks; and, where none is seen, what functions of the project gave it."""
    given = list(training_calls(module))
    for call in module.method_calls("backward") if labels else ():
        if call.receiver is not None:
            given += [(call, trace) for trace in traced(module, call.receiver)]
    fed: dict[str, tuple[Any, ...]] = {}
    for call, trace in given:
        for name, node in labels:
            if trace.passes(node):
                return ((name, tuple(where(module, call.node))),), ()
        for source in trace.calls:
            for name in source.names:
                if not is_foreign(name, f"{module.name}."):
                    fed.setdefault(name, tuple(where(module, call.node)))
    return (), tuple(fed.items())[:_MOST]


def _given_back(module: Module, labels: list[tuple[str, ast.expr]]) -> tuple[tuple[str, str], ...]:
    found = {}
    for name, node in labels:
        function = module.function_around(node)
        if function is not None and any(r.value is not None and module.flow.trace(r.value).passes(node) for r in function.returns):
            found[function.scope.qualified] = name
    return tuple(found.items())[:_MOST]


def _is_log(module: Module) -> bool:
    """Whether a file speaks of clicks and, beside them, of what was shown and where."""
    if next(columns(module, CLICKED), None) is None:
        return False
    if next(columns(module, SHOWN), None) is not None:
        return True
    texts = (text.value for text in module.syntax.strings if isinstance(text.value, str))
    return any(text in _PLACES or (is_sql(text) and bool(SHOWN.intersection(tokens(text)))) for text in texts)


def _serves(module: Module) -> bool:
    """Whether a file answers requests with what a model puts in order."""
    words = module.words_called
    ranks = [word for word in words if tokens(word)[:1] and tokens(word)[0] in _RANKING]
    if not ranks and not (_ORDERING.intersection(words) and any(word.startswith(_ASKING) for word in words)):
        return False
    return module.notebook is None and serving.is_serving(module)


def _is_declared(module: Module) -> bool:
    """Whether the settings declare a log of what was shown or clicked, and somebody who uses what the model says."""
    data = module.settings.data
    logs = any((SHOWN | CLICKED).intersection(tokens(name)) for one in data.source for name in (one.name, *one.paths))
    return logs and any(one.reads for one in data.consumer)
