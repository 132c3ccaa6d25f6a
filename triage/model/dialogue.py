"""What a talk is made of: questions, replies, screens."""

from __future__ import annotations

from typing import Literal

import msgspec

from triage.model.answers import Answer, Answers

Purpose = Literal[
    "finding", "screening", "own_words", "mentions", "offer", "step", "review", "thorough", "menu", "entry"
]
"""What a question is for: findings; findings of an emergency screen; what troubles somebody in own words; whether that
was understood; whether to try a self-check; one step of it; whether all answers are right; the wish to be asked the
rest (which is put as no question); what to see or do next; what a diary writes down beside the findings."""
FINDINGS: tuple[Purpose, ...] = ("finding", "screening")


class Choice(msgspec.Struct, frozen=True):
    """One answer to choose, and its words."""

    id: str
    """An option, yes, no, none, not_sure; in a checklist a finding, or `finding=option`."""
    label: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One screen of the interview: one finding, or several yes/no lines together (`checklist`)."""

    id: str
    purpose: Purpose = "finding"
    kind: Literal["yes_no", "one", "many", "number", "duration", "checklist", "text"]
    ask: str
    help: str = ""
    before: str = ""
    """What was answered before, in words."""
    progress: str = ""
    """About how many questions are left, in words."""
    findings: tuple[str, ...]
    """The names of what it answers: findings, or for another purpose its own."""
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
    """A question that was answered, and what the answer was: by findings, and whether an offer was taken."""

    question: Question
    answers: Answers


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
