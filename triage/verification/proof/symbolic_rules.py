"""What the rules conclude of a person of symbols: each rule as the condition under which it fires.

Up to red flags and lines of evidence this runs the generated function of `compiled.function` itself. Weights are added
up as `weighing` does, in whole numbers of `compiled.sums`, for the conditions that a proof asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

import z3

from triage.inference.assessment import severity
from triage.inference.compiled.batch import Function
from triage.inference.compiled.case_sums import units
from triage.model import NOT_SURE, RANK, Criterion, Knowledge, Rule, RuleKind
from triage.verification.proof.symbolic_answers import EVERYWHERE, NOWHERE, Person, Symbol, any_of

Lines = list[tuple[int, Symbol]]
"""Points or weights in millionths, each with the condition under which it counts."""


class Score:
    """A sum of points, which stands only where one of its items does."""

    def __init__(self, items: Iterable[tuple[int, Symbol | int]]) -> None:
        self.items: Lines = [(points, _symbol(holds)) for points, holds in items]

    def compared(self, op: str, bound: int) -> Symbol:
        """Where it stands and compares so with a bound, in millionths."""
        return any_of(holds for _, holds in self.items) & compared(self.items, op, bound)


class AnyScore:
    """A score that may be anything: where it reaches each bound that a rule asks for, and nothing of its items."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reached: dict[int, Symbol] = {}
        """Bound in millionths -> where the score stands and is this or more."""
        self.stands = Symbol(z3.FreshBool(name))

    def at_least(self, bound: int) -> Symbol:
        """Where it stands and is this or more."""
        if bound not in self.reached:
            self.reached[bound] = Symbol(z3.FreshBool(f"{self.name} {bound}"))
        return self.reached[bound]

    def compared(self, op: str, bound: int) -> Symbol:
        """Where it stands and compares so with a bound."""
        more = self.at_least(bound + (op in (">", "<=")))
        if op in (">=", ">"):
            return more
        return self.stands & ~more & (self.at_least(bound) if op == "==" else EVERYWHERE)

    def orderly(self, higher: AnyScore | None = None) -> list[Any]:
        """What holds of any score: what reaches a bound reaches all below; and of a higher one: it reaches as much."""
        bounds = sorted(self.reached)
        out = [z3.Implies(self.reached[b].it, self.reached[a].it) for a, b in pairwise(bounds)]
        out += [z3.Implies(reached.it, self.stands.it) for reached in self.reached.values()]
        if higher is not None:
            out += [z3.Implies(self.reached[b].it, higher.at_least(b).it) for b in bounds]
            out.append(z3.Implies(self.stands.it, higher.stands.it))
        return out


