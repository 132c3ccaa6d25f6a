"""Every noun of the system, as frozen data. Imports nothing of ours."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import msgspec

Kind = Literal["yes_no", "one", "many", "number", "duration"]
Strength = Literal["decisive", "strong", "weak"]
Step = Literal["very_common", "common", "uncommon", "rare", "very_rare"]
Grade = Literal["published", "guideline", "consensus", "tradition", "inference", "memory"]
Level = Literal[
    "ambulance_now", "emergency_department_now", "today", "book", "redirect", "self_care"
]
Band = Literal["fits_well", "possible", "unlikely"]

Answer = str | float | tuple[str, ...]
"""yes_no: yes or no; one: an option or none; many: options ticked; number, duration (in days); all: not_sure."""
Answers = dict[str, Answer]

RANK: dict[str, int] = {
    "ambulance_now": 5, "emergency_department_now": 4, "today": 3, "book": 2, "redirect": 2, "self_care": 0,
}
"""Order of the levels of urgency."""

AGAIN = "_again"
"""Suffix of the plainer question asked once after "not sure"; it is an answer of its own until `answers.complete`."""
OPTION = "="
"""In the id of a line of a checklist, between a finding and the option that the line stands for."""
NOT_SURE = "not_sure"
NONE = "none"

Value = str | float | list[str] | dict[str, list[str]]
When = dict[str, Value] | list[dict[str, Value]]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all cards share. `id` is the file's name, never written in the file."""


# --- findings ----------------------------------------------------------------------------------


class Option(Card, frozen=True, kw_only=True):
    label: str
    inside: str = msgspec.field(default="", name="in")
    line: str = ""
    """Its words as a line of a list, where the question is not read."""


