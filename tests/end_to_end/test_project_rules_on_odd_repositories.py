"""Rules that look at a whole project, and prune, where the repository is no tidy one."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.end_to_end.conftest import Done, Project
from tests.end_to_end.test_prune_cli import LOAD

CALLS = "\nprint(load('a,b'))\nprint(load('a,b', False))\nprint(load('c', old_format=False))\n"
GIVEN = "\nprint(load('a,b', True))\n"
READER = 'import yaml\n\ncfg = yaml.safe_load(open("conf/a.yaml"))\nprint(cfg["epochs"], cfg["width"], cfg["depth"])\n'


def found(project: Project, *arguments: str) -> list[tuple[str, str, int]]:
    done = project.lint("--select", "DEX102,DEX103,CFG101,CFG102", "--no-cache", *arguments)
    assert done.json["errors"] == []
    assert done.err == ""
    return done.codes


def candidates(project: Project) -> list[tuple[str, str | None]]:
    done: Done = project.run("prune", "--list", "-f", "json")
    assert done.code == 0, done.err
    return [(row["flag"], row["refused"]) for row in done.json["candidates"]]


def test_modules_that_import_each_other(project: Project) -> None:
    project.write(
        {
            "load.py": "import train\n\n\n" + LOAD + "\n\ntrain.run()\n",
            "train.py": "from load import load\n\n\ndef run():" + CALLS.replace("\n", "\n    "),
        }
    )
    assert found(project) == [("load.py", "DEX102", 5)]
    done = project.run("prune", "load.load.old_format=False", "--write")
    assert done.code == 0, done.err
    assert (project.root / "load.py").read_text() == 'import train\n\n\ndef load(path):\n    return path.split(",")\n\n\ntrain.run()\n'


def test_a_namespace_package(project: Project) -> None:
    project.write({"pkg/part/load.py": LOAD, "pkg/train.py": "from pkg.part.load import load\n" + CALLS})
    assert found(project) == [("pkg/part/load.py", "DEX102", 2)]
    assert candidates(project) == [("pkg.part.load.load.old_format", None)]


def test_two_modules_of_one_name_each_with_its_own_calls(project: Project) -> None:
    calls = "from load import load\n"
    project.write({"one/load.py": LOAD, "one/train.py": calls + CALLS, "two/load.py": LOAD, "two/train.py": calls + CALLS + GIVEN})
    assert ("two/load.py", "DEX102", 2) not in found(project)
    for flag in ("one.load.load.old_format", "two.load.load.old_format", "load.load.old_format"):
        done = project.run("prune", f"{flag}=False", "--write")
        assert done.code in (1, 2) or flag.startswith("one"), done.err
    assert (project.root / "two/load.py").read_text() == LOAD
    assert (project.root / "two/train.py").read_text() == calls + CALLS + GIVEN


@pytest.mark.parametrize(("more", "expected"), [("", [("src/pkg/load.py", "DEX102", 2)]), (GIVEN, [])])
def test_a_src_layout_whose_tests_count_as_callers(project: Project, more: str, expected: list[tuple[str, str, int]]) -> None:
    imported = "from pkg.load import load\n"
    project.write(
        {"src/pkg/__init__.py": "", "src/pkg/load.py": LOAD, "src/pkg/train.py": imported + CALLS, "tests/test_load.py": imported + more}
    )
    project.write({"pyproject.toml": '[project]\nname = "pkg"\nversion = "1"\n\n[tool.mlsmith]\nproject = "application"\n'})
    assert found(project) == expected


def test_several_projects_in_one_repository_are_told_apart(project: Project) -> None:
    for name, more in (("a", ""), ("b", GIVEN)):
        calls = f"from {name}.load import load\n"
        project.write({f"services/{name}/pyproject.toml": '[tool.mlsmith]\nproject = "application"\n', f"services/{name}/{name}/__init__.py": "",
                       f"services/{name}/{name}/load.py": LOAD, f"services/{name}/{name}/train.py": calls + CALLS + more})  # fmt: skip
    project.commit()
    assert found(project) == [("services/a/a/load.py", "DEX102", 2)]
    assert found(project, "services/a")[0][1:] == ("DEX102", 2)
    assert found(project, "services/b") == []


@pytest.mark.parametrize(("call", "expected"), [("load('x')", [("pkg/load.py", "DEX102", 2)]), ("load('x', True)", [])])
def test_a_notebook_that_imports_the_package_is_a_caller(project: Project, call: str, expected: list[tuple[str, str, int]]) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": ["from pkg.load import load\n", call]}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    project.write(
        {"pkg/__init__.py": "", "pkg/load.py": LOAD, "pkg/train.py": "from pkg.load import load\n" + CALLS, "look.ipynb": notebook}
    )
    assert found(project) == expected


def test_a_configuration_that_does_not_parse_is_one_error_and_keeps_what_may_be_in_it(project: Project) -> None:
    project.write(
        {
            "conf/a.yaml": "epochs: 3\nwidth: 4\ndepth: 2\nunread: 5\nuse_old: false\n",
            "train.py": READER + 'if cfg["use_old"]:\n    print("old")\n',
        }
    )
    assert ("conf/a.yaml", "CFG101", 4) in found(project)
    project.write({"conf/b.yaml": "use_old: [\n"})
    done = project.lint("--select", "CFG101", "--no-cache")
    assert [error["path"] for error in done.json["errors"]] == ["conf/b.yaml"]
    assert ("conf/a.yaml", "CFG101", 4) in done.codes
    refused = project.run("prune", "use_old=False")
    assert refused.code == 1
    assert "cannot be parsed (conf/b.yaml)" in refused.err


def test_a_folder_without_git_and_a_shallow_clone_say_what_the_repository_says(project: Project) -> None:
    project.write({"load.py": LOAD, "train.py": "from load import load\n" + CALLS})
    without = found(project), candidates(project)
    assert without == ([("load.py", "DEX102", 2)], [("load.load.old_format", None)])
    project.commit("one")
    project.write({"other.py": "x = 1\n"})
    project.commit("two")
    clone = Project(project.root.parent / "clone", project.home)
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{project.root}", str(clone.root)], check=True, capture_output=True)
    assert clone.git("rev-list", "--count", "HEAD").strip() == "1"
    assert (found(clone), candidates(clone)) == without
    assert clone.run("prune", "load.load.old_format=False", "--write").code == 0


def test_a_submodule_may_call_the_function_too(project: Project) -> None:
    library = Project(project.root.parent / "library", project.home)
    library.root.mkdir()
    library.write({"use.py": "from load import load\n" + GIVEN})
    library.commit()
    project.write({"load.py": LOAD, "train.py": "from load import load\n" + CALLS})
    project.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.root), "library")
    project.commit("with a submodule")
    assert (project.root / "library/use.py").exists()
    done = project.run("prune", "load.load.old_format=False", "--write")
    assert done.code == 1, done.err
    assert "of another repository (library/use.py:1)" in done.err
    assert (project.root / "load.py").read_text() == LOAD


def test_what_the_settings_exclude_may_call_the_function_too(project: Project) -> None:
    project.write({"load.py": LOAD, "train.py": "from load import load\n" + CALLS, "vendored/use.py": "from load import load\n" + GIVEN})
    project.write({"mlsmith.toml": 'exclude = ["vendored"]\n'})
    done = project.run("prune", "load.load.old_format=False", "--write")
    assert done.code == 1, done.err
    assert "is excluded, or of another repository (vendored/use.py:1)" in done.err
