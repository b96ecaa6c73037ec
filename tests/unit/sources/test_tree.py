"""Trees on real files and real git: every way of reading gives the same bytes, and nothing hostile opens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsmith.errors import SourceError
from mlsmith.sources.git import Repository
from mlsmith.sources.tree import MAX_BYTES, MemoryTree, Objects, RevisionTree, StagedTree, WorkingTree, blob_id_of

_PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *_PERSON, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/train.py").write_bytes(b"seed = 1\r\n")
    (tmp_path / "ünï 'q\"\n.txt").write_bytes(b"\xff\x00")
    (tmp_path / "link.py").symlink_to("src/train.py")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_a_blob_id_is_what_git_says_of_the_same_bytes(tmp_path: Path, data: bytes) -> None:
    said = subprocess.run(["git", "hash-object", "--stdin"], input=data, capture_output=True, check=True)
    (tmp_path / "file").write_bytes(data)
    expected = said.stdout.decode().strip()
    assert blob_id_of(data) == expected
    assert WorkingTree(tmp_path).blob_id("file") == expected
    assert MemoryTree({"file": data}).blob_id("file") == expected


def test_working_tree_revision_index_and_memory_agree_on_paths_bytes_and_ids(repository: Path) -> None:
    found = Repository.require(repository)
    working = WorkingTree(repository)
    memory = MemoryTree({path: working.read(path) for path in working.paths()})
    with RevisionTree(found, "HEAD") as revision, StagedTree(found) as staged:
        for tree in (revision, staged, memory):
            assert tree.paths() == working.paths() == ["src/train.py", "ünï 'q\"\n.txt"]
            for path in tree.paths():
                assert tree.read(path) == working.read(path)
                assert tree.blob_id(path) == working.blob_id(path)


def test_a_revision_and_the_index_do_not_see_what_is_only_on_disk(repository: Path) -> None:
    found = Repository.require(repository)
    (repository / "src/train.py").write_text("seed = 2\n")
    git(repository, "add", "-A")
    (repository / "src/train.py").write_text("seed = 3\n")
    assert RevisionTree(found, "HEAD").read("src/train.py") == b"seed = 1\r\n"
    assert StagedTree(found).read("src/train.py") == b"seed = 2\n"
    assert WorkingTree(repository).read("src/train.py") == b"seed = 3\n"


def test_in_a_hook_the_staged_tree_is_the_index_of_that_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = repository / ".git/hooks/pre-commit"
    code = "from mlsmith.sources.git import Repository; from mlsmith.sources.tree import StagedTree\n"
    code += "from pathlib import Path; tree = StagedTree(Repository.require(Path('.')))\n"
    code += "Path('seen').write_bytes(tree.read('src/train.py') + b'|')\n"
    code += "with Path('seen').open('ab') as seen: seen.write(b' '.join(map(str.encode, tree.paths())))"
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c \"{code}\"\n")
    hook.chmod(0o755)
    (repository / "other.py").write_text("x = 1\n")
    git(repository, "add", "other.py")
    (repository / "src/train.py").write_text("seed = 9\n")
    git(repository, "commit", "-qm", "only one", "src/train.py")
    content, _, paths = (repository / "seen").read_bytes().partition(b"|")
    assert content == b"seed = 9\n"
    assert b"other.py" not in paths


def test_an_index_outside_of_the_repository_is_not_trusted(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path_factory.mktemp("foreign") / "index"
    foreign.write_bytes((repository / ".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", str(foreign))
    git_rm = {"GIT_INDEX_FILE": str(repository / ".git/index")}
    subprocess.run(
        ["git", "rm", "-q", "--cached", "src/train.py"],
        cwd=repository,
        check=True,
        env={**os.environ, **git_rm},
    )
    assert "src/train.py" not in StagedTree(Repository.require(repository)).paths()


def test_a_symlink_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.py").write_text("key = 1\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/more.py").write_text("key = 2\n")
    (root / "link.py").symlink_to("../secret.py")
    (root / "folder").symlink_to("../outside")
    tree = WorkingTree(root)
    assert tree.paths() == []
    for path in ("link.py", "folder/more.py", "../secret.py", str(tmp_path / "secret.py")):
        with pytest.raises(SourceError, match=r"out(side| of) the project"):
            tree.read(path)


def test_a_sibling_whose_name_begins_like_the_root_lies_outside(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "rootling").mkdir()
    (tmp_path / "rootling/a.py").write_text("x = 1\n")
    with pytest.raises(SourceError, match="outside the project"):
        WorkingTree(tmp_path / "root").read("../rootling/a.py")


def test_a_link_inside_the_root_is_read_when_named(repository: Path) -> None:
    assert WorkingTree(repository).read("link.py") == b"seed = 1\r\n"


def test_a_root_that_is_itself_reached_through_a_link_is_read(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    door = tmp_path_factory.mktemp("door") / "project"
    door.symlink_to(repository)
    assert WorkingTree(door).read("src/train.py") == b"seed = 1\r\n"


def test_a_circle_of_links_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(SourceError, match="circle of links"):
        WorkingTree(tmp_path).read("a")


def test_folders_linked_in_a_circle_are_not_walked(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/up").symlink_to("..")
    (tmp_path / "inner/a.py").write_text("x = 1\n")
    assert WorkingTree(tmp_path).paths() == ["inner/a.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "link.py").symlink_to("pipe.py")
    code = """
