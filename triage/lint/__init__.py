"""All faults of the rules at once, each with place, code, a sentence and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from triage import cards
from triage.lint import (
    article,
    conditions,
    dangers,
    findings,
    lines,
    phrases,
    scores,
    screens,
    sources,
    stories,
    trials,
    words,
)
from triage.lint.fixes import FIXES
from triage.lint.found import Found
from triage.model import Fault, Knowledge, Place
from triage.picture.faults import faults as of_the_map
from triage.words import printable

Check = Callable[[Knowledge], Found]

CARDS: list[Check] = [
    findings.findings, phrases.phrases, screens.screens, dangers.dangers, conditions.conditions, trials.trials,
    scores.scores, article.article, words.jargon, words.units, words.colour, words.reading_age, of_the_map,
]
"""What each card must be by itself."""
TOGETHER: list[Check] = [
    findings.use, lines.lines, dangers.among_the_others, conditions.among_the_others, trials.use, scores.thresholds,
    sources.sources,
]
"""What cards must be beside each other: told only when all of them could be read."""


def faults(folder: Path, on: date | None = None) -> list[Fault]:
    """Everything that is wrong with the rules in this folder, in the order of files and lines.

    `on`: the day by which reviews and sources are due; without it today.
    """
    knowledge, found = cards.read(folder)
    if knowledge is not None:
        found += _found(knowledge, folder, on or date.today(), complete=not found)
    return sorted({msgspec.structs.replace(fault, fix=FIXES.get(fault.code, "")) for fault in found})


def _found(knowledge: Knowledge, folder: Path, on: date, complete: bool) -> Iterator[Fault]:
    name = folder.name or folder.resolve().name
    for card, code, message in _told(knowledge, folder, on, complete):
        # What has a fault of its own is missing from the knowledge; whoever names it has done nothing wrong.
        if complete or not code.startswith("unknown-"):
            place = knowledge.places_of_rules.get(card) or knowledge.places.get(card) or Place(f"{name}/{card}")
            yield Fault(place.file, place.line, place.column, code, printable(message))


def _told(knowledge: Knowledge, folder: Path, on: date, complete: bool) -> Found:
    for check in CARDS:
        yield from check(knowledge)
    yield from sources.due(knowledge, on)
    for check in TOGETHER if complete else ():
        yield from check(knowledge)
    written = folder.resolve().parent / stories.FOLDER
    if complete and written.is_dir():
        yield from stories.stories(knowledge, written)
