"""One whole talk: ask, record, conclude, ask again, until the result. Any front end can hold it.

State is the list of replies. Back is one reply fewer; an edit is one reply exchanged; all else is concluded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from triage import explain, interview, screen
from triage.assessment import applies, assess, known_facts
from triage.model import (
    NOT_SURE,
    Answers,
    Assessment,
    Back,
    Block,
    Choice,
    Fired,
    Given,
    Knowledge,
    Question,
    Quit,
    Reply,
    Screen,
    Turn,
    Why,
)
from triage.terminal.front import Front


class Talk(msgspec.Struct, frozen=True):
    """How a conversation ended. `assessment` is None when the person left."""

    assessment: Assessment | None
    asked: tuple[str, ...]


REVIEW = "review"


def talk(
    knowledge: Knowledge, fired: Callable[[Answers], Fired], front: Front, greet: bool = True,
    turns: Sequence[Turn] = (), keep: Callable[[Sequence[Turn]], None] = lambda turns: None,
    left: Callable[[], str] = lambda: "You left. Nothing was saved.",
) -> Talk:
    """Hold a conversation. `fired` is an engine's answer to "which rules fire for these answers?".

    `turns`: what was answered before. `keep` is told all turns after each change, before the next question. `left` is
    said to a person who leaves.
    """
    return _Conversation(knowledge, fired, front, turns, keep, left).hold(greet)


class _Conversation:
    def __init__(
        self, knowledge: Knowledge, fired: Callable[[Answers], Fired], front: Front, turns: Sequence[Turn],
        keep: Callable[[Sequence[Turn]], None], left: Callable[[], str],
    ) -> None:
        self.knowledge, self.fired, self.front = knowledge, fired, front
        self.interview = interview.Interview(knowledge)
        self.turns: list[Turn] = list(turns)
        self.keep, self.left = keep, left
        self.shown_left = 0
        self.asked: list[str] = []
        self.reviewed = False

    def hold(self, greet: bool) -> Talk:
        if greet:
            self.front.show(screen.welcome(self.knowledge))
        while True:
            assessment = self.assess()
            question = self._next(assessment)
            if question is None:
                self.front.show(screen.outcome(self.knowledge, assessment))
                return Talk(assessment, tuple(self.asked))
            reply = self._ask(question, assessment)
            if question.id == REVIEW and isinstance(reply, Given) and reply.answer != "go_on":
                reply = self._edit(str(reply.answer), assessment)
            elif isinstance(reply, Back):
                self._back()
            elif isinstance(reply, Given):
                self._take(question, reply, assessment)
            if isinstance(reply, Quit):
                self.front.show(Screen((Block(kind="text", text=self.left()),)))
                return Talk(None, tuple(self.asked))

    def given(self) -> Answers:
        """All answers as they were given, the later over the earlier."""
        return {name: answer for turn in self.turns for name, answer in turn.answers.items()}

    def assess(self) -> Assessment:
        given = {name: answer for name, answer in self.given().items() if not name.startswith("offer:")}
        return assess(self.knowledge, self.fired(given), given)

    def _next(self, assessment: Assessment) -> Question | None:
        given = self.given()
        question = self.interview.next(given, assessment)
        if question is not None:
            return question
        question = self._self_check(assessment, given)
        if question is not None:
            return question
        if self.reviewed or self._interrupted(assessment):
            return None
        return self._review()

    def _interrupted(self, assessment: Assessment) -> bool:
        """An emergency is said at once: no offer, no review before it."""
        return assessment.urgency.level in ("ambulance_now", "emergency_department_now")

    # --- asking

    def _ask(self, question: Question, assessment: Assessment) -> Reply:
        self.asked.append(question.id)
        question = self._with_progress(question, assessment)
        while True:
            reply = self.front.ask(question, len(self.turns) + 1)
            if not isinstance(reply, Why):
                return reply
            self.front.show(self._why(question, assessment))

    def _with_progress(self, question: Question, assessment: Assessment) -> Question:
        """The question with about how many are left; the number never grows under a person's eyes."""
        if question.id == REVIEW or question.self_check or not self.turns:
            return question
        about = self.interview.left(self.given(), assessment)
        if about <= 1:
            left = "Nearly done."
        elif self.shown_left and about > self.shown_left:  # an answer has opened new questions
            left = "A few more."
        else:
            self.shown_left = about
            left = f"About {about} more."
        return msgspec.structs.replace(question, help=f"{question.help} {left}".strip())

    def _why(self, question: Question, assessment: Assessment) -> Screen:
        if question.id == REVIEW or question.id.startswith("offer:"):
            text = ("You can mend any answer before the result." if question.id == REVIEW
                    else "A self-check can tell some sources of pain apart. It is safe to leave it out.")
            return Screen((Block(kind="text", text=text),))
        return explain.why_asked(self.knowledge, question, assessment)

    def _back(self) -> None:
        self.reviewed = False
        if self.turns:
            self.turns.pop()
            self.keep(self.turns)
        else:
            self.front.show(Screen((Block(kind="text", text="This is the first question."),)))

    def _take(self, question: Question, reply: Given, assessment: Assessment) -> None:
        if question.id == REVIEW:
            self.reviewed = True
            return
        answers = interview.record(question, reply.answer)
        self.turns.append(Turn(question, answers))
        self.keep(self.turns)
        name = question.self_check
        if name and question.id.startswith("offer:") and reply.answer == "try":
            self.front.show(screen.self_check(self.knowledge, name))
        elif name and not question.id.startswith("offer:"):
            answer = reply.answer if isinstance(reply.answer, str) else "; ".join(map(str, (reply.answer,)))
            self.front.show(screen.check_result(self.knowledge, name, answer, assessment, self.assess()))

    # --- the self-check

    def _self_check(self, assessment: Assessment, given: Answers) -> Question | None:
        """Offer the check that would settle most, once; when it is being tried, ask for its result."""
        for name, answer in given.items():
            if name.startswith("offer:") and answer == "try":
                card = self.knowledge.self_checks[name.removeprefix("offer:")]
                if card.result not in given and card.id in assessment.self_checks:
                    finding = self.knowledge.findings[card.result]
                    question = interview.ask(self.knowledge, finding)
                    choices = tuple(
                        Choice(NOT_SURE, "Unclear, or I stopped") if c.id == NOT_SURE else c for c in question.choices
                    )
                    return msgspec.structs.replace(question, choices=choices, self_check=card.id)
        if any(name.startswith("offer:") for name in given) or not assessment.self_checks:
            return None
        card = self.knowledge.self_checks[assessment.self_checks[0]]
        return Question(
            id=f"offer:{card.id}", kind="one", findings=(f"offer:{card.id}",), self_check=card.id,
            ask=f"Would you like to try one self-check? {card.name}: {card.question}",
            help=f"{screen.lasts(card)} You can leave it out.",
            choices=(Choice("try", "Yes, show me how"), Choice("skip", "No, not now")),
        )

    # --- the review

    def _review(self) -> Question:
        lines = []
        for turn in self.turns:
            if turn.question.id.startswith("offer:"):
                continue
            text = "; ".join(interview.ticked(turn.question, turn.answers))
            if not text and turn.question.kind == "checklist":
                text = "Not sure" if NOT_SURE in turn.answers.values() else "None of these"
            elif not text:
                (name, answer), *_ = turn.answers.items()
                text = explain.said(self.knowledge, name, answer)
            lines.append(Choice(turn.question.id, f"{turn.question.ask} - {text}"))
        return Question(
            id=REVIEW, kind="one", ask="These are your answers. Is everything right?", findings=(REVIEW,),
            choices=(Choice("go_on", "Yes, show me the result"), *lines),
            help="Choose a line to change it.",
        )

    def _edit(self, question_id: str, assessment: Assessment) -> Reply:
        index = next(i for i, turn in enumerate(self.turns) if turn.question.id == question_id)
        turn = self.turns[index]
        reply = self._ask(turn.question, assessment)
        if isinstance(reply, Given):
            self.turns[index] = Turn(turn.question, interview.record(turn.question, reply.answer))
            lost = self._prune()
            self.keep(self.turns)
            self.front.show(screen.what_changed(self.knowledge, assessment, self.assess(), lost))
        return reply

    def _prune(self) -> list[str]:
        """Forget answers to questions that an edit has taken away. Returns those questions."""
        lost: list[str] = []
        while True:
            assessment = self.assess()
            facts = known_facts(self.knowledge, assessment.fired, assessment.answers)
            gone = next((turn for turn in self.turns if self._pointless(turn, facts)), None)
            if gone is None:
                return lost
            self.turns.remove(gone)
            lost.append(gone.question.ask)

    def _pointless(self, turn: Turn, facts: Answers) -> bool:
        name = turn.question.findings[0]
        finding = self.knowledge.findings.get(name)
        if turn.question.kind == "checklist" or finding is None or finding.topic == "self_check":
            return False
        orphan = bool(finding.parents) and all(facts.get(p) == "no" for p in finding.parents)
        return orphan or not applies(finding.ask_if, {k: v for k, v in facts.items() if k != name})
