"""What a red flag stands for is looked for first: it stands in front of the ranking, by the level of the flag."""

from __future__ import annotations

import pytest

from tests.conftest import remembered
from tests.helpers.examples import sampled
from triage.inference.assessment import assess
from triage.model import RANK
from triage.presentation import screens

CLOT = {
    "person.age": 45.0, "pain.region": ("calf",), "pain.site": ("calf_lower_inner",), "pain.side": "left",
    "onset.age": 2.0, "onset.speed": "moment", "onset.trigger": "moment", "onset.pop": "calf",
    "swelling.bruise": "small", "tendon.power": "painful", "swelling.extent": "whole_calf", "swelling.side": "one_leg",
}


def told(knowledge, answers):
    return assess(knowledge, remembered(answers))


def test_a_suspected_danger_stands_before_what_fits_well(knowledge):
    assessment = told(knowledge, CLOT)
    ids = [c.id for c in assessment.conditions]
    assert "clot_signs" in assessment.flags
    assert ids.index("dvt") < ids.index("soleus_strain") if "soleus_strain" in ids else "dvt" in ids[:2]
    dvt = next(c for c in assessment.conditions if c.id == "dvt")
    assert "clot_signs" in dvt.suspected_by


def test_without_its_red_flag_it_waits_for_two_groups_of_evidence(knowledge):
    quiet = told(knowledge, CLOT | {"swelling.extent": "no_swelling"})
    assert all(not c.suspected_by for c in quiet.conditions if c.id == "dvt")


def test_the_order_follows_the_level_of_the_flag(knowledge):
    assessment = told(knowledge, CLOT | {"now.breath": "yes"})
    assert assessment.conditions[0].id == "pulmonary_embolism"


def test_it_is_told_as_what_to_look_for(knowledge):
    shown = screens.outcome(knowledge, told(knowledge, {"leg.swollen_blue": "yes"}))
    text = " ".join(block.text for block in shown.blocks)
    assert "to be looked for first" in text


@sampled(5)
def test_every_flag_of_today_or_nearer_that_names_a_condition_puts_it_in_front(knowledge, story_set, every):
    """In every story: no condition without a suspicion stands before one that has it."""
    for story in story_set[::every]:
        marks = [bool(c.suspected_by) for c in told(knowledge, story.answers).conditions]
        assert marks == sorted(marks, reverse=True), story.story


@pytest.mark.parametrize("level", ["today", "emergency_department_now", "ambulance_now"])
def test_each_near_level_has_flags_that_name_what_they_suspect(knowledge, level):
    assert any(
        flag.suspects and any(RANK[rule.level] >= RANK[level] for rule in flag.rules)
        for flag in knowledge.red_flags.values()
    )
