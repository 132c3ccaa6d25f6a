"""What is concluded otherwise of the same people by two versions of the rules, and which rules did it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

from triage.inference.answers import with_screens
from triage.inference.assessment import assess, severity
from triage.inference.compiled import Compiled
from triage.model import Answers, Assessment, Knowledge
from triage.verification.diff.rules import by_id, rule_changes
from triage.verification.diff.vocabulary import answers_understood_by, union
from triage.verification.random_answers import Random
from triage.verification.shrink import count, ddmin

Kind = Literal["less_urgent", "more_urgent", "other_first", "newly_offered", "no_longer_offered", "newly_blocked",
               "other"]
KINDS: tuple[Kind, ...] = ("less_urgent", "more_urgent", "other_first", "newly_offered", "no_longer_offered",
                           "newly_blocked", "other")
"""What a difference means for a person, the most important first."""
SOURCES = ("case", "story", "random")
SIDES = ("old", "new")

FIRST = 3
"""So many conditions, from the first on, are compared with their order."""
BLOCK = 1000
"""So many people are concluded together."""
SCREENED = 0.8
"""So many of the random people answered every line of the emergency screens, with "no" where nothing else is so."""

EFFECTS = ("weight", "group", "level", "within_days", "place", "points", "step")
"""Fields of a rule that decide what is concluded."""
FIELDS = ("kind", "frequency", "if_likely", "suspects", "explains", "self_checks", "care", "blocked_by", "safe_for_all",
          "ask_before", "result", "settles")
"""The same of a card, beside what its rules hold."""

OPEN = "not excluded"
UNSURE = "~not_sure"
"""Suffix of the rules that "not sure" makes of a line."""


class Change(NamedTuple):
    """One thing of a result that is another one."""

    kind: Kind
    what: str
    """A self-check or care card, or what of the result."""
    old: str
    new: str
    cards: set[str]
    """The cards that it hangs on."""


class Causes(NamedTuple):
    """The ids of the rules behind a change."""

    no_longer_fired: tuple[str, ...]
    newly_fired: tuple[str, ...]
    changed: tuple[str, ...]
    """Rules that fire on both sides and count otherwise, and card/key for what else decides."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with the same answers on both sides, in the words that both versions know together."""

    source: Literal["case", "story", "random"]
    file: str = ""
    number: int = 0
    """The line of a story; which of the random answers."""
    story: str = ""
    answers: Answers

    @property
    def name(self) -> str:
        if self.source == "story":
            return f"{self.file}:{self.number}: {self.story}"
        return f"case {self.file}" if self.source == "case" else f"random {self.number}"

    @property
    def place(self) -> tuple[int, str, int, str]:
        """Where it is listed, whatever order it came in."""
        return SOURCES.index(self.source), self.file, self.number, self.story


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is another one for a person, and the ids of the rules behind it."""

    kind: Kind
    what: str
    """A self-check or care card, or what of the result."""
    old: str
    new: str
    causes: Causes
    who: Person
    like_it: tuple[str, ...] = ()
    """Other random people of whom the same is so by the same rules."""

    @property
    def signature(self) -> tuple[object, ...]:
        """What two differences have in common that are alike."""
        return self.kind, self.what, self.old, self.new, self.causes


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that one side does not know, so that they were left out there."""

    side: str
    source: str
    people: int
    what: dict[str, int]
    """Finding, or finding=answer -> of how many people."""


