"""The fallback: rules of thumb of the security team, which ask for a look and never accuse."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.package }}.columns import Array
from {{ cookiecutter.package }}.features import CONTEXT, Windows
from {{ cookiecutter.package }}.limits import PASS, WATCH

VERSION = "rules-1"
LEAST_SPREAD = 0.25
"""People's times spread by more than this, in log milliseconds."""
MOST_ACCOUNTS = 4
"""Accounts on one device beyond a family's."""


def verdicts(windows: Windows, *, min_actions: int) -> Array:
    """WATCH for players of inhuman regularity and for crowded devices, PASS for all others."""
    count = windows.mask.sum(axis=1)
    log_ms = windows.numbers[..., 0]
    mean = (log_ms * windows.mask).sum(axis=1) / count
    spread = np.sqrt((((log_ms - mean[:, None]) ** 2) * windows.mask).sum(axis=1) / count)
    regular = (spread < LEAST_SPREAD) & (count >= min_actions)
    crowded = windows.context[:, CONTEXT.index("accounts_on_device")] > np.log(MOST_ACCOUNTS)
    return np.where(regular | crowded, WATCH, PASS)
