"""Mutants that change nothing for any answers, where that is simple to see. In doubt a mutant is not one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product

import msgspec

from triage.inference.assessment import severity
from triage.model import RANK, Blockable, Knowledge, Rule
from triage.verification.answer_search import sums, total
from triage.verification.implication import Logic
from triage.verification.mutation.operators import Mutant

OR = ("derived", "red_flag", "interlock", "must_not", "fits_well_if", "fits_well_never")
"""Kinds of rules of which one that fires is as good as several of the same card."""


class Equivalence:
    """Decides by the other lines of the rules."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._logic = Logic(knowledge, follow_ups=False)
        self._sets: dict[str, list[tuple[Rule, ...]]] = {}

    def holds(self, mutant: Mutant) -> bool:
        """Does this mutant change nothing?"""
        if mutant.rules:
            return self._counts_the_same(mutant) or all(self._same(mutant, key, new)
                                                        for key, new in mutant.rules.items())
        return all(self._blocked_the_same(getattr(self.knowledge, folder)[name], card)
                   for folder, cards in mutant.cards.items() if folder != "conditions"
                   for name, card in cards.items()) and "conditions" not in mutant.cards

    # --- lines

    def _same(self, mutant: Mutant, key: str, new: Rule | None) -> bool:
        """Is what this line concludes concluded all the same, by itself or by another line?"""
        old = self.knowledge.by_key[key]
        if new is not None and old.kind == "red_flag" and new.parts == old.parts:
            return severity(new) <= severity(old) and self._urgent_all_the_same(mutant, old)
        same = new is not None and _conclusion(new) == _conclusion(old)
        lost = not same or not self.implies(old, new)  # type: ignore[arg-type]
        won = new is not None and not (same and self.implies(new, old))
        if (lost or won) and old.kind not in OR:
            return False
        lines = self.knowledge.rules_of(old.kind, card=old.card)
        spoilt = [line for rule in lines if (line := mutant.rules.get(rule.key, rule)) is not None]
        return not (lost and not self._covered(old, spoilt)) and not (
            won and new is not None and not self._covered(new, lines))

    def _covered(self, rule: Rule, lines: Sequence[Rule]) -> bool:
        """Does one of these lines of its card always conclude the same when it fires?"""
        return any(_as_good(line, rule) and self.implies(rule, line) for line in lines)

    def _urgent_all_the_same(self, mutant: Mutant, rule: Rule) -> bool:
        """Does another red flag always make it as urgent, send to the same place, and stand for the same conditions?"""
        return all(any(other.key not in mutant.rules and self._stands_in(other, rule) and self.implies(case, other)
                       for other in self.knowledge.rules_of("red_flag")) for case in self._cases(rule))

    def _stands_in(self, other: Rule, rule: Rule) -> bool:
        flags, order = self.knowledge.red_flags, self.knowledge.order
        suspects = flags[rule.card].suspects if RANK[rule.level] >= RANK["today"] else []
        if suspects and flags[other.card].suspects != suspects:
            return False
        # Of several that are as urgent the first says where to go.
        return _as_good(other, rule) or (severity(other) == severity(rule) and order[other.key] < order[rule.key])

    def _cases(self, rule: Rule) -> list[Rule]:
        """The ways in which a rule is met that reads a score: which items were counted. Otherwise it alone."""
        for i, part in enumerate(rule.parts):
            score = part.fact.removeprefix("score.")
            if score == part.fact:
                continue
            out = []
            for some in self._sums(score):
                if part.holds(total(some)):
                    for lines in product(*(self._lines(item) for item in some)):
                        parts = (*rule.parts[:i], *chain.from_iterable(line.parts for line in lines),
                                 *rule.parts[i + 1:])
                        unsure = (*rule.unsure[:i], *([False] * (len(parts) - len(rule.parts) + 1)),
                                  *rule.unsure[i + 1:])
                        out.append(msgspec.structs.replace(rule, parts=parts, unsure=unsure))
            return out
        return [rule]

    def _lines(self, item: Rule) -> list[Rule]:
        """All lines by which an item of a score is counted."""
        return [rule for rule in self.knowledge.rules_of("score_item", card=item.card) if rule.item == item.item]

    def implies(self, one: Rule, other: Rule) -> bool:
        """Does the second rule fire whenever the first does?"""
        return self._logic.implies(self._logic.of_rule(one), self._logic.of_rule(other))

    # --- scores

    def _counts_the_same(self, mutant: Mutant) -> bool:
        """With other points, is each bound on the score met by the same sets of items?"""
        if any(self.knowledge.by_key[key].kind != "score_item" or new is None for key, new in mutant.rules.items()):
            return False
        by_item = {new.item: new for new in mutant.rules.values() if new is not None}
        if any(new.parts != self.knowledge.by_key[new.key].parts for new in by_item.values()):
            return False
        bounds = {part for rule in self.knowledge.rules for part in rule.parts if part.fact == f"score.{mutant.card}"}
        return all(part.holds(total(some)) == part.holds(total([by_item.get(item.item, item) for item in some]))
                   for some in self._sums(mutant.card) for part in bounds)

    def _sums(self, score: str) -> list[tuple[Rule, ...]]:
        if score not in self._sets:
            self._sets[score] = list(sums(self.knowledge, score))
        return self._sets[score]

    # --- blocks

    def _blocked_the_same(self, old: Blockable, new: Blockable) -> bool:
        """Is the card held back all the same, by another lock, or since more has to be answered anyway?"""
        asked = {*self.knowledge.emergency}
        if not old.safe_for_all and not {*old.ask_before} <= {*new.ask_before, *asked}:
            return False
        left = [rule for lock in (*new.blocked_by, new.id)
                for rule in self.knowledge.rules_of("interlock", "must_not", card=lock)]
        return all(any(self.implies(rule, other) for other in left)
                   for lock in old.blocked_by if lock not in new.blocked_by
                   for rule in self.knowledge.rules_of("interlock", card=lock))


def _as_good(other: Rule, rule: Rule) -> bool:
    """Does it conclude the same as the rule, or, of a red flag, something more urgent?"""
    if rule.kind == "red_flag" and severity(other) > severity(rule):
        return True
    return _conclusion(other) == _conclusion(rule)


def _conclusion(rule: Rule) -> tuple[object, ...]:
    return (rule.kind, rule.level, rule.within_days, rule.place, rule.say, rule.points, rule.item, rule.step,
            rule.weight, rule.lowered and rule.kind == "derived")
