"""The scenario that is missing: answers, and an expectation, by which a mutant that survives would be killed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import msgspec

from triage.answers import AGAIN, complete
from triage.assessment import assess
from triage.compiled.columns import members
from triage.files import with_screens
from triage.model import Answer, Answers, Finding, Knowledge, Part, Rule
from triage.mutation.answering import answering, goes_together, sums
from triage.mutation.mutants import Mutant
from triage.mutation.spoilt import spoilt
from triage.mutation.telling import telling, together
from triage.mutation.verdicts import Court

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
    kills: list[str] = []


def missing(court: Court, survivors: Iterable[Mutant]) -> list[tuple[Mutant, Missing | None]]:
    """Each survivor with a scenario that kills it, if one is found; one scenario kills as many as it can."""
    seeker = _Seeker(court)
    return [(mutant, seeker.found(mutant)) for mutant in survivors]


class _Seeker:
    def __init__(self, court: Court) -> None:
        self.court, self.knowledge = court, court.knowledge
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
                each.kills.append(mutant.id)
                return each
        for new in self._candidates(mutant):
            if expect := self._told(mutant, changed, new.given):
                new = self._as_variant(new, mine)
                new.expect, new.kills = expect, [mutant.id]
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
        """Stories of the card's own file, variants of them, new stories, stories elsewhere."""
        own = self.files.get(mutant.card, [])
        touched = members(self.court.told.touched(mutant))
        made = list(islice(self._made(mutant), TRIED))
        yield from (self._there(i) for i in touched if i in own)
        yield from self._unanswered(mutant)
        yield from self._variants(own, made)
        yield from self._variants(self._blocking(mutant), made, most=99)
        for answers in made:
            yield Missing(change=dict(answers), given=with_screens(self.knowledge, answers))
        yield from (self._there(i) for i in touched[:TRIED] if i not in own)

    def _there(self, i: int) -> Missing:
        story = self.court.stories[i]
        return Missing(file=story.file, line=story.line, given=story.answers)

    def _variants(self, among: list[int], made: list[Answers], most: int = FEW) -> Iterator[Missing]:
        """Stories with a few answers changed; the fewest first."""
        found = []
        for i in among:
            story = self.court.stories[i]
            if " / " in story.story:
                continue  # a variant itself
            implied = complete(self.knowledge, story.answers)
            for answers in made:
                change: Change = {name: value for name, value in answers.items() if implied.get(name) != value}
                given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) not in change} | answers
                if len(change) <= most and goes_together(self.knowledge, given):
                    found.append(Missing(file=story.file, line=story.line, change=change, given=given))
        yield from sorted(found, key=lambda each: len(each.change or ()))[:TRIED]

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
                if " / " in story.story:
                    continue  # a variant itself
                result = assess(self.knowledge, case.fired, story.answers)
                for card in (*result.self_checks, *result.care):
                    self.offering.setdefault(card, []).append(i)
        return sorted(self.offering.get(name, ()), key=lambda i: len(self.court.stories[i].answers))

    # --- answers by which the mutant and the true line differ

    def _made(self, mutant: Mutant) -> Iterator[Answers]:
        ways = [answering(self.knowledge, wanted, unwanted) for wanted, unwanted in self._wishes(mutant)]
        while ways:  # in turns, so that none is left out
            for way in list(ways):
                if (answers := next(way, None)) is not None:
                    yield answers
                else:
                    ways.remove(way)

    def _wishes(self, mutant: Mutant) -> Iterator[tuple[tuple[Part, ...], tuple[Part, ...]]]:
        """What shall hold, and what shall not."""
        if not mutant.rules:
            yield from self._locked(mutant)
        for key, new in mutant.rules.items():
            old = self.knowledge.by_key[key]
            if old.lowered and old.kind in ("red_flag", "derived"):
                continue
            if new is None or new.parts == old.parts:
                yield old.parts, ()
                yield from ((old.parts + other.parts, ()) for other in self._rivals(mutant, old))
                yield from self._tipping(old, new)
                continue
            for one, other in ((old, new), (new, old)):
                for part in other.parts:
                    if part not in one.parts:
                        yield one.parts, (part,)

    def _rivals(self, mutant: Mutant, old: Rule) -> list[Rule]:
        """Of a red flag that is lowered: as urgent ones for other conditions, which would then come first."""
        flags = self.knowledge.red_flags
        return [rule for rule in self.knowledge.rules_of("red_flag")
                if mutant.kind == "lower" and flags[old.card].suspects and flags[rule.card].suspects
                and rule.level == old.level and rule.card != old.card and len(rule.parts) == 1 and not rule.lowered]

    def _tipping(self, old: Rule, new: Rule | None) -> Iterator[tuple[tuple[Part, ...], tuple[Part, ...]]]:
        """Of an item of a score: a rule that reads the score, with items that meet it before or after, not both."""
        if old.kind != "score_item":
            return
        readers = self.court.told.readers.get(f"score.{old.card}", ())
        for some in sums(self.knowledge, old.card):
            mine = next((item for item in some if item.item == old.item), None)
            if mine is None:
                continue
            before = sum(item.points for item in some)
            after = before - mine.points + (new.points if new else 0)
            for rule in readers:
                for part in rule.parts:
                    if part.fact == f"score.{old.card}" and part.holds(before) != part.holds(after):
                        others = tuple(p for p in rule.parts if p is not part)
                        yield tuple(chain.from_iterable(item.parts for item in some)) + others, ()

    def _locked(self, mutant: Mutant) -> Iterator[tuple[tuple[Part, ...], tuple[Part, ...]]]:
        """All that a lock which was taken away would hold back."""
        for folder, cards in mutant.cards.items():
            for name, card in cards.items():
                before = getattr(getattr(self.knowledge, folder)[name], "blocked_by", [])
                for lock in {*before} - {*getattr(card, "blocked_by", [])}:
                    for rule in self.knowledge.rules_of("interlock", card=lock):
                        yield rule.parts, ()

    def _unanswered(self, mutant: Mutant) -> Iterator[Missing]:
        """Where something is offered that asks for an answer first: the same without that answer."""
        for folder, cards in mutant.cards.items():
            for name, card in cards.items():
                before = getattr(getattr(self.knowledge, folder)[name], "ask_before", [])
                for asked in {*before} - {*getattr(card, "ask_before", [])}:
                    for i in self._offered(name)[:TRIED]:
                        story = self.court.stories[i]
                        given = {n: a for n, a in story.answers.items() if n.removesuffix(AGAIN) != asked}
                        yield Missing(file=story.file, line=story.line, change={asked: None}, given=given)


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
