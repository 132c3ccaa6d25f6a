"""Which question next? Pure: from answers and an assessment, no engine, no screen.

First who this is for, the emergency screens with the follow-ups of what was ticked, the place and the beginning; then
what open dangers need, the most urgent first; then what can still change the first three conditions; then what the
self-check needs. It stops when no single answer left could change anything.
"""

from __future__ import annotations

import math

import msgspec

from triage import weighing
from triage.answers import AGAIN
from triage.assessment import IN_PLAY, applies, is_open, known_facts, refuted, severity
from triage.model import (
    NONE,
    NOT_SURE,
    RANK,
    Answer,
    Answers,
    Assessment,
    Choice,
    Finding,
    Knowledge,
    Question,
    Rule,
    Stage,
    Value,
)
from triage.rulebook import parts_of

STOPS, HURRIES = RANK["ambulance_now"], RANK["emergency_department_now"]
"""At the first nothing more is asked; from the second on only what a ticked line of a screen still needs."""

YES, NO, UNSURE = Choice("yes", "Yes"), Choice("no", "No"), Choice(NOT_SURE, "Not sure")


def next_question(knowledge: Knowledge, given: Answers, assessment: Assessment) -> Question | None:
    """The next question, or None when the interview is over. `given` holds the answers as they were given."""
    rank = RANK[assessment.urgency.level]
    if rank >= STOPS:
        return None
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    if rank >= HURRIES:
        urgent = _follow_up(knowledge, assessment, facts, knowledge.emergency)
        return ask(knowledge, urgent) if urgent else None
    for stage in knowledge.stages:
        if stage.late or (assessment.redirected and stage.id != "child"):
            continue
        question = _stage(knowledge, stage, given, assessment, facts)
        if question is not None:
            return question
    if assessment.redirected:
        return None
    for finding in knowledge.findings.values():
        if _once_more(finding, given, facts):
            return ask_again(knowledge, finding)
    wanted = _danger(knowledge, assessment, facts)
    if wanted is None:
        for stage in knowledge.stages:
            question = _stage(knowledge, stage, given, assessment, facts)
            if question is not None:
                return question
        wanted = _evidence(knowledge, assessment, facts) or _needed(knowledge, assessment, facts)
    return _together(knowledge, wanted, facts) if wanted is not None else None


def _together(knowledge: Knowledge, wanted: Finding, facts: dict[str, Answer]) -> Question:
    """The finding, with the others of its group that may be asked now, as lines of one screen."""
    askable = {finding.id for finding in _askable(knowledge, facts)}
    for group in knowledge.groups:
        names = tuple(name for name in group.together if name in askable)
        if wanted.id in names and len(names) > 1:
            return _checklist(knowledge, group.id, group.title, names)
    return ask(knowledge, wanted, facts=facts)


def _checklist(knowledge: Knowledge, name: str, title: str, findings: tuple[str, ...], help_: str = "") -> Question:
    lines = tuple(Choice(n, knowledge.findings[n].line or knowledge.findings[n].ask) for n in findings)
    return Question(id=name, kind="checklist", ask=title, help=help_, findings=findings,
                    choices=(*lines, Choice(NONE, "None of these"), UNSURE), stage=name)


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
    ticked = answer if isinstance(answer, tuple) else (answer,)
    rest = NOT_SURE if NOT_SURE in ticked else "no"
    return {name: "yes" if name in ticked else rest for name in question.findings}


def _inside(finding: Finding, option: str, facts: dict[str, Answer] | None) -> bool:
    chosen = (facts or {}).get(finding.within)
    inside = getattr(finding.options[option], "inside", "")
    return not finding.within or not inside or not isinstance(chosen, tuple) or inside in chosen


# --- the fixed first part


def _stage(
    knowledge: Knowledge, stage: Stage, given: Answers, assessment: Assessment, facts: dict[str, Answer]
) -> Question | None:
    if stage.together and all(name not in facts for name in stage.together):
        return _checklist(knowledge, stage.id, stage.title, tuple(stage.together), stage.help)
    for name in (*stage.together, *stage.ask):
        finding = knowledge.findings[name]
        if name not in facts and applies(finding.ask_if, facts):
            if finding.within and not _places(finding, facts):
                continue
            return ask(knowledge, finding, stage.id, facts)
        if _once_more(finding, given, facts):
            return ask_again(knowledge, finding, stage.id)
    if stage.emergency:
        wanted = _follow_up(knowledge, assessment, facts, tuple(stage.together))
        if wanted is not None:
            return ask(knowledge, wanted, stage.id, facts)
    return None


