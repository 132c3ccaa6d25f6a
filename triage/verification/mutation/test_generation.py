"""The scenario that is missing: answers, and an expectation, by which a mutant that survives would be killed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from triage.inference.answers import AGAIN, complete, with_screens
from triage.inference.assessment import assess, severity
from triage.inference.compiled.answer_columns import members
from triage.model import Answer, Answers, Assessment, Finding, Knowledge
from triage.verification.answer_search import doubted, goes_together, solutions
from triage.verification.mutation.apply import apply
from triage.verification.mutation.constraints import constraints
from triage.verification.mutation.distinguishing import combine, distinguish
from triage.verification.mutation.killers import Suite
from triage.verification.mutation.operators import Mutant
from triage.verification.scenarios import Expect, Story

TRIED = 40
"""So many answers of one sort are tried for one mutant."""
FEW = 3
"""A variant changes so many answers at most."""
BASES = 12
"""So many stories are tried in which a condition fits well, each with one answer after the other taken away."""

Change = dict[str, Answer | None]
"""Answers that are other ones in a variant; None: not given."""


class MissingScenario(msgspec.Struct, kw_only=True):
    """A story to be written, a variant of one, or what one that is there should expect besides."""

    file: str = ""
    line: int = 0
    """The story that is there; none: a new one."""
    of: MissingScenario | None = None
    """The new story that it is a variant of."""
    change: Change | None = None
    """The answers of a new story, or those that a variant changes; None: those of the story that is there."""
    given: Answers
    """All answers."""
    expect: dict[str, Any] = {}


def missing_scenarios(
    suite: Suite, survivors: Iterable[Mutant], whole: bool = False
) -> list[tuple[Mutant, MissingScenario | None]]:
    """Each survivor with a scenario that kills it, if one is found; one scenario kills as many as it can.

    `whole`: new stories only, each with all its answers; none changes or widens one that is there.
    """
    generator = _Generator(suite, whole)
    return [(mutant, generator.scenario(mutant)) for mutant in survivors]


def missing_edges(suite: Suite, survivors: Iterable[Mutant]) -> list[tuple[Mutant, MissingScenario | None]]:
    """Each survivor with a new story of its own that kills it, if one is found.

    What was found is a start for what was not: rounds are made until one finds nothing more.
    """
    known: dict[str, MissingScenario] = {}
    survivors = list(survivors)
    more = True
    while more:
        left = [mutant for mutant in survivors if mutant.id not in known]
        scenarios = {mutant.id: (mutant, scenario) for mutant, scenario in missing_scenarios(suite, left, whole=True)
                     if scenario is not None}
        known |= {name: scenario for name, (_, scenario) in scenarios.items()}
        stories = {id(scenario): _as_story(mutant, scenario) for mutant, scenario in scenarios.values()}
        more = bool(stories) and len(known) < len(survivors)
        suite = Suite(suite.knowledge, [*suite.stories, *stories.values()]) if more else suite
    return [(mutant, known.get(mutant.id)) for mutant in survivors]


def _as_story(mutant: Mutant, scenario: MissingScenario) -> Story:
    return Story(file="", line=0, card=mutant.card, story=mutant.card, answers=scenario.given,
                 expect=msgspec.convert(scenario.expect, Expect))


class _Generator:
    def __init__(self, suite: Suite, whole: bool) -> None:
        self.suite, self.knowledge, self.whole = suite, suite.knowledge, whole
        self.known: dict[str, list[MissingScenario]] = {}
        """Scenarios found so far, by card."""
        self.files: dict[str, list[int]] = {}
        for i, story in enumerate(suite.stories):
            self.files.setdefault(story.card, []).append(i)
        self.offering: dict[str, list[int]] = {}

    def scenario(self, mutant: Mutant) -> MissingScenario | None:
        """One that kills this mutant, and others of its card if it can."""
        changed = apply(self.knowledge, mutant)
        known = self.known.setdefault(mutant.card, [])
        for each in known:
            expect = self._expectation(mutant, changed, each.given)
            if expect and (both := combine(each.expect, expect)):
                each.expect = both
                return each
        for new in self._candidates(mutant):
            if self.whole:
                new = self._anew(new.given)
            if expect := self._expectation(mutant, changed, new.given):
                new = new if self.whole else self._as_variant(new, known)
                new.expect = expect
                known.append(new)
                return new
        return None

    def _expectation(self, mutant: Mutant, changed: Knowledge, answers: Answers) -> dict[str, Any]:
        """What these answers lead to by the true rules and not by the mutant; empty if there is nothing."""
        baseline = self.suite.baseline
        case = baseline.case(answers)
        if not baseline.infects(mutant, case):
            return {}
        return distinguish(self.knowledge, mutant.rule, assess(self.knowledge, case.conclusion),
                           assess(changed, baseline.reevaluate(changed, mutant, case)))

    def _as_variant(self, new: MissingScenario, known: list[MissingScenario]) -> MissingScenario:
        """Told as a variant of a new story that is nearly the same, if there is one."""
        if new.file or new.change is None:
            return new
        for other in known:
            if not other.file and other.of is None and other.change is not None:
                change = _difference(other.change, new.change)
                if len(change) <= FEW:
                    return MissingScenario(of=other, change=change, given=new.given)
        return new

    # --- where it may be told

    def _candidates(self, mutant: Mutant) -> Iterator[MissingScenario]:
        """Stories of the card's own file, variants of them and of others, new stories, stories elsewhere."""
        baseline = self.suite.baseline
        own = self.files.get(mutant.card, [])
        infected = members(baseline.infections(mutant))
        firing = [i for key in mutant.rules for i in members(baseline.firing(self.knowledge.by_key[key]))[:TRIED]]
        made = list(islice(self._made(mutant), TRIED))
        yield from (self._there(i) for i in infected if i in own)
        yield from self._unanswered(mutant)
        yield from self._variants(own, made)
        yield from self._variants(self._blocking(mutant), made, most=99)
        yield from (self._anew(answers) for answers in made)
        yield from self._variants(firing, made)
        yield from (self._there(i) for i in infected[:TRIED] if i not in own)
        unsure = (more for answers in made for more in doubted(self.knowledge, answers))
        yield from (self._anew(answers) for answers in islice(unsure, 2 * TRIED))
        if "conditions" in mutant.cards:
            yield from (self._anew(answers) for answers in self._isolations(mutant.card))

    def _anew(self, answers: Answers) -> MissingScenario:
        """A story of its own. The lines of the emergency screens are all no, but for what is told."""
        given = {n: a for n, a in answers.items() if a != "no" or n not in self.knowledge.emergency}
        implied = complete(self.knowledge, given)
        given |= {n: a for n, a in answers.items() if implied.get(n, a) != a}
        return MissingScenario(change=dict(given), given=with_screens(self.knowledge, given))

    def _there(self, i: int) -> MissingScenario:
        story = self.suite.stories[i]
        return MissingScenario(file=story.file, line=story.line, given=story.answers)

    def _variants(self, among: list[int], made: list[Answers], most: int = FEW) -> Iterator[MissingScenario]:
        """Stories with a few answers changed; the fewest first."""
        variants = []
        for i in among:
            story = self.suite.stories[i]
            if _is_variant(story):
                continue  # of which there can be none
            implied = complete(self.knowledge, story.answers)
            for answers in made:
                change: Change = {name: value for name, value in answers.items() if implied.get(name) != value}
                given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) not in change} | answers
                if len(change) <= most and goes_together(self.knowledge, given):
                    variants.append(MissingScenario(file=story.file, line=story.line, change=change, given=given))
        yield from sorted(variants, key=lambda each: len(each.change or ()))[:TRIED]

    def _unanswered(self, mutant: Mutant) -> Iterator[MissingScenario]:
        """Where something is offered that asks for an answer first: the same without that answer, or with others."""
        for folder, cards in mutant.cards.items():
            for name, card in cards.items():
                before = getattr(getattr(self.knowledge, folder)[name], "ask_before", [])
                for asked in {*before} - {*getattr(card, "ask_before", [])}:
                    for instead in self._instead_of(asked):
                        for i in self._offered(name):
                            yield self._without(i, asked, instead)

    def _without(self, i: int, asked: str, instead: Answers) -> MissingScenario:
        story = self.suite.stories[i]
        given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) != asked} | instead
        if _is_variant(story):
            return self._anew(given)
        return MissingScenario(file=story.file, line=story.line, change={asked: None, **instead}, given=given)

    def _instead_of(self, asked: str) -> list[Answers]:
        """Nothing, and answers by which a derived finding holds that this one could make."""
        derived = self.knowledge.rules_of("derived")
        made = {rule.card for rule in derived if any(part.fact == asked for part in rule.parts)}
        others = [rule for rule in derived if rule.card in made and not rule.lowered
                  and all(part.fact != asked for part in rule.parts)]
        return [{}, *(answers for rule in others for answers in islice(solutions(self.knowledge, rule.parts), 1))]

    def _blocking(self, mutant: Mutant) -> list[int]:
        """Stories in which something is offered that the block held back."""
        knowledge = self.knowledge
        kinds = {knowledge.by_key[key].kind for key in mutant.rules}
        if kinds and not kinds & {"interlock", "must_not"}:
            return []
        cards = [card.id for shelf in (knowledge.self_checks, knowledge.care) for card in shelf.values()
                 if card.id == mutant.card or mutant.card in card.blocked_by]
        return [i for name in cards for i in self._offered(name)[:3]]

    def _offered(self, name: str) -> list[int]:
        """Stories in which a self-check or care card is offered; those with the fewest answers first."""
        if not self.offering:
            for i, case in enumerate(self.suite.baseline.cases):
                result = assess(self.knowledge, case.conclusion)
                for card in (*result.self_checks, *result.care):
                    self.offering.setdefault(card, []).append(i)
        stories = self.suite.stories
        return sorted(self.offering.get(name, ()), key=lambda i: (_is_variant(stories[i]), len(stories[i].answers)))

    def _made(self, mutant: Mutant) -> Iterator[Answers]:
        """Answers by which the mutant and the true rules differ, of each constraint in turns."""
        ways = [solutions(self.knowledge, *constraint) for constraint in constraints(self.knowledge, mutant)]
        while ways:
            for way in list(ways):
                if (answers := next(way, None)) is not None:
                    yield answers
                else:
                    ways.remove(way)

    # --- a condition that fits well where nothing else is urgent: there alone what it asks for can be seen

    def _isolations(self, name: str) -> Iterator[Answers]:
        """Answers by which it fits well, as little urgent as can be come to by taking answers away."""
        fitting = self.suite.baseline.values.get(f"condition.{name}", {}).get("fits_well", 0)
        for i in members(fitting)[:BASES]:
            yield self._least_urgent(name, dict(self.suite.stories[i].answers))

    def _least_urgent(self, name: str, answers: Answers) -> Answers:
        now = self._assessment(answers)
        smaller = True
        while smaller:
            smaller = False
            for finding in list(answers):
                fewer = {other: answer for other, answer in answers.items() if other != finding}
                then = self._assessment(fewer)
                if _fits(then, name) and severity(then.urgency) < severity(now.urgency):
                    answers, now, smaller = fewer, then, True
        return answers

    def _assessment(self, answers: Answers) -> Assessment:
        return assess(self.knowledge, self.suite.baseline.compiled.conclude(answers))


def _fits(assessment: Assessment, name: str) -> bool:
    return any(condition.id == name and condition.band == "fits_well" for condition in assessment.conditions)


def _is_variant(story: Story) -> bool:
    return " / " in story.story


def _difference(one: Change, other: Change) -> Change:
    """What is to be changed in the first answers to come to the others."""
    change: Change = {name: value for name, value in other.items() if one.get(name) != value}
    return change | dict.fromkeys(name for name in one if name not in other)


def written(knowledge: Knowledge, answers: Change) -> dict[str, Any]:
    """Answers as they are written in a story."""
    return {name: _raw(knowledge.findings[name.removesuffix(AGAIN)], value) for name, value in answers.items()}


def _raw(finding: Finding, answer: Answer | None) -> Any:
    if answer is None:
        return "null"
    if isinstance(answer, tuple):
        return list(answer) if len(answer) > 1 else answer[0] if answer else "none"
    if isinstance(answer, float):
        if finding.kind == "duration":
            return f"{answer:g} days" if answer >= 1 or not answer else f"{round(answer * 24):g} hours"
        return f"{answer:g}"
    return answer
