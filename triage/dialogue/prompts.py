"""Questions that the talk asks for itself and not for a finding: own words, self-checks, the review, the end. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from triage.inference.assessment import IN_PLAY
from triage.interview import next_question
from triage.interview.next_question import Ended
from triage.model import (
    FINDINGS,
    NONE,
    NOT_SURE,
    OPTION,
    RANK,
    Answer,
    Answers,
    Assessment,
    Choice,
    Knowledge,
    Purpose,
    Question,
    SelfCheck,
    Turn,
)
from triage.presentation import wording

if TYPE_CHECKING:
    from triage.interview.free_text import Mention

GO_ON, DONE, CHANGE, OTHER, THOROUGH = "go_on", "done", "change", "other", "thorough"
TRY, SKIP, NEXT, STOP = "try", "skip", "next", "stop"
MOST_CHECKS, MOST_NAMED = 3, 6

WHY: Mapping[Purpose, str] = {
    "own_words": "What you tell first need not be asked again. What matters for your safety is asked all the same.",
    "mentions": "What is ticked counts as if you had answered the question for it. A line that is wrong can be "
                "unticked.",
    "review": "You can mend any answer before the result.",
    "offer": "A self-check can tell some sources of pain apart. It is safe to leave it out.",
    "menu": "Nothing here changes the result, but for another answer.",
}


def is_numbered(question: Question) -> bool:
    """Is it one of the questions that are counted: about findings, or for own words?"""
    return question.purpose in (*FINDINGS, "own_words")


# --- own words


def own_words() -> Question:
    return Question(
        id="own_words", purpose="own_words", kind="text", findings=("own_words",),
        ask="Tell me in a sentence or two what troubles you, and since when.",
        help="In your own words. You will see what I understood. Enter alone skips this.",
    )


def confirmation(knowledge: Knowledge, mentions: Sequence[Mention]) -> Question | None:
    """What was understood, each as a ticked line; None when nothing of it counts."""
    accepted = [mention for mention in mentions if mention.accepted]
    later = dict.fromkeys(f'"{mention.words}"' for mention in mentions if not mention.accepted)
    if not accepted:
        return None
    lines = tuple(
        Choice(f"heard.{at}", f'{answer_line(knowledge, each.finding, each.answer)} (you said "{each.words}")')
        for at, each in enumerate(accepted)
    )
    return Question(
        id="heard", purpose="mentions", kind="many", ask="This is what I understood. Untick what is wrong.",
        findings=("heard",), help=f"Asked again later, because it matters: {', '.join(later)}." if later else "",
        choices=(*lines, Choice(NONE, "Nothing of this is right")), ticked=tuple(line.id for line in lines),
    )


def mentions_left_ticked(question: Question, answer: Answer, mentions: Sequence[Mention]) -> list[Mention]:
    """What was left ticked of what was understood."""
    ticked = answer if isinstance(answer, tuple) else ()
    accepted = [mention for mention in mentions if mention.accepted]
    return [each for choice, each in zip(question.choices, accepted, strict=False) if choice.id in ticked]


def with_mentions(knowledge: Knowledge, question: Question, open_: Answers) -> Question:
    """The question with what was said in own words ticked.

    A region stands as a line of its own where its zones are picked on a picture, so that it is seen, and kept.
    """
    region = open_.get(question.within) if question.within not in question.findings else None
    if isinstance(region, tuple) and region:
        finding = knowledge.findings[question.within]
        lines = tuple(Choice(f"{finding.id}{OPTION}{option}", f"{finding.label(option)} (as you said)")
                      for option in region if option in finding.options)
        question = replace(question, findings=(*question.findings, finding.id), choices=(*lines, *question.choices),
                           several=(*question.several, finding.id))
    return replace(question, ticked=ticks(question, open_))


def ticks(question: Question, answers: Answers) -> tuple[str, ...]:
    """The choices that these answers tick, and the zones to which it spreads."""
    out = []
    for choice in question.choices:
        name, is_option, option = choice.id.partition(OPTION)
        if question.kind != "checklist":
            name, option = question.findings[0], choice.id
        elif not is_option:
            option = "yes"
        answer = answers.get(name)
        if option in (answer if isinstance(answer, tuple) else (answer,)):
            out.append(choice.id)
    if question.kind == "checklist" and NOT_SURE in [answers.get(name) for name in question.findings]:
        out += [choice.id for choice in question.choices if choice.id == NOT_SURE]
    zones = answers.get(question.spreads)
    return (*out, *(f"{question.spreads}{OPTION}{zone}" for zone in (zones if isinstance(zones, tuple) else ())))


def answer_line(knowledge: Knowledge, name: str, answer: Answer) -> str:
    """An answer with what was asked, as one line."""
    finding = knowledge.findings[name]
    if finding.kind == "yes_no" and finding.line:
        return f"{wording.answer_in_words(knowledge, name, answer)}: {finding.line}"
    return f"{finding.ask} {wording.answer_in_words(knowledge, name, answer)}"


# --- self-checks


def offers(turns: Iterable[Turn]) -> dict[str, str]:
    """The self-checks that were offered, and what was said to each offer."""
    return {turn.question.self_check: str(next(iter(turn.answers.values()), SKIP)) for turn in turns
            if turn.question.purpose == "offer"}


def offer(knowledge: Knowledge, assessment: Assessment, turns: Iterable[Turn]) -> Question | None:
    """The offer of the self-check that would settle most, after at most two others, and never after a no to all."""
    offered = offers(turns)
    shown = [ranked.id for ranked in assessment.conditions[:IN_PLAY]]
    left = [name for name in assessment.self_checks if name not in offered]
    if offered:
        left = [name for name in left if set(shown) & set(knowledge.self_checks[name].settles)]
    if not left or SKIP in offered.values() or len(offered) >= MOST_CHECKS:
        return None
    card = knowledge.self_checks[left[0]]
    other = (Choice(OTHER, "Rather another one"),) if left[1:] and len(offered) + 1 < MOST_CHECKS else ()
    one = "one more" if TRY in offered.values() else "another" if offered else "one"
    return Question(
        id=f"offer:{card.id}", purpose="offer", kind="one", findings=(f"offer:{card.id}",), self_check=card.id,
        ask=f"Would you like to try {one} self-check?",
        help=f"{card.name}{'' if card.name.endswith('?') else '.'} {card.question} {wording.lasts(card)} "
             "You can leave it out.",
        choices=(Choice(TRY, "Yes, show me how"), *other, Choice(SKIP, "No self-check now")),
    )


def pending(knowledge: Knowledge, assessment: Assessment, turns: Sequence[Turn]) -> SelfCheck | None:
    """The self-check that is being tried."""
    answered = {name for turn in turns for name in turn.answers}
    for name, answer in offers(turns).items():
        card = knowledge.self_checks.get(name)
        if card and answer == TRY and card.result not in answered and card.id in assessment.self_checks:
            return card
    return None


def result_of(knowledge: Knowledge, card: SelfCheck) -> Question:
    """The question for what a self-check showed."""
    question = next_question.ask(knowledge, knowledge.findings[card.result])
    choices = tuple(Choice(NOT_SURE, "Unclear, or I stopped") if c.id == NOT_SURE else c for c in question.choices)
    return replace(question, choices=choices, self_check=card.id)


def step(card: SelfCheck, at: int) -> Question:
    """One step of a self-check."""
    return Question(
        id=f"step:{card.id}", purpose="step", kind="one", findings=("step",), self_check=card.id,
        ask=f"Step {at + 1} of {len(card.steps)}: {card.steps[at]}",
        choices=(Choice(NEXT, "Done"), Choice(STOP, "Stop here")),
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
    if ended == "unlikely" and all(turn.question.purpose != "thorough" for turn in turns):
        lines = [Choice(THOROUGH, "Ask me the rest all the same")]
    for turn in turns:
        if turn.question.purpose == "own_words":
            lines += [Choice(name, answer_line(knowledge, name, answer)) for name, answer in turn.answers.items()]
        elif turn.question.purpose in FINDINGS:
            lines.append(Choice(turn.question.id, f"{turn.question.ask} {in_words(knowledge, turn)}"))
    return Question(
        id="review", purpose="review", kind="one", findings=("review",),
        help=f"{ENDED[ended]} To change an answer, choose its line." if ended else "To change an answer, choose it.",
        ask="These are your answers. Is everything right?" if ended else "Your answers so far.",
        choices=(Choice(GO_ON, "Yes, show me the result" if ended else "Go on, change nothing"), *lines),
    )


def thorough() -> Question:
    """What stands for the wish to be asked also what would hardly change anything."""
    return Question(id=THOROUGH, purpose="thorough", kind="one", ask="Ask me the rest all the same",
                    findings=(THOROUGH,))


def in_words(knowledge: Knowledge, turn: Turn) -> str:
    """What was answered, in words."""
    question = turn.question
    text = "; ".join(next_question.ticked(question, turn.answers))
    if not text and question.kind == "checklist":
        return "Not sure" if NOT_SURE in turn.answers.values() else "None of these"
    return text or "; ".join(_one_in_words(knowledge, question, name, answer) for name, answer in turn.answers.items())


def _one_in_words(knowledge: Knowledge, question: Question, name: str, answer: Answer) -> str:
    if question.purpose in (*FINDINGS, "own_words"):
        return wording.answer_in_words(knowledge, name, answer)
    labels = {choice.id: choice.label for choice in question.choices} | {NOT_SURE: "Not sure"}
    if isinstance(answer, float):
        return f"{answer:g} {question.unit}"
    chosen = answer if isinstance(answer, tuple) else (answer,)
    return "; ".join(labels.get(each, each) for each in chosen or (NONE,))


def once_more(knowledge: Knowledge, turn: Turn) -> Question:
    """The question of an answer that is given anew, with the answer of before ticked."""
    question = turn.question
    ticked = ticks(question, turn.answers)
    if not ticked:
        ticked = tuple(choice.id for choice in question.choices if choice.id == question.none_id)
    return replace(question, ticked=ticked, progress="", before=f"You said: {in_words(knowledge, turn)}.")


# --- the end


def result_menu(knowledge: Knowledge, assessment: Assessment) -> Question:
    """What can be seen after the result."""
    urgent = RANK[assessment.urgency.level] >= RANK["emergency_department_now"]
    choices = {}
    if not urgent and not assessment.out_of_scope:
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
    return _menu("after", f"{name}. {then}", choices)


def file_name(offered: str) -> Question:
    """Where to write the report?"""
    return Question(id="after.report", purpose="menu", kind="text", ask="Which file shall I write it to?",
                    findings=("after",),
                    help=f"Its ending tells the kind: .html, .pdf or .txt. Enter alone takes {offered}.")


def write_over(name: str) -> Question:
    return _menu("after.over", f"{name} is there already. Write over it?",
                 {GO_ON: "No, leave it as it is", DONE: "Yes, write over it"})


def leave() -> Question:
    return _menu("after.leave", "Leave now? Your answers are not kept.", {GO_ON: "No, go on", DONE: "Yes, leave"})


def care_menu(knowledge: Knowledge, assessment: Assessment) -> Question:
    """Which advice to see in full?"""
    return _menu("after.care", "Which of these?", {n: knowledge.care[n].name for n in assessment.care} | _BACK)


def why_not_menu(knowledge: Knowledge, assessment: Assessment) -> Question:
    """Which condition, of those that stand behind the first, or another one by its name?"""
    names = {c.id: knowledge.conditions[c.id].name for c in assessment.conditions[1 : MOST_NAMED + 1]}
    return _menu("after.why_not", "Why not what?", names | {OTHER: "Another one: I type its name"} | _BACK)


def which_condition(knowledge: Knowledge, names: Iterable[str]) -> Question:
    """Which of several conditions that a name fits?"""
    return _menu("after.which", "Which one is meant?", {n: knowledge.conditions[n].name for n in names} | _BACK)


def condition_name() -> Question:
    return Question(id="after.name", purpose="menu", kind="text", ask="What is it called, or a part of the name?",
                    help="For example: heel spur. Enter alone goes back.", findings=("after",))


def conditions_named(knowledge: Knowledge, text: str) -> list[str]:
    """Conditions that a person may mean: the words stand in a name of theirs, else a name that is spelled like it."""
    words = text.lower().split()
    names = {name: [name.replace("_", " "), card.name.lower(), *(other.lower() for other in card.also_called)]
             for name, card in knowledge.conditions.items()}
    if exact := [name for name, known in names.items() if " ".join(words) in known]:
        return exact
    matches = [name for name, known in names.items() if any(all(word in one for word in words) for one in known)]
    if not matches:
        by_name = {one: name for name, known in names.items() for one in known}
        near = difflib.get_close_matches(" ".join(words), by_name, n=3, cutoff=0.7)
        matches = list(dict.fromkeys(by_name[one] for one in near))
    return matches


_BACK = {GO_ON: "Go back"}


def _menu(name: str, ask: str, choices: Mapping[str, str]) -> Question:
    return Question(id=name, purpose="menu", kind="one", ask=ask, findings=("after",),
                    choices=tuple(Choice(key, label) for key, label in choices.items()))
