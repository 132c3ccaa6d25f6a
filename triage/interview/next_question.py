"""Which question next? Pure: from answers and an assessment, no engine, no screen.

First who this is for, the emergency screens with the follow-ups of what was ticked, and the place. Then whatever is
worth most for its effort: what would notice a danger that the answers make thinkable, and what would tell conditions in
play apart. Findings that belong together are asked on one screen; what is implied is not asked. It stops when no single
answer left could change the urgency or the first conditions, or when none is likely to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from triage.inference.answers import AGAIN
from triage.inference.assessment import applies, assess
from triage.inference.compiled import Compiled
from triage.interview.value_of_information import QuestionValue, QuestionValues, Valuer
from triage.model import (
    NONE,
    NOT_SURE,
    OPTION,
    RANK,
    Answer,
    Answers,
    Assessment,
    Choice,
    Conclusion,
    Finding,
    Knowledge,
    Question,
    Stage,
)

STOPS, HURRIES = RANK["ambulance_now"], RANK["emergency_department_now"]
"""At the first nothing more is asked; from the second on only what a ticked line of a screen still needs."""

YES, NO, UNSURE = Choice("yes", "Yes"), Choice("no", "No"), Choice(NOT_SURE, "Not sure")

EFFORT = {"yes_no": 0.8, "one": 1.0, "many": 1.2, "number": 1.2, "duration": 1.2}
"""What it costs to answer a question of this kind; a list of yes/no lines costs LIST and LINE for each."""
LIST, LINE = 0.8, 0.1
LONGEST = 12
"""Lines of a list, at most."""

WORTH_ASKING = 0.08
"""A question that is worth less for its effort is not asked: hardly any answer to it would change anything."""
HARDLY = 1e-6

Ended = Literal["urgent", "redirect", "settled", "unlikely"]


class Interview:
    """What is the same in every turn of every interview: the rules as questions are chosen by them. Built once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.valuer = Valuer(knowledge)
        self.order = knowledge.places_of_findings
        self.titles = {group.id: group.title for group in knowledge.groups}
        self.group_of: dict[str, str] = {}
        """Finding -> the group of which it is asked as lines."""
        self._lines: dict[str, list[str]] = {}
        for group in knowledge.groups:
            for name, lines in _by_finding(group.together).items():
                self.group_of[name], self._lines[name] = group.id, lines
        self.staged = {name for stage in knowledge.stages for name in (*stage.ask, *_by_finding(stage.together))
                       if name in stage.ask or not knowledge.findings[name].several_is}
        """What is asked in the fixed first part."""

    @property
    def compiled(self) -> Compiled:
        """The compiled rules that values of questions are worked out by."""
        return self.valuer.compiled

    def state(self, conclusion: Conclusion) -> InterviewState:
        """Where an interview stands, once this is concluded."""
        return InterviewState(self, conclusion)

    def lines_of(self, name: str) -> list[str]:
        """The lines that stand for a finding in its group: itself, or its options."""
        return self._lines.get(name, [name])

    def is_line(self, name: str) -> bool:
        """Is it asked as a line of a list?"""
        return name in self._lines or self.knowledge.findings[name].kind == "yes_no"


class InterviewState:
    """One turn: what is concluded, and what every open question is worth. Each part is worked out once, when asked for.

    `next_question`, `why_ended` and `questions_left` answer from it.
    """

    def __init__(self, interview: Interview, conclusion: Conclusion) -> None:
        self.interview, self.knowledge, self.conclusion = interview, interview.knowledge, conclusion

    @cached_property
    def assessment(self) -> Assessment:
        """Everything that the person would be told now."""
        return assess(self.knowledge, self.conclusion)

    @cached_property
    def facts(self) -> dict[str, Answer]:
        """All that is known, by the names that rules read."""
        return dict(self.conclusion.facts)

    @cached_property
    def askable(self) -> list[Finding]:
        """Findings that may be asked now for what they are worth."""
        return [
            finding for finding in self.knowledge.findings.values()
            if finding.id not in self.facts and finding.id not in self.interview.staged
            and finding.topic != "self_check"
            and (not finding.parents or any(self.facts.get(p) == "yes" for p in finding.parents))
            and applies(finding.ask_if, self.facts)
        ]

    @cached_property
    def values(self) -> QuestionValues:
        """What every open finding is worth."""
        return QuestionValues(self.interview.valuer, self.assessment, self.facts)

    @cached_property
    def questions(self) -> list[tuple[float, Question]]:
        """Every question, or list of them, that may be asked now, with its worth for its effort, the best first."""
        interview, facts = self.interview, self.facts
        values = {finding.id: self.values.of(finding.id) for finding in self.askable}
        out: list[tuple[float, Question]] = []
        lists: dict[str, list[str]] = {}
        for name, value in values.items():
            finding = self.knowledge.findings[name]
            if name in interview.group_of or finding.kind == "yes_no":
                lists.setdefault(interview.group_of.get(name, finding.topic), []).append(name)
            elif not finding.within or _places(finding, facts):
                out.append((value.total / EFFORT[finding.kind], ask(self.knowledge, finding, facts=facts)))
        for key, names in lists.items():
            title = interview.titles.get(key, "Which of these are true?")
            out.append(_list(interview, key, title, names, values))
        return sorted(out, key=lambda pair: (-round(pair[0], 9), interview.order[pair[1].findings[0]]))


