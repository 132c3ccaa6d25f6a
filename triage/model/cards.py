"""The cards that a clinician writes: conditions, red flags, scores, self-checks, care, sources, settings."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from triage.model.answers import Level
from triage.model.card import Card, Grade, Step, Strength, Value, When
from triage.model.rules import Alternatives


class Derived(Card, frozen=True, kw_only=True):
    """A combination of answers that several cards read as `derived.ID: yes`; yes, not sure, or not concluded."""

    id: str = ""
    name: str
    when: When
    note: str = ""
    grade: Grade
    source: str


class ScoreItem(Card, frozen=True, kw_only=True):
    """One item of a score: what it asks for, and what it counts."""

    id: str
    when: When
    points: float
    """Added once, however many of its lines hold; below 0 it is taken off."""
    why: str
    """What it stands for, as said to the person."""


class Score(Card, frozen=True, kw_only=True):
    """A published score, read as `score.ID`: the sum of the points of its items."""

    id: str = ""
    name: str
    most: float
    """The highest sum that its items can reach."""
    note: str = ""
    grade: Grade
    source: str
    items: list[ScoreItem]
    """Items on options of one `one` question exclude each other."""


class Evidence(Card, frozen=True, kw_only=True):
    """A line for or against a condition: one claim with one source."""

    when: When
    strength: Strength
    """decisive: odds times 10, with a published figure only; strong: times 5; weak: times 2."""
    lr: float | None = None
    """Published likelihood ratio. It never counts for more than the strength."""
    group: str = ""
    """Lines of one group say the same thing: of them the strongest counts whole, others in part (`Weights`)."""
    grade: Grade
    why: str
    """As said to the person, lower case, no full stop."""
    source: str


class More(Card, frozen=True, kw_only=True):
    """People in whom a condition is more frequent than in others."""

    when: When
    level: Step


class Frequency(Card, frozen=True, kw_only=True):
    """How often a condition is the cause of such a pain, before anything is asked."""

    level: Step
    grade: Grade
    source: str
    more: list[More] = []
    """The highest step that applies counts."""


class IfLikely(Card, frozen=True, kw_only=True):
    """What a condition asks for when it fits well: nothing, or an appointment within 14 days (a danger: 3, 7 or 14).

    What is nearer is for red flags.
    """

    urgency: Literal["book", "self_care"]
    within_days: int = 0
    """Of `book`; else 0."""


class LookAgain(Card, frozen=True, kw_only=True):
    """When a person should look at it again."""

    days: int
    """After so many days it should be easier."""
    see_by_days: int
    """After so many days somebody should look if it is no better."""
    say: str
    """What to do then."""


class Condition(Card, frozen=True, kw_only=True):
    """One possible source of the pain."""

    id: str = ""
    name: str
    also_called: list[str] = []
    codes: dict[str, list[str]] = {}
    """Code set -> its codes, without side and seventh letter."""
    labels: list[str] = []
    """Names of diagnoses in collections of cases that mean this condition too; its own id always does."""
    kind: Literal["benign", "danger", "explains"]
    """benign; danger: never unlikely, nothing speaks against it; explains: names the cause of another condition."""
    explains: str = ""
    """Of the kind explains: the condition whose cause it may be."""
    summary: str
    frequency: Frequency | None = None
    """Only a condition that has one is ranked."""
    zones: list[str] = []
    """Options of pain.site, for the picture."""
    for_: list[Evidence] = msgspec.field(default_factory=list, name="for")
    against: list[Evidence] = []
    fits_well_if: list[dict[str, Value]] = []
    """Without one of these it is possible at most."""
    fits_well_never: list[dict[str, Value]] = []
    """With one of these it is possible at most."""
    if_likely: IfLikely | None = None
    self_checks: list[str] = []
    care: list[str] = []
    watch_for: list[str] = []
    look_again: LookAgain | None = None
    course: str = ""
    """How it usually goes, in a sentence."""
    note: str = ""
    source: str = ""


class FlagRule(Card, frozen=True, kw_only=True):
    """A line of a red flag: when it is how urgent."""

    when: When
    level: Level
    within_days: int = 0
    """3, 7 or 14 of `book`, 1 too of `redirect`; else 0."""
    place: str
    """Where to go: a key of `Settings.places`."""
    say: str = ""
    """Said instead of the usual words of the level."""
    not_sure: Literal["lower", "again", "none"]
    """lower: one level less when one part is not sure; again: listed as not excluded; none: no effect on the level."""
    grade: Grade
    why: str
    """As said to the person, lower case, no full stop."""
    source: str


class RedFlag(Card, frozen=True, kw_only=True):
    """A danger that must not be missed, and the answers that stand for it."""

    id: str = ""
    name: str
    danger: str
    """How it is named when it could not be excluded."""
    suspects: list[str] = []
    """Conditions that a clinician would look for first when it fired at `today` or nearer."""
    rules: list[FlagRule]
    do: list[str] = []
    """What to do until somebody looks."""
    care: list[str] = []
    self_checks: list[str] = []
    watch_for: list[str] = []
    note: str = ""


class MustNot(Card, frozen=True, kw_only=True):
    """Who must not use one self-check or care card, beside those whom its interlocks hold back."""

    when: When
    say: str
    """Why."""


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
    """What a person can try out on the leg, and what each result means."""

    question: str
    kit: list[str] = []
    minutes: float
    result: str
    """The finding that holds the result."""
    means: dict[str, str]
    """Answer to it -> what it means."""
    settles: list[str] = []
    """Conditions between which it decides."""
    evidence: str = ""
    """How well it tells them apart, in a sentence."""


class Care(Blockable, frozen=True, kw_only=True):
    """What a person can do about it alone."""

    for_: str = msgspec.field(name="for")
    """What it helps against."""
    expect: str = ""
    """When it should help."""
    note: str = ""


class LockRule(Card, frozen=True, kw_only=True):
    """A line of an interlock: when it forbids."""

    when: When
    why: str
    grade: Grade
    source: str


class Interlock(Card, frozen=True, kw_only=True):
    """What forbids a whole kind of self-check and care."""

    id: str = ""
    name: str
    say: str
    """What not to do, and why, as said to the person."""
    words: list[str] = []
    """Words that tell to do what it forbids; a card whose steps use one is blocked by it, or says why not."""
    flags: list[str] = []
    """Red flags that forbid it."""
    hands_on: bool = False
    """Is it about what hands and straps do to a leg? Then sentences said in passing must not invite to it either."""
    rules: list[LockRule] = []


class Source(Card, frozen=True, kw_only=True):
    """Where a line comes from."""

    id: str = ""
    cite: str
    year: int | None = None
    url: str = ""
    kind: Literal[
        "study", "review", "guideline", "official_page", "reference", "expert", "case_report",
        "secondary", "project",
    ]
    seen: Literal["full", "abstract", "page", "secondary"]
    """How much of it was read."""
    read: datetime.date | None = None
    """When it was last read, if not when all were (`sources_read`)."""


class Claim(Card, frozen=True, kw_only=True):
    """A claim of the article that the program began with, and what became of it."""

    id: str = ""
    says: str
    verdict: Literal["supported", "qualified", "weak", "contradicted", "unsafe", "untestable"]
    used_by: list[str] = []
    """Ids of cards that use it."""
    not_used: str = ""
    """Why no card does."""
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
    """The numbers by which evidence is weighed, all in natural logarithms of odds. See `rules/knowledge.yaml`."""

    strength: dict[str, float]
    """Strength of a line -> its weight."""
    frequency: dict[str, float]
    """Step of frequency -> its weight."""
    group_share: float
    """Of the lines of one group but the strongest: the part that counts."""
    group_others: int
    """So many of them count."""
    best_counts: str = "site"
    """The group in which a line for a condition silences the lines against it: of several places the best counts."""
    cap: float
    """Evidence counts for no more than this, for or against."""
    against_cap: float
    """All that speaks against counts for no less than this."""
    fits_well: float
    """From this weight on a condition fits well."""
    fits_well_groups: int
    """So many groups must speak for it."""
    possible_behind: float
    """So far behind the first it is still possible."""
    possible_evidence: float
    """With evidence of this weight it is possible, wherever the first stands."""
    danger_groups: int
    """So many groups must speak for a danger."""


class LevelWords(Card, frozen=True, kw_only=True):
    """A level of urgency in words: its name, what to do, and what else."""

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
    """What holds for all cards: weights, words of urgency, places to go to, and whom the program is not for."""

    version: str
    """Of the rules."""
    date: str
    """Of this version."""
    review: str
    """When a clinician read them, in words."""
    weights: Weights
    levels: dict[str, LevelWords]
    """Level -> its words."""
    places: dict[str, str]
    """Key of a place -> its name."""
    watch_always: list[str]
    """What everybody is told to watch for."""
    history: dict[str, list[str]] = {}
    """Rows of the history that a clinician reads -> their findings and topics, in order. A finding goes before its
    topic; the row that names none holds the rest."""
    example: dict[str, str | int | float | list[str]] = {}
    """Answers of one person, as a file would have them, for templates."""
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
