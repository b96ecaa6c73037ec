"""Options that are passed by a letter among others, or by the beginning of their name, as argparse itself reads them."""

from __future__ import annotations

import argparse
import itertools

import pytest

from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.fixes.prune.short_options import ShortOptions
from tests.unit.fixes.prune_in_memory import pruned, sight_of

PROGRAM = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("-u", "--use-old", action="store_true")
parser.add_argument("-v", action="count")
parser.add_argument("-n", type=int, default=3)
parser.add_argument("-lr", type=float, default=0.1)
args = parser.parse_args()
if args.use_old:
    print("old")
print(args.n)
"""


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"run.sh": "python train.py -vu\n"}, "`-vu` passes `-u` here"),
        ({"run.sh": "python train.py -uv\n"}, "`-uv` passes `-u` here"),
        ({"run.sh": "python train.py -un5\n"}, "`-un5` passes `-u` here"),
        ({".github/workflows/ci.yml": "steps:\n  - run: python train.py -vu\n"}, "`-vu` passes `-u` here"),
        ({".github/workflows/ci.yml": "steps:\n  - run: python train.py -u\n"}, "`-u` is passed"),
        ({"Dockerfile": "CMD python train.py -vu\n"}, "`-vu` passes `-u` here"),
        ({"tests.py": "import subprocess\n\nsubprocess.run(['train.py', '-vu'])\n"}, "`-vu` passes `-u` here"),
        ({"pyproject.toml": "[project.scripts]\nfit-it = 'train:main'\n", "run.sh": "fit-it -vu\n"}, "`-vu` passes `-u` here"),
        ({"run.sh": "python train.py --u\n"}, "may be short for"),
        ({"tests.py": "import subprocess\n\nsubprocess.run(['train.py', '--use'])\n"}, "may be short for"),
        ({"Dockerfile": "CMD python train.py --use-o\n"}, "may be short for"),
    ],
)  # fmt: skip
def test_an_option_that_is_passed_in_short_stays(others: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": PROGRAM, **others}, "--use-old=False")


@pytest.mark.parametrize(
    "line",
    ["python train.py -v", "python train.py -n5", "python train.py -lru", "tar -xzuf data.tar && python train.py", "tail -nu; train"],
)
def test_words_that_no_program_takes_for_the_option(line: str) -> None:
    files, _ = pruned({"train.py": PROGRAM.replace('"-lr"', '"-lru"'), "run.sh": f"{line}\n"}, "--use-old=False")
    assert "use" not in files["train.py"]


def test_a_letter_of_an_option_that_is_not_seen_may_stand_before_it() -> None:
    files = {"train.py": PROGRAM.replace("args = ", "parser.add_argument(*input().split())\nargs = "), "run.sh": "python train.py -xu\n"}
    with pytest.raises(Refusal, match="`-xu` passes `-u` here"):
        pruned(files, "--use-old=False")


def test_the_whole_of_a_word_is_read_as_argparse_reads_it() -> None:
    declared = ['"-u", action="store_true"', '"-v", action="count"', '"-n"', '"-uv", action="store_true"']
    lines = ["import argparse", "p = argparse.ArgumentParser()", *(f"p.add_argument({text})" for text in declared)]
    short = ShortOptions(sight_of({"a.py": "\n".join([*lines, ""])}))
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("-u", action="store_true")
    parser.add_argument("-v", action="count")
    parser.add_argument("-n")
    parser.add_argument("-uv", dest="both", action="store_true")
    words = [f"-{''.join(letters)}" for length in (2, 3) for letters in itertools.product("uvnx", repeat=length)]
    for word in words:
        try:
            given = parser.parse_known_args([word])[0].u
        except argparse.ArgumentError:
            given = False
        assert not given or short.passes(word, "u"), word
    assert not short.passes("-uv", "u")
    assert not short.passes("-nu", "u")
    assert not short.passes("-vx", "u")