def next_question(state: InterviewState, thorough: bool = False) -> Question | None:
    """The next question, or None when the interview is over.

    `thorough`: whatever could still change anything is asked, also when it is unlikely to.
    """
    assessment = state.assessment
    rank = RANK[assessment.urgency.level]
    if rank >= STOPS:
        return None
    if rank >= HURRIES:
        return _follow_up(state, state.knowledge.emergency)
    for stage in state.knowledge.stages:
        if assessment.out_of_scope and not stage.ask_if:
            continue  # only what is asked because of who it is
        question = _of_stage(state, stage)
        if question is not None:
            return question
    if assessment.out_of_scope:
        return None
    again = _again(state)
    if again is not None:
        return again
    if state.questions and state.questions[0][0] >= (HARDLY if thorough else WORTH_ASKING):
        return state.questions[0][1]
    needed = _needed(state)
    return ask(state.knowledge, needed, facts=state.facts) if needed else None


def why_ended(state: InterviewState) -> Ended:
    """Why there is no further question."""
    if RANK[state.assessment.urgency.level] >= HURRIES:
        return "urgent"
    if state.assessment.out_of_scope:
        return "redirect"
    return "unlikely" if state.values.changes(finding.id for finding in state.askable) else "settled"


def questions_left(state: InterviewState) -> int:
    """About how many questions are still to come: those of the fixed part, and those worth asking as it stands."""
    if next_question(state) is None:
        return 0
    facts = state.facts
    fixed = sum(
        1 if stage.together else len([n for n in stage.ask if n not in facts])
        for stage in state.knowledge.stages
        if applies(stage.ask_if, facts) and any(n not in facts for n in (*_by_finding(stage.together), *stage.ask))
    )
    return fixed + sum(1 for value, _ in state.questions if value >= WORTH_ASKING)


def by_picture(knowledge: Knowledge, question: Question, likely: Iterable[str] = ()) -> Question:
    """A question for the place, for somebody who can point at a picture of the leg; any other as it is.

    `likely`: the regions whose zones stand first.
    """
    stage = next((each for each in knowledge.stages if each.id == question.stage and each.picture), None)
    if stage is None or knowledge.findings[stage.picture].within not in question.findings:
        return question
    zones = knowledge.findings[stage.picture]
    near = set(likely)
    options = sorted(zones.options, key=lambda option: zones.options[option].inside not in near)
    lines = {zones.id: [f"{zones.id}{OPTION}{option}" for option in options]}
    lines |= {name: each for name, each in _by_finding(stage.together).items()
              if name != zones.within and name in question.findings}
    title = stage.title if len(lines) > 1 else knowledge.findings[zones.within].ask
    drawn = _checklist(knowledge, stage.id, title, lines, zones.help)
    return msgspec.structs.replace(drawn, picture=zones.id, within=zones.within, spreads=stage.spreads)


# --- the fixed first part


def _of_stage(state: InterviewState, stage: Stage) -> Question | None:
    knowledge, facts = state.knowledge, state.facts
    if not applies(stage.ask_if, facts):
        return None
    lines = _by_finding(stage.together)
    if lines and all(name not in facts for name in lines):
        return _checklist(knowledge, stage.id, stage.title, lines, stage.help)
    for name in (*lines, *stage.ask):
        finding = knowledge.findings[name]
        # Left open on its list: asked by itself when it is worth it.
        if name not in facts and applies(finding.ask_if, facts) and not (finding.several_is and name in lines):
            if finding.within and not _places(finding, facts):
                continue
            return ask(knowledge, finding, stage.id, facts)
    again = _again(state, (*lines, *stage.ask))
    if again is not None:
        return again
    # What was ticked on the first screen is followed at once; on the others when all are answered, the worst first.
    screens = [each for each in knowledge.stages if each.emergency]
    if screens and stage is screens[-1]:
        return _follow_up(state, knowledge.emergency)
    return _follow_up(state, tuple(stage.together)) if stage in screens[:1] else None


