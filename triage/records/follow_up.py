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


class Pain(msgspec.Struct, frozen=True):
    """The worst pain of one place now, and the score it is held against, of the start or of one of the two entries
    before.
    """

    place: str
    now: int
    before: int
    since: Literal["start", "recently"] = "start"


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """A reason for more urgency than the answers alone have."""

    id: Literal["severe", "worse", "no_better", "see_by", "new_sign", "not_seen"]
    level: Level
    within_days: int = 0
    pains: tuple[Pain, ...] = ()
    """Those that are why."""
    signs: tuple[str, ...] = ()
    """Lines of the emergency screens that are new."""


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
    escalations: tuple[Escalation, ...]
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
    escalations = [*_worse(places), *_no_better(places, day, easier_by, see_by), *_new_signs(knowledge, last_two),
                   *_not_seen(last)]
    level, within = last.level, last.within_days
    for reason in escalations:
        if severity(reason.level, reason.within_days) > severity(level, within):
            # Of one rank the one place keeps its name, and gets fewer days.
            level = reason.level if RANK[reason.level] > RANK[level] else level
            within = reason.within_days
    raised = (level, within) != (last.level, last.within_days)
    elsewhere = RANK[level] > RANK[last.level]
    return Course(
        started=last.started, day=day, condition=last.condition if card else "", easier_by=easier_by, see_by=see_by,
        places=places, escalations=tuple(escalations), level=level, within_days=within, raised=raised,
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


def _worse(places: Sequence[Series]) -> list[Escalation]:
    out = []
    for series in places:
        if series.trend == "worse":
            from_start = series.now - series.start >= POINTS
            before = series.start if from_start else min(score for _, score in series.scores[-3:-1])
            pain = Pain(series.place, series.now, before, "start" if from_start else "recently")
            out.append(Escalation(id="worse", level="book", within_days=3, pains=(pain,)))
        if series.now >= SEVERE:
            pain = Pain(series.place, series.now, series.start)
            out.append(Escalation(id="severe", level="book", within_days=3, pains=(pain,)))
    return out


def _no_better(places: Sequence[Series], day: int, easier_by: int, see_by: int) -> list[Escalation]:
    same = tuple(Pain(series.place, series.now, series.start) for series in places if series.trend == "same")
    out = []
    if same and day >= easier_by:
        out.append(Escalation(id="no_better", level="book", within_days=14, pains=same))
    if same and see_by and day >= see_by:
        out.append(Escalation(id="see_by", level="book", within_days=7, pains=same))
    return out


def _new_signs(knowledge: Knowledge, entries: Sequence[Entry]) -> list[Escalation]:
    """Lines of the emergency screens that were not ticked the time before."""
    *_, before, now = ({}, *(complete(knowledge, under_rules(knowledge, entry)) for entry in entries[-2:]))
    new = tuple(name for name in knowledge.emergency if now.get(name) == "yes" != before.get(name))
    return [Escalation(id="new_sign", level="book", within_days=3, signs=new)] if new else []


def _not_seen(last: Entry) -> list[Escalation]:
    """What was urgent before stays so until somebody has looked."""
    return [Escalation(id="not_seen", level=last.held)] if RANK[last.held] else []
