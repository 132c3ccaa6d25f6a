"""Whole talks: the three front ends come to the same result, and back, why, edit and quit do what they say."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.conftest import remembered, shared_knowledge
from tests.helpers.talks import Talk, talk
from triage.dialogue import prompts
from triage.dialogue.conversation import Conversation
from triage.dialogue.simulated_person import ScriptFront
from triage.frontends.terminal.interactive import TtyFront
from triage.frontends.terminal.plain import PlainFront
from triage.inference.answers import parse
from triage.model import (
    NONE,
    NOT_SURE,
    Answer,
    Back,
    Given,
    Knowledge,
    Question,
    Quit,
    Reply,
    Review,
    Screen,
    Turn,
    Why,
)
from triage.records import sessions

RUNNER = {
    "person.age": 35, "pain.region": ["calf", "heel"], "pain.site": ["calf_lower_inner", "heel_back"],
    "pain.side": "left", "onset.age": "3 weeks", "onset.speed": "weeks", "onset.trigger": "load",
    "activity.regular": ["running"], "activity.load_jump": "yes", "activity.terrain": ["hills"],
    "footwear.usual": ["cushioned"], "pain.push_off": "yes", "pain.first_steps": "stiff", "pain.travels": "yes",
    "self_check.calf_press": "my_pain_low",
}
HEEL = {
    "person.age": 52, "pain.region": ["heel"], "pain.site": ["heel_under_inner"], "pain.side": "right",
    "onset.age": "3 months", "onset.worse_4_weeks": "no", "onset.speed": "weeks", "onset.trigger": "nothing",
    "pain.first_steps": "worst", "footwear.usual": ["hard_soles", "high_heels"],
}
CLOT = {
    "person.age": 28, "pain.region": ["calf"], "pain.site": ["calf_deep"], "pain.side": "left", "onset.age": "2 days",
    "onset.speed": "days", "onset.trigger": "nothing", "history.clot_weak": ["hormones"],
}
LUNG = {"person.age": 44, "now.breath": "yes"}
CHILD = {"person.age": 12, "child.ill": "well", "child.limp": "yes", "child.limp_with": ["hip_thigh_knee"]}
PEOPLE = {"runner": RUNNER, "heel": HEEL, "clot": CLOT, "lung": LUNG, "child": CHILD}


def known(raw: dict[str, object]) -> dict[str, Answer]:
    answers, wrong = parse(shared_knowledge(), raw)
    assert not wrong
    return answers


class Typing:
    """Hears a scripted person and types the same through another front end."""

    pictures = False

    def __init__(self, person: ScriptFront, front: object, type_: Callable[[Question, Answer], None]) -> None:
        self.person, self.front, self.type = person, front, type_

    def ask(self, question: Question, number: int) -> Reply:
        reply = self.person.ask(question, number)
        assert isinstance(reply, Given)
        self.type(question, reply.answer)
        heard = self.front.ask(question, number)  # type: ignore[attr-defined]
        assert heard == reply
        return heard

    def show(self, screen: Screen) -> None:
        self.front.show(screen)  # type: ignore[attr-defined]


def words(question: Question, answer: Answer) -> list[str]:
    """An answer as the numbers of its choices, or as an amount."""
    if question.kind in ("number", "duration"):
        unit = " days" if question.kind == "duration" else ""
        return ["s"] if answer == NOT_SURE else [f"{answer:g}{unit}"]
    ids = [choice.id for choice in question.choices]
    chosen = [answer] if isinstance(answer, str) else list(answer) or [NONE]
    return [str(ids.index(str(one)) + 1) for one in chosen]


def by_script(raw: dict[str, object], otherwise: str) -> Talk:
    return talk(shared_knowledge(), remembered, ScriptFront(known(raw), otherwise))  # type: ignore[arg-type]


def by_lines(raw: dict[str, object], otherwise: str) -> Talk:
    typed = io.StringIO()
    front = PlainFront(typed, io.StringIO())

    def type_(question: Question, answer: Answer) -> None:
        place = typed.tell()
        typed.write(" ".join(words(question, answer)) + "\n")
        typed.seek(place)

    person = ScriptFront(known(raw), otherwise)  # type: ignore[arg-type]
    return talk(shared_knowledge(), remembered, Typing(person, front, type_))


def by_keys(raw: dict[str, object], otherwise: str) -> Talk:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        def type_(question: Question, answer: Answer) -> None:
            pressed = words(question, answer)

            if question.kind in ("number", "duration"):
                pipe.send_text(pressed[0] + "\r")
            else:
                several = question.kind in ("many", "checklist") and len(question.choices) > 9
                pipe.send_text("".join(number + " " * several for number in pressed) + "\r")

        person = ScriptFront(known(raw), otherwise)  # type: ignore[arg-type]
        return talk(shared_knowledge(), remembered, Typing(person, TtyFront(quiet=0), type_))


@pytest.mark.parametrize("otherwise", ["no", pytest.param("not_sure", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PEOPLE)
def test_keys_lines_and_script_come_to_the_same_result(name, otherwise):
    script = by_script(PEOPLE[name], otherwise)
    assert script.assessment is not None
    assert by_lines(PEOPLE[name], otherwise) == script
    assert by_keys(PEOPLE[name], otherwise) == script


def test_a_hill_runner_finds_the_soleus_beside_its_rivals():
    ended = by_script(RUNNER, "no").assessment
    assert ended is not None
    assert ended.urgency.level == "self_care"
    assert ended.conditions[0].id == "soleus_trigger_points"
    assert ended.conditions[0].band == "fits_well"
    assert len(ended.conditions) >= 3


def test_an_unexplained_calf_on_the_pill_is_seen_today_and_not_pressed():
    ended = by_script(CLOT, "no").assessment
    assert ended is not None
    assert ended.urgency.level == "today"
    assert ended.urgency.place == "same_day_scan"
    assert "calf_press" not in ended.self_checks
    assert "calf_pressure" not in ended.care


def test_an_ambulance_is_said_at_once():
    ended = by_script(LUNG, "no")
    assert ended.assessment is not None
    assert ended.assessment.urgency.level == "ambulance_now"
    assert ended.asked == ("person.age", "screen_now")


def test_a_child_gets_the_safety_questions_only():
    ended = by_script({**CHILD, "child.limp": "no"}, "no")
    assert ended.assessment is not None
    assert ended.assessment.out_of_scope
    assert ended.assessment.urgency.level == "redirect"
    assert all(q.startswith("child.") or q in ("person.age", "person.unsafe", "review") for q in ended.asked)
    assert ended.assessment.self_checks == ()
    assert ended.assessment.care == ()


class Scripted:
    """Replies from a list first, then like a scripted person; keeps what was asked and shown."""

    pictures = False

    def __init__(self, raw: dict[str, object], replies: dict[int, list[Reply]]) -> None:
        self.person = ScriptFront(known(raw), "no")
        self.replies = {count: list(these) for count, these in replies.items()}
        self.count = 0
        self.ids: list[str] = []

    def ask(self, question: Question, number: int) -> Reply:
        self.ids.append(question.id)
        waiting = self.replies.get(self.count, [])
        if waiting:
            return waiting.pop(0)
        self.count += 1
        return self.person.ask(question, number)

    def show(self, screen: Screen) -> None:
        self.person.show(screen)


def hold(front: Scripted) -> Talk:
    return talk(shared_knowledge(), remembered, front)


def test_back_asks_the_question_before_and_changes_nothing_else():
    straight = hold(Scripted(RUNNER, {}))
    front = Scripted(RUNNER, {5: [Back()]})
    wandering = hold(front)
    assert front.ids[5] == straight.asked[5]
    assert front.ids[6] == straight.asked[4]
    assert wandering.assessment == straight.assessment


def test_back_at_the_first_question_stays_there():
    front = Scripted(HEEL, {0: [Back(), Back()]})
    assert hold(front).assessment == hold(Scripted(HEEL, {})).assessment
    assert front.ids[:3] == ["person.age"] * 3


def test_why_is_answered_at_every_question_and_asks_it_again():
    straight = hold(Scripted(RUNNER, {}))
    everywhere = Scripted(RUNNER, {count: [Why()] for count in range(len(straight.asked))})
    ended = hold(everywhere)
    assert ended.assessment == straight.assessment
    assert everywhere.ids == [name for name in straight.asked for _ in range(2)]
    assert all(screen.blocks for screen in everywhere.person.shown)


def test_why_names_the_dangers_that_the_answer_can_raise():
    front = Scripted(CLOT, {1: [Why()]})
    hold(front)
    text = " ".join(" ".join((b.text, *b.items)) for s in front.person.shown[:1] for b in s.blocks)
    assert shared_knowledge().red_flags["lung_clot_or_collapse"].danger in text


def test_quit_ends_without_a_result():
    front = Scripted(RUNNER, {4: [Quit()]})
    ended = hold(front)
    assert ended.assessment is None
    assert len(ended.asked) == 5


class Editing(Scripted):
    """Changes one answer in the review, once."""

    def __init__(self, raw: dict[str, object], question_id: str, new: Answer) -> None:
        super().__init__(raw, {})
        self.wanted, self.new, self.state = question_id, new, "waiting"

    def ask(self, question: Question, number: int) -> Reply:
        if question.id == "review" and self.state == "waiting":
            self.state = "editing"
            assert self.wanted in [choice.id for choice in question.choices]
            return Given(self.wanted)
        if question.id == self.wanted and self.state == "editing":
            self.state = "done"
            return Given(self.new)
        return super().ask(question, number)


def test_an_answer_changed_in_the_review_counts_as_if_given_at_first():
    edited = hold(Editing(RUNNER, "place", ("pain.region=calf", "pain.region=heel", "pain.side=right"))).assessment
    at_first = hold(Scripted({**RUNNER, "pain.side": "right"}, {})).assessment
    assert edited == at_first


def test_an_emergency_ticked_in_the_review_is_said_at_once():
    edited = hold(Editing(RUNNER, "screen_now", ("now.breath",))).assessment
    assert edited is not None
    assert edited.urgency.level == "ambulance_now"


def test_follow_ups_of_an_answer_taken_back_in_the_review_are_forgotten():
    ticked = {**HEEL, "leg.pain_growing": "yes", "pain.beyond": "no", "pain.rising": "no"}
    edited = hold(Editing(ticked, "screen_leg", ())).assessment
    assert edited is not None
    assert edited.given["leg.pain_growing"] == "no"
    assert edited.flags == hold(Scripted(HEEL, {})).assessment.flags  # type: ignore[union-attr]


def test_a_self_check_result_changes_the_ranking():
    without = by_script({k: v for k, v in RUNNER.items() if k != "self_check.calf_press"}, "no").assessment
    with_it = by_script(RUNNER, "no").assessment
    assert without is not None
    assert with_it is not None
    bands = {c.id: c.band for c in without.conditions}
    assert bands["soleus_trigger_points"] == "possible"
    assert {c.id: c.band for c in with_it.conditions}["soleus_trigger_points"] == "fits_well"


def test_the_same_person_is_asked_the_same_questions(knowledge: Knowledge):
    assert by_script(HEEL, "not_sure").asked == by_script(HEEL, "not_sure").asked


@pytest.mark.parametrize(("more", "region", "sites"), [
    ((), ("calf",), ()), ((NOT_SURE,), ("calf",), NOT_SURE),
    (("pain.site=heel_back",), ("calf", "heel"), ("heel_back",)),
    (("pain.site=heel_back", NOT_SURE), ("calf", "heel"), ("heel_back",)),
])
def test_a_place_of_own_words_is_ticked_on_the_picture_and_kept(more, region, sites):
    conversation = Conversation(shared_knowledge(), remembered)
    state, output = conversation.begin(pictures=True, mentions={"pain.region": ("calf",)})
    person = ScriptFront({"person.age": 45.0}, "no")
    while output.question and not output.question.picture:
        state, output = conversation.step(state, person.ask(output.question, 1))
    question = output.question
    assert question is not None
    assert question.ticked == ("pain.region=calf",)
    assert question.choices[0].id == "pain.region=calf", "and is seen"
    state, _ = conversation.step(state, Given((*question.ticked, *more)))
    answers = state.turns[-1].answers
    assert (answers["pain.region"], answers["pain.site"]) == (region, sites)


# --- the end of the questions, and what comes after the result


class Sitting(ScriptFront):
    """A person at a terminal: replies by the id of the question as long as there are some, then like a script."""

    def __init__(self, raw: dict[str, object], replies: dict[str, list[Reply]]) -> None:
        super().__init__(known(raw), "no")
        self.replies, self.questions = replies, list[Question]()

    def ask(self, question: Question, number: int) -> Reply:
        self.questions.append(question)
        if waiting := self.replies.get(question.id):
            return waiting.pop(0)
        if question.purpose == "own_words":
            return Given("")
        if question.purpose == "step":
            return Given(prompts.NEXT)
        if question.purpose == "menu":
            return Given(prompts.DONE)
        return super().ask(question, number)

    @property
    def texts(self) -> list[str]:
        return [text for shown in self.shown for block in shown.blocks for text in (block.text, *block.items)]


def sit(front: Sitting, turns: list[Turn] | None = None) -> tuple[Talk, list[Turn]]:
    """The talk, and the turns as they were kept last."""
    kept: list[Turn] = list(turns or [])
    ended = talk(shared_knowledge(), remembered, front, turns=turns or [], personal=True,
                 keep=lambda now: kept.__setitem__(slice(None), now.turns))
    return ended, kept


ALL_THE_REST = Given(prompts.THOROUGH)


def reviews(front: Sitting) -> list[Question]:
    return [question for question in front.questions if question.purpose == "review"]


def test_it_is_said_why_there_is_no_further_question():
    front = Sitting(RUNNER, {})
    sit(front)
    review, = reviews(front)
    assert any(review.help.startswith(sentence) for sentence in prompts.ENDED.values())
    child = Sitting(CHILD, {})
    sit(child)
    assert prompts.ENDED["redirect"] in reviews(child)[0].help


def test_who_wants_is_asked_the_rest_all_the_same():
    short = Sitting(RUNNER, {})
    without, _ = sit(short)
    assert prompts.THOROUGH in [choice.id for choice in reviews(short)[0].choices]
    long = Sitting(RUNNER, {"review": [ALL_THE_REST]})
    ended, kept = sit(long)
    more = ended.asked[len(without.asked) :]
    assert len(more) > 1
    assert prompts.THOROUGH in [turn.question.id for turn in kept]
    last = reviews(long)[-1]
    assert prompts.THOROUGH not in [choice.id for choice in last.choices], "it is offered once"
    assert not any(choice.label == prompts.thorough().ask for choice in last.choices)


def test_back_from_the_rest_leads_to_the_review_and_takes_the_wish_back():
    front = Sitting(RUNNER, {"review": [ALL_THE_REST]})
    first = sit(front)[0].asked
    name = first[first.index("review") + 1]
    front = Sitting(RUNNER, {"review": [ALL_THE_REST], name: [Back()]})
    ended, kept = sit(front)
    assert ended.asked[-3:] == ("review", name, "review")
    assert prompts.THOROUGH not in [turn.question.id for turn in kept]


def test_the_rest_goes_on_after_a_kill():
    knowledge = shared_knowledge()
    whole, _ = sit(Sitting(RUNNER, {"review": [ALL_THE_REST]}))
    at = whole.asked.index("review") + 1
    killed = Sitting(RUNNER, {"review": [ALL_THE_REST], whole.asked[at]: [Quit()],
                              "after.leave": [Given(prompts.DONE)]})
    ended, turns = sit(killed)
    assert ended.assessment is None
    session = sessions.with_turns(sessions.new(knowledge), turns)
    today, lost = sessions.under_rules(knowledge, session)
    assert lost == []
    rest, _ = sit(Sitting(RUNNER, {}), [*today.turns])
    assert rest.asked == whole.asked[at:]
    assert rest.assessment is not None
    assert whole.assessment is not None
    assert rest.assessment.answers == whole.assessment.answers
    assert rest.assessment.conditions == whole.assessment.conditions


@pytest.mark.parametrize("menu", ["care", "why_not"])
def test_quit_leaves_from_every_menu_after_the_result(menu):
    front = Sitting(HEEL, {"after": [Given(menu), Given("none of this is asked")],
                           f"after.{menu}": [Quit()]})
    ended, _ = sit(front)
    assert ended.assessment is not None
    assert front.questions[-1].id == f"after.{menu}"


def test_a_name_that_is_typed_after_the_result_is_answered():
    front = Sitting(HEEL, {"after": [Given("why_not")] * 3, "after.why_not": [Given("other")] * 3,
                           "after.name": [Given("achilles"), Given("xyzzy"), Given("")], "after.which": [Back()]})
    assert sit(front)[0].assessment is not None
    assert [q.id for q in front.questions].count("after.name") == 3
    assert "No source of pain that I know has such a name." in front.texts


def test_an_answer_changed_after_the_result_gives_another_result():
    front = Sitting(HEEL, {"after": [Given(prompts.CHANGE)],
                           "review": [Given(prompts.GO_ON), Given("screen_now")],
                           "screen_now": [Given(()), Given(("now.breath",))]})
    ended, _ = sit(front)
    assert ended.assessment is not None
    assert ended.assessment.urgency.level == "ambulance_now"
    assert [block.level for shown in front.shown for block in shown.blocks if block.kind == "urgency"][-1] == \
        "ambulance_now"


def test_a_self_check_that_is_stopped_counts_for_nothing():
    front = Sitting(RUNNER, {"step:calf_press": [Given("next"), Given("stop")]})
    ended, kept = sit(front)
    assert ended.assessment is not None
    stopped = [turn for turn in kept if turn.answers.get("self_check.calf_press") == NOT_SURE]
    assert len(stopped) == 1
    assert any("Stopped or unclear" in text for text in front.texts)


def test_who_would_lose_all_answers_is_asked_before_leaving():
    front = Sitting(HEEL, {"screen_now": [Quit()], "after.leave": [Review()]})
    ended, _ = sit(front)
    assert ended.assessment is not None
    assert "after.leave" in [question.id for question in front.questions]


def test_the_report_is_written_to_the_file_that_is_named_and_over_nothing_unasked(tmp_path: Path):
    name = tmp_path / "mine.txt"
    over: list[Reply] = [Given(prompts.GO_ON), Given(prompts.DONE)]
    front = Sitting(RUNNER, {"after": [Given("report")] * 5, "after.over": over, "after.report": [
        Given(str(name)), Given(str(name)), Given(str(name)), Given(str(tmp_path / "no/such.txt")), Back()]})
    texts = []
    ask = front.ask

    def looking(question: Question, number: int) -> Reply:
        if question.id == "after":
            texts.append(name.read_text(encoding="utf-8") if name.exists() else "")
            if len(texts) == 2:
                name.write_text("something else", encoding="utf-8")
        return ask(question, number)

    front.ask = looking  # type: ignore[method-assign]
    sit(front)
    assert texts[0] == ""
    assert "How urgent" in texts[1] or "HOW URGENT" in texts[1]
    assert texts[2] == "something else", "who says no keeps what is there"
    assert texts[3] == texts[1]
    assert any("no/such.txt" in text and "written" in text.lower() for text in front.texts), "said in a sentence"
    assert list(tmp_path.iterdir()) == [name]
