"""What only has another name is no change, wherever it is used; what another name makes something else of is one."""

from __future__ import annotations

import textwrap

import pytest

from mlsmith.change import Change
from mlsmith.revisions.compare import compare
from mlsmith.settings import Settings
from mlsmith.sources.git import Changed
from mlsmith.sources.tree import MemoryTree

Files = dict[str, str]


def told(old: Files, new: Files, moved: dict[str, str] | None = None) -> list[Change]:
    """What is said of two versions; `moved`: old path → new path."""
    olds, news = ({path: textwrap.dedent(text) for path, text in side.items()} for side in (old, new))
    changed = {path: Changed("R", was) for was, path in (moved or {}).items()}
    changed |= {path: Changed("M", None) for path in news if path in olds and news[path] != olds[path]}
    changed |= {path: Changed("A", None) for path in news if path not in olds and path not in changed}
    changed |= {path: Changed("D", None) for path in olds if path not in news and path not in (moved or {})}
    found = list(compare(MemoryTree(olds), MemoryTree(news), changed, Settings()).changes)
    assert not [change for change in found if change.kind == "unreadable"]
    return found


BASE = """
    class Base:
        def __init__(self, x):
            self.{0} = len(x)


    class Other:
        def __init__(self, x):
            self.many = x

        def show(self):
            return h(self.many)
"""
HEIR = """
    from ours.base import Base


    class Heir(Base):
        def run(self):
            return g(self.{0})
"""
PAIR = """
    class A:
        def fit(self, x):
            self.{0}, self.{1} = g(x)

        def run(self):
            return h(self.{0}) + k(self.{1})
"""


def heirs(name: str, read: str | None = None, base: str = BASE, heir: str = HEIR) -> Files:
    return {"ours/base.py": base.format(name), "ours/heir.py": heir.format(read or name)}


STORES_IT = HEIR + "\n        def again(self, y):\n            self.{0} = y\n"
SHOWS = BASE.replace("\n\n\n    class Other", "\n\n        def show(self):\n            return g(self.{0})\n\n\n    class Other")
HAS_THE_OTHER = (
    HEIR + "\n        @property\n        def many_(self):\n            return 3\n\n        def more(self):\n            return self.many_\n"
)
ASKS_BY_TEXT = HEIR + "\n        def more(self):\n            return getattr(self, 'many')\n"


def test_an_attribute_is_renamed_for_the_classes_that_inherit_it() -> None:
    assert told(heirs("many"), heirs("many_")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (heirs("many"), heirs("many_", "many", heir=f"{HEIR}    # Seen.\n")),
        (heirs("many"), heirs("many_", "other")),
        (heirs("many", heir=HAS_THE_OTHER), heirs("many_", heir=HAS_THE_OTHER)),
        (heirs("many", heir=ASKS_BY_TEXT), heirs("many_", heir=ASKS_BY_TEXT)),
        (heirs("many", heir=HEIR.replace("(Base)", "")), heirs("many_", heir=HEIR.replace("(Base)", ""))),
        (heirs("many", heir=HEIR.replace("ours.base", "theirs.base")), heirs("many_", heir=HEIR.replace("ours.base", "theirs.base"))),
        (heirs("many"), heirs("many_", base=BASE.replace("len(x)", "len(x) + 1"))),
        (heirs("many"), heirs("many_", heir=HEIR.replace("g(self.{0})", "g(self.{0} + 1)"))),
        (heirs("many", heir=STORES_IT), heirs("many_", heir=STORES_IT.replace("= y", "= len(y)"))),
        (heirs("many", base=SHOWS, heir=STORES_IT), heirs("many_", "many", base=SHOWS, heir=f"{STORES_IT}    # Seen.\n")),
    ],
)
def test_an_attribute_that_is_not_what_an_heir_reads_is_told(old: Files, new: Files) -> None:
    assert told(old, new)


ADDS = """
    class A:
        def __init__(self):
            self.{0} = []
            self.rest = []

        def add(self, x):
            self.{1}.append(x)
"""


def test_an_attribute_is_renamed_in_a_module_that_was_moved() -> None:
    one, other, another = ADDS.format("rows", "rows"), ADDS.format("found_things", "found_things"), ADDS.format("found_things", "rest")
    assert told({"a.py": one}, {"b.py": other}, {"a.py": "b.py"}) == []
    assert told({"a.py": one}, {"b.py": another}, {"a.py": "b.py"})
    layer = "import torch.nn as nn\n\n\nclass A(nn.Module):\n    def __init__(self):\n        self.{0} = nn.Linear(2, 2)\n"
    (change,) = told({"a.py": layer.format("fc")}, {"b.py": layer.format("head")}, {"a.py": "b.py"})
    assert (change.kind, change.old, change.new) == ("attribute renamed", "self.fc", "self.head")


