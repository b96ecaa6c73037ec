from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import DEAD, Project

MANY = {f"pkg/m{number:03}.py": DEAD if number % 3 else "x = 1\n" for number in range(90)}


def test_a_clean_project_exits_with_0(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    done = project.lint()
    assert (done.code, done.codes, done.err) == (0, [], "")
    assert done.json["summary"]["files"] == 1


def test_a_finding_exits_with_1_and_exit_zero_turns_that_into_0(project: Project) -> None:
    project.write({"a.py": DEAD})
    assert project.lint().codes == [("a.py", "DEX101", 2)]
    assert project.lint().code == 1
    assert project.lint("--exit-zero").code == 0


def test_a_named_circle_of_links_is_one_line(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    (project.root / "loop.py").symlink_to("loop.py")
    done = project.lint("loop.py")
    assert done.code == 2
    assert "circle of links" in done.err
    assert done.err.count("\n") == 1


def test_a_directory_without_files_is_clean(project: Project) -> None:
    done = project.run("lint")
    assert (done.code, done.err) == (0, "")


def test_a_file_that_cannot_be_parsed_is_an_error_entry_and_the_rest_is_linted(project: Project) -> None:
    project.write({"a.py": "def (\n", "b.py": "x = 1\n"})
    done = project.lint()
    assert (done.code, [(e["path"], e["line"]) for e in done.json["errors"]]) == (2, [("a.py", 1)])
    assert project.lint("--exit-zero").code == 2
    project.write({"b.py": DEAD})
    assert (project.lint().code, project.lint().codes) == (1, [("b.py", "DEX101", 2)])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bytes.py", b"x = '\xff'\n"),
        ("nul.py", b"x = 1\0\n"),
        ("deep.py", b"(" * 5000 + b")" * 5000),
        ("huge.ipynb", b'{"cells": [' + b" " * (11 << 20) + b"]}"),
        ("bomb.yaml", "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10 if n else ['x'])}]"
                                for n in range(12)).encode()),
        ("half.ipynb", b'{"cells": ['),
        ("open.toml", b"a = [1,\n"),
        ("open.json", b'{"a": \n'),
    ],
)  # fmt: skip
def test_hostile_input_is_one_error_entry_never_a_crash(project: Project, name: str, data: bytes) -> None:
    project.write({name: data})
    done = project.lint()
    assert done.code == 2, done.err
    assert [error["path"] for error in done.json["errors"]] == [name]


def test_only_what_is_named_is_reported(project: Project) -> None:
    project.write({"a.py": DEAD, "src/b.py": DEAD, "src/deep/c.py": DEAD})
    assert project.lint("src/deep", "a.py").codes == [("a.py", "DEX101", 2), ("src/deep/c.py", "DEX101", 2)]


def test_rules_of_the_project_see_files_that_are_not_named(project: Project) -> None:
    project.write({
        "pyproject.toml": '[tool.mlsmith]\nproject = "application"\n',
        "model.py": "def build(x, wide=False):\n    if wide:\n        return x * 2\n    return x\n",
        "train.py": "from model import build\n\nbuild(1)\nbuild(2)\n",
    })  # fmt: skip
    whole = project.lint()
    assert ("model.py", "DEX102") in [code[:2] for code in whole.codes]
    assert project.lint("model.py").codes == whole.codes
    project.write({"train.py": "from model import build\n\nbuild(1)\nbuild(2, wide=True)\n"})
    assert project.lint("model.py").codes == []


def test_a_home_holds_projects_and_is_none(project: Project) -> None:
    project.write({"one/a.py": DEAD, "two/b.py": DEAD})
    assert project.lint("one").codes == [("one/a.py", "DEX101", 2)]
    assert project.lint("one", HOME=str(project.root)).codes == [("a.py", "DEX101", 2)]
    assert project.lint("one", HOME=str(project.root / "two")).codes == [("a.py", "DEX101", 2)]
    assert [path for path, _, _ in project.lint("one", "two", HOME=str(project.root)).codes] == ["one/a.py", "two/b.py"]


