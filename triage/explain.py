"""Why a question is asked, why a conclusion stands, in words. Made from the live rules, never canned."""

from __future__ import annotations

from triage.answers import AGAIN
from triage.assessment import is_open, known_facts, severity
from triage.model import (
    NONE,
    NOT_SURE,
    Answer,
    Assessment,
    Block,
    Finding,
    Knowledge,
    Question,
    Rule,
    Screen,
)

GRADE = {
    "published": "shown in published studies", "guideline": "from a guideline",
    "consensus": "agreed among experts", "tradition": "taught by tradition, not tested",
    "inference": "our own reasoning", "memory": "widely taught, source not checked",
}
STRENGTH = {"decisive": "very strong", "strong": "strong", "weak": "weak"}


def rules_by_id(knowledge: Knowledge) -> dict[str, Rule]:
    """Rules by the id that people see. A rule lowered by "not sure" has an id of its own."""
    out: dict[str, Rule] = {}
    for rule in knowledge.rules:
        out.setdefault(rule.id, rule)
    return out


def readers(knowledge: Knowledge, finding: str) -> list[Rule]:
    """All rules that read this finding, also through derived findings and scores."""
    names = {finding.removesuffix(AGAIN)}
    grown = True
    while grown:
        more = {
            f"{'derived' if rule.kind == 'derived' else 'score'}.{rule.card}"
            for rule in knowledge.rules
            if rule.kind in ("derived", "score_item") and any(part.fact in names for part in rule.parts)
        }
        grown = not more <= names
        names |= more
    return [rule for rule in knowledge.rules if any(part.fact in names for part in rule.parts)]


def why_asked(knowledge: Knowledge, question: Question, assessment: Assessment) -> Screen:
    """What the answers to this question can still change: dangers first, then sources of pain."""
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    for name in question.findings:
        facts.pop(name.removesuffix(AGAIN), None)
    dangers: dict[str, tuple[int, int, int]] = {}
    rises: dict[str, None] = {}
    falls: dict[str, None] = {}
    locks: dict[str, None] = {}
    opens: dict[str, None] = {}
    for name in question.findings:
        for rule in readers(knowledge, name):
            if rule.kind == "red_flag" and not rule.lowered and is_open(rule.parts, facts):
                danger = knowledge.red_flags[rule.card].danger
                dangers[danger] = max(dangers.get(danger, (0, -99, 0)), severity(rule))
            elif rule.kind == "for":
                rises[knowledge.conditions[rule.card].name] = None
            elif rule.kind == "against":
                falls[knowledge.conditions[rule.card].name] = None
            elif rule.kind == "interlock":
                locks[knowledge.interlocks[rule.card].name] = None
        opens |= {f.ask: None for f in knowledge.findings.values() if name in f.parents or _reads(f, name)}
    blocks = [Block(kind="heading", text="Why this is asked")]
    if dangers:
        first = sorted(dangers, key=lambda d: dangers[d], reverse=True)
        blocks.append(Block(kind="text", text="It helps to notice:"))
        blocks.append(Block(kind="list", items=tuple(first[:6])))
    if rises or falls:
        names = tuple(dict.fromkeys([*rises, *falls]))
        blocks.append(Block(kind="text", text="It helps to tell apart:"))
        blocks.append(Block(kind="list", items=names[:6]))
    if locks:
        blocks.append(Block(kind="text", text="It decides what you may safely try at home."))
    if opens and not dangers and not rises:
        blocks.append(Block(kind="text", text="It decides which questions make sense next."))
    if len(blocks) == 1:
        blocks.append(Block(kind="text", text="It is part of the story that a clinician would ask for."))
    return Screen(tuple(blocks))


def _reads(finding: Finding, name: str) -> bool:
    whens = finding.ask_if if isinstance(finding.ask_if, list) else [finding.ask_if]
    return any(name in when for when in whens)


def said(knowledge: Knowledge, name: str, answer: Answer) -> str:
    """An answer in the words of its question."""
    if answer == NOT_SURE:
        return "Not sure"
    finding = knowledge.findings.get(name) or knowledge.findings[name.removesuffix(AGAIN)]
    if isinstance(answer, float):
        if finding.kind == "duration":
            return _time(answer)
        return f"{answer:g} {finding.unit}"
    if isinstance(answer, tuple):
        return "; ".join(finding.label(option) for option in answer) or "None of these"
    if answer == NONE:
        return "None of these"
    return finding.label(answer) if answer in finding.options else answer.capitalize()


def _time(in_days: float) -> str:
    if in_days == 0:
        return "Today"
    for size, word in ((365.0, "year"), (30.0, "month"), (7.0, "week"), (1.0, "day"), (1 / 24, "hour"),
                       (1 / 1440, "minute")):
        count = round(in_days / size, 1)
        if count >= 1 and abs(count - round(count)) < 0.05:
            return f"{round(count)} {word}{'s' if round(count) != 1 else ''}"
    return f"{in_days:g} days"


def how_known(rule: Rule) -> str:
    """Strength and grade of a line in words."""
    parts = [STRENGTH[rule.strength]] if rule.strength else []
    return ", ".join([*parts, GRADE[rule.grade]])
