"""What all proofs stand on: one person of symbols, the rules of that person, a solver, and the check of what it finds.

A counterexample is never believed: it is concluded again by the compiled evaluator, then made as small as it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import msgspec
import z3

from triage.inference.answers import complete
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.model import Answers, Assessment, Criterion, Knowledge, Rule
from triage.verification.proof.symbolic_answers import Person, Symbol
from triage.verification.proof.symbolic_rules import Rules
from triage.verification.shrink import ddmin


class Counterexample(msgspec.Struct, frozen=True):
    """Answers of which a theorem does not hold, as few as possible, and what comes of them."""

    says: str
    answers: Answers
    then: Answers = {}
    """Where two persons are compared: the answers of the second."""


class Violation(msgspec.Struct, frozen=True):
    """What is wrong with what comes of some answers, in a sentence."""

    says: str


Claim = Counterexample | None
"""One thing that was to be shown: nothing when it holds."""
Theorem = Callable[["Prover"], Iterator[Claim]]
Check = Callable[[Answers], Violation | None]
"""Answers -> what is wrong with what comes of them by the evaluator; nothing where a theorem holds of them."""


class Prover:
    """The rules as one formula. Built once for all theorems."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.compiled = Compiled(knowledge)
        self.person = Person(self.compiled.function.columns)
        self.rules = Rules(self.compiled.function, self.person)
        self.solver = solver(self.person)

    def possible(self, *wanted: Symbol) -> bool:
        """Can all of this hold of somebody?"""
        return bool(self.solver.check(*(each.it for each in wanted)) == z3.sat)

    def find(self, *wanted: Symbol) -> Answers | None:
        """Somebody of whom all of this holds; None when there can be nobody."""
        return self.person.answers(self.solver.model()) if self.possible(*wanted) else None

    def assessment(self, answers: Answers) -> Assessment:
        """What comes of answers, by the evaluator that the program uses."""
        return assess(self.knowledge, self.compiled.conclude(answers))

    def fires(self, answers: Answers, rule: Rule) -> bool:
        """Does a rule fire?"""
        return rule.key in self.compiled.conclude(answers).rules

    def meets(self, answers: Answers, parts: Iterable[Criterion]) -> bool:
        """Do these parts hold of the answers and what they imply?"""
        facts = complete(self.knowledge, answers)
        return all(part.holds(facts.get(part.fact)) for part in parts)

    def is_blocked(self, answers: Answers, locks: Iterable[str]) -> bool:
        """Does one of these interlocks hold, or a card's own list of who must not?"""
        fired = [self.knowledge.by_key[key] for key in self.compiled.conclude(answers).rules]
        return any(rule.kind in ("interlock", "must_not") and rule.card in locks for rule in fired)

    def urgency(self, answers: Answers) -> str:
        """What is told, in a word."""
        return self.assessment(answers).urgency.id

    def place(self, rule: Rule) -> str:
        """Where a rule stands."""
        places = self.knowledge.places_of_rules
        return str(places.get(rule.key) or self.knowledge.places.get(rule.card) or rule.card)

    def claim(self, answers: Answers | None, check: Check) -> Claim:
        """That there is nobody of whom the check is not true. `answers`: somebody who may be, if there is one.

        What was found may hang on bands that no answers bring about. Then it is said that nothing was shown.
        """
        if answers is None:
            return None
        if check(answers) is None:
            return Counterexample("not shown for every ranking there may be, and no counterexample was found", answers)
        return self.counterexample(answers, check)

    def counterexample(self, answers: Answers, check: Check, keep: Iterable[str] = ()) -> Counterexample:
        """The counterexample that these answers are, made small. `keep`: findings whose answers stay.

        Raises AssertionError when they are none.
        """
        if check(answers) is None:
            raise AssertionError(f"the formula and the evaluator do not agree on {answers}")
        kept = {name: answer for name, answer in answers.items() if name in keep}
        rest = {name: answer for name, answer in answers.items() if name not in keep}

        def still(fewer: Answers) -> Counterexample | None:
            violation = check({**fewer, **kept})
            return Counterexample(violation.says, {**fewer, **kept}) if violation else None

        smallest = ddmin(rest, still)
        assert smallest is not None
        return smallest

    @cached_property
    def witnesses(self) -> dict[str, Answers]:
        """Key of a rule -> somebody for whom it fires, as the evaluator says; a rule without one is left out."""
        bands = {
            name: {"fits_well": (fits := self.rules.fits_well(name)),
                   "possible": self.rules.surely_possible(name) & ~fits}
            for name, card in self.knowledge.conditions.items() if card.frequency
        }
        conditions = {**self.rules.early, **self.rules.late(bands)}
        out: dict[str, Answers] = {}
        for rule in self.knowledge.rules:
            if rule.key not in out and (answers := self.find(conditions[rule.key])) is not None:
                out |= {key: answers for key in self.compiled.conclude(answers).rules if key not in out}
        return out

    def with_scores(self, scores: Iterable[Any]) -> Rules:
        """The rules of the same person with these in place of the scores, in their order."""
        each = iter(scores)
        return Rules(self.compiled.function, self.person, lambda items: next(each))

    # --- two persons

    @cached_property
    def _second(self) -> Rules:
        return Rules(self.compiled.function, Person(self.person.columns, "then "))

    def two_persons(self) -> tuple[Rules, Rules, Any]:
        """The rules of one person, those of another, and a solver that knows both; `differ_in` asks it."""
        search = solver(self.person, self._second.person)
        for finding in self.knowledge.findings.values():
            search.add(z3.Implies(_same(finding.id), z3.And([
                self.person.free[finding.id, word].it == self._second.person.free[finding.id, word].it
                for word in self.person.words(finding)])))
        return self.rules, self._second, search

    def abbreviation(self, search: Any, wanted: Symbol) -> Symbol:
        """A short name for a long formula that many questions to a solver share."""
        name = z3.FreshBool()
        search.add(z3.Implies(name, wanted.it))
        return Symbol(name)

    def differ_in(self, search: Any, names: Iterable[str], *wanted: Symbol) -> Any:
        """A model of two persons of whom this holds and who answer alike but for these findings; None without one."""
        alike = [_same(name) for name in self.knowledge.findings if name not in names]
        return search.model() if search.check(*alike, *(each.it for each in wanted)) == z3.sat else None


def _same(name: str) -> Any:
    return z3.Bool(f"same {name}")


def solver(*persons: Person) -> Any:
    """A solver for statements without numbers, which knows that each person gives one answer to a question."""
    out = z3.SolverFor("QF_FD")
    for person in persons:
        out.add(*person.rules)
    return out
