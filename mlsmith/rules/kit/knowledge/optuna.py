"""Optuna."""

from __future__ import annotations

_OPTIMIZE = "func, n_trials=None, timeout=None, n_jobs=1, catch=(), callbacks=None"
SIGNATURES = {
    f"{made}().optimize": _OPTIMIZE for made in ("optuna.create_study", "optuna.study.create_study", "optuna.load_study", "optuna.Study")
}
"""Checked against Optuna 5.0 (on `optuna.Study`, which the others give)."""
