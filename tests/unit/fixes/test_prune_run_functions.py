"""Options that fire and tyro make of the parameters of a function go with the parameter, and stay where a command line may give them."""

from __future__ import annotations

import textwrap

import pytest

from mlsmith.fixes.prune.refusal import Refusal
from tests.unit.fixes.prune_in_memory import pruned

PROGRAM = textwrap.dedent("""
    import fire


    def main(data, use_old: bool = False, epochs: int = 3):
        if use_old:
            data = data + 1
        print(data, epochs)


    if __name__ == "__main__":
        fire.Fire(main)
    """).lstrip()
AFTER = textwrap.dedent("""
    def main(data, epochs: int = 3):
        print(data, epochs)
    """).strip()
TYRO = PROGRAM.replace("fire.Fire", "tyro.cli").replace("import fire", "import tyro")


@pytest.mark.parametrize(
    "source",
    [
        PROGRAM,
        PROGRAM.replace("use_old: bool", "use_old"),
        PROGRAM.replace("Fire(main)", "Fire(component=main, name='train')"),
        PROGRAM.replace("Fire(main)", "Fire({'main': main})"),
        PROGRAM.replace("import fire", "from fire import Fire").replace("fire.Fire", "Fire"),
        TYRO,
        TYRO.replace("cli(main)", "cli(main, description='trains')"),
    ],
)
@pytest.mark.parametrize("asked", ["--use-old=False", "use_old=False", "main.use_old=False"])
def test_an_option_goes_with_its_parameter_and_its_branch(source: str, asked: str) -> None:
    files, result = pruned({"train.py": source, "run.sh": "python train.py data.csv --epochs 4\n"}, asked)
    assert AFTER in files["train.py"].replace("use_old: bool", "use_old")
    assert result.options == ["--use_old"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("python train.py x --use_old", "passed"),
        ("python train.py x --use-old=True", "passed"),
        ("python train.py x --nouse_old", "passed"),
        ("python train.py x -use_old", "passed"),
        ("python train.py x -u", "passed"),
        ("python train.py x True", "by its place"),
        ("python train.py \\\n  --epochs 4 x \\\n  True", "by its place"),
        ("python -m train x True", "by its place"),
    ],
)
def test_an_option_of_fire_that_a_script_passes_stays(script: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": PROGRAM, "run.sh": f"{script}\n"}, "use_old=False")


def test_words_of_a_list_that_code_runs_are_counted_too() -> None:
    other = "import subprocess\n\nsubprocess.run(['python', 'train.py', 'x', 'True'])\n"
    with pytest.raises(Refusal, match="by its place"):
        pruned({"train.py": PROGRAM, "other.py": other}, "use_old=False")


@pytest.mark.parametrize(
    "line",
    ["python train.py --data x --epochs=4", "python train.py x && ls y z", "python train.py x && du -hu", "python train.py x  # as of old"],
)
def test_words_that_are_values_of_options_or_of_other_programs_are_given_by_no_place(line: str) -> None:
    files, _ = pruned({"train.py": PROGRAM, "run.sh": f"{line}\n"}, "use_old=False")
    assert "use_old" not in files["train.py"]


def test_what_can_only_be_given_by_name_is_given_by_no_place() -> None:
    files, _ = pruned({"train.py": PROGRAM.replace("data, use", "data, *, use"), "run.sh": "python train.py x True\n"}, "use_old=False")
    assert "use_old" not in files["train.py"]


@pytest.mark.parametrize("option", ["--use-old", "--use_old", "--no-use-old", "--no_use_old", "--use-old=True"])
def test_an_option_of_tyro_that_a_script_passes_stays(option: str) -> None:
    with pytest.raises(Refusal, match="passed"):
        pruned({"train.py": TYRO, "run.sh": f"python train.py --data 3 {option}\n"}, "use_old=False")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (PROGRAM.replace("Fire(main)", "Fire(main, command=line)"), "`command` of `fire`"),
        (PROGRAM.replace("Fire(main)", "Fire(main, line)"), "a second argument"),
        (PROGRAM.replace("def main", "@own\ndef main"), "decorated"),
        (PROGRAM.replace("fire.Fire(main)", "fire.Fire(main)\n    main(3, True)"), "called with values of its own"),
        (PROGRAM.replace("= False", "= True"), "True by default"),
        (PROGRAM.replace("if use_old", "print(locals())\n    if use_old"), "by its name"),
        (TYRO.replace("use_old: bool", "use_old: Annotated[bool, tyro.conf.arg(name='old')]"), "cannot be seen"),
        (TYRO.replace("use_old: bool", "use_old: tyro.conf.Positional[bool]"), "cannot be seen"),
        (TYRO.replace("cli(main)", "cli(main, args=line)"), "`args` of `tyro`"),
    ],
)
def test_functions_that_may_get_other_values(source: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": source}, "use_old=False")


def test_methods_that_fire_makes_commands_of_stay() -> None:
    source = textwrap.dedent("""
        import fire


        class Trainer:
            def fit(self, data, use_old=False):
                if use_old:
                    data = data + 1
                return data


        print(Trainer().fit(1))
        fire.Fire(Trainer)
        """)
    with pytest.raises(Refusal, match="run by a command line"):
        pruned({"train.py": source}, "use_old=False")


def test_a_full_name_means_the_option_of_one_program() -> None:
    programs = {"train.py": PROGRAM, "test.py": PROGRAM.replace("= False", "= True")}
    files, _ = pruned(programs, "train.main.use_old=False")
    assert AFTER in files["train.py"].replace("use_old: bool", "use_old")
    assert files["test.py"] == programs["test.py"]
    with pytest.raises(Refusal, match="True by default"):
        pruned(programs, "--use-old=False")


def test_another_file_may_call_a_function_of_its_own_by_the_name() -> None:
    files, _ = pruned({"train.py": PROGRAM, "other.py": "def main(data):\n    return data\n\n\nmain(3)\n"}, "use_old=False")
    assert AFTER in files["train.py"]


def test_another_file_that_imports_the_command_may_call_it() -> None:
    with pytest.raises(Refusal, match="called with values of its own"):
        pruned({"train.py": PROGRAM, "other.py": "from train import main\n\nmain(3, True)\n"}, "use_old=False")


def test_a_field_that_tyro_fills_stays_for_a_reason() -> None:
    source = textwrap.dedent("""
        import dataclasses

        import tyro


        @dataclasses.dataclass
        class Args:
            use_old: bool = False


        args = tyro.cli(Args)
        print(args.use_old)
        """)
    with pytest.raises(Refusal, match="a field of `Args`"):
        pruned({"train.py": source}, "--use-old=False")
