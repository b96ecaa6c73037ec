"""Many ordinary steps of one function are one line; what concerns the model, and a value that was written out, keep their own."""

from __future__ import annotations

import json

from mlsmith.change import Change
from mlsmith.reports.diff_report import render
from mlsmith.revisions.between import Difference
from tests.unit.revisions.test_differences import changes

OLD = """import torch


def save(model, rows, scale):
    for row in rows:
        keep(row)
    check(model, 0.5)
    opened = begin(model)
    opened.write(scale)
    return torch.utils.data.DataLoader(rows, batch_size=8)
"""
NEW = """import torch


def save(model, rows, scale):
    check(model, 0.5)
    if model.ready:
        begin_again(model)
    opened = begin(model, scale)
    model.best = opened
    return torch.utils.data.DataLoader(rows, batch_size=8)
"""


def told(old: str, new: str) -> tuple[Change, ...]:
    return changes({"a.py": old}, {"a.py": new})


def test_many_ordinary_steps_of_a_function_are_one_line() -> None:
    (change,) = told(OLD, NEW)
    assert (change.kind, change.subject, change.line) == ("steps", "save", 6)
    assert change.old == "2 gone, 1 changed: for row in rows; opened.write(scale); opened = begin(model)"
    assert change.new == "2 new, 1 changed: if model.ready; model.best = opened; opened = begin(model, scale)"
    assert {step.kind for step in change.steps} == {"loop removed", "call removed", "if added", "call argument", "store added"}


def test_one_or_two_keep_their_exact_lines() -> None:
    found = told(OLD, OLD.replace("keep(row)", "keep(row.x)").replace("begin(model)", "begin(rows)"))
    assert [(change.kind, change.old, change.new) for change in found] == [("call", "row", "row.x"), ("call", "model", "rows")]


def test_what_concerns_the_model_and_a_value_that_is_written_out_keep_theirs() -> None:
    found = told(OLD, NEW.replace("0.5", "0.3").replace("batch_size=8", "batch_size=16"))
    assert [(change.kind, change.old, change.new) for change in found if change.kind != "steps"] == [
        ("call", "0.5", "0.3"),
        ("data", "8", "16"),
    ]
    assert sum(change.kind == "steps" for change in found) == 1


def test_what_stands_there_still_is_neither_gone_nor_new() -> None:
    old = "def f(x):\n    a(x)\n    b(x)\n    c(x)\n    d(x)\n"
    (change,) = told(old, "def f(x):\n    d(x)\n    c(x)\n    b(x)\n    a(x)\n")
    assert (change.kind, change.old) == ("steps", None)
    assert change.new is not None
    assert change.new.startswith("3 in another place: ")


def test_the_same_words_for_another_thing_are_told_by_what_they_mean() -> None:
    old = "from a import f\n\n\ndef run(x):\n    g(x)\n    h(x)\n    return f(x)\n"
    (change,) = told(old, old.replace("from a", "from b").replace("g(x)", "g(x, y=x)").replace("h(x)", "k(x)"))
    assert (change.old, change.new) == ("3 changed: g(x); h(x); a.f", "3 changed: g(x, y=x); k(x); b.f")


def test_long_statements_are_shown_where_they_part() -> None:
    old = "def run(x):\n    a(x)\n    b(x)\n    return something_with_a_long_name(first=x, second=x, third=x, fourth=first(x))\n"
    (change,) = told(old, old.replace("a(x)", "a(x.y)").replace("b(x)", "b(x.y)").replace("first(x)", "last(x)"))
    assert change.old == "3 changed: a(x); b(x); return somet…d=x, fourth=first(x))"
    assert change.new == "3 changed: a(x.y); b(x.y); return somet…d=x, fourth=last(x))"


def test_the_attributes_of_a_class_are_values_and_no_steps() -> None:
    old = "class Settings:\n    a = f(1)\n    b = f(2)\n    c = f(3)\n"
    found = told(old, old.replace("f(", "g("))
    assert len(found) == 3
    assert all(change.kind != "steps" for change in found)


def test_the_report_says_how_many_and_where() -> None:
    difference = Difference(told(OLD, NEW), 0, 0)
    text = render(difference)
    assert "steps  save  (lines 6, 8, 9)" in text
    assert "- 2 gone, 1 changed: for row in rows" in text
    (entry,) = json.loads(render(difference, format="json"))["changes"]
    assert set(entry) == {
        "component", "kind", "path", "line", "symbol", "subject", "old", "new", "significance", "moved_from", "rewritten",
    }  # fmt: skip


def test_a_class_or_file_that_is_new_as_a_whole_is_one_line() -> None:
    methods = "class A(Base):\n    def f(self):\n        g(self)\n\n    def h(self):\n        k(self)\n"
    function = "def run(x):\n    return p(x)\n"
    (change,) = told(function, f"{function}\n\n{methods}")
    assert (change.kind, change.subject) == ("class added", "A")
    (change,) = told(f"{function}\n\n{methods}", function)
    assert (change.kind, change.subject) == ("class removed", "A")
    (change,) = changes({"a.py": function}, {"a.py": function, "b/c.py": f"x = start()\n\n\n{methods}\n\ndef more(x):\n    return q(x)\n"})
    assert (change.kind, change.path, change.subject) == ("module added", "b/c.py", "b.c")


def test_of_a_class_that_took_a_method_from_elsewhere_the_new_ones_are_told() -> None:
    method = "    def f(self, x):\n        a(x)\n        b(x)\n        return c(x)\n"
    old = f"class A:\n{method}"
    new = f"class A:\n    pass\n\n\nclass B:\n{method}\n    def g(self):\n        d(self)\n"
    assert [(change.kind, change.subject) for change in told(old, new)] == [("function added", "B.g")]


