"""What is concluded from answers."""

from __future__ import annotations

import msgspec

from triage.model.answers import Answers, Level, urgency_id
from triage.model.card import Band


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine concludes from answers. Equal for every engine."""

    rules: tuple[str, ...]
    """Keys of the rules that fired, in the order of the cards."""
    derived: dict[str, str]
    scores: dict[str, float]
    bands: dict[str, Band]


class Weight(msgspec.Struct, frozen=True):
    """How far a condition stands: log odds of its frequency, its evidence, both together, and evidence uncapped."""

    frequency: float
    evidence: float
    total: float
    uncapped: float
    groups_for: int


class Urgency(msgspec.Struct, frozen=True, kw_only=True):
    """How urgent it is, where to go, and why."""

    level: Level
    within_days: int
    """Of `book` and `redirect`; else 0."""
    place: str
    """A key of `Settings.places`."""
    say: str
    reasons: tuple[str, ...]
    """Ids of the rules, or `CONDITION/if_likely`, that it rests on."""

    @property
    def id(self) -> str:
        """`today`, `book 14`, `redirect 3`."""
        return urgency_id(self.level, self.within_days)


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    band: Band
    weight: float
    for_: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]
    suspected_by: tuple[str, ...] = ()
    """Red flags that put it in front."""


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """A self-check or care card that may not be offered now, and why."""

    id: str
    rules: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    given: Answers
    """The answers as they were given, in the order of the findings."""
    answers: Answers
    """The same with all that they imply."""
    fired: Fired
    urgency: Urgency
    flags: tuple[str, ...]
    redirected: bool
    conditions: tuple[Ranked, ...]
    explained: tuple[str, ...]
    self_checks: tuple[str, ...]
    withheld_checks: tuple[Withheld, ...]
    care: tuple[str, ...]
    withheld_care: tuple[Withheld, ...]
    watch_for: tuple[str, ...]
    look_again: tuple[int, ...]
    unresolved: tuple[str, ...]
    """Red flags that could not be excluded because of a "not sure"."""
    not_asked: tuple[str, ...]
    """Lines of the emergency screens without any answer: silence, which is never a no."""
