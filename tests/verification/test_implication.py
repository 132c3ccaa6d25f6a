"""What can hold together, and what brings what, is decided as the answers of people decide it."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.helpers import small
from tests.helpers.criteria import alternatives
from triage.inference.answers import complete
from triage.knowledge import reader
from triage.model import NONE, Criterion, Knowledge
from triage.verification.implication import Logic


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory) -> Knowledge:
    return reader.load(small.write(tmp_path_factory.mktemp("logic")))


@pytest.fixture(scope="module")
def logic(knowledge) -> Logic:
    return Logic(knowledge)


@pytest.mark.parametrize(("when", "possible"), [
    ({"pain.region": "calf", "pain.site": "calf_low"}, True),
    ({"pain.region": {"none_of": ["calf"]}, "pain.site": "calf_low"}, False),
    ({"pain.region": {"none_of": ["calf"]}, "pain.site": ["calf_low", "heel_back"]}, True),
    ({"pain.region": {"none_of": ["calf", "heel"]}, "pain.site": ["calf_low", "heel_back"]}, False),
    ({"pain.hot": "yes", "pain.swollen": "no"}, False),
    ({"pain.hot": "no", "pain.swollen": "no"}, True),
    ({"derived.recent": "yes", "pain.since": "> 4 weeks"}, False),
    ({"derived.recent": "yes", "pain.since": ">= 4 weeks"}, True),
    ({"derived.recent_calf": "yes", "pain.since": "> 4 weeks"}, False),
    ({"pain.age": "< 0"}, False), ({"pain.age": "<= 0"}, True), ({"pain.age": "> 120"}, False),
    ({"pain.pressed": {"none_of": ["my_pain", "no_pain"]}}, True),
    ({"score.signs": ">= 3"}, True),
])
def test_what_can_hold_together(logic, when, possible):
    (parts,) = alternatives(when)
    assert bool(logic.conjunctions(parts)) == possible


@pytest.mark.parametrize(("this", "that", "brings"), [
    ({"pain.age": ">= 60"}, {"pain.age": ">= 40"}, True),
    ({"pain.age": ">= 40"}, {"pain.age": ">= 60"}, False),
    ({"pain.age": "> 40"}, {"pain.age": ">= 40"}, True),
    ({"pain.age": ">= 40"}, {"pain.age": "> 40"}, False),
    ({"pain.age": "== 40"}, {"pain.age": "<= 40"}, True),
    ({"pain.region": "calf"}, {"pain.region": ["calf", "heel"]}, True),
    ({"pain.region": ["calf", "heel"]}, {"pain.region": "calf"}, False),
    ({"pain.region": {"none_of": ["calf", "heel"]}}, {"pain.region": {"none_of": ["calf"]}}, True),
    ({"pain.region": {"none_of": ["calf"]}}, {"pain.region": {"none_of": ["calf", "heel"]}}, False),
    ({"pain.region": "calf"}, {"pain.region": {"none_of": ["heel"]}}, False),  # both can be ticked
    ({"pain.pressed": "my_pain"}, {"pain.pressed": {"none_of": ["no_pain"]}}, True),  # of these only one
    ({"derived.recent_calf": "yes"}, {"derived.recent": "yes"}, True),
    ({"derived.recent": "yes"}, {"derived.recent_calf": "yes"}, False),
    ({"pain.since": "< 1 week"}, {"derived.recent": "yes"}, True),
    ({"score.signs": ">= 3"}, {"score.signs": ">= 2"}, True),
    # a follow-up and its "not sure" above can stand side by side, so neither brings the other
    ({"pain.hot": "yes"}, {"pain.swollen": "yes"}, False),
    ({"pain.site": "calf_low"}, {"pain.region": "calf"}, False),
])
def test_what_brings_what(logic, this, that, brings):
    (first,), (second,) = alternatives(this), alternatives(that)
    assert logic.implies(logic.conjunctions(first), logic.conjunctions(second)) == brings


def test_nothing_brings_less_when_not_sure_will_do(knowledge, logic):
    lowered = [rule for rule in knowledge.rules_of("red_flag", card="clot_signs") if rule.lowered]
    outright = [rule for rule in knowledge.rules_of("red_flag", card="clot_signs") if not rule.lowered]
    (rule,) = [rule for rule in lowered if rule.unsure == (False, True)]
    assert logic.implies(logic.of_rule(outright[0]), logic.of_rule(rule))
    assert not logic.implies(logic.of_rule(rule), logic.of_rule(outright[0]))


VALUES = {
    "pain.age": [39.0, 40.0, 50.0, 60.0, 61.0], "pain.since": [6.0, 7.0, 14.0, 28.0, 29.0],
    "pain.swollen": ["yes", "no"], "pain.hot": ["yes", "no"], "pain.pressed": ["my_pain", "no_pain", NONE],
    "pain.region": [(), ("heel",), ("calf",), ("heel", "calf")],
    "pain.site": [(), ("heel_back",), ("calf_low",), ("heel_back", "calf_low")],
}
"""Answers on each side of each bound."""
BOUNDS = {"pain.age": [40.0, 60.0], "pain.since": [7.0, 28.0]}


def some_part(dice: random.Random) -> Criterion:
    name = dice.choice([*VALUES, "derived.recent", "derived.recent_calf"])
    if name.startswith("derived."):
        return Criterion(name, any_of=("yes",))
    if name in ("pain.age", "pain.since"):
        return Criterion(name, op=dice.choice([">=", "<=", ">", "<", "=="]), bound=dice.choice(BOUNDS[name]))
    options = {option for value in VALUES[name] for option in (value if isinstance(value, tuple) else (value,))}
    options.discard(NONE)
    chosen = tuple(sorted(dice.sample(sorted(options), dice.randint(1, len(options)))))
    return Criterion(name, none_of=chosen) if dice.random() < 0.3 else Criterion(name, any_of=chosen)


def cases(knowledge: Knowledge) -> list[dict[str, object]]:
    """All answers to everything that make sense: a follow-up and what it belongs to do not contradict."""
    out = []
    for values in itertools.product(*VALUES.values()):
        answers = dict(zip(VALUES, values, strict=True))
        inside = {"heel_back": "heel", "calf_low": "calf"}
        if answers["pain.hot"] == "yes" and answers["pain.swollen"] == "no":
            continue
        if any(inside[place] not in answers["pain.region"] for place in answers["pain.site"]):
            continue
        assert complete(knowledge, answers) == answers
        recent = answers["pain.since"] <= 28
        answers["derived.recent"] = "yes" if recent else "no"
        answers["derived.recent_calf"] = "yes" if recent and "calf" in answers["pain.region"] else "no"
        out.append(answers)
    return out


def test_on_all_answers_of_a_small_world_the_logic_is_exact(knowledge, logic):
    """Random lines of up to three parts: possible just when some answers meet them, bringing only what holds then."""
    dice = random.Random(7)
    world = cases(knowledge)
    lines = [tuple(some_part(dice) for _ in range(dice.randint(1, 3))) for _ in range(120)]
    met = [{i for i, answers in enumerate(world) if all(part.holds(answers[part.fact]) for part in parts)}
           for parts in lines]
    written = [logic.conjunctions(parts) for parts in lines]
    assert [bool(each) for each in written] == [bool(each) for each in met]
    assert 10 < sum(map(bool, met)) < 120
    found = 0
    for i, j in itertools.permutations(range(len(lines)), 2):
        if met[i] and logic.implies(written[i], written[j]):
            found += 1
            assert met[i] <= met[j], (lines[i], lines[j])
    assert found > 100