def compared(lines: Lines, op: str, bound: int) -> Symbol:
    """Where the sum of what counts compares so with a bound: a pseudo-Boolean constraint."""
    low, high = {">=": (bound, None), ">": (bound + 1, None), "<=": (None, bound), "<": (None, bound - 1),
                 "==": (bound, bound)}[op]
    unit = math.gcd(*(points for points, _ in lines)) or 1
    pairs = [(holds.it, points // unit) for points, holds in lines if points]
    out = EVERYWHERE
    if low is not None:
        least = -(-low // unit)
        out &= Symbol(z3.PbGe(pairs, least)) if pairs else _constant(least <= 0)
    if high is not None:
        out &= Symbol(z3.PbLe(pairs, high // unit)) if pairs else _constant(high >= 0)
    return out


class Rules:
    """The rules of a person. Built once for each person of a proof; the function is shared."""

    def __init__(self, function: Function, person: Person, score: Callable[[Any], Any] = Score) -> None:
        """`score`: what is made of the items of each score in turn; by default their sum."""
        self.knowledge: Knowledge = function.knowledge
        self.person, self.function = person, function
        given: Any = person.given()
        everywhere: Any = EVERYWHERE
        self.columns: Any = function.columns.completed(given, everywhere)
        space: dict[str, Any] = {"total": score, "compared": lambda each, op, bound: each.compared(op, bound)}
        exec(compile(function.text, "<rules>", "exec"), space)  # the same text that concludes
        self._close = space["close"]
        early, self.derived, self.scores = space["conclude"](self.columns)
        self._fits: dict[tuple[str, bool], Symbol] = {}
        self.early: dict[str, Symbol] = {key: _symbol(each) for key, each in zip(function.early, early, strict=True)}
        """Key of a rule -> where it fires, for the rules up to red flags and lines of evidence."""

    def holds(self, part: Criterion) -> Symbol:
        """Where a part that reads a finding or a derived finding holds."""
        room, name = part.namespace, part.name
        if room == "derived":
            return _symbol(self.derived[name][0])
        number = self.function.columns.number
        if part.op:
            return any_of(self.person.free[part.fact, value]
                          for value in self.person.words(self.knowledge.findings[part.fact])
                          if isinstance(value, float) and part.holds(value))
        if part.none_of:
            said = any_of(self.columns[number[part.fact, word]] for word in (*part.none_of, NOT_SURE))
            return self.known(part.fact) & ~said
        return any_of(self.columns[number[part.fact, word]] for word in part.any_of)

    def known(self, name: str) -> Symbol:
        """Where a finding was answered, or its answer follows from others."""
        if self.knowledge.findings[name].kind in ("number", "duration"):
            return self.person.given_at_all(name)
        words = self.person.words(self.knowledge.findings[name])
        return any_of(self.columns[self.function.columns.number[name, word]] for word in words)

    # --- red flags and urgency

    def flag(self, name: str, rank: int = 0) -> Symbol:
        """Where a red flag fires at this rank of urgency (`model.RANK`) or nearer."""
        return any_of(self.early[rule.key] for rule in self.knowledge.rules_of("red_flag", card=name)
                      if RANK[rule.level] >= rank)

    def at_least(self, wanted: tuple[int, int, int]) -> Symbol:
        """Where the urgency is this (see `assessment.severity`) or nearer, by red flags and by what fits well."""
        flags = any_of(self.early[rule.key] for rule in self.knowledge.rules_of("red_flag") if severity(rule) >= wanted)
        return flags | any_of(
            self.fits_well(name, calm=True) for name, card in self.knowledge.conditions.items()
            if card.if_likely and card.if_likely.urgency == "book"
            and (RANK["book"], -card.if_likely.within_days, 0) >= wanted
        )

    # --- what reads red flags and bands

    def late(self, bands: dict[str, dict[str, Symbol]]) -> dict[str, Symbol]:
        """Key of a rule -> where it fires, for interlocks, who must not, and offers."""
        flags = {name: self.flag(name) for name in self.knowledge.red_flags}
        late = self._close(self.columns, self.derived, self.scores, flags, bands)
        return {key: _symbol(each) for key, each in zip(self.function.late, late, strict=True)}

    @cached_property
    def any_bands(self) -> dict[str, dict[str, Symbol]]:
        """Bands that may be anything: what holds with them holds whatever is ranked how."""
        return {
            name: {"fits_well": Symbol(z3.Bool(f"{name} fits well")), "possible": Symbol(z3.Bool(f"{name} possible"))}
            for name, card in self.knowledge.conditions.items() if card.frequency
        }

    # --- weights

    def groups_for(self, name: str, count: int) -> Symbol:
        """Where at least so many groups of evidence speak for a condition."""
        groups = [(1, any_of(self.early[rule.key] for rule in rules)) for rules in self._groups(name, "for").values()]
        return compared(groups, ">=", count)

    def evidence_at_least(self, name: str, bound: int, calm: bool = False) -> Symbol:
        """Where the capped evidence for and against a condition reaches a bound, in millionths.

        `calm`: what dangers say against it is left aside, as in `weighing.would_fit`.
        """
        weights = self.knowledge.settings.weights
        if bound > units(weights.cap) or bound <= -units(weights.cap):
            return _constant(bound <= 0)
        speaks_for = self._side(name, "for")
        if self.knowledge.conditions[name].kind == "danger":
            return compared(speaks_for, ">=", bound)
        best_counts = self.knowledge.settings.weights.best_counts
        best = any_of(self.early[rule.key] for rule in self._groups(name, "for").get(best_counts, []))
        doubts = [(-weight, holds & ~best if group == best_counts else holds)
                  for group, rules in self._groups(name, "against", calm).items()
                  for weight, holds in self._group(rules)]
        capped = compared(speaks_for, ">=", bound - units(weights.against_cap))
        return capped | compared([*speaks_for, *doubts], ">=", bound)

    def fits_well(self, name: str, calm: bool = False) -> Symbol:
        """Where a condition fits well, as `weighing.bands` has it; `calm`: or would, as in `weighing.would_fit`."""
        if (name, calm) not in self._fits:
            self._fits[name, calm] = self._fits_well(name, calm)
        return self._fits[name, calm]

    def _fits_well(self, name: str, calm: bool) -> Symbol:
        weights, card = self.knowledge.settings.weights, self.knowledge.conditions[name]
        assert card.frequency is not None
        needed = max(weights.danger_groups if card.kind == "danger" else 1, weights.fits_well_groups)
        steps: dict[str, Symbol] = {card.frequency.level: EVERYWHERE}
        for rule in self.knowledge.rules_of("frequency", card=name):
            steps[rule.step] = steps.get(rule.step, NOWHERE) | self.early[rule.key]
        heavy = any_of(
            holds & self.evidence_at_least(name, units(weights.fits_well) - units(weights.frequency[step]), calm)
            for step, holds in steps.items()
        )
        wanted = self.knowledge.rules_of("fits_well_if", card=name)
        never = any_of(self.early[rule.key] for rule in self.knowledge.rules_of("fits_well_never", card=name)
                       if not (calm and self._danger(rule)))
        allowed = ~never & (any_of(self.early[rule.key] for rule in wanted) if wanted else EVERYWHERE)
        return heavy & self.groups_for(name, needed) & allowed

    def surely_possible(self, name: str) -> Symbol:
        """Where a condition is shown for its own evidence or for a red flag, however the others stand."""
        weights, card = self.knowledge.settings.weights, self.knowledge.conditions[name]
        needed = weights.danger_groups if card.kind == "danger" else 1
        own = self.evidence_at_least(name, units(weights.possible_evidence)) & self.groups_for(name, needed)
        named = [flag for flag in self.knowledge.red_flags.values() if name in flag.suspects[:1]]
        return own | any_of(self.flag(flag.id, RANK["today"]) for flag in named)

    def _danger(self, rule: Rule) -> bool:
        dangers = self.knowledge.danger_answers
        return any(option in dangers.get(name, ()) for name, option in self.knowledge.reads(rule))

    def _groups(self, name: str, kind: RuleKind, calm: bool = False) -> dict[str, list[Rule]]:
        out: dict[str, list[Rule]] = {}
        for rule in self.knowledge.rules_of(kind, card=name):
            if not (calm and self._danger(rule)):
                out.setdefault(rule.group or rule.key, []).append(rule)
        return out

    def _side(self, name: str, kind: RuleKind) -> Lines:
        return [line for rules in self._groups(name, kind).values() for line in self._group(rules)]

    def _group(self, rules: list[Rule]) -> Lines:
        """The strongest line counts whole, so many others by their share."""
        weights = self.knowledge.settings.weights
        lines = sorted(((units(abs(rule.weight)), self.early[rule.key]) for rule in rules), key=lambda line: -line[0])
        out: Lines = []
        for i, (weight, fires) in enumerate(lines):
            before = [(1, line) for _, line in lines[:i]]
            some = any_of(line for _, line in before)
            out.append((weight, fires & ~some))
            if before and (share := round(weights.group_share * weight)):
                out.append((share, fires & some & compared(before, "<=", weights.group_others)))
        return out


def _symbol(each: Symbol | int) -> Symbol:
    return each if isinstance(each, Symbol) else _constant(each != 0)


def _constant(holds: bool) -> Symbol:
    return EVERYWHERE if holds else NOWHERE
