"""The cards that a clinician writes: conditions, red flags, scores, self-checks, care, sources, settings."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from triage.model.answers import Level
from triage.model.card import Card, Grade, Step, Strength, Value, When
from triage.model.rules import Alternatives


class Derived(Card, frozen=True, kw_only=True):
    id: str = ""
    name: str
    when: When
    note: str = ""
    grade: Grade
    source: str


class ScoreItem(Card, frozen=True, kw_only=True):
    id: str
    when: When
    points: float
    why: str


class Score(Card, frozen=True, kw_only=True):
    id: str = ""
    name: str
    most: float
    note: str = ""
    grade: Grade
    source: str
    items: list[ScoreItem]


class Evidence(Card, frozen=True, kw_only=True):
    """One claim with one source."""

    when: When
    strength: Strength
    lr: float | None = None
    group: str = ""
    grade: Grade
    why: str
    source: str


class More(Card, frozen=True, kw_only=True):
    when: When
    level: Step


class Frequency(Card, frozen=True, kw_only=True):
    level: Step
    grade: Grade
    source: str
    more: list[More] = []


class IfLikely(Card, frozen=True, kw_only=True):
    urgency: Literal["book", "self_care"]
    within_days: int = 0


class LookAgain(Card, frozen=True, kw_only=True):
    days: int
    see_by_days: int
    say: str


class Condition(Card, frozen=True, kw_only=True):
    id: str = ""
    name: str
    also_called: list[str] = []
    codes: dict[str, list[str]] = {}
    labels: list[str] = []
    """Names of diagnoses in collections of cases that mean this condition too; its own id always does."""
    kind: Literal["benign", "danger", "explains"]
    explains: str = ""
    summary: str
    frequency: Frequency | None = None
    zones: list[str] = []
    for_: list[Evidence] = msgspec.field(default_factory=list, name="for")
    against: list[Evidence] = []
    fits_well_if: list[dict[str, Value]] = []
    fits_well_never: list[dict[str, Value]] = []
    if_likely: IfLikely | None = None
    self_checks: list[str] = []
    care: list[str] = []
    watch_for: list[str] = []
    look_again: LookAgain | None = None
    course: str = ""
    note: str = ""
    source: str = ""


class FlagRule(Card, frozen=True, kw_only=True):
    when: When
    level: Level
    within_days: int = 0
    place: str
    say: str = ""
    not_sure: Literal["lower", "again", "none"]
    grade: Grade
    why: str
    source: str


class RedFlag(Card, frozen=True, kw_only=True):
    id: str = ""
    name: str
    danger: str
    suspects: list[str] = []
    """Conditions that a clinician would look for first when it fired at `today` or nearer."""
    rules: list[FlagRule]
    do: list[str] = []
    care: list[str] = []
    self_checks: list[str] = []
    watch_for: list[str] = []
    note: str = ""


class MustNot(Card, frozen=True, kw_only=True):
    when: When
    say: str


class Blockable(Card, frozen=True, kw_only=True):
    """What an interlock may forbid: a self-check or a care card."""

    id: str = ""
    name: str
    steps: list[str]
    stop: list[str] = []
    safe_for_all: bool = False
    blocked_by: list[str] = []
    who_must_not: list[MustNot] = []
    beside: dict[str, str] = {}
    """Interlock whose words the steps use -> why it does not forbid this."""
    ask_before: list[str] = []
    warn: list[str] = []
    grade: Grade
    source: str


class SelfCheck(Blockable, frozen=True, kw_only=True):
    question: str
    kit: list[str] = []
    minutes: float
    result: str
    means: dict[str, str]
    settles: list[str] = []
    evidence: str = ""


class Care(Blockable, frozen=True, kw_only=True):
    for_: str = msgspec.field(name="for")
    expect: str = ""
    note: str = ""


class LockRule(Card, frozen=True, kw_only=True):
    when: When
    why: str
    grade: Grade
    source: str


class Interlock(Card, frozen=True, kw_only=True):
    id: str = ""
    name: str
    say: str
    words: list[str] = []
    """Words that tell to do what it forbids; a card whose steps use one is blocked by it, or says why not."""
    flags: list[str] = []
    rules: list[LockRule] = []


class Source(Card, frozen=True, kw_only=True):
    id: str = ""
    cite: str
    year: int | None = None
    url: str = ""
    kind: Literal[
        "study", "review", "guideline", "official_page", "reference", "expert", "case_report",
        "secondary", "project",
    ]
    seen: Literal["full", "abstract", "page", "secondary"]
    read: datetime.date | None = None
    """When it was last read, if not when all were (`sources_read`)."""


class Claim(Card, frozen=True, kw_only=True):
    id: str = ""
    says: str
    verdict: Literal["supported", "qualified", "weak", "contradicted", "unsafe", "untestable"]
    used_by: list[str] = []
    not_used: str = ""
    note: str = ""
    grade: Grade
    source: str


class Control(Card, frozen=True, kw_only=True):
    """What keeps a hazard small, and what shows that it does."""

    say: str
    rules: list[str] = []
    """Ids of cards or rules that do it."""
    dangers: list[str] = []
    """All red flags that stand for one of these dangers do it too."""
    proofs: list[str] = []
    """Theorems of `triage prove`."""
    tests: list[str] = []
    """Of pytest: `tests/test_x.py::test_y`."""


class Hazard(Card, frozen=True, kw_only=True):
    """How a person could come to harm through this program."""

    id: str = ""
    name: str
    cause: str
    harm: str
    severity: Literal["minor", "moderate", "major", "fatal"]
    controls: list[Control]
    left: str
    """The risk that remains."""


class Signature(Card, frozen=True, kw_only=True):
    """A clinician's signature under one card. `id` is the key of the card in `Knowledge.places`."""

    id: str = ""
    by: str
    role: str
    date: datetime.date
    until: datetime.date
    digest: str
    """Of the card as it was signed."""


class Weights(Card, frozen=True, kw_only=True):
    """Log odds. See `rules/knowledge.yaml`."""

    strength: dict[str, float]
    frequency: dict[str, float]
    group_share: float
    group_others: int
    cap: float
    against_cap: float
    fits_well: float
    fits_well_groups: int
    possible_behind: float
    possible_evidence: float
    danger_groups: int


class LevelWords(Card, frozen=True, kw_only=True):
    name: str
    say: str
    then: str


class NotFor(Card, frozen=True, kw_only=True):
    """Some people that this program was not made for."""

    say: str
    when: Alternatives


class Promise(Card, frozen=True, kw_only=True):
    """A demand on the red flags from outside of them: `triage prove` shows that they meet it for all answers."""

    say: str
    when: Alternatives
    at_least: Literal["ambulance_now", "emergency_department_now", "today"]
    source: str


class Settings(Card, frozen=True, kw_only=True):
    version: str
    date: str
    review: str
    weights: Weights
    levels: dict[str, LevelWords]
    places: dict[str, str]
    watch_always: list[str]
    not_for: list[NotFor] = []
    """Whom this program is not for: they are sent elsewhere."""
    promises: list[Promise] = []
    """What must be told at least, whatever the cards say."""
    sources_read: datetime.date | None = None
    """When all sources were last read that name no day of their own."""
    sources_again: dict[str, int] = {}
    """Kind of source -> after so many years it is read again. Without it no source is ever due."""

    def urgency_in_words(self, level: str, within_days: int = 0) -> str:
        """The name of a level of urgency and its days: "Today", "Book an appointment within 14 days"."""
        name = self.levels[level].name
        return f"{name} within {within_days} day{'s' if within_days > 1 else ''}" if within_days else name
