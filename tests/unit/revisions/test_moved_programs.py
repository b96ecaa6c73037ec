"""A command that runs what was moved is the same command; one that runs something else is another."""

from __future__ import annotations

import pytest

from mlsmith.change import Change
from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree

MOVED = {
    "ml/learn/fit.py": "ml/train.py", "scripts/show.py": "scripts/view.py", "sdk/ours/run/one.py": "sdk/ours/run/two.py",
    "conf/net/old.yaml": "conf/net/new.yaml", "conf/try/opt/old.yaml": "conf/try/opt/new.yaml", "conf/opt/one.yaml": "conf/opt/two.yaml",
}  # fmt: skip
CHOICE = "defaults: [{{{}: {}}}]\na: 1\n"
WORKFLOW = "jobs: {{a: {{run: python {} --lr 0.1}}}}\n"
SCRIPT = '[project.scripts]\nfit = "{}"\n'


def told(path: str, old: str, new: str) -> list[Change]:
    kept = {"conf/opt/new.yaml": "a: 1\n", "conf/net/small.yaml": "a: 1\n"}
    moved = [{name: "x = f(1)\n" if name.endswith(".py") else "b: 1\n" for name in names} for names in (MOVED, MOVED.values())]
    trees = [MemoryTree({**files, **kept, path: text}) for files, text in zip(moved, (old, new), strict=True)]
    changed = {path: Changed("M", None), **{now: Changed("R", was) for was, now in MOVED.items()}}
    return list(compare(*trees, changed, Settings()).changes)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("train.sh", "python -m ml.learn.fit --lr 0.1\n", "python -m ml.train --lr 0.1\n"),
        ("train.sh", "python ml/learn/fit.py --lr 0.1\n", "python ml/train.py --lr 0.1\n"),
        ("scripts/a.sh", "python ./show.py\npython ../ml/learn/fit.py\n", "python ./view.py\npython ../ml/train.py\n"),
        ("Makefile", "all:\n\tpython -m ours.run.one\n", "all:\n\tpython -m ours.run.two\n"),
        (".github/workflows/ci.yml", WORKFLOW.format("-m ml.learn.fit"), WORKFLOW.format("-m ml.train")),
        ("Dockerfile", 'FROM a\nCMD ["python", "-m", "ml.learn.fit"]\n', 'FROM a\nCMD ["python", "-m", "ml.train"]\n'),
        ("Dockerfile", "FROM a\nCOPY ml/learn/fit.py .\n", "FROM a\nCOPY ml/train.py .\n"),
        ("pyproject.toml", SCRIPT.format("ml.learn.fit:main"), SCRIPT.format("ml.train:main")),
        ("conf/net.yaml", "net: {_target_: ml.learn.fit.Net}\n", "net: {_target_: ml.train.Net}\n"),
        ("conf/main.yaml", CHOICE.format("net", "old"), CHOICE.format("net", "new")),
        ("conf/main.yaml", "defaults: [net/old]\n", "defaults: [net/new.yaml]\n"),
        ("conf/try/a.yaml", CHOICE.format("override /net@b", "old.yaml"), CHOICE.format("override /net@b", "new")),
    ],
)
def test_what_was_moved_is_run_as_before(path: str, old: str, new: str) -> None:
    assert told(path, old, new) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("train.sh", "python -m ml.learn.fit\n", "python -m ml.view\n"),
        ("train.sh", "python -m ml.learn.fit\n", "python -m scripts.view\n"),
        ("train.sh", "python ml/learn/fit.py\n", "python scripts/view.py\n"),
        ("train.sh", "python other/learn/fit.py\n", "python other/train.py\n"),
        ("train.sh", "python -m one\n", "python -m two\n"),
        ("train.sh", "python -m ml.learn.fit\npython -m ml.train\n", "python -m ml.train\npython -m ml.train\n"),
        ("train.sh", "python -m ml.learn.fit\npython -m ml.learn.fit\n", "python -m ml.train\npython -m ml.learn.fit\n"),
        ("train.sh", "python -m ml.learn.fit\npython a.py\n", "python a.py\npython -m ml.train\n"),
        ("train.sh", "python ml/learn/fit.py.bak\n", "python ml/train.py.bak\n"),
        ("train.sh", "python $HOME/ml/learn/fit.py\n", "python $HOME/ml/train.py\n"),
        (".github/workflows/ci.yml", WORKFLOW.format("-m ml.learn.fit"), WORKFLOW.format("-m ml.train2")),
        ("pyproject.toml", SCRIPT.format("ml.learn.fit:main"), SCRIPT.format("ml.train:run")),
        ("pyproject.toml", SCRIPT.format("ml.learn.fit:main"), SCRIPT.format("scripts.view:main")),
        ("pyproject.toml", SCRIPT.format("ml.learn.fit:main"), SCRIPT.format("ml.train:main").replace("fit =", "train =")),
        ("conf/net.yaml", "net: {_target_: ml.learn.fit.Net}\n", "net: {_target_: ml.train.Other}\n"),
        ("conf/net.yaml", "net: {_target_: ml.learn.fit}\n", "net: {_target_: ml.train.fit}\n"),
        ("conf/net.yaml", "net: {name: ml.learn.fit}\n", "net: {name: ml.train}\n"),
        ("conf/main.yaml", CHOICE.format("net", "old"), CHOICE.format("net", "small")),
        ("conf/main.yaml", CHOICE.format("net", "small"), CHOICE.format("net", "new")),
        ("conf/main.yaml", CHOICE.format("net", "old"), CHOICE.format("optional net", "new")),
        ("conf/main.yaml", "choices: [{net: old}]\n", "choices: [{net: new}]\n"),
        ("other/main.yaml", CHOICE.format("net", "old"), CHOICE.format("net", "new")),
        ("conf/try/a.yaml", CHOICE.format("override /opt", "old"), CHOICE.format("override /opt", "new")),
        ("Dockerfile", "FROM a\nCOPY ml/learn/fit.py .\nCMD python fit.py\n", "FROM a\nCOPY ml/train.py .\nCMD python train.py\n"),
    ],
)
def test_what_runs_something_else_is_told(path: str, old: str, new: str) -> None:
    assert told(path, old, new)


def test_an_option_is_told_of_a_command_that_runs_what_was_moved() -> None:
    (change,) = told("train.sh", "python -m ml.learn.fit --lr 0.1\n", "python -m ml.train --lr 0.2\n")
    assert (change.subject, change.old, change.new) == ("python -m ml.train (--lr)", "0.1", "0.2")
