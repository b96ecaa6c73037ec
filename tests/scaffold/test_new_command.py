"""`mlsmith new` as a user calls it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mlsmith.cli.new import new
from mlsmith.cli.new_output import next_commands
from mlsmith.errors import UserError
from mlsmith.scaffold import locate
from mlsmith.scaffold.create import Created

FIXTURES = Path(__file__).parent / "fixtures"
Snapshot = Callable[[Path], dict[str, bytes]]


@dataclass(frozen=True)
class Outcome:
    out: str
    error: UserError | None


Run = Callable[..., Outcome]


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command with the tiny templates: `run("shop", "-k", "tiny")`."""
    monkeypatch.setattr(locate, "_PACKAGE", FIXTURES / "mlsmith")
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    app.command()(new)

    def call(*arguments: str) -> Outcome:
        result = CliRunner().invoke(app, [*arguments])
        if result.exception and not isinstance(result.exception, UserError | SystemExit):
            raise result.exception
        error = result.exception if isinstance(result.exception, UserError) else None
        if error is None:
            assert result.exit_code == 0, result.output
        return Outcome(result.stdout, error)

    return call


def test_the_panel_names_the_project_its_folders_and_the_next_commands(run: Run) -> None:
    shown = run("shop", "-k", "tiny", "-y").out
    for text in (
        "tiny project",
        "shop/",
        "src/",
        "cd shop",
        "python3 project.py train",
        "python3 project.py test",
    ):
        assert text in shown
    assert "__init__.py" not in shown


def test_json_is_one_object_on_stdout(run: Run, place: Path) -> None:
    data = json.loads(run("shop", "-k", "tiny", "-w", "serving", "--format", "json").out)
    assert data["version"] == 1
    assert data["directory"] == str(place / "shop")
    assert (data["kind"], data["layers"]) == ("tiny", ["base", "model", "serving"])
    assert "src/shop/model.py" in data["files"]


def test_the_list_has_one_line_for_each_kind_and_layer(run: Run) -> None:
    lines = run("--list").out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "kinds", "bare", "tiny", "layers", "base", "model", "notebook", "serving",
    ]  # fmt: skip
    assert json.loads(run("--list", "-f", "json").out)["kinds"][1]["name"] == "tiny"


def test_a_dry_run_shows_every_file_and_writes_none(run: Run, place: Path) -> None:
    shown = run("shop", "-k", "tiny", "--dry-run").out
    assert "model.py" in shown
    assert "none written" in shown
    assert list(place.iterdir()) == []


def test_answers_come_from_set_and_the_slug_from_the_directory(run: Run, place: Path) -> None:
    run("shop", "-k", "tiny", "-s", "package=till", "--set", "owner=Till team")
    assert (place / "shop/src/till/model.py").is_file()
    assert "by Till team" in (place / "shop/README.md").read_text()


def test_without_a_directory_the_slug_names_it_below_the_output_directory(run: Run, place: Path) -> None:
    run("-k", "tiny", "-o", "deep/down", "-s", "slug=shop")
    assert (place / "deep/down/shop/README.md").is_file()


def test_replay_takes_kind_layers_and_answers_and_the_new_name(run: Run, place: Path) -> None:
    run("shop", "-k", "tiny", "-w", "serving", "-s", "port=9000")
    run("second", "--replay", "shop/.mlsmith/project.toml", "-s", "seed=11")
    assert (place / "second/service.py").read_text().endswith("PORT = 9000\n")
    assert "SEED = 11" in (place / "second/project.py").read_text()


def test_replay_reads_json_and_cookiecutters_own_files(run: Run, place: Path) -> None:
    (place / "a.json").write_text('{"kind": "tiny", "answers": {"seed": 3}}')
    (place / "b.json").write_text('{"cookiecutter": {"seed": "4", "_template": "x"}}')
    run("one", "--replay", "a.json")
    run("two", "--replay", "b.json", "-k", "tiny")
    assert "SEED = 3" in (place / "one/project.py").read_text()
    assert "SEED = 4" in (place / "two/project.py").read_text()


