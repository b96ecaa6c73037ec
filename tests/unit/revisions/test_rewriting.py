"""What shows by itself that something is different, and what may do the same though it is written in another way."""

from __future__ import annotations

import pytest

from mlsmith.change import Change
from mlsmith.reports.diff_report import document, render
from mlsmith.revisions.between import Difference
from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree
from tests.unit.revisions.test_differences import changes

HEAD = "import numpy as np\nimport pandas as pd\nimport torch\nfrom torch import nn\n\n\ndef f(x, y, n, net):\n"
PLAIN = {
    "a number": ("g(x, 3)", "g(x, 4)"),
    "a number inside of an expression": ("g(n - 1, x)", "g(n - 2, x)"),
    "an operator": ("if n > x:\n    g(n)", "if n >= x:\n    g(n)"),
    "or for and": ("return h(x) and h(y)", "return h(x) or h(y)"),
    "something around a value": ("g(x)", "g(abs(x))"),
    "nothing around it any more": ("return abs(x)", "return x"),
    "an argument that is given": ("g(x)", "g(x, weight=y)"),
    "a text": ("g(x['rate'])\nh('rate')", "g(x['speed'])\nh('rate')"),
    "an argument that a library has a default for": ("nn.Linear(n, 2, bias=y)", "nn.Linear(n, 2)"),
    "a computed value for a number": ("g(4)", "g(min(8, n))"),
    "a branch": ("g(x)", "if n:\n    h(y)\ng(x)"),
    "what is kept by an object": ("g(x)", "net.rate = n\ng(x)"),
    "a layer that was nowhere": ("g(x)", "net.drop = nn.Dropout(n)\ng(x)"),
    "another layer": ("net.act = nn.ReLU(n)", "net.act = nn.GELU(n)"),
    "another keyword of a library": ("g(pd.read_csv(x, sep=y))", "g(pd.read_csv(x, comment=y))"),
    "something else for what is missing": ("g(x)", "g(n if x is None else y)"),
    "a number that is another one as a text": ("g(1)", "g('1')"),
    "a conversion to something else": ("g(x)", "g(round(x))"),
    "a test beside the one that is there": (
        "if isinstance(x, list):\n    g(x)",
        "if isinstance(x, list):\n    g(x)\nif isinstance(x, list):\n    h(y)",
    ),
    "a test that is asked in two places now": (
        "if isinstance(x, list):\n    g(x)",
        "if isinstance(x, list):\n    g(x)\nif isinstance(x, list):\n    h(y)",
    ),
    "other words": ("return 'has no changes at all'", "return 'has more changes at all'"),
    "another number in a text": ("return 'the best of 3'", "return 'the best of 4'"),
    "nothing, or something": ("if x == None:\n    g(y)", "if x is not None:\n    g(y)"),
    "missing values stay": ("g(pd.read_csv(x).dropna())", "g(pd.read_csv(x))"),
    "no evaluation mode": ("net.eval()\ng(x)", "g(x)"),
    "one of two seeds": ("np.random.seed(n)\ntorch.manual_seed(n)", "torch.manual_seed(n)"),
}
REWRITTEN = {
    "another name": ("g(x)", "g(y)"),
    "an attribute for a name": ("g(x)", "g(net.x)"),
    "a name for a number": ("g(3)", "g(net.size)"),
    "an expression for another": ("return x.sum() / n", "return torch.mean(x)"),
    "a method of something else": ("x.norm()", "y.norm()"),
    "an argument that is given no more": ("g(n, bias=y)", "g(n)"),
    "a key that is kept and read under another name": ("x['rate'] = n\ng(x['rate'])", "x['speed'] = n\ng(x['speed'])"),
    "a call that went": ("h(y)\ng(x)", "g(x)"),
    "a call that came": ("g(x)", "h(y)\ng(x)"),
    "a layer that is made elsewhere, too": ("nn.Linear(n, 2)\ng(x)", "nn.Linear(n, 2)\ng(x)\nnn.Linear(y, 2)"),
    "a function of a library": ("g(x)", "torch.mean(x)\ng(x)"),
    "a branch that went": ("if n:\n    h(y)\ng(x)", "g(x)"),
    "an order": ("g(x)\nh(y)\nreturn x", "h(y)\ng(x)\nreturn x"),
    "another keyword": ("g(x, rate=n)", "g(x, speed=n)"),
    "a keyword for a place": ("net.fit(x, y, n)", "net.fit(x, y, weight=n)"),
    "nothing, compared by value": ("if x == None:\n    g(y)", "if x is None:\n    g(y)"),
    "a value of the right type already": ("return x", "return tuple(x)"),
    "a number in an array": ("return 0.0", "return np.array(0.0)"),
    "a number that is written otherwise": ("return 100", "return 100.0"),
    "what is made where nothing is given": ("g(x)", "g([8, 1] if x is None else x)"),
    "a loss that an object holds": ("net.loss(x)\nself.criterion(x, y)", "net.loss(x)\nnn.functional.mse_loss(x, y)"),
    "an entry for a number": ("g(3)", "g(x['size'])"),
    "a copy": ("g(x)", "g(x.clone())"),
    "an identity": ("if type(x) == n:\n    g(y)", "if type(x) is n:\n    g(y)"),
    "a loss by another way to it": ("torch.losses.cross_entropy(x, y)", "torch.nn.functional.cross_entropy(x, y)"),
    "a test that stood elsewhere": ("if isinstance(x, list):\n    g(x)\nh(y)", "g(x)\nif isinstance(x, list):\n    h(y)"),
    "what is made where nothing is there": ("g(x)", "g([8, 1] if not exists(x) else x)"),
    "an array of a table": ("g(x.columns)", "g(x.columns.values)"),
    "a number of an array": ("g(x.max())", "g(x.max().item())"),
    "an answer for a branch that gives it": ("if x > n:\n    return True\nreturn False", "return x > n"),
    "more that is spread": ("g(x)", "g(x, **n)"),
    "a branch of another function, by other names": (
        "h(y)\nif net.mode == 'fit' and len(x):\n    g(x)",
        "h(y)\ng(x)\nif net.mode == 'fit' and len(n):\n    k(n)",
    ),
    "an argument under another name and with what is called otherwise": ("self.new(data=x.data)", "self.new(tensor=x.tensor)"),
    "a slip of the pen": ("return 'has uncommited changes'", "return 'has uncommitted changes'"),
    "many steps": ("g(x)\nh(y)\ng(n)\nreturn x", "p(x)\nq(y)\nwhile s(y):\n    r(x)\nreturn x"),
}


