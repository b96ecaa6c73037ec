"""What is asked once is answered once."""

from __future__ import annotations

from mlsmith.rules.kit.memo import TellingWords


def test_each_word_is_tested_once_and_told_for_every_file_that_has_it() -> None:
    tested: list[str] = []

    def tells(word: str) -> bool:
        tested.append(word)
        return "seed" in word

    seeding = TellingWords(tells)

    assert seeding.among({"set_seed", "fit"}) == {"set_seed"}
    assert seeding.among({"fit", "predict"}) == set()
    assert seeding.among({"set_seed", "manual_seed", "predict"}) == {"set_seed", "manual_seed"}
    assert sorted(tested) == ["fit", "manual_seed", "predict", "set_seed"]
