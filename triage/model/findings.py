"""What a person can be asked: findings, their options, and the screens that ask for them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property

import msgspec

from triage.model.answers import NONE, Answer, Kind
from triage.model.card import Card
from triage.model.rules import Alternatives


class Option(Card, frozen=True, kw_only=True):
    """One answer to choose of a finding of the kind `one` or `many`."""

    label: str
    inside: str = msgspec.field(default="", name="in")
    """Of a place: the option of the finding `within` in which it lies."""
    line: str = ""
    """Its words as a line of a list, where the question is not read."""


class Finding(Card, frozen=True, kw_only=True, dict=True):
    """One thing a person can be asked; `id` is `topic.name`."""

    id: str = ""
    ask: str
    term: str = ""
    """The clinician's word for it, short; before an answer that is more than yes or no."""
    help: str = ""
    """For a word that may not be known."""
    line: str = ""
    """The same as a line of a list of several yes/no questions."""
    again: str = ""
    """A plainer question, asked once after "not sure"."""
    kind: Kind
    within: str = ""
    """Of places: the finding for the regions in which they lie."""
    unit: str = ""
    """Of a number; times are counted in days."""
    lowest: float | None = None
    highest: float | None = None
    options: dict[str, Option] = {}
    options_of: str = ""
    """The finding before it whose options it has too."""
    ask_if: Alternatives = ()
    """It is asked only if this holds."""
    part_of: str | list[str] = []
    """A no to all of these is a no to it; a yes to it is a yes to the only one."""
    background: bool = False
    """Says who, when or on which side, not what is the matter: beside it alone a "not sure" raises no red flag."""
    none_is: str = ""
    """The option that says "none of these" in words of its own."""
    several_is: str = ""
    """The option that says that several others are so, ticked as lines of one list: left and right is both."""
    recent: list[str] = []
    """Options that mean the last weeks or months: said of years ago they are not so."""
    unread: list[str] = []
    """Options that no rule reads and that are there all the same, so that people can say so."""
    aliases: list[str] = []
    """Its ids of before, still understood."""
    also_said: list[str] | dict[str, list[str]] = []
    """Phrases by which people say so in a sentence of their own: of a yes, or of each option."""

    @property
    def topic(self) -> str:
        """The file it stands in: `pain` of `pain.site`."""
        return self.id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """Its name in that file: `site` of `pain.site`."""
        return self.id.split(".", 1)[1]

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The yes/no findings that it is a follow-up of."""
        return (self.part_of,) if isinstance(self.part_of, str) else tuple(self.part_of)

    @property
    def words(self) -> tuple[str, ...]:
        """What a definite answer is made of: yes and no, or the options and "none of these". A number has no words."""
        if self.kind == "yes_no":
            return ("yes", "no")
        return (*self.options, NONE) if self.options and not self.none_is else tuple(self.options)

    def possible_answers(self, values: Iterable[float] = ()) -> list[Answer]:
        """Every definite answer, in the order of the card: of several options each alone, and none of them.

        Of a number or a time those of `values` that lie within its limits; nobody can list the others.
        """
        if self.kind == "many":
            return [*((option,) for option in self.options), ()]
        if self.kind in ("yes_no", "one"):
            return list(self.words)
        low = 0.0 if self.lowest is None else self.lowest
        high = math.inf if self.highest is None else self.highest
        return [float(value) for value in values if low <= value <= high]

    def label(self, option: str) -> str:
        """The words of an option."""
        return self.options[option].label


class Stage(Card, frozen=True, kw_only=True):
    """A screen or a run of questions of the fixed first part of the interview."""

    id: str
    title: str
    """Shown above its lines."""
    help: str = ""
    ask_if: Alternatives = ()
    """Whom it is for; without it everybody."""
    ask: list[str] = []
    """Findings asked one by one, after the lines."""
    together: list[str] = []
    """Lines of one screen: yes/no findings, or `finding=option`."""
    picture: str = ""
    """A finding whose options are zones of the leg: picked on its picture, where one can be drawn, instead of what it
    lies within."""
    spreads: str = ""
    """The finding for the zones to which it spreads, marked on the same picture."""
    emergency: bool = False
    """Is it a screen for emergencies? Everybody sees those, and silence on them is never a no."""


class Group(Card, frozen=True, kw_only=True):
    """Findings asked as lines of one screen once one of them is worth asking: yes/no ones, or `finding=option`."""

    id: str
    title: str
    together: list[str]
