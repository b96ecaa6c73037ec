from __future__ import annotations

import subprocess
import sys

from tests.end_to_end.conftest import Project

LOAD = """def load(path, old_format=False):
    if old_format:
        rows = path.split(";")
        rows = [row.strip() for row in rows]
        return rows
    return path.split(",")
"""
FILES = {
    "load.py": LOAD,
    "train.py": "from load import load\n\nprint(load('a,b'))\nprint(load('a,b', False))\nprint(load('c', old_format=False))\n",
}
AFTER = {
    "load.py": 'def load(path):\n    return path.split(",")\n',
    "train.py": "from load import load\n\nprint(load('a,b'))\nprint(load('a,b'))\nprint(load('c'))\n",
}


def on_disk(project: Project) -> dict[str, str]:
    return {name: (project.root / name).read_text() for name in FILES}


def test_the_diff_is_shown_and_nothing_is_written(project: Project) -> None:
    project.write(FILES)
    done = project.run("prune", "old_format=False")
    assert done.code == 0, done.err
    assert "would take out 4 lines, 1 parameter, 2 arguments in 2 files; apply: mlsmith prune old_format=False --write" in done.err
    assert on_disk(project) == FILES
    project.git("init", "-q")
    subprocess.run(["git", "apply"], input=done.out.encode(), cwd=project.root, check=True)
    assert on_disk(project) == AFTER


def test_write_applies_it_and_the_program_does_what_it_did(project: Project) -> None:
    project.write(FILES)
    before = subprocess.run([sys.executable, "train.py"], cwd=project.root, capture_output=True, check=True).stdout
    project.commit()
    done = project.run("prune", "load.load.old_format=False", "--write")
    assert done.code == 0, done.err
    assert "took out 4 lines" in done.err
    assert on_disk(project) == AFTER
    assert subprocess.run([sys.executable, "train.py"], cwd=project.root, capture_output=True, check=True).stdout == before
    again = project.run("prune", "load.load.old_format=False")
    assert again.code == 2
    assert "nothing in the project is called load.load.old_format" in again.err


def test_what_git_has_not_kept_is_written_only_if_dirty_is_said(project: Project) -> None:
    project.write(FILES)
    project.commit()
    project.write({"train.py": FILES["train.py"] + "# mine\n"})
    done = project.run("prune", "old_format=False", "--write")
    assert (done.code, done.out) == (1, "")
    assert "uncommitted changes" in done.err
    assert on_disk(project)["load.py"] == LOAD
    assert project.run("prune", "old_format=False", "--write", "--dirty").code == 0
    assert on_disk(project)["train.py"] == AFTER["train.py"] + "# mine\n"


def test_a_refusal_is_one_line_that_says_why_and_where(project: Project) -> None:
    project.write({**FILES, "other.py": "from load import load\n\nload('x', old_format=True)\n"})
    done = project.run("prune", "old_format=False")
    assert (done.code, done.out) == (1, "")
    assert done.err == "mlsmith: old_format stays: a call gives `old_format` True (other.py:3)\n"
    told = project.run("prune", "old_format=False", "--format", "json").json
    assert told["refused"] == {"reason": "a call gives `old_format` True", "kind": "another value", "path": "other.py", "line": 3}


def test_paths_narrow_where_files_may_be_changed(project: Project) -> None:
    project.write(FILES)
    done = project.run("prune", "old_format=False", "load.py")
    assert done.code == 1
    assert "reaches beyond the paths that were named (train.py)" in done.err
    assert project.run("prune", "old_format=False", "load.py", "train.py").code == 0


def test_json_holds_the_edits(project: Project) -> None:
    project.write(FILES)
    told = project.run("prune", "old_format=False", "-f", "json").json
    assert (told["version"], told["written"], told["refused"]) == (1, False, None)
    assert told["removed"]["parameters"] == ["load.load.old_format"]
    for file in told["files"]:
        lines = FILES[file["path"]].splitlines(keepends=True)
        for edit in reversed(file["edits"]):
            lines[edit["start"]["line"] - 1 : edit["end"]["line"] - 1] = edit["text"].splitlines(keepends=True)
        assert "".join(lines) == AFTER[file["path"]]


def test_list_shows_what_lint_found_with_the_command_and_who_left_it(project: Project) -> None:
    kept = "def keep(a, use_old=False):\n    if use_old:\n        a += 1\n        a += 2\n        a += 3\n    return a\n"
    project.write({**FILES, "keep.py": kept + "\n\nkeep(1)\nkeep(2)\nprint(getattr(keep, 'x', 1))\n"})
    project.write({"close.py": kept.replace("keep", "close") + '\n\nclose(1)\nclose(2)\nclose(3, use_old=False)\nexec("close(1)")\n'})
    project.commit()
    done = project.run("prune", "--list")
    assert done.code == 0, done.err
    assert "mlsmith prune load.load.old_format=False\n    load.py:2 DEX102; last touched by t on " in done.out
    assert "4 lines would go" in done.out
    rows = project.run("prune", "--list", "-f", "json").json["candidates"]
    assert [(row["flag"], row["refused"]) for row in rows] == [
        ("close.close.use_old", "`close` is called by a text that may be run (close.py:12)"),
        ("load.load.old_format", None),
    ]
    assert {row["owner"] for row in rows} == {"t"}


def test_usage_errors_are_one_line(project: Project) -> None:
    project.write(FILES)
    for arguments, words in (
        ([], "which flag?"),
        (["old_format"], "is no FLAG=VALUE"),
        (["old_format=False", "missing.py"], "does not exist"),
        (["old_format=False", "--dirty"], "--dirty goes with --write"),
        (["--list", "--write"], "--list changes nothing"),
        (["old_fromat=False"], 'did you mean "old_format"?'),
    ):
        done = project.run("prune", *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert words in done.err


def test_colours_follow_the_environment(project: Project) -> None:
    project.write(FILES)
    assert "\x1b[31m-    if old_format:\x1b[0m" in project.run("prune", "old_format=False", FORCE_COLOR="1").out
    assert "\x1b" not in project.run("prune", "old_format=False", NO_COLOR="1").out