def test_no_git_leaves_no_repository(run: Run, place: Path) -> None:
    run("shop", "-k", "tiny", "--no-git")
    assert not (place / "shop/.git").exists()
    run("till", "-k", "tiny")
    assert (place / "till/.git").is_dir()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["shop"], "which kind.*-k bare . tiny"),
        (["shop", "-k", "tinny"], 'did you mean "tiny"'),
        (["shop", "-k", "tiny", "-w", "servin"], 'did you mean "serving"'),
        (["shop", "-k", "tiny", "-s", "pakage=x"], 'did you mean "package"'),
        (["shop", "-k", "tiny", "-s", "python=3.9"], "python cannot be"),
        (["shop", "-k", "tiny", "-s", "slug=till"], "say it once"),
        (["shop", "-k", "tiny", "-s", "package"], "KEY=VALUE"),
        (["jinja2", "-k", "tiny"], "hide"),
        (["sklearn", "-k", "tiny"], "hide"),
        (["../shop", "-k", "tiny"], "leaves the directory"),
        (["-k", "tiny", "-s", "slug=../shop"], "is a path"),
        (["-k", "tiny", "-s", "slug=/tmp/shop"], "is a path"),
        (["/tmp/mlsmith-no", "-k", "tiny", "-o", "."], "outside"),
        (["con", "-k", "tiny"], "Windows"),
        ([".", "-k", "tiny"], "current directory"),
        (["taken", "-k", "tiny"], "not empty"),
        (["file", "-k", "tiny"], "is a file"),
        (["file/shop", "-k", "tiny"], "is a file"),
        (["shop", "-k", "tiny", "-o", "file"], "is a file"),
        (["shop", "--replay", "absent.toml"], "cannot be read"),
        (["shop", "--replay", "broken.toml"], "does not parse"),
        (["shop", "-k", "tiny", "--checkout", "v1"], "--template"),
        (["shop", "-k", "tiny", "--template", "x"], "leave out --kind"),
        (["shop", "--template", "nowhere"], "neither a directory nor a git URL"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_written(
    run: Run, place: Path, snapshot: Snapshot, arguments: list[str], reason: str
) -> None:
    (place / "taken").mkdir()
    (place / "taken/mine").write_text("mine")
    (place / "file").write_text("mine")
    (place / "broken.toml").write_text("= 1")
    before = snapshot(place.parent)
    error = run(*arguments).error
    assert error is not None
    assert error.exit_code == 2
    assert "\n" not in str(error)
    with pytest.raises(UserError, match=reason):
        raise error
    assert snapshot(place.parent) == before
    assert sorted(path.name for path in place.iterdir()) == ["broken.toml", "file", "taken"]


def test_a_template_of_others_is_rendered_without_questions(run: Run, place: Path) -> None:
    folder = place / "template/{{ cookiecutter.slug }}"
    folder.mkdir(parents=True)
    (folder.parent / "cookiecutter.json").write_text('{"slug": "theirs"}')
    (folder / "x.txt").write_text("{{ cookiecutter.slug }}")
    data = json.loads(run("mine", "--template", "template", "-f", "json").out)
    assert (data["kind"], data["layers"], data["directory"]) == (None, [], str(place / "mine"))
    (folder.parent / "hooks").mkdir()
    (folder.parent / "hooks/pre_gen_project.py").write_text("open('ran', 'w')")
    error = run("other", "--template", "template").error
    assert error is not None
    assert "--trust" in str(error)
    run("other", "--template", "template", "--trust")
    assert (place / "other/ran").is_file()


def test_a_record_of_a_foreign_template_is_replayed_from_it_with_consent_asked_anew(run: Run, place: Path) -> None:
    folder = place / "template/{{ cookiecutter.slug }}"
    folder.mkdir(parents=True)
    (folder.parent / "cookiecutter.json").write_text('{"slug": "theirs", "word": "a"}')
    (folder / "x.txt").write_text("{{ cookiecutter.word }}")
    run("mine", "--template", "template", "-s", "word=b")
    run("again", "--replay", "mine")
    assert (place / "again/x.txt").read_text() == "b"
    (folder.parent / "hooks").mkdir()
    (folder.parent / "hooks/pre_prompt.py").write_text("")
    assert "--trust" in str(run("third", "--replay", "mine").error)


def test_the_next_commands_can_be_pasted(place: Path) -> None:
    here = Created(place / "my shop", "tiny", (), ("project.py",))
    assert next_commands(here) == ["cd 'my shop'", "python3 project.py train", "python3 project.py test"]
    elsewhere = Created(Path("/elsewhere/shop"), "", (), ())
    assert next_commands(elsewhere) == ["cd /elsewhere/shop"]


_PROGRAM = """
import sys, typer
from pathlib import Path
from mlsmith.cli.new import new
from mlsmith.errors import UserError
from mlsmith.scaffold import locate
locate._PACKAGE = Path(sys.argv.pop(1))
try:
    typer.run(new)
except UserError as error:
    sys.exit(f"error: {error}")
"""


def _talk(place: Path, *arguments: str, answers: list[tuple[str, str]]) -> tuple[int, str]:
    """The command on a real terminal: for each (text waited for, line typed) in order."""
    parent, child = pty.openpty()
    command = [sys.executable, "-c", _PROGRAM, str(FIXTURES / "mlsmith"), *arguments]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, cwd=place, env=environment, stdin=child, stdout=child, stderr=child)
    os.close(child)
    shown, waiting, deadline = "", list(answers), time.monotonic() + 30
    while time.monotonic() < deadline:
        ready, _, _ = select.select([parent], [], [], 0.2)
        if ready:
            try:
                shown += os.read(parent, 4096).decode(errors="replace")
            except OSError:
                break
        if waiting and waiting[0][0] in shown.replace("\r", ""):
            # What was seen for one question does not answer the next.
            os.write(parent, waiting.pop(0)[1].encode() + b"\n")
            shown = ""
    code = process.wait(timeout=10)
    os.close(parent)
    assert not waiting, f"never asked: {waiting[0][0]}"
    return code, shown


