"""Nobody is ever lost: answers, back, edits, why, kills and resumption in any order, against a plain list of answers.

The model is what a person would write down: each answer, in order, under the name of its question. After every step the
file must hold just that; the question that follows and the result must depend on nothing else.
"""

from __future__ import annotations

import datetime
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from tests.helpers import small
from tests.helpers.examples import examples
from triage.dialogue import prompts
from triage.dialogue.conversation import Conversation
from triage.dialogue.state import DialogueState, Step
from triage.inference.answers import choose
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.interview import free_text, next_question
from triage.interview.next_question import Interview
from triage.knowledge import reader
from triage.model import (
    AGAIN,
    NONE,
    NOT_SURE,
    RANK,
    Answer,
    Answers,
    Assessment,
    Back,
    Given,
    Knowledge,
    Question,
    Quit,
    Reply,
    Review,
    Why,
)
from triage.records import sessions

AFTER, HEARD, OFFER, OWN_WORDS, REVIEW, STEP, THOROUGH = (
    "after", "heard", "offer:", "own_words", "review", "step:", "thorough")
"""Ids of questions, or how they begin."""
URGENT = "Emergency department now"
SENTENCES = [
    "", "my right calf hurts", "the left calf is swollen", "It is not hot. My heel hurts", "my hot calf", "xyzzy",
]
_built: dict[str, Any] = {}


def knowledge() -> Knowledge:
    if not _built:
        with tempfile.TemporaryDirectory() as folder:
            _built["knowledge"] = reader.load(small.write_spoken(Path(folder)))
        _built["compiled"] = Compiled(_built["knowledge"])
        _built["conversation"] = Conversation(_built["knowledge"], _built["compiled"].conclude)
    return _built["knowledge"]  # type: ignore[no-any-return]


def conclusion(given: Answers) -> Assessment:
    known = knowledge()
    given = {name: answer for name, answer in given.items() if name in known.known_names}
    return assess(known, _built["compiled"].conclude(given))


class Live:
    """A talk, stepped by hand, whose answers are kept after each step."""

    def __init__(self, session: sessions.Session) -> None:
        self.session, self.said = session, list[str]()
        self.take(_built["conversation"].begin(personal=True, turns=session.turns, mentions=session.mentions,
                                               stored=True))

    def take(self, step: Step) -> None:
        self.state, self.output = step
        kept = self.session
        if (self.state.turns, self.state.mentions, self.state.finished) != (kept.turns, kept.mentions, kept.finished):
            self.session = sessions.with_turns(kept, self.state.turns, self.state.finished, self.state.mentions)
            sessions.save(self.session)
        self.said += [text for screen in self.output.screens for block in screen.blocks
                      for text in (block.text, *block.items)]

    def reply(self, reply: Reply) -> None:
        """One step. The state is data: nothing is lost by writing it down and reading it again."""
        state = msgspec.json.decode(msgspec.json.encode(self.state), type=DialogueState)
        assert state == self.state
        self.take(_built["conversation"].step(state, reply))


def answers(question: Question) -> st.SearchStrategy[Answer]:
    """Any answer that a front end may give to this question; those that lead far more often."""
    if question.kind == "text":
        return st.sampled_from(SENTENCES)
    if question.kind in ("number", "duration"):
        return st.sampled_from([20.0, 45.0, 0.0, 100.0, NOT_SURE])
    if question.id == "pain.region":
        return st.sampled_from([("calf",), ("calf",), ("heel", "calf"), ("heel",), (), NOT_SURE])
    ids = [choice.id for choice in question.choices]
    if question.id.startswith((STEP, OFFER)):
        ids = [ids[0]] * 3 + ids[1:]
    if question.kind in ("yes_no", "one"):
        return st.sampled_from(ids)
    lines = [name for name in ids if name not in (NONE, NOT_SURE)]
    ticked = st.lists(st.sampled_from(lines), unique=True, min_size=1).map(lambda chosen: choose(question, chosen))
    unsure = [st.just(NOT_SURE)] if NOT_SURE in ids else []
    return st.one_of(st.just(()), ticked, *unsure)


