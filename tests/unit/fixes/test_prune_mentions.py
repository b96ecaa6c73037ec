"""A mention by which nothing can call a function or class is no reason to leave its flag."""

from __future__ import annotations

import pytest

from mlsmith.fixes.prune.refusal import Refusal
from tests.unit.fixes.prune_in_memory import pruned

WORK = "def work(a, flag=False):\n    if flag:\n        return a + 1\n    return a\n\n\nwork(1)\n"
MODEL = """\
class Model(Base):
    def __init__(self, size, flag=False):
        super(Model, self).__init__()
        self.size = size + 1 if flag else size


model = Model(3)
"""


@pytest.mark.parametrize(
    "other",
    [
        "def show(work):\n    return [work]\n",
        "for work in range(3):\n    print(work)\n",
        "work = open('x')\nprint(work)\n",
        "__all__ = ['work']\n",
        "from a import work\n\n__all__ = ['other']\n__all__ += ['work']\n",
    ],
)
def test_another_thing_of_the_name_and_an_export_call_nothing(other: str) -> None:
    files, _ = pruned({"a.py": WORK, "b.py": other}, "work.flag=False", 'project = "application"')
    assert files["a.py"] == "def work(a):\n    return a\n\n\nwork(1)\n"


@pytest.mark.parametrize(
    "other",
    [
        "from a import work\n\n\ndef show():\n    return [work]\n",
        "from a import work as job\n\nprint(job)\n",
        "import a\n\nprint(a.work)\n",
        "def other():\n    def work():\n        pass\n    return work\n",
        "from a import *\n\nprint(work)\n",
        "names = ['work']\n",
        "__all__ = ['work']\nprint([globals()[name] for name in __all__])\n",
        "def other():\n    from a import work\n    return work\n",
    ],
)
def test_a_function_that_something_else_may_call_keeps_its_flag(other: str) -> None:
    with pytest.raises(Refusal, match="handed around"):
        pruned({"a.py": WORK, "b.py": other}, "work.flag=False", 'project = "application"')


@pytest.mark.parametrize(
    "other",
    [
        "",
        "from a import Model\n\n\ndef show(model: Model) -> list[Model]:\n    kept: Model | None = model\n    return [kept]\n",
        "from a import Model\n\n\ndef show(model: 'Model'):\n    return isinstance(model, Model) or isinstance(model, (int, Model))\n",
        "from a import Model\n\ntry:\n    print()\nexcept Model:\n    pass\n",
    ],
)
def test_a_class_that_is_only_checked_or_annotated_loses_its_flag(other: str) -> None:
    files, _ = pruned({"a.py": MODEL, "b.py": other}, "Model.__init__.flag=False", 'project = "application"')
    assert "flag" not in files["a.py"]
    assert "        self.size = size\n" in files["a.py"]


@pytest.mark.parametrize(
    "other",
    [
        "from a import Model\n\nMODELS = [Model]\n",
        "from a import Model\n\n\nclass Other(Model):\n    pass\n",
        "import a\n\n\ndef make():\n    return a.Model.of(3)\n",
        "from jsonargparse import CLI\n\nfrom a import Model\n\n\ndef main(model: Model):\n    return model\n",
        "import typing\n\nfrom a import Model\n\n\ndef main(model: Model):\n    return typing.get_type_hints(main)\n",
        "from a import Model\n\nprint(isinstance(Model, type))\n",
    ],
)
def test_a_class_that_something_may_make_an_object_of_keeps_its_flag(other: str) -> None:
    with pytest.raises(Refusal, match="handed around"):
        pruned({"a.py": MODEL, "b.py": other}, "Model.__init__.flag=False", 'project = "application"')
