"""The grade of Flesch and Kincaid, against values counted by hand."""

from __future__ import annotations

import pytest

from triage.verification.lint.readability import grade


def by_hand(words: int, sentences: int, syllables: int) -> float:
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


@pytest.mark.parametrize(("text", "counted"), [
    ("The leg hurts.", (3, 1, 3)),
    ("The leg hurts. Does it swell?", (6, 2, 6)),
    ("Sit down: rest the leg; wait", (6, 3, 6)),
    ("Measure the muscle", (3, 1, 5)),
    ("The calf (the back of the leg) hurts", (8, 1, 8)),
    ("It costs 3.5 cm", (3, 1, 3)),
])
def test_the_formula(text, counted):
    assert grade(text) == pytest.approx(by_hand(*counted))


def test_a_text_without_words_is_easy():
    assert grade("") == grade("?!") == grade("12") == 0.0


def test_a_longer_sentence_and_longer_words_are_harder():
    easy = "Sit down and rest the leg. Then look at it."
    assert grade("Sit down and rest the leg and then look at it.") > grade(easy)
    assert grade("Position yourself comfortably. Afterwards examine it visually.") > grade(easy) + 5