def _follow_up(state: InterviewState, lines: tuple[str, ...]) -> Question | None:
    """What a ticked line of a screen still needs to be known, if it could raise the urgency."""
    knowledge, interview = state.knowledge, state.interview
    ticked = {name for name in lines if state.assessment.answers.get(name) == "yes"}
    if not ticked:
        return None
    linked = _opened_by(knowledge, ticked, state.facts) | state.values.wanted_by(ticked, HURRIES)
    dangers = {f.id: state.values.danger.get(f.id, 0.0) for f in state.askable if f.id in linked}
    values = {name: QuestionValue(danger) for name, danger in dangers.items() if danger >= WORTH_ASKING}
    if not values:
        return None
    first = max(values, key=lambda name: (values[name].danger / EFFORT[knowledge.findings[name].kind],
                                          -interview.order[name]))
    together = [name for name in values if interview.is_line(name)]
    if first in together and len(together) > 1:
        return _list(interview, "follow_up", "And which of these are true?", together, values)[1]
    return ask(knowledge, knowledge.findings[first], facts=state.facts)


def _list(
    interview: Interview, key: str, title: str, names: list[str], values: Mapping[str, QuestionValue]
) -> tuple[float, Question]:
    """Findings of one group as lines of one question: those worth most, as long as they are worth their lines."""
    knowledge, lines_of = interview.knowledge, interview.lines_of
    order = {name: i for i, name in enumerate(names)}
    chosen: list[str] = []
    count = 0
    for name in sorted(names, key=lambda name: (-values[name].total / len(lines_of(name)), order[name])):
        more = len(lines_of(name))
        worthless = values[name].total < LINE * WORTH_ASKING * more
        if not chosen or (not worthless and count + more <= LONGEST):
            chosen.append(name)
            count += more
    chosen.sort(key=order.__getitem__)
    whole = sum(values[name].total for name in chosen)
    if len(chosen) == 1:
        finding = knowledge.findings[chosen[0]]
        return whole / EFFORT[finding.kind], ask(knowledge, finding)
    effort = LIST + LINE * count
    name = f"{key}/{chosen[0]}"  # other lines of the same group may come to be asked later
    return whole / effort, _checklist(knowledge, name, title, {n: lines_of(n) for n in chosen})


def _opened_by(knowledge: Knowledge, ticked: set[str], facts: dict[str, Answer]) -> set[str]:
    """The findings that are asked because of these, and those that are asked because of what was said to them."""
    opened: set[str] = set()
    known = ticked
    while known:
        more = {
            finding.id for finding in knowledge.findings.values()
            if known & {*finding.parents, *(part.fact for parts in finding.ask_if for part in parts)}
        } - opened
        opened |= more
        known = more & facts.keys()
    return opened


def _again(state: InterviewState, among: tuple[str, ...] | None = None) -> Question | None:
    """Plainer questions for what was not sure, once; several of them as one list."""
    knowledge = state.knowledge
    names = [name for name in (among if among is not None else knowledge.findings)
             if _once_more(knowledge.findings[name], state.conclusion.given, state.facts)]
    lines = [name for name in names if knowledge.findings[name].kind == "yes_no"][:LONGEST]
    if len(lines) > 1:
        choices = tuple(Choice(name + AGAIN, knowledge.findings[name].again) for name in lines)
        return Question(
            id=lines[0] + AGAIN, kind="checklist", ask="You were not sure. Asked more simply: which of these are so?",
            findings=tuple(name + AGAIN for name in lines), choices=(*choices, Choice(NONE, "None of these"), UNSURE),
        )
    return ask_again(knowledge, knowledge.findings[names[0]]) if names else None


def _checklist(
    knowledge: Knowledge, name: str, title: str, lines: dict[str, list[str]], help_: str = "",
) -> Question:
    """`lines`: each finding with the lines that stand for it."""
    choices = tuple(Choice(line, _line(knowledge, line)) for each in lines.values() for line in each)
    findings = [knowledge.findings[name] for name in lines]
    return Question(id=name, kind="checklist", ask=title, help=help_, findings=tuple(lines),
                    choices=(*choices, Choice(NONE, "None of these"), UNSURE), stage=name,
                    several=tuple(f.id for f in findings if f.kind == "many"),
                    several_is={f.id: f.several_is for f in findings if f.several_is})


def _by_finding(together: Iterable[str]) -> dict[str, list[str]]:
    """The lines of a screen by the finding that they stand for, in order."""
    out: dict[str, list[str]] = {}
    for line in together:
        out.setdefault(line.partition(OPTION)[0], []).append(line)
    return out