def told(old: str, new: str) -> tuple[Change, ...]:
    before, after = (HEAD + "".join(f"    {line}\n" for line in body.split("\n")) for body in (old, new))
    return changes({"a.py": before}, {"a.py": after})


@pytest.mark.parametrize(("old", "new"), PLAIN.values(), ids=PLAIN)
def test_what_cannot_come_to_the_same_is_a_change(old: str, new: str) -> None:
    found = told(old, new)
    assert found
    assert not any(change.rewritten for change in found), found


@pytest.mark.parametrize(("old", "new"), REWRITTEN.values(), ids=REWRITTEN)
def test_what_may_come_to_the_same_is_told_as_written_in_another_way(old: str, new: str) -> None:
    found = told(old, new)
    assert found
    assert all(change.rewritten for change in found), found


@pytest.mark.parametrize(
    ("old", "new", "rewritten"), [("[8, 1]", "None", True), ("None", "count()", True), ("None", "3", False), ("2", "3", False)]
)
def test_a_default_of_nothing_may_be_what_is_made_then(old: str, new: str, rewritten: bool) -> None:
    (change,) = changes(*({"a.py": f"def f(x, split={default}):\n    return g(x, split)\n"} for default in (old, new)))
    assert (change.kind, change.rewritten) == ("default", rewritten)


def test_an_argument_of_an_own_function_is_told_by_its_name() -> None:
    old = "def run(x, model=None):\n    for one in x:\n        yield g(one, model)\n\n\ndef f(x):\n    return h(run(x))\n"
    (change,) = changes({"a.py": old}, {"a.py": old.replace("run(x))", "run(x, model=3))")})
    assert change.subject == "run(model)"


def test_a_function_that_only_gained_is_no_rewritten_one() -> None:
    (steps,) = told("g(x)", "if n:\n    net.a = n\n    net.b = y\nnet.c = x\ng(x)\nif y:\n    net.d = x")
    assert steps.kind == "steps"
    assert not steps.rewritten


