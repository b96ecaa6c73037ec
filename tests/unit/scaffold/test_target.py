"""Names and directories a project may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold.target import check_package, check_slug, find_target, require_free


@pytest.mark.parametrize("name", ["shop", "Shop-2", "a", "shop.v2", "my_shop"])
def test_ordinary_names_pass(name: str) -> None:
    assert check_slug(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "..",
        ".",
        "",
        "/etc",
        "a/b",
        "a\\b",
        "C:x",
        "-x",
        ".x",
        "x.",
        "x ",
        "a b",
        "é",
        "x\n",
        "a" * 101,
        "~",
        "$HOME",
    ],
)
def test_names_that_lead_elsewhere_or_break_somewhere_are_refused(name: str) -> None:
    with pytest.raises(UserError):
        check_slug(name)


@pytest.mark.parametrize("name", ["con", "NUL", "aux.txt", "com1", "LPT9.tar.gz"])
def test_names_windows_keeps_for_devices_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="Windows"):
        check_slug(name)


def test_a_name_that_only_needs_spelling_comes_with_a_suggestion() -> None:
    with pytest.raises(UserError, match='"my-big-shop"'):
        check_slug("My Big Shop!")


@pytest.mark.parametrize("name", ["class", "match", "json", "tests", "Shop", "1shop", "shop-2", "nul", "mlsmith", ""])
def test_packages_that_cannot_be_imported_as_themselves_are_refused(name: str) -> None:
    with pytest.raises(UserError):
        check_package(name)


def test_a_package_that_would_hide_a_dependency_is_refused() -> None:
    with pytest.raises(UserError, match="hide"):
        check_package("numpy", taken={"numpy"})


def test_a_project_goes_below_the_output_directory(tmp_path: Path) -> None:
    assert find_target("shop", slug="shop", output_dir=tmp_path) == tmp_path / "shop"
    assert find_target(None, slug="shop", output_dir=tmp_path) == tmp_path / "shop"
    assert find_target("a/b/shop", slug="shop", output_dir=tmp_path) == tmp_path / "a/b/shop"


@pytest.mark.parametrize("typed", ["../shop", "a/../../shop", "/shop", "."])
def test_a_path_out_of_the_output_directory_is_refused(tmp_path: Path, typed: str) -> None:
    with pytest.raises(UserError):
        find_target(typed, slug="shop", output_dir=tmp_path)


def test_an_absolute_path_is_the_users_own_word(tmp_path: Path) -> None:
    assert find_target(str(tmp_path / "shop"), slug="shop", output_dir=None) == tmp_path / "shop"


def test_a_symbolic_link_on_the_way_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    with pytest.raises(UserError, match="symbolic link"):
        find_target("link/shop", slug="shop", output_dir=inside)


def test_the_output_directory_itself_may_be_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    assert find_target("shop", slug="shop", output_dir=tmp_path / "link") == real / "shop"


def test_an_absent_and_an_empty_directory_are_free(tmp_path: Path) -> None:
    require_free(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    require_free(tmp_path / "empty")


def test_one_hidden_file_makes_a_directory_taken(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UserError, match="not empty"):
        require_free(tmp_path)


def test_a_file_and_a_dangling_link_are_not_free(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match="is a file"):
        require_free(tmp_path / "file")
    with pytest.raises(UserError, match="symbolic link"):
        require_free(tmp_path / "link")


def test_the_current_directory_is_not_swapped_under_the_users_feet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="current directory"):
        require_free(tmp_path)