def _line(knowledge: Knowledge, line: str) -> str:
    """The words of a line: those of the finding, or of the option that it stands for."""
    name, _, option = line.partition(OPTION)
    finding = knowledge.findings[name]
    if not option:
        return finding.line or finding.ask
    return finding.options[option].line or finding.label(option)


def ask(knowledge: Knowledge, finding: Finding, stage: str = "", facts: dict[str, Answer] | None = None) -> Question:
    """The question for one finding."""
    choices: tuple[Choice, ...] = ()
    if finding.kind == "yes_no":
        choices = (YES, NO, UNSURE)
    elif finding.kind in ("one", "many"):
        options = [Choice(o, finding.label(o)) for o in finding.options if _inside(finding, o, facts)]
        none = () if finding.none_is else (Choice(NONE, "None of these"),)
        choices = (*options, *none, UNSURE)
    return Question(
        id=finding.id, kind=finding.kind, ask=finding.ask, help=finding.help, findings=(finding.id,), choices=choices,
        unit=finding.unit, lowest=finding.lowest, highest=finding.highest, none_id=finding.none_is or NONE, stage=stage,
    )


def ask_again(knowledge: Knowledge, finding: Finding, stage: str = "") -> Question:
    """The plainer question that follows a "not sure"; its answer has a name of its own until it is complete."""
    question = ask(knowledge, finding, stage)
    name = finding.id + AGAIN
    return msgspec.structs.replace(question, id=name, ask=finding.again, help="", findings=(name,))


def _once_more(finding: Finding, given: Answers, facts: dict[str, Answer]) -> bool:
    return bool(finding.again) and facts.get(finding.id) == NOT_SURE and finding.id + AGAIN not in given


def record(question: Question, answer: Answer) -> Answers:
    """The reply to a question as answers by finding id."""
    if question.kind != "checklist":
        return {question.findings[0]: answer}
    ticked = answer if isinstance(answer, tuple) else (str(answer),)
    unsure = NOT_SURE in ticked
    out: Answers = {name: "yes" if name in ticked else NOT_SURE if unsure else "no" for name in question.findings}
    options: dict[str, list[str]] = {}
    for choice in question.choices:
        name, is_option, option = choice.id.partition(OPTION)
        if is_option:
            options.setdefault(name, []).extend([option] if choice.id in ticked else [])
    if question.spreads:
        marked = [each.partition(OPTION) for each in ticked]
        if spread := tuple(option for name, _, option in marked if name == question.spreads):
            out[question.spreads] = spread
    for name, chosen in options.items():
        out[name] = _of_options(question, name, chosen, unsure)
        if out[name] == NONE and name in question.several_is:
            del out[name]
    if question.within and question.within not in out and out[question.picture] in ((), NOT_SURE):
        out[question.within] = out[question.picture]
    return out


def _of_options(question: Question, name: str, chosen: list[str], unsure: bool) -> Answer:
    """The answer to a finding whose options are lines of a checklist."""
    several = name in question.several
    if not chosen:
        return NOT_SURE if unsure else () if several else NONE
    if several:
        return tuple(chosen)
    return question.several_is.get(name, chosen[0]) if len(chosen) > 1 else chosen[0]


def ticked(question: Question, answers: Answers) -> list[str]:
    """The words of the lines of a checklist that these answers tick."""
    out = []
    for choice in question.choices if question.kind == "checklist" else ():
        name, is_option, option = choice.id.partition(OPTION)
        answer = answers.get(name, NONE)
        if (option in (answer if isinstance(answer, tuple) else (answer,))) if is_option else answer == "yes":
            out.append(choice.label)
    return out


def _inside(finding: Finding, option: str, facts: dict[str, Answer] | None) -> bool:
    chosen = (facts or {}).get(finding.within)
    inside = finding.options[option].inside
    return not finding.within or not inside or not isinstance(chosen, tuple) or inside in chosen


def _places(finding: Finding, facts: dict[str, Answer]) -> int:
    """How many options a finding has left, inside what was chosen before; one alone is not worth a question."""
    count = sum(_inside(finding, option, facts) for option in finding.options)
    return count if count > 1 else 0


# --- what is still open


def _needed(state: InterviewState) -> Finding | None:
    """What must be known before the self-check that is due may be offered."""
    for withheld in state.assessment.withheld_checks[:1]:
        if withheld.rules:
            continue
        for name in withheld.unanswered:
            finding = state.knowledge.findings[name]
            if name not in state.facts and (not finding.within or _places(finding, state.facts)):
                return finding
    return None
