"""Which question next? Pure: from answers and an assessment, no engine, no screen.

First who this is for, the emergency screens with the follow-ups of what was ticked, the place and the beginning; then
what open dangers need, the most urgent first; then what can still change the first three conditions; then what the
self-check needs. It stops when no single answer left could change anything.
"""

from __future__ import annotations

import math

from triage import weighing
from triage.answers import AGAIN
from triage.assessment import IN_PLAY, RANK, applies, is_open, known_facts, refuted, severity
from triage.model import (
    NONE,
    NOT_SURE,
    Answer,
    Answers,
    Assessment,
    Choice,
    Finding,
    Knowledge,
    Question,
    Rule,
    Stage,
)

STOPS = RANK["emergency_department_now"]
"""From this urgency on nothing more is asked."""

YES, NO, UNSURE = Choice("yes", "Yes"), Choice("no", "No"), Choice(NOT_SURE, "Not sure")


def next_question(knowledge: Knowledge, given: Answers, assessment: Assessment) -> Question | None:
    """The next question, or None when the interview is over. `given` holds the answers as they were given."""
    if RANK[assessment.urgency.level] >= STOPS:
        return None
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    if assessment.redirected and not _child_stage_open(knowledge, facts, given):
        return None
    for stage in knowledge.stages:
        question = _stage(knowledge, stage, given, facts)
        if question is not None:
            return question
    if assessment.redirected:
        return None
    for choose in (_danger, _evidence, _needed):
        finding = choose(knowledge, assessment, facts)
        if finding is not None:
            return ask(knowledge, finding)
    return None


def ask(knowledge: Knowledge, finding: Finding, stage: str = "", facts: dict[str, Answer] | None = None) -> Question:
    """The question for one finding."""
    choices: tuple[Choice, ...] = ()
    if finding.kind == "yes_no":
        choices = (YES, NO, UNSURE)
    elif finding.kind in ("one", "many"):
        options = [Choice(o, finding.label(o)) for o in finding.options if _inside(finding, o, facts)]
        choices = (*options, Choice(NONE, "None of these"), UNSURE)
    return Question(
        id=finding.id, kind=finding.kind, ask=finding.ask, help=finding.help, findings=(finding.id,), choices=choices,
        unit=finding.unit, lowest=finding.lowest, highest=finding.highest, stage=stage,
    )


def record(question: Question, answer: Answer) -> Answers:
    """The reply to a question as answers by finding id."""
    if question.kind != "checklist":
        return {question.findings[0]: answer}
    ticked = answer if isinstance(answer, tuple) else (answer,)
    rest = NOT_SURE if NOT_SURE in ticked else "no"
    return {name: "yes" if name in ticked else rest for name in question.findings}


def _inside(finding: Finding, option: str, facts: dict[str, Answer] | None) -> bool:
    chosen = (facts or {}).get(finding.within)
    inside = getattr(finding.options[option], "inside", "")
    return not finding.within or not inside or not isinstance(chosen, tuple) or inside in chosen


# --- the fixed first part


def _child_stage_open(knowledge: Knowledge, facts: dict[str, Answer], given: Answers) -> bool:
    return any(
        _stage(knowledge, stage, given, facts) is not None for stage in knowledge.stages if stage.id == "child"
    )


def _stage(knowledge: Knowledge, stage: Stage, given: Answers, facts: dict[str, Answer]) -> Question | None:
    if stage.together and all(name not in facts for name in stage.together):
        lines = tuple(Choice(n, knowledge.findings[n].line or knowledge.findings[n].ask) for n in stage.together)
        return Question(
            id=stage.id, kind="checklist", ask=stage.title, help=stage.help, findings=tuple(stage.together),
            choices=(*lines, Choice(NONE, "None of these"), UNSURE), stage=stage.id,
        )
    for name in (*stage.together, *stage.ask):
        finding = knowledge.findings[name]
        if name not in facts and applies(finding.ask_if, facts):
            if finding.within and not _places(finding, facts):
                continue
            return ask(knowledge, finding, stage.id, facts)
        if finding.again and facts.get(name) == NOT_SURE and name + AGAIN not in given:
            return Question(id=name + AGAIN, kind="yes_no", ask=finding.again, findings=(name + AGAIN,),
                            choices=(YES, NO, UNSURE), stage=stage.id)
    if stage.emergency:
        for finding in knowledge.findings.values():
            if finding.id not in facts and any(
                p in stage.together and facts.get(p) == "yes" for p in finding.parents
            ) and applies(finding.ask_if, facts):
                return ask(knowledge, finding, stage.id, facts)
    return None


def _places(finding: Finding, facts: dict[str, Answer]) -> int:
    """How many options a finding has left, inside what was chosen before; one alone is not worth a question."""
    count = sum(_inside(finding, option, facts) for option in finding.options)
    return count if count > 1 else 0


# --- what is still open


def _askable(knowledge: Knowledge, facts: dict[str, Answer]) -> list[Finding]:
    staged = {name for stage in knowledge.stages for name in (*stage.ask, *stage.together)}
    return [
        finding for finding in knowledge.findings.values()
        if finding.id not in facts and finding.id not in staged and finding.topic != "self_check"
        and (not finding.parents or any(facts.get(p) == "yes" for p in finding.parents))
        and applies(finding.ask_if, facts)
    ]


