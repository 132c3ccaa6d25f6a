"""What the answers to a question can still change."""

from __future__ import annotations

import msgspec

from triage.inference.answers import AGAIN
from triage.inference.assessment import severity
from triage.inference.facts import is_open
from triage.model import Assessment, Finding, Knowledge, Question, Rule


class Relevance(msgspec.Struct, frozen=True, kw_only=True):
    """What a question is good for, as ids and names, what matters most first."""

    dangers: tuple[str, ...]
    """Dangers that it helps to notice, the most urgent first."""
    speaks_for: tuple[str, ...]
    """Conditions that an answer may speak for."""
    speaks_against: tuple[str, ...]
    decides_safety: bool
    """Does it decide what may be tried at home?"""
    opens_questions: bool
    """Are other questions asked because of it?"""


def relevance(knowledge: Knowledge, question: Question, assessment: Assessment) -> Relevance:
    """What the answers to this question can still change, as the other answers stand."""
    facts = dict(assessment.conclusion.facts)
    for name in question.findings:
        facts.pop(name.removesuffix(AGAIN), None)
    dangers: dict[str, tuple[int, int, int]] = {}
    rises: dict[str, None] = {}
    falls: dict[str, None] = {}
    safety = opens = False
    for name in question.findings:
        for rule in readers(knowledge, name):
            if rule.kind == "red_flag" and not rule.lowered and is_open(rule.parts, facts):
                danger = knowledge.red_flags[rule.card].danger
                dangers[danger] = max(dangers.get(danger, (0, -99, 0)), severity(rule))
            elif rule.kind == "for" and is_open(rule.parts, facts):
                rises[rule.card] = None
            elif rule.kind == "against" and is_open(rule.parts, facts):
                falls[rule.card] = None
            safety = safety or rule.kind == "interlock"
        opens = opens or any(name in f.parents or _reads(f, name) for f in knowledge.findings.values())
    place = {ranked.id: i for i, ranked in enumerate(assessment.conditions)}

    def ranked_first(conditions: dict[str, None]) -> tuple[str, ...]:
        return tuple(sorted(conditions, key=lambda name: place.get(name, len(place))))

    return Relevance(
        dangers=tuple(sorted(dangers, key=lambda danger: dangers[danger], reverse=True)),
        speaks_for=ranked_first(rises), speaks_against=ranked_first(falls), decides_safety=safety,
        opens_questions=opens,
    )


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


def _reads(finding: Finding, name: str) -> bool:
    return any(name == part.fact for parts in finding.ask_if for part in parts)
