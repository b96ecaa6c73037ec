"""Pictures of a run as SVG, the same bytes for the same figures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from sklearn.metrics import precision_recall_curve

from {{ cookiecutter.package }}.assess import Judged
from {{ cookiecutter.package }}.config import Config, MonitorConfig
from {{ cookiecutter.package }}.drawing import plotted
from {{ cookiecutter.package }}.evaluate import Metrics, reliability
from {{ cookiecutter.package }}.monitor import Window
from {{ cookiecutter.package }}.policy import BLOCK, Thresholds, cost_curve
from {{ cookiecutter.package }}.population import DAY

_MODEL, _RULES, _QUIET = "#1f5fa8", "#c4562b", "#8a8a8a"


def precision_recall(judged: Judged) -> bytes:
    """Precision against recall of the model, with the rules as the single point they are."""
    return plotted(lambda axes: _precision_recall(axes, judged))


def calibration(judged: Judged) -> bytes:
    """Predicted against observed share of fraud; the highest scores in finer groups, since there decisions fall."""
    return plotted(lambda axes: _calibration(axes, judged))


def cost(judged: Judged, thresholds: Thresholds, rules: Metrics, config: Config) -> bytes:
    """Euro per 1,000 payments at every threshold for blocking, with the chosen one and what the rules cost."""
    return plotted(lambda axes: _cost(axes, judged, thresholds, rules, config))


def drift(windows: list[Window], config: MonitorConfig) -> bytes:
    """The largest stability index and the block rate's deviation in each window after deployment."""
    return plotted(lambda axes: _drift(axes, windows, config))


def _precision_recall(axes: Axes, judged: Judged) -> None:
    fraud, weight = judged.outcomes.fraud, judged.outcomes.weight
    precision, recall, _ = precision_recall_curve(fraud, judged.score, sample_weight=weight)
    axes.step(recall, precision, where="post", color=_MODEL, label="model")
    blocked = judged.rule_actions == BLOCK
    caught = float((weight * fraud)[blocked].sum())
    if blocked.any():
        axes.plot(
            caught / float((weight * fraud).sum()), caught / float(weight[blocked].sum()),
            "o", color=_RULES, markersize=9, label="rules",
        )  # fmt: skip
    axes.axhline(float(np.average(fraud, weights=weight)), color=_QUIET, linestyle=":", label="guessing")
    axes.set(xlabel="share of fraud found (recall)", ylabel="share of fraud among hits (precision)", ylim=(0, 1.02))
    axes.legend()


def _calibration(axes: Axes, judged: Judged) -> None:
    order = np.argsort(judged.score, kind="stable")
    tail = order[int(0.9 * len(order)) :]
    for rows, label, style in ((order, "all payments", "o"), (tail, "highest tenth", "s")):
        known = judged.outcomes.rows(rows)
        predicted, observed, _ = reliability(judged.score[rows], known.fraud, known.weight)
        axes.plot(np.maximum(predicted, 1e-4), np.maximum(observed, 1e-4), style, color=_MODEL, label=label,
                  markerfacecolor="white" if style == "s" else _MODEL)  # fmt: skip
    axes.plot([1e-4, 1], [1e-4, 1], color=_QUIET, linestyle=":", label="perfect")
    axes.set(xscale="log", yscale="log", xlabel="predicted probability of fraud", ylabel="observed share of fraud")
    axes.legend()


def _cost(axes: Axes, judged: Judged, thresholds: Thresholds, rules: Metrics, config: Config) -> None:
    outcomes = judged.outcomes
    at, euro = cost_curve(judged.score, outcomes.fraud, outcomes.amount_eur, outcomes.weight, config.cost)
    shown = np.isfinite(at) & (at > 0)
    axes.step(at[shown], euro[shown], where="post", color=_MODEL, label="model, by threshold for blocking")
    axes.axvline(thresholds.block, color=_MODEL, linestyle="--", label=f"chosen before: {thresholds.block:.3f}")
    axes.axhline(rules.cost_eur_per_1000, color=_RULES, label="rules")
    axes.set(xscale="log", xlabel="probability from which payments are blocked", ylabel="euro per 1,000 payments")
    axes.set_xlim(1e-4, 1.3)
    axes.set_ylim(0, 2.2 * max(rules.cost_eur_per_1000, float(euro[shown].min())))
    axes.legend(loc="upper center")


def _drift(axes: Axes, windows: list[Window], config: MonitorConfig) -> None:
    weeks = [window.begins // DAY for window in windows]
    largest = [max(window.psi.values()) / config.max_psi for window in windows]
    rate = [abs(window.block_rate_z) / config.max_block_rate_z for window in windows]
    axes.plot(weeks, largest, marker="o", color=_MODEL, label="inputs and score: largest PSI")
    axes.plot(weeks, rate, marker="s", color=_RULES, label="share of blocked payments")
    axes.axhline(1.0, color=_QUIET, linestyle="--", label="alarm")
    axes.set(xlabel="day", ylabel="share of the alarm's limit", ylim=(0, max(1.2, *largest, *rate) * 1.05))
    axes.legend()
