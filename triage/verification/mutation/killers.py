"""Which mutants do the stories kill? A story kills a mutant when it does not come true any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from triage.inference.assessment import assess
from triage.inference.compiled.answer_columns import Cases, members
from triage.inference.weighing import EVIDENCE
from triage.model import Knowledge
from triage.verification import scenarios
from triage.verification.mutation.apply import apply
from triage.verification.mutation.incremental import Baseline
from triage.verification.mutation.operators import Mutant
from triage.verification.mutation.ranking_effects import RankingEffects
from triage.verification.scenarios import Story


class Suite:
    """Stories or edges, ready to run against mutants."""

    def __init__(self, knowledge: Knowledge, stories: Sequence[Story]) -> None:
        self.knowledge, self.stories = knowledge, stories
        self.baseline = Baseline(knowledge, [story.answers for story in stories])
        self.effects = RankingEffects(knowledge, self.baseline, stories)
        self.naming: dict[str, Cases] = {}
        """Rule or card -> the stories that expect something of it by name."""
        self.home: dict[str, Cases] = {}
        """Card -> the stories of the file of its name, and its edges; they are asked first."""
        for i, story in enumerate(stories):
            self.home[story.card] = self.home.get(story.card, 0) | 1 << i
            expect = story.expect
            for name in (*expect.reasons, *expect.not_reasons, *expect.forbidden, *expect.care, expect.self_check,
                         *expect.blocks, *expect.not_blocks):
                self.naming[name] = self.naming.get(name, 0) | 1 << i

    def untrue(self) -> list[Story]:
        """Stories that are not true of the rules as they stand; they would kill anything."""
        return [story for story, case in zip(self.stories, self.baseline.cases, strict=True)
                if scenarios.wrong(self.knowledge, assess(self.knowledge, case.conclusion), story.expect)]

    def killer(self, mutant: Mutant) -> Story | None:
        """A story that kills this mutant; None: it survives."""
        changed = apply(self.knowledge, mutant)
        return next((self.stories[i] for i in self._witnesses(changed, mutant) if self._kills(changed, mutant, i)),
                    None)

    def _kills(self, changed: Knowledge, mutant: Mutant, i: int) -> bool:
        case, story = self.baseline.cases[i], self.stories[i]
        conclusion = self.baseline.reevaluate(changed, mutant, case)
        return bool(scenarios.wrong(changed, assess(changed, conclusion), story.expect))

    def _witnesses(self, changed: Knowledge, mutant: Mutant) -> Iterable[int]:
        """Stories that could notice: what changes may be something that they expect."""
        kinds = {self.knowledge.by_key[key].kind for key in mutant.rules}
        infected = self.baseline.infections(mutant)
        named, home = infected & self.naming.get(mutant.rule, 0), self.home.get(mutant.card, 0)
        if kinds and kinds <= {*EVIDENCE}:
            return chain(members(named), self.effects.witnesses(changed, mutant, infected & ~named & home),
                         self.effects.witnesses(changed, mutant, infected & ~named & ~home))
        if "conditions" in mutant.cards:
            return self.effects.booking(mutant.card)
        some = self.naming.get(mutant.card, 0) if mutant.cards else infected & ~named
        if kinds & {"interlock", "must_not"}:
            some &= self._about_blocked(mutant)
        return chain(members(named), members(some & home), members(some & ~home))

    def _about_blocked(self, mutant: Mutant) -> Cases:
        """Stories that name this interlock, or what it or this card holds back."""
        knowledge = self.knowledge
        out = self.naming.get(mutant.card, 0)
        for card in (*knowledge.self_checks.values(), *knowledge.care.values()):
            if card.id == mutant.card or mutant.card in card.blocked_by:
                out |= self.naming.get(card.id, 0)
        return out