def test_an_argument_that_is_the_default_now_is_told_by_its_value() -> None:
    function = "class A:\n    def __init__(self, x, patience=5):\n        keep(x, patience)\n\n\n"
    old, new = (f"{function}def f(x):\n    patience = {number}\n    return A(x, patience=patience)\n" for number in (10, 5))
    (change,) = changes({"a.py": old}, {"a.py": new})
    assert (change.old, change.new, change.rewritten) == ("10", "5 (the default)", False)


def test_the_report_tells_them_apart() -> None:
    difference = Difference(told("h(y)\ng(x, 3)", "g(x, 4)"), 0, 0)
    assert [(entry["kind"], entry["rewritten"]) for entry in document(difference)["changes"]] == [("call", False), ("call removed", True)]
    sure, _, rewritten = render(difference).partition("What may do the same as before:")
    assert "3 → 4" in sure
    assert "call removed" not in sure
    assert "call removed" in rewritten
    assert rewritten.endswith("1 change of behaviour; 1 place that may do the same\n")


def test_in_a_pull_request_they_are_folded() -> None:
    text = render(Difference(told("h(y)\ng(x, 3)", "g(x, 4)"), 0, 0), format="markdown")
    table, _, folded = text.partition("<details>")
    assert "| `3` | `4` |" in table
    assert "call removed" not in table
    assert "call removed" in folded
    assert folded.index("</details>") > folded.index("call removed")


def test_what_is_only_rewritten_raises_no_warning() -> None:
    text = render(Difference(told("torch.manual_seed(n)\ntorch.manual_seed(y)", "torch.manual_seed(y)"), 0, 0), format="github")
    assert text.startswith("::notice ")
    assert "title=may do the same::seed removed" in text
    text = render(Difference(told("torch.manual_seed(2)", "torch.manual_seed(3)"), 0, 0), format="github")
    assert text.startswith("::warning ")
    assert "title=behaviour changes::seed: torch.manual_seed" in text


def test_what_is_put_around_a_value_in_the_function_that_is_called_may_be_what_was_around_it_before() -> None:
    old = "class A:\n    def run(self, x):\n        g(x)\n        self.net(x)\n\n    def act(self, x):\n        self.policy(batched(x))\n"
    new = old.replace("g(x)", "g(x)\n        x = batched(x)").replace("self.policy(batched(x))", "self.policy(x)")
    assert [change.rewritten for change in changes({"a.py": old}, {"a.py": new}) if change.symbol == "A.act"] == [True]
    without = old.replace("self.policy(batched(x))", "self.policy(x)")
    assert [change.rewritten for change in changes({"a.py": old}, {"a.py": without})] == [False]


@pytest.mark.parametrize(
    ("path", "name", "rewritten"),
    [("net.py", "Net.fit", False), ("net.py", "Net._fit", True), ("examples/net.py", "Net.fit", True), ("net.py", "Net.__call__", False)],
)
def test_what_parameters_are_called_concerns_those_who_may_call_by_them(path: str, name: str, rewritten: bool) -> None:
    old, new = (f"class Net:\n    @jit\n    def {name[4:]}(self, {word}):\n        return g(self, {word})\n" for word in ("key", "rng"))
    (change,) = changes({path: old}, {path: new})
    assert (change.kind, change.rewritten) == ("parameters", rewritten)


@pytest.mark.parametrize(
    ("decorator", "rewritten"), [("abstractmethod", True), ("staticmethod", True), ("property", False), ("jit", False)]
)
def test_how_a_method_is_defined_may_concern_nobody(decorator: str, rewritten: bool) -> None:
    old = "class Net:\n    def fit(self, x):\n        return g(x)\n"
    (change,) = changes({"a.py": old}, {"a.py": old.replace("    def", f"    @{decorator}\n    def")})
    assert (change.kind, change.rewritten) == ("decorator added", rewritten)


@pytest.mark.parametrize(("package", "rewritten"), [("ours", True), ("theirs", False)])
def test_a_keyword_of_a_function_of_the_project_may_have_been_renamed_with_it(package: str, rewritten: bool) -> None:
    path = "examples/a.py"
    old, new = (MemoryTree({"ours/__init__.py": "", path: f"from {package} import f\n\nf(x, {word}=3)\n"}) for word in ("rate", "speed"))
    (change,) = compare(old, new, {path: Changed("M", None)}, Settings()).changes
    assert (change.kind, change.rewritten) == ("call keyword", rewritten)


