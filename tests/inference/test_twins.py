"""Other evaluators of the same rules, CLIPS and a plain walk among them, conclude what the engine concludes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks import cases, evaluators
from tests.benchmarks.slices import SHELVES, sliced
from tests.conftest import shared_engine, shared_knowledge
from tests.helpers import strategies
from tests.helpers.clips import Clips
from tests.helpers.examples import examples
from tests.helpers.walk import Walk

FEW = examples(60)

any_answers = st.deferred(lambda: strategies.answers(shared_knowledge()) | strategies.sick_answers(shared_knowledge()))


@pytest.fixture(scope="module")
def walk(knowledge):
    return Walk(knowledge)


@pytest.fixture(scope="module")
def clips(knowledge):
    return Clips(knowledge)


def test_clips_and_a_plain_walk_agree_with_the_engine_on_stories(engine, walk, clips, stories):
    for story in stories[::20]:
        fired = engine.conclude(story.answers)
        assert walk.conclude(story.answers) == fired
        assert clips.conclude(story.answers) == fired


@FEW
@given(any_answers)
def test_clips_and_a_plain_walk_agree_with_the_engine_on_random_answers(walk, clips, answers):
    fired = shared_engine().conclude(answers)
    assert walk.conclude(answers) == fired
    assert clips.conclude(answers) == fired


def test_a_used_environment_of_clips_concludes_like_a_fresh_one(knowledge, clips, stories):
    for story in stories[::400]:
        assert Clips(knowledge).conclude(story.answers) == clips.conclude(story.answers)


def test_clips_keeps_nothing_of_the_cases_before(knowledge, stories):
    """clipspy by itself keeps every fact that there ever was, and becomes slower and slower."""
    used = Clips(knowledge)
    held = []
    for _ in range(3):
        for story in stories[::40]:
            used.conclude(story.answers)
        held.append(used.memory)
    assert held[2] <= held[0] * 1.01


def test_every_evaluator_of_the_benchmarks_agrees_on_a_slice_of_the_rules(knowledge, stories):
    small = sliced(knowledge, 300)
    full = cases.cases(knowledge, stories, 6)
    names = [name for name in evaluators.ALL if name not in evaluators.missing()]
    acts = {name: evaluators.one_by_one(name, evaluators.built(name, small)) for name in names}
    # One evaluator after the other: experta keeps the nodes of one engine only in its cache.
    fired = {name: [act(answers) for answers in full] for name, act in acts.items()}
    assert all(found == fired[evaluators.EXPERTA] for found in fired.values())
    assert any(each.rules for each in fired[evaluators.EXPERTA])


def test_a_slice_of_the_rules_stands_by_itself(knowledge):
    before: set[str] = set()
    for size in (100, 300, 600, 1200):
        small = sliced(knowledge, size)
        assert abs(len(small.rules) - size) <= 0.05 * size
        assert before <= set(small.order)
        before = set(small.order)
        known = {*small.findings, *(f"derived.{name}" for name in small.derived), *(f"score.{n}" for n in small.scores),
                 *(f"red_flag.{name}" for name in small.red_flags), *(f"condition.{n}" for n in small.conditions)}
        assert {part.fact for rule in small.rules for part in rule.parts} <= known
        there = {name for shelf in SHELVES for name in getattr(small, shelf)}
        for card in (*small.conditions.values(), *small.red_flags.values()):
            assert {*card.self_checks, *card.care, *getattr(card, "suspects", [])} <= there
