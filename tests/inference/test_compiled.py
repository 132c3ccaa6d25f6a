"""The compiled evaluators conclude what the engine concludes, alone and in blocks, and suppose what would follow."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys

import msgspec
import pytest

from tests import sameness
from tests.conftest import ROOT, shared_engine
from tests.helpers import small
from tests.helpers.examples import sampled
from triage.inference.answers import complete
from triage.inference.compiled import Compiled, answer_columns
from triage.inference.compiled.codegen import LATE
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import NOT_SURE, Answers

_made: list[Compiled] = []


@pytest.fixture(scope="module")
def compiled(knowledge):
    if not _made:
        _made.append(Compiled(knowledge))
    return _made[0]


@pytest.fixture(scope="module")
def some(knowledge, stories):
    """A few hundred cases of every kind."""
    told = [story.answers for story in stories[::20]]
    return list(itertools.islice(sameness.cases(knowledge, told), 700))


@pytest.mark.parametrize("way", ["function", "bit sets", "experta", "walk"])
def test_each_evaluator_concludes_the_same(knowledge, some, way):
    found = sameness.ways(knowledge, ["function", way] if way != "function" else ["bit sets", "function"])
    assert next(sameness.differences(found, some), None) is None


def test_a_difference_would_be_found(knowledge, some):
    """The proof can fail: an evaluator that forgets one rule is noticed, and the case is named."""
    fired = Compiled(knowledge).conclude

    def forgetful(cases):
        for answers in cases:
            whole = fired(answers)
            yield msgspec.structs.replace(whole, rules=whole.rules[1:])

    found = {"whole": lambda cases: [fired(answers) for answers in cases], "forgetful": lambda c: list(forgetful(c))}
    name, answers, text = next(sameness.differences(found, some))
    assert name == "forgetful"
    assert fired(answers).rules[0] in text


def test_the_cases_of_the_proof_hold_each_rule_met_and_not_met(knowledge):
    """Every rule that answers alone decide fires in one of its own cases, and no more without one of its answers."""
    compiled = Compiled(knowledge)
    for rule in knowledge.rules[::97]:
        if any(part.fact.startswith(("red_flag.", "condition.")) for part in rule.parts):
            continue
        met = sameness.meeting(knowledge, rule)
        fires = [answers for answers in met if rule.key in compiled.conclude(answers).rules]
        assert fires, rule.key
        without = [{n: v for n, v in fires[0].items() if n != name} for name in fires[0]]
        assert not all(rule.key in compiled.conclude(answers).rules for answers in without), rule.key


@pytest.mark.parametrize("size", [1, 59, 60, 61, 700])
def test_the_size_of_a_block_changes_nothing(compiled, some, size):
    blocks = compiled.blocks(some[:200], size)
    assert [each for block in blocks for each in block.conclusions()] == [compiled.conclude(a) for a in some[:200]]


def test_the_order_of_answers_and_of_cases_changes_nothing(compiled, some):
    cases = some[:150]
    turned = [dict(reversed(answers.items())) for answers in cases]
    expected = list(compiled.conclude_many(cases))
    assert list(compiled.conclude_many(turned)) == expected
    assert list(compiled.conclude_many(cases[::-1])) == expected[::-1]
    assert [compiled.conclude(answers) for answers in turned] == expected


def test_nothing_is_remembered_from_one_block_to_the_next(compiled, some):
    first = list(compiled.conclude_many(some[:50]))
    list(compiled.conclude_many(some[50:]))
    assert list(compiled.conclude_many(some[:50])) == first


def test_no_cases_give_no_conclusions(compiled):
    assert list(compiled.conclude_many([])) == []
    assert list(compiled.blocks(iter(()))) == []


def test_what_is_no_finding_is_left_out(compiled):
    answers: Answers = {"pain.region": ("calf",), "no.such_finding": "yes"}
    without = compiled.conclude({"pain.region": ("calf",)})
    one, *_ = alike = [compiled.conclude(answers), *compiled.conclude_many([answers])]
    assert one.given == answers
    assert [msgspec.structs.replace(each, given=without.given) for each in alike] == [without, without]


def test_memory_of_answers_is_bounded(knowledge, monkeypatch):
    for module in ("answer_columns", "single_case"):
        monkeypatch.setattr(f"triage.inference.compiled.{module}.LARGEST", 20)
    compiled = Compiled(knowledge)
    engine = shared_engine()
    cases: list[Answers] = [{"onset.age": float(age), "pain.region": ("calf",)} for age in range(0, 300, 7)]
    expected = [engine.conclude(answers) for answers in cases]
    assert list(compiled.conclude_many(cases)) == expected
    assert [compiled.conclude(answers) for answers in cases] == expected
    assert max(len(known) for known in compiled.function.columns.read.values()) <= 20
    assert max(len(net._met) for net in compiled.bit_sets.nets) <= 20


@sampled(5)
def test_what_is_supposed_is_what_would_follow(knowledge, compiled, some, every):
    """For every value of every finding without an answer, rules come and go as they do in a whole conclusion."""
    early = {rule.key for rule in knowledge.rules if rule.kind not in LATE}
    looked = 0
    for answers in [{}, *some[150 : 650 : 50 * every]]:
        before = early & set(compiled.conclude(answers).rules)
        supposed = compiled.suppose(answers)
        given = complete(knowledge, answers)
        for name, finding in knowledge.findings.items():
            if name in given:
                assert not any(item[0] == name for item in supposed)
                continue
            if finding.parents and all(given.get(parent) == "no" for parent in finding.parents):
                continue
            items = [(name, value) for value in sameness.values(knowledge, finding) if isinstance(value, str)
                     or value == () or (isinstance(value, tuple) and len(value) == 1)]
            items = [item for item in items if item[1] != NOT_SURE and (item[1] != "none" or not finding.none_is)]
            then = compiled.conclude_many([{**answers, name: v} for _, v in items])
            for item, conclusion in zip(items, then, strict=True):
                after = early & set(conclusion.rules)
                assert {rule.key for rule in supposed.newly_fired(item)} == after - before, item
                assert {rule.key for rule in supposed.no_longer_fired(item)} == before - after, item
                assert (item in list(supposed)) == (after != before)
                looked += 1
    assert looked > 3000 / every


def test_numbers_and_times_are_supposed_so_that_each_bound_is_met(knowledge, compiled):
    """Each rule that asks for one number alone comes with a value that is supposed, the bound itself among them."""
    supposed = compiled.suppose({})
    brought = {rule.key: [] for rule in knowledge.rules}
    for item in supposed:
        for rule in supposed.newly_fired(item):
            brought[rule.key].append(item[1])
    alone = [rule for rule in knowledge.rules if len(rule.parts) == 1 and rule.parts[0].op
             and rule.parts[0].fact in knowledge.findings and rule.kind not in LATE]
    assert len(alone) > 20
    for rule in alone:
        assert brought[rule.key]
        assert (rule.parts[0].bound in brought[rule.key]) == rule.parts[0].holds(rule.parts[0].bound)


def test_the_generated_function_can_be_read(compiled):
    """One line a rule, and nothing but sets of cases put together."""
    text = compiled.function.text
    assert text.startswith("def conclude(c):\n")
    assert "def close(" in text
    assert "import" not in text


@pytest.mark.parametrize("damage", [
    ("conditions/sore_calf.yaml", "level: common", "level: rare"),
    ("conditions/sore_calf.yaml", "fits_well_never: [{pain.alarm: bad}]", "fits_well_never: [{pain.hot: yes}]"),
    ("derived/recent.yaml", "<= 4 weeks", "< 4 weeks"),
    ("knowledge.yaml", "group_share: 0.5", "group_share: 0.25"),
    ("knowledge.yaml", "group_others: 2", "group_others: 0"),
    ("knowledge.yaml", "cap: 3.0  ", "cap: 1.0  "),
    ("knowledge.yaml", "against_cap: -2.3", "against_cap: -0.1"),
    ("knowledge.yaml", "danger_groups: 2", "danger_groups: 1"),
    ("knowledge.yaml", "fits_well_groups: 2", "fits_well_groups: 1"),
])
def test_other_cards_and_settings_are_followed_too(tmp_path, damage):
    """Nothing of the shipped knowledge is built into the evaluators; small cards, their answers in combinations."""
    rules = small.write(tmp_path)
    name, old, new = damage
    text = (rules / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (rules / name).write_text(text.replace(old, new), encoding="utf-8")
    knowledge = reader.load(rules)
    names = ["pain.age", "pain.since", "pain.swollen", "pain.hot", "pain.pressed", "pain.region", "pain.shoes"]
    every = [sameness.values(knowledge, knowledge.findings[name]) for name in names]
    cases = [
        {name: value for name, value in zip(names, choice, strict=True) if value is not None}
        for choice in itertools.product(*([*values[:1], *values[2:5:2], None] for values in every))
    ]
    found = sameness.ways(knowledge, ["function", "bit sets", "experta"])
    assert next(sameness.differences(found, cases[::3]), None) is None
    assert Engine(knowledge).conclude(cases[0]) == Compiled(knowledge).conclude(cases[0])


@pytest.mark.slow
def test_every_hash_seed_gives_the_same(tmp_path):
    """Three processes, three seeds, one digest of the conclusions of both evaluators."""
    code = f"""
import hashlib, itertools, pathlib, msgspec
from tests import sameness
from triage.knowledge import reader
from triage.verification import scenarios
root = pathlib.Path({str(ROOT)!r})
knowledge = reader.load(root / "rules")
told = [story.answers for story in scenarios.read(knowledge, root / "tests" / "scenarios" / "clot_signs.yaml")]
some = list(itertools.islice(sameness.cases(knowledge, told), 150))
ways = sameness.ways(knowledge, ["function", "bit sets"])
print(hashlib.sha256(b"".join(msgspec.json.encode(way(some), enc_hook=dict) for way in ways.values())).hexdigest())
"""
    digests = set()
    for seed in ("0", "1", "4711"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
                              env={**os.environ, "PYTHONHASHSEED": seed})
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == len(hashlib.sha256().hexdigest())


def test_columns_keep_what_they_are_given_apart(knowledge):
    """A column has just the cases that said so."""
    made = answer_columns.Columns(knowledge)
    got = made.of([{"pain.side": "left"}, {"pain.side": "right"}, {}, {"pain.side": "left"}])
    assert answer_columns.members(got[made.number["pain.side", "left"]]) == [0, 3]
    assert answer_columns.members(got[made.number["pain.side", "right"]]) == [1]
