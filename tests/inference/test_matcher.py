"""The indexed matcher finds the activations that experta's own finds, and refuses what it cannot match exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.examples import examples
from triage.inference.experta._experta import AND, ExpertaRule, Fact, KnowledgeEngine, L, P
from triage.inference.experta.matcher import CardOrder, IndexedMatcher

MANY = examples(300)


class Pain(Fact):
    pass


class Onset(Fact):
    pass


TESTS = {
    "any": P(lambda value: True), "big": P(lambda value: value > 1), "one": 1, "two": L(2),
    "even": P(lambda value: value % 2 == 0),
}
KINDS = [Pain, Onset]
SLOTS = ["a", "b"]
patterns = st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(sorted(TESTS))))
facts = st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(SLOTS), st.integers(0, 3)))
steps = st.lists(st.one_of(
    st.tuples(st.just("declare"), st.lists(facts, min_size=1, max_size=3)),
    st.tuples(st.just("retract"), st.integers(0, 5)),
    st.tuples(st.just("run"), st.none()),
), max_size=8)


def engine_of(rules, matcher=None):
    """An engine of these rules, each a list of patterns, that notes which rule fired on which facts."""
    noted: list[tuple[str, frozenset]] = []
    made = {}
    for i, wanted in enumerate(rules):
        def fire(engine, name=f"rule_{i}"):
            noted.append(name)

        fire.__name__ = f"rule_{i}"
        asked = [kind(**{slot: TESTS[test] for slot, test in slots.items()}) for kind, slots in wanted]
        made[f"rule_{i}"] = ExpertaRule(*asked)(fire)
    ours = {} if matcher is None else {"__matcher__": matcher}
    # The exact strategy for both: experta's own may fire what no longer holds.
    engine = type("Engine", (KnowledgeEngine,), {"__strategy__": CardOrder, **ours, **made})()
    return engine, noted


def play(engine, noted, script):
    """What fired after each step."""
    engine.reset()
    noted.clear()
    seen = []
    for act, what in script:
        if act == "declare":
            engine.declare(*(kind(**slots) for kind, slots in what))
        elif act == "retract":
            known = [number for number in engine.facts if number > 0]
            if what < len(known):
                engine.retract(known[what])
        else:
            engine.run()
        seen.append(sorted(noted))
    engine.run()
    return [*seen, sorted(noted)]


@MANY
@given(st.lists(st.lists(patterns, max_size=3), min_size=1, max_size=6), st.lists(steps, min_size=1, max_size=2))
def test_it_fires_what_stock_experta_fires(rules, scripts):
    stock, stock_noted = engine_of(rules)
    ours, our_noted = engine_of(rules, IndexedMatcher)
    for script in scripts:  # the second after a reset
        assert play(ours, our_noted, script) == play(stock, stock_noted, script)


def test_a_rule_fires_for_every_pair_of_facts():
    engine, noted = engine_of([[(Pain, {"a": "big"}), (Pain, {"a": "any"})]], IndexedMatcher)
    assert play(engine, noted, [("declare", [(Pain, {"a": 2}), (Pain, {"a": 3})])])[-1] == ["rule_0"] * 4


def test_a_rule_that_asks_for_the_same_twice_asks_once():
    engine, noted = engine_of([[(Pain, {"a": "big"}), (Pain, {"a": "big"})]], IndexedMatcher)
    assert play(engine, noted, [("declare", [(Pain, {"a": 2}), (Pain, {"a": 3})])])[-1] == ["rule_0"] * 2


def test_a_rule_may_group_its_facts_with_and():
    noted = []

    class Engine(KnowledgeEngine):
        __matcher__ = IndexedMatcher

        @ExpertaRule(AND(Pain(a=1), Onset(b=2)))
        def both(self):
            noted.append("both")

    engine = Engine()
    engine.reset()
    engine.declare(Pain(a=1))
    engine.run()
    assert noted == []
    engine.declare(Onset(b=2))
    engine.run()
    assert noted == ["both"]


def test_values_that_are_equal_but_of_another_type_are_told_apart():
    noted = []

    class Engine(KnowledgeEngine):
        __matcher__ = IndexedMatcher

        @ExpertaRule(Pain(a=P(lambda value: isinstance(value, float))))
        def number(self):
            noted.append("number")

    engine = Engine()
    for value, fires in ((1, 0), (1.0, 1), (True, 1), (1.0, 2)):
        engine.reset()
        engine.declare(Pain(a=value))
        engine.run()
        assert len(noted) == fires


def test_a_rule_fires_in_the_order_it_is_given_and_by_salience_first():
    noted = []

    def rule(name, salience=0):
        def fire(engine):
            noted.append(name)

        fire.__name__ = name
        return ExpertaRule(Pain(a=1), salience=salience)(fire)

    strategy = type("Order", (CardOrder,), {"order": {"second": 1, "first": 0, "third": 2}})
    engine = type("Engine", (KnowledgeEngine,), {
        "__matcher__": IndexedMatcher, "__strategy__": strategy,
        "second": rule("second"), "third": rule("third"), "first": rule("first"), "urgent": rule("urgent", 1),
    })()
    engine.reset()
    engine.declare(Pain(a=1))
    engine.run()
    assert noted == ["urgent", "first", "second", "third"]


def test_what_no_longer_holds_does_not_fire():
    """Stock experta looks at three places of its agenda only, and fires some of these."""
    engine, noted = engine_of([[(Pain, {"a": "any"})]] * 50, IndexedMatcher)
    script = [("declare", [(Pain, {"a": 1})]), ("retract", 0), ("run", None)]
    assert play(engine, noted, script)[-1] == []


@pytest.mark.parametrize(("pattern", "word"), [
    (~Pain(a=1), "NOT"), (Pain(a=1) | Pain(a=2), "OR"), (Pain(a=L(1) | L(2)), "ORFC"), (Pain(a=~L(1)), "NOTFC"),
    ("fact" << Pain(a=1), "variable"), (Pain(a="x" << P(bool)), "variable"), (Pain(a__b=1), "nested"),
])
def test_what_it_cannot_match_exactly_is_refused_with_the_name_of_the_rule(pattern, word):
    def careless(engine):
        raise AssertionError

    kind = type("Engine", (KnowledgeEngine,), {
        "__matcher__": IndexedMatcher, "careless": ExpertaRule(pattern)(careless),
    })
    with pytest.raises(TypeError, match=f"'careless' uses .*{word}"):
        kind()


def test_memory_of_values_is_bounded(monkeypatch):
    monkeypatch.setattr("triage.inference.experta.matcher.LARGEST", 10)
    engine, noted = engine_of([[(Pain, {"a": "big"})]], IndexedMatcher)
    for value in range(100):
        assert play(engine, noted, [("declare", [(Pain, {"a": value})])])[-1] == ["rule_0"] * (value > 1)
    assert len(engine.matcher._known) <= 10
