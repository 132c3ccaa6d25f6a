"""Compiled rules: one line of a card as the engines see it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cached_property
from typing import Literal

import msgspec

from triage.model.answers import NOT_SURE, Answer, Level
from triage.model.card import Grade

RuleKind = Literal[
    "derived", "score_item", "frequency", "for", "against", "fits_well_if", "fits_well_never",
    "red_flag", "interlock", "must_not", "offer",
]
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq,
}


class Criterion(msgspec.Struct, frozen=True):
    """One condition on one fact. `fact` is a finding, or derived.X, score.X, red_flag.X, condition.X."""

    fact: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    op: str = ""
    bound: float = 0.0

    @property
    def namespace(self) -> str:
        """What comes before the first dot: the topic of a finding, or derived, score, red_flag, condition."""
        return self.fact.partition(".")[0]

    @property
    def name(self) -> str:
        """What comes after the first dot."""
        return self.fact.partition(".")[2]

    @property
    def text(self) -> str:
        """As it stands in the ids of rules: `pain.site=arch|toes`, `onset.age<=28`."""
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


Alternatives = tuple[tuple[Criterion, ...], ...]
"""A compiled `when`: of one of its groups all criteria must hold. Without any group it always holds."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One line of a card as the engines see it. Fires when all parts hold.

    `unsure` names the parts that "not sure" satisfies too. Such a rule concludes less: a derived
    finding becomes `not_sure`, a red flag counts one level lower.
    """

    id: str
    key: str
    kind: RuleKind
    card: str
    parts: tuple[Criterion, ...]
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
        """Is it the twin of a line for "not sure", which concludes less?"""
        return any(self.unsure)