class Versions:
    """Two versions of the rules, and what they know together."""

    def __init__(self, old: Knowledge, new: Knowledge) -> None:
        self.sides, self.both = (old, new), union(old, new)
        self._compiled = tuple(Compiled(side) for side in self.sides)
        self._reads = tuple(_reads(side) for side in self.sides)
        changes = rule_changes(by_id(old), by_id(new))
        self._changed = {name for name, fields in changes.items() if not fields.keys().isdisjoint(EFFECTS)}

    def random_people(self, many: int, seed: int) -> Iterator[Person]:
        """So many, in turns about the cards of either version; the first ones of more are the same ones."""
        drawn = [Random(side, [], f"{seed} {name}") for name, side in zip(SIDES, self.sides, strict=True)]
        for number in range(1, many + 1):
            by = drawn[number % 2]
            answers, _ = answers_understood_by(self.both, self.both, _renamed(self.both, by.person()))
            if by.rng.random() < SCREENED:
                answers = with_screens(self.both, answers)
            yield Person(source="random", number=number, answers=answers)

    def differences(self, people: Iterable[Person]) -> list[Difference]:
        """What is concluded otherwise of these people, by kind. Their order does not matter."""
        everybody = sorted(people, key=lambda person: person.place)
        pairs = self._pairs([person.answers for person in everybody])
        every = [each for person, pair in zip(everybody, pairs, strict=True)
                 for each in self._differences(person, *pair)]
        listed = [each for each in every if each.who.source != "random"]
        listed += self._shrink_alike([each for each in every if each.who.source == "random"])
        return sorted(listed, key=lambda each: (KINDS.index(each.kind), each.who.place))

    def unknown(self, people: Iterable[Person]) -> list[Unknown]:
        """What of the answers of these people either side does not know."""
        everybody = list(people)
        out = []
        for name, side in zip(SIDES, self.sides, strict=True):
            for source in SOURCES:
                lost = [answers_understood_by(side, self.both, person.answers)[1]
                        for person in everybody if person.source == source]
                what = Counter(each for some in lost for each in some)
                if what:
                    out.append(Unknown(side=name, source=source, people=sum(map(bool, lost)),
                                       what=dict(sorted(what.items(), key=lambda pair: (-pair[1], pair[0])))))
        return out

    def _pairs(self, cases: list[Answers]) -> Iterator[tuple[Assessment, Assessment]]:
        """What either side concludes of each of these answers."""
        for start in range(0, len(cases), BLOCK):
            sides = []
            for side, compiled in zip(self.sides, self._compiled, strict=True):
                own = [answers_understood_by(side, self.both, answers)[0] for answers in cases[start:start + BLOCK]]
                conclusions = compiled.conclude_many(own) if len(own) > 1 else map(compiled.conclude, own)
                sides.append([assess(side, conclusion) for conclusion in conclusions])
            yield from zip(*sides, strict=True)

    # --- what differs, and the rules behind it

    def _differences(self, who: Person, old: Assessment, new: Assessment) -> Iterator[Difference]:
        for each in (*_urgency(old, new), *_ranking(old, new), *_offers(old, new), *_flags(old, new)):
            causes = self._causes(each.cards, each.what == OPEN, old, new)
            yield Difference(kind=each.kind, what=each.what, old=each.old, new=each.new, causes=causes, who=who)

    def _causes(self, cards: set[str], silent: bool, *assessments: Assessment) -> Causes:
        """Rules of these cards, and of those they read. `silent`: what did not fire counts too."""
        every = cards if silent else set().union(*(_reach(reads, cards) for reads in self._reads))
        rules = [side.rules if silent else [side.by_key[key] for key in one.conclusion.rules]
                 for side, one in zip(self.sides, assessments, strict=True)]
        was, now = (_outright(rule.id for rule in some if rule.card in every) for some in rules)
        changed = [name for name in now if name in was and name in self._changed]
        for name in sorted(cards):
            one, other = (_card(side, name) for side in self.sides)
            if one is not None and other is not None:
                changed += [f"{name}/{key}" for key in FIELDS if getattr(one, key, 0) != getattr(other, key, 0)]
        return Causes(tuple(name for name in was if name not in now), tuple(name for name in now if name not in was),
                      tuple(changed))

    # --- random people as small as can be

    def _shrink_alike(self, differences: list[Difference]) -> Iterator[Difference]:
        """One of all random people that differ in the same way, with as few answers as can be."""
        by_signature: dict[tuple[object, ...], list[tuple[Difference, list[Person]]]] = {}
        for alike in _grouped(differences):
            small = self._shrink(min(alike, key=lambda each: len(each.who.answers)))
            by_signature.setdefault(small.signature, []).append((small, [each.who for each in alike]))
        for some in by_signature.values():
            best = min((small for small, _ in some), key=lambda each: (count(each.who.answers), each.who.number))
            names = {who.number: who.name for _, people in some for who in people if who.number != best.who.number}
            yield msgspec.structs.replace(best, like_it=tuple(names[number] for number in sorted(names)))

    def _shrink(self, difference: Difference) -> Difference:
        """The same kind of difference in the same thing, when no answer can be left out any more."""
        def still(answers: Answers) -> Difference | None:
            who = msgspec.structs.replace(difference.who, answers=answers)
            differences = self._differences(who, *next(self._pairs([answers])))
            return next((each for each in differences
                         if (each.kind, each.what) == (difference.kind, difference.what)), None)

        return ddmin(difference.who.answers, still) or difference


def _renamed(both: Knowledge, answers: Answers) -> Answers:
    return {both.known_names[name]: answer for name, answer in answers.items()}


# --- what differs