def test_attributes_that_are_unpacked_into_are_renamed() -> None:
    found = told({"a.py": PAIR.format("x_of_y", "more")}, {"a.py": PAIR.format("y_of_x", "_more")})
    assert {(change.kind, change.old, change.new) for change in found} == {
        ("attribute renamed", "self.x_of_y", "self.y_of_x"),
        ("attribute renamed", "self.more", "self._more"),
    }
    swapped = PAIR.replace("self.{0}, self.{1} = ", "self.{1}, self.{0} = ")
    found = told({"a.py": PAIR.format("more", "less")}, {"a.py": swapped.format("_more", "_less")})
    assert any(change.kind != "attribute renamed" for change in found)


HANDED = {
    "sdk/ours/deep/parts.py": "class {0}:\n    def __init__(self, n=3):\n        self.n = g(n)\n",
    "sdk/ours/deep/__init__.py": "from .parts import {0}\n",
    "sdk/ours/__init__.py": "from ours.deep import {0}\n",
    "sdk/ours/run.py": "from ours import {0}\n\n\ndef run(x):\n    return h({0}(n=x))\n",
}


def handed(name: str, **other: str) -> Files:
    return {path: text.format(other.get(path.rpartition("/")[2].removesuffix(".py"), name)) for path, text in HANDED.items()}


def test_a_class_is_renamed_for_those_who_have_it_from_a_package() -> None:
    assert told(handed("Part"), handed("Piece")) == []


def test_another_class_from_a_package_is_told() -> None:
    more = {
        "sdk/ours/deep/parts.py": HANDED["sdk/ours/deep/parts.py"].format("Part")
        + "\n\nclass Piece:\n    def __init__(self, n=3):\n        self.n = k(n)\n"
    }
    assert told(handed("Part") | more, handed("Piece") | more)
    new = handed("Piece", run="Part")
    assert told(handed("Part"), new | {"sdk/ours/run.py": f"# Seen.\n{new['sdk/ours/run.py']}"})
    new = handed("Piece")
    assert told(handed("Part"), {path: text.replace("g(n)", "g(n + 1)") for path, text in new.items()})


IMPORTS = {"sdk/ours/__init__.py": "from ours.{0} import f\n", "sdk/ours/{0}.py": "def f(x):\n    return g(x)\n"}


def test_an_import_of_a_module_that_was_moved_is_the_same_import() -> None:
    one, other = ({path.format(name): text.format(name) for path, text in IMPORTS.items()} for name in ("one", "two"))
    assert told(one, other, {"sdk/ours/one.py": "sdk/ours/two.py"}) == []
    assert told(one, other | {"sdk/ours/__init__.py": "from ours.three import f\n"}, {"sdk/ours/one.py": "sdk/ours/two.py"})
    assert told({"a.py": "from ours.one import f\n\nf(1)\n"}, {"a.py": "from ours.two import f\n\nf(1)\n"})


def test_a_library_is_not_what_a_module_of_its_name_was_that_moved() -> None:
    logs = {"ours/random.py": "def f(x):\n    return g(x)\n"}
    old = logs | {"ours/run.py": "import random\n\n\ndef run(x):\n    return random.shuffle(x)\n"}
    new = {"ours/chance.py": logs["ours/random.py"], "ours/run.py": old["ours/run.py"].replace("run(x)", "run(y)").replace("(x)", "(y)")}
    assert told(old, new, {"ours/random.py": "ours/chance.py"}) == []
    other = new | {"ours/run.py": new["ours/run.py"].replace("shuffle", "choice")}
    assert told(old, other, {"ours/random.py": "ours/chance.py"})


MODEL = """
    class Model:
        def __init__(self, n):
            self.n = build(n)

        def predict(self, x):
            x = load(x)
            return self.n(x, {0})
"""


