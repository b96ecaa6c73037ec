"""What a team tells mlsmith of its own house, in the settings."""

from __future__ import annotations

from mlsmith.engine.in_memory import lint_files as lint


def test_names_from_the_settings_stand_for_a_role() -> None:
    code = "from torch.utils.data import DataLoader\nledger = DataLoader(rows, shuffle=False)\n"
    assert not lint({"code.py": code}, only="EXP104")
    found = lint({"code.py": code}, only="EXP104", settings='[roles]\ntrain = ["ledger"]\n')
    assert [finding.span.start.line for finding in found] == [2]


def test_a_wrapper_from_the_settings_counts_as_the_librarys_call() -> None:
    code = "from shop.data import loader_for\ntrain_loader = loader_for(rows, shuffle=False)\n"
    assert not lint({"code.py": code}, only="EXP104")
    settings = '[wrappers]\n"shop.data.loader_for" = "torch.utils.data.DataLoader"\n'
    assert [finding.span.start.line for finding in lint({"code.py": code}, only="EXP104", settings=settings)] == [2]
