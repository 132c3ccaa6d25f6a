"""Knowledge with one mutant in it. What the mutant cannot touch is not worked out again."""

from __future__ import annotations

from typing import Any

import msgspec

from triage.model import Knowledge, Rule, Weight
from triage.verification.mutation.operators import Mutant

KEPT = ("emergency", "places_of_findings", "follow_ups", "known_names", "order")
"""What Knowledge works out from findings and stages, and the order of keys: no mutant changes them."""
BY_RULES = ("by_key", "_by_card", "_shelf", "remembered_reads", "danger_answers")
"""What it works out from rules."""


def apply(knowledge: Knowledge, mutant: Mutant) -> Knowledge:
    """The rules with this mutant in them."""
    shelves = {folder: {**getattr(knowledge, folder), **cards} for folder, cards in mutant.cards.items()}
    out = msgspec.structs.replace(knowledge, rules=_rules(knowledge, mutant), **shelves)
    worked_out = vars(out)
    worked_out |= {name: getattr(knowledge, name) for name in KEPT}
    worked_out |= _by_rules(knowledge, mutant)
    worked_out["remembered_weights"] = _Remembered(knowledge.remembered_weights, mutant.card)
    return out


def _rules(knowledge: Knowledge, mutant: Mutant) -> tuple[Rule, ...]:
    if not mutant.rules:
        return knowledge.rules
    rules: list[Rule | None] = list(knowledge.rules)
    for key, new in mutant.rules.items():
        rules[knowledge.order[key]] = new
    return tuple(rule for rule in rules if rule is not None)


def _by_rules(knowledge: Knowledge, mutant: Mutant) -> dict[str, Any]:
    """What is worked out from rules; all rules of a mutant are of one card and kind."""
    if not mutant.rules:
        return {name: getattr(knowledge, name) for name in BY_RULES}
    kind = knowledge.by_key[next(iter(mutant.rules))].kind
    by_key: dict[str, Rule] = {**knowledge.by_key, **mutant.rules}  # type: ignore[dict-item]
    for key, rule in mutant.rules.items():
        if rule is None:
            del by_key[key]
    by_card = knowledge._by_card
    mine = [by_key[rule.key] for rule in by_card[mutant.card] if rule.key in by_key]
    out = {
        "by_key": by_key, "_by_card": {**by_card, mutant.card: mine},
        "_shelf": {at: rules for at, rules in knowledge._shelf.items()
                   if at[1] != mutant.card and (at[1] or kind not in at[0])},
    }
    if kind in ("derived", "score_item"):  # others read them, and all that they read may be another
        return out
    kept = {key: read for key, read in knowledge.remembered_reads.items() if key not in mutant.rules}
    same = {} if kind == "red_flag" else {"danger_answers": knowledge.danger_answers}
    return out | {"remembered_reads": kept} | same


class _Remembered(dict[tuple[str, ...], Weight]):
    """Weights of conditions worked out so far: those of this card anew, all others shared with the true rules."""

    def __init__(self, shared: dict[tuple[str, ...], Weight], card: str) -> None:
        super().__init__()
        self.shared, self.card = shared, card

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (key in self.shared and key[0] != self.card)

    def __missing__(self, key: tuple[str, ...]) -> Weight:
        return self.shared[key]
