"""A project on disk, or nothing at all."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold import create as create_module
from mlsmith.scaffold import staging
from mlsmith.scaffold.create import Plan, create, preview
from mlsmith.scaffold.kinds import Catalogue, read_catalogue
from mlsmith.scaffold.locks import read_lock
from mlsmith.scaffold.planning import Wish, make_plan
from mlsmith.scaffold.record import read_replay

TEMPLATES = Path(__file__).parent / "fixtures" / "templates"
MakePlan = Callable[..., Plan]
Snapshot = Callable[[Path], dict[str, bytes]]
Git = Callable[..., str]


def test_equal_answers_make_equal_projects_byte_for_byte(snapshot: Snapshot, plan: MakePlan, place: Path) -> None:
    first = snapshot(create(plan("shop")).directory)
    (place / "shop").rename(place.parent / "elsewhere")
    assert snapshot(create(plan("shop")).directory) == first


def test_the_files_reported_are_the_files_there(snapshot: Snapshot, plan: MakePlan) -> None:
    created = create(plan("shop"))
    assert created.files == tuple(sorted(snapshot(created.directory)))


def test_the_record_holds_answers_and_the_digest_of_every_other_file(snapshot: Snapshot, plan: MakePlan) -> None:
    project = create(plan("shop", "serving", seed="3")).directory
    record = tomllib.loads((project / ".mlsmith/project.toml").read_text())
    assert (record["kind"], record["layers"]) == ("tiny", ["base", "model", "serving"])
    assert record["answers"]["seed"] == "3"
    files = snapshot(project)
    del files[".mlsmith/project.toml"], files[".mlsmith/pristine.tar.xz"]
    assert record["pristine"] == {path: sha256(text).hexdigest() for path, text in files.items()}


def test_a_record_replayed_makes_the_same_project(snapshot: Snapshot, plan: MakePlan, catalogue: Catalogue, place: Path) -> None:
    project = create(plan("shop", "serving", author="Ada O'Example <ada@localhost>", port="9000")).directory
    replay = read_replay(project)
    again = make_plan(catalogue, Wish(replay.kind, replay.layers, replay.answers, None, place / "second"))
    assert snapshot(create(again).directory) == snapshot(project)


def test_each_requirements_file_is_closed_hashed_and_holds_the_former_ones(plan: MakePlan) -> None:
    project = create(plan("shop", "serving"), git=False).directory
    locks = [read_lock(project / f"requirements/{purpose}.txt") for purpose in ("run", "test", "dev")]
    assert set(locks[0]) == {"attrs", "jinja2", "markupsafe"}
    assert set(locks[0]) < set(locks[1]) <= set(locks[2])
    for lock in locks:
        assert all(pin.hashes for pins in lock.values() for pin in pins)
        assert {parent for pins in lock.values() for pin in pins for parent in pin.needed_by} <= set(lock)
    dev = (project / "requirements/dev.txt").read_text()
    assert "://" not in dev
    assert "index-url" not in dev


def test_the_first_commit_holds_everything_and_leaves_a_clean_tree(git: Git, plan: MakePlan) -> None:
    project = create(plan("shop")).directory
    assert git("status", "--porcelain", cwd=project) == ""
    assert git("log", "--format=%an %ae", cwd=project) == "Grace Example grace@localhost"
    assert git("rev-list", "--count", "HEAD", cwd=project) == "1"


def test_without_a_git_identity_the_author_signs(git: Git, plan: MakePlan, home: Path) -> None:
    (home / ".gitconfig").unlink()
    project = create(plan("shop", author="Ada Example <ada@localhost>")).directory
    assert git("log", "--format=%an %ae", cwd=project) == "Ada Example ada@localhost"


def test_without_git_there_is_a_note_and_a_project(plan: MakePlan, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place / "nothing"))
    created = create(plan("shop"))
    assert "git is not installed" in created.notes[0]
    assert (created.directory / "README.md").is_file()


def test_hooks_and_signing_of_the_user_do_not_touch_the_first_commit(git: Git, plan: MakePlan, home: Path) -> None:
    hooks = home / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    with (home / ".gitconfig").open("a") as config:
        config.write(f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgSign = true\n[init]\n\tdefaultBranch = trunk\n")
    project = create(plan("shop")).directory
    assert git("branch", "--show-current", cwd=project) == "trunk"


def test_the_users_ignore_list_does_not_thin_out_the_first_commit(git: Git, plan: MakePlan, home: Path) -> None:
    (home / "ignore").write_text("*.py\n.mlsmith/\n")
    with (home / ".gitconfig").open("a") as config:
        config.write(f"[core]\n\texcludesFile = {home / 'ignore'}\n")
    created = create(plan("shop"))
    assert tuple(git("ls-files", cwd=created.directory).splitlines()) == created.files


def test_inside_another_repository_no_second_one_is_made(git: Git, plan: MakePlan, place: Path) -> None:
    git("init", "--quiet", cwd=place)
    created = create(plan("shop"))
    assert "belongs to a git repository" in created.notes[0]
    assert not (created.directory / ".git").exists()


def test_variables_of_an_outer_git_hook_do_not_lead_the_commit_astray(
    git: Git, plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git("init", "--quiet", cwd=outer)
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    project = create(plan("shop")).directory
    monkeypatch.delenv("GIT_DIR")
    assert git("rev-list", "--count", "HEAD", cwd=project) == "1"
    assert git("rev-list", "--all", "--count", cwd=outer) == "0"


def test_a_preview_lists_what_create_writes_and_leaves_nothing(plan: MakePlan, place: Path) -> None:
    shown = preview(plan("shop"))
    assert list(place.iterdir()) == []
    assert create(plan("shop")).files == shown.files


def test_a_taken_directory_stays_as_it_is(snapshot: Snapshot, plan: MakePlan, place: Path) -> None:
    made = plan("shop")
    (place / "shop").mkdir()
    (place / "shop/mine.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty"):
        create(made)
    assert snapshot(place) == {"shop/mine.txt": b"mine"}


def test_an_empty_directory_is_filled(plan: MakePlan, place: Path) -> None:
    (place / "shop").mkdir()
    assert "README.md" in create(plan("shop")).files
    assert [path.name for path in place.iterdir()] == ["shop"]


def test_a_directory_filled_meanwhile_is_not_overwritten(
    snapshot: Snapshot, plan: MakePlan, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(project: Path, target: Path) -> None:
        target.mkdir()
        (target / "theirs").write_text("theirs")
        project.rename(target)

    monkeypatch.setattr(create_module, "publish", slow)
    with pytest.raises(UserError, match="meanwhile"):
        create(plan("shop"))
    assert snapshot(place) == {"shop/theirs": b"theirs"}


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError("bug")])
def test_whatever_stops_the_last_step_leaves_no_trace(
    plan: MakePlan, place: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(create_module, "publish", fail)
    with pytest.raises(UserError if isinstance(failure, OSError) else type(failure)):
        create(plan("deep/down/shop"))
    assert list(place.iterdir()) == []


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(plan: MakePlan, place: Path) -> None:
    """The system itself refuses to let a file grow, as it does on a full disk."""
    made = plan("shop")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        with pytest.raises(UserError, match="is full"):
            create(made)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(place.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_really_fills_leaves_nothing(plan: MakePlan, place: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True).returncode:
        pytest.skip("no mounts in this environment")
    os.chdir(place)
    try:
        with pytest.raises(UserError, match="is full"):
            create(plan("shop", "serving"))
        assert list(place.iterdir()) == []
    finally:
        os.chdir("/")
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_one_clear_line(plan: MakePlan, place: Path) -> None:
    made = plan("shop")
    place.chmod(0o555)
    try:
        with pytest.raises(UserError, match="cannot be written to"):
            create(made)
    finally:
        place.chmod(0o755)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_process_leaves_nothing(place: Path, number: signal.Signals) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from mlsmith.scaffold import create as module\n"
        "from mlsmith.scaffold.kinds import read_catalogue\n"
        "from mlsmith.scaffold.planning import Wish, make_plan\n"
        "plan = make_plan(read_catalogue(Path(sys.argv[1])), Wish('tiny', (), {}, 'shop'))\n"
        "def wait(project, target): print('built', flush=True); time.sleep(30)\n"
        "module.publish = wait\n"
        "module.create(plan)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(TEMPLATES)],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "built\n"
    assert [path.name for path in place.iterdir()] != []
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert list(place.iterdir()) == []


def test_the_temporary_directory_stands_beside_the_target(plan: MakePlan, place: Path) -> None:
    with staging.staging(place / "shop") as box:
        assert box.parent == place
        assert box.name.startswith(".shop.")


def test_an_answer_that_breaks_a_file_is_told_so(place: Path, templates: Path) -> None:
    (templates / "layers/base/files/who.yaml").write_text("owner: {{ cookiecutter.owner }}\n")
    made = make_plan(read_catalogue(templates), Wish("tiny", (), {"owner": "a: b: c"}, "shop"))
    with pytest.raises(UserError, match=r"who\.yaml would not parse.*an answer may hold"):
        create(made)
    assert list(place.iterdir()) == []


def test_the_users_cookiecutter_settings_do_not_leak_in_and_none_are_written(
    snapshot: Snapshot, plan: MakePlan, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "default_context:\n  author: Mallory\n  owner: Mallory\n  _extensions: [no.such.extension]\n"
    (home / ".cookiecutterrc").write_text(settings)
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(home / ".cookiecutterrc"))
    before = snapshot(home)
    project = create(plan("shop"), git=False).directory
    assert not [path for path, text in snapshot(project).items() if b"Mallory" in text]
    assert snapshot(home) == before


def test_a_project_takes_less_than_three_seconds_from_a_cold_start(place: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from mlsmith.scaffold.create import create\n"
        "from mlsmith.scaffold.kinds import read_catalogue\n"
        "from mlsmith.scaffold.planning import Wish, make_plan\n"
        "create(make_plan(read_catalogue(Path(sys.argv[1])), Wish('tiny', ('serving',), {}, 'shop')))\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program, str(TEMPLATES)], cwd=place, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, git's included: what the machine does besides must not decide.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3


def test_planning_imports_neither_cookiecutter_nor_rich_before_it_must() -> None:
    program = (
        "import sys, mlsmith.cli.new, mlsmith.scaffold.planning, mlsmith.scaffold.foreign_render\n"
        "print(sorted({'cookiecutter', 'jinja2', 'packaging', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