def _follow_up(
    knowledge: Knowledge, assessment: Assessment, facts: dict[str, Answer], lines: tuple[str, ...]
) -> Finding | None:
    """What a ticked line of a screen still needs to be known, if it could raise the urgency."""
    ticked = {name for name in lines if facts.get(name) == "yes"}
    linked = {
        finding.id for finding in knowledge.findings.values()
        if ticked & {*finding.parents, *(name for when in _whens(finding) for name in when)}
    }
    return _danger(knowledge, assessment, facts, linked) if linked else None


def _whens(finding: Finding) -> list[dict[str, Value]]:
    return finding.ask_if if isinstance(finding.ask_if, list) else [finding.ask_if]


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


def _danger(
    knowledge: Knowledge, assessment: Assessment, facts: dict[str, Answer], among: set[str] | None = None
) -> Finding | None:
    """What the most urgent open red flag needs, if it would raise the urgency. `among`: only these findings."""
    askable = {f.id: f for f in _askable(knowledge, facts) if among is None or f.id in among}
    now = (RANK[assessment.urgency.level], -assessment.urgency.within_days, 0)
    reach = _Reach(knowledge, facts)
    order = {name: i for i, name in enumerate(knowledge.findings)}
    wanted: dict[str, tuple[float, ...]] = {}
    rules_of: dict[str, int] = {}
    for rule in knowledge.rules:
        if rule.kind != "red_flag" or rule.lowered or severity(rule) <= now or not is_open(rule.parts, facts):
            continue
        unknown = [part.fact for part in rule.parts if facts.get(part.fact) is None]
        if not all(reach.fact(name) for name in unknown):
            continue
        known = 1 - len(unknown) / len(rule.parts)
        for name in {root for fact in unknown for root in reach.roots(fact) if root in askable}:
            wanted[name] = max(wanted.get(name, ()), (*severity(rule)[:2], known))
            rules_of[name] = rules_of.get(name, 0) + 1
    if not wanted:
        return None
    # The most urgent rule first, the most nearly met, then the answer that settles most rules.
    return askable[max(wanted, key=lambda name: (wanted[name], rules_of[name], -order[name]))]


class _Reach:
    """What may still become known, by asking now or after other questions."""

    def __init__(self, knowledge: Knowledge, facts: dict[str, Answer]) -> None:
        self.knowledge, self.facts = knowledge, facts
        self.concluding: dict[str, list[Rule]] = {}
        for rule in knowledge.rules:
            if rule.kind == "derived" and not rule.lowered:
                self.concluding.setdefault(f"derived.{rule.card}", []).append(rule)
            elif rule.kind == "score_item":
                self.concluding.setdefault(f"score.{rule.card}", []).append(rule)
        self._known: dict[str, bool] = {}

    def roots(self, fact: str) -> set[str]:
        """The findings whose answers could still bring this fact about."""
        if fact not in self.concluding:
            return {fact}
        return {
            name for rule in self.concluding[fact] if not refuted(rule.parts, self.facts)
            for part in rule.parts if self.facts.get(part.fact) is None for name in self.roots(part.fact)
        }

    def fact(self, fact: str) -> bool:
        """Can this fact still come to be known?"""
        return any(self.finding(name) for name in self.roots(fact))

    def finding(self, name: str) -> bool:
        """Will this finding be asked, now or after answers that are still possible?"""
        if name not in self._known:
            self._known[name] = False  # a circle of conditions leads nowhere
            self._known[name] = self._finding(self.knowledge.findings[name])
        return self._known[name]

    def _finding(self, finding: Finding) -> bool:
        if finding.topic == "self_check" or self.facts.get(finding.id) is not None:
            return False
        parents = [self.facts.get(parent) for parent in finding.parents]
        if parents and not any(p == "yes" for p in parents) and all(p is not None for p in parents):
            return False
        alternatives = parts_of(finding.ask_if) if finding.ask_if else []
        return not alternatives or any(
            not refuted(parts, self.facts)
            and all(self.facts.get(p.fact) not in (None, NOT_SURE) or self.fact(p.fact) for p in parts)
            for parts in alternatives
        )


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
        return [*finding.options, *([] if finding.none_is else [NONE])]
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
        suspected = weighing.suspected(self.knowledge, fired, weights)
        return [(name, bands[name]) for name in weighing.ranking(weights, bands, suspected)[:IN_PLAY]]


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
