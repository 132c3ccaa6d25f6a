"""The scenario that is missing: answers, and an expectation, by which a mutant that survives would be killed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from triage.inference.answers import AGAIN, complete, with_screens
from triage.inference.assessment import assess
from triage.inference.compiled.answer_columns import members
from triage.model import Answer, Answers, Finding, Knowledge
from triage.verification.answer_search import answering, doubted, goes_together
from triage.verification.mutation.apply import spoilt
from triage.verification.mutation.constraints import wishes
from triage.verification.mutation.distinguishing import telling, together
from triage.verification.mutation.isolation import alone
from triage.verification.mutation.killers import Court
from triage.verification.mutation.operators import Mutant
from triage.verification.scenarios import Story

TRIED = 40
"""So many answers of one sort are tried for one mutant."""
FEW = 3
"""A variant changes so many answers at most."""

Change = dict[str, Answer | None]
"""Answers that are other ones in a variant; None: not given."""


class Missing(msgspec.Struct, kw_only=True):
    """A story to be written, a variant of one, or what one that is there should expect besides."""

    file: str = ""
    line: int = 0
    """The story that is there; none: a new one."""
    of: Missing | None = None
    """The new story that it is a variant of."""
    change: Change | None = None
    """The answers of a new story, or those that a variant changes; None: those of the story that is there."""
    given: Answers
    """All answers."""
    expect: dict[str, Any] = {}


def missing(
    court: Court, survivors: Iterable[Mutant], whole: bool = False
) -> list[tuple[Mutant, Missing | None]]:
    """Each survivor with a scenario that kills it, if one is found; one scenario kills as many as it can.

    `whole`: new stories only, none that changes or widens one that is there.
    """
    seeker = _Seeker(court, whole)
    return [(mutant, seeker.found(mutant)) for mutant in survivors]


class _Seeker:
    def __init__(self, court: Court, whole: bool) -> None:
        self.court, self.knowledge, self.whole = court, court.knowledge, whole
        self.known: dict[str, list[Missing]] = {}
        """Scenarios found so far, by card."""
        self.files: dict[str, list[int]] = {}
        for i, story in enumerate(court.stories):
            self.files.setdefault(story.file.rpartition("/")[2].removesuffix(".yaml"), []).append(i)
        self.offering: dict[str, list[int]] = {}

    def found(self, mutant: Mutant) -> Missing | None:
        changed = spoilt(self.knowledge, mutant)
        mine = self.known.setdefault(mutant.card, [])
        for each in mine:
            expect = self._told(mutant, changed, each.given)
            if expect and (both := together(each.expect, expect)):
                each.expect = both
                return each
        for new in self._candidates(mutant):
            if self.whole and (new.file or new.change is None):
                new = self._anew(new.given)
            if expect := self._told(mutant, changed, new.given):
                new = self._as_variant(new, mine)
                new.expect = expect
                mine.append(new)
                return new
        return None

    def _told(self, mutant: Mutant, changed: Knowledge, answers: Answers) -> dict[str, Any]:
        """What these answers lead to by the true rules and not by the mutant; empty if there is nothing."""
        told = self.court.told
        case = told.case(answers)
        if not told.touches(mutant, case):
            return {}
        return telling(self.knowledge, mutant.rule, assess(self.knowledge, case.fired, answers),
                       assess(changed, told.again(changed, mutant, case), answers))

    def _as_variant(self, new: Missing, mine: list[Missing]) -> Missing:
        """Told as a variant of a new story that is nearly the same, if there is one."""
        if new.file or new.change is None:
            return new
        for other in mine:
            if not other.file and other.of is None and other.change is not None:
                change = _difference(other.change, new.change)
                if len(change) <= FEW:
                    return Missing(of=other, change=change, given=new.given)
        return new

    # --- where it may be told

    def _candidates(self, mutant: Mutant) -> Iterator[Missing]:
        """Stories of the card's own file, variants of them and of others, new stories, stories elsewhere."""
        told = self.court.told
        own = self.files.get(mutant.card, [])
        touched = members(told.touched(mutant))
        firing = [i for key in mutant.rules for i in members(told.firing(self.knowledge.by_key[key]))[:TRIED]]
        made = list(islice(self._made(mutant), TRIED))
        yield from (self._there(i) for i in touched if i in own)
        yield from self._unanswered(mutant)
        yield from self._variants(own, made)
        yield from self._variants(self._blocking(mutant), made, most=99)
        yield from (self._anew(answers) for answers in made)
        yield from self._variants(firing, made)
        yield from (self._there(i) for i in touched[:TRIED] if i not in own)
        unsure = (more for answers in made for more in doubted(self.knowledge, answers))
        yield from (self._anew(answers) for answers in islice(unsure, 2 * TRIED))
        if "conditions" in mutant.cards:
            yield from (self._anew(answers) for answers in alone(self.court, mutant.card))

    def _anew(self, answers: Answers) -> Missing:
        """A story of its own. The lines of the emergency screens are all no, but for what is told."""
        told = {n: a for n, a in answers.items() if a != "no" or n not in self.knowledge.emergency}
        implied = complete(self.knowledge, told)
        told |= {n: a for n, a in answers.items() if implied.get(n, a) != a}
        return Missing(change=dict(told), given=with_screens(self.knowledge, told))

    def _there(self, i: int) -> Missing:
        story = self.court.stories[i]
        return Missing(file=story.file, line=story.line, given=story.answers)

    def _variants(self, among: list[int], made: list[Answers], most: int = FEW) -> Iterator[Missing]:
        """Stories with a few answers changed; the fewest first."""
        found = []
        for i in among:
            story = self.court.stories[i]
            if _is_variant(story):
                continue  # of which there can be none
            implied = complete(self.knowledge, story.answers)
            for answers in made:
                change: Change = {name: value for name, value in answers.items() if implied.get(name) != value}
                given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) not in change} | answers
                if len(change) <= most and goes_together(self.knowledge, given):
                    found.append(Missing(file=story.file, line=story.line, change=change, given=given))
        yield from sorted(found, key=lambda each: len(each.change or ()))[:TRIED]

    def _unanswered(self, mutant: Mutant) -> Iterator[Missing]:
        """Where something is offered that asks for an answer first: the same without that answer, or with others."""
        for folder, cards in mutant.cards.items():
            for name, card in cards.items():
                before = getattr(getattr(self.knowledge, folder)[name], "ask_before", [])
                for asked in {*before} - {*getattr(card, "ask_before", [])}:
                    for instead in self._instead_of(asked):
                        for i in self._offered(name):
                            yield self._without(i, asked, instead)

    def _without(self, i: int, asked: str, instead: Answers) -> Missing:
        story = self.court.stories[i]
        given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) != asked} | instead
        if _is_variant(story):
            return self._anew(given)
        return Missing(file=story.file, line=story.line, change={asked: None, **instead}, given=given)

    def _instead_of(self, asked: str) -> list[Answers]:
        """Nothing, and answers by which a derived finding holds that this one could make."""
        derived = self.knowledge.rules_of("derived")
        made = {rule.card for rule in derived if any(part.fact == asked for part in rule.parts)}
        others = [rule for rule in derived if rule.card in made and not rule.lowered
                  and all(part.fact != asked for part in rule.parts)]
        return [{}, *(answers for rule in others for answers in islice(answering(self.knowledge, rule.parts), 1))]

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
            for i, (story, case) in enumerate(zip(self.court.stories, self.court.told.cases, strict=True)):
                result = assess(self.knowledge, case.fired, story.answers)
                for card in (*result.self_checks, *result.care):
                    self.offering.setdefault(card, []).append(i)
        stories = self.court.stories
        return sorted(self.offering.get(name, ()), key=lambda i: (_is_variant(stories[i]), len(stories[i].answers)))

    def _made(self, mutant: Mutant) -> Iterator[Answers]:
        """Answers by which the mutant and the true rules differ, of each wish in turns."""
        ways = [answering(self.knowledge, wanted, unwanted) for wanted, unwanted in wishes(self.knowledge, mutant)]
        while ways:
            for way in list(ways):
                if (answers := next(way, None)) is not None:
                    yield answers
                else:
                    ways.remove(way)


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
