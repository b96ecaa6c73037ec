"""An input may know only what had been registered or published by then: cut the history and nothing may change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from {{ cookiecutter.package }} import warehouse
from {{ cookiecutter.package }}.columns import Columns, take
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.features import NAMES
from {{ cookiecutter.package }}.train import Prepared
from {{ cookiecutter.package }}.warehouse import Warehouse

CHOSEN = 12


def test_inputs_are_the_same_when_the_future_has_not_happened_yet(prepared: Prepared, settings: Config) -> None:
    assert leaking(prepared, settings) == []


@pytest.mark.parametrize(
    ("step", "asked", "planted", "leaks"),
    [
        ("04_features", "evidence.registered_on < described.valued_on\n",
         "evidence.registered_on < described.valued_on + 60\n", {"near_level", "log_near_sales"}),
        ("02_described", "market_index.published_on <= measured.valued_on",
         "market_index.published_on <= measured.valued_on + 60", {"log_index"}),
    ],
    ids=["sales", "index"],
)  # fmt: skip
def test_a_planted_look_into_the_future_is_caught(
    prepared: Prepared, settings: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    step: str, asked: str, planted: str, leaks: set[str],
) -> None:  # fmt: skip
    for path in warehouse.SQL.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert path.stem != step or asked in text
        (tmp_path / path.name).write_text(text.replace(asked, planted) if path.stem == step else text, encoding="utf-8")
    monkeypatch.setattr(warehouse, "SQL", tmp_path)
    assert leaks <= set(leaking(prepared, settings))


def leaking(prepared: Prepared, settings: Config) -> list[str]:
    """Inputs that differ between the whole history and the one cut at the sale's day, for any of some sales."""
    tables = {name: columns for name, columns in prepared.tables.items() if name != "truth"}
    with Warehouse(tables, settings.neighbourhood, settings.engine) as whole:
        now = whole.sales()
    busy = np.flatnonzero((now.near_sales > 2) & (now.at > 1_500))
    found: set[str] = set()
    for row in busy[:: max(1, len(busy) // CHOSEN)]:
        with Warehouse(
            cut(tables, int(now.at[row]), int(now.subject[row])), settings.neighbourhood, settings.engine
        ) as past:
            then = past.sales()
        values = then.values[then.subject == now.subject[row]][0]
        found |= {name for name, a, b in zip(NAMES, now.values[row], values, strict=True) if a != b}
    return sorted(found)


def cut(tables: dict[str, Columns], day: int, deed: int) -> dict[str, Columns]:
    """The tables as they stood on a day, with the one sale whose inputs are asked for."""
    deeds, index = tables["deeds"], tables["market_index"]
    known = (deeds["registered_on"] < day) | (deeds["deed"] == deed)
    return {
        **tables,
        "deeds": take(deeds, known),
        "market_index": take(index, index["published_on"] <= day),
    }
