"""One whole talk: ask, record, conclude, ask again, until the result, and what can be read after it. Pure.

State is the list of turns. Back is one turn fewer; an edit is one turn exchanged; all else is concluded anew.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from triage.dialogue import prompts
from triage.dialogue.script import Script, findings, say
from triage.dialogue.state import (
    Asking,
    Changing,
    Checking,
    DialogueState,
    Leaving,
    Reading,
    Reviewing,
    Step,
    WriteReport,
    Writing,
    Written,
)
from triage.explanation import counterfactual
from triage.inference.answers import AGAIN
from triage.inference.assessment import applies, assess
from triage.interview import free_text, next_question
from triage.interview.free_text import Mention
from triage.interview.next_question import Interview, InterviewState
from triage.model import (
    NOT_SURE,
    RANK,
    Answer,
    Answers,
    Assessment,
    Back,
    Conclusion,
    Given,
    Knowledge,
    Question,
    Reply,
    Review,
    Screen,
    Turn,
)
from triage.presentation import explanation_screens, screens, wording

REPORT = "triage-report.html"
"""Where a report is written when no file is named."""


class Conversation(Script):
    """Talks about one trouble. `conclude` is an engine's: what follows from these answers?"""

    def __init__(self, knowledge: Knowledge, conclude: Callable[[Answers], Conclusion]) -> None:
        super().__init__(Interview(knowledge))
        self.conclude = conclude
        self._last: tuple[tuple[Turn, ...], InterviewState] | None = None

    def begin(
        self, personal: bool = False, pictures: bool = False, turns: Sequence[Turn] = (),
        mentions: Answers | None = None, stored: bool = False, greet: bool = False, day: datetime.date | None = None,
    ) -> Step:
        """The first question; after `turns`, the one that follows from them."""
        state = DialogueState(day=day or datetime.date.today(), personal=personal, pictures=pictures, stored=stored,
                              turns=tuple(turns), mentions=mentions or {})
        return self.proceed(state, *([screens.welcome(self.knowledge)] if greet else []))

    def interview_state(self, state: DialogueState) -> InterviewState:
        """Where the interview stands by all answers so far."""
        last = self._last  # one reading: a web page has several talks at once
        if last is None or last[0] is not state.turns:
            concluded = self.conclude(findings(self.knowledge, state.turns))
            last = self._last = state.turns, self.interview.state(concluded)
        return last[1]

    def assess(self, state: DialogueState) -> Assessment:
        """What follows from all answers so far."""
        return self.interview_state(state).assessment

    def _conclude(self, answers: Answers) -> Assessment:
        return assess(self.knowledge, self.conclude(answers))

    # --- the next question

    def proceed(self, state: DialogueState, *shown: Screen) -> Step:
        """The next question that follows from the turns, or the result."""
        assessment = self.assess(state)
        question = self._next(state, assessment)
        if question is None:
            state = replace(state, finished=True)
            result = screens.outcome(self.knowledge, assessment, brief=state.personal)
            return self._read_on(state, *shown, result) if state.personal else self.end(
                state, assessment, *shown, result)
        state = replace(state, place=Asking(), finished=False)
        card = self.knowledge.self_checks.get(question.self_check)
        if card and question.id == card.result and state.personal:
            return self.put(replace(state, place=Checking(0)), prompts.step(card, 0), 0, shown)
        if question.purpose == "offer" and not prompts.offers(state.turns):
            shown = (*shown, screens.forbidden_self_checks(self.knowledge, assessment))
        if not prompts.is_numbered(question):
            return self.put(state, self.as_put(state, question), 0, shown)
        state, question = self._with_progress(state, question, assessment)
        return self.put(state, self.as_put(state, question), self._number(state.turns), shown)

    def _number(self, before: Sequence[Turn]) -> int:
        return 1 + sum(prompts.is_numbered(turn.question) for turn in before)

    def _next(self, state: DialogueState, assessment: Assessment) -> Question | None:
        given = findings(self.knowledge, state.turns)
        purposes = {turn.question.purpose for turn in state.turns}
        interview_state = self.interview_state(state)
        question = next_question.next_question(interview_state, "thorough" in purposes)
        if state.personal and "own_words" not in purposes and question is not None and question.stage == next(
                (stage.id for stage in self.knowledge.stages if stage.emergency), ""):
            return prompts.own_words()
        known = {**assessment.answers, **given}
        open_ = {name: answer for name, answer in state.mentions.items()
                 if name not in known and name in self.knowledge.findings}
        calm = assessment.urgency.level not in wording.EMERGENCIES and not assessment.out_of_scope
        if open_ and calm and (question is None or not question.stage):
            # Past the screens nothing else may come to ask for it.
            finding = self.knowledge.findings[next(iter(open_))]
            question = next_question.ask(self.knowledge, finding, facts=assessment.answers)
        if question is not None and state.pictures:
            likely = [option for answer in open_.values() if isinstance(answer, tuple) for option in answer]
            question = next_question.by_picture(self.knowledge, question, likely)
        if question is not None:
            return prompts.with_mentions(self.knowledge, question, open_)
        tried = prompts.pending(self.knowledge, assessment, state.turns)
        question = (prompts.result_of(self.knowledge, tried) if tried
                    else prompts.offer(self.knowledge, assessment, state.turns))
        if question is not None:
            return question
        # An emergency is said at once: no review before it.
        if state.reviewed or assessment.urgency.level in wording.EMERGENCIES:
            return None
        return prompts.review(self.knowledge, state.turns, next_question.why_ended(interview_state))

    def _with_progress(
        self, state: DialogueState, question: Question, assessment: Assessment
    ) -> tuple[DialogueState, Question]:
        """The question with about how many are left; the number never grows under a person's eyes."""
        if question.self_check or question.purpose == "own_words" or not state.turns:
            return state, question
        about = next_question.questions_left(self.interview_state(state))
        last = state.questions_left
        if last and about > max(last, 2):  # an answer has opened new questions
            return state, replace(question, progress="A few more.")
        state = replace(state, questions_left=min(about, last or about))
        left = f"About {state.questions_left} more." if state.questions_left > 1 else "Nearly done."
        return state, replace(question, progress=left)

    # --- replies by where the talk stands

    def at_place(self, state: DialogueState, reply: Reply | Written) -> Step:
        """A reply that answers, goes back or wants the review."""
        place = state.place
        if isinstance(place, Leaving):
            return self._stay(state, place, reply)
        if isinstance(place, Checking):
            return self._check(state, place, reply)
        if isinstance(place, Reviewing):
            return self._look(state, place, reply)
        if isinstance(place, Changing):
            return self._change(state, place, reply)
        if isinstance(place, Reading):
            return self._read(state, place, reply)
        if isinstance(place, Writing) and isinstance(reply, Written):
            return self._after_writing(state, place, reply)
        return super().at_place(state, reply)

    def leave(self, state: DialogueState) -> Step:
        """One key must not lose all answers: where nothing is kept, a person is asked once more."""
        if state.finished:
            return self.end(state, self.assess(state))
        if state.personal and state.turns and not state.stored and not isinstance(state.place, Leaving) and (
                state.question is not None):
            place = Leaving(state.place, state.question, state.number)
            return self.put(replace(state, place=place), prompts.leave(), 0)
        return self.end(state, None)

    def _stay(self, state: DialogueState, place: Leaving, reply: Reply | Written) -> Step:
        if reply == Given(prompts.DONE):
            return self.leave(state)
        return self.again(replace(state, place=place.place, question=place.question, number=place.number))

    def review(self, state: DialogueState) -> Step:
        """The person wants to see all answers."""
        return self._show_answers(state)

    def _show_answers(self, state: DialogueState, after_result: bool = False) -> Step:
        question = prompts.review(self.knowledge, state.turns)
        return self.put(replace(state, place=Reviewing(after_result)), question, 0)

    def _on(self, state: DialogueState, after_result: bool, *shown: Screen) -> Step:
        return self._read_on(state, *shown) if after_result else self.proceed(state, *shown)

    # --- taking an answer

    def take(self, state: DialogueState, question: Question, answer: Answer) -> Step:
        """An answer to the question that follows from the turns."""
        if question.purpose == "review":
            if answer == prompts.THOROUGH:
                return self.proceed(replace(state, turns=(*state.turns, Turn(prompts.thorough(), {}))))
            if answer == prompts.GO_ON:
                return self.proceed(replace(state, reviewed=True))
            return self._ask_anew(state, str(answer))
        before = self.assess(state)
        state = self.with_turn(state, question, answer)
        if question.purpose == "offer":
            shown = (screens.self_check(self.knowledge, question.self_check, steps=not state.personal),)
            return self.proceed(state, *(shown if answer == prompts.TRY else ()))
        if question.self_check:
            return self.proceed(state, screens.check_result(
                self.knowledge, question.self_check, answer, before, self.assess(state)))
        return self.proceed(state)

    def new_mentions(self, state: DialogueState, mentions: Sequence[Mention]) -> list[Mention]:
        """What is not answered yet."""
        given = findings(self.knowledge, state.turns)
        return [mention for mention in mentions if mention.finding not in given]

    def take_words(
        self, state: DialogueState, text: str, mentions: Sequence[Mention], right: Sequence[Mention],
    ) -> Step:
        """What was confirmed counts as answered, or is ticked where it will be asked. The words are not kept."""
        shown = []
        if text and not any(mention.accepted for mention in mentions):
            shown = [say("I could not make anything of that for sure. The questions ask it all." if not mentions else
                         "What you told matters for your safety, so that I ask it in plain questions.")]
        answers, later = free_text.answers_of([*right]), free_text.answers_to_confirm([*right])
        for name in [name for name in answers if name in self.knowledge.emergency]:
            later[name] = answers.pop(name)  # asked with the others of its screen, and ticked there
        confirmed = {mention.finding: mention.answer for mention in right}
        every = findings(self.knowledge, state.turns) | confirmed
        if RANK[self._conclude(every).urgency.level] >= RANK["emergency_department_now"]:
            answers, later = confirmed, {}  # concluded at once
        return self.proceed(replace(state, turns=(*state.turns, Turn(prompts.own_words(), answers)), mentions=later),
                            *shown)

    def _check(self, state: DialogueState, place: Checking, reply: Reply | Written) -> Step:
        """The steps of a self-check one at a time, and then its result. Who stops has an unclear one."""
        question = state.question
        assert question is not None
        card = self.knowledge.self_checks[question.self_check]
        result = prompts.result_of(self.knowledge, card)
        at = place.step
        if isinstance(reply, Review):
            return self.review(state)
        if isinstance(reply, Back):
            if at == 0:
                return self.back(state)
            at -= 1
        elif not isinstance(reply, Given):
            return self.again(state)
        elif at == len(card.steps):
            return self.take(state, result, reply.answer)
        elif reply.answer == prompts.STOP:
            return self.take(state, result, NOT_SURE)
        else:
            at += 1
        state = replace(state, place=Checking(at))
        if at < len(card.steps):
            return self.put(state, prompts.step(card, at), 0)
        return self.put(state, self.as_put(state, result), self._number(state.turns))

    # --- changing an answer

    def _look(self, state: DialogueState, place: Reviewing, reply: Reply | Written) -> Step:
        """All answers were shown: one of them is chosen, or none."""
        if isinstance(reply, Given) and reply.answer != prompts.GO_ON:
            return self._ask_anew(state, str(reply.answer), place.after_result)
        return self._on(state, place.after_result)

    def _ask_anew(self, state: DialogueState, line: str, after_result: bool = False) -> Step:
        """The question of this line of the review once more, with its answer ticked."""
        at, turn = self._line(state, line)
        if turn.question.purpose == "own_words":
            finding = self.knowledge.findings[line]
            asked = next_question.ask(self.knowledge, finding, facts=self.assess(state).answers)
            turn = Turn(asked, {line: turn.answers[line]})
        question = prompts.once_more(self.knowledge, turn)
        if question.stage in self.screening:
            question = replace(question, purpose="screening")
        return self.put(replace(state, place=Changing(line, after_result)), question, self._number(state.turns[:at]))

    def _line(self, state: DialogueState, line: str) -> tuple[int, Turn]:
        """The turn of a line of the review: of its question, else where it was told in own words."""
        turns = list(enumerate(state.turns))
        return next((pair for pair in turns if pair[1].question.id == line),
                    next((pair for pair in turns if line in pair[1].answers), (0, state.turns[0])))

    def _change(self, state: DialogueState, place: Changing, reply: Reply | Written) -> Step:
        if not isinstance(reply, Given) or state.question is None:
            return self._on(state, place.after_result)
        before = self.assess(state)
        at, old = self._line(state, place.line)
        answers = self.answers_of(state.question, reply.answer)
        if old.question.purpose == "own_words":
            answers = old.answers | answers
            if place.line in self.knowledge.emergency and answers[place.line] != "yes":
                del answers[place.line]  # asked with the others of its screen
        changed = replace(state, turns=(*state.turns[:at], Turn(old.question, answers), *state.turns[at + 1 :]))
        changed, lost = self._pruned(changed)
        shown = screens.what_changed(self.knowledge, before, self.assess(changed), lost)
        return self._on(changed, place.after_result and changed.turns == state.turns, shown)

    def _pruned(self, state: DialogueState) -> tuple[DialogueState, list[str]]:
        """Without answers to questions that an edit has taken away, and those questions."""
        lost: list[str] = []
        while True:
            facts = self.interview_state(state).facts
            gone = next(((at, turn, name) for at, turn in enumerate(state.turns)
                         for name, answer in turn.answers.items()
                         if self._is_pointless(state, turn, name, answer, facts)), None)
            if gone is None:
                return state, lost
            at, turn, name = gone
            left: list[Turn] = []
            if turn.question.purpose == "own_words":
                left = [Turn(turn.question, {each: answer for each, answer in turn.answers.items() if each != name})]
            lost.append(self.knowledge.findings[name].ask if left else turn.question.ask)
            state = replace(state, turns=(*state.turns[:at], *left, *state.turns[at + 1 :]))

    def _is_pointless(self, state: DialogueState, turn: Turn, name: str, answer: Answer, facts: Answers) -> bool:
        """Would this not be asked any more, or not in this way?"""
        first = name.removesuffix(AGAIN)
        if name != first and first in self.knowledge.findings:
            given = findings(self.knowledge, state.turns)
            return all(given.get(each.removesuffix(AGAIN)) != NOT_SURE for each in turn.answers)
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

    def _read_on(self, state: DialogueState, *shown: Screen) -> Step:
        """The menu of what can be seen of the result."""
        question = prompts.result_menu(self.knowledge, self.assess(state))
        return self._open(state, Reading(), question, *shown)

    def _open(self, state: DialogueState, place: Reading, question: Question, *shown: Screen) -> Step:
        state, output = self.put(replace(state, place=place), question, 0, shown)
        return replace(state, asked=state.asked[:-1]), output  # what is read is no question of the talk

    def _read(self, state: DialogueState, place: Reading, reply: Reply | Written) -> Step:
        """A reply to the menu, or to one that opens from it."""
        chosen = str(reply.answer) if isinstance(reply, Given) else ""
        if place.menu == "result":
            return self._choose(state, chosen or prompts.CHANGE)
        if place.menu == "file" and isinstance(reply, Given):
            return self._write(state, WriteReport(chosen or REPORT))
        if place.menu == "over":
            if chosen == prompts.DONE:
                return self._write(state, WriteReport(place.file, over=True))
            return self._read_on(state, say(f"{place.file}: left as it was."))
        if chosen in ("", prompts.GO_ON):
            return self._read_on(state)
        if place.menu == "care":
            return self._read_on(state, screens.care(self.knowledge, self.assess(state), chosen))
        return self._why_not(state, place, chosen)

    def _choose(self, state: DialogueState, chosen: str) -> Step:
        """What was chosen in the menu of the result."""
        knowledge, assessment = self.knowledge, self.assess(state)
        if chosen == prompts.DONE:
            return self.end(state, assessment)
        if chosen == prompts.CHANGE:
            return self._show_answers(state, after_result=True)
        if chosen == "reasons":
            return self._read_on(state, screens.reasons(knowledge, assessment))
        if chosen == "sources":
            return self._read_on(state, explanation_screens.sources(knowledge, assessment))
        if chosen == "what_if":
            changes = counterfactual.what_if(knowledge, self.interview.compiled, dict(assessment.given))
            return self._read_on(state, explanation_screens.what_if(knowledge, changes))
        if chosen == "report":
            return self._open(state, Reading("file"), prompts.file_name(REPORT))
        if chosen == "care" and len(assessment.care) == 1:
            return self._read_on(state, screens.care(knowledge, assessment, assessment.care[0]))
        if chosen == "care":
            return self._open(state, Reading("care"), prompts.care_menu(knowledge, assessment))
        return self._open(state, Reading("why_not"), prompts.why_not_menu(knowledge, assessment))

    def _why_not(self, state: DialogueState, place: Reading, chosen: str) -> Step:
        """Why another condition is not named: one of the list, or one by its name."""
        if place.menu == "name":
            names = prompts.conditions_named(self.knowledge, chosen)
            if not names:
                return self._read_on(state, say("No source of pain that I know has such a name."))
            if len(names) > 1:
                return self._open(state, Reading("why_not"), prompts.which_condition(self.knowledge, names))
            chosen = names[0]
        if chosen == prompts.OTHER:
            return self._open(state, Reading("name"), prompts.condition_name())
        return self._read_on(state, explanation_screens.why_not(self.knowledge, self.assess(state), chosen))

    def _write(self, state: DialogueState, effect: WriteReport) -> Step:
        """Have the report written."""
        state, output = self.again(replace(state, place=Writing(effect.file), question=None, number=0))
        return state, replace(output, effect=effect)

    def _after_writing(self, state: DialogueState, place: Writing, written: Written) -> Step:
        if written.exists:
            return self._open(state, Reading("over", place.file), prompts.write_over(place.file))
        text = written.problem or f"Written: {place.file}. Nobody else on this computer may read it."
        return self._read_on(state, say(text))
