from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsmith.engine.discover import DATA_FROM, Walk, excluded_by, kind_of, lintable, named, walk, within
from mlsmith.engine.state import State
from mlsmith.errors import UnreadableInput
from mlsmith.settings import Settings
from mlsmith.sources.git import Repository
from mlsmith.sources.tree import MemoryTree, RevisionTree

FILES = {
    ".gitignore": "*.log\n/data/\n!keep.log\nsecret.py\n",
    "train.py": "",
    "secret.py": "",
    "data/rows.json": "{}",
    "src/.gitignore": "generated_*\n!generated_kept.py\n",
    "src/model.py": "",
    "src/generated_a.py": "",
    "src/generated_kept.py": "",
    "src/explore.ipynb": "{}",
    "conf/base.yaml": "",
    "pyproject.toml": "",
    "requirements/dev.txt": "",
    "Dockerfile": "FROM scratch",
    "README.md": "",
    "env/pyvenv.cfg": "",
    "env/lib/x.py": "",
    "venv/x.py": "",
    "node_modules/x/x.json": "{}",
    "pkg/__pycache__/x.py": "",
    "vendor/other/.git/HEAD": "ref: x",
    "vendor/other/x.py": "",
    "{{cookiecutter.slug}}/x.py": "",
}
EXPECTED = [
    "Dockerfile",
    "README.md",
    "conf/base.yaml",
    "pyproject.toml",
    "requirements/dev.txt",
    "src/explore.ipynb",
    "src/generated_kept.py",
    "src/model.py",
    "train.py",
]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def commit(root: Path) -> None:
    quiet = {"cwd": root, "check": True, "capture_output": True}
    if not (root / ".git").exists():
        subprocess.run(["git", "init", "-q", "-b", "main"], **quiet)  # type: ignore[call-overload]
    subprocess.run(["git", "add", "-A"], **quiet)  # type: ignore[call-overload]
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "commit", "-q", "-m", "x"], **quiet)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/train.py", "python"),
        ("a.ipynb", "notebook"),
        ("requirements.txt", "requirements"),
        ("requirements-dev.txt", "requirements"),
        ("dev-requirements.in", "requirements"),
        ("requirements/gpu.txt", "requirements"),
        ("constraints.txt", "requirements"),
        ("pyproject.toml", "requirements"),
        ("setup.cfg", "requirements"),
        ("environment.yml", "requirements"),
        ("environment-gpu.yaml", "requirements"),
        ("conf/model.yaml", "config"),
        ("conf/model.json", "config"),
        ("conf/model.toml", "config"),
        ("Dockerfile", "dockerfile"),
        ("docker/Dockerfile.gpu", "dockerfile"),
        ("gpu.dockerfile", "dockerfile"),
        ("MANIFEST.in", None),
        ("notes.txt", None),
        ("types.pyi", None),
        ("package-lock.json", None),
        ("README.md", "text"),
        ("scripts/train.sh", "text"),
        ("Makefile", "text"),
        (".github/CODEOWNERS", "text"),
        ("README", None),
    ],
)
def test_the_name_tells_the_kind(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


def test_a_walk_finds_the_same_outside_git_inside_git_and_in_a_revision(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write(outside, FILES)
    shutil.copytree(outside, inside)
    shutil.rmtree(inside / "vendor" / "other" / ".git")
    shutil.rmtree(inside / "vendor")
    commit(inside)
    assert list(walk(outside).files) == EXPECTED
    assert list(walk(inside).files) == EXPECTED
    repository = Repository.find(inside)
    assert repository is not None
    assert lintable(RevisionTree(repository, "HEAD")) == EXPECTED


def test_patterns_of_the_repository_hold_in_a_project_below_its_root(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "/project/data/\n*.tmp.py\n", "project/a.py": "", "project/data/b.py": "",
                     "project/c.tmp.py": ""})  # fmt: skip
    (tmp_path / ".git").mkdir()
    seen = walk(tmp_path / "project")
    assert list(seen.files) == ["a.py"]
    assert list(seen.guards) == [f"{tmp_path}/.gitignore"]


def test_what_the_settings_exclude_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "old/b.py": "", "src/old/c.py": "", "src/d_test.py": ""})
    assert list(walk(tmp_path, exclude=("/old", "*_test.py")).files) == ["a.py", "src/old/c.py"]
    tree = MemoryTree({"a.py": "", "old/b.py": "", "src/old/c.py": "", "src/d_test.py": ""})
    assert lintable(tree, exclude=("/old", "*_test.py")) == ["a.py", "src/old/c.py"]