def _urgency(old: Assessment, new: Assessment) -> Iterator[Change]:
    cards = {name.partition("/")[0] for side in (old, new) for name in side.urgency.reasons}
    before, after = severity(old.urgency), severity(new.urgency)
    if before != after:
        kind: Kind = "less_urgent" if after < before else "more_urgent"
        yield Change(kind, "urgency", old.urgency.id, new.urgency.id, cards)
    elif old.urgency.place != new.urgency.place:
        yield Change("other", "place", old.urgency.place, new.urgency.place, cards)
    if old.out_of_scope != new.out_of_scope:
        was, now = ("yes" if side.out_of_scope else "no" for side in (old, new))
        yield Change("other", "redirected", was, now, {*cards, *old.flags, *new.flags})


def _ranking(old: Assessment, new: Assessment) -> Iterator[Change]:
    ids, now = [c.id for c in old.conditions], [c.id for c in new.conditions]
    if ids[:1] != now[:1]:
        yield Change("other_first", "first condition", _listed(ids[:1]), _listed(now[:1]), {*ids[:1], *now[:1]})
    elif ids[:FIRST] != now[:FIRST]:
        yield Change("other", "first three", _listed(ids[:FIRST]), _listed(now[:FIRST]), {*ids[:FIRST], *now[:FIRST]})
    yield from _sets("conditions", *([f"{c.id} {c.band}" for c in side.conditions] for side in (old, new)))


def _offers(old: Assessment, new: Assessment) -> Iterator[Change]:
    before, after = _due(old), _due(new)
    urgency = {card for change in _urgency(old, new) if change.what == "urgency" for card in change.cards}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, "not due"), after.get(name, "not due")
        if was == now:
            continue
        kind: Kind = "other"
        if now == "offered":
            kind = "newly_offered"
        elif now == "blocked":
            kind = "newly_blocked"
        elif was == "offered":
            kind = "no_longer_offered"
        yield Change(kind, name, was, now, {name, *urgency})


def _due(assessment: Assessment) -> dict[str, str]:
    """Self-checks and care cards that are due -> how they stand."""
    withheld = {card.id: "blocked" if card.rules else "waits for an answer"
                for card in (*assessment.withheld_checks, *assessment.withheld_care)}
    return withheld | dict.fromkeys((*assessment.self_checks, *assessment.care), "offered")


def _flags(old: Assessment, new: Assessment) -> Iterator[Change]:
    yield from _sets("red flags", old.flags, new.flags)
    yield from _sets(OPEN, old.unresolved, new.unresolved)


def _sets(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    """What stands on one side only."""
    lost, gained = [name for name in old if name not in {*new}], [name for name in new if name not in {*old}]
    if lost or gained:
        cards = {name.partition(" ")[0] for name in (*lost, *gained)}
        yield Change("other", what, _listed(lost), _listed(gained), cards)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


# --- the rules behind it


def _reads(side: Knowledge) -> dict[str, set[str]]:
    """Card -> the cards that it reads: in its rules, by its interlocks, and the red flags that suspect it."""
    out: dict[str, set[str]] = {}
    for rule in side.rules:
        facts = (part.fact.partition(".") for part in rule.parts)
        rooms = {name for room, _, name in facts if room in ("derived", "score", "red_flag", "condition")}
        out.setdefault(rule.card, set()).update(rooms)
    for flag in side.red_flags.values():
        for name in flag.suspects:
            out.setdefault(name, set()).add(flag.id)
    for shelf in (side.self_checks, side.care):
        for card in shelf.values():
            out.setdefault(card.id, set()).update(card.blocked_by)
    return out


def _outright(names: Iterable[str]) -> list[str]:
    """Ids, each once; of a line that "not sure" meets and that is met outright as well only the latter."""
    every = dict.fromkeys(names)
    return [name for name in every if name.removesuffix(UNSURE) == name or name.removesuffix(UNSURE) not in every]


def _reach(reads: dict[str, set[str]], cards: set[str]) -> set[str]:
    """These cards, and all that they read, near and far."""
    reach: set[str] = set()
    todo = set(cards)
    while todo:
        reach |= todo
        todo = set().union(*(reads.get(name, set()) for name in todo)) - reach
    return reach


def _card(side: Knowledge, name: str) -> msgspec.Struct | None:
    shelves = (side.conditions, side.red_flags, side.self_checks, side.care, side.interlocks)
    return next((shelf[name] for shelf in shelves if name in shelf), None)


def _grouped(differences: Iterable[Difference]) -> list[list[Difference]]:
    out: dict[tuple[object, ...], list[Difference]] = {}
    for each in differences:
        out.setdefault(each.signature, []).append(each)
    return list(out.values())
