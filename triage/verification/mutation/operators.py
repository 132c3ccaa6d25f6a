"""All small ways to spoil the rules: which mutants there are. One line of a card each, with what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Literal

import msgspec

from triage.knowledge.compiler import LOWER, LOWER_PLACE
from triage.model import Blockable, Condition, Criterion, Finding, Knowledge, Place, Rule, urgency_id

Kind = Literal["drop", "flip", "threshold", "lower", "unblock", "swap"]
KINDS: dict[Kind, str] = {
    "drop": "a condition dropped", "flip": "an answer flipped", "threshold": "a threshold moved by one",
    "lower": "an urgency lowered", "unblock": "a block removed", "swap": "for and against swapped",
}
"""Kinds of mutants, in words."""

CRITICAL = ("red_flag", "interlock", "must_not", "score_item")
"""Kinds of rules of which no mutant may survive; so are the derived findings that they read."""

HOUR = 1 / 24


class Mutant(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One change of the rules. Ids and keys of rules stay, whatever their lines then ask."""

    kind: Kind
    card: str
    rule: str = ""
    """Id of the rule that it spoils; empty where a card loses something that is no rule."""
    change: str
    """What is changed, in words."""
    critical: bool
    rules: dict[str, Rule | None] = {}
    """Key of a rule -> what stands in its place; None: nothing."""
    cards: dict[str, dict[str, Any]] = {}
    """Folder -> id of a card -> the card in its place."""

    @cached_property
    def id(self) -> str:
        return f"{self.rule or self.card}: {self.change}"


def mutants(knowledge: Knowledge) -> list[Mutant]:
    """Every mutant of these rules, in the order of the cards."""
    return list(_Maker(knowledge).all())


def place(knowledge: Knowledge, mutant: Mutant) -> Place:
    """Where the line stands that a mutant spoils, or the card."""
    return knowledge.places_of_rules[next(iter(mutant.rules))] if mutant.rules else knowledge.places[mutant.card]