def test_a_working_tree_with_changes_of_every_kind_of_file_is_linted(project: Project) -> None:
    """What changed is compared with what it was, whatever it is: configurations, notebooks, what cannot be parsed, files that are gone."""
    files = {
        "train.py": DEAD, "conf/a.yaml": "lr: 1\nshuffle: true\n", "b.json": "{}", "c.toml": "x = 1\n", "requirements.txt": "numpy\n",
        "Dockerfile": "FROM x\n", "half.py": "import torch\nprint(torch", "n.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4}', "gone.yaml": "x: 1\n",
    }  # fmt: skip
    project.write(files)
    project.commit()
    project.write({name: text + "\n" for name, text in files.items()})
    (project.root / "gone.yaml").unlink()
    done = project.lint()
    assert done.code == 1, done.err
    assert ("train.py", "DEX101", 2) in done.codes
    assert [error["path"] for error in done.json["errors"]] == ["half.py"]
    assert project.lint("conf/a.yaml").code == 0


def test_what_python_warns_of_in_linted_code_is_not_printed(project: Project) -> None:
    said = "value = 1if ready else 0or 3\n"
    project.write({"a.py": said, "b.py": "import torch\n\n" + "".join(f"# {line}" for line in 3 * [said]) + "\nprint(torch)\n"})
    assert project.lint().err == ""


def test_output_is_the_same_for_any_jobs_any_order_warm_or_cold(project: Project) -> None:
    project.write({**MANY, "src/x.py": DEAD, ".git/HEAD": "ref: refs/heads/main\n"})
    runs = [
        project.lint("--no-cache", "--jobs", "1"),
        project.lint("--no-cache", "--jobs", "2"),
        project.lint("--jobs", "3"),
        project.lint(),
        project.lint(),
        project.lint("src", "pkg"),
        project.lint("pkg", "src"),
        project.lint(str(project.root), cwd=project.root.parent),
    ]
    assert len({run.out for run in runs}) == 1
    assert len(runs[0].codes) == 61


@pytest.mark.parametrize("output_format", ["text", "concise", "json", "sarif", "github"])
def test_a_run_that_is_repeated_prints_the_same_bytes(project: Project, output_format: str) -> None:
    project.write({"a.py": DEAD, "b.py": "def (\n"})
    project.settle()
    first = project.run("lint", "-f", output_format)
    again = project.run("lint", "-f", output_format)
    assert (again.code, again.out, again.err) == (first.code, first.out, first.err)


def _imports(project: Project, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mlsmith", *arguments],
        cwd=project.root, capture_output=True, env=project.env(),
    )  # fmt: skip
    lines = done.stderr.decode().split("\n")
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


HEAVY = {
    "typer",
    "rich",
    "libcst",
    "yaml",
    "tomli",
    "mlsmith.settings",
    "mlsmith.rules",
    "mlsmith.engine.run",
}


def test_an_unchanged_project_is_not_thought_about_again(project: Project) -> None:
    project.write({"a.py": DEAD, "conf/b.yaml": "a: 1\n"})
    project.settle()
    project.run("lint", "--exit-zero")
    assert not HEAVY & _imports(project, "lint", "--exit-zero")


def test_the_version_is_told_without_importing_the_command_line(project: Project) -> None:
    imports = _imports(project, "--version")
    assert not (HEAVY | {"mlsmith.errors"}) & imports


