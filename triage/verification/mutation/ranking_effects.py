"""Mutants of evidence: the lines of one condition weigh otherwise. Which stories may see that?

Only that condition is weighed anew. How all stand afterwards is worked out from how they stood before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from triage.inference import weighing
from triage.inference.compiled.answer_columns import Cases, members
from triage.model import RANK, Band, Conclusion, Knowledge, Rule, Weight
from triage.verification.mutation.incremental import Baseline
from triage.verification.mutation.operators import Mutant
from triage.verification.scenarios import Expect, Story

Stand = tuple[dict[str, Band], list[str]]
"""Bands of all conditions, and those that are shown, the first first."""


class LineSum(NamedTuple):
    """What the lines of a condition come to: may it fit well, and would it but for a danger?"""

    weight: Weight
    allowed: bool
    would_fit: bool


def line_sum(knowledge: Knowledge, name: str, lines: Sequence[Rule]) -> LineSum:
    """The lines of a condition that fired, weighed."""
    condition = knowledge.conditions[name]
    books = condition.if_likely is not None and condition.if_likely.urgency == "book"
    return LineSum(weighing.weigh(knowledge, condition, lines), weighing.may_fit(condition, lines),
                   books and weighing.would_fit(knowledge, condition, lines))


class RankingEffects:
    """Tries mutants of evidence on all stories."""

    def __init__(self, knowledge: Knowledge, baseline: Baseline, stories: Sequence[Story]) -> None:
        self.knowledge, self.baseline, self.stories = knowledge, baseline, stories
        self._standings: dict[int, Standing] = {}
        self._lines: dict[str, tuple[list[Rule], list[int]]] = {}
        self._sums: dict[str, dict[int, LineSum]] = {}
        """Condition -> sets of its lines, as bits -> what they come to."""

        def where(asks: Callable[[Expect], object]) -> Cases:
            return sum(1 << i for i, story in enumerate(stories) if asks(story.expect))

        self.about_ranking = where(lambda e: e.first or e.listed or e.not_listed or _about_treatment(e))
        self.about_urgency = where(lambda e: e.urgency or e.at_least or e.at_most or e.reasons or e.not_reasons)
        self.about_fitting: dict[str, Cases] = {}
        for i, story in enumerate(stories):
            for name in (*story.expect.likely, *story.expect.not_likely):
                self.about_fitting[name] = self.about_fitting.get(name, 0) | 1 << i

    def witnesses(self, changed: Knowledge, mutant: Mutant, infected: Cases) -> Iterator[int]:
        """Those of the infected stories in which what is expected may come out otherwise. It names too many at most."""
        name = mutant.card
        books = self.knowledge.conditions[name].if_likely is not None
        asked = self.about_ranking | self.about_fitting.get(name, 0) | (self.about_urgency if books else 0)
        rules, lines = self._lines_of(name)
        places = {rule.key: i for i, rule in enumerate(rules)}
        kept = ~sum(1 << places[key] for key in mutant.rules)
        new = [(1 << places[key], rule, self.baseline.firing(rule)) for key, rule in mutant.rules.items() if rule]
        after: dict[int, LineSum] = {}
        for i in members(infected & asked):
            now = lines[i] & kept
            for bit, _, cases in new:
                now |= bit if cases >> i & 1 else 0
            if now not in after:
                swapped = {places[key]: rule for key, rule in mutant.rules.items()}
                some = [rule for j in members(now) if (rule := swapped.get(j, rules[j])) is not None]
                after[now] = line_sum(changed, name, some)
            old = self._true(name, i)
            if old != after[now] and self._sees(i, name, old, after[now]):
                yield i

    def booking(self, name: str) -> Iterator[int]:
        """Stories in which what this condition asks for decides over the urgency."""
        fitting = self.baseline.values.get(f"condition.{name}", {}).get("fits_well", 0)
        for i in members(self.about_urgency):
            if (fitting >> i & 1 or self._true(name, i).would_fit) and not self._standing(i).urgent:
                yield i

    def _true(self, name: str, i: int) -> LineSum:
        """What the lines that fired in a story come to by the true rules."""
        rules, lines = self._lines_of(name)
        known = self._sums.setdefault(name, {})
        if lines[i] not in known:
            known[lines[i]] = line_sum(self.knowledge, name, [rules[j] for j in members(lines[i])])
        return known[lines[i]]

    def _sees(self, i: int, name: str, old: LineSum, new: LineSum) -> bool:
        standing, expect = self._standing(i), self.stories[i].expect
        before = standing.bands, standing.shown
        after = standing.after(name, new)
        fitted, fits = (bands[name] == "fits_well" for bands, _ in (before, after))
        if fitted != fits and name in (*expect.likely, *expect.not_likely):
            return True
        if (fitted or old.would_fit) != (fits or new.would_fit) and not standing.urgent:
            return True
        if before == after:
            return False
        if expect.first and before[1][:1] != after[1][:1]:
            return True
        if any((shown in before[1]) != (shown in after[1])
               for other in (*expect.listed, *expect.not_listed) if (shown := self._shown_with(other))):
            return True
        return _about_treatment(expect) and self._treated(before) != self._treated(after)

    def _shown_with(self, name: str) -> str:
        """The condition with which this one is listed: itself, or the one that it explains."""
        return self.knowledge.conditions[name].explains or name if name in self.knowledge.conditions else ""

    def _treated(self, stand: Stand) -> tuple[object, ...]:
        """What decides over self-checks and care: the first three, and all that forbids something."""
        bands, shown = stand
        return [(name, bands[name]) for name in shown[:3]], {n: bands[n] for n in self._forbidding if n in bands}

    @cached_property
    def _forbidding(self) -> tuple[str, ...]:
        """Conditions that a block reads."""
        rules = self.knowledge.rules_of("interlock", "must_not")
        return tuple(dict.fromkeys(part.fact.removeprefix("condition.") for rule in rules for part in rule.parts
                                   if part.fact.startswith("condition.")))

    def _standing(self, i: int) -> Standing:
        if i not in self._standings:
            self._standings[i] = Standing(self.knowledge, self.baseline.cases[i].conclusion)
        return self._standings[i]

    def _lines_of(self, name: str) -> tuple[list[Rule], list[int]]:
        """The lines of a condition, and for each story those that fired, as bits."""
        if name not in self._lines:
            rules = list(self.knowledge.rules_of(*weighing.EVIDENCE, card=name))
            bits = [0] * len(self.stories)
            for j, rule in enumerate(rules):
                for i in members(self.baseline.firing(rule)):
                    bits[i] |= 1 << j
            self._lines[name] = rules, bits
        return self._lines[name]


def _about_treatment(expect: Expect) -> bool:
    """Does a story expect something of self-checks, care or what blocks them, which may be a rule that reads a band?"""
    rules = any("/" in name for name in (*expect.reasons, *expect.not_reasons))
    return bool(expect.forbidden or expect.care or expect.self_check or expect.blocks or expect.not_blocks or rules)


class Standing:
    """How the conditions stand in one story."""

    def __init__(self, knowledge: Knowledge, conclusion: Conclusion) -> None:
        self.knowledge, self.bands, self.weights = knowledge, conclusion.bands, dict(conclusion.weights)
        rules = [knowledge.by_key[key] for key in conclusion.rules]
        self.flags = [rule for rule in rules if rule.kind == "red_flag"]
        self.suspects = weighing.suspected(knowledge, self.flags, self.weights)
        self.shown = weighing.ranking(self.weights, self.bands, self.suspects)
        self.urgent = any(RANK[rule.level] > RANK["book"] for rule in self.flags)
        """Is something nearer than an appointment, whatever the conditions ask for?"""
        some = sorted((name for name, weight in self.weights.items() if weight.groups_for),
                      key=lambda name: -self.weights[name].total)
        self._highest = some[:2]
        self._named = {name for rule in self.flags for name in knowledge.red_flags[rule.card].suspects}
        self._lines = weighing.by_condition(rules)

    def after(self, name: str, new: LineSum) -> Stand:
        """How all stand if this condition comes to this."""
        weight, before, suspects = new.weight, self.weights[name], self.suspects
        if bool(weight.groups_for) != bool(before.groups_for) and name in self._named:
            suspects = weighing.suspected(self.knowledge, self.flags, {**self.weights, name: weight})
        best = next((other for other in self._highest if other != name), "")
        ceiling = self.weights[best].total if best else 0.0
        if suspects == self.suspects and max(weight.total, before.total) <= ceiling:
            few = {best: self.weights[best], name: weight} if best else {name: weight}
            band = weighing.bands(self.knowledge, few, {best: True, name: new.allowed}, suspects)[name]
            if band == self.bands[name] == "unlikely":
                return self.bands, self.shown
            bands = {**self.bands, name: band}
        else:
            bands = weighing.bands(self.knowledge, {**self.weights, name: weight},
                                   {**self._allowed, name: new.allowed}, suspects)
        return bands, weighing.ranking({**self.weights, name: weight}, bands, suspects)

    @cached_property
    def _allowed(self) -> dict[str, bool]:
        return {name: weighing.may_fit(self.knowledge.conditions[name], self._lines.get(name, ()))
                for name in self.weights}
