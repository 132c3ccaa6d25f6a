"""Answers of many cases as columns: a number for each thing that an answer can say, its bits the cases that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from triage.inference.answers import AGAIN, empty, says_nothing
from triage.model import NONE, NOT_SURE, Answer, Answers, Criterion, Finding, Knowledge

GIVEN, MORE = ("given",), ("more",)
"""Columns that others fill: any answer at all; one that speaks for what the finding belongs to."""

AMOUNT = ("amount",)
"""The column of any number or time."""

LARGEST = 50_000
"""So many answers are remembered as they are read; then it begins anew, so that memory stays bounded."""

AT_ONCE = 60
"""Cases are gathered in numbers of one machine word before they are put into the columns."""

Cases = int
"""A set of cases: bit i stands for case i."""


class Columns:
    """Which column is what: an option of a finding, a bound that a number meets, GIVEN or MORE."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.number: dict[tuple[str, Any], int] = {}
        parts = [part for rule in knowledge.rules for part in rule.parts if part.fact in knowledge.findings]
        self.bounds: dict[str, dict[tuple[str, float], None]] = {}
        for part in parts:
            if part.op:
                self.bounds.setdefault(part.fact, {})[part.op, part.bound] = None
        for finding in knowledge.findings.values():
            for word in (*_words(finding), *self.bounds.get(finding.id, ())):
                self.number[finding.id, word] = len(self.number)
        # GIVEN and MORE are kept only where something reads them.
        linked = {name for f in knowledge.follow_ups for name in (f.id, f.within, *f.parents) if name}
        self.filled: list[tuple[int, list[int]]] = []
        """Columns that are the union of others."""
        for name in sorted(linked | {part.fact for part in parts if part.none_of}):
            finding = knowledge.findings[name]
            words = _words(finding)
            self._fill(name, GIVEN, words)
            if name in linked:
                self._fill(name, MORE, [word for word in words if word == AMOUNT or not says_nothing(finding, word)])
        self.read = {finding.id: _Reading(self, finding) for finding in knowledge.findings.values()}
        """Finding -> its answers -> their columns."""

    def _fill(self, name: str, into: Any, words: list[Any]) -> None:
        self.number[name, into] = len(self.number)
        self.filled.append((self.number[name, into], [self.number[name, word] for word in words]))

    def of(self, cases: Sequence[Answers]) -> list[Cases]:
        """Cases as columns, before what they imply is filled in. What is no finding is left out."""
        columns = [0] * len(self.number)
        read, findings = self.read, self.knowledge.findings.keys()
        for start in range(0, len(cases), AT_ONCE):
            gathered = [0] * len(columns)
            bit = 1
            for answers in cases[start : start + AT_ONCE]:
                if not answers.keys() <= findings:
                    answers = self._settled(answers)
                for column in chain.from_iterable([read[name][answer] for name, answer in answers.items()]):
                    gathered[column] |= bit
                bit <<= 1
            for column, some in enumerate(gathered):
                if some:
                    columns[column] |= some << start
        return columns

    def completed(self, columns: list[Cases], everywhere: Cases) -> list[Cases]:
        """The columns with all that the answers imply, in the two steps of `answers.complete`; changed in place."""
        number = self.number
        for into, others in self.filled:
            for column in others:
                columns[into] |= columns[column]
        for child in reversed(self.knowledge.follow_ups):
            more = columns[number[child.id, MORE]]
            if len(child.parents) == 1:
                parent = child.parents[0]
                new = more & ~columns[number[parent, GIVEN]]
                self._add(columns, parent, (GIVEN, MORE, "yes"), new)
            if child.within:
                new = more & ~columns[number[child.within, GIVEN]]
                for name, option in child.options.items():
                    here = new & columns[number[child.id, name]]
                    self._add(columns, child.within, (GIVEN, MORE, option.inside), here)
        for child in self.knowledge.follow_ups:
            nothing = empty(child)
            if not child.parents or nothing is None:
                continue
            new = everywhere & ~columns[number[child.id, GIVEN]]
            for parent in child.parents:
                new &= columns[number[parent, "no"]]
            columns[number[child.id, GIVEN]] |= new
            for column in self.read[child.id][nothing]:
                columns[column] |= new
        return columns

    def _add(self, columns: list[Cases], name: str, words: Iterable[Any], cases: Cases) -> None:
        for word in words:
            if (name, word) in self.number:
                columns[self.number[name, word]] |= cases

    def _settled(self, answers: Answers) -> Answers:
        """Without second questions, which settle a "not sure", and without what is no finding."""
        findings = self.knowledge.findings
        out = {name: answer for name, answer in answers.items() if name in findings}
        for name, answer in answers.items():
            first = name.removesuffix(AGAIN)
            if name not in findings and first in findings and out.get(first, NOT_SURE) == NOT_SURE:
                out[first] = answer
        return out


class _Reading(dict[Answer, tuple[int, ...]]):
    """Answers to one finding -> their columns, each looked at once."""

    def __init__(self, columns: Columns, finding: Finding) -> None:
        super().__init__()
        self.columns, self.finding = columns, finding

    def __missing__(self, answer: Answer) -> tuple[int, ...]:
        if len(self) >= LARGEST:
            self.clear()
        finding, number = self.finding, self.columns.number
        words: list[Any] = [(answer == NONE and finding.none_is) or answer]
        if isinstance(answer, tuple):
            words = list(answer) or [NONE]
        elif isinstance(answer, float):
            words = [AMOUNT, *((op, bound) for op, bound in self.columns.bounds.get(finding.id, ())
                               if Criterion(finding.id, op=op, bound=bound).holds(answer))]
        found = self[answer] = tuple(number[finding.id, word] for word in words)
        return found


def _words(finding: Finding) -> list[Any]:
    """All that an answer to a finding can say; bounds are read from AMOUNT besides."""
    return [*(finding.words or [AMOUNT]), NOT_SURE]


def members(bits: int) -> list[int]:
    """The numbers of what is in a set, the lowest first."""
    found = []
    text = f"{bits:b}"[::-1]
    at = text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found
