"""The interview asks dangers first, asks nothing twice, and always ends."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import strategies
from tests.conftest import remembered, shared_knowledge
from triage import interview
from triage.answers import AGAIN
from triage.assessment import RANK, Assessment, assess
from triage.conversation import talk
from triage.model import NONE, NOT_SURE, Answers, Question
from triage.terminal.script import ScriptFront

SOME = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONGEST = 90
"""More questions than this no path may ask; the screens with all their plainer questions are 25 of them."""


def conclude(answers: Answers) -> Assessment:
    return assess(shared_knowledge(), remembered(answers), answers)


def questions(answers: Answers, otherwise: str) -> list[str]:
    front = ScriptFront(answers, otherwise)  # type: ignore[arg-type]
    talk(shared_knowledge(), remembered, front, greet=False)
    return front.asked


people = st.deferred(lambda: strategies.answers(shared_knowledge()) | strategies.sick_answers(shared_knowledge()))


@SOME
@given(people, st.sampled_from(["no", "not_sure"]))
def test_every_interview_ends_and_asks_nothing_twice(answers, otherwise):
    asked = questions(answers, otherwise)
    assert len(asked) <= LONGEST
    assert len(set(asked)) == len(asked)


@SOME
@given(st.data())
def test_a_person_who_answers_anything_at_all_comes_to_an_end(data):
    """Random replies to what is really asked, not to what was prepared."""
    knowledge = shared_knowledge()
    given_: Answers = {}
    for _ in range(LONGEST):
        assessment = conclude(given_)
        question = interview.next_question(knowledge, given_, assessment)
        if question is None:
            return
        given_ |= interview.record(question, data.draw(replies(question)))
    raise AssertionError(f"still asking after {LONGEST} questions: {list(given_)}")


def replies(question: Question) -> st.SearchStrategy[object]:
    ids = [choice.id for choice in question.choices]
    if question.kind in ("yes_no", "one"):
        return st.sampled_from(ids)
    if question.kind in ("many", "checklist"):
        plain = [i for i in ids if i not in (NONE, NOT_SURE)]
        return st.sets(st.sampled_from(plain), max_size=2).map(tuple) | st.just(NOT_SURE)
    return st.sampled_from([0.0, 3.0, 20.0, 60.0, 80.0, 100.0])


def test_the_emergency_screens_come_before_the_place_of_pain(knowledge):
    asked = questions({"person.age": 40.0}, "no")
    screens = [stage.id for stage in knowledge.stages if stage.emergency]
    assert asked[2:5] == screens
    assert asked.index("pain.region") == 5


def test_nothing_is_asked_after_an_ambulance(knowledge):
    for line in ("now.breath", "now.fainted", "now.face_speech"):
        answers: Answers = {"person.age": 50.0, "person.cannot_answer": "no", "person.unsafe": "no", line: "yes"}
        assessment = conclude(answers)
        assert assessment.urgency.level == "ambulance_now"
        assert interview.next_question(knowledge, answers, assessment) is None


def test_a_ticked_line_opens_its_own_follow_ups_first(knowledge):
    asked = questions({"person.age": 60.0, "leg.cold_pale": "yes"}, "no")
    after = asked[asked.index("screen_leg") + 1 :]
    assert after[0] in {f.id for f in knowledge.findings.values() if "leg.cold_pale" in f.parents}
    assert "screen_body" not in after, "an emergency is said before the next screen"


def test_a_whole_screen_of_not_sure_is_asked_line_by_line(knowledge):
    asked = questions({"person.age": 40.0}, "not_sure")
    for stage in knowledge.stages:
        if stage.emergency:
            start = asked.index(stage.id)
            again = [name + AGAIN for name in stage.together]
            assert [q for q in asked[start + 1 :] if q in again] == again


def test_a_plainer_answer_settles_the_first_not_sure(knowledge):
    answers: Answers = {"now.breath": NOT_SURE, "now.breath" + AGAIN: "yes"}
    assert conclude(answers).urgency.level == "ambulance_now"
    answers["now.breath" + AGAIN] = "no"
    assert "lung_clot_or_collapse" not in conclude(answers).unresolved
    answers["now.breath" + AGAIN] = NOT_SURE
    assert "lung_clot_or_collapse" in conclude(answers).unresolved


def test_habits_shoes_ground_and_chairs_are_asked_of_a_calf(knowledge):
    asked = questions({"person.age": 30.0, "pain.region": ("calf",), "activity.regular": ("running",)}, "no")
    assert {"activity.regular", "activity.terrain", "footwear.usual", "load"} <= set(asked)


def test_a_heel_alone_is_not_asked_about_clots_in_detail(knowledge):
    answers: Answers = {"person.age": 50.0, "pain.region": ("heel",), "pain.site": ("heel_under_inner",),
                        "pain.side": "left", "onset.age": 90.0, "swelling.extent": "no_swelling"}
    asked = questions(answers, "no")
    assert "history.clot_weak" not in asked


def test_no_single_answer_left_could_raise_the_urgency_when_it_stops(knowledge):
    """When the questions are over, no answer that may still be asked makes it more urgent."""
    answers: Answers = {"person.age": 45.0, "pain.region": ("calf",), "pain.site": ("calf_deep",), "pain.side": "left",
                        "onset.age": 5.0, "onset.trigger": "load"}
    given_: Answers = {}
    front = ScriptFront(answers, "no")
    while (question := interview.next_question(knowledge, given_, conclude(given_))) is not None:
        reply = front.ask(question, 1)
        given_ |= interview.record(question, reply.answer)  # type: ignore[union-attr]
    ended = conclude(given_)
    rank = (RANK[ended.urgency.level], -ended.urgency.within_days)
    facts = interview.known_facts(knowledge, ended.fired, ended.answers)
    for finding in interview._askable(knowledge, facts):
        for answer in interview._possible(finding):
            after = conclude({**given_, finding.id: answer}).urgency
            assert (RANK[after.level], -after.within_days) <= rank, (finding.id, answer)