def as_new(question: Question) -> Question:
    """The question without what depends on how a person came to it."""
    return replace(question, progress="", before="", ticked=())


class Talking(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        os.environ["TRIAGE_HOME"] = self.folder.name
        self.model: list[tuple[str, Answers]] = []
        self.edited, self.reviewed = False, False
        self.sentence = ""
        self.left_at: Question | None = None

    @initialize(data=st.data(), count=st.sampled_from([1, 2, 2, 4, 6, 8, 15]))
    def begins(self, data: st.DataObject, count: int) -> None:
        self.live = Live(sessions.new(knowledge()))
        self.answers_some(data, count)

    def teardown(self) -> None:
        os.environ.pop("TRIAGE_HOME", None)
        self.folder.cleanup()

    def reply(self, reply: Reply) -> None:
        self.live.reply(reply)

    @property
    def now(self) -> Question | None:
        return self.live.output.question

    @property
    def asks(self) -> str:
        return self.now.id if self.now else ""

    # --- what may happen

    @precondition(lambda self: bool(self.asks) and self.asks != AFTER)
    @rule(data=st.data(), count=st.integers(1, 15))
    def answers_questions(self, data: st.DataObject, count: int) -> None:
        self.answers_some(data, count)

    def answers_some(self, data: st.DataObject, count: int) -> None:
        while count and self.now is not None and self.asks != AFTER:
            count -= 1
            self.answer(self.now, data)
            self.holds()

    def answer(self, question: Question, data: st.DataObject) -> None:
        if question.id == REVIEW:
            more = [choice.id for choice in question.choices if choice.id == THOROUGH]
            answer: Answer = data.draw(st.sampled_from([prompts.GO_ON, *more]))
            self.reply(Given(answer))
            if answer == THOROUGH:
                self.model.append((THOROUGH, {}))
                concluded = _built["compiled"].conclude(self.answers())
                more = next_question.next_question(Interview(knowledge()).state(concluded), thorough=True)
                assert self.asks == (more.id if more else REVIEW)
            else:
                assert self.asks == AFTER
                self.reviewed = True
            return
        answer = data.draw(answers(question), label=question.id)
        self.reply(Given(answer))
        assert self.asks != AFTER or self.reviewed or URGENT in str(self.now), "answers are shown first"
        if question.id == OWN_WORDS:
            self.sentence = str(answer)
            if self.asks != HEARD:
                self.model.append((OWN_WORDS, {}))
        elif question.id == HEARD:
            self.model.append((OWN_WORDS, self.right(answer)))
        elif question.id.startswith(STEP):
            if answer == "stop":
                result = knowledge().self_checks[question.self_check].result
                self.model.append((result, {result: NOT_SURE}))
        else:
            self.model.append((question.id, next_question.record(question, answer)))

    def right(self, answer: Answer) -> Answers:
        """What the person let stand of what was heard, as it counts at once."""
        known, before = knowledge(), self.answers()
        heard = [each for each in free_text.mentions_in(known, self.sentence, datetime.date.today())
                 if each.accepted and each.finding not in before]
        lines = answer if isinstance(answer, tuple) else ()
        ticked = [each for at, each in enumerate(heard) if f"{HEARD}.{at}" in lines]
        said = {each.finding: each.answer for each in ticked}
        if RANK[conclusion(before | said).urgency.level] >= RANK["emergency_department_now"]:
            return said
        return {each.finding: each.answer for each in ticked
                if not each.to_confirm and each.finding not in known.emergency}

    @precondition(lambda self: self.asks == AFTER)
    @rule(data=st.data())
    def reads_more_of_the_result(self, data: st.DataObject) -> None:
        assert self.now is not None
        ids = [c.id for c in self.now.choices if c.id not in (prompts.CHANGE, prompts.DONE, "report")]  # writes no file
        before = self.now
        self.reply(Given(data.draw(st.sampled_from(ids))))
        while self.now is not None and self.asks != AFTER:
            inside = [choice.id for choice in self.now.choices]
            reply = Given(data.draw(st.sampled_from(inside or ["spur", "clot", "c", "xyzzy", ""])))
            self.reply(data.draw(st.sampled_from([reply, reply, Back(), Review(), Why()])))
        assert self.now == before

    @precondition(lambda self: self.asks == AFTER)
    @rule(quits=st.booleans())
    def is_done(self, quits: bool) -> None:
        self.reply(Quit() if quits else Given(prompts.DONE))
        assert self.now is None
        assert self.live.output.assessment == conclusion(self.answers())
        assert sessions.read(self.live.session.id).finished

    @precondition(lambda self: bool(self.asks) and self.asks != AFTER)
    @rule()
    def leaves(self) -> None:
        self.left_at = self.now
        self.reply(Quit())
        assert self.now is None
        assert self.live.output.assessment is None

    @precondition(lambda self: bool(self.model and self.asks) and self.asks != AFTER)
    @rule()
    def goes_back(self) -> None:
        before = self.now
        assert isinstance(before, Question)
        last_turn = self.live.state.turns[-1]
        self.reply(Back())
        if before.id == HEARD:
            assert self.asks == OWN_WORDS
            return
        self.reviewed = False
        assert self.now is not None
        if self.takes_steps(before):
            assert self.now.ask.startswith("Step 2 of 2")
            return
        if before.id.startswith(STEP) and self.asks.startswith(STEP):
            return  # one step back
        last = self.model.pop()
        if self.edited:
            pass  # another answer may lead to other questions
        elif last[0] == THOROUGH:
            assert self.asks == REVIEW
        else:
            checks = knowledge().self_checks
            asked = self.asks
            if asked.startswith(STEP):
                asked = checks[asked.removeprefix(STEP)].result
            assert last[0] == asked, "the question before is asked again"
            if last_turn.question.choices and asked == self.asks:
                assert {*self.now.ticked} >= {*prompts.ticks(self.now, last_turn.answers)}, "with its answer ticked"

    @precondition(lambda self: self.asks.startswith(STEP))
    @rule()
    def does_all_steps(self) -> None:
        while self.asks.startswith(STEP):
            self.reply(Given("next"))
        result = self.now
        assert isinstance(result, Question)
        assert self.takes_steps(result)
        self.reply(Back())
        assert self.now is not None
        assert self.now.ask.startswith("Step 2 of 2"), "one step back, not all"
        self.reply(Given("next"))
        assert self.now == result

    @precondition(lambda self: bool(self.asks))
    @rule()
    def asks_why(self) -> None:
        before, said = self.now, len(self.live.said)
        self.reply(Why())
        assert self.now == before
        assert len(self.live.said) > said or self.asks.startswith(STEP)

    @precondition(lambda self: bool(self.asks) and bool(self.lines()))
    @rule(data=st.data())
    def changes_an_answer(self, data: st.DataObject) -> None:
        if self.asks != REVIEW:
            self.reply(Review())
            if self.asks == HEARD:
                return  # nothing can be changed before it is settled what counts
        assert self.now is not None
        shown = [c.id for c in self.now.choices if c.id not in (prompts.GO_ON, THOROUGH)]
        assert sorted(shown) == sorted(self.lines())
        name = data.draw(st.sampled_from(self.lines()))
        self.reply(Given(name))
        question = self.now
        assert isinstance(question, Question)
        assert question.id == name
        answer = data.draw(answers(question), label=name)
        self.live.said.clear()
        self.reply(Given(answer))
        self.edited = True
        self.set(name, next_question.record(question, answer))
        kept = [(turn.question.id, turn.answers) for turn in sessions.read(self.live.session.id).turns]
        wanted, found = self.apart(self.model), self.apart(kept)
        lost = [each for each in wanted if each not in found]
        assert found == [each for each in wanted if each in found], "nothing else is changed or moved"
        assert sum("No longer asked" in text for text in self.live.said) == len(lost), "all that fell away is named"
        assert name not in [each for each, _ in lost], "what was just said stays"
        self.model = kept

    @rule()
    def is_killed_and_goes_on(self) -> None:
        before, known = self.left_at or self.now, knowledge()
        self.left_at, self.reviewed = None, False
        found = sessions.every()
        if found:
            today, lost = sessions.under_rules(known, found[0])
            assert lost == []
            self.live = Live(today)
        else:
            assert not self.model
            self.live = Live(sessions.new(known))
        assert self.now is not None
        if before is None or before.id.startswith(AFTER):
            assert self.asks in (REVIEW, AFTER)
        elif before.id == HEARD:
            assert self.asks == OWN_WORDS
        elif before.self_check and not before.id.startswith(OFFER):
            assert self.asks == f"{STEP}{before.self_check}", "a self-check begins anew"
        else:
            assert as_new(self.now) == as_new(before)

    # --- what always holds

    def answers(self) -> Answers:
        return {name: answer for _, these in self.model for name, answer in these.items()}

    def lines(self) -> list[str]:
        """What the review shows: every answer, those told in own words one by one."""
        out = []
        for name, these in self.model:
            if name == OWN_WORDS:
                out += these
            elif not name.startswith((OFFER, THOROUGH)):
                out.append(name)
        return out

    def set(self, name: str, new: Answers) -> None:
        """The answer to a question, or to what was told in own words, becomes another."""
        for at, (each, _) in enumerate(self.model):
            if each == name:
                self.model[at] = name, new
                return
        at, told = next((at, told) for at, (each, told) in enumerate(self.model) if name in told)
        told = told | new
        if name in knowledge().emergency and told[name] != "yes":
            del told[name]  # a no is asked for with the others of the screen
        self.model[at] = OWN_WORDS, told

    def apart(self, turns: list[tuple[str, Answers]]) -> list[tuple[str, Answers]]:
        """Turns, and what was told in own words one by one."""
        out: list[tuple[str, Answers]] = []
        for name, these in turns:
            if name == OWN_WORDS:
                out += [(name, {}), *((told, {told: answer}) for told, answer in these.items())]
            else:
                out.append((name, these))
        return out

    def takes_steps(self, question: Question) -> bool:
        return bool(question.self_check) and not question.id.startswith((OFFER, STEP))

    @invariant()
    def holds(self) -> None:
        """The file holds all answers and nothing else, and nobody else may read it."""
        if not hasattr(self, "live"):
            return
        files = [*sessions.folder().iterdir()] if sessions.folder().is_dir() else []
        assert len(files) <= 1, "no other file stays"
        kept = sessions.every()
        assert [(turn.question.id, turn.answers) for turn in (kept[0].turns if kept else ())] == self.model
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)

    @invariant()
    def no_answer_is_kept_that_nobody_could_be_asked_for_any_more(self) -> None:
        names = [name for _, these in self.model for name in these]
        assert len(names) == len(set(names)), "one answer a finding"
        given = self.answers()
        for _, these in self.model:
            again = [name for name in these if name.endswith(AGAIN)]
            assert not again or NOT_SURE in [given.get(name.removesuffix(AGAIN)) for name in again]
        regions, sites = given.get("pain.region"), given.get("pain.site", ())
        if isinstance(regions, tuple) and isinstance(sites, tuple):
            assert {site.partition("_")[0] for site in sites} <= set(regions)


TestTalking = Talking.TestCase
TestTalking.settings = settings(examples(150), stateful_step_count=25, database=None)
