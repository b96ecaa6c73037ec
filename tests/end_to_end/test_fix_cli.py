from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import DEAD, Project

FIXED = "def loss(x):\n    return x\n"


def test_fix_writes_safe_fixes_and_reports_what_is_left(project: Project) -> None:
    project.write({"a.py": DEAD, "b.py": "x = 1\n"})
    os.chmod(project.root / "a.py", 0o755)
    done = project.lint("--fix")
    assert (done.code, done.codes) == (0, [])
    assert "fixed 1 finding in 1 file" in done.err
    assert (project.root / "a.py").read_text() == FIXED
    assert (project.root / "a.py").stat().st_mode & 0o777 == 0o755


def test_diff_shows_and_writes_nothing(project: Project) -> None:
    project.write({"a.py": DEAD})
    done = project.run("lint", "--diff")
    assert (done.code, (project.root / "a.py").read_text()) == (1, DEAD)
    assert "would fix 1 finding" in done.err
    project.git("init", "-q")
    subprocess.run(["git", "apply"], input=done.out.encode(), cwd=project.root, check=True)
    assert (project.root / "a.py").read_text() == FIXED
    again = project.run("lint", "--diff")
    assert (again.code, again.out) == (0, "")


def test_what_is_suppressed_or_known_is_not_fixed(project: Project) -> None:
    quiet = DEAD.replace("if False:", "if False:  # mlsmith: ignore[DEX101] kept for the paper")
    project.write({"a.py": quiet, "b.py": DEAD})
    project.run("lint", "--write-baseline")
    project.run("lint", "--fix")
    assert (project.root / "a.py").read_text() == quiet
    assert (project.root / "b.py").read_text() == DEAD


def test_stdin_is_answered_with_the_mended_text(project: Project) -> None:
    done = project.run("lint", "-", "--fix", stdin=DEAD)
    assert (done.code, done.out) == (0, FIXED)
    done = project.run("lint", "-", "--fix", stdin="x = 1\n")
    assert (done.code, done.out) == (0, "x = 1\n")


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/mounts").exists(), reason="needs to mount a small disk")
def test_a_disk_that_fills_leaves_every_file_as_it_was(project: Project) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", project.root], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        big = DEAD + "# " + "x" * 14_000 + "\n"
        project.write({"a.py": big, "b.py": big, "c.py": big})
        done = project.run("lint", "--fix", "--no-cache", cwd=project.root)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert "No space left" in done.err
        assert {file.name: file.read_text() for file in project.root.iterdir()} == dict.fromkeys(("a.py", "b.py", "c.py"), big)
    finally:
        subprocess.run(["umount", project.root], check=True)


def test_fixing_while_someone_else_writes_touches_nothing(project: Project) -> None:
    project.write({"a.py": DEAD, "b.py": DEAD})
    (project.home / "late").mkdir(parents=True)
    (project.home / "late" / "sitecustomize.py").write_text(
        "import mlsmith.fixes.converge as c\n"
        "original = c.converge\n"
        "def late(*args, **more):\n"
        "    outcome = original(*args, **more)\n"
        "    open('b.py', 'a').write('# mine\\n')\n"
        "    return outcome\n"
        "c.converge = late\n"
    )
    done = project.run("lint", "--fix", PYTHONPATH=str(project.home / "late"))
    assert (done.code, "b.py was changed" in done.err) == (2, True), sys.executable
    assert (project.root / "a.py").read_text() == DEAD
