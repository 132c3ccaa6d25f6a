"""Faults of scores: their items add up to what is declared, and rules ask for sums that there are."""

from __future__ import annotations

from triage.model import Issue, Issues, Knowledge
from triage.verification.answer_search import totals


def scores(knowledge: Knowledge) -> Issues:
    """Items and the declared total."""
    for score in knowledge.scores.values():
        items = [item.id for item in score.items]
        for name in {name for name in items if items.count(name) > 1}:
            yield Issue(score.id, "duplicate-id", f"two items are called '{name}'")
        if {rule.item for rule in knowledge.rules_of("score_item", card=score.id)} != {*items}:
            continue  # what an item reads cannot be read, and has a fault of its own
        most = max(totals(knowledge, score.id), default=0)
        if most != score.most:
            yield Issue(score.id, "score", f"its items add up to {most:g}, but `most` says {score.most:g}")


def thresholds(knowledge: Knowledge) -> Issues:
    """What rules ask of a score: more than nothing, no more than there is, and a sum that its items can give."""
    sums = {name: totals(knowledge, name) for name in knowledge.scores}
    used = set()
    for rule in knowledge.rules:
        for part in rule.parts:
            room, name = part.namespace, part.name
            if room != "score" or not part.op:
                continue
            used.add(name)
            if part.bound <= 0:
                yield Issue(rule.key, "threshold", f"'{part.text}' asks for no items at all")
            elif part.bound > max(sums[name]):
                yield Issue(rule.key, "threshold",
                            f"'{part.text}' asks for more than {max(sums[name]):g}, the highest sum")
            elif part.bound not in sums[name]:
                yield Issue(rule.key, "threshold", f"'{part.text}': no items of '{name}' add up to {part.bound:g}")
    for name in sums:
        if name not in used:
            yield Issue(name, "score-unread", f"no rule reads the score '{name}'")
