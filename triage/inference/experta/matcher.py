"""Which rules may fire, and in which order? An indexed matcher and an exact strategy for experta.

For engines whose rules are conjunctions of facts, each slot holding a value or a predicate, without variables, `NOT` or
`OR`. The matcher is TREAT (Miranker, AAAI 1987): memories of the facts that meet a pattern, and no memories of joins.
Rules, facts and activations are experta's own; put both into an engine by `__matcher__` and `__strategy__`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from triage.inference.experta._experta import (
    AND,
    Activation,
    ConditionalElement,
    Fact,
    InitialFact,
    L,
    Matcher,
    P,
    Strategy,
)

Test = Callable[[Any], Any]

LARGEST = 50_000
"""So many values are remembered with the patterns they meet; then it begins anew, so that memory stays bounded."""


class IndexedMatcher(Matcher):  # type: ignore[misc]
    """Looks patterns up by the fact's class, slot and value; a reset is two new dictionaries.

    Predicates are asked once for each value, so they must depend on nothing else. Raises TypeError for a rule that it
    cannot match exactly, when the engine is built.
    """

    def __init__(self, engine: Any) -> None:
        super().__init__(engine)
        self._rules_of: list[list[tuple[Any, tuple[int, ...]]]] = []  # pattern -> rules, each with its other patterns
        self._needs: list[int] = []  # pattern -> how many slots it tests
        self._bare: dict[type, list[int]] = {}  # class -> patterns that ask for the class alone
        self._tests: dict[tuple[type, Any], dict[Any, tuple[Test, list[int]]]] = {}  # class, slot -> tests -> patterns
        self._known: dict[tuple[type, Any, type, Any], tuple[int, ...]] = {}  # class, slot, value -> patterns
        numbers: dict[Any, int] = {}
        for rule in engine.get_rules():
            mine: list[int] = []
            for pattern in dict.fromkeys(_patterns(rule)):  # asked twice in the same words, experta asks once
                mine.append(self._number(rule, pattern, mine, numbers))
            unbound = rule.new_conditions(*rule)  # experta hands the engine over when it fires; this one holds none yet
            for number in mine:
                self._rules_of[number].append((unbound, tuple(n for n in mine if n != number)))
        self.reset()

    def reset(self) -> None:
        """Forget all facts."""
        self._members: dict[int, list[Any]] = {}  # pattern -> facts that meet it; only of those that any fact meets
        self._met: dict[int, list[int]] = {}  # number of a fact -> patterns that it meets

    def changes(self, adding: Any = None, deleting: Any = None) -> tuple[list[Any], list[Any]]:
        """Facts that came and went -> activations that came and went."""
        added: list[Any] = []
        removed: list[Any] = []
        for fact in deleting or ():
            # Backwards, so that each combination goes once, as it came.
            for number in reversed(self._met.pop(fact.__factid__, [])):
                facts = self._members[number]
                facts[:] = [each for each in facts if each is not fact]
                if not facts:
                    del self._members[number]
                self._join(fact, number, removed)
        for fact in adding or ():
            met = self._met[fact.__factid__] = self._patterns_met(fact)
            for number in met:
                self._members.setdefault(number, []).append(fact)
                self._join(fact, number, added)
        return added, removed

    def _join(self, fact: Any, number: int, into: list[Any]) -> None:
        """Activations in which this fact meets this pattern, and facts that are known meet all others of the rule."""
        members = self._members
        for rule, others in self._rules_of[number]:
            if not others:
                into.append(Activation(rule, (fact,)))
            elif all(other in members for other in others):
                into += [Activation(rule, (fact, *rest))
                         for rest in itertools.product(*(members[other] for other in others))]

    # --- facts -> patterns

    def _patterns_met(self, fact: Any) -> list[int]:
        kind = type(fact)
        met = list(self._bare.get(kind, ()))
        partly: dict[int, int] = {}
        for slot, value in fact.items():
            if (kind, slot) not in self._tests:
                continue
            for number in self._passed(kind, slot, value):
                need = self._needs[number]
                if need > 1:
                    partly[number] = partly.get(number, 0) + 1
                    if partly[number] < need:
                        continue
                met.append(number)
        return met

    def _passed(self, kind: type, slot: Any, value: Any) -> tuple[int, ...]:
        """Patterns whose test of this slot the value passes: tried once, then looked up."""
        key = kind, slot, type(value), value  # the type too: 1, 1.0 and True are equal
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= LARGEST:
                self._known.clear()
            tests = self._tests[kind, slot].values()
            found = self._known[key] = tuple(n for test, patterns in tests if test(value) for n in patterns)
        return found

    # --- rules -> patterns

    def _number(self, rule: Any, pattern: Any, used: list[int], numbers: dict[Any, int]) -> int:
        """The number of this pattern; a new one is entered under each of its tests.

        A rule that asks for the same twice, as with 1 and L(1), gets two numbers: it fires for every pair of facts.
        """
        kind = type(pattern)
        tests = {slot: _test(rule, slot, value) for slot, value in pattern.items()}
        name = kind, frozenset((slot, key) for slot, (key, _) in tests.items())
        for times in itertools.count():
            number = numbers.setdefault((*name, times), len(numbers))
            if number not in used:
                break
        if number < len(self._needs):
            return number
        self._rules_of.append([])
        self._needs.append(len(tests))
        if not tests:
            self._bare.setdefault(kind, []).append(number)
        for slot, (key, test) in tests.items():
            self._tests.setdefault((kind, slot), {}).setdefault(key, (test, []))[1].append(number)
        return number


def _patterns(rule: Any) -> Iterator[Any]:
    """The facts that a rule asks for; one without any asks for the initial fact, as in CLIPS."""
    for element in rule or [InitialFact()]:
        if isinstance(element, AND):
            yield from _patterns(element)
        elif isinstance(element, Fact):
            yield element
        else:
            raise _unmatched(rule, type(element).__name__)


def _test(rule: Any, slot: Any, value: Any) -> tuple[Any, Test]:
    """What a slot asks for -> a name, the same for equal tests, and the test."""
    bound = getattr(value, "__bind__", None) is not None or Fact.is_special(slot)
    if bound or (isinstance(slot, str) and "__" in slot):
        raise _unmatched(rule, f"a variable or a nested slot ('{slot}')")
    if isinstance(value, P):
        return (P, value.match), value.match
    if isinstance(value, L):
        value = value.value
    if isinstance(value, ConditionalElement):
        raise _unmatched(rule, f"{type(value).__name__} in slot '{slot}'")
    return (L, type(value), value), lambda given: given == value


def _unmatched(rule: Any, what: str) -> TypeError:
    return TypeError(f"rule '{getattr(rule, '__name__', rule)}' uses {what}: IndexedMatcher takes facts whose slots "
                     "hold a value or a P, all of which must hold; use experta's own ReteMatcher for it")


class CardOrder(Strategy):  # type: ignore[misc]
    """Exact: what no longer holds leaves the agenda. Stable: by salience, then in the order given by `order`."""

    order: dict[str, int] = {}
    """Name of a rule -> its place. Rules without a place come first."""

    def _update_agenda(self, agenda: Any, added: Iterable[Any], removed: Iterable[Any]) -> None:
        if not added and not removed:
            return  # as after each firing that declares nothing
        gone = set(removed)
        waiting = [*agenda.activations, *added]
        if gone:
            waiting = [activation for activation in waiting if activation not in gone]
        # The agenda pops from its end.
        agenda.activations = sorted(waiting, key=self._place)

    def _place(self, activation: Any) -> tuple[int, int]:
        return activation.rule.salience, -self.order.get(activation.rule.__name__, -1)
