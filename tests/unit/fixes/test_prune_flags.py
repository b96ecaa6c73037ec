"""What prune makes of a flag, case by case: the files before and after."""

from __future__ import annotations

import textwrap

import pytest

from mlsmith.errors import UserError
from tests.unit.fixes.prune_in_memory import pruned


def text(said: str) -> str:
    return textwrap.dedent(said).lstrip("\n")


def taken(before: str, asked: str = "work.flag=False") -> str:
    return pruned({"a.py": text(before)}, asked)[0]["a.py"]


def test_the_branch_that_is_taken_stands_where_the_condition_stood_with_its_comments() -> None:
    assert taken('''
        def work(a, flag=False):
            x = 1

            # how it is done
            if flag:
                return old(a)
            else:  # the usual way
                # first
                y = """
        as it is
        """
                # last
            return x + len(y)


        print(work(1), work(2, False), work(a=3, flag=False))
        ''') == text('''
        def work(a):
            x = 1

            # how it is done
            # the usual way
            # first
            y = """
        as it is
        """
            # last
            return x + len(y)


        print(work(1), work(2), work(a=3))
        ''')  # fmt: skip


def test_a_chain_of_elif_loses_the_arm_that_is_dead_and_all_behind_the_one_that_is_taken() -> None:
    assert taken(
        """
        def work(a, mode="new"):
            if a > 3:
                return 1
            elif mode == "old":
                return 2
            elif mode in ("new", "newer"):
                # kept
                return 3
            elif a:
                return 4
            print("never")
            return 5


        print(work(1), work(5, mode="new"))
        """,
        'work.mode="new"',
    ) == text(
        """
        def work(a):
            if a > 3:
                return 1
            else:
                # kept
                return 3


        print(work(1), work(5))
        """
    )


def test_the_comment_on_a_statement_that_goes_goes_with_it_and_a_body_is_never_empty() -> None:
    assert taken(
        """
        def work(a, flag=False):
            # about all of it

            # the old way
            if flag:
                a += 1
            for i in range(a):
                if flag: print(i)
            return a


        work(1)
        """
    ) == text(
        """
        def work(a):
            # about all of it

            for i in range(a):
                pass
            return a


        work(1)
        """
    )


def test_a_parameter_takes_along_what_it_is_only_passed_on_to() -> None:
    files, result = pruned(
        {
            "pack/__init__.py": "",
            "pack/a.py": "from pack.b import inner\n\n\ndef outer(x, old=None):\n    return inner(x, old) + inner(x, old=None)\n",
            "pack/b.py": "def inner(x, old):\n    return x if old is None else old(x)\n",
            "run.py": "from pack.a import outer\n\nprint(outer(1), outer(2, None))\n",
        },
        "old=None",
    )
    assert files["pack/a.py"] == "from pack.b import inner\n\n\ndef outer(x):\n    return inner(x) + inner(x)\n"
    assert files["pack/b.py"] == "def inner(x):\n    return x\n"
    assert files["run.py"] == "from pack.a import outer\n\nprint(outer(1), outer(2))\n"
    assert sorted(result.parameters) == ["pack.a.outer.old", "pack.b.inner.old"]


def test_what_only_the_dead_branch_used_goes_as_far_as_it_reaches() -> None:
    files, result = pruned(
        {
            "a.py": text("""
                import json
                import numpy as np
                from b import legacy, shared


                def work(x, flag=False):
                    width = 3
                    if flag:
                        return legacy(np.array(x), width)
                    return shared(x)


                def _unrelated():
                    return json


                print(work(1), work(2, flag=False))
                """),
            "b.py": text("""
                import math


                def shared(x):
                    return x


                # how it was done
                def legacy(x, width):
                    return _half(x) * width


                def _half(x):
                    return math.floor(x / 2)
                """),
        },
        "flag=False",
    )
    assert files["a.py"] == text("""
        import json
        from b import shared


        def work(x):
            return shared(x)


        def _unrelated():
            return json


        print(work(1), work(2))
        """)
    assert files["b.py"] == "def shared(x):\n    return x\n"
    assert (len(result.definitions), len(result.imports), result.names) == (2, 3, 1)


NET = """
class Net:
    def __init__(self, width, use_old=False):
        self.width = width
        self.use_old = use_old  # kept for the checkpoints
        self.depth = 3

    def run(self, x):
        if self.use_old:
            return x
        return x * self.width


print(Net(1).run(2), Net(2, use_old=False).run(3))
"""


def test_a_field_that_only_holds_the_flag_goes_with_it() -> None:
    files, result = pruned({"a.py": NET}, "use_old=False")
    assert (
        files["a.py"]
        == """
class Net:
    def __init__(self, width):
        self.width = width
        self.depth = 3

    def run(self, x):
        return x * self.width


print(Net(1).run(2), Net(2).run(3))
"""
    )
    assert result.parameters == ["a.Net.__init__.use_old"]


