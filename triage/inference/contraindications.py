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
    if urgent or assessment.out_of_scope or locks(knowledge, assessment) & {card.id, *card.blocked_by}:
        return "no"
    asked = () if card.safe_for_all else (*knowledge.emergency, *card.ask_before)
    return "yes" if all(name in assessment.answers for name in asked) else "later"


def hands_on_forbidden(knowledge: Knowledge, assessment: Assessment) -> bool:
    """Is pressing or stretching forbidden, or not yet known to be safe?"""
    if assessment.not_asked or RANK[assessment.urgency.level] >= RANK["today"]:
        return True
    cards = {**knowledge.self_checks, **knowledge.care}
    withheld = (*assessment.withheld_checks, *assessment.withheld_care)
    hands_on = {lock.id for lock in knowledge.interlocks.values() if lock.hands_on}
    touching = [card for card in withheld if hands_on & {*cards[card.id].blocked_by}]
    return bool(touching or hands_on & locks(knowledge, assessment))


def forbidding(knowledge: Knowledge, assessment: Assessment) -> list[Interlock]:
    """The interlocks that are on, and those on what is done with hands and straps as long as it may be unsafe."""
    on = locks(knowledge, assessment)
    no_hands = hands_on_forbidden(knowledge, assessment)
    return [lock for lock in knowledge.interlocks.values() if lock.id in on or (lock.hands_on and no_hands)]


def without_forbidden_advice(knowledge: Knowledge, assessment: Assessment, text: str) -> str:
    """The text without the sentences that advise what is forbidden now, or not yet known to be safe."""
    forbidden = forbidding(knowledge, assessment)
    kept: list[str] = []
    left_out = False
    for sentence in forbidden_advice.sentences(text):
        follows = left_out and sentence.startswith("If it ")
        left_out = follows or any(forbidden_advice.advises(lock, sentence) for lock in forbidden)
        kept += [] if left_out else [sentence]
    return " ".join(kept)
