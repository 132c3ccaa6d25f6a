"""Walks through the interview: all talks of the small rules; of the real ones a way to every red flag, and wanderings.

The small rules are walked whole: every choice of every question. On the real rules each red flag is looked for by a
person who has it and nothing else: what it needs is worked out backwards from its rules, all else is answered with no.

TRIAGE_WALKS=5000 python -m pytest tests/interview/test_walk_of_talks.py   wanders so often (minutes); without it
WALKS times.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.conftest import shared_knowledge
from tests.helpers import small
from tests.helpers.examples import sampled
from triage.interview.next_question import Interview, InterviewState, next_question, record, why_ended
from triage.knowledge import reader
from triage.model import (
    NONE,
    NOT_SURE,
    OPTION,
    RANK,
    Answer,
    Answers,
    Assessment,
    Criterion,
    Finding,
    Knowledge,
    Question,
    Rule,
)

WALKS = 60
"""Wanderings through the real rules; $TRIAGE_WALKS sets another number."""

LONGEST = 60
"""Questions of any talk of the real rules, at most."""

SOON, LATE = 6, 40
"""Questions until a danger is noticed, at most: an emergency, after age and limits; any other."""

FIRST = ("person.age", "limits")
"""Asked before, and not counted."""

URGENT = RANK["emergency_department_now"]

WAYS, TRIES = 12, 24
"""So many ways to meet each rule of a red flag are tried, and so many in all."""

HIDDEN_ONCE: dict[str, tuple[str, Answers]] = {
    "vomits after hard training, no fever": ("muscle_breakdown", {
        "pain.region": ("calf",), "onset.age": 2.0, "activity.new_exercise": "yes", "ill.vomiting": "yes"}),
    "lay on the leg for hours and cannot rise": ("muscle_breakdown", {
        "pain.region": ("thigh",), "leg.numb_weak": "yes", "compartment.setting": ("long_lie",),
        "muscle.cannot_rise": "yes"}),
    "an ultramarathon, both legs weak, cannot rise": ("muscle_breakdown", {
        "pain.region": ("foot",), "body.legs_weak": "yes", "muscle.extreme": "yes", "muscle.cannot_rise": "yes"}),
    "hot skin that grows, vomits, no fever": ("cellulitis", {
        "pain.region": ("calf",), "leg.hot_skin_or_joint": "yes", "skin.hot_area": "yes", "ill.vomiting": "yes"}),
    "a cast, and the toes go numb": ("compartment_high", {
        "pain.region": ("ankle",), "leg.numb_weak": "yes", "compartment.setting": ("cast",)}),
    "spots, breathes fast, no fever": ("spots_not_fading", {"now.spots": "yes", "ill.with_spots": ("very_ill",)}),
    "an irregular heart, pain at rest within hours, aged 45": ("limb_ischaemia", {
        "pain.region": ("calf",), "pain.side": "left", "onset.age": 1.0, "onset.speed": "hours", "pain.rest": "yes",
        "onset.trigger": "nothing", "history.arterial": ("irregular",)}),
    "brittle bones, aged 55, a twist, cannot stand": ("cannot_stand_frail", {
        "person.age": 55.0, "pain.region": ("ankle",), "onset.age": 1.0, "onset.trigger": "twist",
        "pain.four_steps": "cannot", "history.frail": ("brittle",)}),
    "a thigh that hurts since more running, no step possible": ("stress_bone_bad", {
        "pain.region": ("thigh",), "activity.load_jump": "yes", "pain.four_steps": "cannot"}),
    "both feet frozen, neither colder than the other": ("frostbite", {"circulation.frost": "yes"}),
    "numb on both sides, climbing, hard to swallow": ("weakness_climbing", {
        "leg.numb_weak": "yes", "nerve.both_sides": "yes", "nerve.speed": "days", "nerve.climbing": "yes",
        "nerve.breath_face": "yes"}),
    "only the shoulder hurts": ("other_place", {"pain.region": (), "person.elsewhere": "yes"}),
}
"""People whose danger has a part that was asked only after a yes that they need not have given."""


class Walker:
    """Answers, and what follows from them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.interview, self.ways = knowledge, Interview(knowledge), Ways(knowledge)

    def state(self, given: Answers) -> InterviewState:
        return self.interview.state(self.interview.compiled.conclude(given))

    def conclude(self, given: Answers) -> Assessment:
        return self.state(given).assessment


