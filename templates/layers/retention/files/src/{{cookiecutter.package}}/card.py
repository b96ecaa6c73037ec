"""The model card: what the model is for, how good it is and where it is not, filled from one run."""

from __future__ import annotations

from {{ cookiecutter.package }}.assess import Assessment, Trial
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.contract import Contract
from {{ cookiecutter.package }}.experiment import Effect
from {{ cookiecutter.package }}.features import FEATURES, MEANINGS
from {{ cookiecutter.package }}.model import Model
from {{ cookiecutter.package }}.page import markdown_table

_ROWS = (
    ("AUC", "auc", "{:.3f}"),
    ("Brier score", "brier", "{:.4f}"),
    ("log loss", "log_loss", "{:.4f}"),
    ("skill over the cohort rate", "skill", "{:.1%}"),
    ("calibration error", "calibration_error", "{:.3f}"),
    ("share predicted to come back", "predicted_share", "{:.1%}"),
    ("share that came back", "retained_share", "{:.1%}"),
)
HEADER = ("on the test period, not reminded", "model", "90 % interval", "cohort rate")
GROUP_HEADER = ("group", "users", "predicted", "came back", "skill")


def metric_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: figure, model, 90 % interval, cohort rate."""
    rows: list[tuple[str, ...]] = []
    for title, name, form in _ROWS:
        low_high = assessment.intervals.get(name)
        between = f"{form.format(low_high[0])} – {form.format(low_high[1])}" if low_high else ""
        model, simple = (form.format(getattr(one, name)) for one in (assessment.model, assessment.baseline))
        rows.append((title, model, between, simple))
    return rows


def group_rows(assessment: Assessment) -> list[tuple[str, ...]]:
    """Rows of a table: group, users, predicted and observed share, skill."""
    return [
        (
            f"{group} {value}",
            f"{found['users']:.0f}",
            f"{found['predicted_share']:.1%}",
            f"{found['retained_share']:.1%}",
            f"{found['skill']:.1%}",
        )
        for group, values in assessment.slices.items()
        for value, found in values.items()
    ]


EFFECT_HEADER = ("effect of the reminder", "estimate", "interval", "users to show it")


def effect_rows(trial: Trial, config: Config) -> list[tuple[str, ...]]:
    """Rows of a table: estimate, its interval and the users that an experiment needs for it; the truth where known."""
    rows: list[tuple[str, ...]] = [
        ("difference of the arms", *_effect(trial.plain), f"{trial.users_needed_plain:,}"),
        ("adjusted by the score", *_effect(trial.adjusted), f"{trial.users_needed_adjusted:,}"),
    ]
    if trial.true is not None:
        rows.append(("truth of the made world", f"{100 * trial.true:+.2f} points", "", ""))
    return rows


def bounds(effect: Effect) -> tuple[float, float, float]:
    """Estimate, low and high."""
    return effect.estimate, effect.low, effect.high


SOURCE_HEADER = ("column", "holds", "kept", "owner", "since")


def source_rows(contract: Contract) -> list[tuple[str, ...]]:
    """Rows of a table: every column of the sources, what it holds, and whether it may go further than its source."""
    kept = {"none": "yes", "pseudonym": "under a pseudonym", "personal": "no"}
    return [
        (f"{name}.{title}", column.meaning, kept[column.sensitivity], table.owner, str(column.since))
        for name, table in contract.tables.items()
        for title, column in table.columns.items()
    ]


def write(assessment: Assessment, model: Model, config: Config, contract: Contract, *, data: str) -> str:
    """The card as Markdown."""
    verdict = "reached" if not assessment.shortfalls else "NOT reached: " + "; ".join(assessment.shortfalls)
    split, windows, trial = config.split, config.windows, assessment.trial
    wait = windows.outcome_days + windows.grace_days
    return f"""# Model card: Shop

