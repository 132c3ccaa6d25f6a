"""Which sentences tell to do what an interlock forbids? By the words that the interlock names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.model import Blockable, Interlock, Knowledge

_NO = r"\b(not|no|never|nobody|nothing|without|cannot|avoid|loosen)\b"
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+")


def sentences(text: str) -> list[str]:
    """A text by its sentences."""
    return _SENTENCE.split(text)


def advises(lock: Interlock, text: str) -> list[str]:
    """The sentences of a text that tell to do what the interlock forbids. One that says not to is none."""
    if not lock.words:
        return []
    word = re.compile(rf"\b({'|'.join(map(re.escape, lock.words))})\b", re.IGNORECASE)
    forbidden = re.compile(rf"{_NO}.*{word.pattern}", re.IGNORECASE)
    return [part for part in sentences(text) if word.search(part) and not forbidden.search(part)]


def forbidden_sentences(knowledge: Knowledge, texts: Iterable[str]) -> dict[str, str]:
    """Interlock -> the first sentence of these texts that tells to do what it forbids."""
    out: dict[str, str] = {}
    for lock in knowledge.interlocks.values():
        if advice := [sentence for text in texts for sentence in advises(lock, text)]:
            out[lock.id] = advice[0]
    return out


def forbidden_steps(knowledge: Knowledge, card: Blockable) -> dict[str, str]:
    """Interlocks that must block a self-check or care card -> the step that makes it so."""
    forbidden = forbidden_sentences(knowledge, [card.name, *card.steps])
    return {lock: step for lock, step in forbidden.items() if lock not in card.beside}