class Finding(Card, frozen=True, kw_only=True, dict=True):
    """One thing a person can be asked; `id` is `topic.name`."""

    id: str = ""
    ask: str
    help: str = ""
    line: str = ""
    again: str = ""
    kind: Kind
    within: str = ""
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    options: dict[str, str | Option] = {}
    options_of: str = ""
    """The finding before it whose options it has too."""
    ask_if: When = []
    part_of: str | list[str] = []
    background: bool = False
    none_is: str = ""
    """The option that says "none of these" in words of its own."""
    several_is: str = ""
    """The option that says that several others are so, ticked as lines of one list: left and right is both."""
    unread: list[str] = []
    """Options that no rule reads and that are there all the same, so that people can say so."""
    aliases: list[str] = []
    also_said: list[str] | dict[str, list[str]] = []
    """Phrases by which people say so in a sentence of their own: of a yes, or of each option."""

    @property
    def topic(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def name(self) -> str:
        return self.id.split(".", 1)[1]

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The yes/no findings that it is a follow-up of."""
        return (self.part_of,) if isinstance(self.part_of, str) else tuple(self.part_of)

    def label(self, option: str) -> str:
        found = self.options[option]
        return found if isinstance(found, str) else found.label


class Topic(Card, frozen=True, kw_only=True):
    about: str
    findings: dict[str, Any]


# --- knowledge that concludes -------------------------------------------------------------------


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


# --- safety -------------------------------------------------------------------------------------


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


# --- the map ------------------------------------------------------------------------------------


class Shape(Card, frozen=True, kw_only=True):
    """A place in one view, in the percent of its frame: across from -100 to 100, along from 0 to 100.

    Exactly one of ellipse, polygon, strip and whole. How the frame lies stands in `rules/README.md`.
    """

    view: str
    ellipse: tuple[float, float, float, float] | None = None
    """Centre across and along, radius across and along."""
    polygon: list[tuple[float, float]] = []
    """Corners of a smooth outline."""
    strip: tuple[float, float, float, float] | None = None
    """From and to across, from and to along: a band that follows the outline."""
    whole: bool = False
    """All of the view."""
    on: Literal["outline", "units"] = "outline"
    """The frame: the view's own, which follows its outline, or plain units of the drawing."""
    deep: bool = False
    """Lies under other muscles: drawn by its edge only."""
    say: str = ""
    """Its words, where no zone lies there."""
    at: tuple[float, float] | None = None
    """Where its number stands, in its frame, if not in its middle."""

    def __post_init__(self) -> None:
        kinds = (self.ellipse is not None) + bool(self.polygon) + (self.strip is not None) + self.whole
        if kinds != 1:
            raise ValueError("A shape is one of ellipse, polygon, strip and whole")
        if self.polygon and len(self.polygon) < 3:
            raise ValueError("A polygon has 3 corners at least")


class View(Card, frozen=True, kw_only=True):
    """One drawing of a right leg, in units of one percent of the length from knee crease to floor (0.44 cm)."""

    id: str = ""
    title: str
    short: str
    """The title where there is little room."""
    flip: bool = False
    """Drawn for the right leg as a mirror of these coordinates."""
    edges: tuple[str, str]
    """What lies at -100 and at 100 across."""
    along: tuple[float, float]
    """Where 0 and 100 along stand, from top to bottom."""
    outline: list[tuple[float, float]]
    """A smooth line through these points; a point that stands twice is a corner."""
    behind: list[list[tuple[float, float]]] = []
    """Smooth closed outlines of what lies behind it."""
    cuts: list[float] = []
    """Where the drawing is cut off, from top to bottom: no line is drawn along there."""
    both: bool = False
    """Shows both sides of the body: the other side is drawn, and mirrored it shows the left one."""
    lines: list[list[tuple[float, float]]] = []
    """Landmarks: thin smooth lines."""

    def __post_init__(self) -> None:
        if min(map(len, (self.outline, *self.behind))) < 3:
            raise ValueError("An outline has 3 points at least")
        if self.along[0] == self.along[1] or len({y for _, y in self.outline}) < 2:
            raise ValueError("A view is higher than nothing")


class MapPoint(Card, frozen=True, kw_only=True):
    """A muscle where sore spots are searched, and where they are said to be felt."""

    id: str = ""
    name: str
    condition: str
    find: str
    """Where to search, in words."""
    search: Shape | None = None
    """None: it is shown, never pressed."""
    strong: list[Shape] = []
    light: list[Shape] = []
    note: str = ""
    grade: Grade
    source: str


class NoPress(Card, frozen=True, kw_only=True):
    """A place that nobody should press, rub or roll."""

    id: str = ""
    name: str
    why: str
    grade: Grade
    source: str
    shapes: list[Shape]


class LegMap(Card, frozen=True, kw_only=True):
    """The picture of the leg as data."""

    views: dict[str, View] = {}
    zones: dict[str, list[Shape]] = {}
    """Options of pain.site; the first shape stands in the view that shows it best."""
    points: dict[str, MapPoint] = {}
    no_press: dict[str, NoPress] = {}


# --- settings -----------------------------------------------------------------------------------


class Stage(Card, frozen=True, kw_only=True):
    id: str
    title: str
    help: str = ""
    ask_if: When = []
    """Whom it is for; without it everybody."""
    ask: list[str] = []
    together: list[str] = []
    """Lines of one screen: yes/no findings, or `finding=option`."""
    picture: str = ""
    """A finding whose options are zones of the leg: picked on its picture, where one can be drawn, instead of what it
    lies within."""
    spreads: str = ""
    """The finding for the zones to which it spreads, marked on the same picture."""
    emergency: bool = False


class Group(Card, frozen=True, kw_only=True):
    """Findings asked as lines of one screen once one of them is worth asking: yes/no ones, or `finding=option`."""

    id: str
    title: str
    together: list[str]


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
    when: When


class Promise(Card, frozen=True, kw_only=True):
    """A demand on the red flags from outside of them: `triage prove` shows that they meet it for all answers."""

    say: str
    when: When
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


# --- compiled rules -----------------------------------------------------------------------------

RuleKind = Literal[
    "derived", "score_item", "frequency", "for", "against", "fits_well_if", "fits_well_never",
    "red_flag", "interlock", "must_not", "offer",
]


COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq,
}


class Part(msgspec.Struct, frozen=True):
    """One condition on one fact. `fact` is a finding, or derived.X, score.X, red_flag.X, condition.X."""

    fact: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    op: str = ""
    bound: float = 0.0

    @property
    def text(self) -> str:
        if self.op:
            return f"{self.fact}{self.op}{self.bound:g}"
        if self.none_of:
            return f"{self.fact}!={'|'.join(self.none_of)}"
        return f"{self.fact}={'|'.join(self.any_of)}"

    def holds(self, value: Answer | None) -> bool:
        """Does this answer meet it? Silence and "not sure" never do. Never raises, whatever it is given."""
        if value is None or value == NOT_SURE:
            return False
        if self.op:
            if not isinstance(value, float):
                return False
            return COMPARE[self.op](value, self.bound)
        if isinstance(value, float):
            return False
        chosen = (value,) if isinstance(value, str) else value
        if self.none_of:
            return not any(v in self.none_of for v in chosen)
        return any(v in self.any_of for v in chosen)


