"""How old one must be to read a text with ease: the grade of Flesch and Kincaid (Kincaid et al. 1975)."""

from __future__ import annotations

import re

import pyphen

YEARS = 5
"""A reader of grade n is about n + 5 years old."""

_ENDS = re.compile(r"[.!?:;]+(?:\s|$)")
_WORD = re.compile(r"[A-Za-z']+")


def grade(text: str) -> float:
    """School grade, 0 for a text without words. Brackets are no ends of sentences; single words count as one sentence.

    0.39 words a sentence + 11.8 syllables a word - 15.59; syllables are the places where a word may be hyphenated.
    """
    sentences = [part for part in _ENDS.split(text) if _WORD.search(part)]
    words = _WORD.findall(text)
    if not words:
        return 0.0
    hyphens = pyphen.Pyphen(lang="en_US")  # its dictionary is read once
    syllables = sum(len(hyphens.positions(word.lower())) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
