"""One entry of the diary, asked for: first the emergency screens again, then pain, what was tried, and what is new.

State is what was answered before and the list of replies; the next question follows from both.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from triage.dialogue import prompts
from triage.dialogue.frontend import Front
from triage.inference.answers import AGAIN, complete
from triage.inference.assessment import assess
from triage.interview import free_text, next_question
from triage.interview.free_text import Mention
from triage.interview.next_question import NO, YES, Interview
from triage.model import (
    HEARD,
    NONE,
    NOT_SURE,
    OFFER,
    OPTION,
    RANK,
    Answer,
    Answers,
    Assessment,
    Back,
    Block,
    Choice,
    Given,
    Knowledge,
    Level,
    Question,
    Quit,
    Screen,
    Turn,
    Why,
)
from triage.presentation import explanation_screens, wording
from triage.presentation import screens as screen
from triage.records.diary import Entry, episode, fitted
from triage.records.follow_up import ANYWHERE, place_name, readable

PAIN, TRIED, MORE, NEW = "diary.pain:", "diary.tried", "diary.more", "diary.new"
SEEN, WHICH = "diary.seen", "diary.which"
CHECK = OFFER
OTHER, SKIP = "other", "skip"
MOST_PLACES, MOST_WORDS = 4, 500
EMERGENCY, TODAY = RANK["emergency_department_now"], RANK["today"]

WHY = {
    PAIN: "The same number at each entry shows whether it gets easier.",
    TRIED: "What you did tells what may have helped, and what did not.",
    NEW: "Something new can matter more than the pain itself.",
    SEEN: "What was urgent stays so until somebody has looked.",
    CHECK: "The same self-check again shows whether something has changed.",
}


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
    before = older(knowledge, fitted(knowledge, last), ((day or last.day) - last.day).days)
    return Base(answers=before | (answers or {}), day=day or last.day, started=last.started,
                entries=episode(entries), conditions=bool(last.condition or answers))


def begun(knowledge: Knowledge, answers: Answers, day: datetime.date) -> Base:
    """Another trouble, told in these answers on that day."""
    return Base(answers=dict(answers), day=day, started=day)


def unknown(knowledge: Knowledge, answers: Answers, today: datetime.date) -> Base:
    """A trouble of which nothing is known; of other answers only who it is stays."""
    places = _of_stages(knowledge, _place_stages(knowledge))
    stays = {name: answer for name, answer in background(knowledge, answers).items() if name not in places}
    return Base(answers=stays, day=today, started=today, conditions=False)


def which(knowledge: Knowledge, entries: Sequence[Entry], answers: Answers, day: datetime.date) -> Question:
    """What is this entry about, when a talk was held since the last one?"""
    talk = Choice("talk", f"What I told in the talk of {on(day)}{_about(knowledge, answers)}")
    same = Choice("same", f"The trouble of my diary, since {on(entries[-1].started)}"
                  f"{_about(knowledge, fitted(knowledge, entries[-1]))}") if entries else None
    choices = (*((same,) if same else ()), talk, Choice("new", "Something else"))
    return Question(id=WHICH, kind="one", findings=(WHICH,), none_id=choices[0].id, choices=choices,
                    ask="What is this entry about?")


class CheckIn:
    """Asks for one entry. `fired` is an engine's answer to "which rules fire for these answers?"."""

    def __init__(self, knowledge: Knowledge, asks: Interview, front: Front, base: Base, now: datetime.datetime) -> None:
        self.knowledge, self.front, self.base, self.now = knowledge, front, base, now
        self.interview = asks
        self.turns: list[Turn] = []
        self.told: Level | None = None
        """The urgency that was said at once."""
        lasting = background(knowledge, base.answers)
        self.lasting = {name: answer for name, answer in lasting.items() if name not in asked_again(knowledge)}
        days = (now.date() - base.day).days
        self.before = {name: answer for name, answer in older(knowledge, base.answers, days).items()
                       if name not in asked_again(knowledge)}

    def hold(self) -> Entry | None:
        """The entry, or None when the person left and nothing urgent had been said."""
        while True:
            question = self.next()
            if question is None:
                return self.entry()
            reply = self.front.ask(question, 1 + len(self.turns))
            if isinstance(reply, Given):
                self._take(question, reply.answer)
                self._urgent_at_once()
            elif isinstance(reply, Quit):
                return self.entry() if self._ticked() else None
            elif isinstance(reply, Why):
                self.front.show(self._why(question))
            elif isinstance(reply, Back) and self.turns:
                self.turns.pop()
            elif isinstance(reply, Back):
                self._say("This is the first question.")
            else:
                self._say("To change an answer, go back to it.")

    # --- what is known

    def now_told(self) -> Answers:
        """What was answered now, and is a finding."""
        known = self.knowledge.known_names
        return {name: answer for turn in self.turns for name, answer in turn.answers.items() if name in known}

    def answers(self) -> Answers:
        """All that is known: what was told before, as old as it is today, and what was answered now."""
        return self.before | self.now_told()

    def assess(self) -> Assessment:
        return self._assess(self.answers())

    def _assess(self, answers: Answers) -> Assessment:
        return assess(self.knowledge, self.interview.compiled.fired(answers), answers)

    def _said(self, begin: str) -> dict[str, Answer]:
        return {name: answer for turn in self.turns for name, answer in turn.answers.items() if name.startswith(begin)}

    def _ticked(self) -> list[str]:
        told = complete(self.knowledge, self.now_told())
        return [name for name in self.knowledge.emergency if told.get(name) == "yes"]

    def entry(self) -> Entry:
        """What was answered, as it is written down."""
        found = self.assess()
        tried = [name for key in (TRIED, MORE) for answer in self._said(key).values()
                 for name in (answer if isinstance(answer, tuple) else ()) if name in self.knowledge.care]
        checks = {card.id: str(self.now_told()[card.result]) for card in self.knowledge.self_checks.values()
                  if card.result in self.now_told()}
        pain = {name.removeprefix(PAIN): int(answer + 0.5) for name, answer in self._said(PAIN).items()
                if isinstance(answer, float)}
        first = found.conditions[0].id if found.conditions and self.base.conditions else ""
        seen = self._said(SEEN).get(SEEN, "no") == "yes" or RANK[found.urgency.level] >= RANK[self._was()]
        return Entry(
            at=self.now.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            day=self.now.date(), started=self.base.started, condition=first, pain=pain,
            tried=tuple(dict.fromkeys(tried)), checks=checks,
            new=readable(str(self._said(NEW).get(NEW, "")), MOST_WORDS),
            level=found.urgency.level, within_days=found.urgency.within_days, where=found.urgency.place,
            held="self_care" if seen else self._was(), answers=self.answers(),
        )

    def _was(self) -> Level:
        """What was told the time before, when somebody had to look that day or at once."""
        if self.base.entries:
            last = self.base.entries[-1]
            level: Level = max(last.level, last.held, key=lambda level: RANK[level])
        else:
            level = self._assess(self.base.answers).urgency.level if self.base.answers else "self_care"
        return level if RANK[level] >= TODAY else "self_care"

    # --- which question next

    def next(self) -> Question | None:
        """The next question, or None when the entry is whole. After an emergency nothing more is asked."""
        screens = self._screens()
        if screens is not None:
            return screens
        fresh = self._assess(self.lasting | self.now_told())
        if RANK[fresh.urgency.level] >= EMERGENCY:
            return None
        still = self._still_so()
        if still is not None:
            return still
        found = self.assess()
        if RANK[self._was()] > RANK[found.urgency.level] and not self._said(SEEN):
            return Question(id=SEEN, kind="yes_no", findings=(SEEN,), choices=(YES, NO),
                            ask="Has a clinician looked at it since you were told: "
                                f"{self.knowledge.settings.urgency_in_words(self._was())}?")
        if RANK[found.urgency.level] >= EMERGENCY:
            return None
        return self._place(found) or self._pain() or self._tried() or self._check() or self._news()

    def _screens(self) -> Question | None:
        """The emergency screens and what a ticked line of them needs, as if they had never been asked."""
        known = {name: answer for name, answer in (self.lasting | self.now_told()).items()
                 if name not in _of_stages(self.knowledge, _place_stages(self.knowledge))}
        question = self.interview.next(known, self._assess(known))
        if question is None or question.stage in _place_stages(self.knowledge):
            return None
        return None if question.id in {turn.question.id for turn in self.turns} else question

    def _still_so(self) -> Question | None:
        """What was told before, and makes it urgent: is it still so?"""
        found = self.assess()
        for name in (*self._doubted(), *(reasons(self.knowledge, found) if RANK[found.urgency.level] >= TODAY else ())):
            finding = self.knowledge.findings[name]
            if not self._asked(name) and not _lasts(self.knowledge, name) and finding.kind in ("yes_no", "one", "many"):
                answers = self.answers()
                question = next_question.ask(self.knowledge, finding, facts=answers)
                known = {name: answers[name]} if name in answers else {}
                return prompts.once_more(self.knowledge, Turn(question, known)) if known else question
        return None

    def _asked(self, name: str) -> bool:
        return any(name in turn.question.findings for turn in self.turns)

    def _place(self, found: Assessment) -> Question | None:
        """Where it hurts, when nobody has said so yet."""
        told = {"pain.region", "pain.site"} & self.base.answers.keys()
        if told or self.base.entries or found.redirected:
            return None
        question = self.interview.next(self.answers(), found)
        if question is None or question.stage not in _place_stages(self.knowledge):
            return None
        return self.interview.by_picture(question) if self.front.pictures else question

    def _places(self) -> tuple[str, ...]:
        """The places of the entries before, else those told at first; with those that came up now."""
        before = tuple(dict.fromkeys(place for entry in self.base.entries for place in entry.pain))
        at_first = before or _named(self.base.answers)
        told = self.now_told()
        if not at_first:
            return _named(told)
        new = [place for name in ("pain.site", "pain.region") for place in _several(told.get(name))
               if place not in _several(self.base.answers.get(name))]
        return tuple(dict.fromkeys((*(each for each in at_first if each != ANYWHERE or not new), *new[:MOST_PLACES])))

    def _pain(self) -> Question | None:
        done = self._said(PAIN)
        for place in self._places() or (ANYWHERE,):
            name = PAIN + place
            if name not in done:
                return Question(
                    id=name, kind="number", unit="points", lowest=0, highest=10, findings=(name,),
                    ask=f"{place_name(self.knowledge, place)}: how bad was it at its worst in the last 24 hours?",
                    help="0 is no pain, 10 is the worst pain you can think of.",
                )
        return None

    def _tried(self) -> Question | None:
        cards = self.knowledge.care
        offered = [*self._assess(self.base.answers).care, *(name for e in self.base.entries for name in e.tried)]
        first = [name for name in dict.fromkeys(offered) if name in cards]
        if TRIED not in self._said(TRIED):
            since = "since the last entry" if self.base.entries else "since it began"
            lines = [Choice(name, cards[name].name) for name in first]
            return Question(id=TRIED, kind="many", ask=f"What have you tried {since}?", findings=(TRIED,),
                            choices=(*lines, Choice(OTHER, "Something else, from a list"), Choice(NONE, "Nothing")))
        if OTHER in _several(self._said(TRIED)[TRIED]) and MORE not in self._said(MORE):
            lines = [Choice(name, card.name) for name, card in cards.items() if name not in first]
            return Question(id=MORE, kind="many", ask="Which of these have you tried?", findings=(MORE,),
                            choices=(*lines, Choice(NONE, "None of these")))
        return None

    def _check(self) -> Question | None:
        """One self-check that was done before, when it is still safe."""
        known = self.answers()
        done = [card for card in self.knowledge.self_checks.values()
                if self.before.get(card.result, NOT_SURE) != NOT_SURE]
        offers = self._said(CHECK)
        if not offers:
            without = {name: answer for name, answer in known.items() if name not in {card.result for card in done}}
            safe = self._assess(without).self_checks
            card = next((card for card in done if card.id in safe), None)
            if card is None:
                return None
            name = CHECK + card.id
            end = "" if card.name.endswith("?") else "."
            return Question(id=name, kind="one", findings=(name,), self_check=card.id,
                            ask="Would you like to do the same self-check again?",
                            help=f"{card.name}{end} {wording.lasts(card)} You can leave it out.",
                            choices=(Choice("try", "Yes, show me how"), Choice(SKIP, "Not now")))
        name, answer = next(iter(offers.items()))
        card = self.knowledge.self_checks[name.removeprefix(CHECK)]
        if answer == SKIP or self._asked(card.result):
            return None
        return prompts.result_of(self.knowledge, card)

    def _news(self) -> Question | None:
        if not self._said(NEW):
            return Question(id=NEW, kind="text", ask="Is anything new, or different from before?", findings=(NEW,),
                            help="In your own words; they are kept in the diary. Enter alone means nothing new.")
        found = self._heard()
        if found and not self._asked(HEARD):
            return prompts.heard(self.knowledge, found)
        return self._still_so()

    def _heard(self) -> list[Mention]:
        """What the new words say beyond what is known. How old it is, and who it is, stays as it was told first."""
        text = str(self._said(NEW).get(NEW, ""))
        told = {name: answer for turn in self.turns if turn.question.id != HEARD
                for name, answer in turn.answers.items()}
        known = self.before | told
        return [each for each in free_text.mentions_in(self.knowledge, text, self.now.date())
                if each.accepted and self.knowledge.findings[each.finding].kind in ("yes_no", "one", "many")
                and _added(known.get(each.finding), each.answer) != known.get(each.finding)]

    def _doubted(self) -> list[str]:
        """What the new words leave open, or would refute: asked in plain questions."""
        if not self._said(NEW):
            return []
        text, known = str(self._said(NEW)[NEW]), self.answers()
        heard = free_text.mentions_in(self.knowledge, text, self.now.date())
        return [each.finding for each in heard
                if (each.to_confirm and self._asked(HEARD) and each.finding in self._confirmed())
                or (not each.accepted and known.get(each.finding, each.answer) != each.answer)]

    def _confirmed(self) -> Answers:
        return next((turn.answers for turn in self.turns if turn.question.id == HEARD), {})

    # --- taking an answer

    def _take(self, question: Question, answer: Answer) -> None:
        if question.id == HEARD:
            found = self._heard()
            right = [each for i, each in enumerate(found) if f"{HEARD}.{i}" in _several(answer)]
            known = self.answers()
            self.turns.append(Turn(question, {each.finding: _added(known.get(each.finding), each.answer)
                                              for each in right}))
            return
        if question.id == NEW:
            answer = " ".join(str(answer).split())
            if more := free_text.length_notice(answer):
                self._say(more)
        self.turns.append(Turn(question, next_question.record(question, answer)))
        name = question.self_check
        if name and question.id.startswith(CHECK) and answer == "try":
            self.front.show(screen.self_check(self.knowledge, name))
        elif name and not question.id.startswith(CHECK):
            card = self.knowledge.self_checks[name]
            text = card.means.get(str(answer)) or wording.UNCLEAR
            self.front.show(Screen((Block(kind="heading", text=f"{card.name}: what it means"),
                                    Block(kind="text", text=text))))

    def _urgent_at_once(self) -> None:
        """What a ticked line means is said as soon as its screen and its follow-ups are answered, before all else."""
        if self.told is not None or not self._ticked() or self._screens() is not None:
            return
        found = self.assess()
        self.told = found.urgency.level
        self.front.show(screen.outcome(self.knowledge, found, brief=True))

    def _why(self, question: Question) -> Screen:
        for begin, text in WHY.items():
            if question.id.startswith(begin):
                return Screen((Block(kind="text", text=text),))
        if question.id in prompts.WHY or not set(question.findings) <= set(self.knowledge.known_names):
            return Screen((Block(kind="text", text=prompts.WHY[HEARD]),))
        return explanation_screens.why_asked(self.knowledge, question, self.assess())

    def _say(self, text: str) -> None:
        self.front.show(Screen((Block(kind="text", text=text),)))


