"""What answers must meet, and what they must miss, so that a mutant and the true rules conclude otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from triage.model import Knowledge, Part, Rule
from triage.mutation.answering import Parts, sums
from triage.mutation.mutants import Mutant

Wish = tuple[Parts, Parts]
"""What shall hold, and what shall not."""


def wishes(knowledge: Knowledge, mutant: Mutant) -> Iterator[Wish]:
    """Each of them makes it likely that the two differ; whether they do is for the caller to see."""
    for key, new in mutant.rules.items():
        old = knowledge.by_key[key]
        if old.lowered and old.kind in ("red_flag", "derived"):
            continue
        if new is None or new.parts == old.parts:
            yield old.parts, ()
            yield from _in_front(knowledge, mutant, old)
            yield from _tipping(knowledge, old, new)
            continue
        for one, other in ((old, new), (new, old)):
            for part in other.parts:
                if part not in one.parts:
                    yield one.parts, (part,)
    yield from _locked(knowledge, mutant)


def _in_front(knowledge: Knowledge, mutant: Mutant, old: Rule) -> Iterator[Wish]:
    """Of a red flag that is lowered where another one is as urgent: what it stands for comes first no more."""
    suspects = knowledge.red_flags[old.card].suspects if mutant.kind == "lower" and old.kind == "red_flag" else []
    for name in suspects:
        lines = sorted(knowledge.rules_of("for", card=name), key=lambda rule: -rule.weight)
        yield from ((old.parts + line.parts, ()) for line in lines[:6])
    rivals = [rule for rule in knowledge.rules_of("red_flag") if rule.level == old.level and rule.card != old.card
              and len(rule.parts) == 1 and not rule.lowered and knowledge.red_flags[rule.card].suspects]
    yield from ((old.parts + rival.parts, ()) for rival in rivals if suspects)


def _tipping(knowledge: Knowledge, old: Rule, new: Rule | None) -> Iterator[Wish]:
    """Of an item of a score: a rule that reads the score, with items that meet it before or after, not both."""
    if old.kind != "score_item":
        return
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
                yield tuple(chain.from_iterable(item.parts for item in some)) + others, ()


def _locked(knowledge: Knowledge, mutant: Mutant) -> Iterator[Wish]:
    """All that a lock which was taken away would hold back."""
    for folder, cards in mutant.cards.items():
        for name, card in cards.items():
            before = getattr(getattr(knowledge, folder)[name], "blocked_by", [])
            for lock in {*before} - {*getattr(card, "blocked_by", [])}:
                yield from ((rule.parts, tuple[Part, ...]()) for rule in knowledge.rules_of("interlock", card=lock))
