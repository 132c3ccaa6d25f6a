"""What is an answer worth that is not given yet? Expected change of the urgency and of the order of conditions. Pure.

Each value of each open finding is supposed on the compiled rules. How plausible it is follows from the conditions now
in play: what speaks for a condition is likelier when that condition is likely. These are weights for choosing a
question, nothing that a person is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property

import msgspec

from triage.inference import weighing
from triage.inference.assessment import IN_PLAY, is_open, known_facts, refuted, severity
from triage.inference.compiled import Compiled
from triage.model import (
    NOT_SURE,
    RANK,
    Answer,
    Answers,
    Assessment,
    Condition,
    Finding,
    Knowledge,
    Rule,
    Weight,
)

RARE, TOLD = 0.12, 0.45
"""How plausible an answer is that nothing in play speaks for, and how much a condition in play adds by its share."""

OTHERS = 0.2
"""What further dangers count that the same finding would notice."""

ORDER = 1.0
"""How the order of conditions counts against the urgency."""

RIVALS = 8
"""Conditions that count as in play besides those with a band."""

ALARM = {"ambulance_now": 9.0, "emergency_department_now": 7.0, "today": 5.0, "book": 2.0, "redirect": 2.0}
"""What it is worth to raise the urgency to this level."""


class Worth(msgspec.Struct, frozen=True):
    """What a finding is worth asking: for the urgency, and for the order of conditions."""

    danger: float = 0.0
    order: float = 0.0

    @property
    def total(self) -> float:
        return self.danger + ORDER * self.order


class Worths:
    """What every open finding is worth, in one state of the answers."""

    def __init__(self, knowledge: Knowledge, compiled: Compiled, given: Answers, assessment: Assessment) -> None:
        self.knowledge, self.assessment = knowledge, assessment
        self.facts = known_facts(knowledge, assessment.fired, assessment.answers)
        self.supposed = compiled.suppose(given)
        self.met = set(assessment.fired.rules)
        fired = [knowledge.by_key[key] for key in assessment.fired.rules]
        self.lines = weighing.by_condition(fired)
        self.weights, bands = weighing.judge(knowledge, fired)
        self.suspects = weighing.suspected(knowledge, fired, self.weights)
        self.order = weighing.ranking(self.weights, bands, self.suspects)
        self.shares = self._shares()
        self.now = (RANK[assessment.urgency.level], -assessment.urgency.within_days, 0)
        self._items: dict[str, list[tuple[Answer, list[Rule]]]] = {}
        for name, value in self.supposed:
            self._items.setdefault(name, []).append((value, self.supposed.came((name, value))))

    def of(self, name: str) -> Worth:
        """What it is worth to ask for this finding now."""
        order = 0.0
        for _, came in self._items.get(name, ()):
            moved = self._moved(came)
            if moved:
                order += self._plausible(came) * moved
        return Worth(self.danger.get(name, 0.0), order)

    def changes(self, names: Iterable[str]) -> bool:
        """Could any single answer to one of these still change the urgency, or the first conditions and bands?"""
        now = self._first(self.lines, {})
        for name in names:
            for _, came in self._items.get(name, ()):
                if any(rule.kind == "red_flag" and severity(rule) > self.now for rule in came):
                    return True
                if self._touches(came) and self._first(self.lines, self._more(came)) != now:
                    return True
        return any(self.danger.get(name, 0.0) for name in names)

    # --- dangers

    @cached_property
    def danger(self) -> dict[str, float]:
        """Finding -> what it is worth for noticing dangers: most for those that lack little and are most urgent."""
        credits: dict[str, list[float]] = {}
        reach = Reach(self.knowledge, self.facts)
        for rule in self.knowledge.rules_of("red_flag"):
            if rule.lowered or severity(rule) <= self.now or not is_open(rule.parts, self.facts):
                continue
            unknown = [part.fact for part in rule.parts if self.facts.get(part.fact) is None]
            if not unknown or not all(reach.fact(fact) for fact in unknown):
                continue
            suspected = sum(self.shares.get(name, 0.0) for name in self.knowledge.red_flags[rule.card].suspects)
            chance = min(0.9, RARE + TOLD * suspected) if suspected else RARE
            told = any(self._says_more(part.fact) for part in rule.parts)
            worth = ALARM[rule.level] * (3 / rule.within_days if rule.within_days else 1.0)
            credit = worth * max(chance, 2 * RARE if told else 0.0) ** len(unknown)
            for name in {root for fact in unknown for root in reach.roots(fact)}:
                credits.setdefault(name, []).append(credit)
        return {name: max(each) + OTHERS * (sum(each) - max(each)) for name, each in credits.items()}

    def wanted_by(self, told: set[str], rank: int) -> set[str]:
        """Findings that dangers of this rank or nearer still need, of which a part was told with these findings."""
        reach = Reach(self.knowledge, self.facts)
        return {
            root for rule in self.knowledge.rules_of("red_flag")
            if not rule.lowered and RANK[rule.level] >= rank and severity(rule) > self.now
            and any(part.fact in told for part in rule.parts) and is_open(rule.parts, self.facts)
            for part in rule.parts if self.facts.get(part.fact) is None for root in reach.roots(part.fact)
        }

    def _says_more(self, fact: str) -> bool:
        """Is this known, and does it say more than who, when or on which side?"""
        finding = self.knowledge.findings.get(fact)
        return self.facts.get(fact) not in (None, NOT_SURE) and finding is not None and not finding.background

    # --- plausible

    def _shares(self) -> dict[str, float]:
        """How the conditions in play share what there is to be believed; by their weights."""
        totals = {name: w.total for name, w in self.weights.items() if w.groups_for}
        for name in self.suspects:
            totals[name] = max(totals.get(name, -9.0), max(totals.values(), default=0.0))
        best = sorted(totals, key=lambda name: -totals[name])
        inside = dict.fromkeys([*self.order[:IN_PLAY], *best[:RIVALS]])
        top = max((totals.get(name, -9.0) for name in inside), default=0.0)
        odds = {name: math.exp(totals.get(name, -9.0) - top) for name in inside}
        whole = sum(odds.values()) or 1.0
        return {name: each / whole for name, each in odds.items()}

    def _plausible(self, came: list[Rule]) -> float:
        speaks = {rule.card for rule in came if rule.kind == "for"}
        return min(0.9, RARE + TOLD * sum(self.shares.get(name, 0.0) for name in speaks))

    # --- the order of conditions

    def _touches(self, came: list[Rule]) -> bool:
        return any(rule.kind in ("for", "against", "frequency", "fits_well_if", "fits_well_never") for rule in came)

    def _moved(self, came: list[Rule]) -> float:
        """How far an answer would move the conditions in play apart, and bring others among them."""
        third = self.weights[self.order[IN_PLAY - 1]].total if len(self.order) >= IN_PLAY else -3.0
        moved: dict[str, float] = {}
        newcomers = 0.0
        for name, lines in self._more(came).items():
            after = self._weighed(name, lines)
            step = after.total - self.weights[name].total
            if name in self.shares:
                moved[name] = step
            elif after.groups_for and after.total > third - 0.7:
                newcomers += 0.3
            if any(rule.kind in ("fits_well_if", "fits_well_never") for rule in lines) and name in self.order[:IN_PLAY]:
                moved[name] = moved.get(name, 0.0) + 0.5
        middle = sum(self.shares[name] * step for name, step in moved.items())
        apart = sum(share * abs(moved.get(name, 0.0) - middle) for name, share in self.shares.items())
        return apart + newcomers

    def _more(self, came: list[Rule]) -> dict[str, list[Rule]]:
        return weighing.by_condition(came)

    def _weighed(self, name: str, more: list[Rule]) -> Weight:
        condition: Condition = self.knowledge.conditions[name]
        return weighing.weigh(self.knowledge, condition, [*self.lines.get(name, ()), *more])

    def _first(self, lines: dict[str, list[Rule]], more: dict[str, list[Rule]]) -> list[tuple[str, str]]:
        """The first conditions with their bands."""
        fired = [rule for rules in lines.values() for rule in rules]
        fired += [rule for rules in more.values() for rule in rules]
        fired += [rule for key in self.met if (rule := self.knowledge.by_key[key]).kind == "red_flag"]
        weights, bands = weighing.judge(self.knowledge, fired)
        suspects = weighing.suspected(self.knowledge, fired, weights)
        return [(name, bands[name]) for name in weighing.ranking(weights, bands, suspects)[:IN_PLAY]]


class Reach:
    """What may still become known, by asking now or after other questions."""

    def __init__(self, knowledge: Knowledge, facts: dict[str, Answer]) -> None:
        self.knowledge, self.facts = knowledge, facts
        self.concluding: dict[str, list[Rule]] = {}
        for rule in knowledge.rules_of("derived", "score_item"):
            if not rule.lowered:
                self.concluding.setdefault(f"{rule.kind.removesuffix('_item')}.{rule.card}", []).append(rule)
        self._known: dict[str, bool] = {}

    def roots(self, fact: str) -> set[str]:
        """The findings whose answers could still bring this fact about."""
        if fact not in self.concluding:
            return {fact}
        return {
            name for rule in self.concluding[fact] if not refuted(rule.parts, self.facts)
            for part in rule.parts if self.facts.get(part.fact) is None for name in self.roots(part.fact)
        }

    def fact(self, fact: str) -> bool:
        """Can this fact still come to be known?"""
        return any(self.finding(name) for name in self.roots(fact))

    def finding(self, name: str) -> bool:
        """Will this finding be asked, now or after answers that are still possible?"""
        if name not in self._known:
            self._known[name] = False  # a circle of conditions leads nowhere
            self._known[name] = self._finding(self.knowledge.findings[name])
        return self._known[name]

    def _finding(self, finding: Finding) -> bool:
        if finding.topic == "self_check" or self.facts.get(finding.id) is not None:
            return False
        parents = [self.facts.get(parent) for parent in finding.parents]
        if parents and not any(p == "yes" for p in parents) and all(p is not None for p in parents):
            return False
        return not finding.ask_if or any(
            not refuted(parts, self.facts)
            and all(self.facts.get(p.fact) not in (None, NOT_SURE) or self.fact(p.fact) for p in parts)
            for parts in finding.ask_if
        )
