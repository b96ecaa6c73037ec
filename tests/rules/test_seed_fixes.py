"""Where EXP102 offers to write a seed, and where that would make all rounds of a loop the same."""

from __future__ import annotations

import pytest

from mlsmith.engine.in_memory import lint_files

HEAD = "from sklearn.model_selection import train_test_split\n\n\ndef scores(X, y, tables, model):\n"
FIT = "model.fit(a, c).score(b, d)"


@pytest.mark.parametrize(
    ("body", "is_offered"),
    [
        (f"    a, b, c, d = train_test_split(X, y)\n    return {FIT}\n", True),
        (f"    for i in range(100):\n        a, b, c, d = train_test_split(X, y)\n        yield {FIT}\n", False),
        (f"    for table in tables:\n        a, b, c, d = train_test_split(table, y)\n        yield {FIT}\n", True),
        (
            f"    for i in range(9):\n        table = tables[i]\n        a, b, c, d = train_test_split(table, y)\n        yield {FIT}\n",
            True,
        ),
    ],
)
def test_a_seed_is_not_written_into_rounds_that_mean_to_differ(body: str, is_offered: bool) -> None:
    (finding,) = lint_files({"run.py": HEAD + body}, only="EXP102")
    assert (finding.fix is not None) is is_offered
    assert ("round" in (finding.advice or "")) is not is_offered


def test_one_order_that_divides_rows_and_labels_is_told_once() -> None:
    code = """import numpy as np


def divide(data, labels):
    order = np.arange(len(data))
    np.random.shuffle(order)
    data, labels = data[order], labels[order]
    x_train = data[:-100]
    x_val = data[-100:]
    y_train = labels[:-100]
    y_val = labels[-100:]
    return x_train, x_val, y_train, y_val
"""
    (finding,) = lint_files({"run.py": code}, only="EXP102")
    assert finding.span.start.line == 6
    assert finding.fix is None
