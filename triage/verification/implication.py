"""Can these parts hold together, and does one set of them imply the other? Exact for what cards can say, and quick.

A `when` is written out as conjunctions, in which derived findings are replaced by what they ask for, and bounds on a
score by the totals that meet them; red flags and conditions stay names. What a follow-up or a place says of what it
belongs to counts for what can hold together, where that is asked for. It never counts for what implies what: an answer
that was given, such as "not sure", is never changed by a follow-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import msgspec

from triage.model import NONE, Criterion, Finding, Knowledge, Rule
from triage.verification.answer_search import totals

MANY = 20_000
"""So many conjunctions are written out for one rule; of a rule with more, derived findings stay names."""


class Bound(msgspec.Struct, frozen=True):
    """What a conjunction asks of one finding."""

    some: tuple[frozenset[Any], ...] = ()
    """Of each set one answer at least. One set, unless several can be ticked. Of a score: its totals."""
    never: frozenset[str] = frozenset()
    """Of these none may be ticked."""
    low: tuple[float, int] = (-math.inf, 0)
    """The least amount, and 1 where it must be more than that."""
    high: tuple[float, int] = (math.inf, 0)
    """The greatest amount, and -1 where it must be less than that."""
    unsure: bool = False
    """ "Not sure" will do as well."""

    @property
    def empty(self) -> bool:
        """Is there no such answer?"""
        (low, more), (high, less) = self.low, self.high
        return not all(self.some) or low > high or (low == high and bool(more or less))

    def implies(self, other: Bound) -> bool:
        """Does each answer that meets this meet the other too?"""
        return (
            (other.unsure or not self.unsure) and other.never <= self.never
            and all(any(mine <= wanted for mine in self.some) for wanted in other.some)
            and self.low >= other.low and self.high <= other.high
        )


Conjunction = dict[str, Bound]
"""A finding -> what is asked of it. All must hold."""


class Logic:
    """Reasons about the parts of rules. Built once for a Knowledge."""

    def __init__(self, knowledge: Knowledge, follow_ups: bool = True) -> None:
        """`follow_ups`: leave out what contradicts what a follow-up or a place says. A file may contradict it."""
        self.knowledge, self.follow_ups = knowledge, follow_ups
        self._totals = {f"score.{name}": totals(knowledge, name) for name in knowledge.scores}
        self._rules: dict[tuple[tuple[Criterion, ...], tuple[bool, ...]], list[Conjunction]] = {}
        self._derived: dict[str, list[Conjunction]] = {}
        for depth in knowledge.depths:
            for name in depth:
                rules = knowledge.rules_of("derived", card=name)
                self._derived[f"derived.{name}"] = [
                    one for rule in rules if not rule.lowered for one in self.conjunctions(rule.parts)
                ]

    def of_rule(self, rule: Rule) -> list[Conjunction]:
        """A rule as conjunctions that can hold; none when it can never fire."""
        asked = rule.parts, rule.unsure
        if asked not in self._rules:
            self._rules[asked] = self.conjunctions(*asked)
        return self._rules[asked]

    def conjunctions(self, parts: Sequence[Criterion], unsure: Sequence[bool] = ()) -> list[Conjunction]:
        """All conjunctions of these parts that can hold."""
        lists: list[list[Conjunction]] = []
        for part, soft in zip(parts, unsure or (False,) * len(parts), strict=True):
            alternatives = self._derived.get(part.fact) if "yes" in part.any_of else None
            size = math.prod(map(len, lists)) * len(alternatives or ())
            if alternatives is None or soft or size > MANY:
                alternatives = [{part.fact: self._bound(part, soft)}]
            lists.append(alternatives)
        out = []
        for chosen in product(*lists):
            joined = self._joined(chosen)
            if joined is not None:
                out.append(joined)
        return out

    def implies(self, these: Iterable[Conjunction], those: Sequence[Conjunction]) -> bool:
        """Whenever one of these holds, does one of those?"""
        return all(any(self._implies(this, that) for that in those) for this in these)

    def _implies(self, this: Conjunction, that: Conjunction) -> bool:
        return all((name in this and this[name].implies(bound)) or self._derives(this, name, bound)
                   for name, bound in that.items())

    def _derives(self, this: Conjunction, name: str, bound: Bound) -> bool:
        """Does it bring a derived finding about that is asked for by its name?"""
        return bound.some == _YES.some and any(self._implies(this, way) for way in self._derived.get(name, ()))

    # --- one part

    def _bound(self, part: Criterion, unsure: bool) -> Bound:
        if part.fact in self._totals:
            return Bound(some=(frozenset(filter(part.holds, self._totals[part.fact])),), unsure=unsure)
        if part.op:
            at, strict = part.bound, int(part.op in "<>")
            low = (at, strict) if part.op in (">", ">=", "==") else (-math.inf, 0)
            high = (at, -strict) if part.op in ("<", "<=", "==") else (math.inf, 0)
            return Bound(low=low, high=high, unsure=unsure)
        finding = self.knowledge.findings.get(part.fact)
        if part.none_of and finding is not None and finding.kind != "many":
            return Bound(some=(frozenset({*finding.words} - {*part.none_of}),), unsure=unsure)
        if part.none_of:
            return Bound(never=frozenset(part.none_of), unsure=unsure)
        return Bound(some=(frozenset(part.any_of),), unsure=unsure)

    # --- several together

    def _joined(self, chosen: Sequence[Conjunction]) -> Conjunction | None:
        """All of them at once; None when they cannot hold together."""
        out: Conjunction = {}
        for each in chosen:
            for name, bound in each.items():
                if not self._add(out, name, bound):
                    return None
        return out if not self.follow_ups or self._closed(dict(out)) else None

    def _add(self, out: Conjunction, name: str, bound: Bound) -> bool:
        """Ask this of a finding too. False when no answer is left."""
        before = out.get(name, Bound(unsure=True))
        finding = self.knowledge.findings.get(name)
        several = finding is not None and finding.kind == "many"
        never = before.never | bound.never
        if several:
            some = tuple(dict.fromkeys(each - never for each in (*before.some, *bound.some)))
        else:
            some = (before.some[0] & bound.some[0],) if before.some and bound.some else before.some or bound.some
        low, high = max(before.low, bound.low), min(before.high, bound.high)
        if finding is not None and finding.kind in ("number", "duration"):
            lowest = 0.0 if finding.kind == "duration" else finding.lowest
            low = max(low, (lowest if lowest is not None else -math.inf, 0))
            high = min(high, (finding.highest if finding.highest is not None else math.inf, 0))
        joined = Bound(some, never, low, high, before.unsure and bound.unsure)
        out[name] = joined
        return not joined.empty or joined.unsure

    def _closed(self, out: Conjunction) -> bool:
        """Add what follow-ups and places say of what they belong to. False when that contradicts the rest."""
        for finding in reversed(self.knowledge.follow_ups):
            bound = out.get(finding.id)
            if bound is None or bound.unsure:
                continue
            if finding.within and not self._place(out, finding, bound):
                return False
            if finding.parents and _is_something(finding, bound):
                if len(finding.parents) == 1 and not self._add(out, finding.parents[0], _YES):
                    return False
                if all(name in out and not _may_be(out[name], "yes") for name in finding.parents):
                    return False
        return True

    def _place(self, out: Conjunction, finding: Finding, bound: Bound) -> bool:
        """The regions in which the places lie."""
        outside = out[finding.within].never if finding.within in out else frozenset()
        for places in bound.some:
            regions = frozenset(finding.options[place].inside for place in places) - outside
            if not self._add(out, finding.within, Bound(some=(regions,))):
                return False
        return True


_YES = Bound(some=(frozenset({"yes"}),))


def _is_something(finding: Finding, bound: Bound) -> bool:
    """Is each answer that meets it more than a no or none of these?"""
    nothing = {"no", NONE, finding.none_is}
    return any(not each & nothing for each in bound.some) or bound.low > (-math.inf, 0) or bound.high < (math.inf, 0)


def _may_be(bound: Bound, answer: str) -> bool:
    return bound.unsure or all(answer in each for each in bound.some)
