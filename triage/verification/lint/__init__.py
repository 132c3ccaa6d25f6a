"""All faults of the rules at once, each with place, code, a sentence and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from triage.knowledge import reader
from triage.model import Fault, Issues, Knowledge, Place
from triage.support.text import printable
from triage.verification.lint import (
    article,
    conditions,
    findings,
    overlaps,
    phrases,
    plain_language,
    red_flags,
    scenarios,
    scores,
    screens,
    self_checks_and_care,
    settings,
    sources,
)
from triage.verification.lint.fixes import FIXES
from triage.verification.lint.leg_map import faults as of_the_map

Check = Callable[[Knowledge], Issues]

CARDS: list[Check] = [
    findings.findings, phrases.phrases, screens.screens, red_flags.dangers, conditions.conditions,
    self_checks_and_care.trials, scores.scores, article.article, plain_language.jargon, plain_language.units,
    plain_language.colour, plain_language.reading_age, of_the_map,
]
"""What each card must be by itself."""
TOGETHER: list[Check] = [
    findings.use, overlaps.lines, red_flags.among_the_others, conditions.among_the_others, self_checks_and_care.use,
    scores.thresholds, sources.sources, settings.history, settings.example,
]
"""What cards must be beside each other: told only when all of them could be read."""


def faults(folder: Path, on: date | None = None, stories: Path | None = None) -> list[Fault]:
    """Everything that is wrong with the rules in this folder, in the order of files and lines.

    `on`: the day by which reviews and sources are due; without it today. `stories`: the folder of stories that each
    card must have; without it `tests/scenarios` beside the rules, and where there is none, nothing is said of stories.
    """
    knowledge, wrong = reader.read(folder)
    if knowledge is not None:
        wrong += _faults(knowledge, folder, on or date.today(), stories, complete=not wrong)
    return sorted({msgspec.structs.replace(fault, fix=FIXES.get(fault.code, "")) for fault in wrong})


def _faults(
    knowledge: Knowledge, folder: Path, on: date, stories: Path | None, complete: bool,
) -> Iterator[Fault]:
    name = folder.name or folder.resolve().name
    for key, code, message in _issues(knowledge, folder, on, stories, complete):
        # What has a fault of its own is missing from the knowledge; whoever names it has done nothing wrong.
        if complete or not code.startswith("unknown-"):
            place = knowledge.places_of_rules.get(key) or knowledge.places.get(key) or Place(f"{name}/{key}")
            yield Fault(place.file, place.line, place.column, code, printable(message))


def _issues(knowledge: Knowledge, folder: Path, on: date, stories: Path | None, complete: bool) -> Issues:
    for check in CARDS:
        yield from check(knowledge)
    yield from sources.due(knowledge, on)
    for check in TOGETHER if complete else ():
        yield from check(knowledge)
    beside = stories or folder.resolve().parent / scenarios.FOLDER
    if complete and beside.is_dir():
        yield from scenarios.stories(knowledge, beside)