def test_of_a_copy_and_the_file_that_was_moved_the_moved_one_is_the_same() -> None:
    moved = {"ours/model.py": "ours/pairs.py"}
    copies = {"ours/drugs.py": MODEL.format(1), "ours/pairs.py": MODEL.format(1)}
    (copy,) = told({"ours/model.py": MODEL.format(1)}, copies, moved)
    assert (copy.path, copy.kind) == ("ours/drugs.py", "module added")
    found = told({"ours/model.py": MODEL.format(1)}, copies | {"ours/pairs.py": MODEL.format(2)}, moved)
    assert {(change.path, change.old, change.new) for change in found} == {("ours/drugs.py", None, None), ("ours/pairs.py", "1", "2")}


TOOLS = "def load(x):\n    return open(x).read()\n\n\nclass Rows:\n    def __init__(self, n):\n        self.n = n\n"
RUN = "from tools import *\n{0}\n\ndef run(x):\n    return load(x), Rows(x).n\n"


@pytest.mark.parametrize(
    ("more", "came"),
    [
        ("from other import *\n", {"other.py": "def g(x):\n    return h(x)\n"}),
        ("from other import *\n", {"other.py": "from tools import *\n\n\ndef g(x):\n    return h(x)\n"}),
    ],
    ids=["of other names", "of the same names by another way"],
)
def test_a_name_comes_from_the_module_that_has_it(more: str, came: Files) -> None:
    old = {"tools.py": TOOLS, "run.py": RUN.format("")}
    found = told(old, {"tools.py": TOOLS, "run.py": RUN.format(more)} | came)
    assert {(change.path, change.kind) for change in found} == {("run.py", "import added"), ("other.py", "module added")}


@pytest.mark.parametrize(
    ("more", "came"),
    [
        ("from other import *\n", {"other.py": "def load(x):\n    return h(x)\n"}),
        ("from other import *\n", {"other.py": "from library import *\n"}),
        ("from other import *\n", {"other.py": "__all__ = names()\n"}),
        ("from library import *\n", {}),
    ],
    ids=["that has it too", "that may have it from elsewhere", "that says itself what it gives", "that nobody can read"],
)
def test_a_name_that_may_come_from_elsewhere_now_is_told(more: str, came: Files) -> None:
    old = {"tools.py": TOOLS, "run.py": RUN.format("")}
    found = told(old, {"tools.py": TOOLS, "run.py": RUN.format(more)} | came)
    assert {(change.path, change.kind) for change in found} - {("run.py", "import added"), ("other.py", "module added")}


CONF = {"ours/conf.py": "EPOCHS = 20\nRATE = 0.5\n", "ours/__init__.py": "from ours.conf import EPOCHS\n"}
USER = "from ours.conf import EPOCHS, RATE\n\n\ndef fit(x, epochs=EPOCHS):\n    return g(x, RATE, epochs)\n"
OPEN = {"ours/conf.py": "import os\n\nEPOCHS = int(os.environ['EPOCHS'])\n"}
OFTEN = {"ours/conf.py": "EPOCHS = 20\nif here():\n    EPOCHS = 30\n"}
SOMETIMES = {"ours/conf.py": "if here():\n    EPOCHS = 20\n"}
WRITTEN = {"ours/conf.py": "EPOCHS = 20\n\n\ndef set_it(x):\n    global EPOCHS\n    EPOCHS = x\n"}


def user(*edits: tuple[str, str], text: str = USER) -> Files:
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return {"ours/fit.py": text}


BY_MODULE = (("from ours.conf import EPOCHS, RATE", "from ours import conf"), ("=EPOCHS", "=conf.EPOCHS"), ("x, RATE", "x, conf.RATE"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CONF | user(), CONF | user(("epochs=EPOCHS", "epochs=20"))),
        (CONF | user(), CONF | user(("x, RATE", "x, 0.5"))),
        (CONF | user(("ours.conf import EPOCHS, RATE", "ours import EPOCHS"), ("RATE", "1")), CONF | user(("=EPOCHS", "=20"), ("x, RATE", "x, 1"))),
        ({f"sdk/{path}": text for path, text in (CONF | user()).items()}, {f"sdk/{path}": text for path, text in (CONF | user(("=EPOCHS", "=20"))).items()}),
        (CONF | user(), user(("epochs=EPOCHS", "epochs=20"), ("x, RATE", "x, 0.5"), ("from ours.conf import EPOCHS, RATE\n", ""))),
        (user(("from ours.conf import EPOCHS, RATE\n", "EPOCHS = 20\nRATE = 0.5\n")), CONF | user(*BY_MODULE)),
        (CONF | user(), CONF | user(*BY_MODULE)),
    ],
)  # fmt: skip
def test_a_constant_that_is_written_out_is_the_same(old: Files, new: Files) -> None:
    assert [change for change in told(old, new) if change.path == "ours/fit.py" or change.path.startswith("sdk/")] == []


