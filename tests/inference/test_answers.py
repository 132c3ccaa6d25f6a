"""What people type and files hold is understood in many spellings, completed by what it implies, and never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conftest import shared_knowledge
from tests.helpers import strategies
from tests.helpers.examples import examples
from triage.inference.answers import AGAIN, BadAnswer, choose, complete, normal, parse, reply
from triage.model import NONE, NOT_SURE, Answer, Choice, Finding, Knowledge, Option, Question

MANY = examples(300)


def worded(**labels: str) -> dict[str, Option]:
    """Options by their words."""
    return {name: Option(label=label) for name, label in labels.items()}


YES_NO = Finding(id="leg.hot", ask="Hot?", kind="yes_no", again="Hotter than the other?")
ONE = Finding(id="pain.side", ask="Which?", kind="one",
              options=worded(left="Left", right="Right", no_side="Neither"))
MANY_OF = Finding(id="pain.region", ask="Where?", kind="many", options=worded(calf="Calf", heel="Heel", foot="Foot"))
NUMBER = Finding(id="person.age", ask="How old?", kind="number", unit="years", lowest=0, highest=120)
DURATION = Finding(id="onset.age", ask="Since when?", kind="duration")
UNBOUND = replace(NUMBER, lowest=None, highest=None)
KINDS = [YES_NO, ONE, MANY_OF, NUMBER, DURATION]


def known(*findings: Finding) -> Knowledge:
    """The shipped knowledge with these findings only."""
    return replace(shared_knowledge(), findings={finding.id: finding for finding in findings})


# --- normal ---


@pytest.mark.parametrize(("finding", "value", "answer"), [
    (YES_NO, "yes", "yes"), (YES_NO, " Yes ", "yes"), (YES_NO, "Y", "yes"), (YES_NO, True, "yes"),
    (YES_NO, "true", "yes"),
    (YES_NO, "no", "no"), (YES_NO, "NO", "no"), (YES_NO, "n", "no"), (YES_NO, False, "no"), (YES_NO, "False", "no"),
    (ONE, "left", "left"), (ONE, " left ", "left"), (ONE, ["left"], "left"),
    (ONE, "none", NONE), (ONE, "None of these", NONE), (ONE, "", NONE),
    (MANY_OF, "calf", ("calf",)), (MANY_OF, ["calf"], ("calf",)), (MANY_OF, ["heel", "calf"], ("calf", "heel")),
    (MANY_OF, "heel|calf", ("calf", "heel")), (MANY_OF, "heel | calf", ("calf", "heel")),
    (MANY_OF, ["calf", "calf"], ("calf",)), (MANY_OF, [" calf "], ("calf",)), (MANY_OF, ("foot",), ("foot",)),
    (MANY_OF, [], ()), (MANY_OF, "none", ()), (MANY_OF, ["none"], ()), (MANY_OF, "nothing", ()), (MANY_OF, "", ()),
    (NUMBER, 45, 45.0), (NUMBER, 45.5, 45.5), (NUMBER, "45", 45.0), (NUMBER, " 45 years ", 45.0), (NUMBER, "45y", 45.0),
    (NUMBER, "45,5", 45.5), (NUMBER, 0, 0.0), (NUMBER, 120, 120.0),
])
def test_an_answer_is_understood(finding, value, answer):
    assert normal(finding, value) == answer
    assert type(normal(finding, value)) is type(answer)


@pytest.mark.parametrize(("text", "days"), [
    ("3 days", 3.0), ("3 Days", 3.0), ("3days", 3.0), ("3d", 3.0), ("3 d", 3.0), ("1 day", 1.0), ("a day", 1.0),
    ("12 hours", 0.5), ("6h", 0.25), ("an hour", pytest.approx(1 / 24)),
    ("2 weeks", 14.0), ("2w", 14.0), ("a week", 7.0), ("one week", 7.0), ("1.5 weeks", 10.5), ("1,5 weeks", 10.5),
    ("4 months", 120.0), ("4m", 120.0), ("a month ago", 30.0), ("2 years", 730.0), ("2y", 730.0), ("a year", 365.0),
    ("3 weeks ago", 21.0), ("today", 0.0), ("Yesterday", 1.0), (" 3 days ", 3.0), (3, 3.0), (2.5, 2.5), (0, 0.0),
])
def test_times_are_understood_in_many_spellings(text, days):
    assert normal(DURATION, text) == days


@pytest.mark.parametrize("finding", KINDS, ids=lambda finding: finding.kind)
@pytest.mark.parametrize("value", ["not_sure", "not sure", "Unsure", " don't know ", "unknown", "s"])
def test_not_sure_is_an_answer_to_everything(finding, value):
    assert normal(finding, value) == NOT_SURE


def test_not_sure_may_stand_alone_in_a_list():
    assert normal(MANY_OF, ["not_sure"]) == NOT_SURE


def test_an_option_of_its_own_name_is_stronger_than_a_word_of_ours():
    finding = replace(ONE, options=worded(nothing="Nothing hurts", y="Like a Y", left="Left"))
    assert normal(finding, "nothing") == "nothing"
    assert normal(finding, "y") == "y"
    assert normal(replace(finding, kind="many"), "nothing") == ("nothing",)


def test_none_becomes_the_option_that_says_so():
    assert normal(replace(ONE, none_is="no_side"), "none") == "no_side"


@pytest.mark.parametrize(("finding", "value", "guess"), [
    (YES_NO, "maybe", ""), (YES_NO, 1, ""), (YES_NO, None, ""), (YES_NO, ["yes"], ""), (YES_NO, {}, ""),
    (YES_NO, "", ""),
    (ONE, "lefft", "left"), (ONE, "up", ""), (ONE, ["left", "right"], ""), (ONE, [], ""), (ONE, None, ""),
    (ONE, True, ""), (ONE, 1, ""), (ONE, {"left": "yes"}, ""), (ONE, "Left", "left"),
    (MANY_OF, ["clf"], "calf"), (MANY_OF, "calf|hel", "heel"), (MANY_OF, None, ""), (MANY_OF, 3, ""), (MANY_OF, {}, ""),
    (MANY_OF, ["none", "calf"], ""), (MANY_OF, "none|calf", ""), (MANY_OF, ["not_sure", "calf"], ""),
    (MANY_OF, [["calf"]], ""), (MANY_OF, [None], ""), (MANY_OF, [True], ""), (MANY_OF, False, ""), (MANY_OF, "|", ""),
    (NUMBER, -1, ""), (NUMBER, 121, ""), (NUMBER, "121", ""), (NUMBER, "old", ""), (NUMBER, None, ""),
    (NUMBER, True, ""),
    (NUMBER, [45], ""), (NUMBER, "45 kg", ""), (NUMBER, float("nan"), ""), (NUMBER, float("inf"), ""),
    (NUMBER, 10**400, ""), (NUMBER, "9" * 400, ""), (NUMBER, "", ""),
    (DURATION, "long ago", ""), (DURATION, "-3 days", ""), (DURATION, -3, ""), (DURATION, "3 fortnights", ""),
    (DURATION, None, ""), (DURATION, True, ""), (DURATION, [3], ""), (DURATION, float("nan"), ""),
    (DURATION, 10**400, ""),
    (DURATION, "200 years", ""), (DURATION, "9" * 400 + " days", ""), (DURATION, "", ""), (DURATION, "3", ""),
])
def test_what_cannot_be_understood_is_told_with_a_guess(finding, value, guess):
    with pytest.raises(BadAnswer) as caught:
        normal(finding, value)
    message = str(caught.value)
    assert message.startswith(f"'{finding.id}' ")
    assert message.partition("did you mean '")[2].partition("'")[0] == guess
    assert "None" not in message
    assert len(message) < 200


def test_a_number_without_bounds_is_finite_all_the_same():
    assert normal(UNBOUND, "-12.5") == -12.5
    for value in (10**400, -(10**400), float("inf"), float("nan"), "9" * 400):
        with pytest.raises(BadAnswer):
            normal(UNBOUND, value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["yes", "no", "calf", "left", "none", "not_sure", "3 weeks", "45", "calf|heel", "²", "٣ d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@MANY
@given(st.sampled_from([*KINDS, UNBOUND, replace(ONE, none_is="no_side")]), json_values)
def test_any_json_value_is_an_answer_or_a_bad_answer(finding, value):
    try:
        answer = normal(finding, value)
    except BadAnswer:
        return
    assert is_normal(finding, answer)
    assert normal(finding, answer) == answer


def is_normal(finding: Finding, answer: Answer) -> bool:
    if answer == NOT_SURE:
        return True
    if finding.kind == "yes_no":
        return answer in ("yes", "no")
    if finding.kind == "one":
        return answer in {*finding.options, finding.none_is or NONE}
    if finding.kind == "many":
        return isinstance(answer, tuple) and list(answer) == [o for o in finding.options if o in answer]
    return isinstance(answer, float) and abs(answer) < 1e13


@MANY
@given(st.data())
def test_every_normal_answer_to_a_shipped_finding_stays_as_it_is(data):
    finding = data.draw(st.sampled_from(list(shared_knowledge().findings.values())))
    answer = data.draw(strategies.answer(finding))
    again = normal(finding, answer)
    assert again == answer or (answer == NONE and again == finding.none_is)


# --- parse ---


def test_good_answers_are_taken_and_all_others_told():
    answers, wrong = parse(known(*KINDS), {
        "pain.region": ["calf"], "pain.sid": "left", "leg.hot": "perhaps", "person.age": 45, "onset.age": "3 weeks",
        "xyz": 1,
    })
    assert answers == {"pain.region": ("calf",), "person.age": 45.0, "onset.age": 21.0}
    assert [key for key, _ in wrong] == ["pain.sid", "leg.hot", "xyz"]
    assert "did you mean 'pain.side'" in wrong[0][1]
    assert "did you mean" not in wrong[2][1]


def test_a_former_name_of_a_finding_is_understood():
    knowledge = known(replace(ONE, aliases=["pain.which_side", "side"]), YES_NO)
    assert parse(knowledge, {"pain.which_side": "left"}) == ({"pain.side": "left"}, [])
    assert parse(knowledge, {"side": "right"}) == ({"pain.side": "right"}, [])


@pytest.mark.parametrize("names", [("side", "pain.side"), ("pain.side", "side")])
def test_a_finding_answered_under_two_names_is_told(names):
    knowledge = known(replace(ONE, aliases=["side"]))
    answers, wrong = parse(knowledge, {names[0]: "left", names[1]: "right"})
    assert answers == {"pain.side": "left"}
    assert [key for key, _ in wrong] == [names[1]]


def test_the_plainer_question_is_answered_under_a_name_of_its_own():
    knowledge = known(YES_NO, ONE)
    assert parse(knowledge, {"leg.hot": "not_sure", "leg.hot_again": "yes"}) == (
        {"leg.hot": NOT_SURE, "leg.hot_again": "yes"}, [])
    assert [key for key, _ in parse(knowledge, {"pain.side_again": "left"})[1]] == ["pain.side_again"]


# --- reply and choose ---


def question(kind: str, *choices: str, **fields: object) -> Question:
    return Question(id="q", kind=kind, ask="?", findings=("pain.x",),  # type: ignore[arg-type]
                    choices=tuple(Choice(c, c.title()) for c in choices), **fields)  # type: ignore[arg-type]


ASKED = {
    "yes_no": question("yes_no", "yes", "no", "not_sure"),
    "one": question("one", "left", "right", "none", "not_sure"),
    "many": question("many", "calf", "heel", "foot", "none", "not_sure"),
    "checklist": question("checklist", "now.breath", "now.fever", "none", "not_sure"),
    "number": question("number", unit="years", lowest=0, highest=120),
    "duration": question("duration"),
}


@pytest.mark.parametrize(("kind", "text", "answer"), [
    ("yes_no", "1", "yes"), ("yes_no", "y", "yes"), ("yes_no", " YES ", "yes"), ("yes_no", "2", "no"),
    ("yes_no", "n", "no"),
    ("yes_no", "3", NOT_SURE), ("yes_no", "s", NOT_SURE), ("yes_no", "not sure", NOT_SURE),
    ("yes_no", "Don't know", NOT_SURE),
    ("one", "1", "left"), ("one", "right", "right"), ("one", "RIGHT", "right"), ("one", "3", NONE),
    ("one", "none", NONE),
    ("one", "1 1", "left"), ("one", "not_sure", NOT_SURE),
    ("many", "1", ("calf",)), ("many", "3 1", ("calf", "foot")), ("many", "1,2", ("calf", "heel")), ("many", "1;2|3",
     ("calf", "heel", "foot")), ("many", "heel, calf", ("calf", "heel")), ("many", "4", ()), ("many", "none", ()),
    ("many", "5", NOT_SURE), ("many", "s", NOT_SURE),
    ("checklist", "1 2", ("now.breath", "now.fever")), ("checklist", "3", ()), ("checklist", "4", NOT_SURE),
    ("checklist", "2 4", ("now.fever", NOT_SURE)), ("checklist", "now.fever", ("now.fever",)),
    ("number", "45", 45.0), ("number", "45 years", 45.0), ("number", "s", NOT_SURE),
    ("duration", "3 weeks", 21.0), ("duration", "a week ago", 7.0), ("duration", "not sure", NOT_SURE),
])
def test_a_typed_reply_is_understood(kind, text, answer):
    assert reply(ASKED[kind], text) == answer


@pytest.mark.parametrize(("kind", "text"), [
    ("yes_no", ""), ("yes_no", "maybe"), ("yes_no", "1 2"), ("yes_no", "0"), ("yes_no", "4"), ("yes_no", "-1"),
    ("yes_no", "²"), ("yes_no", "٣"), ("yes_no", "9" * 5000), ("yes_no", ",;"),
    ("one", "1 2"), ("one", "up"), ("many", "1 4"), ("many", "1 5"), ("many", "calf none"), ("many", "6"), ("many", ""),
    ("checklist", "1 3"), ("checklist", "3 4"), ("checklist", "5"), ("checklist", "fever"),
    ("number", ""), ("number", "old"), ("number", "121"), ("number", "9" * 5000), ("number", "²"),
    ("duration", ""), ("duration", "long"), ("duration", "3"), ("duration", "9" * 5000),
])
def test_a_reply_that_is_not_understood_is_one_sentence_without_an_id(kind, text):
    with pytest.raises(BadAnswer) as caught:
        reply(ASKED[kind], text)
    message = str(caught.value)
    assert message.endswith(".")
    assert message[0].isupper() or message[0] == "'"
    assert "pain.x" not in message


@MANY
@given(st.sampled_from(sorted(ASKED)), st.text(max_size=12) | st.text("1234 ,;|ynscalfnoe²", max_size=8))
def test_any_typed_text_is_a_reply_or_a_bad_answer(kind, text):
    try:
        answer = reply(ASKED[kind], text)
    except BadAnswer:
        return
    assert isinstance(answer, (str, float, tuple))


@pytest.mark.parametrize(("kind", "chosen", "answer"), [
    ("yes_no", ["yes"], "yes"), ("one", ["none"], NONE), ("one", ["not_sure"], NOT_SURE),
    ("many", ["heel", "calf"], ("calf", "heel")), ("many", [], ()), ("many", ["none"], ()),
    ("many", ["not_sure"], NOT_SURE),
    ("checklist", [], ()), ("checklist", ["none"], ()), ("checklist", ["not_sure"], NOT_SURE),
    ("checklist", ["not_sure", "now.breath"], ("now.breath", NOT_SURE)),
])
def test_choices_are_taken_in_the_order_of_the_question(kind, chosen, answer):
    assert choose(ASKED[kind], chosen) == answer


@pytest.mark.parametrize(("kind", "chosen"), [
    ("yes_no", ["yes", "no"]), ("yes_no", []), ("one", ["left", "right"]), ("one", []),
    ("many", ["none", "calf"]), ("many", ["not_sure", "calf"]), ("many", ["none", "not_sure"]),
    ("checklist", ["none", "now.breath"]), ("checklist", ["none", "not_sure"]),
])
def test_choices_that_do_not_go_together_are_refused(kind, chosen):
    with pytest.raises(BadAnswer):
        choose(ASKED[kind], chosen)


# --- complete ---

PARENT = Finding(id="leg.cold", ask="Cold?", kind="yes_no", again="Colder?")
OTHER = Finding(id="leg.numb", ask="Numb?", kind="yes_no")
PART = Finding(id="leg.now", ask="Now?", kind="yes_no", part_of="leg.cold")
PART_OF_TWO = Finding(id="leg.half", ask="Half?", kind="yes_no", part_of=["leg.cold", "leg.numb"])
PART_ONE = replace(ONE, id="leg.which", part_of="leg.cold")
PART_NAMED = replace(PART_ONE, id="leg.named", none_is="no_side")
PART_MANY = replace(MANY_OF, id="leg.parts", part_of="leg.cold")
PART_NUMBER = replace(NUMBER, id="leg.count", part_of="leg.cold")
DEEPER = Finding(id="leg.worse", ask="Worse?", kind="yes_no", part_of="leg.now")
REGION = MANY_OF
SITE = Finding(id="pain.site", ask="Where exactly?", kind="many", within="pain.region", options={
    "toe": Option(label="Toe", inside="foot"), "calf_low": Option(label="Low", inside="calf"),
    "calf_high": Option(label="High", inside="calf"),
})


@pytest.mark.parametrize(("given", "implied"), [
    # a follow-up of a no is no, of every kind, however deep
    ({"leg.cold": "no"}, {"leg.now": "no", "leg.worse": "no", "leg.which": NONE, "leg.named": "no_side",
                           "leg.parts": ()}),
    ({"leg.now": "no"}, {"leg.worse": "no"}),
    # of two parents both must be no
    ({"leg.cold": "no", "leg.numb": "yes"}, {"leg.now": "no", "leg.worse": "no", "leg.which": NONE,
                                            "leg.named": "no_side", "leg.parts": ()}),
    ({"leg.numb": "no"}, {}),
    ({"leg.numb": "no", "leg.cold": "no"}, {"leg.now": "no", "leg.worse": "no", "leg.which": NONE, "leg.half": "no",
                                           "leg.named": "no_side", "leg.parts": ()}),
    ({"leg.cold": "yes"}, {}),
    ({"leg.cold": NOT_SURE}, {}),
    # a yes to a follow-up is a yes to its only parent
    ({"leg.now": "yes"}, {"leg.cold": "yes"}),
    ({"leg.worse": "yes"}, {"leg.now": "yes", "leg.cold": "yes"}),
    ({"leg.which": "left"}, {"leg.cold": "yes"}),
    ({"leg.parts": ("calf",)}, {"leg.cold": "yes"}),
    ({"leg.half": "yes"}, {}),
    # a no or a not sure says nothing about the parent
    ({"leg.now": NOT_SURE}, {}),
    ({"leg.which": NONE}, {}),
    ({"leg.named": "no_side"}, {}),
    ({"leg.which": NOT_SURE}, {}),
    ({"leg.parts": ()}, {}),
    # what was answered stays
    ({"leg.cold": "no", "leg.now": "yes"}, {"leg.which": NONE, "leg.named": "no_side", "leg.parts": ()}),
    ({"leg.cold": NOT_SURE, "leg.now": "yes"}, {}),
    # a place names its region, in the order of the regions
    ({"pain.site": ("toe", "calf_low")}, {"pain.region": ("calf", "foot")}),
    ({"pain.site": ("calf_low", "calf_high")}, {"pain.region": ("calf",)}),
    ({"pain.site": ()}, {}),
    ({"pain.site": NOT_SURE}, {}),
    ({"pain.site": ("toe",), "pain.region": ("calf",)}, {}),
])
def test_what_answers_imply_is_filled_in(given, implied):
    knowledge = known(PARENT, OTHER, PART, PART_OF_TWO, PART_ONE, PART_NAMED, PART_MANY, PART_NUMBER, DEEPER, REGION,
                      SITE)
    whole = complete(knowledge, given)
    assert whole == {**given, **implied}
    assert list(whole) == [name for name in knowledge.findings if name in whole]


@pytest.mark.parametrize(("given", "whole"), [
    ({"leg.cold": NOT_SURE, "leg.cold_again": "yes"}, {"leg.cold": "yes"}),
    ({"leg.cold": NOT_SURE, "leg.cold_again": "no"}, {"leg.cold": "no", "leg.now": "no"}),
    ({"leg.cold": NOT_SURE, "leg.cold_again": NOT_SURE}, {"leg.cold": NOT_SURE}),
    ({"leg.cold_again": "yes", "leg.cold": NOT_SURE}, {"leg.cold": "yes"}),
    ({"leg.cold_again": "yes"}, {"leg.cold": "yes"}),
    ({"leg.cold": "no", "leg.cold_again": "yes"}, {"leg.cold": "no", "leg.now": "no"}),
    ({"leg.named": NOT_SURE, "leg.named_again": NONE}, {"leg.named": "no_side"}),
    ({"leg.named": NONE}, {"leg.named": "no_side"}),
    ({"leg.lost": "yes", "leg.lost_again": "yes"}, {}),
])
def test_the_plainer_question_settles_a_not_sure_and_nothing_else(given, whole):
    knowledge = known(PARENT, PART, replace(PART_NAMED, part_of=[], again="Which of them?"))
    assert complete(knowledge, given) == whole


def with_again(answers: dict[str, Answer]) -> st.SearchStrategy[dict[str, Answer]]:
    findings = shared_knowledge().findings
    twice = [name for name in answers if findings[name].again]
    more = st.fixed_dictionaries({name + AGAIN: strategies.answer(findings[name]) for name in twice})
    return more.map(lambda again: {**answers, **again})


any_answers = st.deferred(
    lambda: (strategies.answers(shared_knowledge()) | strategies.sick_answers(shared_knowledge())).flatmap(with_again)
)


@MANY
@given(any_answers)
def test_completing_twice_changes_nothing_more(answers):
    whole = complete(shared_knowledge(), answers)
    assert complete(shared_knowledge(), whole) == whole


@MANY
@given(any_answers)
def test_a_given_answer_is_never_changed_but_for_a_not_sure_that_was_settled(answers):
    knowledge = shared_knowledge()
    whole = complete(knowledge, answers)
    for name, answer in answers.items():
        if name not in knowledge.findings:
            assert name not in whole
            continue
        settled = answers.get(name + AGAIN, answer) if answer == NOT_SURE else answer
        wanted = knowledge.findings[name].none_is or NONE if settled == NONE else settled
        assert whole[name] == wanted


@MANY
@given(any_answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_implies_nothing(answers, random):
    names = list(answers)
    random.shuffle(names)
    whole = complete(shared_knowledge(), answers)
    shuffled = complete(shared_knowledge(), {name: answers[name] for name in names})
    assert list(shuffled.items()) == list(whole.items())


@MANY
@given(any_answers)
def test_whatever_is_filled_in_is_an_answer_to_its_finding(answers):
    knowledge = shared_knowledge()
    assert all(is_normal(knowledge.findings[name], answer) for name, answer in complete(knowledge, answers).items())
