"""One whole talk: ask, record, conclude, ask again, until the result. Any front end can hold it.

State is the list of replies. Back is one reply fewer; an edit is one reply exchanged; all else is concluded anew.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import msgspec

from triage.dialogue import prompts
from triage.dialogue.frontend import Front
from triage.explanation import counterfactual
from triage.inference.answers import AGAIN
from triage.inference.assessment import applies, assess, known_facts
from triage.interview import next_question
from triage.model import (
    AFTER,
    HEARD,
    NOT_SURE,
    OFFER,
    OWN_WORDS,
    RANK,
    REVIEW,
    STEP,
    THOROUGH,
    Answer,
    Answers,
    Assessment,
    Back,
    Block,
    Fired,
    Given,
    Knowledge,
    Question,
    Quit,
    Reply,
    Review,
    Screen,
    SelfCheck,
    Turn,
    Why,
)
from triage.presentation import explanation_screens, screens, wording
from triage.support.errors import TriageError


class Talk(msgspec.Struct, frozen=True):
    """How a conversation ended. `assessment` is None when the person left."""

    assessment: Assessment | None
    asked: tuple[str, ...]


def talk(
    knowledge: Knowledge, fired: Callable[[Answers], Fired], front: Front, greet: bool = True,
    turns: Sequence[Turn] = (), keep: Callable[[Sequence[Turn]], None] = lambda turns: None,
    left: Callable[[], str] | None = None, personal: bool = False,
) -> Talk:
    """Hold a conversation. `fired` is an engine's answer to "which rules fire for these answers?".

    `turns`: what was answered before. `keep` is told all turns after each change, before the next question. `left`
    tells a person who leaves that they are kept; without it nothing is. `personal`: somebody sits there, who may
    tell in own words, takes a self-check step by step, and sees more of the result when wanted.
    """
    return _Conversation(knowledge, fired, front, turns, keep, left, personal).hold(greet)


class _Conversation:
    def __init__(
        self, knowledge: Knowledge, fired: Callable[[Answers], Fired], front: Front, turns: Sequence[Turn],
        keep: Callable[[Sequence[Turn]], None], left: Callable[[], str] | None, personal: bool,
    ) -> None:
        self.knowledge, self.fired, self.front, self.personal = knowledge, fired, front, personal
        self.interview = next_question.Interview(knowledge)
        self.first_screen = next((stage.id for stage in knowledge.stages if stage.emergency), "")
        self.turns: list[Turn] = list(turns)
        self.keep, self.left = keep, left
        self.shown_left = 0
        self.asked: list[str] = []
        self.reviewed = False

    def hold(self, greet: bool) -> Talk:
        if greet:
            self.front.show(screens.welcome(self.knowledge))
        while True:
            assessment = self.assess()
            question = self._next(assessment)
            if question is None:
                self.front.show(screens.outcome(self.knowledge, assessment, brief=self.personal))
                if not self.personal or not self._afterwards(assessment):
                    return Talk(assessment, tuple(self.asked))
            elif isinstance(self._put(question, assessment), Quit) and self._leaves(assessment):
                self._say(self.left() if self.left else "You left. Nothing was saved.")
                return Talk(None, tuple(self.asked))

    def _leaves(self, assessment: Assessment) -> bool:
        """One key must not lose all answers: where nothing is kept, a person is asked once more."""
        if not self.personal or self.left or not self.turns:
            return True
        reply = self._ask(prompts.leave(), assessment, 0)
        return isinstance(reply, Quit) or reply == Given(prompts.DONE)

    def given(self) -> Answers:
        """All answers as they were given, the later over the earlier."""
        return {name: answer for turn in self.turns for name, answer in turn.answers.items()}

    def assess(self) -> Assessment:
        given = {name: answer for name, answer in self.given().items() if not name.startswith(OFFER)}
        return assess(self.knowledge, self.fired(given), given)

    def _next(self, assessment: Assessment) -> Question | None:
        given = self.given()
        thorough = any(turn.question.id == THOROUGH for turn in self.turns)
        question = self.interview.next(given, assessment, thorough)
        told = prompts.told_before(self.turns)
        if told is None and self.personal and question is not None and question.stage == self.first_screen:
            return prompts.own_words()
        open_ = prompts.still_to_ask(self.knowledge, told, {**assessment.answers, **given})
        calm = assessment.urgency.level not in wording.EMERGENCIES and not assessment.redirected
        if open_ and calm and (question is None or not question.stage):
            # Past the screens nothing else may come to ask for it.
            name = next(iter(open_))
            question = next_question.ask(self.knowledge, self.knowledge.findings[name], facts=assessment.answers)
        if question is not None and self.front.pictures:
            question = self.interview.by_picture(question, (name for names in open_.values() for name in names))
        if question is not None:
            return prompts.with_ticks(question, open_)
        tried = prompts.pending(self.knowledge, assessment, given)
        question = (prompts.result_of(self.knowledge, tried) if tried
                    else prompts.offer(self.knowledge, assessment, given))
        if question is not None:
            return question
        # An emergency is said at once: no review before it.
        if self.reviewed or assessment.urgency.level in wording.EMERGENCIES:
            return None
        return prompts.review(self.knowledge, self.turns, self.interview.ended(given, assessment))

    # --- asking

    def _put(self, question: Question, assessment: Assessment) -> Reply:
        """Put one question and do what the reply wants. Quit comes back when the person leaves, from anywhere."""
        card = self.knowledge.self_checks.get(question.self_check)
        if card and question.id == card.result and self.personal:
            reply = self._step_by_step(card, question, assessment)
        else:
            if question.id.startswith(OFFER) and not any(n.startswith(OFFER) for n in self.given()):
                self._show(screens.left_out(self.knowledge, assessment))
            reply = self._ask(question, assessment)
        if isinstance(reply, Back):
            self._back()
        elif isinstance(reply, Review):
            return self._change(prompts.review(self.knowledge, self.turns), assessment)
        elif isinstance(reply, Given):
            return self._take(question, reply, assessment)
        return reply

    def _ask(self, question: Question, assessment: Assessment, number: int | None = None) -> Reply:
        """The reply to a question; why it is asked is answered here."""
        if not question.id.startswith((AFTER, STEP)):
            self.asked.append(question.id)
        if number is None:
            number = 0 if prompts.is_aside(question) else 1 + sum(not prompts.is_aside(t.question) for t in self.turns)
            question = self._with_progress(question, assessment)
        while True:
            reply = self.front.ask(question, number)
            if not isinstance(reply, Why):
                return reply
            self._show(self._why(question, assessment))

    def _with_progress(self, question: Question, assessment: Assessment) -> Question:
        """The question with about how many are left; the number never grows under a person's eyes."""
        if question.self_check or prompts.is_aside(question) or question.id == OWN_WORDS or not self.turns:
            return question
        about = self.interview.left(self.given(), assessment)
        if self.shown_left and about > max(self.shown_left, 2):  # an answer has opened new questions
            left = "A few more."
        else:
            self.shown_left = min(about, self.shown_left or about)
            left = f"About {self.shown_left} more." if self.shown_left > 1 else "Nearly done."
        return msgspec.structs.replace(question, progress=left)

    def _why(self, question: Question, assessment: Assessment) -> Screen:
        if question.id.startswith(STEP):
            return screens.worth(self.knowledge, question.self_check)
        for begin, text in prompts.WHY.items():
            if question.id.startswith(begin):
                return Screen((Block(kind="text", text=text),))
        return explanation_screens.why_asked(self.knowledge, question, assessment)

    def _show(self, shown: Screen) -> None:
        if shown.blocks:
            self.front.show(shown)

    def _say(self, text: str) -> None:
        self.front.show(Screen((Block(kind="text", text=text),)))

    def _back(self) -> None:
        self.reviewed = False
        if self.turns:
            self.turns.pop()
            self.keep(self.turns)
        else:
            self._say("This is the first question.")

    # --- taking an answer

    def _take(self, question: Question, reply: Given, assessment: Assessment) -> Reply:
        if question.id == REVIEW and reply.answer == THOROUGH:
            self.turns.append(Turn(prompts.thorough(), {}))
            self.keep(self.turns)
            return reply
        if question.id == REVIEW:
            self.reviewed = reply.answer == prompts.GO_ON
            return reply if self.reviewed else self._changed(str(reply.answer), assessment)
        if question.id == OWN_WORDS:
            return self._heard(question, str(reply.answer), assessment)
        self.turns.append(Turn(question, next_question.record(question, reply.answer)))
        self.keep(self.turns)
        name = question.self_check
        if name and not question.id.startswith(OFFER):
            self.front.show(screens.check_result(self.knowledge, name, reply.answer, assessment, self.assess()))
        elif name and reply.answer == "try":
            self.front.show(screens.self_check(self.knowledge, name, steps=not self.personal))
        return reply

    def _heard(self, question: Question, text: str, assessment: Assessment) -> Reply:
        """What was told in own words, as far as the person says that it was understood. The words are not kept."""
        from triage.interview import free_text

        given = self.given()
        found = free_text.mentions_in(self.knowledge, text, datetime.date.today()) if text else []
        found = [heard for heard in found if heard.finding not in given]
        if more := free_text.length_notice(text):
            self._say(more)
        right = []
        shown = prompts.heard(self.knowledge, found)
        if shown is not None:
            reply = self._ask(shown, assessment)
            while isinstance(reply, Review):
                reply = self._ask(shown, assessment)
            if not isinstance(reply, Given):
                return reply  # back: the sentence is asked again
            ticked = reply.answer if isinstance(reply.answer, tuple) else ()
            counts = [heard for heard in found if heard.accepted]
            right = [heard for i, heard in enumerate(counts) if f"{HEARD}.{i}" in ticked]
        elif text:
            self._say("I could not make anything of that for sure. The questions ask it all." if not found else
                      "What you told matters for your safety, so that I ask it in plain questions.")
        answers, later = free_text.answers_of(right), free_text.answers_to_confirm(right)
        for name in [name for name in answers if name in self.knowledge.emergency]:
            later[name] = answers.pop(name)  # asked with the others of its screen, and ticked there
        said = {each.finding: each.answer for each in right}
        every = {name: answer for name, answer in (given | said).items() if name in self.knowledge.findings}
        if RANK[assess(self.knowledge, self.fired(every), every).urgency.level] >= RANK["emergency_department_now"]:
            answers, later = said, {}  # concluded at once
        self.turns.append(Turn(prompts.remembering(question, later), answers))
        self.keep(self.turns)
        return Given(text)

    def _step_by_step(self, card: SelfCheck, question: Question, assessment: Assessment) -> Reply:
        """The steps of a self-check one at a time, and then its result. Who stops has an unclear one."""
        at = 0
        while at <= len(card.steps):
            last = at == len(card.steps)
            reply = self._ask(question if last else prompts.step(card, at), assessment)
            if isinstance(reply, Back) and at > 0:
                at -= 1
            elif last or not isinstance(reply, Given):
                return reply
            elif reply.answer == "stop":
                return Given(NOT_SURE)
            else:
                at += 1
        raise AssertionError("the result is the last step")

    # --- changing an answer

    def _change(self, question: Question, assessment: Assessment) -> Reply:
        """All answers, and the one chosen from them asked again."""
        reply = self._ask(question, assessment)
        chosen = reply.answer if isinstance(reply, Given) else prompts.GO_ON
        return reply if chosen == prompts.GO_ON else self._changed(str(chosen), assessment)

    def _changed(self, name: str, assessment: Assessment) -> Reply:
        """Ask for the answer of this question, or to this finding of what was told in own words, once more."""
        told = name not in [turn.question.id for turn in self.turns]
        index, turn = next((i, turn) for i, turn in enumerate(self.turns)
                           if name == turn.question.id or (told and name in turn.answers))
        if told:
            question = next_question.ask(self.knowledge, self.knowledge.findings[name], facts=assessment.answers)
            turn = Turn(question, {name: turn.answers[name]})
        number = 1 + sum(not prompts.is_aside(t.question) for t in self.turns[:index])
        reply = self._ask(prompts.once_more(self.knowledge, turn), assessment, number)
        if isinstance(reply, Given):
            answers = next_question.record(turn.question, reply.answer)
            old = self.turns[index]
            if told:
                answers = old.answers | answers
                if name in self.knowledge.emergency and answers[name] != "yes":
                    del answers[name]  # asked with the others of its screen
            self.turns[index] = Turn(old.question, answers)
            lost = self._prune()
            self.keep(self.turns)
            self.front.show(screens.what_changed(self.knowledge, assessment, self.assess(), lost))
        return reply

    def _prune(self) -> list[str]:
        """Forget answers to questions that an edit has taken away. Returns those questions."""
        lost: list[str] = []
        while True:
            assessment = self.assess()
            facts = known_facts(self.knowledge, assessment.fired, assessment.answers)
            gone = next(((turn, name) for turn in self.turns for name, answer in turn.answers.items()
                         if self._pointless(turn, name, answer, facts)), None)
            if gone is None:
                return lost
            turn, name = gone
            if turn.question.id == OWN_WORDS:
                left = {other: answer for other, answer in turn.answers.items() if other != name}
                self.turns[self.turns.index(turn)] = Turn(turn.question, left)
                lost.append(self.knowledge.findings[name].ask)
            else:
                self.turns.remove(turn)
                lost.append(turn.question.ask)

    def _pointless(self, turn: Turn, name: str, answer: Answer, facts: Answers) -> bool:
        """Would this not be asked any more, or not in this way?"""
        first = name.removesuffix(AGAIN)
        if name != first and first in self.knowledge.findings:
            again = [each.removesuffix(AGAIN) for each in turn.answers]
            return all(self.given().get(each) != NOT_SURE for each in again)
        finding = self.knowledge.findings.get(name)
        if turn.question.kind == "checklist" or finding is None or finding.topic == "self_check":
            return False
        orphan = bool(finding.parents) and all(facts.get(p) == "no" for p in finding.parents)
        chosen = answer if isinstance(answer, tuple) else (str(answer),)
        around = facts.get(finding.within)
        outside = isinstance(around, tuple) and any(
            finding.options[option].inside not in ("", *around) for option in chosen if option in finding.options)
        return orphan or outside or not applies(finding.ask_if, {k: v for k, v in facts.items() if k != name})

    # --- after the result

    def _afterwards(self, assessment: Assessment) -> bool:
        """Show more of the result as long as the person wants. Was an answer changed?"""
        before = list(self.turns)
        reply: Reply = Given("")
        while not isinstance(reply, Quit):
            reply = self._ask(prompts.after(self.knowledge, assessment), assessment, 0)
            wanted = reply.answer if isinstance(reply, Given) else prompts.CHANGE
            if isinstance(reply, Quit) or wanted == prompts.DONE:
                return False
            if wanted == prompts.CHANGE:
                reply = self._change(prompts.review(self.knowledge, self.turns), assessment)
                if self.turns != before:
                    return True
            elif wanted == "reasons":
                self._show(screens.reasons(self.knowledge, assessment))
            elif wanted == "report":
                reply = self._report(assessment)
            elif wanted == "sources":
                self._show(explanation_screens.sources(self.knowledge, assessment))
            elif wanted == "what_if":
                found = counterfactual.what_if(self.knowledge, self.interview.compiled, dict(assessment.given))
                self._show(explanation_screens.what_if(self.knowledge, found))
            elif wanted == "care":
                reply = self._care(assessment)
            else:
                reply = self._why_not(assessment)
        return False

    def _report(self, assessment: Assessment) -> Reply:
        """Write the report to a file that the person names; over one that is there only when told so."""
        from triage.presentation.formats import format_of, render
        from triage.presentation.report import report
        from triage.support.atomic_files import is_taken, write

        offered = "triage-report.html"
        reply = self._ask(prompts.file_name(offered), assessment, 0)
        if not isinstance(reply, Given):
            return reply
        name = prompts.picked(reply) or offered
        over = is_taken(name)
        if over:
            reply = self._ask(prompts.write_over(name), assessment, 0)
            if prompts.picked(reply) != prompts.DONE:
                self._say(f"{name}: left as it was.")
                return reply
        try:
            document = report(self.knowledge, assessment, datetime.date.today())
            write(name, render(document, format_of(name)), private=True, over=over)
            self._say(f"Written: {name}. Nobody else on this computer may read it.")
        except TriageError as stopped:
            self._say(f"{stopped.sentence}.")
        return reply

    def _care(self, assessment: Assessment) -> Reply:
        reply: Reply = Given(assessment.care[0])
        if len(assessment.care) > 1:
            reply = self._ask(prompts.cares(self.knowledge, assessment), assessment, 0)
        if name := prompts.picked(reply):
            self._show(screens.care(self.knowledge, name))
        return reply

    def _why_not(self, assessment: Assessment) -> Reply:
        reply = self._ask(prompts.others(self.knowledge, assessment), assessment, 0)
        if prompts.picked(reply) == "other":
            reply = self._ask(prompts.typed_name(), assessment, 0)
            text = prompts.picked(reply)
            names = prompts.named(self.knowledge, text) if text else []
            if text and not names:
                self._say("No source of pain that I know has such a name.")
                return reply
            if len(names) == 1:
                reply = Given(names[0])
            elif names:
                reply = self._ask(prompts.which(self.knowledge, names), assessment, 0)
        if name := prompts.picked(reply):
            self._show(explanation_screens.why_not(self.knowledge, assessment, name))
        return reply
