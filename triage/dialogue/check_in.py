"""One entry of the diary, asked for: first the emergency screens again, then pain, what was tried, and what is new.

State is what was answered before and the list of replies; the next question follows from both.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from triage.dialogue import prompts
from triage.dialogue.passing_days import asked_again, lines_of_stages, older
from triage.dialogue.script import Script, findings, say
from triage.dialogue.state import Asking, DialogueState, Step
from triage.inference.answers import complete
from triage.interview import next_question
from triage.interview.free_text import Mention
from triage.interview.next_question import NO, YES, Interview, InterviewState
from triage.model import (
    NONE,
    NOT_SURE,
    RANK,
    Answer,
    Answers,
    Assessment,
    Choice,
    Knowledge,
    Level,
    Question,
    Screen,
    Turn,
)
from triage.presentation import screens, wording
from triage.records.diary import Entry, episode, under_rules
from triage.records.follow_up import ANYWHERE
from triage.support.text import one_line

PAIN, TRIED, MORE, NEW = "diary.pain:", "diary.tried", "diary.more", "diary.new"
SEEN, WHICH = "diary.seen", "diary.which"
MOST_PLACES, MOST_WORDS = 4, 500
EMERGENCY, TODAY = RANK["emergency_department_now"], RANK["today"]

WHY = {
    PAIN: "The same number at each entry shows whether it gets easier.",
    TRIED: "What you did tells what may have helped, and what did not.",
    NEW: "Something new can matter more than the pain itself.",
    SEEN: "What was urgent stays so until somebody has looked.",
    "offer:": "The same self-check again shows whether something has changed.",
}


NEWS = Question(id=NEW, purpose="own_words", kind="text", ask="Is anything new, or different from before?",
                findings=(NEW,), help="In your own words; they are kept in the diary. Enter alone means nothing new.")


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """What is known before the entry: answers, the day on which they were given, and the entries about this trouble."""

    answers: Answers = {}
    day: datetime.date
    started: datetime.date
    entries: tuple[Entry, ...] = ()
    conditions: bool = True
    """Do the answers say enough to name what it may be?"""


def continued(knowledge: Knowledge, entries: Sequence[Entry], answers: Answers | None = None,
              day: datetime.date | None = None) -> Base:
    """The trouble of the newest entry, which there is; with answers given on some later day."""
    last = entries[-1]
    before = older(knowledge, under_rules(knowledge, last), ((day or last.day) - last.day).days)
    return Base(answers=before | (answers or {}), day=day or last.day, started=last.started,
                entries=episode(entries), conditions=bool(last.condition or answers))


def new_trouble(knowledge: Knowledge, answers: Answers, day: datetime.date) -> Base:
    """Another trouble, of these answers of that day."""
    return Base(answers=dict(answers), day=day, started=day)


def unknown(knowledge: Knowledge, answers: Answers, today: datetime.date) -> Base:
    """A trouble of which nothing is known; of other answers only who it is stays."""
    places = lines_of_stages(knowledge, _place_stages(knowledge))
    stays = {name: answer for name, answer in background(knowledge, answers).items() if name not in places}
    return Base(answers=stays, day=today, started=today, conditions=False)


def which(knowledge: Knowledge, entries: Sequence[Entry], answers: Answers, day: datetime.date) -> Question:
    """What is this entry about, when a talk was held since the last one?"""
    talk = Choice("talk", f"What I told in the talk of {wording.day_in_words(day)}{_about(knowledge, answers)}")
    same = Choice("same", f"The trouble of my diary, since {wording.day_in_words(entries[-1].started)}"
                  f"{_about(knowledge, under_rules(knowledge, entries[-1]))}") if entries else None
    choices = (*((same,) if same else ()), talk, Choice("new", "Something else"))
    return Question(id=WHICH, purpose="entry", kind="one", findings=(WHICH,), none_id=choices[0].id, choices=choices,
                    ask="What is this entry about?")


class CheckIn(Script):
    """Asks for one entry."""

    def __init__(self, interview: Interview, base: Base, now: datetime.datetime) -> None:
        super().__init__(interview)
        self.base, self.now = base, now
        again = asked_again(self.knowledge)
        lasting = background(self.knowledge, base.answers)
        self.lasting = {name: answer for name, answer in lasting.items() if name not in again}
        days = (now.date() - base.day).days
        self.before = {name: answer for name, answer in older(self.knowledge, base.answers, days).items()
                       if name not in again}

    def begin(self, pictures: bool = False) -> Step:
        """The first question."""
        return self.proceed(DialogueState(day=self.now.date(), pictures=pictures))

    # --- what is known

    def given(self, state: DialogueState) -> Answers:
        """What was answered now, and is a finding."""
        return findings(self.knowledge, state.turns)

    def answers(self, state: DialogueState) -> Answers:
        """All that is known: what was answered before, as old as it is today, and what was answered now."""
        return self.before | self.given(state)

    def assess(self, state: DialogueState) -> Assessment:
        """What follows from all that is known."""
        return self._assess(self.answers(state))

    def _assess(self, answers: Answers) -> Assessment:
        return self._interview_state(answers).assessment

    def _interview_state(self, answers: Answers) -> InterviewState:
        return self.interview.state(self.interview.compiled.conclude(answers))

    def emergency_signs(self, state: DialogueState) -> list[str]:
        """The lines of the emergency screens that are so."""
        now = complete(self.knowledge, self.given(state))
        return [name for name in self.knowledge.emergency if now.get(name) == "yes"]

    def entry(self, state: DialogueState) -> Entry | None:
        """What was answered, as it is written down; None when the person left and nothing urgent had been said."""
        if not state.finished and not self.emergency_signs(state):
            return None
        assessment, given = self.assess(state), self.given(state)
        tried = [name for key in (TRIED, MORE) for name in _several(_own(state, key)) if name in self.knowledge.care]
        checks = {card.id: str(given[card.result]) for card in self.knowledge.self_checks.values()
                  if card.result in given}
        pain = {name.removeprefix(PAIN): int(answer + 0.5) for turn in state.turns
                for name, answer in turn.answers.items() if name.startswith(PAIN) and isinstance(answer, float)}
        first = assessment.conditions[0].id if assessment.conditions and self.base.conditions else ""
        urgency, earlier = assessment.urgency, self._earlier_level()
        seen = _own(state, SEEN) == "yes" or RANK[urgency.level] >= RANK[earlier]
        return Entry(
            at=self.now.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            day=self.now.date(), started=self.base.started, condition=first, pain=pain,
            tried=tuple(dict.fromkeys(tried)), checks=checks, new=one_line(str(_own(state, NEW) or ""), MOST_WORDS),
            level=urgency.level, within_days=urgency.within_days, where=urgency.place,
            held="self_care" if seen else earlier, answers=self.answers(state),
        )

    def _earlier_level(self) -> Level:
        """What was said the time before, when somebody had to look that day or at once."""
        if self.base.entries:
            last = self.base.entries[-1]
            level: Level = max(last.level, last.held, key=lambda level: RANK[level])
        else:
            level = self._assess(self.base.answers).urgency.level if self.base.answers else "self_care"
        return level if RANK[level] >= TODAY else "self_care"

    # --- which question next

    def proceed(self, state: DialogueState, *shown: Screen) -> Step:
        """The next question, or the end, when the entry is whole."""
        question = self._next(state)
        if question is None:
            return self.end(replace(state, finished=True), self.assess(state), *shown)
        return self.put(replace(state, place=Asking()), self.as_put(state, question), 1 + len(state.turns), shown)

    def _next(self, state: DialogueState) -> Question | None:
        """The next question. After an emergency nothing more is asked."""
        screening = self._screens(state)
        if screening is not None:
            return screening
        fresh = self._assess(self.lasting | self.given(state))
        if RANK[fresh.urgency.level] >= EMERGENCY:
            return None
        still = self._still_so(state)
        if still is not None:
            return still
        assessment, earlier = self.assess(state), self._earlier_level()
        if RANK[earlier] > RANK[assessment.urgency.level] and _own(state, SEEN) is None:
            level = self.knowledge.settings.urgency_in_words(earlier)
            return Question(id=SEEN, purpose="entry", kind="yes_no", findings=(SEEN,), choices=(YES, NO),
                            ask=f"Has a clinician looked at it since you were told: {level}?")
        if RANK[assessment.urgency.level] >= EMERGENCY:
            return None
        return (self._place(state, assessment) or self._pain(state) or self._tried(state) or self._check(state)
                or self._news(state))

    def _screens(self, state: DialogueState) -> Question | None:
        """The emergency screens and what a ticked line of them needs, as if they had never been asked."""
        known = {name: answer for name, answer in (self.lasting | self.given(state)).items()
                 if name not in lines_of_stages(self.knowledge, _place_stages(self.knowledge))}
        question = next_question.next_question(self._interview_state(known))
        if question is None or question.stage in _place_stages(self.knowledge):
            return None
        return None if question.id in {turn.question.id for turn in state.turns} else question

    def _still_so(self, state: DialogueState) -> Question | None:
        """What new words put in doubt, or what was answered before and makes it urgent: is it still so?"""
        assessment = self.assess(state)
        urgent = RANK[assessment.urgency.level] >= TODAY
        for name in (*state.mentions, *(reasons(self.knowledge, assessment) if urgent else ())):
            finding = self.knowledge.findings[name]
            if not _is_asked(state, name) and not _lasts(self.knowledge, name) and finding.kind in (
                    "yes_no", "one", "many"):
                answers = self.answers(state)
                question = next_question.ask(self.knowledge, finding, facts=answers)
                known = {name: answers[name]} if name in answers else {}
                return prompts.once_more(self.knowledge, Turn(question, known)) if known else question
        return None

    def _place(self, state: DialogueState, assessment: Assessment) -> Question | None:
        """Where it hurts, when nobody has said so yet."""
        known = {"pain.region", "pain.site"} & self.base.answers.keys()
        if known or self.base.entries or assessment.out_of_scope:
            return None
        question = next_question.next_question(self._interview_state(self.answers(state)))
        if question is None or question.stage not in _place_stages(self.knowledge):
            return None
        return next_question.by_picture(self.knowledge, question) if state.pictures else question

    def _places(self, state: DialogueState) -> tuple[str, ...]:
        """The places of the entries before, else those named at first; with those that came up now."""
        before = tuple(dict.fromkeys(place for entry in self.base.entries for place in entry.pain))
        at_first = before or _named(self.base.answers)
        given = self.given(state)
        if not at_first:
            return _named(given)
        new = [place for name in ("pain.site", "pain.region") for place in _several(given.get(name))
               if place not in _several(self.base.answers.get(name))]
        return tuple(dict.fromkeys((*(each for each in at_first if each != ANYWHERE or not new), *new[:MOST_PLACES])))

    def _pain(self, state: DialogueState) -> Question | None:
        for place in self._places(state) or (ANYWHERE,):
            name = PAIN + place
            if _own(state, name) is None:
                where = wording.place_in_words(self.knowledge, place)
                return Question(
                    id=name, purpose="entry", kind="number", unit="points", lowest=0, highest=10, findings=(name,),
                    ask=f"{where}: how bad was it at its worst in the last 24 hours?",
                    help="0 is no pain, 10 is the worst pain you can think of.",
                )
        return None

    def _tried(self, state: DialogueState) -> Question | None:
        cards = self.knowledge.care
        offered = [*self._assess(self.base.answers).care, *(name for e in self.base.entries for name in e.tried)]
        first = [name for name in dict.fromkeys(offered) if name in cards]
        if _own(state, TRIED) is None:
            since = "since the last entry" if self.base.entries else "since it began"
            lines = [Choice(name, cards[name].name) for name in first]
            return Question(
                id=TRIED, purpose="entry", kind="many", ask=f"What have you tried {since}?", findings=(TRIED,),
                choices=(*lines, Choice(prompts.OTHER, "Something else, from a list"), Choice(NONE, "Nothing")))
        if prompts.OTHER in _several(_own(state, TRIED)) and _own(state, MORE) is None:
            lines = [Choice(name, card.name) for name, card in cards.items() if name not in first]
            return Question(id=MORE, purpose="entry", kind="many", ask="Which of these have you tried?",
                            findings=(MORE,), choices=(*lines, Choice(NONE, "None of these")))
        return None

    def _check(self, state: DialogueState) -> Question | None:
        """One self-check that was done before, when it is still safe."""
        known = self.answers(state)
        done = [card for card in self.knowledge.self_checks.values()
                if self.before.get(card.result, NOT_SURE) != NOT_SURE]
        offers = prompts.offers(state.turns)
        if not offers:
            without = {name: answer for name, answer in known.items() if name not in {card.result for card in done}}
            safe = self._assess(without).self_checks
            card = next((card for card in done if card.id in safe), None)
            if card is None:
                return None
            end = "" if card.name.endswith("?") else "."
            return Question(id=f"offer:{card.id}", purpose="offer", kind="one", findings=(f"offer:{card.id}",),
                            self_check=card.id, ask="Would you like to do the same self-check again?",
                            help=f"{card.name}{end} {wording.lasts(card)} You can leave it out.",
                            choices=(Choice(prompts.TRY, "Yes, show me how"), Choice(prompts.SKIP, "Not now")))
        name, answer = next(iter(offers.items()))
        card = self.knowledge.self_checks[name]
        if answer == prompts.SKIP or _is_asked(state, card.result):
            return None
        return prompts.result_of(self.knowledge, card)

    def _news(self, state: DialogueState) -> Question | None:
        return NEWS if _own(state, NEW) is None else None

    # --- taking an answer

    def take(self, state: DialogueState, question: Question, answer: Answer) -> Step:
        """An answer to the question that follows from the turns."""
        state = self.with_turn(state, question, answer)
        shown: list[Screen] = []
        name = question.self_check
        if question.purpose == "offer" and answer == prompts.TRY:
            shown = [screens.self_check(self.knowledge, name)]
        elif question.purpose == "finding" and name:
            shown = [screens.self_check_means(self.knowledge, name, answer)]
        return self._go_on(state, *shown)

    def _go_on(self, state: DialogueState, *shown: Screen) -> Step:
        """What a ticked line means is said as soon as its screen and its follow-ups are answered, before all else."""
        if not state.said_level and self.emergency_signs(state) and self._screens(state) is None:
            assessment = self.assess(state)
            state = replace(state, said_level=assessment.urgency.level)
            shown = (*shown, screens.outcome(self.knowledge, assessment, brief=True))
        return self.proceed(state, *shown)

    def new_mentions(self, state: DialogueState, mentions: Sequence[Mention]) -> list[Mention]:
        """What says more than is known. How old it is, and who it is, stays as it was said first."""
        known = self.answers(state)
        return [each for each in mentions if self._is_doubt(each, known) or (
            each.accepted and self.knowledge.findings[each.finding].kind in ("yes_no", "one", "many")
            and _with_more(known.get(each.finding), each.answer) != known.get(each.finding))]

    def _is_doubt(self, mention: Mention, known: Answers) -> bool:
        """Would it refute what is known? Then it is asked in a plain question."""
        return not mention.accepted and known.get(mention.finding, mention.answer) != mention.answer

    def take_words(
        self, state: DialogueState, text: str, mentions: Sequence[Mention], right: Sequence[Mention],
    ) -> Step:
        """What was confirmed counts; what it leaves open, or would refute, is asked in plain questions."""
        known = self.answers(state)
        answers: Answers = {NEW: text}
        answers |= {each.finding: _with_more(known.get(each.finding), each.answer) for each in right}
        doubts = {each.finding: each.answer for each in mentions
                  if (each.to_confirm and each in right) or self._is_doubt(each, known)}
        return self._go_on(replace(state, turns=(*state.turns, Turn(NEWS, answers)), mentions=doubts))

    # --- other replies

    def review(self, state: DialogueState) -> Step:
        """There is none in a check-in."""
        return self.again(state, say("To change an answer, go back to it."))

    def leave(self, state: DialogueState) -> Step:
        """What was urgent is written down all the same."""
        return self.end(state, None)

    def why(self, state: DialogueState, question: Question) -> Screen:
        """Why this is asked."""
        for begin, text in WHY.items():
            if question.id.startswith(begin):
                return say(text)
        return super().why(state, question)


def _own(state: DialogueState, name: str) -> Answer | None:
    """The answer to a question of the check-in's own."""
    return next((turn.answers[name] for turn in state.turns if name in turn.answers), None)


