"""How a complaint goes by its diary, and how by its card: for that the urgency may rise and never falls. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from triage.inference.answers import complete
from triage.model import RANK, Knowledge, Level
from triage.records.diary import Entry, episode, under_rules

POINTS, SHARE = 2, 0.3
"""A smaller fall of the worst pain, from 0 to 10, is not clearly better: what people call much better is a fall by
about two points, or about 30 percent (farrar2001); both are asked for. Two points up as worse is our own reasoning."""
SEVERE = 9
UNKNOWN_DAYS = 14
"""When it should be easier if no card says so: what self-care says of all pain."""
ANYWHERE = "anywhere"
"""The place of a pain of which no place is known."""

Trend = Literal["first", "easier", "same", "worse"]


class Series(msgspec.Struct, frozen=True):
    """The pain of one place: day since the start and score, in the order of the diary."""

    place: str
    scores: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.scores[0][1]

    @property
    def now(self) -> int:
        return self.scores[-1][1]

    @property
    def trend(self) -> Trend:
        """Worse: clearly above the start, or above one of the two entries before. Easier: clearly below the start."""
        if len(self.scores) == 1:
            return "first"
        if self.now - min(self.start, *(score for _, score in self.scores[-3:-1])) >= POINTS:
            return "worse"
        fall = self.start - self.now
        return "easier" if self.now == 0 or (fall >= POINTS and fall >= SHARE * self.start) else "same"


class Escalation(msgspec.Struct, frozen=True):
    """A reason for more urgency than the answers alone have."""

    id: Literal["severe", "worse", "no_better", "see_by", "new_sign", "not_seen"]
    level: Level
    within_days: int
    why: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What the entries about one trouble say together."""

    started: datetime.date
    day: int
    """Days since then."""
    condition: str
    easier_by: int
    """The day by which the card says that it should be easier."""
    see_by: int
    """The day by which somebody should look if it is not; 0 when no card says so."""
    places: tuple[Series, ...]
    steps: tuple[Escalation, ...]
    level: Level
    within_days: int
    where: str
    raised: bool
    """Is it more urgent than the answers of the last entry alone?"""


def course_of(knowledge: Knowledge, entries: Sequence[Entry], today: datetime.date) -> Course:
    """The course of the newest trouble in the diary, which has one entry at least, as it stands today.

    No better by the card's `look_again.days`: an appointment within 14 days; by its `see_by_days`: within 7. Worse,
    very bad, or a new sign on the emergency screens: within 3. What was told before stays until somebody has looked.
    """
    about_it = episode(entries)
    return _course(knowledge, about_it[-2:], series(about_it), today)


def courses_then(knowledge: Knowledge, entries: Sequence[Entry], count: int) -> Iterator[Course]:
    """The course of the newest trouble as it stood at each of its last `count` entries, on their days."""
    about_it = episode(entries)
    scores: dict[str, list[tuple[int, int]]] = {}
    for at, entry in enumerate(about_it):
        _add_scores(scores, entry)
        if at >= len(about_it) - count:
            yield _course(knowledge, about_it[max(0, at - 1): at + 1], _as_series(scores), entry.day)


def _course(
    knowledge: Knowledge, last_two: Sequence[Entry], places: tuple[Series, ...], today: datetime.date
) -> Course:
    last = last_two[-1]
    card = knowledge.conditions.get(last.condition)
    look = card.look_again if card else None
    day = max(0, (max(today, last.day) - last.started).days)
    easier_by, see_by = (look.days, look.see_by_days) if look else (UNKNOWN_DAYS, 0)
    steps = [*_worse(knowledge, places), *_no_better(knowledge, places, day, easier_by, see_by),
             *_new_signs(knowledge, last_two), *_not_seen(knowledge, last)]
    level, within = last.level, last.within_days
    for step in steps:
        if severity(step.level, step.within_days) > severity(level, within):
            # Of one rank the one place keeps its name, and gets fewer days.
            level = step.level if RANK[step.level] > RANK[level] else level
            within = step.within_days
    raised = (level, within) != (last.level, last.within_days)
    elsewhere = RANK[level] > RANK[last.level]
    return Course(
        started=last.started, day=day, condition=last.condition if card else "", easier_by=easier_by, see_by=see_by,
        places=places, steps=tuple(steps), level=level, within_days=within, raised=raised,
        where=_WHERE.get(level, "practice") if elsewhere else last.where,
    )


