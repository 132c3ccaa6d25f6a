"""Cases as the true rules conclude them, and anew with a mutant: only what it reaches is concluded again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from triage.inference import weighing
from triage.inference.compiled import Compiled
from triage.inference.compiled.answer_columns import Cases
from triage.inference.compiled.case_sums import units, value
from triage.inference.compiled.codegen import LATE
from triage.inference.conclusion import conclusion
from triage.inference.weighing import EVIDENCE
from triage.model import NOT_SURE, Answer, Answers, Band, Conclusion, Criterion, Knowledge, Rule
from triage.verification.mutation.operators import Mutant


class Case(msgspec.Struct, frozen=True):
    """Answers, what follows from them, and all facts that hold, by the names that rules read."""

    answers: Answers
    conclusion: Conclusion
    facts: dict[str, Answer]


class Baseline:
    """Cases as the true rules conclude them, all together. A set of cases is a number, a bit a case."""

    def __init__(self, knowledge: Knowledge, cases: Sequence[Answers]) -> None:
        self.knowledge, self.compiled = knowledge, Compiled(knowledge)
        self.cases = [_case(conclusion) for conclusion in self.compiled.conclude_many(cases)]
        self.values: dict[str, dict[Answer, Cases]] = {}
        """Fact -> its values -> the cases that have them."""
        for i, case in enumerate(self.cases):
            for fact, answer in case.facts.items():
                known = self.values.setdefault(fact, {})
                known[answer] = known.get(answer, 0) | 1 << i
        self._met: dict[tuple[Criterion, bool], Cases] = {}
        self.readers: dict[str, list[Rule]] = {}
        for rule in knowledge.rules:
            for part in rule.parts:
                self.readers.setdefault(part.fact, []).append(rule)

    def case(self, answers: Answers) -> Case:
        """One more case, concluded by itself."""
        return _case(self.compiled.conclude(answers))

    def firing(self, rule: Rule) -> Cases:
        """Where a rule fires, of these rules or of a mutant, as long as nothing that it reads is changed."""
        out = (1 << len(self.cases)) - 1
        for pair in zip(rule.parts, rule.unsure, strict=True):
            out &= self._where(*pair)
        return out

    def _where(self, part: Criterion, unsure: bool) -> Cases:
        if (part, unsure) not in self._met:
            out = 0
            for answer, cases in self.values.get(part.fact, {}).items():
                if _holds(part, unsure, answer):
                    out |= cases
            self._met[part, unsure] = out
        return self._met[part, unsure]

    def infections(self, mutant: Mutant) -> Cases:
        """Cases in which a rule of the mutant fires otherwise than before, or concludes something else.

        This is infection as in J. M. Voas, PIE: a dynamic failure-based technique, 1992. Whether it comes through to
        what a story expects (propagation) is for the caller to see.
        """
        out = 0
        for key, new in mutant.rules.items():
            old = self.knowledge.by_key[key]
            before, after = self.firing(old), self.firing(new) if new else 0
            out |= before ^ after if new is None or _concludes(new) == _concludes(old) else before | after
        return out

    def infects(self, mutant: Mutant, case: Case) -> bool:
        """The same of one case; of a mutant that is no rule it may be anything."""
        return not mutant.rules or any(
            fires(old, case.facts) != (new is not None and fires(new, case.facts))
            or (new is not None and _concludes(new) != _concludes(old) and fires(old, case.facts))
            for old, new in ((self.knowledge.by_key[key], new) for key, new in mutant.rules.items()))

    def reevaluate(self, changed: Knowledge, mutant: Mutant, case: Case) -> Conclusion:
        """What follows from the answers of a case when the mutant stands in the rules."""
        return _Reevaluation(self, changed, mutant, case).conclude()


class _Reevaluation:
    """One case concluded anew, from the rules of the mutant upward."""

    def __init__(self, baseline: Baseline, changed: Knowledge, mutant: Mutant, case: Case) -> None:
        self.baseline, self.knowledge, self.case = baseline, changed, case
        self.facts = case.facts
        self.met = dict.fromkeys(case.conclusion.rules, True)
        self.open: dict[str, None] = dict.fromkeys(mutant.rules)
        """Keys of rules to be decided again."""
        self.changed = False
        """Is any rule that bands are made of decided otherwise?"""

    def conclude(self) -> Conclusion:
        before = self.case.conclusion
        derived, scores, bands = before.derived, before.scores, before.bands
        if self.open:
            derived = self._derived()
            scores = self._scores()
            early = [key for key in self.open if self._kind(key) not in LATE]
            flags = {rule.card for key in early if (rule := self.baseline.knowledge.by_key[key]).kind == "red_flag"}
            self._decide(early)
            for name in flags:
                on = any(rule.key in self.met for rule in self.knowledge.rules_of("red_flag", card=name))
                self._learn(f"red_flag.{name}", "yes" if on else None)
            bands = self._bands(early)
            self._decide([key for key in self.open if self._kind(key) in LATE])
        return conclusion(self.knowledge, before.given, self.met, derived, scores, bands, dict(before.answers))

    def _kind(self, key: str) -> str:
        return self.baseline.knowledge.by_key[key].kind

    def _decide(self, keys: Iterable[str]) -> None:
        """Do these rules fire?"""
        for key in keys:
            rule = self.knowledge.by_key.get(key)
            if rule is not None and fires(rule, self.facts):
                self.met[key] = True
            else:
                self.met.pop(key, None)

    def _learn(self, fact: str, answer: Answer | None) -> None:
        """A conclusion; if it is another one than before, those that read it are decided again."""
        if self.facts.get(fact) == answer:
            return
        self.facts = {name: known for name, known in self.facts.items() if name != fact}
        if answer is not None:
            self.facts[fact] = answer
        self.open |= dict.fromkeys(rule.key for rule in self.baseline.readers.get(fact, ()))

    def _derived(self) -> dict[str, str]:
        by_key = self.baseline.knowledge.by_key
        for depth in self.knowledge.depths:
            mine = [key for key in self.open if self._kind(key) == "derived" and by_key[key].card in depth]
            self._decide(mine)
            for name in {by_key[key].card: None for key in mine}:
                on = [rule for rule in self.knowledge.rules_of("derived", card=name) if rule.key in self.met]
                sure = any(not rule.lowered for rule in on)
                self._learn(f"derived.{name}", "yes" if sure else NOT_SURE if on else None)
        return {name: str(self.facts[f"derived.{name}"]) for name in sorted(self.knowledge.derived)
                if f"derived.{name}" in self.facts}

    def _scores(self) -> dict[str, float]:
        mine = [key for key in self.open if self._kind(key) == "score_item"]
        self._decide(mine)
        for name in {self.baseline.knowledge.by_key[key].card: None for key in mine}:
            on = {rule.item: units(rule.points) for rule in self.knowledge.rules_of("score_item", card=name)
                  if rule.key in self.met}
            self._learn(f"score.{name}", value(sum(on.values())) if on else None)
        return {name: float(self.facts[f"score.{name}"]) for name in self.knowledge.scores  # type: ignore[arg-type]
                if f"score.{name}" in self.facts}

    def _bands(self, early: list[str]) -> dict[str, Band]:
        if not any(self._kind(key) in (*EVIDENCE, "red_flag") for key in early):
            return self.case.conclusion.bands
        by_key = self.knowledge.by_key
        rules = [by_key[key] for key in sorted(self.met, key=self.knowledge.order.__getitem__) if key in by_key]
        _, bands = weighing.weigh_all(self.knowledge, rules)
        for name, band in bands.items():
            self._learn(f"condition.{name}", None if band == "unlikely" else band)
        return bands


def _case(conclusion: Conclusion) -> Case:
    """A derived finding that cannot hold any more is left out: that no rule reads."""
    facts = {name: answer for name, answer in conclusion.facts.items()
             if answer != "no" or not name.startswith("derived.")}
    return Case(conclusion.given, conclusion, facts)


def fires(rule: Rule, facts: dict[str, Answer]) -> bool:
    """Does a rule fire, given all facts that it reads?"""
    return all(_holds(part, unsure, facts.get(part.fact))
               for part, unsure in zip(rule.parts, rule.unsure, strict=True))


def _holds(part: Criterion, unsure: bool, answer: Answer | None) -> bool:
    return part.holds(answer) or (unsure and answer == NOT_SURE)


def _concludes(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.level, rule.within_days, rule.place, rule.points, rule.step, rule.weight
