"""The engine concludes what the cards say, every time, in every order, in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT, RULES, shared_engine, shared_knowledge
from tests.helpers import reference, strategies
from tests.helpers.examples import examples, sampled
from triage.inference.assessment import RANK, assess, severity
from triage.inference.experta.engine import Engine
from triage.model import NOT_SURE, Answers, Assessment
from triage.records import answers_file

MANY = examples(150)
FEW = examples(40)

any_answers = st.deferred(lambda: strategies.answers(shared_knowledge()) | strategies.sick_answers(shared_knowledge()))


def conclude(answers: Answers) -> Assessment:
    return assess(shared_knowledge(), shared_engine().conclude(answers))


def rank(assessment: Assessment) -> tuple[int, int]:
    urgency = assessment.urgency
    return RANK[urgency.level], -urgency.within_days


def agree(answers: Answers) -> None:
    """experta and the plain evaluator conclude the same."""
    fired = shared_engine().conclude(answers)
    second = reference.Conclusion(reference.load(RULES), answers)
    assert fired.derived == dict(sorted(second.derived.items()))
    assert fired.scores == {k: second.scores[k] for k in fired.scores}
    assert set(fired.scores) == set(second.scores)
    assert fired.bands == second.bands
    by_key = {rule.key: rule for rule in shared_knowledge().rules}
    rules = [by_key[key] for key in fired.rules]
    flags: dict[str, tuple[int, int, int]] = {}
    for rule in rules:
        if rule.kind == "red_flag":
            flags[rule.card] = max(flags.get(rule.card, (0, 0, 0)), severity(rule))
    assert flags == second.flags
    assert {r.card for r in rules if r.kind == "interlock"} == second.locks
    assert {r.card for r in rules if r.kind == "must_not"} == second.must_not
    assessment = assess(shared_knowledge(), fired)
    weights = {c.id: c.weight for c in assessment.conditions}
    assert weights == pytest.approx({name: second.weights[name] for name in weights}, abs=1e-5)


@sampled(20)
def test_a_plain_evaluator_agrees_on_every_story(story_set, every):
    for story in story_set[::every]:
        agree(story.answers)


def test_a_plain_evaluator_agrees_on_real_cases(knowledge):
    """Published cases, encoded by what the person could tell, blind to their diagnosis."""
    files_of_cases = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
    assert len(files_of_cases) == 69
    for path in files_of_cases:
        agree(answers_file.answers(knowledge, str(path)))


@MANY
@given(any_answers)
def test_a_plain_evaluator_agrees_on_random_answers(answers):
    agree(answers)


@sampled(40)
def test_a_plain_evaluator_agrees_where_each_rule_just_holds_and_just_does_not(knowledge, every):
    """Every rule with its own findings only: met, each part taken away, each part not sure."""
    seen = set()
    for rule in knowledge.rules[::every]:
        if rule.lowered or any(part.fact not in knowledge.findings for part in rule.parts):
            continue
        met = {}
        for part in rule.parts:
            finding = knowledge.findings[part.fact]
            if part.op:
                step = {">=": 0.0, "<=": 0.0, "==": 0.0, ">": 1.0, "<": -1.0}[part.op]
                met[part.fact] = part.bound + step
            elif part.none_of:
                met[part.fact] = ()
            else:
                met[part.fact] = (part.any_of[0],) if finding.kind == "many" else part.any_of[0]
        cases = [met]
        for name in met:
            cases += [{k: v for k, v in met.items() if k != name}, {**met, name: NOT_SURE}]
        for case in cases:
            key = tuple(sorted(case.items()))
            if key not in seen:
                seen.add(key)
                agree(case)
    assert len(seen) > 2000 / every


@FEW
@given(any_answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers, random):
    names = list(answers)
    random.shuffle(names)
    assert conclude({name: answers[name] for name in names}) == conclude(answers)


@MANY
@given(any_answers, st.data())
def test_one_more_red_flag_never_lowers_the_urgency(answers, data):
    knowledge = shared_knowledge()
    before = conclude(answers)
    more = data.draw(strategies.sick_answers(knowledge))
    added = {name: value for name, value in more.items() if name not in before.answers}
    after = conclude({**answers, **added})
    if set(after.flags) > set(before.flags):
        assert rank(after) >= rank(before)
    assert set(after.flags) >= set(before.flags)


@MANY
@given(any_answers, st.data())
def test_not_sure_is_never_less_urgent_than_no(answers, data):
    knowledge = shared_knowledge()
    yes_no = [name for name, finding in knowledge.findings.items() if finding.kind == "yes_no"]
    name = data.draw(st.sampled_from([n for n in answers if n in yes_no] or yes_no))
    unsure, no = conclude({**answers, name: NOT_SURE}), conclude({**answers, name: "no"})
    assert rank(unsure) >= rank(no)


@FEW
@given(any_answers, st.data())
def test_back_is_as_if_it_had_never_been_answered(answers, data):
    knowledge = shared_knowledge()
    free = [name for name in knowledge.findings if name not in answers]
    name = data.draw(st.sampled_from(free))
    before = conclude(answers)
    conclude({**answers, name: data.draw(strategies.answer(knowledge.findings[name]))})
    assert conclude(answers) == before


@FEW
@given(any_answers)
def test_no_touch_is_offered_while_its_interlock_holds(answers):
    knowledge = shared_knowledge()
    result = conclude({**dict.fromkeys(knowledge.emergency, "no"), **answers})
    by_key = {rule.key: rule for rule in knowledge.rules}
    locks = {by_key[key].card for key in result.conclusion.rules if by_key[key].kind in ("interlock", "must_not")}
    for name in (*result.self_checks, *result.care):
        card = knowledge.self_checks.get(name) or knowledge.care[name]
        assert not locks & {*card.blocked_by, name}


def test_nothing_is_concluded_from_silence(knowledge, engine):
    result = assess(knowledge, engine.conclude({}))
    assert result.urgency.level == "self_care"
    assert result.conditions == ()
    assert result.self_checks == ()


@sampled(10)
def test_no_touch_is_offered_before_the_emergency_screens_are_answered(knowledge, engine, story_set, every):
    for story in story_set[::every]:
        bare = {name: value for name, value in story.answers.items() if name not in knowledge.emergency}
        result = assess(knowledge, engine.conclude(bare))
        missing = [name for name in knowledge.emergency if name not in result.answers]
        if missing:
            cards = [knowledge.self_checks.get(n) or knowledge.care[n] for n in (*result.self_checks, *result.care)]
            assert all(card.safe_for_all for card in cards)


@sampled(10)
def test_stock_experta_fires_the_same_rules(knowledge, stories, every):
    """With experta's own agenda and its sweep after every firing nothing is different."""
    stock = Engine(knowledge, stock=True)
    ours = Engine(knowledge)
    asked = [story.answers for story in stories[:: 20 * every]]
    # One engine after the other: experta keeps the nodes of one engine only in its cache.
    assert [stock.conclude(answers) for answers in asked] == [ours.conclude(answers) for answers in asked]


@sampled(5)
def test_a_used_engine_concludes_like_a_fresh_one(knowledge, engine, stories, every):
    for story in stories[:: 150 * every]:
        assert Engine(knowledge).conclude(story.answers) == engine.conclude(story.answers)


def test_every_process_gives_the_same_bytes(tmp_path: Path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({
        "screens": "no", "person.age": 45, "pain.region": ["heel", "calf"],
        "pain.site": ["heel_back", "calf_lower_inner"],
        "pain.side": "left", "onset.age": "3 weeks", "activity.regular": ["running"], "activity.terrain": ["hills"],
    }))
    seen = set()
    for seed in ("0", "1", "4711"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-m", "triage", "assess", str(answers), "--json"],
                              capture_output=True, env=env, check=True)
        seen.add(done.stdout)
    assert len(seen) == 1


def test_the_trace_names_facts_and_rules(engine):
    lines = engine.trace({"onset.age": 3.0, "pain.region": ("calf",), "pain.side": "left"})
    assert any("Onset(age=3.0)" in line for line in lines)
    assert any("fire recent/onset.age<=28" in line for line in lines)
