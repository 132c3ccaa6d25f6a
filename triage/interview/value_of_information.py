"""What is an answer worth that is not given yet? Expected change of the urgency and of the order of conditions. Pure.

This is the expected value of information (Howard 1966), with weights in place of utilities. Each value of each open
finding is supposed on the compiled rules. How plausible it is follows from the conditions now in play: what speaks for
a condition is likelier when that condition is likely. These are weights for choosing a question, nothing that a person
is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from triage.inference import weighing
from triage.inference.assessment import IN_PLAY, severity
from triage.inference.compiled import Compiled
from triage.inference.facts import refuted
from triage.model import NOT_SURE, RANK, Answer, Assessment, Criterion, Finding, Knowledge, Rule, Weight

RARE, SPOKEN_FOR = 0.12, 0.45
"""How plausible an answer is that nothing in play speaks for, and how much a condition in play adds by its share."""

SUREST = 0.9
"""No answer is held for more plausible than this: people do not read our rules."""

BEGUN = 2.0
"""A danger of which a part is known already is this many times as plausible as one out of the blue, at least."""

OTHERS = 0.2
"""What further dangers count that the same finding would notice."""

ORDER = 1.0
"""How the order of conditions counts against the urgency."""

RIVALS = 8
"""Conditions that count as in play besides those with a band."""

UNWEIGHED = -9.0
"""Log odds of a condition in play for which no evidence speaks: as good as nothing beside the others."""

NO_THIRD = -3.0
"""Log odds that stand for those of the last condition in play, as long as there are fewer."""

NEARLY = 0.7
"""Log odds by which a condition may stay behind the last one in play and count as new in play: half as likely."""

NEWCOMER = 0.3
"""What each condition adds that an answer would bring into play, in log odds moved."""

DECIDES = 0.5
"""What it adds that an answer decides whether a condition in play may fit well at all, in log odds moved."""

ALARM = {"ambulance_now": 9.0, "emergency_department_now": 7.0, "today": 5.0, "book": 2.0, "redirect": 2.0}
"""What it is worth to raise the urgency to this level."""

SOONEST = 3.0
"""Days to the soonest appointment: one that may be later is worth less, by its days."""


class QuestionValue(msgspec.Struct, frozen=True):
    """What a finding is worth asking, for the urgency (by `ALARM`) and for the order of conditions (log odds moved)."""

    danger: float = 0.0
    order: float = 0.0

    @property
    def total(self) -> float:
        return self.danger + ORDER * self.order


class Valuer:
    """What question values are made from of the rules, the same in every turn. Built once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.compiled = Compiled(knowledge)
        numbers: dict[Criterion, int] = {}
        self.dangers = [(rule, severity(rule), {numbers.setdefault(part, len(numbers)) for part in rule.parts})
                        for rule in knowledge.rules_of("red_flag") if not rule.lowered]
        """Rules of red flags, each with its order of urgency and the numbers of its criteria."""
        self.criteria = tuple(numbers)
        self.concluding: dict[str, list[Rule]] = {}
        """Derived finding or score -> the rules that conclude it."""
        for rule in knowledge.rules_of("derived", "score_item"):
            if not rule.lowered:
                self.concluding.setdefault(f"{rule.kind.removesuffix('_item')}.{rule.card}", []).append(rule)


