"""What answers must meet, and what they must miss, so that a mutant and the true rules conclude otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from triage.model import Blockable, Knowledge, Rule
from triage.verification.answer_search import Parts, speaking, sums
from triage.verification.mutation.operators import Mutant


class Constraint(NamedTuple):
    """What answers must meet, and what they must miss."""

    wanted: Parts
    unwanted: Parts = ()


def constraints(knowledge: Knowledge, mutant: Mutant) -> Iterator[Constraint]:
    """Each of them makes it likely that the two differ; whether they do is for the caller to see."""
    for key, new in mutant.rules.items():
        old = knowledge.by_key[key]
        if old.lowered and old.kind in ("red_flag", "derived"):
            continue
        if new is None or new.parts == old.parts:
            yield Constraint(old.parts)
            yield from (Constraint(old.parts + more) for more in _beside(knowledge, mutant, old, new))
            continue
        for one, other in ((old, new), (new, old)):
            for part in other.parts:
                if part not in one.parts:
                    yield Constraint(one.parts, (part,))
    yield from (Constraint(parts) for parts in _of_cards(knowledge, mutant))


def _beside(knowledge: Knowledge, mutant: Mutant, old: Rule, new: Rule | None) -> Iterator[Parts]:
    """What has to be told besides, so that it matters what the line concludes."""
    if mutant.kind == "swap":
        yield from speaking(knowledge, old.card)
    elif old.kind == "red_flag":
        yield from _in_front(knowledge, old)
    elif old.kind == "score_item":
        yield from _tipping(knowledge, old, new)
    elif old.kind in ("interlock", "must_not"):
        yield from _offered(knowledge, [name for name, card in _cards(knowledge).items()
                                        if old.card == name or old.card in card.blocked_by])


def _in_front(knowledge: Knowledge, old: Rule) -> Iterator[Parts]:
    """Where another red flag is as urgent, what one stands for comes first no more when it is lowered."""
    suspects = knowledge.red_flags[old.card].suspects
    for name in suspects:
        lines = sorted(knowledge.rules_of("for", card=name), key=lambda rule: -rule.weight)
        yield from (line.parts for line in lines[:6])
    yield from (rival.parts for rival in knowledge.rules_of("red_flag") if suspects
                and rival.level == old.level and rival.card != old.card and len(rival.parts) == 1
                and not rival.lowered and knowledge.red_flags[rival.card].suspects)


def _tipping(knowledge: Knowledge, old: Rule, new: Rule | None) -> Iterator[Parts]:
    """A rule that reads the score, with items that meet it before or after, not both."""
    fact = f"score.{old.card}"
    readers = [(rule, part) for rule in knowledge.rules for part in rule.parts if part.fact == fact]
    for some in sums(knowledge, old.card):
        mine = next((item for item in some if item.item == old.item), None)
        if mine is None:
            continue
        before = sum(item.points for item in some)
        after = before - mine.points + (new.points if new else 0)
        for rule, part in readers:
            if part.holds(before) != part.holds(after):
                others = tuple(each for each in rule.parts if each is not part)
                yield tuple(chain.from_iterable(item.parts for item in some)) + others


def _of_cards(knowledge: Knowledge, mutant: Mutant) -> Iterator[Parts]:
    """Of a condition what makes it likely; of what a lock kept back, that it is due and locked."""
    for folder, cards in mutant.cards.items():
        for name, card in cards.items():
            if folder == "conditions":
                yield from speaking(knowledge, name)
                continue
            due = list(_offered(knowledge, [name]))
            lost = {*_cards(knowledge)[name].blocked_by} - {*card.blocked_by}
            locks = [rule.parts for lock in lost for rule in knowledge.rules_of("interlock", card=lock)]
            yield from locks
            yield from (parts + lock for lock in locks or [()] for parts in due)


def _offered(knowledge: Knowledge, cards: list[str]) -> Iterator[Parts]:
    """What makes one of these cards due."""
    for name in cards:
        for rule in knowledge.rules_of("offer", card=name):
            yield rule.parts


def _cards(knowledge: Knowledge) -> dict[str, Blockable]:
    return {**knowledge.self_checks, **knowledge.care}