class Rule(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One line of a card as the engines see it. Fires when all parts hold.

    `unsure` names the parts that "not sure" satisfies too. Such a rule concludes less: a derived
    finding becomes `not_sure`, a red flag counts one level lower.
    """

    id: str
    key: str
    kind: RuleKind
    card: str
    parts: tuple[Part, ...]
    unsure: tuple[bool, ...] = ()
    why: str = ""
    grade: Grade = "inference"
    source: str = ""
    strength: str = ""
    lr: float | None = None
    weight: float = 0.0
    group: str = ""
    level: Level = "self_care"
    within_days: int = 0
    place: str = ""
    say: str = ""
    not_sure: str = ""
    """Of a red flag: what its line says of "not sure"."""
    points: float = 0.0
    step: str = ""
    item: str = ""

    @cached_property
    def lowered(self) -> bool:
        return any(self.unsure)


class Place(msgspec.Struct, frozen=True):
    """Where a card or a line of it stands, for messages."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(msgspec.Struct, frozen=True, order=True):
    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.code}]"


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All cards, read and compiled. Built by `triage.cards`."""

    settings: Settings
    digest: str
    stages: tuple[Stage, ...]
    groups: tuple[Group, ...]
    findings: dict[str, Finding]
    derived: dict[str, Derived]
    scores: dict[str, Score]
    conditions: dict[str, Condition]
    red_flags: dict[str, RedFlag]
    self_checks: dict[str, SelfCheck]
    care: dict[str, Care]
    interlocks: dict[str, Interlock]
    sources: dict[str, Source]
    claims: dict[str, Claim]
    map: LegMap = LegMap()
    hazards: dict[str, Hazard] = {}
    reviews: dict[str, Signature] = {}
    """By the card's key in `places`, also of cards that are gone."""
    rules: tuple[Rule, ...]
    depths: tuple[tuple[str, ...], ...]
    """Derived ids in the order in which they can be concluded, one tuple a depth."""
    places: dict[str, Place]
    digests: dict[str, str] = {}
    """Key in `places` -> digest of what the card says: another one when any key or value of it is another."""
    places_of_rules: dict[str, Place] = {}
    """Key of a rule -> where it stands; a line lowered by "not sure" stands where the line does."""

    @cached_property
    def emergency(self) -> tuple[str, ...]:
        """The lines of the emergency screens, in order."""
        return tuple(f for s in self.stages if s.emergency for f in (*s.ask, *s.together))

    @cached_property
    def danger_answers(self) -> dict[str, frozenset[str]]:
        """Finding -> its answers that a red flag reads and that say what is the matter: not who, when, how it began or
        where it hurts."""
        found: dict[str, set[str]] = {}
        for rule in self.rules_of("red_flag"):
            for name, option in self.reads(rule):
                found.setdefault(name, set()).add(option)
        told = {name for f in self.findings.values() if f.within for name in (f.id, f.within)}
        return {name: frozenset(options) for name, options in found.items()
                if not self.findings[name].background and name not in told}

    def reads(self, rule: Rule) -> set[tuple[str, str]]:
        """Finding and answer of all that a rule asks for, also by way of derived findings and scores."""
        if rule.key not in self.remembered_reads:
            out: set[tuple[str, str]] = set()
            for part in rule.parts:
                room, _, name = part.fact.partition(".")
                if part.fact in self.findings:
                    out |= {(part.fact, option) for option in part.any_of}
                elif room in ("derived", "score"):
                    kind: RuleKind = "derived" if room == "derived" else "score_item"
                    for other in self.rules_of(kind, card=name):
                        out |= set() if other.lowered else self.reads(other)
            self.remembered_reads[rule.key] = out
        return self.remembered_reads[rule.key]

    @cached_property
    def remembered_reads(self) -> dict[str, set[tuple[str, str]]]:
        """What rules read, worked out so far: key of a rule -> `reads`."""
        return {}

    @cached_property
    def places_of_findings(self) -> dict[str, int]:
        """Id of a finding -> its place in the order of the cards."""
        return {name: i for i, name in enumerate(self.findings)}

    @cached_property
    def follow_ups(self) -> tuple[Finding, ...]:
        """Findings that belong to others, each after those that it belongs to."""
        out: dict[str, Finding] = {}

        def add(finding: Finding, above: tuple[str, ...]) -> None:
            over = (*finding.parents, *([finding.within] if finding.within else []))
            if not over or finding.id in out or finding.id in above:
                return
            for name in over:
                if name in self.findings:
                    add(self.findings[name], (*above, finding.id))
            out[finding.id] = finding

        for finding in self.findings.values():
            add(finding, ())
        return tuple(out.values())

    @cached_property
    def by_key(self) -> dict[str, Rule]:
        """The rules by their keys, in the order of the cards."""
        return {rule.key: rule for rule in self.rules}

    def rules_of(self, *kinds: RuleKind, card: str = "") -> tuple[Rule, ...]:
        """The rules of these kinds, of one card or of all, in the order of the cards."""
        shelf: dict[tuple[Any, ...], tuple[Rule, ...]] = self._shelf
        if (kinds, card) not in shelf:
            rules = self._by_card.get(card, []) if card else self.rules
            shelf[kinds, card] = tuple(rule for rule in rules if rule.kind in kinds)
        return shelf[kinds, card]

    @cached_property
    def remembered_weights(self) -> dict[tuple[str, ...], Weight]:
        """Weights worked out so far: a condition and its lines that fired -> its weight. For `weighing`."""
        return {}

    @cached_property
    def remembered_drawings(self) -> dict[str, Any]:
        """The views of the map, worked out at the first picture. For `picture`."""
        return {}

    @cached_property
    def known_names(self) -> dict[str, str]:
        """Ids and aliases of findings, and of second questions -> the id."""
        found = {alias: f.id for f in self.findings.values() for alias in f.aliases}
        found |= {f.id: f.id for f in self.findings.values()}
        return found | {f.id + AGAIN: f.id + AGAIN for f in self.findings.values() if f.again}

    @cached_property
    def _shelf(self) -> dict[tuple[Any, ...], tuple[Rule, ...]]:
        return {}

    @cached_property
    def _by_card(self) -> dict[str, list[Rule]]:
        out: dict[str, list[Rule]] = {}
        for rule in self.rules:
            out.setdefault(rule.card, []).append(rule)
        return out

    @cached_property
    def order(self) -> dict[str, int]:
        """Key of a rule -> its place in the order of the cards."""
        return {rule.key: i for i, rule in enumerate(self.rules)}