class _Maker:
    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.critical = _critical_derived(knowledge)

    def all(self) -> Iterator[Mutant]:
        for rule in self.knowledge.rules:
            if rule.kind != "offer" and not (rule.lowered and rule.kind in ("red_flag", "derived")):
                yield from self._of_rule(rule)
        for condition in self.knowledge.conditions.values():
            yield from self._of_condition(condition)
        shelves: dict[str, Iterable[Blockable]] = {
            "self_checks": self.knowledge.self_checks.values(), "care": self.knowledge.care.values(),
        }
        for folder, shelf in shelves.items():
            for card in shelf:
                yield from self._of_blockable(folder, card)

    # --- one rule

    def _of_rule(self, rule: Rule) -> Iterator[Mutant]:
        parts = list(enumerate(rule.parts))
        if len(parts) > 1:
            for i, part in parts:
                yield self._mutant("drop", rule, f"without {part.text}", self._line(rule, parts[:i] + parts[i + 1:]))
        for i, part in parts:
            if part.fact.startswith("red_flag."):
                continue  # the line is taken away below
            for other in self._flipped(part):
                yield self._replaced("flip", rule, i, other)
            for other in self._moved(part):
                yield self._replaced("threshold", rule, i, other)
        if rule.kind == "red_flag":
            yield self._lowered(rule)
        elif rule.kind in ("interlock", "must_not"):
            yield self._mutant("unblock", rule, "without this line", {rule.key: None})
        elif rule.kind in ("for", "against"):
            side: Any = "against" if rule.kind == "for" else "for"
            swapped = msgspec.structs.replace(rule, kind=side, weight=-rule.weight)
            yield self._mutant("swap", rule, f"speaks {side}", {rule.key: swapped})
        elif rule.kind == "score_item":
            yield from self._of_item(rule)

    def _mutant(self, kind: Kind, rule: Rule, change: str, rules: dict[str, Rule | None]) -> Mutant:
        critical = rule.kind in CRITICAL or (rule.kind == "derived" and rule.card in self.critical)
        return Mutant(kind=kind, card=rule.card, rule=rule.id, change=change, critical=critical, rules=rules)

    def _replaced(self, kind: Kind, rule: Rule, i: int, part: Criterion) -> Mutant:
        old = rule.parts[i]
        parts = [(k, part if k == i else other) for k, other in enumerate(rule.parts)]
        mutant = self._mutant(kind, rule, f"{part.text} instead of {old.text}", self._line(rule, parts))
        return msgspec.structs.replace(mutant, critical=mutant.critical or old.fact.startswith("score."))

    def _flipped(self, part: Criterion) -> Iterator[Criterion]:
        """Another answer read: the opposite, the next option, or one option of several less."""
        if part.op:
            return
        if part.none_of:
            yield Criterion(part.fact, any_of=part.none_of)
        elif len(part.any_of) == 1:
            yield Criterion(part.fact, any_of=(self._next(part.fact, part.any_of[0]),))
        words = part.none_of or part.any_of
        for word in words if len(words) > 1 else ():
            left = tuple(each for each in words if each != word)
            yield Criterion(part.fact, none_of=left) if part.none_of else Criterion(part.fact, any_of=left)

    def _next(self, fact: str, word: str) -> str:
        """The option after this one; of yes the opposite, of `fits_well` the other band."""
        finding = self.knowledge.findings.get(fact)
        options = list(finding.options) if finding else ["fits_well", "possible"] if word != "yes" else []
        if word in options and len(options) > 1:
            return options[(options.index(word) + 1) % len(options)]
        return "no" if word == "yes" else "yes"

    def _moved(self, part: Criterion) -> Iterator[Criterion]:
        """The bound one lower, one higher, and itself taken in or left out."""
        if not part.op:
            return
        finding = self.knowledge.findings.get(part.fact)
        step = HOUR if finding and finding.kind == "duration" and part.bound < 1 else 1.0
        for bound in (part.bound - step, part.bound + step):
            if _reachable(finding, bound):
                yield msgspec.structs.replace(part, bound=bound)
        strict = {">=": ">", ">": ">=", "<=": "<", "<": "<="}.get(part.op)
        if finding is not None and strict:
            yield msgspec.structs.replace(part, op=strict)

    def _of_item(self, rule: Rule) -> Iterator[Mutant]:
        """An item of a score: other points, or none; told once, at the first of its lines."""
        mine = [r for r in self.knowledge.rules_of("score_item", card=rule.card) if r.item == rule.item]
        if mine[0] is not rule:
            return
        yield self._mutant("drop", rule, f"without the item {rule.item}", dict.fromkeys((r.key for r in mine), None))
        for points in (rule.points - 1, rule.points + 1):
            if points:
                changed: dict[str, Rule | None] = {r.key: msgspec.structs.replace(r, points=points) for r in mine}
                yield self._mutant("threshold", rule, f"{rule.item} counts {points:g} instead of {rule.points:g}",
                                   changed)

    def _lowered(self, rule: Rule) -> Mutant:
        parts = list(enumerate(rule.parts))
        old = urgency_id(rule.level, rule.within_days)
        if (rule.level, rule.within_days) not in LOWER:
            return self._mutant("lower", rule, f"nothing instead of {old}", self._gone(rule))
        level, within = LOWER[rule.level, rule.within_days]
        place = LOWER_PLACE.get(rule.level, rule.place)
        return self._mutant("lower", rule, f"{urgency_id(level, within)} instead of {old}",
                            self._line(rule, parts, level=level, within_days=within, place=place))

    # --- a line and what the rulebook makes of it

    def _line(self, rule: Rule, parts: list[tuple[int, Criterion]], **fields: Any) -> dict[str, Rule | None]:
        """A changed line and its twins for "not sure". `parts`: each with the place that it had."""
        plain = tuple(part for _, part in parts)
        unsure = tuple(rule.unsure[i] for i, _ in parts)
        changed = msgspec.structs.replace(rule, parts=plain, unsure=unsure, **fields)
        out: dict[str, Rule | None] = {rule.key: changed}
        places = [i for i, _ in parts]
        for i, twin in self._twins(rule):
            out[twin.key] = self._twin(changed, twin, places.index(i)) if i in places else None
        return out

    def _gone(self, rule: Rule) -> dict[str, Rule | None]:
        return dict.fromkeys([rule.key, *(twin.key for _, twin in self._twins(rule))], None)

    def _twins(self, rule: Rule) -> list[tuple[int, Rule]]:
        """The rules for which one part is "not sure", with the place of that part."""
        if rule.kind not in ("red_flag", "derived"):
            return []
        known = self.knowledge.by_key
        return [(i, known[key]) for i in range(len(rule.parts)) if (key := f"{rule.key}~{i}") in known]

    def _twin(self, line: Rule, twin: Rule, i: int) -> Rule | None:
        if line.kind == "derived":
            parts = (*line.parts[:i], Criterion(line.parts[i].fact), *line.parts[i + 1:])
            return msgspec.structs.replace(twin, parts=parts, unsure=(True,) * len(parts))
        others = [part for k, part in enumerate(line.parts) if k != i]
        if (line.level, line.within_days) not in LOWER or all(self._background(part.fact) for part in others):
            return None
        level, within = LOWER[line.level, line.within_days]
        return msgspec.structs.replace(
            twin, parts=line.parts, unsure=tuple(k == i for k in range(len(line.parts))), level=level,
            within_days=within, place=LOWER_PLACE.get(line.level, line.place),
        )

    def _background(self, fact: str) -> bool:
        """Says it only who, when or on which side?"""
        room, _, name = fact.partition(".")
        if room == "derived":
            return all(self._background(part.fact) for rule in self.knowledge.rules_of("derived", card=name)
                       for part in rule.parts)
        return fact in self.knowledge.findings and self.knowledge.findings[fact].background

    # --- what cards hold besides rules

    def _of_condition(self, card: Condition) -> Iterator[Mutant]:
        """The urgency that it asks for when it is likely."""
        wish = card.if_likely
        if wish is None or wish.urgency != "book":
            return
        lower, within = LOWER.get(("book", wish.within_days), ("nothing", 0))
        less = msgspec.structs.replace(wish, within_days=within) if within else None
        changed = msgspec.structs.replace(card, if_likely=less)
        yield Mutant(kind="lower", card=card.id, critical=False, cards={"conditions": {card.id: changed}},
                     change=f"if_likely: {urgency_id(lower, within)} instead of {urgency_id('book', wish.within_days)}")

    def _of_blockable(self, folder: str, card: Blockable) -> Iterator[Mutant]:
        """Locks and questions that keep a self-check or care card back."""
        for field in ("blocked_by", "ask_before"):
            names: list[str] = getattr(card, field)
            for name in names:
                changed = msgspec.structs.replace(card, **{field: [n for n in names if n != name]})
                yield Mutant(kind="unblock", card=card.id, change=f"{field} without {name}", critical=True,
                             cards={folder: {card.id: changed}})


def _reachable(finding: Finding | None, bound: float) -> bool:
    if finding is None:
        return True
    lowest = finding.lowest if finding.lowest is not None else 0.0 if finding.kind == "duration" else bound
    highest = finding.highest if finding.highest is not None else bound
    return lowest <= bound <= highest


def _critical_derived(knowledge: Knowledge) -> set[str]:
    """Derived findings that red flags, blocks and scores read, also through another one."""
    read = {part.fact for rule in knowledge.rules_of(*CRITICAL) for part in rule.parts}  # type: ignore[arg-type]
    for depth in reversed(knowledge.depths):
        for name in depth:
            if f"derived.{name}" in read:
                read |= {part.fact for rule in knowledge.rules_of("derived", card=name) for part in rule.parts}
    return {fact.removeprefix("derived.") for fact in read if fact.startswith("derived.")}
