"""`mlsmith diff` on real repositories: behaviour is told, the rest is one line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project

TRAIN = """import torch
from torch.utils.data import DataLoader

RATE = 0.1


def loader(rows):
    return DataLoader(rows, batch_size=8, shuffle=True)


def train(model, rows):
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    for batch in loader(rows):
        optimizer.zero_grad()
        model(batch).sum().backward()
        optimizer.step()
"""
MOVED = TRAIN.replace("loader", "batches_of").replace("rows", "data").replace("RATE", "LEARNING_RATE")


@pytest.fixture
def repository(project: Project) -> Project:
    project.write(
        {"train.py": TRAIN, "conf/train.yaml": "lr: 0.1\n", "requirements.txt": "torch==2.4.0\n", "Dockerfile": "FROM python:3.11\n"}
    )
    project.commit("first")
    return project


def test_a_refactoring_across_files_is_one_line(repository: Project) -> None:
    (repository.root / "train.py").unlink()
    repository.write({"shop/learn.py": MOVED})
    done = repository.run("diff", "--exit-code")
    assert done.code == 0
    repository.commit("moved")
    done = repository.run("diff", "HEAD~1", "HEAD", "--exit-code")
    assert done.code == 0, done.out
    assert "no behavioural change seen in" in done.out
    assert len(done.out.strip().splitlines()) == 1


def test_one_flipped_flag_in_it_is_named(repository: Project) -> None:
    (repository.root / "train.py").unlink()
    repository.write({"shop/learn.py": MOVED.replace("shuffle=True", "shuffle=False")})
    repository.commit("moved")
    done = repository.run("diff", "HEAD~1", "HEAD", "--exit-code", "--format", "json")
    assert done.code == 1
    (change,) = json.loads(done.out)["changes"]
    assert (change["subject"], change["old"], change["new"]) == ("torch.utils.data.DataLoader(shuffle)", "True", "False")
    assert (change["path"], change["moved_from"], change["significance"]) == ("shop/learn.py", "train.py", "high")


def test_configuration_dependencies_and_images_speak_too(repository: Project) -> None:
    repository.write({"conf/train.yaml": "# slower\nlr: 0.01\n", "requirements.txt": "torch==2.5.0\n", "Dockerfile": "FROM python:3.12\n"})
    found = json.loads(repository.run("diff", "--format", "json").out)["changes"]
    said = {(c["component"], c["subject"], c["old"], c["new"]) for c in found}
    assert said == {
        ("configuration", "lr", "0.1", "0.01"), ("platform", "torch", "==2.4.0", "==2.5.0"), ("platform", "FROM", "python:3.11", "python:3.12"),
    }  # fmt: skip


def test_tests_and_remarks_alter_no_model(repository: Project) -> None:
    repository.write(
        {"train.py": TRAIN + "\n# done\n", "tests/test_train.py": "import train\n\n\ndef test_it():\n    assert train.RATE == 0.1\n"}
    )
    assert "no behavioural change seen" in repository.run("diff").out


def test_a_file_that_is_no_python_is_a_change_that_says_so(repository: Project) -> None:
    repository.write({"train.py": "def (\n"})
    (change,) = json.loads(repository.run("diff", "--format", "json").out)["changes"]
    assert change["kind"] == "unreadable"


@pytest.mark.parametrize("output_format", ["text", "json", "markdown", "github"])
def test_every_format_names_the_flag(repository: Project, output_format: str) -> None:
    repository.write({"train.py": TRAIN.replace("shuffle=True", "shuffle=False")})
    assert "shuffle" in repository.run("diff", "--format", output_format).out


@pytest.mark.parametrize(("arguments", "said"), [(("nowhere",), "nowhere"), (("--format", "xml"), "xml")])
def test_bad_input_is_one_line(repository: Project, arguments: tuple[str, ...], said: str) -> None:
    done = repository.run("diff", *arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_outside_of_git_there_is_nothing_to_compare(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    done = project.run("diff")
    assert done.code == 2
    assert "git" in done.err


def git(project: Project, *arguments: str) -> str:
    command = ["git", "-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True, env=project.env()).stdout.strip()


def changes_of(project: Project, *arguments: str) -> list[dict[str, Any]]:
    done = project.run("diff", *arguments, "--format", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["changes"]
    return found


def test_both_ends_of_a_range_are_taken_as_git_takes_them(repository: Project) -> None:
    git(repository, "checkout", "-q", "-b", "topic")
    repository.write({"conf/train.yaml": "lr: 0.2\n"})
    repository.commit("topic")
    git(repository, "checkout", "-q", "-")
    repository.write({"requirements.txt": "torch==2.5.0\n"})
    repository.commit("meanwhile")
    assert {c["subject"] for c in changes_of(repository, "HEAD..topic")} == {"lr", "torch"}
    assert {c["subject"] for c in changes_of(repository, "HEAD...topic")} == {"lr"}


def test_a_merge_is_compared_with_either_parent(repository: Project) -> None:
    git(repository, "checkout", "-q", "-b", "topic")
    repository.write({"conf/train.yaml": "lr: 0.2\n"})
    repository.commit("topic")
    git(repository, "checkout", "-q", "-")
    repository.write({"requirements.txt": "torch==2.5.0\n"})
    repository.commit("meanwhile")
    git(repository, "merge", "-q", "--no-edit", "topic")
    assert {c["subject"] for c in changes_of(repository, "HEAD^1", "HEAD")} == {"lr"}
    assert {c["subject"] for c in changes_of(repository, "HEAD^2", "HEAD")} == {"torch"}


def test_histories_without_a_common_base_have_no_range_but_can_be_compared(repository: Project) -> None:
    git(repository, "checkout", "-q", "--orphan", "other")
    repository.write({"conf/train.yaml": "lr: 0.3\n"})
    repository.commit("other")
    done = repository.run("diff", "master...other" if "master" in git(repository, "branch") else "main...other")
    assert done.code == 2
    assert "no common ancestor" in done.err
    assert len(done.err.strip().splitlines()) == 1
    base = "master" if "master" in git(repository, "branch") else "main"
    assert {c["subject"] for c in changes_of(repository, base, "other")} == {"lr"}


def test_a_shallow_clone_is_named_as_the_reason(repository: Project, tmp_path: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    repository.write({"conf/train.yaml": "lr: 0.3\n"})
    repository.commit("second")
    git(repository, "clone", "-q", "--depth", "1", f"file://{repository.root}", str(tmp_path / "shallow"))
    done = repository.run("diff", first, cwd=tmp_path / "shallow")
    assert done.code == 2
    assert "shallow" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_links_and_submodules_change_where_they_point_to(repository: Project, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for arguments in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "a"), ("commit", "-q", "--allow-empty", "-m", "b")):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=other, check=True, env=repository.env())
    git(repository, "submodule", "add", "-q", str(other), "engine")
    (repository.root / "data").symlink_to("conf")
    repository.commit("both")
    git(repository, "-C", "engine", "checkout", "-q", "HEAD~1")
    (repository.root / "data").unlink()
    (repository.root / "data").symlink_to("elsewhere")
    assert [(c["kind"], c["path"]) for c in changes_of(repository)] == [("link", "data"), ("submodule", "engine")]
    repository.commit("moved")
    (link, submodule) = changes_of(repository, "HEAD~1", "HEAD")
    assert (link["old"], link["new"]) == ("conf", "elsewhere")
    assert len(submodule["old"]) == len(submodule["new"]) == 40


def test_a_version_that_cannot_be_parsed_on_one_side_says_so_in_one_line(repository: Project) -> None:
    repository.write({"train.py": "def (\n", "conf/train.yaml": "lr: [\n"})
    repository.commit("broken")
    assert [c["kind"] for c in changes_of(repository, "HEAD~1", "HEAD")] == ["unreadable", "unreadable"]
    assert [c["kind"] for c in changes_of(repository, "HEAD", "HEAD~1")] == ["unreadable", "unreadable"]


def test_what_is_gone_is_not_counted_as_cosmetic(repository: Project) -> None:
    (repository.root / "train.py").unlink()
    repository.commit("gone")
    done = repository.run("diff", "HEAD~1", "HEAD", "--format", "json")
    assert done.json["changes"]
    assert done.json["cosmetic"] == {"files": 0, "hunks": 0}


def test_another_option_in_a_defaults_list_tells_what_changes_in_effect(project: Project) -> None:
    project.write(
        {
            "conf/config.yaml": "defaults:\n  - model: small\n  - _self_\nepochs: 3\n",
            "conf/model/small.yaml": "hidden: 64\n",
            "conf/model/large.yaml": "hidden: 256\n",
        }
    )
    project.commit("first")
    project.write({"conf/config.yaml": "defaults:\n  - model: large\n  - _self_\nepochs: 3\n"})
    told = json.loads(project.run("diff", "--format", "json").out)["changes"]
    assert ("effective-changed", "model.hidden", "64 (conf/model/small.yaml)", "256 (conf/model/large.yaml)") in [
        (change["kind"], change["subject"], change["old"], change["new"]) for change in told
    ]
    project.commit("larger")
    assert "effective-changed  model.hidden" in project.run("diff", "HEAD~1", "HEAD").out


def test_no_hunk_of_folded_steps_is_counted_as_cosmetic(project: Project) -> None:
    lines = ["def run(x):", *(f"    step_{number}(x)" for number in range(12)), "    return x", ""]
    project.write({"a.py": "\n".join(lines)})
    project.commit("first")
    kept = [line for line in lines if line not in ("    step_2(x)", "    step_9(x)")]
    project.write({"a.py": "\n".join(["# run", *kept[:5], "    other(x)", *kept[5:]])})
    document = project.run("diff", "--format", "json").json
    (change,) = document["changes"]
    assert (change["kind"], change["old"], change["new"]) == ("steps", "2 gone: step_2(x); step_9(x)", "1 new: other(x)")
    assert document["cosmetic"] == {"files": 1, "hunks": 1}


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github"])
def test_keys_that_stand_in_what_differs_are_never_shown(repository: Project, form: str) -> None:
    keys = ["hf_" + "aZbYcXdWeVfUgThSiRjQkPlOmNnMoLpKqJ", "sk-" + "a1B2c3D4e5F6g7H8i9J0" + "T3BlbkFJ" + "k1L2m3N4o5P6q7R8s9T0"]
    login = f"login(  {'a' * 50!r}, token={keys[0]!r})\n"
    repository.write({"train.py": TRAIN + login, "conf/train.yaml": f"lr: 0.1\nopenai:\n  api_key: {keys[1]}\n"})
    done = repository.run("diff", "--format", form)
    assert "openai" in done.out
    assert "login" in done.out
    for key in keys:
        assert key not in done.out
        assert key[:20] not in done.out
