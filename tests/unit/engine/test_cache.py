from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from mlsmith.engine import cache
from mlsmith.engine.cache import Store, key_of, replace_file


def _key(number: int) -> bytes:
    return key_of(f"{number}.py", "blob", "context")


def _filled(folder: Path, count: int) -> Path:
    store = Store(folder)
    for number in range(count):
        store.put(_key(number), f"payload {number}".encode() * 10)
    store.flush()
    (file,) = folder.glob("analyses-*")
    return file


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    _filled(tmp_path, 3)
    assert Store(tmp_path).get(_key(1)) == b"payload 1" * 10
    assert Store(tmp_path).get(_key(3)) is None


def test_path_content_and_context_are_all_part_of_the_key() -> None:
    keys = {
        key_of("a.py", "b", "c"),
        key_of("x.py", "b", "c"),
        key_of("a.py", "x", "c"),
        key_of("a.py", "b", "x"),
    }
    assert len(keys) == 4


@pytest.mark.parametrize("damaged", range(0, 1200, 37))
def test_a_damaged_byte_costs_one_entry_at_most_and_never_gives_a_wrong_one(tmp_path: Path, damaged: int) -> None:
    file = _filled(tmp_path, 10)
    data = bytearray(file.read_bytes())
    data[damaged % len(data)] ^= 0x41
    file.write_bytes(data)
    found = [Store(tmp_path).get(_key(number)) for number in range(10)]
    right = [f"payload {number}".encode() * 10 for number in range(10)]
    assert sum(a == b for a, b in zip(found, right, strict=True)) >= 9
    assert all(a is None or a == b for a, b in zip(found, right, strict=True))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 100, 121, 122, 250])
def test_a_file_cut_off_keeps_what_is_whole_and_can_be_added_to(tmp_path: Path, length: int) -> None:
    file = _filled(tmp_path, 10)
    file.write_bytes(file.read_bytes()[:length])
    store = Store(tmp_path)
    whole = length // (32 + 90)
    assert [n for n in range(10) if store.get(_key(n)) is not None] == list(range(whole))
    store.put(_key(99), b"later")
    store.flush()
    assert Store(tmp_path).get(_key(99)) == b"later"


def test_many_processes_add_to_one_store_without_loss(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(tmp_path, start)) for start in (0, 100, 200)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store = Store(tmp_path)
    assert all(store.get(_key(start + n)) for start in (0, 100, 200) for n in range(40))


def _add(folder: Path, start: int) -> None:
    for number in range(40):
        store = Store(folder)
        store.put(_key(start + number), b"x" * 100)
        store.flush()


def test_the_store_is_bounded_and_keeps_what_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LIMIT", 20_000)
    monkeypatch.setattr(cache, "_SMALL", 10_000)
    for number in range(100):
        store = Store(tmp_path)
        assert number == 0 or store.get(_key(0)) is not None
        store.put(_key(number), b"x" * 1000)
        store.flush()
        (file,) = tmp_path.glob("analyses-*")
        assert file.stat().st_size <= 20_000
    assert Store(tmp_path).get(_key(99)) is not None


def test_what_no_run_uses_any_more_is_thrown_away_by_one_that_uses_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SMALL", 3_000)
    monkeypatch.setattr(cache, "LIMIT", 20_000)
    for number in range(10):
        store = Store(tmp_path)
        store.put(_key(number), b"x" * 1000)
        store.flush()
    (file,) = tmp_path.glob("analyses-*")
    whole = file.stat().st_size
    Store(tmp_path).tidy()
    assert file.stat().st_size == whole, "nothing was added"
    store = Store(tmp_path)
    store.put(_key(10), b"x" * 1000)
    assert store.get(_key(9)) is not None
    store.flush()
    monkeypatch.setattr(cache, "LIMIT", 8_000)
    store.tidy()
    assert file.stat().st_size < whole
    kept = Store(tmp_path)
    assert kept.get(_key(9)) is not None
    assert kept.get(_key(10)) is not None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "gone")
    store.put(_key(1), b"x")
    assert store.get(_key(1)) == b"x"
    store.flush()
    assert not (tmp_path / "gone").exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(b"old")
    file.chmod(0o640)
    replace_file(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(file, b"newer")
    assert file.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]
