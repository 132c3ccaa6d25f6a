"""What may this person try now, and which sentences would invite to what is forbidden? Pure."""

from __future__ import annotations

from typing import Literal

from triage.knowledge import forbidden_advice
from triage.model import RANK, Assessment, Interlock, Knowledge, SelfCheck


def locks(knowledge: Knowledge, assessment: Assessment) -> set[str]:
    """The interlocks that are on, and the cards that must not be used by what they say themselves."""
    fired = [knowledge.by_key[key] for key in assessment.conclusion.rules]
    return {rule.card for rule in fired if rule.kind in ("interlock", "must_not")}


def may_try(knowledge: Knowledge, assessment: Assessment, card: SelfCheck) -> Literal["yes", "later", "no"]:
    """May this self-check be tried, due or not? later: once the questions that stand before it are answered."""
    urgent = RANK[assessment.urgency.level] >= RANK["emergency_department_now"]
    if urgent or assessment.redirected or locks(knowledge, assessment) & {card.id, *card.blocked_by}:
        return "no"
    asked = () if card.safe_for_all else (*knowledge.emergency, *card.ask_before)
    return "yes" if all(name in assessment.answers for name in asked) else "later"


def hands_off(knowledge: Knowledge, assessment: Assessment) -> bool:
    """Is pressing or stretching forbidden, or not yet known to be safe?"""
    if assessment.not_asked or RANK[assessment.urgency.level] >= RANK["today"]:
        return True
    cards = {**knowledge.self_checks, **knowledge.care}
    held = (*assessment.withheld_checks, *assessment.withheld_care)
    hands_on = {lock.id for lock in _hands_on(knowledge)}
    touching = [each for each in held if hands_on & {*cards[each.id].blocked_by}]
    return bool(touching or hands_on & locks(knowledge, assessment))


def _hands_on(knowledge: Knowledge) -> list[Interlock]:
    """The locks on what is done to a leg with hands and straps; cards tell of it in passing as well."""
    return [lock for lock in knowledge.interlocks.values() if lock.hands_on]


def calm(knowledge: Knowledge, assessment: Assessment, text: str) -> str:
    """The text without sentences that invite to press or stretch, as long as that is not known to be safe."""
    if not hands_off(knowledge, assessment):
        return text
    kept: list[str] = []
    left_out = False
    for sentence in forbidden_advice.sentences(text):
        follows = left_out and sentence.startswith("If it ")
        left_out = follows or any(forbidden_advice.advises(lock, sentence) for lock in _hands_on(knowledge))
        kept += [] if left_out else [sentence]
    return " ".join(kept)