def test_of_calls_in_one_another_that_are_gone_together_the_outer_one_is_told_with_what_it_gave() -> None:
    old = "import torch\n\n\ndef f(x):\n    return g(h(torch.zeros(3).to(x).view(2)), torch.nn.Linear(1, 2))\n"
    found = told(old, old.replace("g(h(torch.zeros(3).to(x).view(2)), torch.nn.Linear(1, 2))", "x"))
    assert [(change.kind, change.old) for change in found if change.kind.endswith("removed")] == [
        ("layer removed", "torch.nn.Linear(1, 2)"),
        ("training removed", "torch.zeros(3).to(x).view(2)"),
    ]
    assert ("return", "g(h(torch.zeros(3).to(x).view(2)), torch.nn.Linear(1, 2))", "x") in [(c.kind, c.old, c.new) for c in found]


MOVED = "    rows = read(x.path, limit=3)\n    for row in rows:\n        row.clean(x)\n    x.rows = rows\n"


def test_steps_that_went_to_a_function_that_is_not_called_there_are_one_line() -> None:
    old = f"def f(x):\n    a(x)\n{MOVED}    return x\n\n\ndef g(x):\n    b(x)\n"
    new = f"def f(x):\n    a(x)\n    return x\n\n\ndef g(y):\n{MOVED.replace('x', 'y')}    b(y)\n"
    (change,) = told(old, new)
    assert (change.kind, change.old, change.new, change.line) == ("moved", "f", "g", 7)
    assert change.significance == "low"
    assert len(change.steps) == 6


def test_a_value_that_changed_on_the_way_keeps_its_own_lines() -> None:
    old = f"def f(x):\n    a(x)\n{MOVED}    return x\n\n\ndef g(x):\n    b(x)\n"
    new = f"def f(x):\n    a(x)\n    return x\n\n\ndef g(y):\n{MOVED.replace('x', 'y').replace('3', '4')}    b(y)\n"
    assert any("limit=4" in (step.new or "") for change in told(old, new) for step in (change, *change.steps) if change.kind != "moved")


def test_what_is_stored_is_told_and_not_that_it_is() -> None:
    old = "import torch.nn as nn\n\n\nclass A(nn.Module):\n    def __init__(self):\n        self.a = nn.Linear(1, 2)\n"
    new = f"{old}        self.b = nn.ReLU()\n        self.c = list(h(self))\n"
    assert [(change.kind, change.new) for change in told(old, new)] == [
        ("layer added", "nn.ReLU()"),
        ("store added", "self.c = list(h(self))"),
    ]


def test_a_function_that_is_called_once_more_was_not_touched() -> None:
    old = "def h(x):\n    a(x)\n    b(x)\n\n\ndef f(x):\n    h(x)\n\n\ndef g(x):\n    c(x)\n"
    (change,) = told(old, old.replace("    c(x)", "    c(x)\n    h(x.y)"))
    assert (change.kind, change.symbol, change.line, change.new) == ("call added", "g", 12, "h(x.y)")
    assert len(change.steps) == 2


def test_a_value_that_a_caller_hands_in_is_told_where_it_is_written() -> None:
    old = "import torch\n\n\ndef load(x, size):\n    return torch.utils.data.DataLoader(x, batch_size=size)\n\n\ndef run(x):\n    return load(x, 8)\n"
    (change,) = told(old, old.replace("8", "16"))
    assert (change.line, change.symbol, change.old, change.new) == (9, "run", "8", "16")
    assert change.subject == "torch.utils.data.DataLoader(batch_size)"


def test_a_new_function_is_one_line_and_not_its_steps_in_its_caller() -> None:
    old = "def run(x):\n    a(x)\n"
    found = told(old, "def run(x):\n    a(x)\n    more(x)\n\n\ndef more(x):\n    b(x)\n    c(x)\n    d(x)\n")
    assert [(change.kind, change.subject, len(change.steps)) for change in found] == [("function added", "more", 3)]


def test_fields_are_known_by_their_names() -> None:
    field = "    {0}: int = field(default={1}, metadata={{'help': '{2}'}})\n"
    head = "from dataclasses import dataclass, field\n\n\n@dataclass\nclass A:\n"
    old = head + field.format("a", 1, "one") + field.format("b", 2, "two") + field.format("c", 3, "three")
    new = head + field.format("b", 2, "the second") + field.format("c", 4, "three")
    found = told(old, new)
    assert {(change.kind, change.subject, change.new) for change in found} == {
        ("store removed", "a", None), ("call", "dataclasses.field(default)", "4"),
    }  # fmt: skip


def test_a_list_that_others_are_made_of_is_told_by_its_own_name() -> None:
    old = "B = ['x', 'y']\nA = B + ['z']\nC = B.copy()\n"
    assert [(change.kind, change.subject, change.new) for change in told(old, old.replace("'y'", "'w'"))] == [("constant", "B", "'w'")]


def test_what_is_assigned_in_a_branch_is_shown_as_a_choice() -> None:
    old = "def f(x):\n    y = x\n    return g(y)\n"
    (change,) = told(old, "def f(x):\n    y = x\n    if x.a:\n        y = x.b\n    return g(y)\n")
    assert (change.old, change.new) == ("x", "x.b if x.a else x")


def test_a_table_that_nobody_can_make_is_told_as_it_stands() -> None:
    (change,) = told("def f(x):\n    g(3)\n", "def f(x):\n    g({[1]: 2})\n")
    assert "{[1]: 2}" in str(change.new)
