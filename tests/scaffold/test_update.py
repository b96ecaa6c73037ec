"""A project brought to newer templates, or to other layers, after its owner has worked in it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from mlsmith.errors import UnreadableInput, UserError
from mlsmith.scaffold.create import create
from mlsmith.scaffold.kinds import read_catalogue
from mlsmith.scaffold.merge_files import merge_file
from mlsmith.scaffold.planning import Wish, make_plan
from mlsmith.scaffold.pristine import PRISTINE
from mlsmith.scaffold.record import RECORD
from mlsmith.scaffold.update import Update, apply_update, check_version, plan_update, require_clean

Git = Callable[..., str]
BASE = "layers/base/files"


@pytest.fixture
def project(templates: Path, place: Path) -> Path:
    return create(make_plan(read_catalogue(templates), Wish("tiny", (), {}, "shop", place))).directory


@pytest.fixture
def commit(project: Path, git: Git) -> Callable[[], None]:
    def all_of_it() -> None:
        git("add", "--all", cwd=project)
        git("commit", "--quiet", "--message", "mine", cwd=project)

    return all_of_it


def _newer(templates: Path, path: str, old: str, new: str) -> None:
    """The template's next version: `old` became `new` in one of its files."""
    file = templates / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _update(templates: Path, project: Path, **layers: tuple[str, ...]) -> Update:
    planned = plan_update(read_catalogue(templates), project, **layers)  # type: ignore[arg-type]
    require_clean(project)
    apply_update(planned)
    return planned


def _told(update: Update) -> dict[str, str]:
    return {change.path: change.what for change in update.changes if change.path not in (RECORD, PRISTINE)}


def test_nothing_is_due_in_a_project_of_this_version(templates: Path, project: Path, git: Git) -> None:
    assert not _update(templates, project).is_due
    assert git("status", "--porcelain", cwd=project) == ""


