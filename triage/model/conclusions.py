"""What is concluded from answers."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from triage.model.answers import Answer, Answers, Level, urgency_id
from triage.model.card import Band


class Weight(msgspec.Struct, frozen=True):
    """How far a condition stands: log odds of its frequency, its evidence, both together, and evidence uncapped."""

    frequency: float
    evidence: float
    total: float
    uncapped: float
    groups_for: int


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from answers, whichever engine concludes it. Made by `triage.inference.conclusion`.

    Some mappings are worked out only when they are looked into; they compare by what is in them all the same.
    """

    given: Answers
    """The answers as they were given, those to second questions too."""
    answers: Mapping[str, Answer]
    """The same with all that they imply, in the order of the findings."""
    facts: Mapping[str, Answer]
    """All that is known, by the names that rules read: findings, derived.X, score.X, red_flag.X, condition.X. A derived
    finding that cannot hold any more is "no"."""
    rules: tuple[str, ...]
    """Keys of the rules that fired, in the order of the cards."""
    derived: dict[str, str]
    """Derived finding -> yes or not_sure."""
    scores: dict[str, float]
    """Score -> its points."""
    weights: Mapping[str, Weight]
    """Condition -> how far it stands, for all that are ranked."""
    bands: dict[str, Band]


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
    """A condition that is shown, and why."""

    id: str
    band: Band
    weight: float
    """Log odds of its frequency and evidence together; comparable within one result only."""
    for_: tuple[str, ...]
    """Ids of the lines that speak for it."""
    against: tuple[str, ...]
    """Ids of the lines that speak against it."""
    unknown: tuple[str, ...]
    """Ids of lines that an answer could still make count."""
    suspected_by: tuple[str, ...] = ()
    """Red flags that put it in front."""


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """A self-check or care card that may not be offered now, and why."""

    id: str
    rules: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told to the person, as ids and numbers without words."""

    given: Answers
    """The answers as they were given, in the order of the findings."""
    answers: Answers
    """The same with all that they imply."""
    conclusion: Conclusion
    urgency: Urgency
    flags: tuple[str, ...]
    """Red flags that fired, in the order of the cards."""
    out_of_scope: bool
    """Is the program not made for this person, or for this part of the body?"""
    conditions: tuple[Ranked, ...]
    """Those that are shown, the first first."""
    explained: tuple[str, ...]
    """Conditions that name the cause of one that is shown."""
    self_checks: tuple[str, ...]
    """Those that may be offered now, the most useful first."""
    withheld_checks: tuple[Withheld, ...]
    """Those that are due and may not be offered now."""
    care: tuple[str, ...]
    """Those that may be offered now."""
    withheld_care: tuple[Withheld, ...]
    watch_for: tuple[str, ...]
    """What to go sooner for, in the words of the cards."""
    look_again: tuple[int, ...]
    """Days from now on which to look again."""
    unresolved: tuple[str, ...]
    """Red flags that could not be excluded because of a "not sure"."""
    not_asked: tuple[str, ...]
    """Lines of the emergency screens without any answer: silence, which is never a no."""