def _is_asked(state: DialogueState, name: str) -> bool:
    return any(name in turn.question.findings for turn in state.turns)


def background(knowledge: Knowledge, answers: Answers) -> Answers:
    """Of these answers those about who it is and what was long ago, which stay as they are."""
    return {name: answer for name, answer in answers.items() if _lasts(knowledge, name)}


def reasons(knowledge: Knowledge, assessment: Assessment) -> list[str]:
    """The findings that make it as urgent as it is, also through what was derived from them."""
    met = [knowledge.by_key[key] for key in assessment.conclusion.rules]
    todo = [part for rule in met if rule.id in assessment.urgency.reasons for part in rule.parts]
    out: dict[str, None] = {}
    seen = set(todo)
    while todo:
        room, _, name = todo.pop(0).fact.partition(".")
        kinds = {"derived": "derived", "score": "score_item"}
        if room in kinds:
            more = [part for rule in met if rule.kind == kinds[room] and rule.card == name for part in rule.parts]
            todo += [part for part in more if part not in seen]
            seen |= set(more)
        elif f"{room}.{name}" in assessment.given:
            out[f"{room}.{name}"] = None
    return list(out)


def _about(knowledge: Knowledge, answers: Answers) -> str:
    places = [wording.place_in_words(knowledge, place) for place in _several(answers.get("pain.region"))]
    return f" ({', '.join(places)})" if places else ""


def _lasts(knowledge: Knowledge, name: str) -> bool:
    finding = knowledge.findings.get(name)
    return finding is not None and (finding.background or finding.topic in ("person", "history", "medicine"))


def _place_stages(knowledge: Knowledge) -> list[str]:
    """The stages behind the emergency screens."""
    ids = [stage.id for stage in knowledge.stages]
    last = max((at for at, stage in enumerate(knowledge.stages) if stage.emergency), default=-1)
    return ids[last + 1 :]


def _several(answer: Answer | None) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else ()


def _named(answers: Answers) -> tuple[str, ...]:
    """The places told, as exactly as there are few of them."""
    named = [places for name in ("pain.site", "pain.region") if (places := _several(answers.get(name)))]
    return next((places for places in named if len(places) <= MOST_PLACES), named[-1] if named else ())


def _with_more(before: Answer | None, more: Answer) -> Answer:
    """An answer with what was said since."""
    if isinstance(more, tuple) and isinstance(before, tuple):
        return (*before, *(option for option in more if option not in before))
    return more
