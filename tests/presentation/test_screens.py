"""What a person is told: what now first, no all-clear, nothing unsaid."""

from __future__ import annotations

import pytest

from tests.conftest import remembered, shared_knowledge
from triage.inference.assessment import Assessment, assess
from triage.model import NOT_SURE, Answers, Screen
from triage.presentation import screens as screen

CALF: Answers = {"person.age": 35.0, "pain.region": ("calf",), "pain.site": ("calf_lower_inner",), "pain.side": "left",
                 "onset.age": 21.0, "onset.trigger": "load", "self_check.calf_press": "my_pain_low",
                 "activity.load_jump": "yes", "pain.push_off": "yes", "pain.travels": "yes"}


def conclude(answers: Answers, screens: bool = True) -> Assessment:
    knowledge = shared_knowledge()
    whole = {**dict.fromkeys(knowledge.emergency, "no"), **answers} if screens else answers
    return assess(knowledge, remembered(whole))


def text(shown: Screen) -> str:
    return "\n".join(line for block in shown.blocks for line in (block.text, *block.items))


def outcome(answers: Answers, screens: bool = True) -> Screen:
    return screen.outcome(shared_knowledge(), conclude(answers, screens))


@pytest.mark.parametrize("answers", [{}, CALF, {"now.breath": "yes"}, {"leg.swollen_blue": "yes"}, {"person.age": 9.0}])
def test_the_urgency_comes_first(answers):
    assert outcome(answers).blocks[0].kind == "urgency"


def test_unanswered_emergency_questions_are_said(knowledge):
    assert conclude(CALF, screens=False).not_asked == knowledge.emergency
    silent = text(outcome(CALF, screens=False))
    assert f"{len(knowledge.emergency)} of {len(knowledge.emergency)}" in silent
    assert conclude(CALF).not_asked == ()
    assert f"of {len(knowledge.emergency)}" not in text(outcome(CALF))


def test_the_doubt_about_sore_spots_stands_beside_the_soleus(knowledge):
    card = knowledge.conditions["soleus_trigger_points"]
    safe = CALF | {"swelling.extent": "no_swelling", "history.clot_strong": (), "history.clot_weak": (),
                   "history.blood_thinner": "no"}
    assert card.name in text(outcome(safe))
    assert card.note in text(outcome(safe))


def test_a_danger_left_open_is_named_and_never_called_unlikely(knowledge):
    shown = text(outcome({**CALF, "now.breath": NOT_SURE}))
    assert knowledge.red_flags["lung_clot_or_collapse"].danger in shown
    assert "nlikely" not in shown


def test_what_an_interlock_forbids_is_said_with_what_to_do_instead(knowledge):
    shown = text(outcome({**CALF, "body.pregnant": "yes", "onset.age": 400.0, "onset.worse_4_weeks": "no"}))
    assert knowledge.interlocks["no_press"].say in shown


def test_an_emergency_is_short_and_ranks_nothing(knowledge):
    shown = outcome({**CALF, "now.breath": "yes"})
    names = [card.name for card in knowledge.conditions.values()]
    assert not [name for name in names if name in text(shown)]
    assert len(shown.blocks) <= 12


def test_a_child_is_not_told_of_adult_causes(knowledge):
    shown = text(outcome({"person.age": 12.0, "pain.region": ("heel",), "pain.first_steps": "worst"}))
    assert knowledge.conditions["plantar_fasciitis"].name not in shown


def test_each_result_of_a_look_is_told_what_it_means(knowledge):
    """A self-check whose result is several things, such as a look at the leg."""
    nothing = conclude({})
    told = text(screen.check_result(knowledge, "look_at_leg", ("heat", "cord"), nothing, nothing))
    means = knowledge.self_checks["look_at_leg"].means
    assert means["heat"] in told
    assert means["cord"] in told
    assert means["sore"] not in told
    assert "counts for nothing" not in told
    assert "counts for nothing" in text(
        screen.check_result(knowledge, "look_at_leg", NOT_SURE, nothing, nothing))