def test_on_a_terminal_missing_answers_are_asked_with_what_they_add(place: Path) -> None:
    code, _ = _talk(
        place, "shop", "-s", "author=Ada Example", "-s", "description=Counts",
        answers=[
            ("What will it predict?", "tiny"), ("+3", "serving"), ("Name of the project", ""),
            ("Python package", "class"), ("cannot name a Python package", "till"),
            ("goes into README.md", "Ada"),
            ("3.12", ""), ("a whole number", "5"), ("Port", ""), ("Write them?", "y"),
        ],
    )  # fmt: skip
    assert code == 0
    assert "SEED = 5" in (place / "shop/project.py").read_text()
    assert (place / "shop/src/till/model.py").is_file()


def test_on_a_terminal_a_no_at_the_end_writes_nothing(place: Path) -> None:
    everything = [f"-s{key}=x" for key in ("project_name", "package", "description", "author", "owner")]
    code, shown = _talk(
        place,
        "shop",
        "-k",
        "bare",
        "-spython=3.12",
        *everything,
        answers=[("Seed", ""), ("Write them?", "n")],
    )
    assert code != 0
    assert "nothing was written" in shown
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_consent_to_foreign_code_is_asked_for_and_no_is_the_default(place: Path, answer: str) -> None:
    folder = place / "template/{{ cookiecutter.slug }}"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("x")
    (folder.parent / "cookiecutter.json").write_text('{"slug": "theirs", "size": ["small", "large"]}')
    (folder.parent / "hooks").mkdir()
    (folder.parent / "hooks/post_gen_project.py").write_text("open('ran', 'w')")
    answers = [("Run it?", answer), ("slug", ""), ("size", "large")] if answer == "y" else [("Run it?", "")]
    code, _ = _talk(place, "mine", "--template", "template", answers=answers)
    assert (code == 0, (place / "mine/ran").exists()) == (answer == "y", answer == "y")


def test_on_a_terminal_the_end_of_input_is_an_interrupt_and_writes_nothing(place: Path) -> None:
    code, shown = _talk(place, "shop", "-k", "bare", answers=[("Name of the project", "\x04")])
    assert code != 0
    assert "EOFError" not in shown
    assert list(place.iterdir()) == []


def test_on_a_terminal_defaults_ask_nothing(place: Path) -> None:
    code, shown = _talk(place, "shop", "-k", "tiny", "-y", answers=[])
    assert code == 0
    assert "cd shop" in shown