def background(knowledge: Knowledge, answers: Answers) -> Answers:
    """Of these answers those about who it is and what was long ago, which stay as they are."""
    return {name: answer for name, answer in answers.items() if _lasts(knowledge, name)}


def older(knowledge: Knowledge, answers: Answers, days: int) -> Answers:
    """The answers so many days later: what began then began longer ago."""
    return {name: answer + max(days, 0) if isinstance(answer, float) and name in knowledge.findings
            and knowledge.findings[name].kind == "duration" else answer for name, answer in answers.items()}


def asked_again(knowledge: Knowledge) -> set[str]:
    """What each entry asks anew: the emergency screens, those for some people only, and all that belongs to them."""
    stages = [stage.id for stage in knowledge.stages if stage.emergency or stage.ask_if]
    out = set(_of_stages(knowledge, stages))
    for finding in knowledge.follow_ups:
        if finding.parents and out.issuperset(finding.parents):
            out.add(finding.id)
    return {name for name in knowledge.known_names.values() if name.removesuffix(AGAIN) in out}


def reasons(knowledge: Knowledge, found: Assessment) -> list[str]:
    """The findings that make it as urgent as it is, also through what was derived from them."""
    met = [knowledge.by_key[key] for key in found.fired.rules]
    todo = [part for rule in met if rule.id in found.urgency.reasons for part in rule.parts]
    out: dict[str, None] = {}
    seen = set(todo)
    while todo:
        room, _, name = todo.pop(0).fact.partition(".")
        kinds = {"derived": "derived", "score": "score_item"}
        if room in kinds:
            more = [part for rule in met if rule.kind == kinds[room] and rule.card == name for part in rule.parts]
            todo += [part for part in more if part not in seen]
            seen |= set(more)
        elif f"{room}.{name}" in found.given:
            out[f"{room}.{name}"] = None
    return list(out)