def _danger(knowledge: Knowledge, assessment: Assessment, facts: dict[str, Answer]) -> Finding | None:
    """What the most urgent open red flag needs, if it would raise the urgency."""
    askable = {finding.id: finding for finding in _askable(knowledge, facts)}
    now = (RANK[assessment.urgency.level], -assessment.urgency.within_days, 0)
    reading = _readers(knowledge)
    best: tuple[tuple[float, ...], str] | None = None
    order = {name: i for i, name in enumerate(knowledge.findings)}
    for rule in knowledge.rules:
        if rule.kind != "red_flag" or rule.lowered or severity(rule) <= now or not is_open(rule.parts, facts):
            continue
        missing = {
            name for part in rule.parts if facts.get(part.fact) is None
            for name in _roots(part.fact, reading, facts) if name in askable
        }
        known = sum(1 for part in rule.parts if facts.get(part.fact) is not None)
        for name in missing:
            key = (*severity(rule)[:2], known / len(rule.parts), -order[name])
            if best is None or key > best[0]:
                best = (key, name)
    return askable[best[1]] if best else None


def _readers(knowledge: Knowledge) -> dict[str, list[Rule]]:
    """Derived findings and scores -> the rules that conclude them."""
    out: dict[str, list[Rule]] = {}
    for rule in knowledge.rules:
        if rule.kind == "derived" and not rule.lowered:
            out.setdefault(f"derived.{rule.card}", []).append(rule)
        elif rule.kind == "score_item":
            out.setdefault(f"score.{rule.card}", []).append(rule)
    return out


def _roots(fact: str, readers: dict[str, list[Rule]], facts: dict[str, Answer]) -> set[str]:
    """The findings whose answers could still bring this fact about."""
    if fact not in readers:
        return {fact}
    return {
        name for rule in readers[fact] if not refuted(rule.parts, facts)
        for part in rule.parts if facts.get(part.fact) is None for name in _roots(part.fact, readers, facts)
    }


def _evidence(knowledge: Knowledge, assessment: Assessment, facts: dict[str, Answer]) -> Finding | None:
    """The finding that can move the first conditions most, if any single answer can still change their order."""
    weights = _Supposing(knowledge, facts, assessment)
    now = weights.outcome({})
    best: tuple[float, Finding] | None = None
    for finding in _askable(knowledge, facts):
        worth = 0.0
        changes = False
        for answer in _possible(finding):
            moved = weights.moved(finding.id, answer)
            if moved and weights.outcome({finding.id: answer}) != now:
                changes = True
                worth += moved
        if changes and (best is None or worth > best[0] + 1e-9):
            best = (worth, finding)
    return best[1] if best else None


def _needed(knowledge: Knowledge, assessment: Assessment, facts: dict[str, Answer]) -> Finding | None:
    """What must be known before the self-check or care that is due may be offered."""
    for withheld in (*assessment.withheld_checks[:1], *assessment.withheld_care):
        if withheld.rules:
            continue
        for name in withheld.unanswered:
            finding = knowledge.findings[name]
            if name not in facts and (not finding.within or _places(finding, facts)):
                return finding
    return None


def _possible(finding: Finding) -> list[Answer]:
    if finding.kind == "yes_no":
        return ["yes", "no"]
    if finding.kind == "one":
        return [*finding.options, NONE]
    if finding.kind == "many":
        return [*((option,) for option in finding.options), ()]
    return []


class _Supposing:
    """What the first conditions would be if one more answer were given: weights only, no rules are run."""

    def __init__(self, knowledge: Knowledge, facts: dict[str, Answer], assessment: Assessment) -> None:
        self.knowledge = knowledge
        self.facts = facts
        self.lines = weighing.by_condition(knowledge.rules)
        self.met = {rule.key for rule in knowledge.rules if rule.key in set(assessment.fired.rules)}
        self.readers: dict[str, list[Rule]] = {}
        for rules in self.lines.values():
            for rule in rules:
                for part in rule.parts:
                    self.readers.setdefault(part.fact, []).append(rule)

    def _would_hold(self, rule: Rule, supposed: dict[str, Answer]) -> bool:
        return all(part.holds(supposed.get(part.fact, self.facts.get(part.fact))) for part in rule.parts)

    def moved(self, name: str, answer: Answer) -> float:
        """How much weight the answer would add or take, over all conditions."""
        return sum(
            max(abs(rule.weight), 0.1) for rule in self.readers.get(name, ())
            if rule.key not in self.met and self._would_hold(rule, {name: answer})
        )

    def outcome(self, supposed: dict[str, Answer]) -> list[tuple[str, str]]:
        """The first conditions with their bands, in order."""
        touched = {rule.key for name in supposed for rule in self.readers.get(name, ())
                   if self._would_hold(rule, supposed)}
        fired = [r for rules in self.lines.values() for r in rules if r.key in self.met or r.key in touched]
        weights, bands = weighing.judge(self.knowledge, fired)
        ranked = sorted(
            (name for name, band in bands.items() if band != "unlikely"),
            key=lambda name: (bands[name] != "fits_well", -weights[name].total, name),
        )
        return [(name, bands[name]) for name in ranked[:IN_PLAY]]


def about_left(knowledge: Knowledge, given: Answers, assessment: Assessment) -> int:
    """A rough number of questions still to come, for the person; never a promise."""
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    fixed = sum(
        1 if stage.together else len([n for n in stage.ask if applies(knowledge.findings[n].ask_if, facts)])
        for stage in knowledge.stages if any(n not in facts for n in (*stage.together, *stage.ask))
    )
    open_lines = sum(
        1 for finding in _askable(knowledge, facts)
        if any(part.fact == finding.id for rule in knowledge.rules for part in rule.parts)
    )
    return fixed + math.ceil(open_lines / 4)