def test_an_excluded_folder_excludes_what_is_named_below_it() -> None:
    settings = Settings(exclude=("/old",))
    assert excluded_by(settings, "old/deep/a.py")
    assert not excluded_by(settings, "src/old.py")


def test_no_link_is_followed(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    write(project, {"a.py": ""})
    write(outside, {"secret.py": ""})
    (project / "out.py").symlink_to(outside / "secret.py")
    (project / "out").symlink_to(outside)
    (project / "loop").symlink_to(project)
    (project / "round.py").symlink_to(project / "round.py")
    assert list(walk(project).files) == ["a.py"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert list(walk(tmp_path).files) == []


def test_a_huge_json_file_is_data(tmp_path: Path) -> None:
    big = "[" + " " * DATA_FROM + "]"
    write(tmp_path, {"rows.json": big, "conf.json": "{}"})
    assert list(walk(tmp_path).files) == ["conf.json"]
    assert lintable(MemoryTree({"rows.json": big, "conf.json": "{}"})) == ["conf.json"]


def test_named_paths_are_relative_to_the_root_sorted_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"b.py": "", "a/c.py": ""})
    monkeypatch.chdir(tmp_path)
    assert named(tmp_path, [Path("b.py"), Path("a"), tmp_path / "b.py"]) == ("a", "b.py")
    assert named(tmp_path, [Path()]) == ("",)


def test_a_link_that_is_named_stands_for_its_target(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    assert named(tmp_path, [tmp_path / "b.py"]) == ("a.py",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.py", "does not exist"),
        ("out.py", "is outside the project"),
        ("round.py", "cannot be followed"),
    ],
)
def test_a_named_path_that_cannot_be_linted_is_one_clear_line(tmp_path: Path, name: str, said: str) -> None:
    project = tmp_path / "project"
    write(project, {"a.py": ""})
    write(tmp_path, {"secret.py": ""})
    (project / "out.py").symlink_to(tmp_path / "secret.py")
    (project / "round.py").symlink_to(project / "round.py")
    with pytest.raises(UnreadableInput, match=said):
        named(project, [project / name])


def test_within_goes_by_folders_not_by_letters() -> None:
    assert within("src/a.py", ["src"])
    assert not within("src2/a.py", ["src"])
    assert within("anything", [""])


def _as_state(root: Path, seen: Walk, exclude: tuple[str, ...]) -> State:
    state = State(str(root))
    state.files, state.folders, state.guards, state.taken_ns, state.excluded = *seen[:4], exclude
    return state


_NAMES = ("a.py", "b.yaml", "c.txt", "requirements.txt", "Dockerfile")
_edits = st.lists(
    st.tuples(
        st.sampled_from(["write", "remove", "link", "folder", "ignore", "large"]),
        st.sampled_from(["", "src/", "src/deep/"]), st.sampled_from(_NAMES), st.sampled_from(["*.py\n", "deep/\n", "!a.py\n", ""]),
    ), max_size=6,
)  # fmt: skip


def _edit(root: Path, how: str, folder: str, name: str, pattern: str) -> None:
    place = root / folder / (".gitignore" if how == "ignore" else name)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    elif how not in ("write", "ignore", "large"):
        place.unlink(missing_ok=True)
    elif place.is_symlink():
        place.unlink()
    if how in ("write", "ignore"):
        place.write_text(pattern)
    elif how == "large":
        place.write_text(" " * (DATA_FROM + 1))
    elif how == "link":
        place.symlink_to(root / "a.py")
    elif how == "folder":
        place.mkdir()
        (place / "x.py").write_text("")


@settings(max_examples=60, deadline=None)
@given(st.lists(_edits, min_size=1, max_size=3), st.sampled_from([(), ("/src/b.yaml",)]), st.booleans())
def test_a_walk_sees_the_same_whatever_was_seen_before(
    rounds: list[list[tuple[str, str, str, str]]], exclude: tuple[str, ...], settled: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, {"a.py": "", "src/a.py": "", "src/deep/a.py": "", "src/b.yaml": "", "Dockerfile": ""})
        before = walk(root)
        for edits in rounds:
            if settled:
                time.sleep(0.06)  # the stamps are beyond doubt
            for edit in edits:
                _edit(root, *edit)
            seen, anew = walk(root, exclude=exclude, before=_as_state(root, before, ())), walk(root, exclude=exclude)
            assert (seen.files, list(seen.files), seen.folders, seen.guards) == (anew.files, list(anew.files), anew.folders, anew.guards)
            before = walk(root)
