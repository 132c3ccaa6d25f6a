"""What is the same in a talk and in a check-in: one handling of every reply. Pure: state and reply -> state and output.

A script says which question is next and what an answer does; back, why, leaving, and the confirmation of what was said
in own words are here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from msgspec.structs import replace

from triage.dialogue import prompts
from triage.dialogue.state import Asking, Confirming, DialogueState, Ended, Output, Step, Written
from triage.interview import free_text
from triage.interview.free_text import Mention
from triage.interview.next_question import Interview, record
from triage.model import (
    FINDINGS,
    Answer,
    Answers,
    Assessment,
    Back,
    Block,
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
from triage.presentation import explanation_screens


def say(text: str) -> Screen:
    """One sentence as a screen."""
    return Screen((Block(kind="text", text=text),))


class Script(ABC):
    """A talk of one kind. Built once; keeps no state of any talk."""

    def __init__(self, interview: Interview) -> None:
        self.interview, self.knowledge = interview, interview.knowledge
        self.screening = {stage.id for stage in self.knowledge.stages if stage.emergency}

    # --- what each kind of talk decides

    @abstractmethod
    def proceed(self, state: DialogueState, *shown: Screen) -> Step:
        """The next question that follows from the turns, or the end."""

    @abstractmethod
    def assess(self, state: DialogueState) -> Assessment:
        """What follows from all answers so far."""

    @abstractmethod
    def take(self, state: DialogueState, question: Question, answer: Answer) -> Step:
        """An answer to the question that follows from the turns."""

    @abstractmethod
    def take_words(
        self, state: DialogueState, text: str, mentions: Sequence[Mention], right: Sequence[Mention],
    ) -> Step:
        """What was said in own words, and what of it the person has confirmed."""

    @abstractmethod
    def leave(self, state: DialogueState) -> Step:
        """The person wants to stop."""

    @abstractmethod
    def review(self, state: DialogueState) -> Step:
        """The person wants to see all answers."""

    # --- one reply

    def step(self, state: DialogueState, reply: Reply | Written) -> Step:
        """What comes of one reply to the question of the state."""
        if isinstance(reply, Why) and state.question is not None:
            return state, Output(screens=(self.why(state, state.question),), question=state.question,
                                 number=state.number)
        if isinstance(reply, Quit):
            return self.leave(state)
        return self.at_place(state, reply)

    def at_place(self, state: DialogueState, reply: Reply | Written) -> Step:
        """A reply that answers, goes back or wants the review, by where the talk stands."""
        if isinstance(state.place, Confirming):
            return self._confirmed(state, state.place, reply)
        if isinstance(state.place, Asking) and state.question is not None:
            if isinstance(reply, Back):
                return self.back(state)
            if isinstance(reply, Review):
                return self.review(state)
            if isinstance(reply, Given):
                if state.question.purpose == "own_words":
                    return self._hear(state, " ".join(str(reply.answer).split()))
                return self.take(state, state.question, reply.answer)
        return self.again(state)

    def again(self, state: DialogueState, *shown: Screen) -> Step:
        """The same question once more."""
        return state, Output(screens=shown, question=state.question, number=state.number)

    def put(self, state: DialogueState, question: Question, number: int, shown: Sequence[Screen] = ()) -> Step:
        """Put this question, after these screens."""
        counted = question.purpose in FINDINGS
        state = replace(state, question=question, number=number, asked=(*state.asked, question.id),
                        count=state.count + counted)
        return state, Output(screens=tuple(screen for screen in shown if screen.blocks), question=question,
                             number=number)

    def end(self, state: DialogueState, assessment: Assessment | None, *shown: Screen) -> Step:
        """Nothing more is asked."""
        state = replace(state, place=Ended(), question=None, number=0)
        return state, Output(screens=shown, assessment=assessment)

    def back(self, state: DialogueState) -> Step:
        """The question before, with its answer ticked."""
        if not state.turns:
            return self.again(state, say("This is the first question."))
        *turns, last = state.turns
        spoken = last.question.purpose == "own_words"
        return self.proceed(replace(
            state, turns=tuple(turns), mentions={} if spoken else state.mentions, reviewed=False, finished=False,
            taken_back=(*state.taken_back, last)))

    def why(self, state: DialogueState, question: Question) -> Screen:
        """Why this is asked."""
        if question.purpose in prompts.WHY:
            return say(prompts.WHY[question.purpose])
        return explanation_screens.why_asked(self.knowledge, question, self.assess(state))

    # --- questions as they are put

    def as_put(self, state: DialogueState, question: Question) -> Question:
        """A question with what was answered before, and marked when it is about emergencies."""
        if question.purpose == "finding" and question.stage in self.screening:
            question = replace(question, purpose="screening")
        before = next((turn for turn in reversed(state.taken_back) if turn.question.id == question.id), None)
        if before is None or question.purpose == "own_words":
            return question
        anew = prompts.once_more(self.knowledge, Turn(question, before.answers))
        return replace(anew, progress=question.progress)

    def with_turn(self, state: DialogueState, question: Question, answer: Answer) -> DialogueState:
        """The state with one more turn. Nothing of how the question was put stays."""
        plain = replace(question, progress="", before="", ticked=())
        turn = Turn(plain, self.answers_of(question, answer))
        return replace(state, turns=(*state.turns, turn),
                       taken_back=tuple(each for each in state.taken_back if each.question.id != question.id))

    def answers_of(self, question: Question, answer: Answer) -> Answers:
        """A reply as answers. A region ticked beside the zones of a picture is kept, with those of the zones."""
        answers = record(question, answer)
        region = answers.get(question.within)
        if question.within in question.findings and isinstance(region, tuple) and region:
            zones = answers.get(question.picture)
            options = self.knowledge.findings[question.picture].options
            inside = {options[zone].inside for zone in zones} if isinstance(zones, tuple) else set()
            answers[question.within] = tuple(
                option for option in self.knowledge.findings[question.within].options if option in {*region, *inside})
        return answers

    # --- own words

    def _hear(self, state: DialogueState, text: str) -> Step:
        """What a text says is shown, to be confirmed."""
        mentions = self.new_mentions(state, free_text.mentions_in(self.knowledge, text, state.day) if text else [])
        notice = free_text.length_notice(text)
        shown = (say(notice),) if notice else ()
        question = prompts.confirmation(self.knowledge, mentions)
        if question is not None:
            return self.put(replace(state, place=Confirming(text, tuple(mentions))), question, 0, shown)
        state, output = self.take_words(state, text, mentions, [])
        return state, replace(output, screens=(*shown, *output.screens))

    @abstractmethod
    def new_mentions(self, state: DialogueState, mentions: Sequence[Mention]) -> list[Mention]:
        """What of the mentions says more than is known."""

    def _confirmed(self, state: DialogueState, place: Confirming, reply: Reply | Written) -> Step:
        if isinstance(reply, Back):
            return self.proceed(replace(state, place=Asking()))
        if not isinstance(reply, Given) or state.question is None:
            return self.again(state)
        right = prompts.mentions_left_ticked(state.question, reply.answer, place.mentions)
        return self.take_words(replace(state, place=Asking()), place.text, place.mentions, right)


def findings(knowledge: Knowledge, turns: Sequence[Turn]) -> Answers:
    """All answers to findings, also to plainer second questions, the later over the earlier."""
    known = knowledge.known_names
    return {name: answer for turn in turns for name, answer in turn.answers.items() if name in known}