def test_what_the_owner_left_alone_follows_the_template(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    _newer(templates, f"{BASE}/README.md", "#", "# Now:")
    (templates / BASE / "NEWS.md").write_text("what is new in {{ cookiecutter.slug }}\n")
    (templates / "layers/model/files/.gitignore").unlink()
    assert _told(_update(templates, project)) == {"NEWS.md": "added", "README.md": "changed", ".gitignore": "changed"}
    assert (project / "NEWS.md").read_text() == "what is new in shop\n"
    commit()
    assert not plan_update(read_catalogue(templates), project).is_due


def test_work_of_both_in_one_file_is_merged(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    script = project / "project.py"
    script.write_text(script.read_text() + "\n\n\n# my own end\n")
    commit()
    file = templates / BASE / "project.py"
    file.write_text("# from the template\n\n\n" + file.read_text())
    assert _told(_update(templates, project)) == {"project.py": "changed"}
    text = script.read_text()
    assert text.startswith("# from the template\n")
    assert text.endswith("# my own end\n")


def test_one_line_changed_by_both_is_a_conflict_with_the_old_text_between(
    templates: Path, project: Path, commit: Callable[[], None]
) -> None:
    readme = project / "README.md"
    first = readme.read_text().splitlines()[0]
    readme.write_text(readme.read_text().replace(first, "# Mine", 1))
    commit()
    _newer(templates, f"{BASE}/README.md", "#", "# Theirs:")
    update = _update(templates, project)
    assert [change.path for change in update.conflicts] == ["README.md"]
    text = readme.read_text()
    assert text.index("<<<<<<< yours") < text.index("# Mine") < text.index("|||||||") < text.index("=======") < text.index(">>>>>>>")


def test_dependencies_that_both_added_are_no_conflict(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    settings = project / "pyproject.toml"
    text = settings.read_text()
    assert '"attrs>=23,<99"' in text
    settings.write_text(text.replace('"attrs>=23,<99"', '"attrs>=23,<99", "mine>=1"'))
    commit()
    _newer(templates, "layers/base/layer.toml", '"attrs>=23,<99"', '"attrs>=23,<98", "markupsafe>=2"')
    assert not _update(templates, project).conflicts
    dependencies = tomllib.loads(settings.read_text())["project"]["dependencies"]
    assert {"attrs>=23,<98", "mine>=1", "markupsafe>=2"} <= set(dependencies)
    assert "attrs>=23,<99" not in dependencies


def test_a_deleted_file_stays_deleted_and_a_renamed_one_is_followed(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    (project / "README.md").unlink()
    (project / "src/shop/model.py").rename(project / "src/shop/estimator.py")
    commit()
    _newer(templates, f"{BASE}/README.md", "#", "# Now:")
    model = templates / "layers/model/files/src/{{cookiecutter.package}}/model.py"
    model.write_text(model.read_text() + "\nNEW = 1\n")
    assert _told(_update(templates, project)) == {"README.md": "kept", "src/shop/estimator.py": "changed"}
    assert not (project / "README.md").exists()
    assert (project / "src/shop/estimator.py").read_text().endswith("NEW = 1\n")


def test_what_the_template_dropped_goes_unless_the_owner_changed_it(
    templates: Path, project: Path, commit: Callable[[], None], git: Git
) -> None:
    _update(templates, project, add=("serving",))
    commit()
    assert (project / "service.py").is_file()
    (project / "service.py").write_text("mine = 1\n")
    commit()
    told = _told(_update(templates, project, remove=("serving",)))
    assert told["service.py"] == "kept"
    assert told["deploy/service.tmpl"] == "removed"
    assert not (project / "deploy").exists()
    assert tomllib.loads((project / RECORD).read_text())["layers"] == ["base", "model"]


def test_adding_a_layer_and_removing_it_gives_back_the_same_project(
    templates: Path, project: Path, commit: Callable[[], None], snapshot: Callable[[Path], dict[str, bytes]]
) -> None:
    before = snapshot(project)
    assert _update(templates, project, add=("serving",)).added == ("serving",)
    commit()
    assert _update(templates, project, remove=("serving",)).removed == ("serving",)
    assert snapshot(project) == before


def test_binary_files_of_both_are_laid_side_by_side(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    picture = templates / BASE / "docs.bin"
    picture.write_bytes(b"\0one")
    _update(templates, project)
    commit()
    (project / "docs.bin").write_bytes(b"\0mine")
    commit()
    picture.write_bytes(b"\0two")
    assert _told(_update(templates, project)) == {"docs.bin": "kept", "docs.bin.mlsmith-new": "conflict"}
    assert ((project / "docs.bin").read_bytes(), (project / "docs.bin.mlsmith-new").read_bytes()) == (b"\0mine", b"\0two")


def test_line_ends_of_windows_stay(templates: Path, project: Path, commit: Callable[[], None]) -> None:
    readme = project / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n") + b"mine\r\n")
    commit()
    _newer(templates, f"{BASE}/README.md", "#", "# Now:")
    assert not _update(templates, project).conflicts
    data = readme.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 1
    assert b"# Now:" in data


def test_a_tree_with_changes_is_never_touched(templates: Path, project: Path, snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    (project / "README.md").write_text("not committed\n")
    before = snapshot(project)
    _newer(templates, f"{BASE}/project.py", "SEED", "THE_SEED")
    with pytest.raises(UserError, match="not committed"):
        _update(templates, project)
    assert snapshot(project) == before


def test_nothing_is_written_through_a_symbolic_link(templates: Path, project: Path, commit: Callable[[], None], tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("theirs\n")
    (project / "README.md").unlink()
    (project / "README.md").symlink_to(outside)
    commit()
    _newer(templates, f"{BASE}/README.md", "#", "# Now:")
    with pytest.raises(UserError, match="symbolic link"):
        _update(templates, project)
    assert outside.read_text() == "theirs\n"


@pytest.mark.parametrize("damage", ["gone", "cut", "other"])
def test_a_damaged_record_of_what_was_rendered_is_one_line(templates: Path, project: Path, damage: str) -> None:
    archive = project / PRISTINE
    if damage == "gone":
        archive.unlink()
    elif damage == "cut":
        archive.write_bytes(archive.read_bytes()[:40])
    else:
        record = project / RECORD
        record.write_text(record.read_text().replace('"README.md" = "', '"README.md" = "0'))
    with pytest.raises(UnreadableInput, match="restore"):
        plan_update(read_catalogue(templates), project)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"add": ("servng",)}, 'did you mean "serving"'),
        ({"remove": ("serving",)}, 'has no layer "serving"'),
        ({"remove": ("base",)}, 'is made of "base"'),
    ],
)
def test_layers_that_cannot_be_are_one_line(templates: Path, project: Path, layers: dict[str, tuple[str, ...]], said: str) -> None:
    with pytest.raises(UserError, match=said):
        plan_update(read_catalogue(templates), project, **layers)  # type: ignore[arg-type]


def test_templates_of_another_version_are_another_mlsmiths() -> None:
    with pytest.raises(UserError, match="install mlsmith 99"):
        check_version("99")


def test_entries_of_a_list_are_merged_each_for_itself() -> None:
    old = b"files:\n- a\n- b\n"
    assert merge_file("x.yaml", b"files:\n- a\n- mine\n- b\n", old, b"files:\n- a\n- theirs\n").data == b"files:\n- a\n- mine\n- theirs\n"
    assert merge_file("x.py", b"a\nmine\nb\n", b"a\nb\n", b"a\ntheirs\nb\n").conflicts == 1


@pytest.mark.skipif(os.name == "nt", reason="kill is another thing there")
def test_a_kill_at_any_moment_leaves_every_file_whole(templates: Path, project: Path, git: Git) -> None:
    for number in range(40):
        (templates / BASE / f"note{number}.md").write_text("one line of a note\n" * 2000)
    whole = b"one line of a note\n" * 2000
    program = (
        "import sys; from pathlib import Path; from mlsmith.scaffold.kinds import read_catalogue; from mlsmith.scaffold.update import *\n"
        "planned = plan_update(read_catalogue(Path(sys.argv[1])), Path(sys.argv[2])); print('go', flush=True); apply_update(planned)"
    )
    chance = random.Random(7)
    for _ in range(6):
        child = subprocess.Popen([sys.executable, "-c", program, str(templates), str(project)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(chance.random() * 0.02)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert all(path.read_bytes() == whole for path in project.glob("note*.md"))
        git("restore", ".", cwd=project)
        git("clean", "-fdq", cwd=project)
    assert len(_told(_update(templates, project))) == 40
