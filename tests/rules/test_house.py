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


TRAINS = """import torch

def nightly(model, rows):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for row in rows:
        optimizer.zero_grad()
        model(row).mean().backward()
        optimizer.step()
"""


def test_what_a_scheduler_starts_is_a_training_run() -> None:
    assert not lint({"jobs/fit.py": TRAINS}, only="EXP101")
    for named in ("jobs/*.py", "jobs.fit.nightly"):
        found = lint({"jobs/fit.py": TRAINS}, only="EXP101", settings=f'entry-points = ["{named}"]\n')
        assert [finding.code for finding in found] == ["EXP101"], named


def test_what_is_called_from_outside_has_flags_that_others_may_set() -> None:
    files = {
        "job.py": "def build(rows, augment=False):\n    if augment:\n        rows = rows + rows\n        rows = rows * 2\n        rows = rows[1:]\n"
        "    return rows\n",
        "a.py": "from job import build\nbuild(1)\nbuild(2)\n",
    }
    assert [finding.code for finding in lint(files, only="DEX102")] == ["DEX102"]
    assert not lint(files, only="DEX102", settings='entry-points = ["job.build"]\n')
