"""Faults of what a person may try: self-checks and care."""

from __future__ import annotations

from triage.knowledge import forbidden_advice
from triage.model import Blockable, Issue, Issues, Knowledge, SelfCheck
from triage.support.text import guess


def trials(knowledge: Knowledge) -> Issues:
    """Who must not, steps, when to stop, and what each answer means."""
    for card in _all(knowledge):
        limited = bool(card.blocked_by or card.who_must_not)
        if card.safe_for_all == limited:
            yield Issue(card.id, "who-must-not",
                        "say who must not (blocked_by, who_must_not), or else safe_for_all: true")
        if not card.steps:
            yield Issue(card.id, "steps", "it needs steps")
        if isinstance(card, SelfCheck):
            yield from _self_check(knowledge, card)
        for lock in card.beside:
            if lock not in knowledge.interlocks:
                yield Issue(card.id, "unknown-id",
                            f"beside: unknown interlock '{lock}'" + guess(lock, knowledge.interlocks))
        for lock, step in forbidden_advice.forbidden_steps(knowledge, card).items():
            if lock not in card.blocked_by:
                yield Issue(card.id, "forbidden", f"'{lock}' forbids this, and does not block the card: '{step}'")
    for flag in knowledge.red_flags.values():
        for lock, line in forbidden_advice.forbidden_sentences(knowledge, flag.do).items():
            if flag.id in knowledge.interlocks[lock].flags:
                yield Issue(flag.id, "forbidden", f"it closes '{lock}', which forbids this: '{line}'")


def _self_check(knowledge: Knowledge, card: SelfCheck) -> Issues:
    finding = knowledge.findings.get(card.result)
    options = finding.options if finding is not None else {}
    for answer in card.means:
        if answer not in options:
            yield Issue(card.id, "unknown-option", f"means: '{card.result}' has no answer '{answer}'" + guess(
                answer, options))
    for answer in options:
        if answer not in card.means:
            yield Issue(card.id, "means", f"means: the answer '{answer}' of '{card.result}' is not explained")
    for name in card.settles:
        if name not in knowledge.conditions:
            yield Issue(card.id, "unknown-id",
                        f"settles: unknown condition '{name}'" + guess(name, knowledge.conditions))
    if not card.stop:
        yield Issue(card.id, "stop", "a self-check says when to stop")


def use(knowledge: Knowledge) -> Issues:
    """Cards that nothing offers, self-checks whose result nothing reads, interlocks that close nothing."""
    offered = {rule.card for rule in knowledge.rules_of("offer")}
    read = {part.fact for rule in knowledge.rules for part in rule.parts}
    closed = {name for card in _all(knowledge) for name in card.blocked_by}
    for card in _all(knowledge):
        if card.id not in offered:
            yield Issue(card.id, "not-offered", f"no condition and no red flag offers '{card.id}'")
        if isinstance(card, SelfCheck) and card.result not in read:
            yield Issue(card.id, "result-unread", f"no rule reads '{card.result}', the result of this self-check")
    for lock in knowledge.interlocks.values():
        if lock.id not in closed:
            yield Issue(lock.id, "not-offered", f"no self-check and no care card is blocked by '{lock.id}'")


def _all(knowledge: Knowledge) -> list[Blockable]:
    return [*knowledge.self_checks.values(), *knowledge.care.values()]