def test_a_changed_file_is_linted_without_importing_typer(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    imports = _imports(project, "lint", "a.py", "--format", "concise", "--select", "DEX")
    assert "mlsmith.engine.run" in imports
    assert not {"typer", "libcst", "cookiecutter"} & imports
    assert not {"dataclasses", "inspect"} & imports, "sixty dataclasses took a sixth of such a run to be made"


@pytest.mark.parametrize("change", ["edit", "same-size", "add", "remove", "ignore", "settings", "baseline", "nested"])
def test_whatever_changes_the_next_run_sees_it(project: Project, change: str) -> None:
    project.write({"a.py": DEAD, "src/b.py": "x = 1\n", "src/c.py": DEAD})
    project.settle()
    before = project.lint()
    assert project.lint().out == before.out
    codes = [("a.py", "DEX101", 2), ("src/c.py", "DEX101", 2)]
    assert before.codes == codes
    match change:
        case "edit":
            project.write({"src/b.py": DEAD})
            codes.insert(1, ("src/b.py", "DEX101", 2))
        case "same-size":
            project.write({"a.py": DEAD.replace("if False", "if fals")})
            os.utime(project.root / "a.py", (1_600_000_000, 1_600_000_000))
            codes.remove(("a.py", "DEX101", 2))
        case "add":
            project.write({"src/d.py": DEAD})
            codes.append(("src/d.py", "DEX101", 2))
        case "remove":
            (project.root / "a.py").unlink()
            codes.remove(("a.py", "DEX101", 2))
        case "ignore":
            project.write({".gitignore": "src/\n"})
            codes.pop()
        case "settings":
            project.write({"mlsmith.toml": 'ignore = ["DEX"]\n'})
            codes = []
        case "baseline":
            project.run("lint", "--write-baseline")
            codes = []
        case "nested":
            project.write({"src/mlsmith.toml": 'ignore = ["DEX"]\n'})
            assert project.lint("src").codes == []
            project.write({"src/mlsmith.toml": ""})
    assert project.lint().codes == codes


def test_a_cache_that_is_damaged_in_any_place_changes_nothing(project: Project) -> None:
    project.write(MANY)
    project.settle()
    right = project.lint().out
    files = [file for file in project.home.rglob("*.bin") if file.is_file()]
    assert len(files) == 2
    for file in files:
        data = file.read_bytes()
        for cut in (
            b"",
            data[: len(data) // 2],
            data[:-1],
            data[:50] + b"\xff" * 50 + data[100:],
            os.urandom(500),
        ):
            file.write_bytes(cut)
            assert project.lint().out == right
        file.write_bytes(data)


def test_a_cache_that_cannot_be_written_changes_nothing(project: Project) -> None:
    project.write({"a.py": DEAD})
    project.home.write_text("a file where the folder should be")
    done = project.lint()
    assert (done.code, done.codes, done.err) == (1, [("a.py", "DEX101", 2)], "")


def test_many_runs_at_once_agree(project: Project) -> None:
    project.write(MANY)
    command = [sys.executable, "-m", "mlsmith", "lint", "-f", "json"]
    running = [subprocess.Popen(command, cwd=project.root, env=project.env(), stdout=subprocess.PIPE) for _ in range(4)]
    assert len({process.communicate()[0] for process in running}) == 1
    assert project.lint().codes


def test_stdin_is_linted_as_the_file_it_is_said_to_be(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.mlsmith.per-file-ignores]\n'old/*' = ['DEX']\n", "a.py": "x = 1\n"})
    assert project.lint("-", stdin=DEAD).codes == [("stdin.py", "DEX101", 2)]
    assert project.lint("-", "--stdin-filename", "a.py", stdin=DEAD).codes == [("a.py", "DEX101", 2)]
    assert project.lint("-", "--stdin-filename", "old/new.py", stdin=DEAD).codes == []
    assert project.lint().codes == []


def test_a_report_goes_to_a_file_whole(project: Project, tmp_path: Path) -> None:
    project.write({"a.py": DEAD})
    done = project.lint("--output", str(tmp_path / "report.json"))
    assert (done.code, done.out) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text())["findings"]
    assert project.lint("-o", str(tmp_path / "no" / "report.json")).code == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_clear_line(project: Project) -> None:
    project.write({"a.py": DEAD})
    done = project.lint("--output", "/dev/full")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "No space left" in done.err


def test_what_is_suppressed_is_shown_on_request(project: Project) -> None:
    project.write({"a.py": DEAD.replace("if False:", "if False:  # mlsmith: ignore[DEX101] kept for the paper")})
    done = project.lint()
    assert (done.code, done.codes, done.json["summary"]["suppressed"]) == (0, [], 1)
    shown = project.lint("--show-suppressed")
    assert [(f["code"], f["status"]) for f in shown.json["findings"]] == [("DEX101", "suppressed")]
    assert shown.code == 0


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("ignore[DEX101]", "gives no reason"),
        ("ignore[TRB102] why", "nothing here needs"),
        ("ignore[ZZZ999] why", "no rule is called ZZZ999"),
        ("ignore why", "names no rule"),
        ("ignroe[DEX101] why", "unknown verb"),
    ],
)
def test_a_suppression_that_explains_nothing_or_does_nothing_is_a_finding(project: Project, comment: str, said: str) -> None:
    project.write({"a.py": DEAD.replace("if False:", f"if False:  # mlsmith: {comment}")})
    found = [f for f in project.lint().json["findings"] if f["code"] == "CUL105"]
    assert [said in f["message"] for f in found] == [True]
    project.write({"mlsmith.toml": "per-file-ignores = {'*.py' = ['CUL']}\n"})
    assert not [code for _, code, _ in project.lint().codes if code == "CUL105"]