Run `{model.version}` · configuration `{model.configuration[:12]}` · data `{data[:12]}` · quality bar **{verdict}**

## What it is for
{{ cookiecutter.description }}.
A user comes back when a session begins within {windows.outcome_days} days after the first {windows.feature_days}.
For the product team, which reminds some of them, and for experiments, whose intervals the score makes narrower. It is
not made for judging persons, for prices, or for deciding what a single user may do.

## How good it is
{markdown_table(HEADER, metric_rows(assessment))}

All by users who were not reminded: the model predicts what happens without us.

## By group
{markdown_table(GROUP_HEADER, group_rows(assessment))}

## The experiment
{markdown_table(EFFECT_HEADER, effect_rows(trial, config))}

{len(trial.arms.reminded):,} users of the test period, {config.experiment.reminder_share:.0%} of them reminded when
their first week was over. The score knows a user up to that moment and nothing later, so it can take the differences
between users out of the difference between arms: the interval is {trial.interval_saving:.0%} narrower. Users needed are
for this effect at {config.experiment.power:.0%} power.

## Data and labels
Events of app, server and push service, as signed in `data/logging_plan.yaml`; a run stops where a planned event did
not come. Features know what had happened **and arrived** by the end of the first week. A label waits {wait} days for
the second week and late events. Trained on users up to {split.calibration_days + wait} days before deployment,
calibrated on the next {split.calibration_days} days, tested on the {split.test_days} days after it. Only users in
`control` are learned from: those reminded came back for another reason. Bots, which start sessions like clockwork, are
left out.

## Inputs
{markdown_table(("feature", "unit", "says", "source"), [(name, *_meaning(name)) for name in FEATURES])}

## Sources
{markdown_table(SOURCE_HEADER, source_rows(contract))}

## Limits
- A user whose events have not arrived by the seventh day looks like one who left; each prediction says how many events
  it rests on, how late they were, and how many users of this kind were trained on.
- People who come by another channel, or a new release, are another population; the monitor rings when inputs, scores
  or the share that comes back move.
- The effect holds for reminders on the seventh day and for the users of the test period.

## Privacy and fairness
Gender, year of birth, city and e-mail stand in the source under its terms of service. They are in no table, feature,
log or model of this project; who wants to know whether a group is treated worse must ask those who may hold them. The
{%- if "dp" in cookiecutter.layers %}
log has keyed pseudonyms. Exports are differentially private: ε = {config.export.epsilon:g} an answer, and no more
than {config.export.budget:g} over all answers about a user. This card is exact and stays inside. `forget USER` erases a
person.
{%- else %}
log has keyed pseudonyms. Exports have at least {config.export.smallest_group} users a group and noise of
ε = {config.export.epsilon:g}. `forget USER` erases a person.
{%- endif %}
"""


def summary(assessment: Assessment) -> str:
    """The result in four lines, for the terminal."""
    found, simple, trial = assessment.model, assessment.baseline, assessment.trial
    verdict = "quality bar reached" if not assessment.shortfalls else "; ".join(assessment.shortfalls)
    shown = [f"{100 * low:+.1f} to {100 * high:+.1f}" for _, low, high in map(bounds, (trial.plain, trial.adjusted))]
    return "\n".join([
        f"  model        AUC {found.auc:.3f} · Brier {found.brier:.4f} · skill {found.skill:.1%}",
        f"  cohort rate  AUC {simple.auc:.3f} · Brier {simple.brier:.4f}",
        f"  reminder     {shown[1]} points (without the score {shown[0]})",
        f"  {verdict}",
    ])  # fmt: skip


def _effect(effect: Effect) -> tuple[str, str]:
    return f"{100 * effect.estimate:+.2f} points", f"{100 * effect.low:+.2f} to {100 * effect.high:+.2f}"


def _meaning(name: str) -> tuple[str, str, str]:
    return MEANINGS[name].unit, MEANINGS[name].text, MEANINGS[name].sources
