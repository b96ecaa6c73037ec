"""Which notebooks command lines execute, and which file of the project is meant."""

from __future__ import annotations

import pytest

from mlsmith.rules.kit.notebook_runs import notebook_named, runs_in


@pytest.mark.parametrize(
    ("command", "notebooks"),
    [
        ("papermill train.ipynb out.ipynb", ["train.ipynb"]),
        ("papermill -p rate 0.1 'my train.ipynb' out.ipynb", ["my train.ipynb"]),
        (r"$bin/papermill My\ train.ipynb out.ipynb", ["My train.ipynb"]),
        ("python -m papermill train.ipynb out.ipynb", ["train.ipynb"]),
        ("jupyter nbconvert --to notebook --execute a.ipynb b.ipynb --output c.ipynb", ["a.ipynb", "b.ipynb"]),
        ("jupyter-nbconvert --execute \\\n  a.ipynb", ["a.ipynb"]),
        ("jupyter nbconvert a.ipynb --execute", ["a.ipynb"]),
        ("jupyter execute a.ipynb", ["a.ipynb"]),
        ("ipython a.ipynb", ["a.ipynb"]),
        ('["jupyter", "nbconvert", "--execute", "a.ipynb"]', ["a.ipynb"]),
        ("jupyter nbconvert --to script a.ipynb && python --execute a.py", []),
        ("jupyter nbconvert a.ipynb --to html", []),
        ("git add papermill.md a.ipynb", []),
        ("pip install papermill; cp a.ipynb b.ipynb", []),
        ("# papermill a.ipynb b.ipynb", []),
    ],
)
def test_what_a_command_executes(command: str, notebooks: list[str]) -> None:
    assert [run.notebook for run in runs_in(command)] == notebooks


def test_a_target_of_a_makefile_is_what_a_notebook_is_run_for() -> None:
    text = "NOTEBOOK := a.ipynb\nscore: data\n\tpapermill a.ipynb out.ipynb\n\ncheck:\n\tjupyter execute b.ipynb\n"
    assert list(runs_in(text, targets=True)) == [("a.ipynb", "score"), ("b.ipynb", "check")]


def test_a_notebook_is_known_by_as_much_of_its_path_as_tells_it_from_others() -> None:
    notebooks = ["a/train.ipynb", "b/train.ipynb", "score.ipynb", "b/score.ipynb"]
    assert notebook_named("/app/b/train.ipynb", notebooks) == "b/train.ipynb"
    assert notebook_named("$root/a/train.ipynb", notebooks) == "a/train.ipynb"
    assert notebook_named("train.ipynb", notebooks) == ""
    assert notebook_named("./score.ipynb", notebooks) == "score.ipynb"
    assert notebook_named("$NAME.ipynb", notebooks) == ""
