"""Faults of sources: unused, weaker than what is claimed of them, or due to be read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from triage.knowledge import signatures
from triage.model import Grade, Issue, Issues, Knowledge

OWN = "project"
"""The kind of source that is nobody else's word."""
IN_CODE = ("farrar2001",)
"""Sources of what cannot be said in a card: `triage/records/follow_up.py`."""


def sources(knowledge: Knowledge) -> Issues:
    """What is claimed of a source, and whether any card names it."""
    for rule in knowledge.rules:
        source = knowledge.sources.get(rule.source)
        if source is not None and source.kind == OWN and not rule.lowered and rule.grade in _BY_OTHERS:
            yield Issue(rule.key, "source-grade",
                        f"'{rule.grade}' needs a source of others, and '{source.id}' is our own")
    for flag in knowledge.red_flags.values():
        if flag.rules and all(line.grade == "memory" for line in flag.rules):
            yield Issue(flag.id, "source-grade", "a red flag may not rest on memory alone")
    named = set(_named(knowledge))
    for name in knowledge.sources:
        if name not in named and name not in IN_CODE:
            yield Issue(f"source:{name}", "source-unused", f"no card names the source '{name}'")


_BY_OTHERS: tuple[Grade, ...] = ("published", "guideline", "consensus", "tradition")


def _named(knowledge: Knowledge) -> Iterator[str]:
    yield from (rule.source for rule in knowledge.rules)
    for card in knowledge.conditions.values():
        yield card.source
        if card.frequency is not None:
            yield card.frequency.source
    for shelf in (knowledge.self_checks, knowledge.care, knowledge.derived, knowledge.scores, knowledge.claims,
                  knowledge.map.points, knowledge.map.no_press):
        yield from (card.source for card in shelf.values())
    yield from (promise.source for promise in knowledge.settings.promises)


def due(knowledge: Knowledge, on: date) -> Issues:
    """Reviews and sources whose day has passed."""
    yield from signatures.due(knowledge, on)
