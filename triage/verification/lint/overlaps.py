"""Lines of cards beside each other: those that can never hold, say the same, add nothing, contradict or count twice."""

from __future__ import annotations

from itertools import combinations, permutations, product
from typing import get_args

from triage.model import RANK, Grade, Issue, Issues, Knowledge, Rule, RuleKind
from triage.verification.implication import Conjunction, Logic

Conjunctions = dict[str, list[Conjunction]]
"""Key of a rule -> its conjunctions."""

GRADES = {grade: -i for i, grade in enumerate(get_args(Grade))}
"""How well it is known."""

PLACES = {"pain.site", "pain.region"}
"""Most lines hold only there; what they count is the rest."""

SINGLE: tuple[RuleKind, ...] = (
    "derived", "score_item", "frequency", "fits_well_if", "fits_well_never", "interlock", "must_not",
)
"""Lines of which any one is enough: what another brings adds nothing."""


def lines(knowledge: Knowledge) -> Issues:
    """All faults of lines beside each other."""
    logic = Logic(knowledge)
    rules = [rule for rule in knowledge.rules if rule.kind != "offer" and not (rule.kind == "derived" and rule.lowered)]
    conjunctions = {rule.key: logic.of_rule(rule) for rule in rules}
    for rule in rules:
        if not (rule.kind == "red_flag" and rule.lowered) and not logic.conjunctions(rule.parts) and not (
                _asks_too_much_of_a_score(logic, rule)):
            yield Issue(rule.key, "unreachable", "this can never hold: its parts exclude each other")
    rules = [rule for rule in rules if conjunctions[rule.key]]
    by_card: dict[str, list[Rule]] = {}
    for rule in rules:
        by_card.setdefault(rule.card, []).append(rule)
    for card, mine in by_card.items():
        for kind in SINGLE:
            yield from _single(knowledge, logic, conjunctions, [rule for rule in mine if rule.kind == kind])
        yield from _flags(knowledge, logic, conjunctions, [rule for rule in mine if rule.kind == "red_flag"])
        if card in knowledge.conditions:
            yield from _evidence(knowledge, logic, conjunctions, mine)


def _asks_too_much_of_a_score(logic: Logic, rule: Rule) -> bool:
    """That is told of the bound itself."""
    return any(part.namespace == "score" and not logic.conjunctions([part]) for part in rule.parts)


def _where(knowledge: Knowledge, rule: Rule) -> str:
    return f"line {knowledge.places_of_rules[rule.key].line}"


def _single(knowledge: Knowledge, logic: Logic, conjunctions: Conjunctions, mine: list[Rule]) -> Issues:
    steps = knowledge.settings.weights.frequency
    done: set[str] = set()
    for rule, other in permutations(mine, 2):
        if rule.item != other.item or (rule.step and steps[rule.step] > steps[other.step]):
            continue
        if rule.key in done or not logic.implies(conjunctions[rule.key], conjunctions[other.key]):
            continue
        if logic.implies(conjunctions[other.key], conjunctions[rule.key]) and rule.step == other.step:
            if other.key not in done:
                done.add(rule.key)
                yield Issue(rule.key, "duplicate-rule",
                            f"this asks the same as {_where(knowledge, other)} in other words")
        else:
            done.add(rule.key)
            yield Issue(rule.key, "subsumed",
                        f"whenever this holds, {_where(knowledge, other)} does, so this adds nothing")


def _flags(knowledge: Knowledge, logic: Logic, conjunctions: Conjunctions, mine: list[Rule]) -> Issues:
    """A line of a red flag adds nothing when it, and each line lowered from it, brings another of no lesser level that
    is known no less well."""
    families: dict[str, list[Rule]] = {}
    for rule in mine:
        families.setdefault(rule.id.removesuffix("~not_sure"), []).append(rule)

    def brings(these: list[Rule], those: list[Rule]) -> bool:
        return all(
            any(_near(that) >= _near(this) and logic.implies(conjunctions[this.key], conjunctions[that.key])
                for that in those) for this in these
        ) and GRADES[these[0].grade] <= GRADES[those[0].grade]

    done: set[str] = set()
    for name, other in permutations(families, 2):
        if name in done or not brings(families[name], families[other]):
            continue
        rule, that = families[name][0], families[other][0]
        if brings(families[other], families[name]):
            if other not in done:
                done.add(name)
                yield Issue(rule.key, "duplicate-rule",
                            f"this asks the same as {_where(knowledge, that)} in other words")
        else:
            done.add(name)
            yield Issue(rule.key, "subsumed",
                        f"whenever this holds, {_where(knowledge, that)} does, at the same or a nearer level, so this "
                        "adds nothing")


def _near(rule: Rule) -> tuple[int, int]:
    return RANK[rule.level], -rule.within_days


def _evidence(knowledge: Knowledge, logic: Logic, conjunctions: Conjunctions, mine: list[Rule]) -> Issues:
    for kind in ("for", "against"):
        for rule, other in combinations([rule for rule in mine if rule.kind == kind], 2):
            first, second = conjunctions[rule.key], conjunctions[other.key]
            if logic.implies(first, second) and logic.implies(second, first):
                yield Issue(other.key, "duplicate-rule",
                            f"this asks the same as {_where(knowledge, rule)} in other words")
            elif _apart(knowledge, rule, other) and _same_answer(logic, first, second):
                yield Issue(other.key, "overlap",
                            f"{_where(knowledge, rule)} counts the same answer already, and the two stand in no common "
                            "group")
    for rule in mine:
        for other in mine if rule.kind == "for" else ():
            if other.kind == "against" and logic.implies(conjunctions[rule.key], conjunctions[other.key]):
                yield Issue(rule.key, "contradiction",
                            f"whenever this speaks for it, {_where(knowledge, other)} denies it")
    ways = [rule for rule in mine if rule.kind == "fits_well_if"]
    closed = [one for rule in mine if rule.kind == "fits_well_never" for one in conjunctions[rule.key]]
    for rule in ways:
        if logic.implies(conjunctions[rule.key], closed):
            yield Issue(rule.key, "contradiction", "whenever this allows it to fit well, fits_well_never forbids it")


def _apart(knowledge: Knowledge, rule: Rule, other: Rule) -> bool:
    """Are both counted whole? A line about the place may share its answers with one that only holds at that place."""
    groups = {rule.group or rule.key, other.group or other.key}
    return len(groups) == 2 and knowledge.settings.weights.best_counts not in groups


def _same_answer(logic: Logic, first: list[Conjunction], second: list[Conjunction]) -> bool:
    """Does one and the same answer bring both lines, wherever both hold? Of two answers each may count another."""
    for this, that in product(first, second):
        if this.keys() & PLACES and that.keys() & PLACES:
            this, that = _anywhere(this), _anywhere(that)
        if this.keys() == that.keys() and len(this) == 1 and (
                logic.implies([this], [that]) or logic.implies([that], [this])):
            return True
    return False


def _anywhere(one: Conjunction) -> Conjunction:
    return {name: bound for name, bound in one.items() if name not in PLACES} or one
