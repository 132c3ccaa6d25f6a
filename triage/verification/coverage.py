"""What of the rules do the stories reach? Rules, answers, pairs, urgencies, conditions, self-checks and care."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

import msgspec

from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.inference.compiled.answer_columns import Cases
from triage.model import NOT_SURE, Answer, Assessment, Criterion, Knowledge, Rule, RuleKind, urgency_id
from triage.verification.scenarios import Story

BELOW: dict[str, float] = {
    "rules lowered by not sure: derived": 19.6, "answers that rules read": 99.0, "pairs inside rules": 97.4,
    "conditions that fit well": 79.0,
}
"""Per cent that must be reached where it is not all: what was measured, rounded down, so that it never falls."""

KINDS: tuple[RuleKind, ...] = (
    "derived", "score_item", "frequency", "for", "against", "fits_well_if", "fits_well_never", "red_flag", "interlock",
    "must_not", "offer",
)


class Measure(msgspec.Struct, frozen=True):
    """One line of the table: all that could be reached, and what of it no story reaches."""

    name: str
    every: int
    missing: tuple[str, ...]

    @property
    def reached(self) -> int:
        return self.every - len(self.missing)

    @property
    def per_cent(self) -> float:
        return 100 * self.reached / self.every if self.every else 100.0

    @property
    def floor(self) -> float:
        return BELOW.get(self.name, 100.0)

    @property
    def enough(self) -> bool:
        return self.per_cent >= self.floor


def coverage(knowledge: Knowledge, stories: Sequence[Story]) -> list[Measure]:
    """Every measure over these stories: what their answers reach, and which conditions they name."""
    reach = _Reach(knowledge, stories)
    return [
        *reach.rules(), reach.answers(), reach.bounds(), reach.pairs(), *reach.urgencies(), *reach.conditions(),
        *reach.cards(), reach.redirects(),
    ]


def _measure(name: str, every: Iterable[str], reached: Iterable[str]) -> Measure:
    every, reached = list(dict.fromkeys(every)), {*reached}
    return Measure(name, len(every), tuple(each for each in every if each not in reached))


class _Reach:
    """What came of all stories."""

    def __init__(self, knowledge: Knowledge, stories: Sequence[Story]) -> None:
        self.knowledge = knowledge
        self.expectations = [story.expect for story in stories]
        cases = [story.answers for story in stories]
        conclusions = list(Compiled(knowledge).conclude_many(cases))
        self.outcomes: list[Assessment] = [assess(knowledge, conclusion) for conclusion in conclusions]
        self.firing = {key for each in conclusions for key in each.rules}
        self.values: dict[str, dict[Answer, Cases]] = {}
        """Fact -> its values -> the stories that have them."""
        for i, each in enumerate(conclusions):
            for fact, value in each.facts.items():
                known = self.values.setdefault(fact, {})
                known[value] = known.get(value, 0) | 1 << i

    def rules(self) -> list[Measure]:
        """Rules that fire in some story; those lowered by "not sure" apart."""
        def measure(name: str, kinds: Sequence[RuleKind], lowered: bool) -> Measure:
            rules = [rule for rule in self.knowledge.rules_of(*kinds) if _is_twin(rule) == lowered]
            return _measure(name, (rule.key for rule in rules), self.firing)

        return [*(measure(f"rules: {kind}", [kind], False) for kind in KINDS),
                measure("rules lowered by not sure: derived", ["derived"], True),
                measure("rules lowered by not sure: red_flag", ["red_flag"], True)]

    def answers(self) -> Measure:
        """Answers that a rule asks for, and the other one of a yes or no, given in some story."""
        asked: list[str] = []
        for part in self._parts():
            words = ("yes", "no") if self.knowledge.findings[part.fact].kind == "yes_no" else (
                *part.any_of, *part.none_of)
            asked += [f"{part.fact}={word}" for word in words]
        given = [f"{fact}={word}" for fact, values in self.values.items() for value in values
                 for word in (value if isinstance(value, tuple) else (value,))]
        return _measure("answers that rules read", asked, given)

    def bounds(self) -> Measure:
        """Each bound of a number or a time, met in some story and missed in some."""
        parts = [part for part in self._parts() if part.op]
        sides = [(f"{part.text}, {side}", self._meeting(part) if side == "met" else self._missing(part))
                 for part in parts for side in ("met", "missed")]
        return _measure("bounds, both sides", (name for name, _ in sides), (name for name, cases in sides if cases))

    def pairs(self) -> Measure:
        """Each pair of conditions of one rule: both met in some story, and each met where the other is not."""
        pairs: dict[str, bool] = {}
        for rule in self.knowledge.rules:
            if _is_twin(rule):
                continue
            for one, other in combinations(rule.parts, 2):
                a, b = self._meeting(one), self._meeting(other)
                pairs[f"{rule.id}: {one.text} with {other.text}"] = bool(a & b)
                pairs[f"{rule.id}: {one.text} without {other.text}"] = bool(a & ~b)
                pairs[f"{rule.id}: {other.text} without {one.text}"] = bool(b & ~a)
        return _measure("pairs inside rules", pairs, (name for name, reached in pairs.items() if reached))

    def urgencies(self) -> list[Measure]:
        """Each level with its days, and each place, that a red flag can lead to."""
        flags = self.knowledge.rules_of("red_flag")
        levels = {urgency_id(rule.level, rule.within_days): None for rule in flags} | {"self_care": None}
        return [
            _measure("levels of urgency", levels, (a.urgency.id for a in self.outcomes)),
            _measure("places to go to", (rule.place for rule in flags), (a.urgency.place for a in self.outcomes)),
        ]

    def conditions(self) -> list[Measure]:
        """Conditions that come first in some story and fit well in some, and those that have stories of their own.

        Its own are one that expects it first, and one that expects it not to be listed or not to fit well.
        """
        names = [name for name, card in self.knowledge.conditions.items() if card.frequency]
        shown = [[c.id for c in a.conditions] for a in self.outcomes]
        return [
            _measure("conditions first", names, (some[0] for some in shown if some)),
            _measure("conditions that fit well", names, (
                c.id for a in self.outcomes for c in a.conditions if c.band == "fits_well")),
            _measure("conditions expected first", names, (e.first for e in self.expectations)),
            _measure("conditions expected to miss", names, (
                name for e in self.expectations for name in (*e.not_listed, *e.not_likely))),
            _measure("conditions explained", (
                name for name, card in self.knowledge.conditions.items() if card.kind == "explains"),
                (name for a in self.outcomes for name in a.explained)),
        ]

    def cards(self) -> list[Measure]:
        """Self-checks and care cards offered in some story, and held back by a rule or an open question in some."""
        def blocked(seen: Callable[[Assessment], Any]) -> list[str]:
            return [withheld.id for a in self.outcomes for withheld in seen(a) if withheld.rules]

        checks, care = self.knowledge.self_checks, self.knowledge.care
        return [
            _measure("self-checks offered", checks, (name for a in self.outcomes for name in a.self_checks)),
            _measure("self-checks blocked", (n for n, c in checks.items() if not c.safe_for_all),
                     blocked(lambda a: a.withheld_checks)),
            _measure("care offered", care, (name for a in self.outcomes for name in a.care)),
            _measure("care blocked", (n for n, c in care.items() if not c.safe_for_all),
                     blocked(lambda a: a.withheld_care)),
        ]

    def redirects(self) -> Measure:
        """Rules that redirect a person, each in a story in which the person is redirected."""
        keys = [rule.key for rule in self.knowledge.rules_of("red_flag") if rule.level == "redirect"]
        return _measure("redirects", keys, (key for a in self.outcomes if a.out_of_scope for key in a.conclusion.rules))

    def _parts(self) -> list[Criterion]:
        """Every condition on a finding, once."""
        return list(dict.fromkeys(part for rule in self.knowledge.rules if not _is_twin(rule) for part in rule.parts
                                  if part.fact in self.knowledge.findings))

    def _meeting(self, part: Criterion) -> Cases:
        return self._where(part, lambda value: part.holds(value))

    def _missing(self, part: Criterion) -> Cases:
        return self._where(part, lambda value: value != NOT_SURE and not part.holds(value))

    def _where(self, part: Criterion, test: Callable[[Answer], bool]) -> Cases:
        out = 0
        for value, cases in self.values.get(part.fact, {}).items():
            if test(value):
                out |= cases
        return out


def _is_twin(rule: Rule) -> bool:
    """Is it the twin of a line for "not sure"?"""
    return rule.lowered and rule.kind in ("derived", "red_flag")