class QuestionValues:
    """What every open finding is worth, in one state of the answers."""

    def __init__(self, valuer: Valuer, assessment: Assessment, facts: Mapping[str, Answer]) -> None:
        """`facts`: those of the assessment's conclusion."""
        knowledge, conclusion = valuer.knowledge, assessment.conclusion
        self.knowledge, self.valuer, self.facts = knowledge, valuer, facts
        self.supposed = valuer.compiled.suppose(conclusion.given)
        self.fired = [knowledge.by_key[key] for key in conclusion.rules]
        self.lines = weighing.by_condition(self.fired)
        self.weights = dict(conclusion.weights)
        self.suspects = weighing.suspected(knowledge, self.fired, self.weights)
        self.order = weighing.ranking(self.weights, conclusion.bands, self.suspects)
        self.bands = conclusion.bands
        self.shares = self._shares()
        self.now = (RANK[assessment.urgency.level], -assessment.urgency.within_days, 0)
        self.askability = Askability(valuer, facts)
        self._refuted = {number for number, each in enumerate(valuer.criteria) if refuted([each], facts)}
        self._to_be_known: dict[str, bool] = {}
        self._values: dict[str, list[Answer]] = {}
        for name, value in self.supposed:
            self._values.setdefault(name, []).append(value)

    def of(self, name: str) -> QuestionValue:
        """What it is worth to ask for this finding now."""
        order = 0.0
        for newly_fired in self._newly_fired(name):
            moved = self._moved(newly_fired)
            if moved:
                order += self._plausible(newly_fired) * moved
        return QuestionValue(self.danger.get(name, 0.0), order)

    def changes(self, names: Iterable[str]) -> bool:
        """Could any single answer to one of these still change the urgency, or the first conditions and bands?"""
        now = self._first([])
        for name in names:
            for newly_fired in self._newly_fired(name):
                if any(rule.kind == "red_flag" and severity(rule) > self.now for rule in newly_fired):
                    return True
                lines = [rule for rule in newly_fired if rule.kind in weighing.EVIDENCE]
                if lines and self._first(lines) != now:
                    return True
        return any(self.danger.get(name, 0.0) for name in names)

    def _newly_fired(self, name: str) -> Iterable[list[Rule]]:
        """For each value of a finding that would change anything, the rules that it would bring."""
        return (self.supposed.newly_fired((name, value)) for value in self._values.get(name, ()))

    # --- dangers

    @cached_property
    def danger(self) -> dict[str, float]:
        """Finding -> what it is worth for noticing dangers: most for those that lack little and are most urgent."""
        credits: dict[str, list[float]] = {}
        for rule in self._thinkable():
            unknown = [part.fact for part in rule.parts if self.facts.get(part.fact) is None]
            if not unknown or not all(self._can_be_known(fact) for fact in unknown):
                continue
            suspected = sum(self.shares.get(name, 0.0) for name in self.knowledge.red_flags[rule.card].suspects)
            chance = min(SUREST, RARE + SPOKEN_FOR * suspected) if suspected else RARE
            begun = any(self._says_more(part.fact) for part in rule.parts)
            worth = ALARM[rule.level] * (SOONEST / rule.within_days if rule.within_days else 1.0)
            credit = worth * max(chance, BEGUN * RARE if begun else 0.0) ** len(unknown)
            for name in {root for fact in unknown for root in self.askability.roots(fact)}:
                credits.setdefault(name, []).append(credit)
        return {name: max(each) + OTHERS * (sum(each) - max(each)) for name, each in credits.items()}

    def wanted_by(self, ticked: set[str], rank: int) -> set[str]:
        """Findings that dangers of this rank or nearer still need, of which a part was told with these findings."""
        return {
            root for rule in self._thinkable()
            if RANK[rule.level] >= rank and any(part.fact in ticked for part in rule.parts)
            for part in rule.parts if self.facts.get(part.fact) is None for root in self.askability.roots(part.fact)
        }

    def _thinkable(self) -> Iterator[Rule]:
        """Rules of red flags that would raise the urgency and that no answer refutes."""
        return (rule for rule, urgency, criteria in self.valuer.dangers
                if urgency > self.now and criteria.isdisjoint(self._refuted))

    def _can_be_known(self, fact: str) -> bool:
        if fact not in self._to_be_known:
            self._to_be_known[fact] = self.askability.fact(fact)
        return self._to_be_known[fact]

    def _says_more(self, fact: str) -> bool:
        """Is this known, and does it say more than who, when or on which side?"""
        finding = self.knowledge.findings.get(fact)
        return self.facts.get(fact) not in (None, NOT_SURE) and finding is not None and not finding.background

    # --- plausible

    def _shares(self) -> dict[str, float]:
        """How the conditions in play share what there is to be believed; by their weights."""
        totals = {name: w.total for name, w in self.weights.items() if w.groups_for}
        for name in self.suspects:
            totals[name] = max(totals.get(name, UNWEIGHED), max(totals.values(), default=0.0))
        best = sorted(totals, key=lambda name: -totals[name])
        inside = dict.fromkeys([*self.order[:IN_PLAY], *best[:RIVALS]])
        top = max((totals.get(name, UNWEIGHED) for name in inside), default=0.0)
        odds = {name: math.exp(totals.get(name, UNWEIGHED) - top) for name in inside}
        whole = sum(odds.values()) or 1.0
        return {name: each / whole for name, each in odds.items()}

    def _plausible(self, newly_fired: Sequence[Rule]) -> float:
        speaks = {rule.card for rule in newly_fired if rule.kind == "for"}
        return min(SUREST, RARE + SPOKEN_FOR * sum(self.shares.get(name, 0.0) for name in speaks))

    # --- the order of conditions

    def _moved(self, newly_fired: Sequence[Rule]) -> float:
        """How far an answer would move the conditions in play apart, and bring others among them: in log odds."""
        third = self.weights[self.order[IN_PLAY - 1]].total if len(self.order) >= IN_PLAY else NO_THIRD
        moved: dict[str, float] = {}
        newcomers = 0.0
        for name, lines in weighing.by_condition(newly_fired).items():
            after = self._weight_with(name, lines)
            step = after.total - self.weights[name].total
            if name in self.shares:
                moved[name] = step
            elif after.groups_for and after.total > third - NEARLY:
                newcomers += NEWCOMER
            if any(rule.kind in ("fits_well_if", "fits_well_never") for rule in lines) and name in self.order[:IN_PLAY]:
                moved[name] = moved.get(name, 0.0) + DECIDES
        middle = sum(self.shares[name] * step for name, step in moved.items())
        apart = sum(share * abs(moved.get(name, 0.0) - middle) for name, share in self.shares.items())
        return apart + newcomers

    def _weight_with(self, name: str, more: Sequence[Rule]) -> Weight:
        return weighing.weight(self.knowledge, self.knowledge.conditions[name], [*self.lines.get(name, ()), *more])

    def _first(self, more: Sequence[Rule]) -> list[tuple[str, str]]:
        """The first conditions with their bands, when these lines fire too."""
        fired = [*self.fired, *more]
        weights, bands = weighing.weigh_all(self.knowledge, fired) if more else (self.weights, self.bands)
        suspects = weighing.suspected(self.knowledge, fired, weights)
        return [(name, bands[name]) for name in weighing.ranking(weights, bands, suspects)[:IN_PLAY]]


class Askability:
    """What may still become known, by asking now or after other questions."""

    def __init__(self, valuer: Valuer, facts: Mapping[str, Answer]) -> None:
        self.knowledge, self.concluding, self.facts = valuer.knowledge, valuer.concluding, facts
        self._roots: dict[str, set[str]] = {}
        self._known: dict[str, bool] = {}

    def roots(self, fact: str) -> set[str]:
        """The findings whose answers could still bring this fact about."""
        if fact not in self.concluding:
            return {fact}
        if fact not in self._roots:
            self._roots[fact] = {
                name for rule in self.concluding[fact] if not refuted(rule.parts, self.facts)
                for part in rule.parts if self.facts.get(part.fact) is None for name in self.roots(part.fact)
            }
        return self._roots[fact]

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