def test_a_method_called_on_its_class_is_given_self_as_well() -> None:
    source = "class A:\n    def scaled(self, x, twice=False):\n        return x * 2 if twice else x\n\n\nprint(A.scaled(A(), 2, False), A().scaled(2))\n"
    assert taken(source, "twice=False").endswith("        return x\n\n\nprint(A.scaled(A(), 2), A().scaled(2))\n")


@pytest.mark.parametrize(
    "more", ["net = Net(3)\nnet.use_old = True\n", "print(getattr(Net(3), 'use_old'))\n", "def see(net):\n    return net.use_old\n"]
)
def test_a_field_that_others_see_holds_the_literal(more: str) -> None:
    files, _ = pruned({"a.py": NET, "b.py": f"from a import Net\n\n{more}"}, "a.Net.__init__.use_old=False")
    assert "self.use_old = False  # kept for the checkpoints" in files["a.py"]
    assert "if self.use_old:" in files["a.py"]


def test_a_file_of_which_nothing_is_left_is_empty() -> None:
    files, _ = pruned(
        {
            "a.py": "from b import old\n\n\ndef work(x, flag=False):\n    return old(x) if flag else x\n\n\nwork(1)\n",
            "b.py": "import math\n\n\ndef old(x):\n    return math.floor(x)\n",
        },
        "flag=False",
    )
    assert files == {"a.py": "def work(x):\n    return x\n\n\nwork(1)\n", "b.py": ""}


def test_an_import_inside_of_the_function_goes_where_others_import_it_for_themselves() -> None:
    other = "\n\ndef other():\n    import json\n\n    return json\n\n\nwork(1)\n"
    source = f"def work(x, flag=False):\n    import json\n\n    if flag:\n        return json\n    return x\n{other}"
    after = f"def work(x):\n    return x\n{other}"
    assert taken(source) == after


@pytest.mark.parametrize(("kept", "left"), [("b", "from acts import b\n"), ("", "from acts import a\n")])
def test_a_name_from_a_module_that_does_something_goes_where_its_import_stays(kept: str, left: str) -> None:
    imported = ", ".join(filter(None, ("a", kept)))
    body = f"def work(x, flag=False):\n    if flag:\n        return a(x)\n    return {kept or 'abs'}(x)\n\n\nwork(1)\n"
    files, _ = pruned(
        {"acts.py": "def a(x):\n    return x\n\n\nb = a\nprint('here')\n", "train.py": f"from acts import {imported}\n\n\n{body}"},
        "work.flag=False",
    )
    assert files["train.py"].startswith(left)


def test_an_import_that_others_take_from_the_file_or_that_does_something_stays() -> None:
    files, _ = pruned(
        {
            "a.py": "import numpy as np\nimport side\n\n\ndef work(x, flag=False):\n    if flag:\n        return np, side\n    return x\n\n\nwork(1)\n",
            "b.py": "from a import np\n\nprint(np)\n",
            "side.py": "print('registered')\n",
        },
        "flag=False",
    )
    assert files["a.py"] == "import numpy as np\nimport side\n\n\ndef work(x):\n    return x\n\n\nwork(1)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def work(a, flag=False, *, b=1): ...", "def work(a, *, b=1): ..."),
        ("def work(a, *, flag=False): ...", "def work(a): ..."),
        ("def work(flag=False): ...", "def work(): ..."),
        ("def work(flag=False, /, a=1): ...", "def work(a=1): ..."),
        ("def work(a, flag=False, **more): ...", "def work(a, **more): ..."),
        ("def work(\n    a,  # one\n    flag=False,  # two\n): ...", "def work(\n    a,  # one\n): ..."),
        ("def work(\n    flag=False,  # two\n    a=1,  # one\n): ...", "def work(\n    a=1,  # one\n): ..."),
        ("def work(a,\n         flag=False): ...", "def work(a): ..."),
        ("async def work(a, flag: bool = False) -> int: ...", "async def work(a) -> int: ..."),
    ],
)
def test_signatures_keep_their_layout(before: str, after: str) -> None:
    assert taken(f"{before}\n\n\nwork()\n") == f"{after}\n\n\nwork()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a and flag and b", "a and flag and b"),
        ("not flag and a", "a"),
        ("(a if flag else b)", "b"),
        ("a or flag or b", "a or b"),
        ("[x for x in a if not flag]", "[x for x in a]"),
        ("f'{flag}'", "f'{False}'"),
        ("(lambda y: y if flag else a)", "(lambda y: a)"),
        ("flag is not None", "True"),
        ("flag in (True, 3)", "False"),
        ("(flag or a) + 1", "(a) + 1"),
    ],
)
def test_expressions_come_to_what_they_must(before: str, after: str) -> None:
    after = "a and False and b" if before == after else after
    source = f"def work(a, b, flag=False):\n    x = {before}\n    return x, b\n\n\nwork(1, 2)\n"
    assert taken(source) == f"def work(a, b):\n    x = {after}\n    return x, b\n\n\nwork(1, 2)\n"


