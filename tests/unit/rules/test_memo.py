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


def test_of_more_words_than_a_project_has_the_old_ones_are_forgotten_and_tested_again() -> None:
    tested: list[str] = []
    seeding = TellingWords(lambda word: tested.append(word) or "seed" in word)  # type: ignore[func-returns-value]
    assert seeding.among({"set_seed"}) == {"set_seed"}
    seeding.among({f"call_{number}" for number in range(50_000)})
    assert seeding.among({"set_seed", "fit"}) == {"set_seed"}
    assert tested.count("set_seed") == 2