# --- conclusions --------------------------------------------------------------------------------


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
    level: Level
    within_days: int
    place: str
    say: str
    reasons: tuple[str, ...]


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


class Choice(msgspec.Struct, frozen=True):
    id: str
    label: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One screen of the interview: one finding, or several yes/no lines together (`checklist`)."""

    id: str
    kind: Literal["yes_no", "one", "many", "number", "duration", "checklist", "text"]
    ask: str
    help: str = ""
    progress: str = ""
    """About how many questions are left, in words."""
    findings: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    none_id: str = "none"
    """The choice that means none of these."""
    several: tuple[str, ...] = ()
    """In a checklist: findings of which several options may be ticked."""
    several_is: dict[str, str] = {}
    """In a checklist: finding -> the answer when several of its options are ticked. None ticked leaves it open."""
    ticked: tuple[str, ...] = ()
    """Choices that are ticked, or pointed at, from the start."""
    picture: str = ""
    """The finding whose options are picked on a picture of the leg."""
    within: str = ""
    """The finding that says in which region they lie."""
    spreads: str = ""
    """The finding for zones marked as those to which it spreads, `finding=zone`; they stand in no choice."""
    stage: str = ""
    self_check: str = ""


class Turn(msgspec.Struct, frozen=True):
    """A question that was answered, and what the answer was."""

    question: Question
    answers: Answers


# --- talking ------------------------------------------------------------------------------------


class Given(msgspec.Struct, frozen=True):
    """A reply that answers. many and checklist: the ids ticked (none of these: empty); text: what was typed, maybe
    nothing; else one answer."""

    answer: Answer


class Back(msgspec.Struct, frozen=True):
    """The person wants the question before."""


class Why(msgspec.Struct, frozen=True):
    """The person asks why this is asked."""


class Review(msgspec.Struct, frozen=True):
    """The person wants to see the answers so far, and to change one."""


class Quit(msgspec.Struct, frozen=True):
    """The person wants to stop."""


Reply = Given | Back | Why | Review | Quit


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a screen. `urgency` is the level in a box of its own; `list` and `steps` hold items."""

    kind: Literal["title", "urgency", "heading", "text", "list", "steps", "note"]
    text: str = ""
    items: tuple[str, ...] = ()
    level: str = ""


class Screen(msgspec.Struct, frozen=True):
    """What any front end shows: blocks from top to bottom, no layout."""

    blocks: tuple[Block, ...]