def test_a_finding_about_a_suppression_can_be_suppressed_itself(project: Project) -> None:
    project.write({"a.py": "# mlsmith: ignore-file[CUL105] generated comments\nx = 1  # mlsmith: ignore[TRB]\n"})
    assert project.lint().codes == []


def test_codes_can_be_chosen_by_prefix(project: Project) -> None:
    project.write({"a.py": DEAD})
    assert project.lint("--select", "TRB").codes == []
    assert project.lint("--select", "DEX").code == 1
    assert project.lint("--ignore", "DEX101,TRB").codes == []
    assert project.lint("--select=ALL").code == 1


def test_a_baseline_hides_what_is_known_and_nothing_else(project: Project) -> None:
    project.write({"a.py": DEAD})
    written = project.run("lint", "--write-baseline")
    assert (written.code, written.out) == (0, "")
    done = project.lint()
    assert (done.code, done.codes, done.json["summary"]["baseline"]) == (0, [], 1)
    project.write({"a.py": "# moved\n\n" + DEAD, "b.py": DEAD})
    assert project.lint().codes == [("b.py", "DEX101", 2)]
    assert len(project.lint("--no-baseline").codes) == 2
    assert project.lint("--baseline", "gone.jsonl").code == 2


def test_since_reports_only_what_is_new_whatever_moved(project: Project) -> None:
    project.write({"a.py": DEAD, "old.py": DEAD + "\n\nprint(loss(1))\n" * 5, "clean.py": "x = 1\n"})
    base = project.commit()
    project.write({"a.py": "import os\n\n\n" + DEAD, "clean.py": DEAD})
    project.git("mv", "old.py", "new.py")
    assert project.lint("--since", base).codes == [("clean.py", "DEX101", 2)]
    assert len(project.lint().codes) == 3


def test_since_in_a_project_below_the_root_of_the_repository(project: Project) -> None:
    project.write({"team/mlsmith.toml": "", "team/a.py": DEAD, "team/b.py": "x = 1\n"})
    project.commit()
    project.write({"team/b.py": DEAD})
    assert project.lint("--since", "HEAD", cwd=project.root / "team").codes == [("b.py", "DEX101", 2)]


def _shallow(project: Project, tmp_path: Path) -> Path:
    project.write({"a.py": "x = 1\n"})
    first = project.commit()
    project.write({"a.py": "x = 2\n"})
    project.commit()
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--depth", "1", f"file://{project.root}", str(clone))
    (tmp_path / "first").write_text(first)
    return clone


