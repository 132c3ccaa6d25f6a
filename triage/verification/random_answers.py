"""Answers by chance: any values, what meets a rule, and people of whom parts of some cards are true.

The same seed gives the same answers, everywhere and always. It concludes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from triage.inference.answers import AGAIN
from triage.model import NONE, NOT_SURE, Answer, Answers, Finding, Knowledge, Rule
from triage.verification.answer_search import solutions

ABOUT = ("red_flag", "for", "against", "interlock", "must_not")
"""Kinds of rules of which something is true of a person."""
WAYS = 6
"""So many ways to meet one rule are looked for."""


def values(knowledge: Knowledge, finding: Finding) -> list[Answer]:
    """Every answer that a finding can have, all its options at once among them; numbers at each bound and beside it."""
    bounds = {p.bound for rule in knowledge.rules for p in rule.parts if p.fact == finding.id}
    around = {v for bound in bounds for v in (bound - 1, bound - 0.001, bound, bound + 0.001, bound + 1)}
    more: list[Answer] = [NONE] if finding.none_is else [tuple(finding.options)] if finding.kind == "many" else []
    return [*finding.possible_answers(sorted(around)), *more, NOT_SURE]


def meeting(knowledge: Knowledge, rule: Rule) -> list[Answers]:
    """Answers that meet a rule: one for each way in which what it reads can come about, up to six."""
    parts = [part for part in rule.parts if part.namespace != "condition"]  # a band cannot be answered
    return list(solutions(knowledge, parts, choices=1, most=WAYS))


class Random:
    """Random answers, always the same ones for the same seed. `stories`: answers of people, to be mixed."""

    def __init__(self, knowledge: Knowledge, stories: Sequence[Answers], seed: int | str) -> None:
        self.knowledge, self.stories = knowledge, stories
        self.rng = random.Random(seed)
        self.values = {name: values(knowledge, finding) for name, finding in knowledge.findings.items()}
        self.again = [name for name, finding in knowledge.findings.items() if finding.again]
        self.names = list(self.values)
        self.background = [name for name, finding in knowledge.findings.items() if finding.background]
        self.cards: dict[str, list[Rule]] = {}
        for rule in knowledge.rules:
            if rule.kind in ABOUT and not rule.lowered:
                self.cards.setdefault(rule.card, []).append(rule)
        self._meeting: dict[str, list[Answers]] = {}

    def answer(self, name: str) -> Answer:
        """Any answer to one finding."""
        finding = self.knowledge.findings[name]
        if finding.kind == "many" and self.rng.random() < 0.5:
            some = set(self.rng.sample(list(finding.options), min(len(finding.options), self.rng.randint(2, 4))))
            return tuple(option for option in finding.options if option in some)
        return self.rng.choice(self.values[name])

    def everything(self) -> Answers:
        """Every finding answered."""
        return {name: self.answer(name) for name in self.names}

    def some(self) -> Answers:
        """Any findings, in any order; now and then a second question too."""
        most = len(self.names)
        chosen = self.rng.sample(self.names, min(most, self.rng.choice([3, 10, 25, 40, 80, 160])))
        out = {name: self.answer(name) for name in chosen}
        if self.again and self.rng.random() < 0.2:
            name = self.rng.choice(self.again)
            out |= {name: NOT_SURE, name + AGAIN: self.answer(name)}
        return out

    def mixture(self) -> Answers:
        """Several stories in one, some answers changed: what hangs together in the rules comes together."""
        out: Answers = {}
        for story in self.rng.sample(self.stories, min(len(self.stories), self.rng.randint(1, 4))):
            for name, value in story.items():
                out.setdefault(name, value)
        for name in self.rng.sample(list(out), min(len(out), self.rng.randint(0, 3))):
            if name in self.values:
                out[name] = self.answer(name)
        return out

    def person(self) -> Answers:
        """Somebody of whom some lines of one card, or of several, are true in whole or in part; and a little more."""
        out: Answers = {}
        for card in self.rng.sample(list(self.cards), min(len(self.cards), self.rng.choice([1, 1, 2, 3]))):
            lines = self.cards[card]
            for rule in self.rng.sample(lines, self.rng.randint(1, min(len(lines), 5))):
                for name, value in self._true(rule).items():
                    out.setdefault(name, value)
        for name in [name for name in self.background if self.rng.random() < 0.5]:
            out.setdefault(name, self._likely(name))
        for name in self.rng.sample(self.names, min(len(self.names), self.rng.randint(0, 4))):
            out.setdefault(name, self._likely(name))
        return out

    def one_at_a_time(self) -> Iterator[Answers]:
        """A story, changed by one answer after the other."""
        state = dict(self.rng.choice(self.stories))
        for name in self.rng.sample(self.names, min(len(self.names), 20)):
            state = {**state, name: self.answer(name)}
            yield state

    def endless(self) -> Iterator[Answers]:
        """All kinds in turns, but for people."""
        while True:
            yield from self.one_at_a_time()
            for _ in range(10):
                yield self.some()
                yield self.mixture()
            yield self.everything()

    def _true(self, rule: Rule) -> Answers:
        """Answers that meet a rule; of three times once all but one of them, which is then left out or any other."""
        if rule.key not in self._meeting:
            self._meeting[rule.key] = meeting(self.knowledge, rule)
        ways = self._meeting[rule.key]
        met = dict(self.rng.choice(ways)) if ways else {}
        if met and self.rng.random() < 1 / 3:
            name = self.rng.choice(list(met))
            del met[name]
            if self.rng.random() < 0.5:
                met[name] = self._likely(name)
        return met

    def _likely(self, name: str) -> Answer:
        """An answer as people give them: no long fractions, seldom "not sure"."""
        answer = self.answer(name)
        if answer == NOT_SURE and self.rng.random() < 0.8:
            answer = self.answer(name)
        return round(answer, 2) if isinstance(answer, float) else answer