@pytest.mark.parametrize(
    ("section", "left"),
    [
        ("Args:\n        a: one\n        flag (bool): two\n            and more\n        b: three", "Args:\n        a: one\n        b: three"),
        (
            "Parameters\n    ----------\n    a : int\n        One.\n    flag : bool\n        Two.\n    b : int",
            "Parameters\n    ----------\n    a : int\n        One.\n    b : int",
        ),
        (":param a: one\n    :param bool flag: two\n    :type flag: bool\n    :param b: three", ":param a: one\n    :param b: three"),
    ],
)  # fmt: skip
def test_docstrings_speak_of_the_parameter_no_more(section: str, left: str) -> None:
    source = 'def work(a, flag=False, b=1):\n    """Work.\n\n    {}\n    """\n    return a\n\n\nwork(1)\n'
    assert taken(source.format(section)) == source.format(left).replace(", flag=False", "")


def test_bytes_around_it_stay_as_they_are() -> None:
    source = "def work(a, flag=False):\n\tif flag:\n\t\treturn 'ä'\n\treturn a\n\n\nwork(1)\n"
    for mark in (b"", b"\xef\xbb\xbf"):
        for end in ("\n", "\r\n"):
            before = mark + source.replace("\n", end).encode()
            _, result = pruned({"a.py": before}, "work.flag=False")
            assert result.changed["a.py"] == mark + "def work(a):\n\treturn a\n\n\nwork(1)\n".replace("\n", end).encode()
    latin = b"# coding: latin-1\n" + source.replace("'ä'", "a").encode() + "print('ä')\n".encode("latin-1")
    assert pruned_bytes(latin).endswith("print('ä')\n".encode("latin-1"))


def pruned_bytes(data: bytes) -> bytes:
    from mlsmith.fixes.prune.found import parse_asked
    from mlsmith.fixes.prune.plan import prune
    from tests.unit.fixes.prune_in_memory import sight_of

    return prune(sight_of({"a.py": data}), parse_asked("work.flag=False")).changed["a.py"]


@pytest.mark.parametrize("call", ["model.eval()", "model.query('x > 1')", "model.eval('x + @other')", "model.evaluate(a)"])
def test_a_method_that_is_only_called_like_the_one_that_reads_local_names_is_no_reason_to_keep_it(call: str) -> None:
    files, _ = pruned(
        {"a.py": f"def work(model, a, flag=False):\n    {call}\n    if flag:\n        a += 1\n    return a\n\n\nwork(None, 1)\n"},
        "work.flag=False",
    )
    assert files["a.py"] == f"def work(model, a):\n    {call}\n    return a\n\n\nwork(None, 1)\n"


def test_an_option_goes_with_its_reads_and_what_they_are_passed_on_to() -> None:
    files, result = pruned(
        {
            "train.py": text("""
                import argparse

                from model import build


                def main():
                    parser = argparse.ArgumentParser()
                    parser.add_argument("--epochs", type=int, default=3)
                    # kept for the paper
                    parser.add_argument("--use-old", action="store_true", help="the old way")
                    args = parser.parse_args()
                    print(args)
                    if args.use_old and args.epochs:
                        print("old")
                    return build(args.epochs, use_old=args.use_old)


                if __name__ == "__main__":
                    main()
                """),
            "model.py": "def build(n, use_old):\n    if use_old:\n        n += 1\n    return n\n",
            "run.sh": "python train.py --epochs 3\n",
        },
        "--use-old=False",
    )
    assert files["train.py"] == text("""
        import argparse

        from model import build


        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--epochs", type=int, default=3)
            args = parser.parse_args()
            print(args)
            return build(args.epochs)


        if __name__ == "__main__":
            main()
        """)
    assert files["model.py"] == "def build(n):\n    return n\n"
    assert result.options == ["--use-old"]


def test_a_key_goes_from_every_configuration() -> None:
    files, result = pruned(
        {
            "config/a.yaml": "model:\n  width: 3  # wide\n  use_old: false  # never\nepochs: 3\n",
            "config/b.yaml": "model:\n  use_old: false\n  width: 4\n",
            "train.py": text("""
                import yaml

                cfg = yaml.safe_load(open("config/a.yaml"))
                if cfg["model"]["use_old"] or cfg["model"].get("use_old", False):
                    print("old")
                else:
                    # as it is now
                    print("new")
                """),
        },
        "model.use_old=false",
    )
    assert files["config/a.yaml"] == "model:\n  width: 3  # wide\nepochs: 3\n"
    assert files["config/b.yaml"] == "model:\n  width: 4\n"
    assert files["train.py"].endswith('# as it is now\nprint("new")\n')
    assert len(result.keys) == 2


@pytest.mark.parametrize("asked", ["nothing_so_called=False", "work.flagg=False"])
def test_a_name_that_is_nowhere_is_a_usage_error(asked: str) -> None:
    with pytest.raises(UserError, match="nothing in the project is called"):
        taken("def work(flag=False): ...\n\nwork()\n", asked)