import sys
from pathlib import Path
from mlsmith.errors import SourceError
from mlsmith.sources.tree import WorkingTree

tree = WorkingTree(Path(sys.argv[1]))
assert tree.paths() == []
for path in ("pipe.py", "link.py"):
    try:
        tree.read(path)
    except SourceError as error:
        print(error.message)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=20, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["is no regular file", "is no regular file"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs device files")
def test_a_device_file_is_not_read() -> None:
    with pytest.raises(SourceError, match="no regular file"):
        WorkingTree(Path("/dev")).read("zero")


@pytest.mark.parametrize("path", ["gone.py", "src/train.py/below.py", "nul\0byte.py", "x" * 5000, "src"])
def test_what_cannot_be_opened_is_one_clear_error(repository: Path, path: str) -> None:
    with pytest.raises(SourceError) as error:
        WorkingTree(repository).read(path)
    assert "\n" not in error.value.message


def test_a_file_over_the_limit_is_refused_by_every_tree(repository: Path) -> None:
    large = repository / "large.json"
    large.write_bytes(b" " * (MAX_BYTES + 1))
    (repository / "largest.json").write_bytes(b" " * MAX_BYTES)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "large")
    with RevisionTree(Repository.require(repository), "HEAD") as revision:
        for tree in (WorkingTree(repository), revision, MemoryTree({"large.json": large.read_bytes()})):
            with pytest.raises(SourceError, match="10 MiB"):
                tree.read("large.json")
        assert len(revision.read("largest.json")) == MAX_BYTES, "the stream goes on after what was refused"


def test_a_blob_that_is_missing_does_not_end_the_reading(repository: Path) -> None:
    with RevisionTree(Repository.require(repository), "HEAD") as tree:
        with pytest.raises(SourceError, match="not in this clone"):
            tree.read_blob("0" * 39 + "1")
        assert tree.read("src/train.py") == b"seed = 1\r\n"


def test_reading_goes_on_when_git_was_ended_from_outside(repository: Path) -> None:
    with RevisionTree(Repository.require(repository), "HEAD") as tree:
        tree.read("src/train.py")
        reader = tree._objects._reader
        assert reader is not None
        reader.kill()
        reader.wait()
        with pytest.raises(SourceError):
            tree.read("src/train.py")
        assert tree.read("src/train.py") == b"seed = 1\r\n"


def test_a_file_is_read_by_its_path_in_a_revision_and_a_commit_by_its_name(repository: Path) -> None:
    with Objects(Repository.require(repository)) as objects:
        assert objects.read("HEAD").startswith(b"tree ")
        for name in ("HEAD:gone.py", "HEAD:src/train.py\nHEAD:src"):
            with pytest.raises(SourceError):
                objects.read(name)
        assert objects.read("HEAD:src/train.py") == b"seed = 1\r\n", "the stream goes on after what was refused"


def test_a_replaced_object_is_read_as_what_its_id_says(repository: Path) -> None:
    tree = RevisionTree(Repository.require(repository), "HEAD")
    original = tree.blob_id("src/train.py")
    (repository / "evil").write_text("evil = 1\n")
    other = git(repository, "hash-object", "-w", "evil")
    git(repository, "replace", original, other)
    assert blob_id_of(tree.read("src/train.py")) == original


def test_submodules_and_links_of_a_revision_are_no_files(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},vendored")
    git(repository, "commit", "-qm", "submodule")
    found = Repository.require(repository)
    assert {"vendored", "link.py"}.isdisjoint(RevisionTree(found, "HEAD").paths())
    assert {"vendored", "link.py"}.isdisjoint(StagedTree(found).paths())


def test_a_walk_enters_only_the_folders_it_is_told_to(tmp_path: Path) -> None:
    for folder in ("src/deep", "venv/lib", ".git"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text("x = 1\n")
    tree = WorkingTree(tmp_path)
    assert tree.paths() == ["src/deep/a.py", "venv/lib/a.py"]
    assert tree.paths(enter=lambda folder: folder != "venv") == ["src/deep/a.py"]
