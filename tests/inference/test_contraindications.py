"""What somebody may try, and what nobody is told as long as it is forbidden."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from tests.conftest import remembered, shared_knowledge
from triage.explanation.standing import standing
from triage.inference import contraindications
from triage.inference.assessment import assess
from triage.knowledge import forbidden_advice
from triage.model import Answers, Assessment, Knowledge
from triage.presentation import explanation_screens, wording
from triage.presentation import screens as screen
from triage.presentation.result_json import result

CALF: Answers = {
    "person.age": 35.0, "person.sex": "female", "pain.region": ("calf",), "pain.site": ("calf_lower_inner",),
    "pain.side": "left", "onset.age": 60.0, "onset.worse_4_weeks": "no", "onset.trigger": "load",
    "activity.load_jump": "yes", "pain.push_off": "yes", "pain.travels": "yes", "vein.cord": "no",
    "history.clot_strong": (), "history.clot_weak": (), "history.blood_thinner": "no", "history.avoid_nsaid": (),
    "history.numb_feet": "no", "swelling.extent": "no_swelling",
}
PREGNANT = CALF | {"body.pregnant": "yes"}
THICK = CALF | {"onset.age": 3.0, "self_check.measure_calf": "over_3"}
PRESSED = {"self_check.calf_press": "my_pain_low"}
CASES = {"pregnant": PREGNANT, "pregnant, pressed before": PREGNANT | PRESSED, "a thicker calf": THICK | PRESSED}
INVITING = ("worth a try", "pressing has not", "pressing and stretching")


def concluded(answers: Answers, screens: bool = True) -> Assessment:
    knowledge = shared_knowledge()
    whole = {**(dict.fromkeys(knowledge.emergency, "no") if screens else {}), **answers}
    return assess(knowledge, remembered(whole))


def told(assessment: Assessment) -> str:
    """All that the screens say of a result, short and in full."""
    knowledge = shared_knowledge()
    screens = [screen.outcome(knowledge, assessment, brief) for brief in (False, True)]
    screens.append(screen.reasons(knowledge, assessment))
    return "\n".join(line for shown in screens for block in shown.blocks for line in (block.text, *block.items))


# --- sentences that would invite

@pytest.mark.parametrize("case", CASES)
def test_no_screen_invites_to_press_while_that_is_forbidden(case):
    assessment = concluded(CASES[case])
    assert "no_press" in contraindications.locks(shared_knowledge(), assessment)
    assert not [words for words in INVITING if words in told(assessment)]


def test_the_doubt_stays_when_the_advice_goes(knowledge):
    note = knowledge.conditions["soleus_trigger_points"].note
    shown = told(concluded(CASES["pregnant, pressed before"]))
    assert note not in shown
    assert note.split(". ")[0] in shown


def test_who_may_press_is_told_so(knowledge):
    assessment = concluded(CALF | PRESSED)
    assert not {"no_press", "no_stretch"} & contraindications.locks(knowledge, assessment)
    assert knowledge.conditions["soleus_trigger_points"].note in told(assessment)
    assert "pressing and stretching" in told(assessment)


def test_nobody_is_invited_before_the_questions_on_danger_are_answered():
    silent = concluded(CALF | PRESSED, screens=False)
    half = concluded({name: answer for name, answer in (CALF | PRESSED).items() if name != "swelling.extent"})
    for assessment in (silent, half):
        assert not [words for words in INVITING if words in told(assessment)]


@pytest.mark.parametrize(("text", "left"), [
    ("It calms down. Massage helps many. See somebody.", "It calms down. See somebody."),
    ("Pressing is worth a try. If it hurts more, stop. It lasts weeks.", "It lasts weeks."),
    ("Do not press, and stop stretching.", "Do not press, and stop stretching."),
    ("Never roll it. Nobody should be rubbing here.", "Never roll it. Nobody should be rubbing here."),
    ("If it gets worse, call.", "If it gets worse, call."),
    ("Stretching helps.", ""), ("", ""),
])
def test_sentences_that_invite_are_left_out_and_those_that_forbid_stay(knowledge, text, left):
    assert contraindications.without_forbidden_advice(knowledge, concluded(PREGNANT), text) == left
    assert contraindications.without_forbidden_advice(knowledge, concluded(CALF), text) == text


def test_what_any_block_forbids_is_left_out_not_pressing_and_stretching_alone(knowledge):
    text = "Walking and well-fitted stockings help. Put on no stocking at night. Many veins can be treated."
    narrow = concluded(CALF | {"history.arterial": ("poor_circulation",)})
    assert "no_compression" in contraindications.locks(knowledge, narrow)
    allowed = contraindications.without_forbidden_advice(knowledge, narrow, text)
    assert allowed == "Put on no stocking at night. Many veins can be treated."
    assert contraindications.without_forbidden_advice(knowledge, concluded(PREGNANT), text) == text


def test_in_every_story_what_is_forbidden_is_not_told_in_passing(knowledge, stories):
    """Remarks of the cards, and what would speak for them: nothing that only a withheld self-check could tell."""
    seen = 0
    for story in stories[::20]:
        assessment = assess(knowledge, remembered(story.answers))
        rules = knowledge.by_id
        for ranked in assessment.conditions:
            said = " ".join(block.text for block in wording.remarks(knowledge, assessment, ranked))
            open_ = wording.unknown_evidence(knowledge, assessment, ranked, rules)
            if contraindications.hands_on_forbidden(knowledge, assessment):
                assert not [words for words in INVITING if words in said]
            for rule in (rules[r] for r in ranked.unknown):
                results = {knowledge.self_checks[held.id].result for held in assessment.withheld_checks}
                if results & {part.fact for part in rule.parts} and rule.kind == "for":
                    others = {rules[r].why for r in ranked.unknown
                              if not results & {part.fact for part in rules[r].parts}}
                    seen += 1
                    assert f"whether {rule.why}" not in open_ or rule.why in others
    assert seen


def forbidden(knowledge: Knowledge, assessment: Assessment, texts: Iterable[str]) -> list[str]:
    """The sentences of these texts that advise what must not be done, or is not yet known to be safe."""
    if not contraindications.hands_on_forbidden(knowledge, assessment):
        return []
    locks = [knowledge.interlocks[name] for name in ("no_press", "no_stretch")]
    return [sentence for text in texts for lock in locks for sentence in forbidden_advice.advises(lock, text)]


def test_no_output_looks_ahead_to_what_is_forbidden(knowledge, stories):
    """The JSON result and the diary speak of the days to come as the screen does: without pressing and stretching."""
    left_out = 0
    for story in stories:
        assessment = assess(knowledge, remembered(story.answers))
        for ranked in assessment.conditions[:1]:
            card = knowledge.conditions[ranked.id]
            ahead = [result(knowledge, assessment)["look_again"]["say"], wording.days_to_come(knowledge, assessment),
                     *wording.expected_course(knowledge, assessment, ranked.id, 14)[1:]]
            assert forbidden(knowledge, assessment, ahead) == []
            raw = [card.course, card.look_again.say] if card.look_again else []
            left_out += bool(forbidden(knowledge, assessment, raw))
    assert left_out > 20


# --- self-checks that would settle it

def settling(assessment: Assessment, condition: str) -> tuple[set[str], set[str]]:
    found = standing(shared_knowledge(), assessment, condition)
    return set(found.settle), set(found.later)


def test_what_would_settle_it_may_be_tried(knowledge):
    settle, later = settling(concluded(CALF), "soleus_trigger_points")
    assert "calf_press" in settle - later


@pytest.mark.parametrize("case", ["pregnant", "a thicker calf"])
def test_what_is_blocked_settles_nothing(knowledge, case):
    answers = {name: answer for name, answer in CASES[case].items() if name != "self_check.calf_press"}
    assessment = concluded(answers)
    for shown in (explanation_screens.why, explanation_screens.why_not):
        texts = [line for block in shown(knowledge, assessment, "soleus_trigger_points").blocks for line in block.items]
        assert knowledge.self_checks["calf_press"].name not in texts
    assert "calf_press" not in settling(assessment, "soleus_trigger_points")[0]


def test_what_waits_for_an_answer_is_told_to_wait(knowledge):
    assessment = concluded(CALF, screens=False)
    settle, later = settling(assessment, "soleus_trigger_points")
    assert "calf_press" in settle & later
    blocks = explanation_screens.why(knowledge, assessment, "soleus_trigger_points").blocks
    titles = [block.text for block, after in itertools.pairwise(blocks)
              if knowledge.self_checks["calf_press"].name in after.items]
    assert len(titles) == 1
    assert "once the questions" in titles[0]


@pytest.mark.parametrize("answers", [CALF | {"now.breath": "yes"}, CALF | {"person.age": 9.0}])
def test_nobody_in_an_emergency_and_no_child_tries_anything(knowledge, answers):
    for name in knowledge.conditions:
        assert settling(concluded(answers), name) == (set(), set())


def test_every_self_check_that_is_offered_may_be_tried_and_none_that_is_withheld(knowledge, stories):
    for story in stories[::15]:
        assessment = assess(knowledge, remembered(story.answers))
        for name in assessment.self_checks:
            assert contraindications.may_try(knowledge, assessment, knowledge.self_checks[name]) == "yes", story.story
        for held in assessment.withheld_checks:
            expected = "no" if held.rules else "later"
            check = knowledge.self_checks[held.id]
            assert contraindications.may_try(knowledge, assessment, check) == expected, story.story