def test_a_shallow_clone_is_named_as_the_reason(project: Project, tmp_path: Path) -> None:
    clone = _shallow(project, tmp_path)
    done = project.lint("--since", (tmp_path / "first").read_text(), cwd=clone)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "shallow" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.py",), "gone.py does not exist"),
        (("a.py", "/etc/hostname"), "is outside the project"),
        (("--select", "EXP104X"), 'unknown rule code "EXP104X"'),
        (("--select", "DEX1O1"), 'did you mean "DEX101"?'),
        (("--since", "nowhere"), "git"),
        (("--format", "xml"), "xml"),
        (("--jobs", "-1"), "--jobs"),
        (("--nope",), "--nope"),
        (("--no-baseline", "--write-baseline"), "contradicts"),
        (("--stdin-filename", "x.py"), "belongs to -"),
        (("-", "--stdin-filename", "x.md"), "x.md"),
        (("-", "a.py"), "stands alone"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(project: Project, arguments: tuple[str, ...], said: str) -> None:
    project.write({"a.py": "x = 1\n"})
    done = project.run("lint", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("mlsmith: error: ")
    assert done.err.count("\n") == 1
    assert said in done.err


def test_a_wrong_setting_is_named_with_the_nearest(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.mlsmith]\nselekt = []\n"})
    done = project.run("lint")
    assert done.err == 'mlsmith: error: pyproject.toml: unknown setting "selekt"; did you mean "select"?\n'
    assert done.code == 2


def test_without_git_only_what_needs_it_fails(project: Project) -> None:
    project.write({"a.py": DEAD})
    project.commit()
    empty = project.home / "bin"
    empty.mkdir(parents=True)
    assert project.lint(PATH=str(empty)).codes == [("a.py", "DEX101", 2)]
    done = project.lint("--since", "HEAD", PATH=str(empty))
    assert (done.code, "git is not installed" in done.err, done.err.count("\n")) == (2, True, 1)


def test_a_reader_that_goes_away_is_no_error(project: Project) -> None:
    project.write({f"m{n}.py": DEAD * 40 for n in range(40)})
    command = f"{sys.executable} -m mlsmith lint --no-cache | head -1"
    done = subprocess.run(command, shell=True, cwd=project.root, env=project.env(), capture_output=True)
    assert (done.stderr, done.stdout.count(b"\n")) == (b"", 1)


def test_an_interrupt_exits_with_130_and_leaves_nothing_behind(project: Project, tmp_path: Path) -> None:
    project.write({f"m{n}.py": DEAD * 400 for n in range(200)})
    report = tmp_path / "report.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "mlsmith", "lint", "-f", "json", "-o", str(report)],
        cwd=project.root, env=project.env(), stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    _wait_until_it_works(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not report.exists()
    assert not list(tmp_path.rglob(".report*"))


def _wait_until_it_works(pid: int) -> None:
    """Until the process has had some time of a processor, of which a busy machine gives it little."""
    stat = Path(f"/proc/{pid}/stat")
    deadline = time.monotonic() + 20
    time.sleep(0.6)
    while stat.exists() and time.monotonic() < deadline and int(stat.read_text().rpartition(")")[2].split()[11]) < 25:
        time.sleep(0.05)


def test_a_bug_is_an_apology_and_a_log_file(project: Project, tmp_path: Path) -> None:
    project.write({"a.py": "x = 1\n"})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text(
        "import mlsmith.engine.analyse as a\n"
        "def broken(*args, **more):\n    raise ZeroDivisionError('by design')\n"
        "a._ANALYSERS['python'] = broken\n"
    )
    done = project.run("lint", PYTHONPATH=str(tmp_path / "broken"), TMPDIR=str(tmp_path))
    assert (done.code, done.out, "Traceback" in done.err) == (3, "", False)
    (log,) = tmp_path.glob("mlsmith-*.log")
    assert str(log) in done.err
    assert "ZeroDivisionError" in log.read_text()
    assert "a.py" in log.read_text()


def test_watch_lints_again_when_a_file_changes(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "mlsmith", "lint", "--watch", "-f", "concise"],
        cwd=project.root, env=project.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stdout is not None
    try:
        assert b"watching 1 file" in process.stderr.readline()
        project.write({"a.py": DEAD})
        assert b"watching 1 file" in process.stderr.readline()
    finally:
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=20)[0]
    assert process.returncode == 130
    assert b"DEX101" in out


def test_verbose_tells_phases_and_rules_on_stderr(project: Project) -> None:
    project.write({"a.py": DEAD})
    done = project.lint("--verbose")
    assert done.codes
    assert "project rules" in done.err
    assert "DEX101" in done.err


def test_statistics_count_by_rule(project: Project) -> None:
    project.write({"a.py": DEAD, "b.py": DEAD})
    done = project.run("lint", "--statistics")
    assert done.code == 1
    assert "DEX101" in done.out