def on(day: datetime.date) -> str:
    """A day in words."""
    return f"{day.day} {day:%B %Y}"


def _about(knowledge: Knowledge, answers: Answers) -> str:
    places = [place_name(knowledge, place) for place in _several(answers.get("pain.region"))]
    return f" ({', '.join(places)})" if places else ""


def _lasts(knowledge: Knowledge, name: str) -> bool:
    finding = knowledge.findings.get(name)
    return finding is not None and (finding.background or finding.topic in ("person", "history", "medicine"))


def _place_stages(knowledge: Knowledge) -> list[str]:
    """The stages behind the emergency screens."""
    ids = [stage.id for stage in knowledge.stages]
    last = max((at for at, stage in enumerate(knowledge.stages) if stage.emergency), default=-1)
    return ids[last + 1 :]


def _of_stages(knowledge: Knowledge, stages: Iterable[str]) -> list[str]:
    return [line.partition(OPTION)[0] for stage in knowledge.stages if stage.id in stages
            for line in (*stage.ask, *stage.together, stage.picture, stage.spreads)]


def _several(answer: Answer | None) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else ()


def _named(answers: Answers) -> tuple[str, ...]:
    """The places told, as exactly as there are few of them."""
    named = [places for name in ("pain.site", "pain.region") if (places := _several(answers.get(name)))]
    return next((places for places in named if len(places) <= MOST_PLACES), named[-1] if named else ())


def _added(before: Answer | None, said: Answer) -> Answer:
    """An answer with what was said since."""
    if isinstance(said, tuple) and isinstance(before, tuple):
        return (*before, *(option for option in said if option not in before))
    return said
