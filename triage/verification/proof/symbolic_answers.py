"""The answers of one unknown person as symbols of z3: one Boolean for each thing that an answer can say.

The columns are those of `compiled.columns`, so that the generated function, which concludes over sets of cases,
concludes over symbols just as well: what is proven is proven of the text that runs. Numbers and times are cut at the
bounds that rules have: between two bounds nothing changes, so one value stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import chain, pairwise
from typing import Any

import z3

from triage.inference.compiled.answer_columns import AMOUNT, GIVEN, MORE, Columns
from triage.model import COMPARE, NONE, NOT_SURE, Answer, Answers, Finding


class Symbol:
    """A Boolean expression that takes `&`, `|` and `~` as a set of cases does; 0 is nowhere, -1 everywhere."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __and__(self, other: Symbol | int) -> Symbol:
        it = _boolean(other)
        if z3.is_false(self.it) or z3.is_true(it):
            return self
        return Symbol(it) if z3.is_true(self.it) or z3.is_false(it) else Symbol(z3.And(self.it, it))

    def __or__(self, other: Symbol | int) -> Symbol:
        it = _boolean(other)
        if z3.is_true(self.it) or z3.is_false(it):
            return self
        return Symbol(it) if z3.is_false(self.it) or z3.is_true(it) else Symbol(z3.Or(self.it, it))

    def __invert__(self) -> Symbol:
        return Symbol(z3.simplify(z3.Not(self.it)) if z3.is_true(self.it) or z3.is_false(self.it) else z3.Not(self.it))

    __rand__, __ror__ = __and__, __or__


def _boolean(value: Symbol | int) -> Any:
    return value.it if isinstance(value, Symbol) else z3.BoolVal(value != 0)


NOWHERE, EVERYWHERE = Symbol(z3.BoolVal(False)), Symbol(z3.BoolVal(True))


def any_of(symbols: Iterable[Symbol]) -> Symbol:
    """Where one of them holds."""
    return reduce(Symbol.__or__, symbols, NOWHERE)


class Person:
    """All answers that one person can give. `name` tells two persons of one proof apart."""

    def __init__(self, columns: Columns, name: str = "") -> None:
        self.columns, self.knowledge = columns, columns.knowledge
        self.bounds: dict[str, set[float]] = {}
        """Finding -> every number that a rule, or a demand on the rules, compares it with."""
        settings = self.knowledge.settings
        demands = [each.when for each in settings.promises] + [each.when for each in settings.not_for]
        read = [part for rule in self.knowledge.rules for part in rule.parts]
        for part in (*read, *chain.from_iterable(chain.from_iterable(demands))):
            if part.op:
                self.bounds.setdefault(part.fact, set()).add(part.bound)
        self.free: dict[tuple[str, Any], Symbol] = {}
        """Finding and word -> its variable, as given. A word is an option, yes, no, not sure, or a value."""
        self.rules: list[Any] = []
        """What holds of every person: of one question there is one answer."""
        for finding in self.knowledge.findings.values():
            words = self.words(finding)
            for word in words:
                self.free[finding.id, word] = Symbol(z3.Bool(f"{name}{finding.id}={word}"))
            alone = [self.free[finding.id, word].it for word in words if word not in finding.options]
            alone += [self.free[finding.id, word].it for word in finding.options if finding.kind != "many"]
            if len(alone) > 1:
                self.rules.append(z3.AtMost(*alone, 1))
            if finding.kind == "many":
                ticked = z3.Or([self.free[finding.id, word].it for word in finding.options])
                self.rules.append(z3.Not(z3.And(ticked, z3.Or(alone))))

    def words(self, finding: Finding) -> list[Any]:
        """All that an answer can say; for a number or time one value between each two bounds, and each bound."""
        return [*(finding.words or self._values(finding)), NOT_SURE]

    def _values(self, finding: Finding) -> list[float]:
        bounds = sorted(self.bounds.get(finding.id, set()))
        low = 0.0 if finding.lowest is None else finding.lowest
        high = max([low, *bounds]) + 100.0 if finding.highest is None else finding.highest
        points = sorted({low, high, *(bound for bound in bounds if low <= bound <= high)})
        whole = finding.kind == "number"
        between = [float((a + b) // 2) if whole and b - a >= 2 else (a + b) / 2 for a, b in pairwise(points)]
        return sorted({*points, *between})

    def given(self) -> list[Symbol]:
        """The columns as `compiled.Columns.of` fills them for one case."""
        out = [NOWHERE] * len(self.columns.number)
        for (name, word), number in self.columns.number.items():
            if word not in (GIVEN, MORE):
                out[number] = self._column(self.knowledge.findings[name], word)
        return out

    def _column(self, finding: Finding, word: Any) -> Symbol:
        if finding.kind not in ("number", "duration") or word == NOT_SURE:
            return self.free[finding.id, word]
        values = self._values(finding)
        if word != AMOUNT:
            values = [value for value in values if COMPARE[word[0]](value, word[1])]
        return any_of(self.free[finding.id, value] for value in values)

    def given_at_all(self, name: str) -> Symbol:
        """Was this finding answered itself?"""
        return any_of(self.free[name, word] for word in self.words(self.knowledge.findings[name]))

    def answers(self, model: Any) -> Answers:
        """The person that a model of z3 describes, as an answers file would."""
        true = {each.name() for each in model.decls() if z3.is_true(model[each])}
        said: dict[str, list[Any]] = {}
        for (name, word), symbol in self.free.items():
            if symbol.it.decl().name() in true:
                said.setdefault(name, []).append(word)
        return {name: _answer(self.knowledge.findings[name], words) for name, words in said.items()}


def _answer(finding: Finding, said: list[Any]) -> Answer:
    if said == [NOT_SURE]:
        return NOT_SURE
    if finding.kind == "many":
        return tuple(word for word in said if word != NONE)
    answer: Answer = said[0]
    return answer

