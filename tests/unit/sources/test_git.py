"""Git on real repositories, hostile ones among them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlsmith.errors import GitError
from mlsmith.sources.git import Changed, Repository
from mlsmith.sources.tree import RevisionTree

_PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
_LINES = "".join(f"line_{number} = {number}\n" for number in range(20))


def git(folder: Path, *arguments: str, date: str = "2024-03-01T12:00:00+00:00") -> str:
    command = ["git", *_PERSON, *arguments]
    env = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, env=env).stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "train.py").write_text(_LINES)
    (root / "gone.py").write_text("# gone\n" + _LINES)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return root


def test_a_repository_is_found_from_any_folder_or_file_inside(folder: Path) -> None:
    (folder / "src/deep").mkdir(parents=True)
    for place in (folder, folder / "src/deep", folder / "train.py"):
        found = Repository.find(place)
        assert found is not None
        assert found.root == folder


def test_no_repository_is_none_and_said_plainly_where_one_is_needed(tmp_path: Path) -> None:
    assert Repository.find(tmp_path) is None
    assert Repository.find(tmp_path / "missing/folder") is None
    with pytest.raises(GitError, match="is in no git repository"):
        Repository.require(tmp_path)


def test_a_missing_git_is_said_plainly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.require(folder)
    monkeypatch.setenv("PATH", str(folder))
    assert Repository.find(folder) is None
    for ask in (lambda: Repository.require(folder), lambda: repository.rev_parse("HEAD"), lambda: RevisionTree(repository, "HEAD")):
        with pytest.raises(GitError, match="git is not installed"):
            ask()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_named_as_such(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (folder, folder / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(GitError, match="belongs to another user") as error:
        Repository.require(folder)
    assert Repository.find(folder) is None
    assert "safe.directory" in error.value.advice


@pytest.mark.parametrize("revision", ["nowhere", "", "--output=stolen", "-h", "a\nb", "nul\0", "HEAD:train.py", "\udcff"])
def test_an_unknown_revision_is_one_clear_line(folder: Path, revision: str) -> None:
    with pytest.raises(GitError) as error:
        Repository.require(folder).rev_parse(revision)
    assert "\n" not in str(error.value)
    assert error.value.advice
    assert not (folder / "stolen").exists()


def test_a_shallow_clone_is_named_as_the_reason(folder: Path, tmp_path: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", folder.as_uri(), "shallow")
    shallow = Repository.require(tmp_path / "shallow")
    assert shallow.is_shallow
    with pytest.raises(GitError, match="shallow clone"):
        shallow.rev_parse(first)
    assert not Repository.require(folder).is_shallow


def test_the_merge_base_is_where_the_branches_part(folder: Path) -> None:
    start = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-qb", "side")
    git(folder, "commit", "-q", "--allow-empty", "-m", "side")
    git(folder, "checkout", "-q", "main")
    git(folder, "commit", "-q", "--allow-empty", "-m", "main")
    repository = Repository.require(folder)
    assert repository.merge_base("main", "side") == start
    git(folder, "checkout", "-q", "--orphan", "island")
    git(folder, "commit", "-q", "--allow-empty", "-m", "island")
    with pytest.raises(GitError, match="no common ancestor"):
        repository.merge_base("main", "island")


def test_changes_of_the_working_tree_are_staged_unstaged_and_untracked_ones(folder: Path) -> None:
    (folder / "train.py").write_text(_LINES + "more = 1\n")
    (folder / "staged ü.py").write_text("x = 1\n")
    git(folder, "add", "staged ü.py")
    (folder / "new").mkdir()
    (folder / "new/untracked.py").write_text("y = 1\n")
    (folder / ".gitignore").write_text("ignored.py\n")
    (folder / "ignored.py").write_text("z = 1\n")
    (folder / "gone.py").unlink()
    assert Repository.require(folder).changed_paths("HEAD") == {
        "train.py": Changed("M", None),
        "staged ü.py": Changed("A", None),
        "new/untracked.py": Changed("A", None),
        ".gitignore": Changed("A", None),
        "gone.py": Changed("D", None),
    }


def test_a_staged_rename_is_followed_though_a_line_changed(folder: Path) -> None:
    git(folder, "mv", "train.py", "fit.py")
    (folder / "fit.py").write_text(_LINES.replace("line_3 = 3", "line_3 = 4"))
    assert Repository.require(folder).changed_paths("HEAD") == {"fit.py": Changed("R", "train.py")}


def test_a_rename_that_was_never_staged_is_followed_by_content(folder: Path) -> None:
    (folder / "train.py").rename(folder / "fit.py")
    assert Repository.require(folder).changed_paths("HEAD") == {"fit.py": Changed("R", "train.py")}


def test_a_file_taken_out_of_the_index_but_still_on_disk_is_not_gone(folder: Path) -> None:
    git(folder, "rm", "-q", "--cached", "gone.py")
    assert Repository.require(folder).changed_paths("HEAD") == {"gone.py": Changed("M", None)}


def test_changes_between_two_revisions_do_not_see_the_disk(folder: Path) -> None:
    (folder / "train.py").write_text("x = 1\n")
    git(folder, "commit", "-qam", "second")
    (folder / "train.py").write_text("x = 2\n")
    (folder / "untracked.py").write_text("x = 2\n")
    assert Repository.require(folder).changed_paths("HEAD~1", "HEAD") == {"train.py": Changed("M", None)}


def test_a_base_that_looks_like_an_option_writes_nothing(folder: Path) -> None:
    with pytest.raises(GitError):
        Repository.require(folder).changed_paths("--output=stolen")
    assert not (folder / "stolen").exists()


def test_churn_counts_commits_of_the_window_before_the_newest_commit(folder: Path) -> None:
    for day in (1, 2, 3):
        (folder / "train.py").write_text(f"x = {day}\n")
        git(folder, "commit", "-qam", f"day {day}", date=f"2025-01-0{day}T00:00:00+00:00")
    repository = Repository.require(folder)
    assert repository.churn() == {"train.py": 3}
    assert repository.churn(days=4000) == {"train.py": 4, "gone.py": 1}


def test_churn_of_a_repository_without_a_commit_is_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert Repository.require(tmp_path).churn() == {}


def test_the_last_change_of_a_line_names_author_date_and_commit(folder: Path) -> None:
    (folder / "train.py").write_text(_LINES.replace("line_3 = 3", "line_3 = 4"))
    git(folder, "commit", "-qam", "second", date="2025-05-06T07:08:09+00:00")
    head = git(folder, "rev-parse", "HEAD")
    (folder / "train.py").write_text("new = 1\n" + (folder / "train.py").read_text())
    repository = Repository.require(folder)
    assert repository.last_change("train.py", 5) == ("Ada", "2025-05-06T07:08:09+00:00", head)
    found = repository.last_change("train.py", 4)
    assert found is not None
    assert found[1].startswith("2024-03-01")
    assert repository.last_change("train.py", 1) is None, "no commit has this line yet"
    for path, line in (("train.py", 999), ("missing.py", 1), ("train.py", 0), (":(top)train.py", 1)):
        assert repository.last_change(path, line) is None


def test_blame_works_although_the_users_list_of_ignored_commits_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[blame]\n\tignoreRevsFile = .git-blame-ignore-revs\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert Repository.require(folder).last_change("train.py", 1) is not None


def test_nothing_a_hostile_repository_configures_is_run(folder: Path, tmp_path: Path) -> None:
    trap, bait = tmp_path / "trap", tmp_path / "trap.sh"
    bait.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{trap}'\ncat\n")
    bait.chmod(0o755)
    (folder / ".gitattributes").write_text("*.py filter=evil=x diff=evil\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "attributes")
    for key in (
        "filter.evil=x.clean", "filter.evil=x.smudge", "filter.evil=x.process", "diff.evil.textconv",
        "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager", "pager.log", "pager.blame",
        "pager.diff", "core.sshCommand", "core.editor", "gpg.program",
    ):  # fmt: skip
        git(folder, "config", key, str(bait))
    git(folder, "config", "filter.evil=x.required", "true")
    git(folder, "config", "log.showSignature", "true")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        (hooks / hook).write_bytes(bait.read_bytes())
        (hooks / hook).chmod(0o755)
    git(folder, "config", "core.hooksPath", str(hooks))
    (folder / "train.py").write_text("x = 1\n")
    (folder / "gone.py").touch()
    trap.unlink(missing_ok=True)
    repository = Repository.require(folder)
    assert repository.changed_paths("HEAD")["train.py"] == Changed("M", None)
    assert repository.last_change("train.py", 1) is None
    assert repository.last_change("gone.py", 1) is not None
    assert repository.churn()
    with RevisionTree(repository, "HEAD") as tree:
        assert tree.read("train.py") == _LINES.encode()
    assert not trap.exists(), trap.read_text()


def test_a_partial_clone_fetches_nothing(folder: Path, tmp_path: Path) -> None:
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", folder.as_uri(), "partial")
    trap, bait = tmp_path / "trap", tmp_path / "trap.sh"
    bait.write_text(f"#!/bin/sh\necho fetched >> '{trap}'\nexec git-upload-pack \"$@\"\n")
    bait.chmod(0o755)
    partial = tmp_path / "partial"
    git(partial, "config", "remote.origin.uploadpack", str(bait))
    with RevisionTree(Repository.require(partial), "HEAD") as tree:
        assert tree.paths() == ["gone.py", "train.py"]
        for path in tree.paths():
            with pytest.raises(Exception, match="not in this clone"):
                tree.read(path)
    assert not trap.exists()


def test_a_repository_is_not_locked_or_written_by_being_looked_at(folder: Path) -> None:
    for name in ("train.py", "gone.py"):
        os.utime(folder / name, (1_600_000_000, 1_600_000_000))  # Git would like to note that their content is the same.
    before = {path: path.stat().st_mtime_ns for path in (folder / ".git").rglob("*")}
    repository = Repository.require(folder)
    repository.changed_paths("HEAD")
    repository.churn()
    repository.last_change("train.py", 1)
    assert {path: path.stat().st_mtime_ns for path in (folder / ".git").rglob("*")} == before


def test_the_users_git_variables_do_not_lead_to_another_repository(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert Repository.require(folder).root == folder


def test_a_linked_worktree_is_a_repository_of_its_own_root(folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    found = Repository.require(tmp_path / "linked")
    assert found.root == tmp_path / "linked"
    assert RevisionTree(found, "side").paths() == ["gone.py", "train.py"]
