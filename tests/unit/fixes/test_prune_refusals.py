"""Where behaviour cannot be shown to stay, prune says so, and where."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from mlsmith.errors import UserError
from mlsmith.fixes.prune.found import parse_asked
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.targets import Ambiguous
from tests.unit.fixes.prune_in_memory import pruned

WORK = "def work(a, flag=False):\n    if flag:\n        return a + 1\n    return a\n\n\n"


def refused(files: Mapping[str, str] | str, asked: str = "work.flag=False", settings: str = "") -> Refusal:
    given = {"a.py": files} if isinstance(files, str) else files
    with pytest.raises(Refusal) as caught:
        pruned({path: textwrap.dedent(text) for path, text in given.items()}, asked, settings)
    return caught.value


@pytest.mark.parametrize(
    ("rest", "reason", "line"),
    [
        ("work(1)\nwork(1, True)\n", "a call gives `flag` True", 8),
        ("work(1)\nwork(1, flag=0)\n", "a call gives `flag` 0", 8),
        ("work(1, flag=input())\n", "a call gives `flag` something that cannot be seen", 7),
        ("work(*[1, True])\n", r"may give `flag` by `\*`", 7),
        ("work(1, **{'flag': True})\n", "may give `flag` by", 7),
        ("work(1)\nprint(work)\n", "`work` is mentioned otherwise", 8),
        ("work(1)\ngetattr(object, 'work')\n", "`work` is mentioned otherwise", 8),
        ("work(1)\n\n\ndef other(x):\n    return x.work(1)\n", "something unknown", 1),
        ("", "nothing calls it", 1),
        ("work(1)\nexec('print(work(1, True))')\n", "called by a text that may be run", 8),
        ("\n\ndef other(y):\n    return work(1, flag=y)\n\n\nother(True)\nother(False)\n", "a call gives `y` True", 13),
    ],
)
def test_calls_that_may_give_another_value(rest: str, reason: str, line: int) -> None:
    refusal = refused(WORK + rest)
    assert (refusal.path, refusal.line) == ("a.py", line)
    with pytest.raises(Refusal, match=reason):
        raise refusal


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("flag = flag or a\n    return flag", "assigned anew"),
        ("for flag in a:\n        print(flag)", "assigned anew"),
        ("return locals()", "by its name"),
        ("return eval('flag')", "by its name"),
        ("exec('print(flag)')", "by its name"),
        ("return vars()", "by its name"),
        ("import pandas\n    return pandas.read_csv(a).query('x > @flag')", "by its name"),
        ("import pandas\n    return pandas.read_csv(a).eval('x + @flag')", "by its name"),
        ("import pandas\n    return pandas.eval(str(a))", "by its name"),
        ("import numexpr\n    return numexpr.evaluate('a + flag')", "by its name"),
        ("import inspect\n    return inspect.currentframe()", "by its name"),
        ("return f'{flag=}'", "writes down the name"),
        ("def inner():\n        nonlocal flag\n        flag = 1\n    return inner", "inside"),
        ("if flag:\n        yield a", "generator"),
        ("if flag:\n        note = print\n    return note(a)", "gets its value in the branch"),
    ],
)
def test_bodies_that_may_use_it_otherwise(body: str, reason: str) -> None:
    source = f"def note(x): ...\n\n\ndef work(a, flag=False):\n    {body}\n\n\nprint(work(1))\n"
    with pytest.raises(Refusal, match=reason):
        raise refused(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import click\n\n\n@click.command()\n" + WORK + "work()\n", "decorated by `click.command"),
        (
            "class A:\n    def run(self, flag=False): ...\n\n\nclass B(A):\n    def run(self, flag=False): ...\n\n\nA().run()\n",
            "overridden by",
        ),
        ("class A:\n    def forward(self, x, flag=False): ...\n\n\nA()(1)\n", "called by frameworks"),
        ("def outer():\n    def run(flag=False): ...\n    run()\n", "inside of another function"),
        ("if x:\n    def run(flag=False): ...\nelse:\n    def run(flag=False): ...\n\nrun()\n", "more than once"),
    ],
)
def test_functions_that_others_may_call(source: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        raise refused(source, "a.A.run.flag=False" if "A().run" in source else "flag=False")


def test_a_class_whose_parameters_a_library_may_set_by_their_names() -> None:
    model = "from sklearn.base import BaseEstimator\n\n\nclass Model(BaseEstimator):\n    def __init__(self, flag=False):\n        self.flag = flag\n\n\n"
    refusal = refused(model + "grid = {'model__flag': [True, False]}\nModel()\nModel(flag=False)\n", "flag=False")
    assert "'model__flag' may mean the flag" in refusal.reason


LIBRARY = {
    "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n\n[project]\nname = "lib"\nversion = "1"\n',
    "lib/__init__.py": "",
    "lib/a.py": WORK,
    "lib/b.py": "from lib.a import work\n\nwork(1)\n",
}


def test_the_public_functions_of_a_library_unless_the_settings_say_that_it_is_an_application() -> None:
    assert "is public" in refused(LIBRARY).reason
    files, _ = pruned(LIBRARY, "work.flag=False", 'project = "application"')
    assert files["lib/a.py"].strip() == "def work(a):\n    return a"


def test_a_bare_name_that_means_several_things_is_answered_with_their_full_names() -> None:
    refusal = refused({"a.py": WORK + "work(1)\n", "b.py": "def other(flag=False): ...\n\nother()\n"}, "flag=False")
    assert isinstance(refusal, Ambiguous)
    assert refusal.names == ["a.work.flag", "b.other.flag"]


def test_a_document_that_shows_a_call_with_the_flag() -> None:
    refusal = refused({"a.py": WORK + "work(1)\n", "README.md": "See `work`.\n\n    work(2, flag=True)\n"})
    assert (refusal.where, refusal.sort) == ("README.md:3", "told in a document")


def test_a_file_that_cannot_be_parsed_but_mentions_the_function() -> None:
    refusal = refused({"a.py": WORK + "work(1)\n", "b.py": "from a import work\nwork(1, True\n"})
    assert (refusal.path, refusal.sort) == ("b.py", "unseen file")


SCRIPT = """
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--use-old", {})
args = parser.parse_args()
{}
"""


@pytest.mark.parametrize(
    ("declared", "rest", "others", "reason"),
    [
        ('action="store_true"', "print(args.use_old)", {"run.sh": "python a.py --use-old\n"}, "is passed"),
        ('action="store_true"', "print(args.use_old)", {"README.md": "Try `python a.py --use-old`.\n"}, "is passed"),
        ('action="store_true"', "print(args.use_old)", {"run.sh": "python a.py --use-o\n"}, "may be short for"),
        ('"-u", action="store_true"', "print(args.use_old)", {"run.sh": "python a.py \\\n  -u\n"}, "`-u` is passed"),
        ('action="store_true"', "print(args.use_old)", {"c.yaml": "use_old: true\n"}, "a configuration has"),
        ('action="store_true"', "import subprocess\nsubprocess.run(['a.py', '--use-old'])", {}, "is passed"),
        ('action="store_false"', "print(args.use_old)", {}, "True by default"),
        ("default=1", "print(args.use_old)", {}, "1 by default"),
        ('action="store_true"', "args.use_old = True\nprint(args.use_old)", {}, "is assigned"),
        ('action="store_true"', "work(**vars(args))", {}, "handed on as a whole"),
        ('action="store_true"', "name = input()\nprint(getattr(args, name))", {}, "names that are not written down"),
        ('action="store_true"', "parser.set_defaults(use_old=True)", {}, "given by"),
        ('action="store_true"', "print(thing.use_old)", {}, "something else"),
        ("default='False', type=bool", "print(args.use_old)", {}, "converted"),
        ("required=True", "print(args.use_old)", {}, "must be given"),
    ],
)
def test_options_that_may_be_given(declared: str, rest: str, others: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        raise refused({"a.py": SCRIPT.format(declared, rest), **others}, "--use-old=False")


READER = 'import yaml\n\ncfg = yaml.safe_load(open("a.yaml"))\nif cfg["model"]["use_old"]:\n    print("old")\n'


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"b.yaml": "model:\n  use_old: true\n  n: 1\n"}, "`model.use_old` is True"),
        ({"run.sh": "python train.py model.use_old=true\n"}, "is set"),
        ({"b.py": "def build(use_old): ...\n"}, "has a parameter of that name"),
        ({"b.py": "class Model:\n    use_old: bool = False\n"}, "has a field of that name"),
        ({"b.py": "key = 'use_old'\n"}, "may mean the flag"),
        ({"b.py": "cfg.model.use_old = (\n"}, "cannot be parsed"),
        ({"b.py": "cfg = {}\ncfg.model.use_old = True\n"}, "is assigned"),
        ({"b.yaml": "model: {use_old: false}\n"}, "cannot be taken out"),
        ({"train.py": READER + "build(**cfg['model'])\n"}, "goes out of sight as a whole"),
        (
            {"train.py": READER + "for key, value in cfg['model'].items():\n    setattr(build, key, value)\n"},
            "goes out of sight as a whole",
        ),
        ({"train.py": READER.replace('open("a.yaml")', "open(input())")}, "no code is seen to load"),
        ({"b.yaml": "model:\n  _target_: train.Model\n  use_old: false\n"}, "_target_"),
    ],
)
def test_keys_that_may_have_another_value(files: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        raise refused({"a.yaml": "model:\n  use_old: false\n  n: 1\n", "train.py": READER, **files}, "model.use_old=False")


def test_notebooks_are_looked_at_but_not_rewritten() -> None:
    cell = '{{"cell_type": "code", "metadata": {{}}, "outputs": [], "execution_count": null, "source": ["from a import work\\n", "work(1{})"]}}'
    notebook = '{{"cells": [{}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    files = {"a.py": WORK + "work(1)\n", "n.ipynb": notebook.format(cell.format(""))}
    assert "flag" not in pruned(files, "work.flag=False")[0]["a.py"]
    files["n.ipynb"] = notebook.format(cell.format(", flag=False"))
    assert refused(files).sort == "notebook"


def test_a_call_that_may_reach_another_class_keeps_its_argument() -> None:
    method = "class {}:\n    def run(self, flag=False):\n        return flag\n\n\n"
    source = method.format("A") + method.format("B") + "x = A() if input() else B()\nx.run(flag=False)\nA().run()\n"
    assert refused(source, "a.A.run.flag=False").sort == "call of several"


def test_what_was_exported_for_others_may_not_be_lost() -> None:
    files = {"a.py": WORK + "FLAG = work(1)\n", "b.py": "def go(old=False):\n    if old:\n        return 1\n\n\ngo()\n"}
    refusal = refused(
        {
            **files,
            "c.py": SCRIPT.format('action="store_true"', "if args.use_old:\n    def legacy(): ...\n"),
            "d.py": "from c import legacy\nlegacy()\n",
        },
        "--use-old=False",
    )
    assert "is imported" in refusal.reason


@pytest.mark.parametrize("said", ["flag", "flag=", "=False", "flag=some_name", "flag=[1]"])
def test_what_is_no_flag_with_a_literal_is_a_usage_error(said: str) -> None:
    with pytest.raises(UserError):
        parse_asked(said)