@pytest.mark.parametrize("conf", [OPEN, OFTEN, SOMETIMES, WRITTEN, {}])
def test_a_constant_that_may_be_something_else_is_not_what_is_written_out(conf: Files) -> None:
    text = USER.replace(", RATE", "", 1).replace("x, RATE", "x, 1")
    by_module = text.replace("ours.conf import EPOCHS", "ours import conf").replace("=EPOCHS", "=conf.EPOCHS")
    for written, read in ((text, "EPOCHS"), (by_module, "conf.EPOCHS")):
        (change,) = told(conf | user(text=written), conf | user((f"={read}", "=20"), text=written))
        assert (change.subject, change.old, change.new) == ("default of epochs", read, "20")


def test_a_constant_that_somebody_writes_is_not_what_is_written_out() -> None:
    main = {"main.py": "import ours.conf as conf\n\nconf.EPOCHS = h(1)\n"}
    new = CONF | user(("=EPOCHS", "=20")) | {"main.py": main["main.py"].replace("h(1)", "h(2)")}
    assert {change.path for change in told(CONF | user() | main, new)} == {"main.py", "ours/fit.py"}


def test_a_constant_of_a_file_that_only_one_side_can_read_stays_a_name() -> None:
    old, new = ({path: textwrap.dedent(text) for path, text in (CONF | user(*edits)).items()} for edits in ((), (("g(x", "g(x + 1"),)))
    broken = {**old, "ours/conf.py": "EPOCHS = = 20\n"}
    changed = {path: Changed("M", None) for path in ("ours/conf.py", "ours/fit.py")}
    found = compare(MemoryTree(broken), MemoryTree(new), changed, Settings()).changes
    assert [(change.path, change.kind) for change in found] == [("ours/conf.py", "unreadable"), ("ours/fit.py", "call")]


def test_another_value_than_that_of_the_constant_is_told_with_both() -> None:
    (change,) = told(CONF | user(), CONF | user(("=EPOCHS", "=30")))
    assert (change.subject, change.old, change.new) == ("default of epochs", "20", "30")
    (change,) = told(CONF | user(), CONF | user(("x, RATE", "x, EPOCHS")))
    assert (change.old, change.new) == ("0.5", "20")
    own = user(("from ours.conf import EPOCHS, RATE\n", "EPOCHS = 20\nRATE = 0.25\n"))
    assert ("0.25", "0.5") in {(change.old, change.new) for change in told(own, CONF | user(*BY_MODULE))}


def test_a_constant_that_changes_is_told_where_it_stands() -> None:
    new = CONF | {"ours/conf.py": CONF["ours/conf.py"].replace("20", "30")}
    assert [(change.path, change.kind) for change in told(CONF | user(), new | user(("g(x", "g(x + 1")))] == [
        ("ours/conf.py", "constant"),
        ("ours/fit.py", "call"),
    ]
    assert {change.path for change in told(CONF | user(), new | user(("=EPOCHS", "=20")))} == {"ours/conf.py", "ours/fit.py"}


FIELDS = {"ours/fields.py": "def field(path, default=None, *, size=1):\n    for one in h(path):\n        yield one, default, size\n"}
CALLER = "from ours.fields import field\n\n\ndef fit(x):\n    return g(field(x, 3))\n"


@pytest.mark.parametrize(
    ("call", "pairs"),
    [
        ("field(x, default=3)", []),
        ("field(default=3, path=x)", []),
        ("field(x, 3, size=1)", []),
        ("field(x, default=4)", [("3", "4")]),
        ("field(x, size=3)", [("default=3", "size=3")]),
        ("field(x, 3, size=2)", [(None, "2")]),
    ],
)
def test_an_argument_of_a_function_of_an_unchanged_file_may_be_given_by_its_place_or_by_its_name(call: str, pairs: list[object]) -> None:
    old = {"ours/fit.py": CALLER}
    new = {"ours/fit.py": CALLER.replace("field(x, 3)", call)}
    assert sorted(((change.old, change.new) for change in told(FIELDS | old, FIELDS | new)), key=str) == sorted(pairs, key=str)
    assert told(old, new), "nobody can read what is called"