def amounts(knowledge: Knowledge, name: str) -> list[float]:
    """Amounts at the bounds that the rules know, and beside them."""
    finding = knowledge.findings.get(name)
    bounds = {part.bound for rule in knowledge.rules for part in rule.parts if part.fact == name and part.op}
    near = sorted({bound + step for bound in bounds for step in (-1.0, 0.0, 1.0)} | ({30.0} if not bounds else set()))
    low = finding.lowest if finding and finding.lowest is not None else 0.0
    high = finding.highest if finding and finding.highest is not None else 50_000.0
    return [amount for amount in near if low <= amount <= high]


def replies(knowledge: Knowledge, question: Question) -> list[Answer]:
    """The answers to walk on with: each choice alone."""
    if question.kind in ("number", "duration"):
        return [*amounts(knowledge, question.findings[0]), NOT_SURE]
    ids = [choice.id for choice in question.choices]
    if question.kind in ("yes_no", "one"):
        return list(ids)
    return [(), NOT_SURE, *((name,) for name in ids if name not in (NONE, NOT_SURE))]


# --- the small rules, whole


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Walker:
    return Walker(reader.load(small.write_spoken(tmp_path_factory.mktemp("walk"))))


@pytest.mark.parametrize("thorough", [False, True])
def test_every_talk_of_the_small_rules_ends_and_every_danger_is_reached(few: Walker, thorough: bool):
    knowledge = few.knowledge
    most = len(knowledge.findings) * 2  # each once, and once more in plainer words
    fired: set[str] = set()
    seen: set[frozenset[tuple[str, Answer]]] = set()
    todo: list[tuple[Answers, tuple[str, ...]]] = [({}, ())]
    while todo:
        given, asked = todo.pop()
        if frozenset(given.items()) in seen:
            continue
        seen.add(frozenset(given.items()))
        assert len(asked) <= most, asked
        state = few.state(given)
        fired |= {knowledge.by_key[key].id for key in state.conclusion.rules}
        question = next_question(state, thorough)
        if question is None:
            assert why_ended(state) in ("urgent", "redirect", "settled", "unlikely")
            continue
        assert question.id not in asked, asked
        assert not set(question.findings) & set(given), "nothing is asked twice"
        ways = replies(knowledge, question)
        assert ways, "a question without an answer"
        for answer in ways:
            new = record(question, answer)
            assert set(new) == set(question.findings)
            todo.append((given | new, (*asked, question.id)))
    assert len(seen) > 500
    flags = {rule.id for rule in knowledge.rules_of("red_flag") if not rule.lowered}
    assert flags <= fired


# --- a person who has a danger


Wish = dict[str, tuple[Criterion, ...]]
"""Findings, and what their answers have to meet."""


