"""Answers and the rules that fire for them -> Conclusion, the same whichever engine says which rules fire. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from triage.inference import weighing
from triage.inference.answers import complete
from triage.inference.facts import known_facts
from triage.model import Answer, Answers, Band, Conclusion, Knowledge, Rule, Weight

Value = TypeVar("Value")


def conclusion(
    knowledge: Knowledge, given: Answers, rules: Iterable[str], derived: Mapping[str, str], scores: dict[str, float],
    bands: dict[str, Band], answers: Answers | None = None, weights: Mapping[str, Weight] | None = None,
) -> Conclusion:
    """All that follows from the answers given. `rules`: keys of those that fired, in any order.

    What an engine has not worked out on its way (`answers` with all that they imply, `weights`) is worked out when it
    is looked into, and so are the facts: many cases concluded at once pay only for what is read of them.
    """
    keys = tuple(sorted(rules, key=knowledge.order.__getitem__))
    whole: Mapping[str, Answer] = Later(lambda: complete(knowledge, given)) if answers is None else answers
    return Conclusion(
        given=given, answers=whole, rules=keys, derived={name: derived[name] for name in sorted(derived)},
        scores=scores, bands=bands, weights=LazyWeights(knowledge, keys) if weights is None else weights,
        facts=Later(lambda: known_facts(knowledge, whole, keys, derived, scores, bands)),
    )


class _Lazy(Mapping[str, Value]):
    """A mapping that is worked out when it is looked into, and equal to every mapping with the same items."""

    def __repr__(self) -> str:
        return repr(dict(self))


class Later(_Lazy[Value]):
    """Worked out whole, when it is first looked into."""

    def __init__(self, make: Callable[[], dict[str, Value]]) -> None:
        self._make = make

    @cached_property
    def _items(self) -> dict[str, Value]:
        return self._make()

    def __getitem__(self, name: str) -> Value:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class LazyWeights(_Lazy[Weight]):
    """Condition -> its weight, each worked out when it is asked for."""

    def __init__(self, knowledge: Knowledge, rules: Iterable[str]) -> None:
        self._knowledge, self._rules = knowledge, rules

    @cached_property
    def _lines(self) -> Mapping[str, list[Rule]]:
        return weighing.by_condition(self._knowledge.by_key[key] for key in self._rules)

    def __getitem__(self, name: str) -> Weight:
        return weighing.weight(self._knowledge, self._knowledge.conditions[name], self._lines.get(name, ()))

    def __iter__(self) -> Iterator[str]:
        return (name for name, card in self._knowledge.conditions.items() if card.frequency is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