PACKAGE = {"ours/__init__.py": "from ours.tools import scaled\n"}
TOOL = "def scaled(x):\n    check(x, 1)\n    return x.by(2)\n"
CALLING = "from ours import scaled\n\n\ndef fit(x):\n    return g(scaled(x))\n"


def test_what_an_unchanged_package_hands_on_is_what_stands_in_its_module() -> None:
    tools = {"ours/tools.py": TOOL}, {"ours/tools.py": f"import os\n\n\n{TOOL}\n\ndef size():\n    return os.stat(1)\n"}
    by_module = CALLING.replace("from ours import", "from ours.tools import")
    old, new = PACKAGE | tools[0] | {"fit.py": CALLING}, PACKAGE | tools[1] | {"fit.py": by_module}
    assert {change.subject for change in told(old, new)} == {"size"}
    assert {change.path for change in told(old, new | {"fit.py": by_module.replace("scaled(x)", "scaled(x + 1)")})} == {
        "fit.py",
        "ours/tools.py",
    }
    other = {"ours/more.py": TOOL.replace("2", "3"), "ours/__init__.py": "from ours.more import scaled\n"}
    assert "fit.py" in {change.path for change in told(old | other, new | other)}, "the package had another one of that name"


TABLE = "ROOT = 'data'\nWHERE = ROOT + '/new'\nNAMES = ['a', 'b']\nKINDS = {}\n"
READER = "\n\ndef fit(x):\n    return g(x, WHERE, NAMES, KINDS)\n"
TAKING = "from ours.conf import KINDS, NAMES, WHERE\n"


def test_a_constant_that_is_put_together_of_others_may_move() -> None:
    own, taken = {"fit.py": TABLE + READER}, {"fit.py": TAKING + READER, "ours/conf.py": TABLE}
    through = {"fit.py": TAKING.replace("conf", "old") + READER, "ours/old.py": TAKING, "ours/conf.py": TABLE}
    at_home = {"fit.py": TAKING.replace("conf", "old") + READER, "ours/old.py": TABLE}
    for old, new in ((own, taken), (at_home, through), (through, taken)):
        assert not {change.old for change in told(old, new) if change.path == "fit.py"} - {"{}", "KINDS"}
        for one, other, said in (("'data'", "'raw'", "raw"), ("'b'", "'c'", "'c'"), ("/new", "/old", "/old")):
            edited = {path: text.replace(one, other) for path, text in new.items()}
            assert said in "".join(f"{change.new}" for change in told(old, edited)), (one, other)


@pytest.mark.parametrize("more", ["NAMES.append(h(1))", "NAMES[0] = h(1)"])
def test_of_two_lists_that_begin_alike_one_may_be_changed(more: str) -> None:
    conf = {"ours/conf.py": "NAMES = ['a', 'b']\n", "ours/more.py": f"MORE = ['a', 'b']\n{more.replace('NAMES', 'MORE')}\n"}
    edited = {path: f"{text}\nx = {{0}}\n" for path, text in conf.items()}
    old, new = ({path: text.format(number) for path, text in edited.items()} for number in (1, 2))
    reader = "from ours.conf import NAMES\nfrom ours.more import MORE\n\n\ndef fit(x):\n    return g(x, {0}), h({1})\n"
    found = told(old | {"fit.py": reader.format("NAMES", "MORE")}, new | {"fit.py": reader.format("MORE", "NAMES")})
    assert "fit.py" in {change.path for change in found}
    empty = {"ours/conf.py": "NAMES = {}\nx = 1\n", "ours/more.py": "MORE = {}\nx = 1\n"}
    other = {path: text.replace("1", "2") for path, text in empty.items()}
    found = told(empty | {"fit.py": reader.format("NAMES", "MORE")}, other | {"fit.py": reader.format("MORE", "NAMES")})
    assert "fit.py" in {change.path for change in found}


def test_a_method_of_a_library_is_another_one_though_a_stand_in_for_it_follows() -> None:
    user = "def add(writer, x):\n    writer.create_item(x)\n"
    stand_in = "class Writer:\n    def create_item(self, x):\n        self.items.append(g(x))\n"
    new = [text.replace("create_item", "insert") for text in (user, stand_in)]
    assert told({"net/add.py": user, "net/test_utils.py": stand_in}, {"net/add.py": new[0], "net/test_utils.py": new[1]})
    assert not told({"net/add.py": user, "net/writer.py": stand_in}, {"net/add.py": new[0], "net/writer.py": new[1]})