class Ways:
    """How a rule can be met: backwards from its parts to answers, through all that is concluded and asked before."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.amounts = {name: amounts(knowledge, name) for name in knowledge.findings}

    def of(self, rule: Rule) -> Iterator[Answers]:
        for wish in self._parts(list(rule.parts), {}, ()):
            yield {name: self._answer(name, parts) for name, parts in wish.items()}  # type: ignore[misc]

    def _parts(self, todo: list[Criterion], wish: Wish, inside: tuple[str, ...]) -> Iterator[Wish]:
        if not todo:
            yield wish
            return
        first, *rest = todo
        for more in self._part(first, wish, inside):
            yield from self._parts(rest, more, inside)

    def _part(self, part: Criterion, wish: Wish, inside: tuple[str, ...]) -> Iterator[Wish]:
        kind, _, card = part.fact.partition(".")
        if part.fact in self.knowledge.findings:
            yield from self._finding(part, wish, inside)
        elif part.fact in inside:
            return
        elif kind == "derived":
            for rule in self.knowledge.rules_of("derived", card=card):
                if not rule.lowered:
                    yield from self._parts(list(rule.parts), wish, (*inside, part.fact))
        elif kind == "score":
            yield from self._score(part, card, wish, inside)
        elif kind == "red_flag":
            for rule in self.knowledge.rules_of("red_flag", card=card):
                if not rule.lowered:
                    yield from self._parts(list(rule.parts), wish, (*inside, part.fact))
        elif kind == "condition":
            lines = sorted(self.knowledge.rules_of("for", card=card), key=lambda rule: -rule.weight)
            wants = self.knowledge.rules_of("fits_well_if", card=card)
            parts = [part for rule in (*wants[:1], *lines[:4]) for part in rule.parts]
            yield from self._parts(parts, wish, (*inside, part.fact))

    def _score(self, part: Criterion, card: str, wish: Wish, inside: tuple[str, ...]) -> Iterator[Wish]:
        """Items, those with most points first, until the score is as wished."""
        rules = sorted((r for r in self.knowledge.rules_of("score_item", card=card) if not r.lowered),
                       key=lambda rule: -rule.points)
        for skipped in range(len(rules)):
            total, parts, used = 0.0, [], set()
            for rule in rules[skipped:]:
                if total and part.holds(total):
                    break
                if rule.item not in used and rule.points > 0:
                    used.add(rule.item)
                    total += rule.points
                    parts += rule.parts
            if part.holds(total):
                yield from self._parts(parts, wish, (*inside, part.fact))

    def _finding(self, part: Criterion, wish: Wish, inside: tuple[str, ...]) -> Iterator[Wish]:
        """The answer itself, and all without which it would not be asked."""
        known = part.fact in wish
        wish = wish | {part.fact: (*wish.get(part.fact, ()), part)}
        if self._answer(part.fact, wish[part.fact]) is None:
            return
        finding = self.knowledge.findings[part.fact]
        if known or part.fact in inside:
            yield wish
            return
        inside = (*inside, part.fact)
        around = self._around(finding, part)
        for parent in finding.parents or [""]:
            needed = [*around, *([Criterion(parent, any_of=("yes",))] if parent else [])]
            for alternative in finding.ask_if or ((),):
                yield from self._parts([*needed, *alternative], wish, inside)

    def _around(self, finding: Finding, part: Criterion) -> list[Criterion]:
        """The region in which a place lies."""
        regions = [finding.options[option].inside for option in part.any_of if option in finding.options]
        return [Criterion(finding.within, any_of=(regions[0],))] if finding.within and any(regions) else []

    def _answer(self, name: str, parts: tuple[Criterion, ...]) -> Answer | None:
        """An answer that meets all of these parts."""
        finding = self.knowledge.findings[name]
        if finding.kind == "yes_no":
            tries: list[Answer] = ["yes", "no"]
        elif finding.kind == "one":
            tries = [*finding.options, finding.none_is or NONE]
        elif finding.kind == "many":
            chosen = [[option for option in finding.options if option in part.any_of] for part in parts if part.any_of]
            tries = [tuple(o for o in finding.options if o in {each[0] for each in chosen if each})]
            tries += [(option,) for option in finding.options]
            tries += [(a, b) for a in finding.options for b in finding.options]
        else:
            tries = [USUAL.get(name, 30.0), *self.amounts[name]]
        return next((each for each in tries if all(part.holds(each) for part in parts)), None)


USUAL: Answers = {"person.age": 45.0, "onset.age": 30.0}
"""What everybody can tell who is not asked for more."""


def answered(question: Question, person: Answers) -> Answer:
    """What a person says who has this and nothing else."""
    if question.kind == "checklist":
        ticked: list[str] = []
        for choice in question.choices:
            name, is_option, option = choice.id.partition(OPTION)
            answer = person.get(name, ())
            if (option in ((answer,) if isinstance(answer, str) else answer)) if is_option else answer == "yes":
                ticked.append(choice.id)
        return tuple(ticked)
    name = question.findings[0]
    if name in person:
        answer = person[name]
        ids = [choice.id for choice in question.choices]
        return tuple(each for each in answer if each in ids) if isinstance(answer, tuple) else answer
    nothing: dict[str, Answer] = {"yes_no": "no", "one": question.none_id, "many": ()}
    return nothing.get(question.kind, USUAL.get(name, 30.0))


class Found(NamedTuple):
    """How a danger is noticed: after how many questions the person is warned, and the flag raised; LONGEST: never."""

    warned: int
    raised: int
    asked: tuple[str, ...]


def noticed(walker: Walker, person: Answers, flag: str, level: str, most: int) -> Found:
    """Talk with this person until the flag is raised, or until it is too late."""
    given: Answers = {}
    asked: list[str] = []
    warned = LONGEST
    while True:
        state = walker.state(given)
        assessment = state.assessment
        count = sum(name not in FIRST for name in asked)
        raised = flag in assessment.flags
        if RANK[assessment.urgency.level] >= RANK[level] and (raised or RANK[level] >= URGENT):
            warned = min(warned, count)
        question = next_question(state)
        if (raised and warned < LONGEST) or question is None or count > most:
            return Found(warned, count if raised else LONGEST, tuple(asked))
        asked.append(question.id)
        given |= record(question, answered(question, person))


def missing(walker: Walker, flag: str) -> str:
    """Why no talk comes to this flag in time; nothing when one does.

    Some talk has to raise it. An emergency has to be told soon to somebody who has it as urgently as can be, be it
    because of another danger.
    """
    rules = [rule for rule in walker.knowledge.rules_of("red_flag", card=flag) if not rule.lowered]
    rules.sort(key=lambda rule: -RANK[rule.level])
    worst = RANK[rules[0].level]
    in_time, raised = worst < URGENT, False
    tried: list[Found] = []
    for rule in rules:
        if len(tried) >= TRIES:
            break
        for person in itertools.islice(walker.ways.of(rule), WAYS):
            if rule.key not in walker.conclude(person).conclusion.rules:
                continue  # something concluded stands against it
            tried.append(noticed(walker, person, flag, rule.level, LATE))
            in_time = in_time or (RANK[rule.level] == worst and tried[-1].warned <= SOON)
            raised = raised or tried[-1].raised <= LATE
            if in_time and raised:
                return ""
    if not tried:
        return "no way to have it was found"
    best = min(tried)
    return f"{len(tried)} ways tried; {'warned late' if not in_time else 'not raised'}; the best: {best}"


@sampled(6)
def test_a_talk_comes_to_every_red_flag_in_time(every):
    walker = Walker(shared_knowledge())
    missed = {flag: why for flag in list(walker.knowledge.red_flags)[::every] if (why := missing(walker, flag))}
    assert not missed, "\n".join(f"{flag}: {why}" for flag, why in missed.items())


def test_no_part_of_a_danger_hides_behind_a_yes_that_the_rest_does_not_need():
    walker = Walker(shared_knowledge())
    for story, (flag, person) in HIDDEN_ONCE.items():
        assert flag in walker.conclude(person).flags, story
        level = max((rule.level for key in walker.conclude(person).conclusion.rules
                     if (rule := walker.knowledge.by_key[key]).card == flag), key=RANK.__getitem__)
        found = noticed(walker, person, flag, level, LATE)
        assert found.warned <= LATE, (story, found)


# --- wanderings


def any_reply(knowledge: Knowledge, question: Question, dice: random.Random, little: float) -> Answer:
    """Some answer of somebody who has little of what is asked."""
    if question.kind in ("number", "duration"):
        return dice.choice([*amounts(knowledge, question.findings[0]), NOT_SURE])
    ids = [choice.id for choice in question.choices]
    if question.kind in ("yes_no", "one"):
        return dice.choice(ids)
    lines = [name for name in ids if name not in (NONE, NOT_SURE)]
    chance = dice.random()
    if chance < 0.05:
        return NOT_SURE
    if chance < (little if question.kind == "checklist" else 0.3):
        return ()
    chosen: dict[str, str] = {}
    for name in dice.sample(lines, min(len(lines), dice.choice([1, 1, 1, 2, 3]))):
        base = name.partition(OPTION)[0]
        chosen[name if base in question.several or question.kind == "many" else base] = name
    return tuple(name for name in ids if name in chosen.values())


def test_every_wandering_ends_and_asks_nothing_twice():
    walker = Walker(shared_knowledge())
    for seed in range(int(os.environ.get("TRIAGE_WALKS", WALKS))):
        dice = random.Random(seed)
        little = dice.choice([0.5, 0.8, 0.95])
        given: Answers = {}
        asked: list[str] = []
        thorough = False
        while True:
            state = walker.state(given)
            question = next_question(state, thorough)
            if question is None and not thorough and why_ended(state) == "unlikely":
                thorough = True  # "Ask me the rest all the same"
                continue
            if question is None:
                break
            assert len(asked) < LONGEST, (seed, asked)
            assert question.id not in asked, (seed, question.id, asked)
            assert not set(question.findings) & set(given), (seed, question.id)
            asked.append(question.id)
            given |= record(question, any_reply(walker.knowledge, question, dice, little))
