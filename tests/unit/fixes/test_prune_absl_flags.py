"""Flags of absl go with the statement that declares them, where nothing passes or sets them."""

from __future__ import annotations

import textwrap

import pytest

from mlsmith.errors import UserError
from mlsmith.fixes.prune.refusal import Refusal
from tests.unit.fixes.prune_in_memory import pruned


def text(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


TRAIN = text("""
    from absl import app, flags

    from model import build

    FLAGS = flags.FLAGS

    flags.DEFINE_integer("epochs", 3, "How long.")
    # kept for the paper
    flags.DEFINE_boolean("use_old", False, "The old way.")
    flags.DEFINE_string("out", None, "Where to.")


    def main(_):
        if FLAGS.use_old and FLAGS.epochs:
            print("old")
        print(build(FLAGS.epochs, old=FLAGS.use_old))


    if __name__ == "__main__":
        app.run(main)
    """)
HOLDER = text("""
    from absl import app, flags

    _EPOCHS = flags.DEFINE_integer("epochs", 3, "How long.")
    _USE_OLD = flags.DEFINE_bool("use_old", False, "The old way.", short_name="u")


    def main(_):
        epochs = _EPOCHS.value
        if _USE_OLD.value:
            epochs += 1
        print(epochs)


    if __name__ == "__main__":
        app.run(main)
    """)
MODEL = "def build(n, old):\n    if old:\n        n += 1\n    return n\n"


@pytest.mark.parametrize("asked", ["--use_old=False", "use_old=False", "FLAGS.use_old=False", "--use-old=False"])
def test_a_flag_goes_with_its_declaration_its_reads_and_what_it_is_passed_on_to(asked: str) -> None:
    files, result = pruned({"train.py": TRAIN, "model.py": MODEL, "run.sh": "python train.py --epochs=3\n"}, asked)
    assert files["train.py"] == text("""
        from absl import app, flags

        from model import build

        FLAGS = flags.FLAGS

        flags.DEFINE_integer("epochs", 3, "How long.")
        flags.DEFINE_string("out", None, "Where to.")


        def main(_):
            print(build(FLAGS.epochs))


        if __name__ == "__main__":
            app.run(main)
        """)
    assert files["model.py"] == "def build(n):\n    return n\n"
    assert result.options == ["--use_old"]


def test_a_flag_that_is_read_by_what_its_declaration_returns_goes_with_it() -> None:
    files, _ = pruned({"train.py": HOLDER}, "--use_old=False")
    assert files["train.py"] == text("""
        from absl import app, flags

        _EPOCHS = flags.DEFINE_integer("epochs", 3, "How long.")


        def main(_):
            epochs = _EPOCHS.value
            print(epochs)


        if __name__ == "__main__":
            app.run(main)
        """)


@pytest.mark.parametrize(
    ("declared", "value", "shown"),
    [
        ('flags.DEFINE_enum("use_old", "a", ["a", "b"], "")', '"a"', "print('a')"),
        ('flags.DEFINE_string("use_old", None, "")', "None", "print(None)"),
        ('flags.DEFINE_integer(name="use_old", default=2, help="", lower_bound=0)', "2", "print(2)"),
        ('flags.DEFINE_float("use_old", 0.5, "")', "0.5", "print(0.5)"),
    ],
)
def test_a_flag_of_any_plain_type_becomes_its_default(declared: str, value: str, shown: str) -> None:
    program = f"from absl import flags\n\n{declared}\nprint(flags.FLAGS.use_old)\n"
    files, _ = pruned({"train.py": program}, f"--use_old={value}")
    assert files["train.py"].replace('"', "'") == f"{shown}\n"


@pytest.mark.parametrize(
    "head", ["import tensorflow as tf\n\nflags = tf.app.flags", "import tensorflow.compat.v1 as tf\n\nflags = tf.flags"]
)
def test_flags_of_tensorflow_are_the_same(head: str) -> None:
    program = (
        f"{head}\nflags.DEFINE_bool('use_old', False, '')\nflags.DEFINE_bool('fast', True, '')\nFLAGS = flags.FLAGS\nprint(FLAGS.use_old)\n"
    )
    files, _ = pruned({"train.py": program}, "--use_old=False")
    assert "use_old" not in files["train.py"]
    with pytest.raises(Refusal, match="may be short for"):
        pruned({"train.py": program, "run.sh": "python train.py --use_o\n"}, "--use_old=False")


def test_a_flag_that_is_looked_up_by_its_name_goes() -> None:
    program = TRAIN.replace("if FLAGS.use_old and", 'if FLAGS["use_old"].value and').replace(
        "old=FLAGS.use_old", 'old=getattr(FLAGS, "use_old")'
    )
    files, _ = pruned({"train.py": program, "model.py": MODEL}, "--use_old=False")
    assert "old" not in files["train.py"]


@pytest.mark.parametrize(
    ("change", "others", "reason"),
    [
        (("False, ", "True, "), {}, "True by default"),
        (("False, ", "DEFAULT, "), {}, "cannot be seen by default"),
        (('"The old way."', '"", required=True'), {}, "`required` may give"),
        (('"The old way."', '"", flag_values=OWN'), {}, "`flag_values` may give"),
        (("DEFINE_boolean", "DEFINE_multi_bool"), {}, "`DEFINE_multi_bool` may make something else"),
        (("    print(build", "    FLAGS.use_old = True\n    print(build"), {}, "is assigned"),
        (("    print(build", "    flags.set_default('use_old', True)\n    print(build"), {}, "may mean the flag"),
        (("app.run", "flags.mark_flag_as_required('use_old')\n    app.run"), {}, "may mean the flag"),
        (("    print(build", "    run(FLAGS)\n    print(build"), {}, "handed on as a whole"),
        (("    print(build", "    run(**FLAGS.flag_values_dict())\n    print(build"), {}, "handed on as a whole"),
        (("    print(build", "    run(getattr(FLAGS, input()))\n    print(build"), {}, "names that are not written down"),
        (("    print(build", "    print(FLAGS['use_old'].present)\n    print(build"), {}, "more than the value"),
        (("", ""), {"run.sh": "python train.py --use_old\n"}, "is passed"),
        (("", ""), {"run.sh": "python train.py --nouse_old\n"}, "is passed"),
        (("", ""), {"run.sh": "python train.py -use_old\n"}, "is passed"),
        (("", ""), {"c.yaml": "use_old: true\n"}, "a configuration has"),
        (("", ""), {"tests.py": "def test():\n    with flagsaver.flagsaver(use_old=True):\n        run()\n"}, "given by `flagsaver"),
        (("", ""), {"tests.py": "from train import FLAGS\n\n\ndef test(x):\n    with flagsaver(**x):\n        FLAGS.epochs()\n"}, "set by names"),
        (("", ""), {"other.py": "def work(thing):\n    return thing.use_old\n"}, "something else"),
        (("", ""), {"other.py": "from absl import flags\n\nflags.DEFINE_bool('use_old', True, '')\n"}, "True by default"),
        (("", ""), {"other.py": "import argparse\n\nargparse.ArgumentParser().add_argument('--use_old')\n"}, "both have an option"),
    ],
)  # fmt: skip
def test_flags_that_may_be_given(change: tuple[str, str], others: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": TRAIN.replace(*change), "model.py": MODEL, **others}, "--use_old=False")


@pytest.mark.parametrize(
    ("change", "others", "reason"),
    [
        (("if _USE_OLD.value:", "if _USE_OLD.present:"), {}, "more than the value"),
        (("print(epochs)", "print(epochs, _USE_OLD)"), {}, "more than the value"),
        (("def main(_):", "_USE_OLD = None\n\n\ndef main(_):"), {}, "assigned anew"),
        (("", ""), {"other.py": "from train import _USE_OLD\n\nprint(_USE_OLD.value)\n"}, "imported by another file"),
        (("", ""), {"other.py": "import train\n\nprint(train._USE_OLD.value)\n"}, "read from outside"),
        (("", ""), {"run.sh": "python train.py -u\n"}, "`-u` is passed"),
    ],
)
def test_what_a_declaration_returns_may_be_used_otherwise(change: tuple[str, str], others: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": HOLDER.replace(*change), **others}, "--use_old=False")


def test_what_only_writes_all_flags_down_keeps_none_of_them() -> None:
    program = TRAIN.replace("    print(build", "    print(FLAGS.flag_values_dict())\n    print(build")
    files, _ = pruned({"train.py": program, "model.py": MODEL}, "--use_old=False")
    assert "use_old" not in files["train.py"]


def test_a_function_of_that_name_that_is_not_of_absl_declares_nothing() -> None:
    with pytest.raises(UserError, match="nothing in the project is called"):
        pruned({"train.py": TRAIN.replace("from absl import", "from own import"), "model.py": MODEL}, "--use_old=False")
