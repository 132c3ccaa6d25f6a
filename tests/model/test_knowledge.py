"""Rules with a change in them hold nothing that was true before the change only."""

from __future__ import annotations

from functools import cached_property

import msgspec
import pytest

from tests.helpers import small
from triage.knowledge import reader
from triage.model import Knowledge, Rule
from triage.verification.mutation import mutants

MEMORIES = ("_reads", "_selections")
"""Filled by and by: looked at through `reads` and `rules_of`."""
WORKED_OUT = [name for name, held in vars(Knowledge).items() if isinstance(held, cached_property)]


@pytest.fixture
def knowledge(tmp_path) -> Knowledge:
    return reader.load(small.write(tmp_path))


def worked_out(knowledge: Knowledge, rules: tuple[Rule, ...]) -> dict[str, object]:
    out: dict[str, object] = {name: getattr(knowledge, name) for name in WORKED_OUT if name not in MEMORIES}
    out["order"] = sorted((rule.key for rule in knowledge.rules), key=knowledge.order.__getitem__)
    out["_by_card"] = {card: list(own) for card, own in knowledge._by_card.items() if own}
    out["reads"] = {rule.key: knowledge.reads(rule) for rule in knowledge.rules}
    out["rules_of"] = {(rule.kind, card): knowledge.rules_of(rule.kind, card=card)
                       for rule in rules for card in ("", rule.card)}
    return out


def test_what_is_worked_out_from_changed_rules_is_what_they_give_when_read_so(knowledge):
    worked_out(knowledge, knowledge.rules)
    tried = [mutant for mutant in mutants(knowledge) if mutant.rules]
    assert {knowledge.by_key[key].kind for mutant in tried for key in mutant.rules} >= {
        "derived", "score_item", "for", "red_flag", "interlock"}
    for mutant in tried:
        changed = knowledge.with_changes(mutant.rules, mutant.cards)
        fresh = msgspec.structs.replace(changed)
        assert worked_out(changed, knowledge.rules) == worked_out(fresh, knowledge.rules), mutant.id


def test_another_card_leaves_the_rules_as_they_are(knowledge):
    card = msgspec.structs.replace(knowledge.conditions["sore_calf"], name="Another name")
    changed = knowledge.with_changes({}, {"conditions": {"sore_calf": card}})
    assert changed.conditions == {**knowledge.conditions, "sore_calf": card}
    assert (changed.rules, changed.by_key) == (knowledge.rules, knowledge.by_key)
