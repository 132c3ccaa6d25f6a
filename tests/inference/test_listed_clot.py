"""Beside a clot that is named at all nothing touches or trains a calf, in a grid of sore calves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from tests.conftest import shared_compiled, shared_knowledge
from tests.helpers.examples import sampled
from triage.inference.assessment import assess, severity
from triage.model import RANK, Answer, Answers, Assessment, Knowledge

HANDS, TRAINING = {"no_press", "no_squeeze"}, {"no_stretch", "no_load"}
"""What is done to a calf with hands, and with its own weight."""

GRID: dict[str, list[Answer | None]] = {
    "pain.region": [("calf",), ("calf", "heel"), ("knee_back",), ("whole_leg",), ("shin",)],
    "pain.side": ["left", "both", None],
    "onset.age": [3.0, 21.0, 42.0, 400.0],
    "onset.trigger": ["load", "moment", "blow", "nothing"],
    "onset.again_after_better": ["no", "yes"],
    "pain.rest": ["no", "yes"],
    "swelling.extent": ["no_swelling", "ankle_foot", "whole_calf", None],
    "history.clot_strong": [(), ("cancer",)],
    "history.clot_weak": [(), ("travel",), "not_sure", None],
}
"""Acute and chronic, with and without swelling, with each kind of risk and of beginning; None: nobody has asked."""

KNOWN: Answers = {
    "person.age": 38.0, "onset.worse_4_weeks": "no", "onset.speed": "days", "pain.push_off": "yes",
    "pain.warm_up": "eases", "activity.load_jump": "yes", "activity.regular": ("running",), "activity.terrain": "hills",
    "medicine.fluoroquinolone": "no", "nerve.burning": "no", "history.blood_thinner": "no", "history.avoid_nsaid": (),
    "history.diabetes": "no", "history.numb_feet": "no", "history.weak_host": "no",
}


def calves(knowledge: Knowledge, every: int) -> Iterator[Answers]:
    known = dict.fromkeys(knowledge.emergency, "no") | KNOWN
    for values in itertools.islice(itertools.product(*GRID.values()), 0, None, every):
        yield known | {name: value for name, value in zip(GRID, values, strict=True) if value is not None}


class Outcome(NamedTuple):
    given: Answers
    clot: str
    """Its band; nothing when it is not listed."""
    urgency: tuple[int, int, int]
    hands: list[str]
    training: list[str]
    """What is offered of the cards that a lock of these may close."""


@cache
def outcomes(every: int) -> list[Outcome]:
    """What comes of one in so many of the grid: an odd number, so that every value of every answer is met."""
    knowledge, compiled = shared_knowledge(), shared_compiled()
    cards = {**knowledge.self_checks, **knowledge.care}

    def outcome(assessment: Assessment) -> Outcome:
        band = next((ranked.band for ranked in assessment.conditions if ranked.id == "dvt"), "")
        hands, training = ([name for name in (*assessment.self_checks, *assessment.care)
                            if locks & {*cards[name].blocked_by}] for locks in (HANDS, TRAINING))
        return Outcome(assessment.given, band, severity(assessment.urgency), hands, training)

    return [outcome(assess(knowledge, each)) for each in compiled.conclude_many(calves(knowledge, every))]


@sampled(17)
def test_nothing_touches_or_trains_a_calf_while_a_clot_is_listed(every):
    some = outcomes(every)
    listed = [each for each in some if each.clot]
    assert len(some) > len(listed) > len(some) / 10
    wrong = [each for each in listed if each.hands or each.training]
    assert not wrong, f"{len(wrong)} of {len(some)}: {wrong[0]}"
    assert any(each.hands for each in some)  # else this would hold of nothing
    assert any(each.training for each in some)


@sampled(17)
def test_a_clot_that_fits_well_is_seen_within_three_days(every):
    fitting = [each.urgency for each in outcomes(every) if each.clot == "fits_well"]
    assert min(fitting) == (RANK["book"], -3, 0)
    assert max(fitting) >= (RANK["today"], 0, 0)


@sampled(17)
def test_small_risks_of_a_clot_are_asked_before_a_hand_touches_the_leg(every):
    assert all("history.clot_weak" in each.given for each in outcomes(every) if each.hands)


@pytest.mark.parametrize("lock", sorted(HANDS | TRAINING))
def test_each_of_these_locks_says_why(lock):
    knowledge = shared_knowledge()
    rules = [rule for rule in knowledge.rules_of("interlock", card=lock)
             if any(part.fact == "condition.dvt" for part in rule.parts)]
    assert [set(rule.parts[0].any_of) for rule in rules] == [{"possible", "fits_well"}]
    assert all(rule.why for rule in rules)


def test_a_runner_with_a_plain_strain_is_still_offered_exercises(knowledge):
    """Movement-bound, no swelling, no risk: no clot is listed, and stretching and strength stay."""
    known = dict.fromkeys(knowledge.emergency, "no") | KNOWN | {
        "pain.region": ("calf",), "pain.site": ("calf_deep",), "pain.side": "left", "onset.age": 10.0,
        "pain.rest": "no", "onset.trigger": "load", "onset.again_after_better": "no", "swelling.extent": "no_swelling",
        "history.clot_strong": (), "history.clot_weak": (),
    }
    assessment = assess(knowledge, shared_compiled().conclude(known))
    assert "dvt" not in [ranked.id for ranked in assessment.conditions]
    assert {"calf_stretch", "calf_strength"} <= set(assessment.care)
