"""The closure of requirements in a universal lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.locks import closure, lock_text, read_lock, read_locks

_HASH = "sha256:" + "0" * 64


def _lock(tmp_path: Path, *entries: tuple[str, str]) -> Path:
    path = tmp_path / "universal.txt"
    path.write_text("# A header.\n" + "".join(f"{pin} \\\n    --hash={_HASH}\n{via}" for pin, via in entries))
    return path


def _tree(tmp_path: Path) -> Path:
    return _lock(
        tmp_path,
        ("app==1.0", "    # via -r layers.in\n"),
        ("Left_Pad==2.0 ; sys_platform == 'win32'", "    # via\n    #   -r layers.in\n    #   app\n"),
        ("deep==3.0 ; python_version < '3.12'", "    # via left-pad\n"),
        ("deep==4.0 ; python_version >= '3.12'", "    # via left-pad\n"),
        ("ring==1", "    # via deep, round\n"),
        ("round==1", "    # via ring\n"),
        ("other==9", "    # via -r layers.in\n"),
    )


def test_the_closure_follows_every_edge_and_nothing_else(tmp_path: Path) -> None:
    names = [f"{pin.name} {pin.version}" for pin in closure(read_lock(_tree(tmp_path)), ["app>=1"])]
    assert names == ["app 1.0", "deep 3.0", "deep 4.0", "left-pad 2.0", "ring 1", "round 1"]


def test_markers_and_hashes_come_along_and_read_back_equal(tmp_path: Path) -> None:
    pins = closure(read_lock(_tree(tmp_path)), ["app"])
    again = tmp_path / "again.txt"
    again.write_text(lock_text(pins, header="# Mine.\n"))
    assert closure(read_lock(again), ["app"]) == tuple(
        type(pin)(pin.name, pin.version, pin.marker, pin.hashes, tuple(n for n in pin.needed_by)) for pin in pins
    )
    assert "left-pad==2.0 ; sys_platform == 'win32' \\\n" in again.read_text()


def test_via_names_only_packages_that_are_there(tmp_path: Path) -> None:
    assert "# via" not in lock_text(closure(read_lock(_tree(tmp_path)), ["other"]))


def test_a_range_that_excludes_the_locked_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateDefect, match=r'"deep<4" excludes deep 4\.0'):
        closure(read_lock(_tree(tmp_path)), ["deep<4"])


def test_a_package_the_lock_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateDefect, match="the lock has no numpy"):
        closure(read_lock(_tree(tmp_path)), ["numpy>=2"])


def test_mlsmith_itself_is_not_locked(tmp_path: Path) -> None:
    assert closure(read_lock(_tree(tmp_path)), ["mlsmith>=0.1"]) == ()


@pytest.mark.parametrize("line", ["numpy>=2 \\\n    --hash=" + _HASH, "numpy==2", "--index-url https://x.test"])
def test_anything_but_a_hashed_pin_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "universal.txt"
    path.write_text(line + "\n")
    with pytest.raises(TemplateDefect, match="no hashed pin"):
        read_lock(path)


def test_extras_of_a_requirement_do_not_hide_its_name(tmp_path: Path) -> None:
    assert [pin.name for pin in closure(read_lock(_tree(tmp_path)), ["other[fast]>=1; python_version>'3'"])] == ["other"]


def test_a_lock_beside_the_universal_one_keeps_its_packages_apart_and_lends_its_edges(tmp_path: Path) -> None:
    _lock(tmp_path, ("leaf==1", "    # via torch\n"), ("plain==2", "    # via -r layers.in\n"))
    (tmp_path / "torch.txt").write_text(f"torch==2.13.0 \\\n    --hash={_HASH}\n    # via -r layers.in\n")
    pins = closure(read_locks(tmp_path), ["torch>=2"])
    assert [(pin.name, pin.apart) for pin in pins] == [("leaf", ""), ("torch", "torch")]
