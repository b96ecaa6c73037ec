"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.evaluate import Metrics
from {{ cookiecutter.package }}.features import FEATURES
from {{ cookiecutter.package }}.judge import BLIND, MODEL, POPULARITY, RANKERS
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table
from {{ cookiecutter.package }}.stages import Ledger

_ROWS = (
    ("NDCG@10, all items", "ndcg", "{:.3f}"),
    ("NDCG@10, cold items", "cold_ndcg", "{:.3f}"),
    ("appeal of the list, by the truth", "appeal", "{:.0%}"),
    ("appeal of the cold shelf, by the truth", "cold_appeal", "{:.0%}"),
    ("items shown to anyone", "coverage", "{:.0%}"),
    ("slots of the most shown tenth", "top_decile_exposure", "{:.0%}"),
    ("slots of cold items", "cold_exposure", "{:.0%}"),
)
HEADER = ("on the test period", "model", "90 % interval", BLIND, POPULARITY)
USER_HEADER = ("plays of the user", "requests", *RANKERS)
ITEM_HEADER = ("plays of the item", "choices", *RANKERS)
STAGE_HEADER = ("stage", "seconds", "memory at its end, MB")


def metric_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: figure, model, 90 % interval, then the baselines."""
    rows = []
    for title, name, form in _ROWS:
        low_high = assessment.intervals.get(name)
        between = f"{form.format(low_high[0])} – {form.format(low_high[1])}" if low_high else ""
        model, *others = (_shown(assessment.rankers[ranker], name, form) for ranker in RANKERS)
        rows.append((title, model, between, *others))
    return rows


def group_rows(groups: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    """Rows of a table: group, how many, then each ranker's figure."""
    rows = []
    for name, found in groups.items():
        count, *figures = found.values()
        rows.append((name, f"{count:.0f}", *(f"{figure:.3f}" for figure in figures)))
    return rows


def stage_rows(ledger: Ledger) -> list[tuple[str, ...]]:
    """Rows of a table: stage, seconds, memory."""
    return [
        (name, f"{found['seconds']:.1f}", f"{found['memory_mb']:.0f}") for name, found in ledger.plain().items()
    ]  # fmt: skip


def write(assessment: Assessment, model: Model, ledger: Ledger, config: Config, *, data: str) -> str:
    """The card as Markdown."""
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    split, share = config.split, config.exploration.share_of_slots
    weights = [
        (one.name, one.reason, f"{weight:+.3f}") for one, weight in zip(FEATURES, model.weights, strict=True)
    ]  # fmt: skip
    budget = "; ".join(ledger.excesses(config.budget)) or "within the budget of `conf/base.yaml`"
    return f"""# Model card: {{ cookiecutter.project_name }}

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
It orders what has been published and not yet played by the user. It is not made for judging persons, for advertising
or for deciding what gets published.

## How good it is
{markdown_table(HEADER, metric_rows(assessment))}

From {assessment.requests} requests, {assessment.cold_requests} of which chose a cold item. Only what a user found by
search or met by chance counts, and only its first play. The figures by the truth, a share of the best list there could
be, exist because this world is generated; a company has the others.

## Cold start
An item is cold until it was played {split.warm_plays} times. The towers learn from warm items only, and every item
that could be shown is ranked. What each choice gained, by how often its item had been played:

{markdown_table(ITEM_HEADER, group_rows(assessment.by_item))}

## By group
NDCG@10 by how much a user had played:

{markdown_table(USER_HEADER, group_rows(assessment.by_user))}

## Data
Plays before the last {split.blend_days + split.test_days} days teach factors and towers, the next {split.blend_days}
days the blend; factors and towers are then learned anew from all before the last {split.test_days} days, which judge.
In {share:.0%} of the slots the item is drawn by chance and logged with its propensity: without them the next model
would only learn from what this one showed.

## Inputs
{markdown_table(("feature", "as a user may read it", "weight"), weights)}

## Stages
{markdown_table(STAGE_HEADER, stage_rows(ledger))}

{budget}.

## Limits
- A user who has played nothing gets what is popular and new; see the first row by group.
- Content tells only what can be seen and heard; an item that is liked for another reason is found after some plays.
- Collaborative filtering alone gains more {_lost(assessment)}.
- Taste turns; the monitor rings when new media, the share of plays or the share of chance move.

## Privacy
E-mail and birth year are in the sources and never in features, logs or the model. The model holds no user: a user's
taste is computed from their plays at each request, so erasing the plays erases the person.
"""


def summary(assessment: Assessment) -> str:
    """The result in a few lines, for the terminal."""
    lines = [
        f"  {ranker:20s} NDCG@10 {found.ndcg:.3f} · cold items {found.cold_ndcg:.3f} · "
        f"{found.coverage:.0%} of the items shown · {found.cold_exposure:.0%} of the slots to cold ones"
        for ranker, found in assessment.rankers.items()
    ]
    verdict = "quality bar reached" if not assessment.shortfalls else "; ".join(assessment.shortfalls)
    return "\n".join([*lines, f"  {verdict}"])


def _lost(assessment: Assessment) -> str:
    """Where the model is not the best, by plays of the chosen item."""
    groups = [name for name, found in assessment.by_item.items() if found[BLIND] > found[MODEL]]
    return f"from items played before this often: {', '.join(groups)}" if groups else "from no group of items"


def _shown(metrics: Metrics, name: str, form: str) -> str:
    value = metrics.plain()[name]
    return "–" if value is None else form.format(value)
