"""Options of click and typer go with the parameter they fill; programs do the same after it, run by the libraries themselves."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsmith.fixes.prune.refusal import Refusal
from tests.unit.fixes.prune_in_memory import pruned, run
from tests.unit.fixes.test_prune_behaviour import bodies


def text(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


CLICK = text('''
    import click

    from model import build


    @click.command()
    @click.option("--epochs", default=3, help="How long.")
    # kept for the paper
    @click.option("--use-old", is_flag=True, help="The old way.")
    def main(epochs, use_old):
        """Train.

        Args:
            epochs: how long
            use_old: the old way
        """
        if use_old and epochs:
            click.echo("old")
        click.echo(build(epochs, use_old=use_old))


    if __name__ == "__main__":
        main()
    ''')
MODEL = "def build(n, use_old):\n    if use_old:\n        n += 1\n    return n\n"
TYPER = text("""
    from typing import Annotated

    import typer

    app = typer.Typer()


    @app.command()
    def train(epochs: int = 3, use_old: Annotated[bool, typer.Option(help="The old way.")] = False) -> None:
        if use_old:
            epochs += 1
        typer.echo(epochs)


    if __name__ == "__main__":
        app()
    """)


@pytest.mark.parametrize("asked", ["--use-old=False", "use_old=False", "main.use_old=False", "train.main.use_old=False"])
def test_an_option_of_click_goes_with_its_decorator_its_parameter_and_what_it_is_passed_on_to(asked: str) -> None:
    files, result = pruned({"train.py": CLICK, "model.py": MODEL.replace("use_old", "old"), "run.sh": "python train.py --epochs 3\n"}
                           | {"train.py": CLICK.replace("use_old=use_old", "old=use_old")}, asked)  # fmt: skip
    assert files["train.py"] == text('''
        import click

        from model import build


        @click.command()
        @click.option("--epochs", default=3, help="How long.")
        def main(epochs):
            """Train.

            Args:
                epochs: how long
            """
            click.echo(build(epochs))


        if __name__ == "__main__":
            main()
        ''')
    assert files["model.py"] == "def build(n):\n    return n\n"
    assert result.options == ["--use-old"]


@pytest.mark.parametrize(
    "parameter",
    [
        'use_old: Annotated[bool, typer.Option(help="The old way.")] = False',
        'use_old: Annotated[bool, typer.Option("--use-old/--no-use-old")] = False',
        'use_old: bool = typer.Option(False, "--use-old")',
        "use_old: bool = False",
    ],
)
def test_an_option_of_typer_goes_however_it_is_declared(parameter: str) -> None:
    source = TYPER.replace('use_old: Annotated[bool, typer.Option(help="The old way.")] = False', parameter)
    files, _ = pruned({"train.py": source}, "--use-old=False")
    assert "def train(epochs: int = 3) -> None:\n    typer.echo(epochs)\n" in files["train.py"]
    assert ("Annotated" in files["train.py"]) is ("Annotated" not in parameter)


@pytest.mark.parametrize(
    ("change", "others", "reason"),
    [
        (("is_flag=True", "is_flag=True, default=True"), {}, "True by default"),
        (("is_flag=True", "is_flag=True, envvar='OLD'"), {}, "`envvar` may give"),
        (("is_flag=True", "flag_value='x'"), {}, "`flag_value` may give"),
        (("is_flag=True", "is_flag=True, callback=print"), {}, "`callback` may give"),
        (("is_flag=True", "type=bool, default='no'"), {}, "something that cannot be seen by default"),
        (("is_flag=True", "required=True"), {}, "something that cannot be seen by default"),
        (("    main()", "    main(auto_envvar_prefix='T')"), {}, "auto_envvar_prefix"),
        (("click.command()", "click.command(cls=Own)"), {}, "decorated by `command`"),
        (("@click.command()", "@own\n@click.command()"), {}, "decorated by `own`"),
        (("    main()", "    main.callback(3, True)"), {}, "handed around"),
        (("    main()", "    print(click.get_current_context().params)"), {}, "as a whole"),
        (("click.echo(build", "print(locals()); click.echo(build"), {}, "by its name"),
        (("    main()", "    print(main)"), {}, "handed around"),
        (("    main()", "    main(['--use-old'])"), {}, "is passed"),
        (("", ""), {"run.sh": "python train.py --use-old\n"}, "is passed"),
        (("", ""), {"other.py": "import click\n\nfrom train import main\n\n\ndef f(ctx):\n    ctx.invoke(main, use_old=True)\n"}, "handed around"),
        (("", ""), {"other.py": "import click\n\n\ndef f(ctx, other):\n    ctx.forward(other)\n"}, "as a whole"),
        (("", ""), {"other.py": "key = 'use_old'\n"}, "may mean the flag"),
        (("", ""), {"other.py": "import importlib\n\ngetattr(importlib.import_module('train'), 'main')\n"}, "may mean the command"),
    ],
)  # fmt: skip
def test_options_of_click_that_may_be_given(change: tuple[str, str], others: dict[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": CLICK.replace(*change), "model.py": MODEL, **others}, "--use-old=False")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("= False", "= True"), "True by default"),
        (("Annotated[bool", "Annotated[str"), "cannot be seen"),
        (('help="The old way."', 'envvar="OLD"'), "`envvar` may give"),
        (("    app()", "    train(use_old=True)"), "called with values of its own"),
        (("    app()", "    app(['--no-use-old'])"), "is passed"),
    ],
)
def test_options_of_typer_that_may_be_given(change: tuple[str, str], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        pruned({"train.py": TYPER.replace(*change)}, "--use-old=False")


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, Any]:
    """A command with an option `--flag` that nobody passes, run once for each value of another option."""
    value = draw(st.sampled_from([False, True, None, 0, 3, -1, "adam", ""]))
    body = [f"    {line}" for line in [*draw(bodies(value)), "return None"]]
    library = draw(st.sampled_from(["click", "typer"])) if value is not None else "click"
    start = ["def note(*said):", "    print(said)", "    return said[0]", ""]
    if library == "click":
        declared = draw(st.sampled_from(["--flag", "-f", "--flag/--no-flag"])) if isinstance(value, bool) else "--flag"
        switch = f", is_flag=True, default={value!r}" if isinstance(value, bool) else f", default={value!r}"
        name = "" if declared != "-f" else ", 'flag'"
        head = ["import click", *start, "@click.command()", "@click.option('-a', default=0)", f"@click.option({declared!r}{name}{switch})",
                "@click.option('-b', default=2)", "def work(a, flag, b):"]  # fmt: skip
        runs = [f"work(['-a', '{a}'], standalone_mode=False)" for a in (0, 1, 3)]
    else:
        kind = type(value).__name__
        given = draw(st.sampled_from([f"flag: {kind} = {value!r}", f"flag: {kind} = typer.Option({value!r}, '--flag')"]))
        head = ["import typer", *start, "app = typer.Typer()", "@app.command()", f"def work(a: int = 0, {given}, b: int = 2):"]
        runs = [f"app(['--a', '{a}'], standalone_mode=False)" for a in (0, 1, 3)]
    return "\n".join([*head, *body, *runs, ""]), value


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_programs_do_the_same_without_the_option(program: tuple[str, Any]) -> None:
    source, value = program
    try:
        files, _ = pruned({"program.py": source}, f"--flag={value!r}")
    except Refusal:
        return
    assert "flag" not in files["program.py"]
    assert run(files["program.py"]) == run(source), f"{source}\n-----\n{files['program.py']}"
