"""Less of the real knowledge: a part of its cards that stands by itself, with about so many rules."""

from __future__ import annotations

import random
from collections.abc import Container, Mapping
from typing import Any

from msgspec.structs import replace

from triage.model import Knowledge

SHELVES = ("conditions", "red_flags", "scores", "self_checks", "care", "interlocks")


def sliced(knowledge: Knowledge, rules: int) -> Knowledge:
    """The slice whose number of rules is nearest. A smaller slice is a part of a larger one.

    All findings stay, so that every slice is asked the same cases. Cards of conditions, red flags, scores, self-checks,
    care and interlocks are drawn by lot, the same every time; derived findings stay where a rule that stays reads them.
    A rule stays with its card, unless it reads a card that was not drawn.
    """
    lots = [(shelf, name) for shelf in SHELVES for name in getattr(knowledge, shelf)]
    random.Random(1).shuffle(lots)
    low, high = 0, len(lots)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(_with(knowledge, lots[:middle]).rules) < rules else (low, middle)
    return min((_with(knowledge, lots[:count]) for count in (low, high)), key=lambda k: abs(len(k.rules) - rules))


def _with(knowledge: Knowledge, drawn: list[tuple[str, str]]) -> Knowledge:
    """The knowledge with just these cards, and nothing that points to others."""
    kept: dict[str, set[str]] = {shelf: {name for each, name in drawn if each == shelf} for shelf in SHELVES}
    for name, card in knowledge.conditions.items():
        if card.explains and card.explains not in kept["conditions"]:
            kept["conditions"].discard(name)
    cards = set().union(*kept.values())
    rooms = {"score": "scores", "red_flag": "red_flags", "condition": "conditions"}

    def readable(fact: str) -> bool:
        room, _, name = fact.partition(".")
        return room not in rooms or name in kept[rooms[room]]

    rules = [rule for rule in knowledge.rules
             if rule.kind != "derived" and rule.card in cards and all(readable(part.fact) for part in rule.parts)]
    read = {part.fact for rule in rules for part in rule.parts}
    derived = {name for depth in reversed(knowledge.depths) for name in depth}
    for depth in reversed(knowledge.depths):  # what the deepest read is known when those above are looked at
        derived -= {name for name in depth if f"derived.{name}" not in read}
        read |= {part.fact for name in depth if name in derived
                 for rule in knowledge.rules_of("derived", card=name) for part in rule.parts}
    stay = {rule.key for rule in rules}
    stay |= {rule.key for name in derived for rule in knowledge.rules_of("derived", card=name)}
    return replace(
        knowledge,
        **{shelf: {name: _pruned(card, kept) for name, card in getattr(knowledge, shelf).items() if name in kept[shelf]}
           for shelf in SHELVES},
        derived={name: card for name, card in knowledge.derived.items() if name in derived},
        depths=tuple(tuple(name for name in depth if name in derived) for depth in knowledge.depths),
        rules=tuple(rule for rule in knowledge.rules if rule.key in stay),
    )


def _pruned(card: Any, kept: Mapping[str, Container[str]]) -> Any:
    """A card whose lists name only cards that stay."""
    lists = {"self_checks": "self_checks", "care": "care", "suspects": "conditions", "settles": "conditions",
             "blocked_by": "interlocks", "flags": "red_flags"}
    return replace(card, **{
        field: [name for name in getattr(card, field) if name in kept[shelf]]
        for field, shelf in lists.items() if hasattr(card, field)
    })
