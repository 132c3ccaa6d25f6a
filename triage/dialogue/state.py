"""Where a talk stands, and what comes of a reply: data that a front end may keep, send and give back."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from triage.interview.free_text import Mention
from triage.model import Answers, Assessment, Question, Screen, Turn


class Asking(msgspec.Struct, frozen=True, tag=True):
    """At the question that follows from the turns."""


class Confirming(msgspec.Struct, frozen=True, tag=True):
    """At what was understood of own words, which the person has to confirm."""

    text: str
    mentions: tuple[Mention, ...]


class Checking(msgspec.Struct, frozen=True, tag=True):
    """At a step of a self-check, from 0, or behind the last at its result."""

    step: int


class Reviewing(msgspec.Struct, frozen=True, tag=True):
    """At the list of all answers, asked for in between or, `after_result`, behind it."""

    after_result: bool = False


class Changing(msgspec.Struct, frozen=True, tag=True):
    """At an answer that is given anew: the id of its question, or of a finding that was told in own words."""

    line: str
    after_result: bool = False


class Reading(msgspec.Struct, frozen=True, tag=True):
    """Behind the result: at its menu, or at one that opens from it."""

    menu: Literal["result", "care", "why_not", "name", "file", "over"] = "result"
    file: str = ""


class Writing(msgspec.Struct, frozen=True, tag=True):
    """A report is being written by whoever drives the talk."""

    file: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """Nothing more is asked."""


Place = Asking | Confirming | Checking | Reviewing | Changing | Reading | Writing | Ended


class Leaving(msgspec.Struct, frozen=True, tag=True):
    """At the question whether to leave, which came in between."""

    place: Place
    question: Question
    number: int


class DialogueState(msgspec.Struct, frozen=True, kw_only=True):
    """All that a talk has come to. What is asked next follows from it, and from the rules, alone."""

    day: datetime.date
    """Today, for what is said in own words."""
    personal: bool = False
    """Does somebody sit there, who has own words, takes a self-check by steps, and reads on after the result?"""
    pictures: bool = False
    """Can a question be answered on a picture of the leg?"""
    stored: bool = False
    """Are the answers kept elsewhere, so that leaving loses none?"""
    turns: tuple[Turn, ...] = ()
    mentions: Answers = {}
    """What was said in own words of findings that are still to be asked: it is ticked there."""
    place: Place | Leaving = Asking()
    question: Question | None = None
    """What is put now, as it is put."""
    number: int = 0
    """Its number, from 1; 0 for one that is not counted."""
    reviewed: bool = False
    """Were all answers looked at and found right?"""
    finished: bool = False
    """Is there a result, of just these answers?"""
    questions_left: int = 0
    """What was said last of how many are left."""
    taken_back: tuple[Turn, ...] = ()
    """Turns that "back" has removed: their answers are ticked when they are asked again."""
    said_level: str = ""
    """The urgency that was said already, before the end."""
    asked: tuple[str, ...] = ()
    """The ids of all questions put, in order."""
    count: int = 0
    """How many of them asked for findings."""


class WriteReport(msgspec.Struct, frozen=True):
    """To be done by whoever drives the talk: write the report to this file; `over`: also over one that is there."""

    file: str
    over: bool = False


class Written(msgspec.Struct, frozen=True):
    """The reply to that. `problem`: one sentence, when it was not written; `exists`: as there is such a file."""

    problem: str = ""
    exists: bool = False


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a front end shows, then does, then asks. With neither question nor effect it is over."""

    screens: tuple[Screen, ...] = ()
    effect: WriteReport | None = None
    question: Question | None = None
    number: int = 0
    assessment: Assessment | None = None
    """At the end: what it came to; None when the person left."""


Step = tuple[DialogueState, Output]
