"""Where the templates are found, in a wheel and in a source tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold.locate import templates_root

ROOT = Path(__file__).resolve().parents[3]


def _templates(folder: Path) -> Path:
    for name in ("layers", "kinds"):
        (folder / name).mkdir(parents=True)
    return folder


def test_a_source_tree_has_them_beside_the_package(tmp_path: Path) -> None:
    expected = _templates(tmp_path / "templates")
    assert templates_root(tmp_path / "mlsmith") == expected


def test_a_wheel_has_them_inside_and_they_win_over_a_neighbour(tmp_path: Path) -> None:
    _templates(tmp_path / "templates")
    expected = _templates(tmp_path / "mlsmith/_templates")
    assert templates_root(tmp_path / "mlsmith") == expected


def test_another_packages_templates_folder_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    with pytest.raises(UserError, match="missing from this installation"):
        templates_root(tmp_path / "mlsmith")


def test_this_source_tree_has_them() -> None:
    assert templates_root() == ROOT / "templates"


@pytest.mark.slow
def test_the_wheel_carries_every_template_and_finds_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = "from mlsmith.scaffold.locate import templates_root; print(templates_root())"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "site", check=True, capture_output=True, text=True
    ).stdout.strip()
    assert found == str(tmp_path / "site/mlsmith/_templates")
    tracked = subprocess.run(["git", "ls-files", "templates"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for path in tracked:
        assert (tmp_path / "site/mlsmith/_templates" / Path(path).relative_to("templates")).is_file(), path
