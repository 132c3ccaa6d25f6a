"""Faults of red flags: a danger is always a yes, it says what "not sure" does, and every level is given."""

from __future__ import annotations

from typing import get_args

from triage.model import RANK, Issue, Issues, Knowledge, Level, Rule
from triage.verification.implication import Logic


def dangers(knowledge: Knowledge) -> Issues:
    """A danger is always a yes: silence and "not sure" can then never count as an all-clear."""
    for rule in knowledge.rules_of("red_flag", "derived", "score_item", "for"):
        for part in rule.parts if not rule.lowered else ():
            if part.none_of or "no" in part.any_of:
                yield Issue(rule.key, "asks-for-no", f"'{part.text}' asks for a no; word it so that yes is the sign")
    for flag in knowledge.red_flags.values():
        if not flag.rules:
            yield Issue(flag.id, "no-rules", "a red flag without rules never fires")
    for rule in _outright(knowledge):
        if rule.not_sure == "again":
            yield from _again(knowledge, rule)
        if rule.level == "ambulance_now" and rule.place != "ambulance":
            yield Issue(rule.key, "place", "ambulance_now needs the place 'ambulance'")


def _outright(knowledge: Knowledge) -> list[Rule]:
    return [rule for rule in knowledge.rules_of("red_flag") if not rule.lowered]


def _again(knowledge: Knowledge, rule: Rule) -> Issues:
    if len(rule.parts) > 1:
        yield Issue(rule.key, "not-sure", "not_sure: again is for a line of one part")
        return
    finding = knowledge.findings.get(rule.parts[0].fact)
    if finding is not None and not finding.again:
        yield Issue(rule.key, "not-sure", f"not_sure: again, but '{finding.id}' has no plainer question (again)")


def among_the_others(knowledge: Knowledge) -> Issues:
    """What "not sure" leaves of a near level, and levels that nothing gives."""
    logic = Logic(knowledge)
    written = {rule.key: logic.of_rule(rule) for rule in _outright(knowledge)}
    for rule in _outright(knowledge):
        if rule.not_sure == "none" and RANK[rule.level] >= RANK["today"] and not _has_reason(knowledge, rule):
            wider = any(other != rule.key and logic.implies(written[rule.key], written[other]) for other in written)
            if len(rule.parts) == 1:
                yield Issue(rule.key, "not-sure",
                            f"'{rule.parts[0].fact}' alone decides: ask again when it is not sure")
            elif not wider:
                yield Issue(rule.key, "not-sure",
                            "not_sure: none leaves nothing of this danger when one part is not sure")
    given = {rule.level for rule in _outright(knowledge)}
    for level in get_args(Level):
        if level not in given and level != "self_care":
            yield Issue("settings:knowledge", "level-unused", f"no red flag gives the level '{level}'")


def _has_reason(knowledge: Knowledge, rule: Rule) -> bool:
    """Does it rest on a self-check, which counts nothing when it was not clear, on a sum, or on who the person is?"""
    if any(part.fact.startswith(("self_check.", "score.")) for part in rule.parts):
        return True
    findings = [knowledge.findings.get(part.fact) for part in rule.parts]
    return all(finding is not None and finding.background for finding in findings)
