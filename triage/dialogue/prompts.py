"""Questions that the talk asks for itself and not for a finding: own words, self-checks, the review, the end. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from triage.inference.assessment import IN_PLAY
from triage.interview import next_question
from triage.interview.next_question import Ended
from triage.model import (
    AFTER,
    HEARD,
    NONE,
    NOT_SURE,
    OFFER,
    OPTION,
    OWN_WORDS,
    RANK,
    REVIEW,
    STEP,
    THOROUGH,
    Answer,
    Answers,
    Assessment,
    Choice,
    Given,
    Knowledge,
    Question,
    Reply,
    SelfCheck,
    Turn,
)
from triage.presentation import wording

if TYPE_CHECKING:
    from triage.interview.free_text import Mention

GO_ON, DONE, CHANGE = "go_on", "done", "change"
MOST_CHECKS, MOST_NAMED = 3, 6

WHY = {
    OWN_WORDS: "What you tell first need not be asked again. What matters for your safety is asked all the same.",
    HEARD: "What is ticked counts as if you had answered the question for it. A line that is wrong can be unticked.",
    REVIEW: "You can mend any answer before the result.",
    OFFER: "A self-check can tell some sources of pain apart. It is safe to leave it out.",
    AFTER: "Nothing here changes the result, but for another answer.",
}


def is_aside(question: Question) -> bool:
    """Does it ask for no finding at all, so that it has no number?"""
    return question.id in (HEARD, REVIEW, THOROUGH) or question.id.startswith((OFFER, STEP, AFTER))


# --- own words


def own_words() -> Question:
    return Question(
        id=OWN_WORDS, kind="text", ask="Tell me in a sentence or two what troubles you, and since when.",
        help="In your own words. You will see what I understood. Enter alone skips this.", findings=(OWN_WORDS,),
    )


def heard(knowledge: Knowledge, found: Sequence[Mention]) -> Question | None:
    """What was understood, each as a ticked line; None when nothing of it counts."""
    counts = [h for h in found if h.accepted]
    later = dict.fromkeys(f'"{h.words}"' for h in found if not h.accepted)
    if not counts:
        return None
    lines = tuple(
        Choice(f"{HEARD}.{i}", f'{told(knowledge, h.finding, h.answer)} (you said "{h.words}")')
        for i, h in enumerate(counts)
    )
    return Question(
        id=HEARD, kind="many", ask="This is what I understood. Untick what is wrong.", findings=(HEARD,),
        help=f"Asked again later, because it matters: {', '.join(later)}." if later else "",
        choices=(*lines, Choice(NONE, "Nothing of this is right")), ticked=tuple(line.id for line in lines),
    )


def remembering(question: Question, later: Answers) -> Question:
    """The question for own words, with what was said of questions that are still to be asked."""
    return msgspec.structs.replace(question, ticked=tuple(
        name + (OPTION + option if option not in ("yes", "") else "")
        for name, answer in later.items()
        for option in (answer if isinstance(answer, tuple) else (answer if isinstance(answer, str) else "",))))


def told_before(turns: Iterable[Turn]) -> Turn | None:
    """The turn of the own words, once they were asked for."""
    return next((turn for turn in turns if turn.question.id == OWN_WORDS), None)


def still_to_ask(knowledge: Knowledge, told: Turn | None, given: Answers) -> dict[str, list[str]]:
    """What was said of findings that are not answered yet, as choices to be ticked."""
    out: dict[str, list[str]] = {}
    for line in told.question.ticked if told else ():
        name, _, option = line.partition(OPTION)
        finding = knowledge.findings.get(name)
        if finding is not None and name not in given and (not option or option in finding.options):
            out.setdefault(name, []).append(option or "yes")
    return out


def with_ticks(question: Question, said: Mapping[str, Sequence[str]]) -> Question:
    """The question with what was said before ticked."""
    lines = {line for name in question.findings for option in said.get(name, ())
             for line in ((name, name + OPTION + option) if question.kind == "checklist" else (option,))}
    return msgspec.structs.replace(question, ticked=tuple(c.id for c in question.choices if c.id in lines))


def told(knowledge: Knowledge, name: str, answer: Answer) -> str:
    """An answer with what was asked, as one line."""
    finding = knowledge.findings[name]
    if finding.kind == "yes_no" and finding.line:
        return f"{wording.answer_in_words(knowledge, name, answer)}: {finding.line}"
    return f"{finding.ask} {wording.answer_in_words(knowledge, name, answer)}"


# --- self-checks


def offer(knowledge: Knowledge, assessment: Assessment, given: Answers) -> Question | None:
    """The offer of the self-check that would settle most, after at most two others, and never after a no to all."""
    offered = {name.removeprefix(OFFER): answer for name, answer in given.items() if name.startswith(OFFER)}
    shown = [ranked.id for ranked in assessment.conditions[:IN_PLAY]]
    left = [name for name in assessment.self_checks if name not in offered]
    if offered:
        left = [name for name in left if set(shown) & set(knowledge.self_checks[name].settles)]
    if not left or "skip" in offered.values() or len(offered) >= MOST_CHECKS:
        return None
    card = knowledge.self_checks[left[0]]
    other = (Choice("other", "Rather another one"),) if left[1:] and len(offered) + 1 < MOST_CHECKS else ()
    one = "one more" if "try" in offered.values() else "another" if offered else "one"
    return Question(
        id=OFFER + card.id, kind="one", findings=(OFFER + card.id,), self_check=card.id,
        ask=f"Would you like to try {one} self-check?",
        help=f"{card.name}{'' if card.name.endswith('?') else '.'} {card.question} {wording.lasts(card)} "
             "You can leave it out.",
        choices=(Choice("try", "Yes, show me how"), *other, Choice("skip", "No self-check now")),
    )


def pending(knowledge: Knowledge, assessment: Assessment, given: Answers) -> SelfCheck | None:
    """The self-check that is being tried."""
    for name, answer in given.items():
        card = knowledge.self_checks.get(name.removeprefix(OFFER)) if name.startswith(OFFER) else None
        if card and answer == "try" and card.result not in given and card.id in assessment.self_checks:
            return card
    return None


def result_of(knowledge: Knowledge, card: SelfCheck) -> Question:
    """The question for what a self-check showed."""
    question = next_question.ask(knowledge, knowledge.findings[card.result])
    choices = tuple(Choice(NOT_SURE, "Unclear, or I stopped") if c.id == NOT_SURE else c for c in question.choices)
    return msgspec.structs.replace(question, choices=choices, self_check=card.id)


def step(card: SelfCheck, at: int) -> Question:
    """One step of a self-check."""
    return Question(
        id=f"{STEP}{card.id}", kind="one", findings=(STEP,), self_check=card.id,
        ask=f"Step {at + 1} of {len(card.steps)}: {card.steps[at]}",
        choices=(Choice("next", "Done"), Choice("stop", "Stop here")),
    )


# --- the review


ENDED: Mapping[Ended, str] = {
    "urgent": "Nothing more needs to be asked.",
    "redirect": "The other questions are not made for this, and are not asked.",
    "settled": "No question left could change how urgent it is or what fits first.",
    "unlikely": "The questions left would hardly change anything.",
}
"""Why no further question comes."""


def review(knowledge: Knowledge, turns: Sequence[Turn], ended: Ended | None = None) -> Question:
    """All answers, each a line to choose for changing it. `ended`: why the questions are over, when they are."""
    lines = []
    if ended == "unlikely" and all(turn.question.id != THOROUGH for turn in turns):
        lines = [Choice(THOROUGH, "Ask me the rest all the same")]
    for turn in turns:
        if turn.question.id == OWN_WORDS:
            lines += [Choice(name, told(knowledge, name, answer)) for name, answer in turn.answers.items()]
        elif not turn.question.id.startswith((OFFER, THOROUGH)):
            lines.append(Choice(turn.question.id, f"{turn.question.ask} {said(knowledge, turn)}"))
    return Question(
        id=REVIEW, kind="one", findings=(REVIEW,),
        help=f"{ENDED[ended]} To change an answer, choose its line." if ended else "To change an answer, choose it.",
        ask="These are your answers. Is everything right?" if ended else "Your answers so far.",
        choices=(Choice(GO_ON, "Yes, show me the result" if ended else "Go on, change nothing"), *lines),
    )


def thorough() -> Question:
    """What stands for the wish to be asked also what would hardly change anything."""
    return Question(id=THOROUGH, kind="one", ask="Ask me the rest all the same", findings=(THOROUGH,))


def said(knowledge: Knowledge, turn: Turn) -> str:
    """What was answered, in words."""
    text = "; ".join(next_question.ticked(turn.question, turn.answers))
    if not text and turn.question.kind == "checklist":
        return "Not sure" if NOT_SURE in turn.answers.values() else "None of these"
    return text or "; ".join(wording.answer_in_words(knowledge, name, answer) for name, answer in turn.answers.items())


def once_more(knowledge: Knowledge, turn: Turn) -> Question:
    """The question of an answer that is to be changed, with that answer ticked."""
    question = turn.question
    ids = [choice.id for choice in question.choices]
    chosen: list[str] = []
    for name, answer in turn.answers.items():
        values = answer if isinstance(answer, tuple) else (str(answer),)
        if question.kind == "checklist":
            chosen += [name] if answer == "yes" else []
            chosen += [name + OPTION + value for value in values]
            chosen += [NOT_SURE] if answer == NOT_SURE else []
        else:
            chosen += values
    ticked = tuple(name for name in ids if name in chosen and name != NONE)
    if not ticked and question.choices:
        ticked = tuple(name for name in ids if name == question.none_id)
    return msgspec.structs.replace(question, ticked=ticked, progress="",
                                   help=f"{question.help} You said: {said(knowledge, turn)}.".strip())


# --- the end


def after(knowledge: Knowledge, assessment: Assessment) -> Question:
    """What can be seen after the result."""
    urgent = RANK[assessment.urgency.level] >= RANK["emergency_department_now"]
    choices = {}
    if not urgent and not assessment.redirected:
        if assessment.care:
            choices["care"] = "Show me how to do what may help"
        if assessment.conditions:
            choices["reasons"] = "Why this? The reasons in full"
        choices |= {"why_not": "Why not something else?", "what_if": "What would change the result?"}
    choices |= {"sources": "Where all this comes from", "report": "Write it down, for me and for the clinician",
                CHANGE: "A wrong answer slipped in: change it" if urgent else "Change an answer",
                DONE: "Nothing more, I am done"}
    if urgent:
        choices = {DONE: choices.pop(DONE), CHANGE: choices.pop(CHANGE), **choices}
    name = knowledge.settings.urgency_in_words(assessment.urgency.level, assessment.urgency.within_days)
    then = "Please do this first." if urgent else "Would you like to see more?"
    return _menu(AFTER, f"{name}. {then}", choices)


def file_name(offered: str) -> Question:
    """Where to write the report?"""
    return Question(id=AFTER + ".report", kind="text", ask="Which file shall I write it to?", findings=(AFTER,),
                    help=f"Its ending tells the kind: .html, .pdf or .txt. Enter alone takes {offered}.")


def write_over(name: str) -> Question:
    return _menu(AFTER + ".over", f"{name} is there already. Write over it?",
                 {GO_ON: "No, leave it as it is", DONE: "Yes, write over it"})


def picked(reply: Reply) -> str:
    """What was chosen in a menu, or typed; nothing when the person goes back."""
    chosen = str(reply.answer) if isinstance(reply, Given) else ""
    return "" if chosen == GO_ON else chosen


def leave() -> Question:
    return _menu(AFTER + ".leave", "Leave now? Your answers are not kept.", {GO_ON: "No, go on", DONE: "Yes, leave"})


def cares(knowledge: Knowledge, assessment: Assessment) -> Question:
    """Which advice to see in full?"""
    return _menu(AFTER + ".care", "Which of these?", {n: knowledge.care[n].name for n in assessment.care} | _BACK)


def others(knowledge: Knowledge, assessment: Assessment) -> Question:
    """Which condition, of those that stand behind the first, or another one by its name?"""
    names = {c.id: knowledge.conditions[c.id].name for c in assessment.conditions[1 : MOST_NAMED + 1]}
    return _menu(AFTER + ".why_not", "Why not what?", names | {"other": "Another one: I type its name"} | _BACK)


def which(knowledge: Knowledge, names: Iterable[str]) -> Question:
    """Which of several conditions that a name fits?"""
    return _menu(AFTER + ".which", "Which one is meant?", {n: knowledge.conditions[n].name for n in names} | _BACK)


def typed_name() -> Question:
    return Question(id=AFTER + ".name", kind="text", ask="What is it called, or a part of the name?",
                    help="For example: heel spur. Enter alone goes back.", findings=(AFTER,))


def named(knowledge: Knowledge, text: str) -> list[str]:
    """Conditions that a person may mean: the words stand in a name of theirs, else a name that is spelled like it."""
    words = text.lower().split()
    names = {name: [name.replace("_", " "), card.name.lower(), *(other.lower() for other in card.also_called)]
             for name, card in knowledge.conditions.items()}
    if exact := [name for name, known in names.items() if " ".join(words) in known]:
        return exact
    found = [name for name, known in names.items() if any(all(word in one for word in words) for one in known)]
    if not found:
        by_name = {one: name for name, known in names.items() for one in known}
        near = difflib.get_close_matches(" ".join(words), by_name, n=3, cutoff=0.7)
        found = list(dict.fromkeys(by_name[one] for one in near))
    return found


_BACK = {GO_ON: "Go back"}


def _menu(name: str, ask: str, choices: Mapping[str, str]) -> Question:
    return Question(id=name, kind="one", ask=ask, findings=(AFTER,),
                    choices=tuple(Choice(key, label) for key, label in choices.items()))
