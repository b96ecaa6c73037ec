"""The record of a project, written and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlsmith.errors import UserError
from mlsmith.scaffold.record import Replay, digests, read_replay, write_record


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    answers = {"slug": "shop", "author": "Ada O'Example <ada@localhost>", "odd key": "ü = # ["}
    write_record(tmp_path, kind="fraud", layers=("base", "fraud"), answers=answers, template={})
    assert read_replay(tmp_path) == Replay("fraud", ("base", "fraud"), answers)


def test_the_record_and_git_are_not_part_of_the_pristine_digests(tmp_path: Path) -> None:
    for path in (".git/config", ".mlsmith/project.toml", ".mlsmith/other", "a.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x")
    assert list(digests(tmp_path)) == [".mlsmith/other", "a.txt"]


def test_a_plain_table_of_answers_is_enough(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('slug = "shop"\nseed = 7\nstrict = true\n')
    assert read_replay(tmp_path / "a.toml").answers == {"slug": "shop", "seed": "7", "strict": "true"}


@pytest.mark.parametrize("text", ["layers = 3", "answers = 3", "[x]\ny = 1", "slug = ['a']", "kind = 3", "= 1", "\x00"])
def test_what_holds_no_answers_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(UserError) as caught:
        read_replay(tmp_path / "a.toml")
    assert "\n" not in str(caught.value)
    assert "a.toml" in str(caught.value)


def test_json_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(UserError, match="holds no answers"):
        read_replay(tmp_path / "a.json")
