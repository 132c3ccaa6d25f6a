"""No line of the rules without a story: every rule fires somewhere, every red flag has its hit and its near miss."""

from __future__ import annotations

import pytest

from tests.conftest import SCENARIOS, remembered
from triage import scenarios
from triage.assessment import assess


@pytest.fixture(scope="module")
def told(knowledge, stories):
    """Every story with what came of it."""
    return [(story, assess(knowledge, remembered(story.answers), story.answers)) for story in stories]


def test_every_rule_fires_in_some_story(knowledge, told):
    fired = {key for _, assessment in told for key in assessment.fired.rules}
    silent = [rule.id for rule in knowledge.rules if rule.key not in fired and not rule.lowered]
    assert silent == []


def test_every_red_flag_has_a_story_that_expects_it(knowledge, told):
    for flag in knowledge.red_flags:
        hits = [s for s, a in told if flag in a.flags and any(r.split("/")[0] == flag for r in s.expect.reasons)]
        assert hits, flag


def test_every_red_flag_has_a_near_miss_beside_its_hit(knowledge, told):
    """In the file of the same name: a story in which it does not fire, and which says so."""
    for flag in knowledge.red_flags:
        assert (SCENARIOS / f"{flag}.yaml").exists(), flag
        misses = [
            s for s, a in told
            if s.file.endswith(f"/{flag}.yaml") and flag not in a.flags
            and (flag in s.expect.not_reasons or s.expect.urgency)
        ]
        assert misses, flag


def test_not_sure_has_its_story_where_it_lowers(knowledge, told):
    """Each red flag that "not sure" can lower is met so in some story."""
    lowered = {rule.card for rule in knowledge.rules if rule.kind == "red_flag" and rule.lowered}
    by_key = {rule.key: rule for rule in knowledge.rules}
    seen = {by_key[k].card for _, a in told for k in a.fired.rules if by_key[k].lowered}
    assert lowered - seen == set()


def test_every_level_every_check_and_every_care_card_is_reached(knowledge, told):
    assert {a.urgency.level for _, a in told} == set(knowledge.settings.levels)
    assert {name for _, a in told for name in a.self_checks} == set(knowledge.self_checks)
    assert {name for _, a in told for name in a.care} == set(knowledge.care)
    assert {c.id for _, a in told for c in a.conditions} | {n for _, a in told for n in a.explained} == set(
        knowledge.conditions
    )


def test_every_condition_comes_first_somewhere_and_has_its_near_miss(knowledge, told):
    """As its story says: first in one, and in another not shown, or possible at most."""
    ranked = [name for name, card in knowledge.conditions.items() if card.kind != "explains"]
    first = {s.expect.first for s, _ in told}
    missed = {name for s, _ in told for name in (*s.expect.not_listed, *s.expect.not_likely)}
    assert [name for name in ranked if name not in first] == []
    assert [name for name in ranked if name not in missed] == []


def test_there_are_far_more_than_two_hundred_stories(knowledge):
    assert len(scenarios.read(knowledge, SCENARIOS)) >= 200