_WHERE = {"ambulance_now": "ambulance", "emergency_department_now": "emergency_department"}


def severity(level: Level, within_days: int) -> tuple[int, int]:
    """Larger is more urgent."""
    return RANK[level], -within_days


def series(entries: Sequence[Entry]) -> tuple[Series, ...]:
    """The pain of these entries by place, in the order in which the places came up."""
    scores: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        _add_scores(scores, entry)
    return _as_series(scores)


def _add_scores(scores: dict[str, list[tuple[int, int]]], entry: Entry) -> None:
    for place, score in entry.pain.items():
        scores.setdefault(place, []).append((max(0, (entry.day - entry.started).days), score))


def _as_series(scores: dict[str, list[tuple[int, int]]]) -> tuple[Series, ...]:
    return tuple(Series(place, tuple(each)) for place, each in scores.items())


def place_name(knowledge: Knowledge, place: str) -> str:
    """The words for a place."""
    for name in ("pain.site", "pain.region"):
        finding = knowledge.findings.get(name)
        if finding is not None and place in finding.options:
            return finding.label(place).split(",")[0] if name == "pain.region" else finding.label(place)
    return "The pain" if place == ANYWHERE else readable(place.replace("_", " ").capitalize(), 60)


def readable(text: str, most: int) -> str:
    """A text of the file as it may be shown: no control characters, at most `most` long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _worse(knowledge: Knowledge, places: Sequence[Series]) -> list[Escalation]:
    out = []
    for each in places:
        name = place_name(knowledge, each.place)
        if each.trend == "worse":
            before = "at the start" if each.now - each.start >= POINTS else "a short while ago"
            least = each.start if before == "at the start" else min(score for _, score in each.scores[-3:-1])
            why = f"{name}: {each.now} of 10 now and {least} {before}, which is clearly worse"
            out.append(Escalation("worse", "book", 3, why))
        if each.now >= SEVERE:
            out.append(Escalation("severe", "book", 3, f"{name}: {each.now} of 10 at its worst is very bad pain"))
    return out


def _no_better(
    knowledge: Knowledge, places: Sequence[Series], day: int, easier_by: int, see_by: int
) -> list[Escalation]:
    same = [f"{place_name(knowledge, each.place)}: {each.now} of 10 now and {each.start} at the start"
            for each in places if each.trend == "same"]
    if not same:
        return []
    out = []
    begin = f"{'; '.join(same)}. That is not clearly better on day {day}"
    if day >= easier_by:
        out.append(Escalation("no_better", "book", 14, f"{begin}, and it should have been easier by day {easier_by}"))
    if see_by and day >= see_by:
        out.append(Escalation("see_by", "book", 7, f"{begin}, and somebody should have looked at it by day {see_by}"))
    return out


def _new_signs(knowledge: Knowledge, entries: Sequence[Entry]) -> list[Escalation]:
    """Lines of the emergency screens that were not ticked the time before."""
    *_, before, now = ({}, *(complete(knowledge, under_rules(knowledge, entry)) for entry in entries[-2:]))
    new = [name for name in knowledge.emergency if now.get(name) == "yes" != before.get(name)]
    lines = "; ".join(knowledge.findings[name].line or knowledge.findings[name].ask for name in new)
    return [Escalation("new_sign", "book", 3, f"New: {lines.rstrip('.?')}")] if new else []


def _not_seen(knowledge: Knowledge, last: Entry) -> list[Escalation]:
    if RANK[last.held] == 0:
        return []
    words = knowledge.settings.urgency_in_words(last.held)
    why = f"You were told before: {words}. Nobody is known to have looked at it since"
    return [Escalation("not_seen", last.held, 0, why)]