def test_a_private_function_that_nothing_calls_changes_nothing() -> None:
    old = "import h\n\n\ndef f(x):\n    return h.a(x)\n"
    came = "\n\ndef {}(x):\n    h.a(x, 1)\n    return h.b(x)\n"
    for name, caller, rewritten in (
        ("_g", "", True),
        ("g", "", False),
        ("_g", "\n\ndef k(x):\n    return [_g(one) for one in x]\n", False),
    ):
        found = changes({"a.py": old}, {"a.py": old + came.format(name) + caller})
        assert {change.subject: change.rewritten for change in found}[name] == rewritten
    (logger,) = changes({"a.py": old}, {"a.py": old + "\n\nclass QuietLogger:\n    def say(self, x):\n        h.say(x)\n"})
    assert logger.rewritten


def test_a_file_whose_definitions_are_elsewhere_has_gone_without_them() -> None:
    tool = "\n\ndef f(x):\n    h.a(x, 1)\n    return h.b(x)\n"
    found = changes({"a.py": "import h\n\nh.c()" + tool, "b.py": "import h\n"}, {"b.py": "import h\n" + tool})
    assert {change.kind: change.rewritten for change in found}["module removed"]


INLINE = """class A:
    def __init__(self, net):
        if not hasattr(net, "fit"):
            raise ValueError("no fit")
        if net.n > 3:
            net.n = {0}(net)
        net.m = net.n
        net.k = net.m + 1
        self.net = net
"""
EXTRACTED = """class A:
    def __init__(self, net):
        if net.kept:
            self.check(net)
        self.net = net

    def check(self, one):
        if one is None:
            return
        if not hasattr(one, "fit"):
            raise ValueError("no fit")
        if one.n > 3:
            one.n = {0}(one)
        one.m = one.n
        one.k = one.m + 1
"""


@pytest.mark.parametrize(("inside", "outside", "rewritten"), [("f", "f", True), ("f", "g", True), ("f", None, False)])
def test_a_function_whose_statements_stood_in_another_one_may_do_what_that_did(inside: str, outside: str | None, rewritten: bool) -> None:
    old = INLINE.format(inside) if outside else INLINE.partition("        if")[0] + "        self.net = net\n"
    new = EXTRACTED.format(outside or inside)
    (came,) = (change for change in changes({"a.py": old}, {"a.py": new}) if change.kind == "function added")
    assert came.rewritten == rewritten
    (went,) = (change for change in changes({"a.py": new}, {"a.py": old}) if change.kind == "function removed")
    assert went.rewritten, "who called it is told"


@pytest.mark.parametrize(
    ("line", "rewritten"), [("cfg.get('rate')", True), ("getattr(cfg, 'rate')", True), ("load(cfg, 'rate')", False), ("cfg['rate']", False)]
)
def test_a_key_by_which_something_is_looked_up_may_be_what_it_is_called_now(line: str, rewritten: bool) -> None:
    (change,) = told(f"g({line})\nh('rate')", f"g({line.replace('rate', 'speed')})\nh('rate')")
    assert change.rewritten == rewritten


def test_data_that_came_and_commands_that_run_nothing_of_the_project_may_be_of_no_consequence() -> None:
    old, new = (
        MemoryTree({"run.sh": "make a\n"}),
        MemoryTree({"run.sh": "python train.py\ncp a b\n", "data/a.csv": "1\n", "net.pyx": "1\n", "BUILD": "a\n", "Makefile": "a:\n\tb\n"}),
    )
    changed = {path: Changed("M" if path == "run.sh" else "A", None) for path in new.paths()}
    found = compare(old, new, changed, Settings()).changes
    assert {(change.path, change.subject): change.rewritten for change in found} == {
        ("BUILD", "(the whole file)"): True, ("Makefile", "(the whole file)"): True,
        ("data/a.csv", "(the whole file)"): True, ("net.pyx", "(the whole file)"): False, ("run.sh", "python train.py"): False,
        ("run.sh", "cp a b"): True, ("run.sh", "make a"): True,
    }  # fmt: skip
