"""hyperopt."""

from __future__ import annotations

SIGNATURES = {"hyperopt.fmin": "fn, space, algo=None, max_evals=None, timeout=None, loss_threshold=None"}
"""Checked against hyperopt 0.3."""
