"""The interview asks dangers first, asks nothing twice, and always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import remembered, shared_knowledge
from tests.helpers import strategies
from tests.helpers.examples import examples
from tests.helpers.talks import talk
from triage.dialogue.simulated_person import ScriptFront
from triage.inference.answers import AGAIN, BadAnswer, choose
from triage.inference.assessment import RANK, Assessment
from triage.interview import next_question
from triage.interview.next_question import InterviewState
from triage.model import NONE, NOT_SURE, OPTION, Answers, Question

SOME = examples(12)
LONGEST = 90
"""More questions than this no path may ask; the screens with all their plainer questions are 25 of them."""


_made: list[next_question.Interview] = []


def asks() -> next_question.Interview:
    if not _made:
        _made.append(next_question.Interview(shared_knowledge()))
    return _made[0]


def state(answers: Answers) -> InterviewState:
    return asks().state(remembered(answers))


def conclude(answers: Answers) -> Assessment:
    return state(answers).assessment


def following(answers: Answers, thorough: bool = False) -> Question | None:
    return next_question.next_question(state(answers), thorough)


def questions(answers: Answers, otherwise: str) -> list[str]:
    front = ScriptFront(answers, otherwise)  # type: ignore[arg-type]
    talk(shared_knowledge(), remembered, front)
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
    given_: Answers = {}
    for _ in range(LONGEST):
        question = following(given_)
        if question is None:
            return
        given_ |= next_question.record(question, data.draw(replies(question)))
    raise AssertionError(f"still asking after {LONGEST} questions: {list(given_)}")


def replies(question: Question) -> st.SearchStrategy[object]:
    ids = [choice.id for choice in question.choices]
    if question.kind in ("yes_no", "one"):
        return st.sampled_from(ids)
    if question.kind in ("many", "checklist"):
        plain = [i for i in ids if i not in (NONE, NOT_SURE)]
        one_each = [i for i in plain if OPTION not in i] or plain[:1]
        return st.sets(st.sampled_from(one_each), max_size=2).map(tuple) | st.just(NOT_SURE)
    return st.sampled_from([0.0, 3.0, 20.0, 60.0, 80.0, 100.0])


def test_the_emergency_screens_come_before_the_place_of_pain(knowledge):
    asked = questions({"person.age": 40.0}, "no")
    screens = [stage.id for stage in knowledge.stages if stage.emergency]
    assert asked[1:4] == screens
    assert asked[4] == "place"


def test_nothing_is_asked_after_an_ambulance(knowledge):
    for line in ("now.breath", "now.fainted", "now.face_speech"):
        answers: Answers = {"person.age": 50.0, "person.cannot_answer": "no", "person.unsafe": "no", line: "yes"}
        assessment = conclude(answers)
        assert assessment.urgency.level == "ambulance_now"
        assert following(answers) is None


def test_what_was_ticked_is_followed_before_the_place_of_pain(knowledge):
    asked = questions({"person.age": 60.0, "leg.cold_pale": "yes", "leg.numb_weak": "yes"}, "no")
    assert "place" not in asked, "an emergency is said before the place is asked"
    asked = questions({"person.age": 60.0, "now.chest_or_jaw": "yes"}, "no")
    after = asked[asked.index("screen_now") + 1]
    assert after.split("/")[-1].startswith("chest."), "what was ticked on the first screen is followed at once"


def test_a_whole_screen_of_not_sure_is_asked_again_more_simply_on_one_screen(knowledge):
    front = ScriptFront({"person.age": 40.0}, "not_sure")
    talk(knowledge, remembered, front)
    for stage in knowledge.stages:
        if stage.emergency:
            assert front.asked[front.asked.index(stage.id) + 1] == stage.together[0] + AGAIN


def test_a_list_holds_options_of_questions_beside_yes_and_no(knowledge):
    """A line that stands for an option sets it; what is left unticked is none of these."""
    assessment = conclude({})
    facts = {"pain.region": ("heel",), "onset.age": 20.0}
    lists = [q for _, q in state(facts).questions if q.kind == "checklist" and q.id.startswith("beginning/")]
    question, = lists
    assert {"onset.speed=weeks", "onset.trigger=load"} <= {choice.id for choice in question.choices}
    given_ = next_question.record(question, ("onset.speed=weeks",))
    assert given_ == {"onset.speed": "weeks", "onset.trigger": NONE}
    assert next_question.record(question, NOT_SURE) == {"onset.speed": NOT_SURE, "onset.trigger": NOT_SURE}
    assert next_question.ticked(question, given_) == [knowledge.findings["onset.speed"].label("weeks")]
    with pytest.raises(BadAnswer, match="Only one"):
        choose(question, ["onset.speed=weeks", "onset.speed=days"])
    assert assessment.conditions == ()


def test_the_place_is_asked_with_its_side(knowledge):
    """Both sides ticked are both; no side ticked is no answer, and is asked by itself when it matters."""
    given_: Answers = {"person.age": 40.0, **dict.fromkeys(knowledge.emergency, "no")}
    place = following(given_)
    assert place is not None
    assert place.findings == ("pain.region", "pain.side")
    calf = ["pain.region=calf"]
    assert next_question.record(place, choose(place, [*calf, "pain.side=left"])) == {
        "pain.region": ("calf",), "pain.side": "left"}
    both = choose(place, [*calf, "pain.side=left", "pain.side=right"])
    assert next_question.record(place, both)["pain.side"] == "both"
    assert next_question.record(place, NOT_SURE) == {"pain.region": NOT_SURE, "pain.side": NOT_SURE}
    open_ = next_question.record(place, choose(place, calf))
    assert open_ == {"pain.region": ("calf",)}
    assert "pain.side" in {finding.id for finding in state(given_ | open_).askable}


def by_picture(knowledge, given_: Answers, likely=()) -> Question:
    place = following(given_)
    assert place is not None
    return next_question.by_picture(shared_knowledge(), place, likely)


def test_on_a_picture_the_zones_are_picked_with_the_side_and_where_it_spreads(knowledge):
    screened: Answers = {"person.age": 40.0, **dict.fromkeys(knowledge.emergency, "no")}
    drawn = by_picture(knowledge, screened, ["heel"])
    zones = [choice.id.partition(OPTION)[2] for choice in drawn.choices if choice.id.startswith("pain.site=")]
    assert set(zones) == set(knowledge.findings["pain.site"].options)
    first = [knowledge.findings["pain.site"].options[zone].inside for zone in zones]
    assert first[:first.count("heel")] == ["heel"] * first.count("heel"), "what was said before stands first"
    chosen = choose(drawn, ["pain.site=calf_deep", "pain.side=left", "pain.spreads=heel_back"])
    answers = next_question.record(drawn, chosen)
    assert answers == {"pain.site": ("calf_deep",), "pain.side": "left", "pain.spreads": ("heel_back",)}
    now = conclude(screened | answers)
    assert now.answers["pain.region"] == ("calf",)
    after = following(screened | answers)
    assert after is None or after.id not in ("place", "pain.region", "pain.site")


@pytest.mark.parametrize(("reply", "said"), [((), ()), (NOT_SURE, NOT_SURE)])
def test_on_a_picture_nothing_and_not_sure_are_answers_too(knowledge, reply, said):
    screened: Answers = {"person.age": 40.0, **dict.fromkeys(knowledge.emergency, "no")}
    answers = next_question.record(by_picture(knowledge, screened), reply)
    assert answers["pain.region"] == answers["pain.site"] == said
    after = following(screened | answers)
    assert after is None or after.id not in ("place", "pain.region", "pain.site"), "it is not asked again"


def test_only_the_place_is_asked_on_a_picture(knowledge):
    question = following({})
    assert next_question.by_picture(shared_knowledge(), question) == question  # type: ignore[arg-type]


def test_a_child_is_asked_what_is_asked_of_children_and_nobody_else_is(knowledge):
    child, adult = questions({"person.age": 9.0}, "no"), questions({"person.age": 40.0}, "no")
    only = {"child.ill", "child.limp"}
    assert only <= set(child)
    assert child[-2:] == ["person.unsafe", "review"]
    assert not only & set(adult)


def test_what_follows_a_ticked_line_is_one_list_also_of_options(knowledge):
    given_: Answers = {"person.age": 69.0, **dict.fromkeys(knowledge.emergency, "no"), "leg.numb_weak": "yes"}
    question = following(given_)
    assert question is not None
    assert question.id.startswith("follow_up/")
    assert {"circulation.sudden", "nerve.what=numb_leg"} <= {choice.id for choice in question.choices}


def test_asked_for_the_rest_it_asks_what_could_still_change_anything(knowledge):
    known: Answers = {"person.age": 45.0, "pain.site": ("calf_deep",), "onset.trigger": "load"}
    given_: Answers = {}
    front = ScriptFront(known, "no")
    counts = []
    for thorough in (False, True):
        count = 0
        while (question := following(given_, thorough)) is not None:
            given_ |= next_question.record(question, front.ask(question, 1).answer)  # type: ignore[union-attr]
            count += 1
        counts.append(count)
        if not thorough:
            assert next_question.why_ended(state(given_)) == "unlikely"
    assert counts[1] > 0
    assert next_question.why_ended(state(given_)) == "settled"


def test_a_plainer_answer_settles_the_first_not_sure(knowledge):
    answers: Answers = {"now.breath": NOT_SURE, "now.breath" + AGAIN: "yes"}
    assert conclude(answers).urgency.level == "ambulance_now"
    answers["now.breath" + AGAIN] = "no"
    assert "lung_clot_or_collapse" not in conclude(answers).unresolved
    answers["now.breath" + AGAIN] = NOT_SURE
    assert "lung_clot_or_collapse" in conclude(answers).unresolved


def test_load_and_beginning_are_asked_of_a_calf(knowledge):
    asked = questions({"person.age": 30.0, "pain.region": ("calf",), "activity.regular": ("running",)}, "no")
    assert {"beginning", "load", "pattern", "look", "background"} <= {name.split("/")[0] for name in asked}


def test_a_heel_alone_is_asked_about_small_risks_of_a_clot_only_before_a_press(knowledge):
    """Nothing else hangs on them: they come last, before the offer to press the calf, which can make a heel sore."""
    answers: Answers = {"person.age": 50.0, "pain.region": ("heel",), "pain.site": ("heel_under_inner",),
                        "pain.side": "left", "onset.age": 90.0, "swelling.extent": "no_swelling"}
    asked = questions(answers, "no")
    rest = asked[asked.index("history.clot_weak"):]
    assert any(name.startswith("offer:") for name in rest)
    assert not [name for name in rest if "/" in name], "no list of what is worth asking comes after them"


def test_small_risks_of_a_clot_are_asked_before_a_press_is_offered(knowledge):
    """Also where hardly anything hangs on them: a calf that has been sore for months, after hills."""
    known: Answers = {
        "person.age": 38.0, "pain.region": ("calf",), "pain.site": ("calf_lower_inner",), "pain.side": "right",
        "onset.age": 150.0, "onset.speed": "weeks", "onset.trigger": "load", "activity.regular": ("walking",),
        "activity.terrain": "hills", "pain.push_off": "yes", "pain.travels": "yes", "footwear.usual": "high_heels",
    }
    person = ScriptFront(known, "no")
    ended = talk(knowledge, remembered, person)
    assert ended.assessment is not None
    assert "calf_press" in ended.assessment.self_checks
    offers = [at for at, name in enumerate(person.asked) if name.startswith("offer:")]
    assert person.asked.index("history.clot_weak") < min(offers)


def test_no_single_answer_left_could_make_it_urgent_when_it_stops(knowledge):
    """When the questions are over, no single answer that may still be asked makes it `today` or nearer."""
    for site, region in (("calf_deep", "calf"), ("heel_under_inner", "heel"), ("ankle_outer", "ankle")):
        answers: Answers = {"person.age": 45.0, "pain.region": (region,), "pain.site": (site,), "pain.side": "left",
                            "onset.age": 5.0, "onset.trigger": "load"}
        given_: Answers = {}
        front = ScriptFront(answers, "no")
        while (question := following(given_)) is not None:
            reply = front.ask(question, 1)
            given_ |= next_question.record(question, reply.answer)  # type: ignore[union-attr]
        ended = conclude(given_)
        assert RANK[ended.urgency.level] < RANK["today"]
        supposed = asks().compiled.suppose(given_)
        open_ = {finding.id for finding in state(given_).askable}
        for name, value in supposed:
            if name in open_:
                came = [rule for rule in supposed.newly_fired((name, value)) if rule.kind == "red_flag"]
                assert all(RANK[rule.level] < RANK["today"] for rule in came), (name, value)


def test_it_says_why_it_ended(knowledge):
    answers: Answers = {"person.age": 50.0, "now.breath": "yes"}
    assert next_question.why_ended(state(answers)) == "urgent"
    answers = {"person.age": 9.0}
    assert next_question.why_ended(state(answers)) == "redirect"
    everything: Answers = {name: ("no" if f.kind == "yes_no" else NOT_SURE) for name, f in knowledge.findings.items()}
    assert next_question.why_ended(state(everything)) == "settled"


def test_the_number_left_is_nothing_only_at_the_end(knowledge):
    given_: Answers = {}
    front = ScriptFront({"person.age": 45.0, "pain.region": ("heel",)}, "no")
    while True:
        question = following(given_)
        assert (next_question.questions_left(state(given_)) == 0) == (question is None)
        if question is None:
            break
        given_ |= next_question.record(question, front.ask(question, 1).answer)  # type: ignore[union-attr]


def test_what_is_worth_asking_follows_the_answers(knowledge):
    """What makes clots likely is worth asking of a new pain in one calf, and less so of one under the heel."""
    def danger(answers: Answers) -> float:
        return state(answers).values.of("history.clot_strong").danger

    calf: Answers = {"pain.region": ("calf",), "pain.site": ("calf_deep",), "onset.age": 3.0, "pain.side": "left"}
    heel: Answers = {"pain.region": ("heel",), "pain.site": ("heel_under_inner",), "onset.age": 3.0}
    assert danger(calf) > danger(heel)


def test_nothing_is_worth_asking_once_it_is_known(knowledge):
    answers: Answers = {"pain.region": ("calf",), "pain.night": "no"}
    assert state(answers).values.of("pain.night").total == 0
