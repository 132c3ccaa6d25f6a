"""Faults of conditions: evidence for and against, what is dangerous beside them, and what to do."""

from __future__ import annotations

from triage.inference import weighing
from triage.model import RANK, Condition, Issue, Issues, Knowledge
from triage.support.text import guess
from triage.verification.implication import Logic

SITE, REGION = "pain.site", "pain.region"


def conditions(knowledge: Knowledge) -> Issues:
    """Each condition by itself."""
    sites = knowledge.findings.get(SITE)
    for card in knowledge.conditions.values():
        yield from _kind(knowledge, card)
        for zone in card.zones:
            if sites is not None and zone not in sites.options:
                yield Issue(card.id, "unknown-option", f"unknown zone '{zone}'" + guess(zone, sites.options))
        days = (3, 7, 14) if card.kind == "danger" else (14,)
        if card.if_likely is not None and card.if_likely.urgency == "book" and card.if_likely.within_days not in days:
            yield Issue(card.id, "if-likely", "a condition asks for an appointment within 14 days, a danger within "
                        "3, 7 or 14; what is nearer is a red flag")
    for rule in knowledge.rules_of("for", "against"):
        if rule.strength == "decisive" and not (rule.lr is not None and rule.grade == "published"):
            yield Issue(rule.key, "strength", f"decisive needs a published figure (lr): {rule.why}")
        if rule.grade == "memory" and any(c.isdigit() for c in rule.why):
            yield Issue(rule.key, "memory", f"what is from memory gives no number to a person: {rule.why}")


def _kind(knowledge: Knowledge, card: Condition) -> Issues:
    if card.kind == "explains":
        if card.explains not in knowledge.conditions:
            yield Issue(card.id, "unknown-id", f"explains: unknown condition '{card.explains}'" + guess(
                card.explains, knowledge.conditions))
        if card.frequency is not None or card.for_ or card.against:
            yield Issue(card.id, "kind", "a card that only explains is never ranked: no frequency, no evidence")
        return
    if card.frequency is None:
        yield Issue(card.id, "kind", "a condition needs a frequency")
    if not card.for_:
        yield Issue(card.id, "kind", "a condition needs lines of evidence for it")
    if card.kind == "danger" and card.against:
        yield Issue(card.id, "kind", "nothing may speak against a danger")
    if card.kind == "benign" and not card.against:
        yield Issue(card.id, "kind", "a benign condition needs at least one line against it")
    if not card.watch_for or card.look_again is None:
        yield Issue(card.id, "safety-net", "a condition needs watch_for and look_again")


def among_the_others(knowledge: Knowledge) -> Issues:
    """What a condition needs from the other cards: to be reached, to be told from a danger, and care."""
    logic = Logic(knowledge)
    suspected = {name for flag in knowledge.red_flags.values() for name in flag.suspects}
    signs, places = _dangers(knowledge, logic)
    for card in knowledge.conditions.values():
        if card.kind == "explains":
            continue
        best = _best(knowledge, logic, card)
        if best == "unlikely" and card.id not in suspected:
            yield Issue(card.id, "unreachable",
                        "it can never be named: too few groups of lines speak for it, or too weakly")
        elif (best != "fits_well" and card.kind == "benign" and card.if_likely is not None
              and card.if_likely.urgency == "book"):
            yield Issue(card.id, "unreachable", "it can never fit well, so if_likely is never asked for")
        if card.kind == "benign":
            yield from _review(knowledge, logic, card, signs, places, best)
            if not card.care and card.id not in suspected and (
                    card.if_likely is None or card.if_likely.urgency != "book"):
                yield Issue(card.id, "care",
                            "a benign condition needs a care card, or else if_likely with an appointment")


def _best(knowledge: Knowledge, logic: Logic, card: Condition) -> str:
    """The band that it reaches when all that can speak for it does."""
    settings = knowledge.settings.weights
    lines = [rule for rule in knowledge.rules_of("for", "frequency", card=card.id) if logic.of_rule(rule)]
    most = weighing.weigh(knowledge, card, lines) if card.frequency is not None else None
    needed = settings.danger_groups if card.kind == "danger" else 1
    if most is None or most.groups_for < needed or most.evidence < settings.possible_evidence:
        return "unlikely"
    near = most.total >= settings.fits_well and most.groups_for >= max(needed, settings.fits_well_groups)
    return "fits_well" if near and not _closed(knowledge, logic, card) else "possible"


def _closed(knowledge: Knowledge, logic: Logic, card: Condition) -> bool:
    """Does fits_well_never always hold: with each way of fits_well_if, or because it takes any answer of a question?"""
    never = knowledge.rules_of("fits_well_never", card=card.id)
    for part in (rule.parts[0] for rule in never if len(rule.parts) == 1):
        finding = knowledge.findings.get(part.fact)
        if finding is not None and finding.options and set(part.any_of) == set(finding.options):
            return True
    ways = knowledge.rules_of("fits_well_if", card=card.id)
    closed = [one for rule in never for one in logic.of_rule(rule)]
    return bool(ways) and all(logic.implies(logic.of_rule(rule), closed) for rule in ways)


def _dangers(knowledge: Knowledge, logic: Logic) -> tuple[set[str], set[str]]:
    """The signs by which red flags of today or nearer are seen, and the places and regions that any danger reads."""
    signs: set[str] = set()
    places: set[str] = set()
    dangers = {name for name, card in knowledge.conditions.items() if card.kind == "danger"}
    for rule in knowledge.rules_of("red_flag", "for"):
        if rule.lowered or (rule.kind == "for" and rule.card not in dangers):
            continue
        for one in logic.of_rule(rule):
            if rule.kind == "red_flag" and RANK[rule.level] >= RANK["today"]:
                signs |= {n for n in one if n not in (SITE, REGION) and not _background(knowledge, n)}
            for name in (SITE, REGION):
                places |= {place for some in one[name].some for place in some} if name in one else set()
    return signs, places


def _background(knowledge: Knowledge, name: str) -> bool:
    finding = knowledge.findings.get(name)
    return finding is not None and finding.background


def _review(
    knowledge: Knowledge, logic: Logic, card: Condition, signs: set[str], places: set[str], best: str
) -> Issues:
    """Where it lies a danger is looked for too, and with a sign of danger it no longer fits well."""
    sites = knowledge.findings.get(SITE)
    for zone in card.zones:
        option = sites.options.get(zone) if sites is not None else None
        if option is not None and zone not in places and option.inside not in places:
            yield Issue(card.id, "danger-review", f"no red flag and no danger reads the place '{zone}', where it lies")
    if best != "fits_well":
        return
    stops = {name for rule in knowledge.rules_of("fits_well_never", card=card.id)
             for one in logic.of_rule(rule) for name in one}
    if not stops & signs:
        yield Issue(card.id, "danger-review",
                    "with no sign of danger does it stop to fit well: fits_well_never names none")
